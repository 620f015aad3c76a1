"""Reading in the limited child: every format by its content, and files made to break a reader."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from flows import sandbox
from flows.child import texts
from flows.child.refused import Refused
from flows.sandbox import Limits, Reader
from transforms.contracts import parse_contract
from transforms.errors import EnvironmentFailure, UnreadableFile
from transforms.period import Period
from transforms.reading import read_submission
from transforms.tables import Submission

CONTRACT = """
{id: small, sheet: 明细, title: 明细, department: 财政局, kind: events, due_day: 2, key: [firm],
 columns: [{name: firm, header: 企业名称, type: text}, {name: amount_fen, header: 金额, type: money, unit: 万元}], rules: []}
"""
ROWS: list[list[object]] = [["企业名称", "金额"], ["某某鞋业", 12.5], ["某某食品", 3]]
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def xlsx(rows: list[list[object]] = ROWS, **options: object) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as workbook:
        sheet = workbook.add_worksheet("明细")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def ods(rows: list[list[object]]) -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="明细")
    for row in rows:
        line = TableRow()
        for value in row:
            cell = (
                TableCell(valuetype="string") if isinstance(value, str) else TableCell(valuetype="float", value=value)
            )
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def patched(data: bytes, name: str, content: bytes) -> bytes:
    """The zip `data` with one entry replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return buffer.getvalue()


def corner_to_corner() -> bytes:
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    return patched(xlsx(), "xl/worksheets/sheet1.xml", sheet)


