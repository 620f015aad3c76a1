"""Files sent to do harm. Each is refused in one plain sentence or read without effect, within the limits, at no more
than 50 MB of this process's memory, and the next file is read."""

from __future__ import annotations

import gc
import io
import os
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from flows.sandbox import Limits, Reader, shown_name
from tests.hostile import bombs, disguises, entities
from tests.hostile.parts import SHEET, ods, with_parts, with_sheet, xlsx
from transforms import returns
from transforms.errors import UnreadableFile
from transforms.tables import RawWorkbook

MEGABYTE = 2**20
GROWTH = 50 * MEGABYTE
LARGE, DAMAGED, LOCKED, UNSAFE, OTHER, CUT = "庞大", "已损坏", "密码", "实体声明", "不是表格", "不完整"
REFUSED = f"{LARGE}|{DAMAGED}|{CUT}|{UNSAFE}"
Make = Callable[[], bytes]

BOMBS: dict[str, tuple[Make, str]] = {
    "a gigabyte of zeros": (bombs.unpacks_to_a_gigabyte, LARGE),
    "a gigabyte, denied by the directory": (bombs.unpacks_to_a_gigabyte_and_denies_it, REFUSED),
    "10 GB declared": (partial(bombs.declares, 10 * 2**30), LARGE),
    "4 GB declared": (partial(bombs.declares, 2**32 - 2), LARGE),
    "entries that share their bytes": (bombs.entries_that_share_their_bytes, LARGE),
    "the same, said to be small": (partial(bombs.entries_that_share_their_bytes, 4000, 1000), REFUSED),
    "zips in zips": (bombs.zips_in_zips, OTHER),
    "corner to corner": (bombs.corner_to_corner, LARGE),
    "beyond the corner": (bombs.far_beyond_the_corner, REFUSED),
    "too many honest cells": (bombs.too_many_honest_cells, LARGE),
    "2^31 strings announced": (bombs.a_string_that_says_two_gigabytes, REFUSED),
    "one long string in many cells": (bombs.one_long_string_in_many_cells, LARGE),
    "one string of 45 MB": (bombs.one_string_of_many_megabytes, LARGE),
    "2^20 merged ranges": (bombs.merged_ranges, LARGE),
    "5,000 sheets": (bombs.five_thousand_sheets, LARGE),
    "100,000 sheets of one part": (bombs.a_hundred_thousand_empty_sheets, LARGE),
    "ods repeated to both edges": (bombs.ods_repeated, REFUSED),
    "ods repeated beyond": (bombs.ods_repeated_for_ever, REFUSED),
    "ods nested 500,000 deep": (bombs.ods_nested, REFUSED),
    "20 million separators": (bombs.text_of_separators, LARGE),
    "nested 1,000,000 deep: workbook.xml": (partial(bombs.nested, "xl/workbook.xml"), REFUSED),
    "nested 1,000,000 deep: styles.xml": (partial(bombs.nested, "xl/styles.xml"), REFUSED),
    "nested 1,000,000 deep: rels": (partial(bombs.nested, "xl/_rels/workbook.xml.rels"), REFUSED),
    "nested 1,000,000 deep: sharedStrings.xml": (partial(bombs.nested, "xl/sharedStrings.xml"), REFUSED),
}
HARMLESS: dict[str, Make] = {
    "a bomb that no reader opens": bombs.a_workbook_that_holds_a_bomb,
    "2^20 hidden empty rows": bombs.hidden_rows,
    "lines of every width": bombs.text_of_every_width,
    "a sheet of nested elements": partial(bombs.nested, SHEET),
    "properties of nested elements": partial(bombs.nested, "docProps/custom.xml"),
    "names that climb out": disguises.climbing_names,
}
DISGUISES: dict[str, tuple[Make, str]] = {
    "encrypted xlsx": (partial(disguises.ole, "EncryptedPackage"), LOCKED),
    "encrypted xls": (partial(disguises.xls_with_password, 1), LOCKED),
    "encrypted xls, the old way": (partial(disguises.xls_with_password, 0), LOCKED),
    "encrypted ods": (disguises.ods_with_password, LOCKED),
    "encrypted zip": (disguises.zip_with_password, LOCKED),
    "one part twice": (disguises.one_name_twice, DAMAGED),
    "one part twice but for capitals": (partial(disguises.one_name_twice, "xl/worksheets/Sheet1.xml"), DAMAGED),
    **{name: (partial(bytes, data), OTHER) for name, data in disguises.NOT_TABLES.items()},
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def status(name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def attempt(reader: Reader, data: bytes, name: str = "财政局.xlsx") -> RawWorkbook | str:
    """What comes of a file, and that the parent's peak memory, the clock and the next file are as they should be."""
    assert reader.read(xlsx(), "先.xlsx")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, started = status("VmRSS"), time.monotonic()
    result: RawWorkbook | str
    try:
        result = reader.read(data, name)
    except UnreadableFile as error:
        result = str(error)
    assert status("VmHWM") - before < GROWTH
    assert time.monotonic() - started < Limits().wall_seconds + 5
    assert reader.read(xlsx(), "后.xlsx").sheets[0].cells[1] == ("某某鞋业", 12.5)
    return result


def refused(reader: Reader, data: bytes, reason: str) -> None:
    told = attempt(reader, data)
    assert isinstance(told, str), told.sheets[0].cells[:2]
    assert told.startswith("“财政局.xlsx”")
    assert told.count("。") == 1
    assert told.isprintable()
    assert any(part in told for part in reason.split("|")), told


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_becomes_large_is_refused(reader: Reader, name: str) -> None:
    make, reason = BOMBS[name]
    refused(reader, make(), reason)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_a_bomb_and_harms_nobody_is_read(reader: Reader, name: str) -> None:
    assert isinstance(attempt(reader, HARMLESS[name]()), RawWorkbook)


@pytest.mark.parametrize("name", DISGUISES)
def test_what_is_no_open_workbook_is_said(reader: Reader, name: str) -> None:
    make, reason = DISGUISES[name]
    refused(reader, make(), reason)


@pytest.mark.parametrize("document_type", entities.TYPES)
@pytest.mark.parametrize("part", entities.PARTS)
def test_entities_are_refused_in_every_part(reader: Reader, part: str, document_type: str) -> None:
    refused(reader, entities.in_part(part, entities.TYPES[document_type]), UNSAFE)


@pytest.mark.parametrize("document_type", entities.TYPES)
def test_entities_are_refused_in_ods(reader: Reader, document_type: str) -> None:
    refused(reader, entities.in_ods(entities.TYPES[document_type]), UNSAFE)
    assert isinstance(attempt(reader, ods()), RawWorkbook)


def test_one_byte_over_the_limit_is_not_even_sent(reader: Reader) -> None:
    data = bytes(Limits().file_bytes + 1)
    told = attempt(reader, data)
    assert told == "“财政局.xlsx”超过 64 MB，请删去图片和多余内容再报。"


def test_macros_are_not_run_and_said(reader: Reader) -> None:
    read = attempt(reader, disguises.with_macros())
    assert isinstance(read, RawWorkbook)
    assert read.remarks == ("macros",)


def test_links_are_not_followed_and_said(reader: Reader) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        read = attempt(reader, disguises.with_links(server.getsockname()[1]))
        assert isinstance(read, RawWorkbook)
        assert read.remarks == ("links",)
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_child_has_no_file_to_write_and_no_secret_to_tell(reader: Reader, tmp_path: Path) -> None:
    before = set(os.listdir("/tmp"))
    attempt(reader, disguises.climbing_names())
    assert not [name for name in set(os.listdir("/tmp")) - before if "sancu-evil" in name]
    assert reader._child
    assert Path(f"/proc/{reader._child.pid}/environ").read_bytes() == b""
    assert "Max file size             0                    0" in Path(f"/proc/{reader._child.pid}/limits").read_text()
    descriptors = {os.readlink(link) for link in Path(f"/proc/{reader._child.pid}/fd").iterdir()}
    assert all(target.startswith("pipe:") or target == "/dev/null" for target in descriptors)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_text_that_looks_like_a_formula_stays_text_in_and_out(reader: Reader, kind: str) -> None:
    if kind == "xlsx":
        data = xlsx([["说明", "数"], *([text, 1] for text in disguises.FORMULAS)])
    else:
        quoted = ['"' + text.replace('"', '""') + '",1' for text in disguises.FORMULAS]
        data = "\r\n".join(["说明,数", *quoted, ""]).encode()
    read = reader.read(data, f"财政局.{kind}")
    assert [row[0] for row in read.sheets[0].cells[1:]] == list(disguises.FORMULAS)
    back = returns.mark(data, read, (), ())
    with zipfile.ZipFile(io.BytesIO(back)) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in xml or b"<f " in xml for xml in sheets)
    assert [row[0] for row in reader.read(back, "退回.xlsx").sheets[0].cells[1:]] == list(disguises.FORMULAS)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/财政局.xlsx", "财政局.xlsx"),
        ("..\\..\\财政局.xlsx", "财政局.xlsx"),
        ("/tmp/财政局.xlsx", "财政局.xlsx"),
        ("财政局\u202exslx.exe", "财政局xslx.exe"),
        ("财政局\n\x1b[31m\0.xlsx", "财政局[31m.xlsx"),
        ("财\u200b政\u2066局.xlsx", "财政局.xlsx"),
        ("\ud800.csv", ".csv"),
        ("../", "无名文件"),
        ("长" * 5000, "长" * 200),
    ],
)
def test_names_are_shown_without_folders_and_tricks(reader: Reader, sent: str, shown: str) -> None:
    assert shown_name(sent) == shown
    with pytest.raises(UnreadableFile) as caught:
        reader.read(b"", sent)
    assert str(caught.value) == f"“{shown}”是空文件，请重新发送。"
    named = reader.read(b"a,b\n1,2\n", sent).sheets[0].name
    assert "/" not in named and "\\" not in named and named.isprintable()


