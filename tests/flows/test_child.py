"""What the child finds in a workbook beyond what python-calamine tells: read from the XML, from BIFF by xlrd."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.styles import Font

from flows.child.texts import decode
from flows.sandbox import Reader
from transforms.errors import UnreadableFile
from transforms.tables import RawWorkbook

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "inbox" / "350303" / "2014-06"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def saved(workbook: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part put in or replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return buffer.getvalue()


def written(**options: str) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("表")
        sheet.write_row(0, 0, ["甲", 1, 2])
        for name, value in options.items():
            workbook.set_custom_property(name, value)
    return buffer.getvalue()


def test_xlsx_errors_formulas_percentages_strikes_and_what_is_hidden(reader: Reader) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "表"
    sheet.append(["项目", "进度", "公式", "错"])
    sheet.append(["甲", 0.855, "=1+1", "#DIV/0!"])
    sheet.append(["乙", 1, "x", "y"])
    sheet.append(["丙", 0.1, "x", "y"])
    for row in (2, 3):
        sheet[f"B{row}"].number_format = "0.0%"
    sheet["A4"].font = Font(strike=True)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    found = reader.read(saved(workbook), "a.xlsx").sheets[0]
    assert found.cells[1] == ("甲", "85.5%", "#未计算", "#DIV/0!")
    assert found.cells[2][1] == "100%"
    assert found.cells[3][1] == 0.1
    assert (found.hidden_rows, found.hidden_columns, found.struck_rows) == ((2,), (2,), (3,))


def test_xls_errors_percentages_strikes_and_what_is_hidden(reader: Reader) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("表")
    percent, struck = xlwt.easyxf(num_format_str="0.00%"), xlwt.easyxf("font: struck_out on")
    sheet.write(0, 0, "甲")
    sheet.write(0, 1, 0.855, percent)
    sheet.write(1, 0, "乙", struck)
    sheet.row(1).write(1, "y")
    sheet.row(1).set_cell_error(2, "#DIV/0!")
    sheet.row(1).hidden = True
    sheet.col(1).hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    found = reader.read(buffer.getvalue(), "a.et").sheets[0]
    assert found.cells == (("甲", "85.5%"), ("乙", "y", "#DIV/0!"))
    assert (found.hidden_rows, found.hidden_columns, found.struck_rows) == ((1,), (1,), (1,))


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">
 <office:automatic-styles><style:style style:name="x" style:family="table-cell">
 <style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>
 <office:body><office:spreadsheet><table:table table:name="表"><table:table-column/>
 <table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>
 <table:table-row><table:table-cell office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="2">
 <text:p>甲</text:p></table:table-cell><table:covered-table-cell/>
 <table:table-cell office:value-type="percentage" office:value="0.855"><text:p>86%</text:p></table:table-cell></table:table-row>
 <table:table-row table:visibility="collapse" table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>
 <table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""><text:p>#DIV/0!</text:p></table:table-cell>
 </table:table-row><table:table-row><table:table-cell table:style-name="x" office:value-type="string"><text:p>丁</text:p>
 </table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(content: str) -> bytes:
    return with_part(
        (SAMPLE / "行政服务中心.ods").read_bytes(), "content.xml", re.sub(r">\s+<", "><", content).encode()
    )


def test_ods_merges_errors_percentages_strikes_and_what_is_hidden(reader: Reader) -> None:
    found = reader.read(ods(ODS), "a.ods").sheets[0]
    assert found.cells[0] == ("甲", None, "85.5%")
    assert found.cells[1] == found.cells[2] == (None, None, "#DIV/0!")
    assert found.merged == ((0, 0, 1, 1),)
    assert (found.hidden_rows, found.hidden_columns, found.struck_rows) == ((1, 2), (1, 2), (3,))


def test_a_form_is_known_by_its_stamp(reader: Reader) -> None:
    data = written(sancuPeriod="2014-07", 作者="某")
    assert reader.read(data, "a.xlsx").stamp == {"sancuPeriod": "2014-07"}


def test_macros_and_links_are_said(reader: Reader) -> None:
    data = with_part(with_part(written(), "xl/vbaProject.bin", b"x"), "xl/externalLinks/externalLink1.xml", b"<x/>")
    assert reader.read(data, "a.xlsm").remarks == ("macros", "links")


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><properties><property name="sancuPeriod">&a;</property></properties>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
    ],
)
def test_entities_are_refused(reader: Reader, content: str) -> None:
    with pytest.raises(UnreadableFile, match="实体"):
        reader.read(with_part(written(), "docProps/custom.xml", content.encode()), "a.xlsx")


def test_a_part_that_fails_its_checksum_is_refused(reader: Reader) -> None:
    """A reader of cells stops before a part's end, where its checksum stands."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    stored = buffer.getvalue()
    assert reader.read(stored, "a.xlsx").sheets[0].cells == (("甲", 1, 2),)
    assert b"<v>2</v>" in stored
    with pytest.raises(UnreadableFile, match="不完整"):
        reader.read(stored.replace(b"<v>2</v>", b"<v>7</v>"), "a.xlsx")


