"""Files made to break a reader, to run something, or to be taken for something else: one clear sentence, or plain text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from flows.sandbox import Reader
from tests import pipeline
from tests.flows.test_child import ods, with_part, written
from tests.flows.test_sandbox import MEGABYTE, memory, xlsx
from tests.pipeline import INBOX
from transforms import returns
from transforms.errors import UnreadableFile
from transforms.findings import Finding, Severity

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def sheet(body: str) -> bytes:
    return with_part(written(), SHEET, f'<worksheet xmlns="{MAIN}">{body}</worksheet>'.encode())


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def declared(size: int) -> bytes:
    """A directory that says that the sheet is as large as this."""
    data = bytearray(written())
    place = data.find(b"PK\1\2")
    while data[place + 46 : place + 46 + len(SHEET)] != SHEET.encode():
        place = data.find(b"PK\1\2", place + 4)
    data[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(data)


def twice() -> bytes:
    """Two parts of one name with different numbers."""
    buffer = io.BytesIO(written())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, archive.read(SHEET).replace(b"<v>2</v>", b"<v>7</v>"))
    return buffer.getvalue()


def many_sheets(number: int) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for _ in range(number):
            workbook.add_worksheet()
    return buffer.getvalue()


BILLION_LAUGHS = "<!DOCTYPE x [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "ten gigabytes declared": (lambda: declared(2**32 - 2), "庞大"),
    "a part twice": (twice, "损坏"),
    "5,000 sheets": (lambda: many_sheets(5_000), "庞大"),
    "a string of 400 MB": (lambda: sheet("<sheetData><row><c t='str'><v>" + "长" * (400 * MEGABYTE // 3)), "庞大"),
    "elements nested a million deep": (lambda: sheet("<sheetData>" + "<a>" * 10**6 + "</a>" * 10**6), ""),
    "billion laughs": (lambda: with_part(written(), SHEET, f"{BILLION_LAUGHS}]><x>&e9;</x>".encode()), ""),
    "billion laughs in ods": (lambda: ods(f"{BILLION_LAUGHS}]><x>&e9;#N/A</x>"), ""),
    "an entity from a file": (
        lambda: with_part(
            written(),
            "xl/workbook.xml",
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>',
        ),
        "",
    ),
    "an empty zip": (lambda: zipped({}), "不是表格"),
    "a zip that leads elsewhere": (lambda: zipped({"../../etc/passwd": b"x", "/xl/workbook.xml": b"x"}), "不是表格"),
    "a program": (lambda: b"MZ\x90\0" + bytes(200), "不是表格"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "不是表格"),
    "a web page": (lambda: b"<!DOCTYPE html><table><tr><td>1,2</td></tr></table>", "不是表格"),
    "rich text": (lambda: b"{\\rtf1\\ansi 1;2\n3;4}" + bytes(3), "不是表格"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_one_plain_sentence_and_the_next_file_is_read(reader: Reader, kind: str) -> None:
    make, reason = REFUSED[kind]
    data = make()
    reader.read(xlsx(), "先.xlsx")
    before = memory()
    with pytest.raises(UnreadableFile) as caught:
        reader.read(data, "财政局.xlsx")
    assert reason in str(caught.value)
    assert str(caught.value).count("。") == 1
    assert memory() - before < 50 * MEGABYTE
    assert reader.read(xlsx(), "后.xlsx").sheets[0].cells[1] == ("某某鞋业", 12.5)


def test_merged_ranges_without_end_are_no_trouble(reader: Reader) -> None:
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 100_001))
    data = sheet(f"<sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData><mergeCells>{merges}</mergeCells>")
    before = memory()
    assert len(reader.read(data, "a.xlsx").sheets[0].merged) == 100_000
    assert memory() - before < 50 * MEGABYTE


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "＝1+1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_begins_like_a_formula_stays_text(reader: Reader, text: str) -> None:
    data = f"企业名称,金额\r\n{text!s:s},1\r\n某某,2\r\n".replace('"', "").encode()
    raw = reader.read(data, "财政局.csv")
    finding = Finding("RP01", Severity.BLOCK, text, "财政局", sheet="财政局", row=2, column="A", value=text)
    back = openpyxl.load_workbook(io.BytesIO(returns.mark(data, raw, [finding], ())))
    kinds = {cell.data_type for sheet in back for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n", "inlineStr"}


NAMES = [
    "财政局../../../etc/passwd",
    "财政局\u202excod.xlsx",
    "财政局\x07\x1b[2J.xlsx",
    "财政局" + "很" * 60 + ".xlsx",
    "财政局\n.xlsx",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_made_to_deceive(tmp_path: Path, name: str) -> None:
    """Such a file is a submission like any other; its returned workbook has a tame name in its own folder."""
    tame = returns.returned_name(name, "xlsx")
    assert not set(tame) & set("/\\\0\x07\x1b\n\u202e")
    assert ".." not in tame
    folder = tmp_path / "收文" / "350303" / "2014-06"
    folder.mkdir(parents=True)
    if "/" not in name:
        (folder / name).write_bytes((INBOX / "350303" / "2014-06" / "财政局.xlsx").read_bytes())
        run = pipeline.run(tmp_path / "收文", tmp_path / "home")
        assert {f.rule for f in run.accepted.findings if f.department == "财政局"} >= {"RP02", "RP03"}