def zip_bomb() -> bytes:
    """1 GB of zeros in sheet1.xml, written without holding it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(1024):
                sheet.write(bytes(MEGABYTE))
    return buffer.getvalue()


def quiet_bomb() -> bytes:
    """The bomb with its directory lying: it says that the sheet is small."""
    data = bytearray(zip_bomb())
    place = data.rfind(b"PK\1\2")
    data[place + 24 : place + 28] = (20_000).to_bytes(4, "little")
    return bytes(data)


def many_cells() -> bytes:
    """A 100 KB sheet whose 2.5 million cells are honest, but too many."""
    row = b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>"
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + row * 2500
    return patched(xlsx(), "xl/worksheets/sheet1.xml", sheet + b"</sheetData></worksheet>")


def ole(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + stream.encode("utf-16-le") + bytes(600)


def memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_xlsx_cells_have_their_types_and_places(reader: Reader) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("明细")
        sheet.write_datetime(1, 1, dt.datetime(2014, 6, 17), workbook.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(
            1, 2, dt.datetime(2014, 6, 17, 8, 30), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        )
        sheet.write_row(2, 1, [12.5, True, " 文字 "])
        sheet.merge_range(3, 0, 3, 2, "合并")
        workbook.add_worksheet("藏").hide()
    workbook_read = reader.read(buffer.getvalue(), "财政局.xlsx")
    assert workbook_read.format == "xlsx"
    shown, hidden = workbook_read.sheets
    assert shown.cells == (
        (),
        (None, dt.date(2014, 6, 17), dt.datetime(2014, 6, 17, 8, 30)),
        (None, 12.5, True, " 文字 "),
        ("合并",),
    )
    assert shown.merged == ((3, 0, 3, 2),)
    assert (hidden.name, hidden.hidden, shown.hidden) == ("藏", True, False)


def test_1904_dates_are_said_and_read(reader: Reader) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_datetime(0, 0, dt.datetime(2014, 6, 17), workbook.add_format({"num_format": "yyyy-mm-dd"}))
    read = reader.read(buffer.getvalue(), "a.xlsx")
    assert read.date_1904
    assert read.sheets[0].cells == ((dt.date(2014, 6, 17),),)
    assert not reader.read(xlsx(), "b.xlsx").date_1904


def test_xls_under_a_wrong_name(reader: Reader) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("明细")
    for number, row in enumerate(ROWS):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    sheet.write_merge(4, 5, 0, 1, "合并")
    buffer = io.BytesIO()
    workbook.save(buffer)
    read = reader.read(buffer.getvalue(), "其实是旧格式.xlsx")
    assert read.format == "xls"
    assert [list(row) for row in read.sheets[0].cells[:3]] == ROWS
    assert read.sheets[0].merged == ((4, 0, 5, 1),)


def test_ods(reader: Reader) -> None:
    read = reader.read(ods(ROWS), "a.ods")
    assert read.format == "ods"
    assert [list(row) for row in read.sheets[0].cells] == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_the_encodings_that_departments_send(reader: Reader, encoding: str, mark: str) -> None:
    text = "".join(mark.join(str(value) for value in row) + "\r\n" for row in ROWS)
    read = reader.read(text.encode(encoding), "效能办.csv")
    assert read.format == "csv"
    assert read.sheets[0].name == "效能办"
    assert read.sheets[0].cells == (("企业名称", "金额"), ("某某鞋业", "12.5"), ("某某食品", "3"))


def test_csv_quotes_and_line_breaks(reader: Reader) -> None:
    read = reader.read('企业,说明\n"某,某","一\n二"\n'.encode(), "a.csv")
    assert read.sheets[0].cells == (("企业", "说明"), ("某,某", "一\n二"))


def test_every_format_gives_the_same_table(reader: Reader) -> None:
    contract = parse_contract(CONTRACT, "c.yaml")
    received = dt.datetime(2014, 7, 1, tzinfo=dt.UTC)
    rows: list[list[object]] = [
        ["某表（2014年6月）", ""],
        ["企业名称", "金额（元）"],
        ["某某鞋业", 12.5],
        ["某某食品", 3],
        ["合计", 15.5],
    ]
    old = xlwt.Workbook()
    sheet = old.add_sheet("明细")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    buffer = io.BytesIO()
    old.save(buffer)
    text = "".join(",".join(map(str, row)) + "\r\n" for row in rows)
    files = [xlsx(rows), buffer.getvalue(), ods(rows), text.encode("gb18030"), text.encode("utf-8-sig")]
    for data in files:
        submission = Submission("0" * 64, "350303", Period(2014, 6), "财政局", "明细.x", received, len(data))
        intake = read_submission(reader.read(data, "明细.x"), submission, [contract])
        assert intake.findings == ()
        assert intake.tables[0].frame["amount_fen"].to_dict() == {3: 1250, 4: 300}


BAD = {
    "empty": (lambda: b"", "空文件"),
    "blank": (lambda: b" \r\n\n", "空文件"),
    "truncated": (lambda: xlsx()[:-700], "不完整"),
    "garbage": (lambda: bytes(range(256)) * 40, "不是表格"),
    "garbage in a zip": (lambda: b"PK\3\4" + bytes(range(256)) * 40, "不完整"),
    "broken xml": (lambda: patched(xlsx(), "xl/workbook.xml", b"<workbook><sheets"), "已损坏"),
    "encrypted": (lambda: ole("EncryptedPackage"), "密码"),
    "word": (lambda: ole("WordDocument"), "不是表格"),
    "broken xls": (lambda: ole("Workbook"), "已损坏"),
    "text": (lambda: "今天没有数据。\n请见谅。\n".encode(), "不是表格"),
    "html": (lambda: b"<html><table><tr><td>1,2</td></tr>\n<tr><td>3,4</td></tr></table></html>", "不是表格"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(100), "不是表格"),
    "corner to corner": (corner_to_corner, "庞大"),
    "zip bomb": (zip_bomb, "庞大"),
    "too many cells": (many_cells, "庞大"),
    "docx": (
        lambda: patched(xlsx(), "xl/workbook.xml", b"").replace(b"xl/workbook.xml", b"wd/document.xml"),
        "不是表格",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_one_plain_sentence_and_the_next_is_read(reader: Reader, kind: str) -> None:
    make, reason = BAD[kind]
    data = make()
    reader.read(xlsx(), "先.xlsx")
    before, started = memory(), time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        reader.read(data, "财政局.xlsx")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("“财政局.xlsx”")
    assert str(caught.value).count("。") == 1
    assert memory() - before < 50 * MEGABYTE
    assert time.monotonic() - started < 15
    assert reader.read(xlsx(), "后.xlsx").sheets[0].cells[1] == ("某某鞋业", 12.5)


def test_a_bomb_whose_directory_lies(reader: Reader) -> None:
    data, before = quiet_bomb(), memory()
    with pytest.raises(UnreadableFile):
        reader.read(data, "a.xlsx")
    assert memory() - before < 50 * MEGABYTE
    assert reader.read(xlsx(), "b.xlsx").sheets


def test_a_file_over_the_size_limit_is_not_even_sent() -> None:
    with Reader(Limits(file_bytes=1000)) as small, pytest.raises(UnreadableFile, match="超过"):
        small.read(bytes(1001), "a.xlsx")


def test_a_reply_over_the_cap_is_refused() -> None:
    with Reader(Limits(reply_bytes=100)) as small:
        with pytest.raises(UnreadableFile, match="庞大"):
            small.read(xlsx(), "a.xlsx")
        with pytest.raises(UnreadableFile, match="空文件"):
            small.read(b"", "b.xlsx")


def test_the_clock_stops_a_child_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import sys, time\nsys.stdout.write('ready..\\n'); sys.stdout.flush(); time.sleep(60)\n")
    monkeypatch.setattr(sandbox, "_CHILD", child)
    started = time.monotonic()
    with Reader(Limits(wall_seconds=0.5)) as slow, pytest.raises(UnreadableFile):
        slow.read(xlsx(), "a.xlsx")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("answer", ['{"x":1}', "[]", "[" * 5000, '{"format":"exe","date_1904":0,"sheets":[]}', "null"])
def test_an_answer_that_is_not_the_childs_way_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        "import sys\nout = sys.stdout.buffer\n"
        f"body = {answer!r}.encode()\nout.write(b'ready..\\n' + len(body).to_bytes(8, 'big') + body)\nout.flush()\n"
        "sys.stdin.buffer.read()\n"
    )
    monkeypatch.setattr(sandbox, "_CHILD", child)
    with Reader() as odd, pytest.raises(UnreadableFile):
        odd.read(xlsx(), "a.xlsx")


@pytest.mark.parametrize(("end", "starts"), [("SIGXCPU", 1), ("SIGKILL", 2)])
def test_a_worn_child_that_dies_is_replaced_unless_its_time_was_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str, starts: int
) -> None:
    """The first file is answered, the second kills the child: of memory, a fresh child decides; of time, nothing helps."""
    child, log = tmp_path / "child.py", tmp_path / "starts"
    child.write_text(
        'import os, signal, sys\nout, body = sys.stdout.buffer, b\'{"error": "empty"}\'\n'
        f"open({str(log)!r}, 'a').write('.')\nout.write(b'ready..\\n')\nout.flush()\n"
        "sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(8), 'big'))\n"
        "if os.path.getsize(" + repr(str(log)) + ") > 1:\n    os.kill(os.getpid(), signal." + end + ")\n"
        "out.write(len(body).to_bytes(8, 'big') + body)\nout.flush()\n"
        "sys.stdin.buffer.read(8)\nos.kill(os.getpid(), signal." + end + ")\n"
    )
    monkeypatch.setattr(sandbox, "_CHILD", child)
    with Reader() as worn:
        with pytest.raises(UnreadableFile, match="空文件"):
            worn.read(xlsx(), "a.xlsx")
        with pytest.raises(UnreadableFile, match="庞大"):
            worn.read(xlsx(), "b.xlsx")
    assert log.read_text() == "." * starts


def test_a_child_that_cannot_start_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit(1)\n")
    monkeypatch.setattr(sandbox, "_CHILD", child)
    with Reader() as broken, pytest.raises(EnvironmentFailure):
        broken.read(xlsx(), "a.xlsx")


def test_the_child_lives_on_from_file_to_file_and_ends_with_the_reader() -> None:
    with Reader() as reader:
        reader.read(xlsx(), "a.xlsx")
        assert reader._child
        pid = reader._child.pid
        reader.read(xlsx(), "b.xlsx")
        assert reader._child.pid == pid
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
    assert environment == b""
    assert "Max file size             0                    0" in limits
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_guessed_about_text() -> None:
    assert texts.decode("福建".encode("gb18030")) == "福建"
    assert texts.decode("福建".encode()) == "福建"
    with pytest.raises(Refused):
        texts.decode(b"\xff\xff\xff\x00")