def test_an_xls_cut_short_is_refused(reader: Reader) -> None:
    data = (SAMPLE / "金融办.xls").read_bytes()
    cells = reader.read(data, "a.xls").sheets
    for length in range(600, len(data), len(data) // 40):
        try:
            assert reader.read(data[:length], "a.xls").sheets == cells
        except UnreadableFile:
            continue


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files(reader: Reader, encoding: str, mark: str) -> None:
    text = "\r\n".join(mark.join(row) for row in (["企业名称", "奖励金额", "备注"], ["某某鞋业", "12.5", "无"]))
    assert decode(text.encode(encoding)) == text
    workbook: RawWorkbook = reader.read(text.encode(encoding), "明细.tsv")
    assert workbook.sheets[0].cells == (("企业名称", "奖励金额", "备注"), ("某某鞋业", "12.5", "无"))


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of BIFF12 ([MS-XLSB] 2.1.4)."""
    head = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    size, length = b"", len(data)
    while length > 127:
        size, length = size + bytes((length & 0x7F | 0x80,)), length >> 7
    return head + size + bytes((length,)) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows: list[list[str | float]]) -> bytes:
    """No library writes this format: the few records that a sheet needs ([MS-XLSB] 2.4)."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("明细"))
    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + record(145)
    for number, row in enumerate(rows):
        sheet += record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        for place, value in enumerate(row):
            text = isinstance(value, str)
            cell = wide(value) if isinstance(value, str) else struct.pack("<d", value)
            sheet += record(6 if text else 5, struct.pack("<II", place, 0) + cell)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        archive.writestr("xl/workbook.bin", book + record(144) + record(132))
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(146) + record(130))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return buffer.getvalue()


def test_xlsb(reader: Reader) -> None:
    found = reader.read(xlsb([["企业名称", "金额"], ["某某鞋业", 12.5]]), "财政局.xlsb")
    assert (found.format, found.remarks) == ("xlsb", ("unseen",))
    assert found.sheets[0].name == "明细"
    assert found.sheets[0].cells == (("企业名称", "金额"), ("某某鞋业", 12.5))


@pytest.mark.parametrize(
    ("lines", "ragged"),
    [
        (["甲,乙,丙", "1,2,3", "1,2,3", "1,2,3", "1,2,3", "1,2"], (5,)),
        (["甲,乙,丙", "1,2,3", "1,2,3", "1,2,3,4", "1,2,3", "1,2,3"], (3,)),
        (["甲,乙,丙", "1,2,3", "1,2,3", "1,2,3", "1,2,3", "1,2,3"], ()),
        (["说明", "甲,乙,丙", "1,2", "1,2,3", "1", "1,2"], ()),  # typed by hand: no rule to break
    ],
)
def test_lines_of_a_text_file_that_miss_something(reader: Reader, lines: list[str], ragged: tuple[int, ...]) -> None:
    whole = reader.read("".join(line + "\r\n" for line in lines).encode(), "a.csv")
    assert (whole.sheets[0].ragged_rows, whole.remarks) == (ragged, ())
    cut = reader.read("\r\n".join(lines).encode(), "a.csv")
    assert (cut.sheets[0].ragged_rows, cut.remarks) == (ragged, ("cut",))