@pytest.mark.parametrize("value", ["1E999", "-1E999", "NaN"])
def test_a_number_that_is_none_is_not_an_empty_cell(reader: Reader, value: str) -> None:
    read = reader.read(with_sheet(f'<row r="1"><c r="A1"><v>{value}</v></c><c r="B1"><v>1</v></c></row>'), "a.xlsx")
    assert read.sheets[0].cells[0][0] is not None


def test_a_part_under_another_ending_is_checked_too(reader: Reader) -> None:
    """The sheet lies in `sheet1.dat`, one byte of it is wrong, and nothing but its checksum says so."""
    with zipfile.ZipFile(io.BytesIO(xlsx())) as book:
        rels, sheet = book.read("xl/_rels/workbook.xml.rels"), book.read(SHEET)
    data = with_parts({"xl/_rels/workbook.xml.rels": rels.replace(b"sheet1.xml", b"sheet1.dat")})
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as book:
        book.writestr("xl/worksheets/sheet1.dat", sheet)
    whole = buffer.getvalue()
    assert reader.read(whole, "a.xlsx").sheets[0].cells[1] == ("某某鞋业", 12.5)
    with pytest.raises(UnreadableFile):
        reader.read(whole.replace(b"<v>12.5</v>", b"<v>92.5</v>"), "b.xlsx")
