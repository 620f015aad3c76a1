"""The child that opens untrusted workbooks. Started by `flows.sandbox` as a script of its own, without environment
and under limits; it imports nothing of the project.

Says READY once. Then, over stdin: 8 bytes of length, then the file. Over stdout: 8 bytes of length, then JSON, either
`{"error": code}` or `{"format", "date_1904", "sheets": [{"name", "hidden", "merged", "cells"}]}`, one reply a file.
Cells that JSON has no type for are pairs: ["d", "2014-06-17"], ["dt", …], ["t", …], ["td", seconds]."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from typing import Any, BinaryIO

import python_calamine

MAX_UNPACKED = 300 * 2**20  # bytes in all entries of a zip
MAX_ENTRIES = 5_000
MAX_RATIO = 500  # honest sheets pack to a twentieth, very repetitive ones to a hundredth
MAX_CELLS = 1_000_000  # in a workbook, after the empty edges are cut
MAX_COLUMNS = 16_384

READY = b"ready..\n"

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|table|meta)", re.IGNORECASE)


class Refused(Exception):
    """`args[0]` is the code that `flows.sandbox` has a sentence for."""


def serve(stdin: BinaryIO, stdout: BinaryIO, cpu_seconds: int) -> None:
    """Answer one file after another until stdin ends."""
    stdout.write(READY)
    stdout.flush()
    while len(head := stdin.read(8)) == 8:
        data = stdin.read(int.from_bytes(head, "big"))
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(
            resource.RLIMIT_CPU,
            (int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]),
        )
        reply = json.dumps(_answer(data), ensure_ascii=False, separators=(",", ":"))
        body = reply.encode("utf-8", "surrogatepass")
        stdout.write(len(body).to_bytes(8, "big"))
        stdout.write(body)
        stdout.flush()


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return read(data)
    except Refused as error:
        return {"error": error.args[0]}
    except python_calamine.PasswordError:
        return {"error": "encrypted"}
    except MemoryError:
        return {"error": "too_large"}
    except Exception:
        return {"error": "damaged"}


def read(data: bytes) -> dict[str, Any]:
    """The workbook in `data`, by its content."""
    if not data.strip(b"\0 \r\n\t"):
        raise Refused("empty")
    if data[:4] in (b"PK\3\4", b"PK\5\6"):
        kind, date_1904 = _look_into_zip(data)
    elif data.startswith(_OLE):
        kind, date_1904 = _look_into_ole(data), False
    else:
        return {"format": "csv", "date_1904": False, "sheets": [_text_sheet(data)]}
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return {"format": kind, "date_1904": date_1904, "sheets": _sheets(workbook)}


def _look_into_zip(data: bytes) -> tuple[str, bool]:
    """Format and date system, after checks that unpack nothing but three small entries."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise Refused("truncated") from None
    with archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MAX_UNPACKED or len(entries) > MAX_ENTRIES:
            raise Refused("too_large")
        if unpacked > 10 * 2**20 and unpacked > MAX_RATIO * len(data):
            raise Refused("too_large")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("encrypted")
        names = {entry.filename for entry in entries}
        if "mimetype" in names and b"opendocument.spreadsheet" in _head(archive, "mimetype"):
            if b"encryption-data" in _head(archive, "META-INF/manifest.xml"):
                raise Refused("encrypted")
            return "ods", False
        if "xl/workbook.bin" in names:
            return "xlsb", False
        if "xl/workbook.xml" in names:
            head = _head(archive, "xl/workbook.xml")
            return "xlsx", bool(re.search(rb"date1904\s*=\s*[\"'](?:1|true)[\"']", head))
    raise Refused("not_a_workbook")


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as entry:
            return entry.read(2**20)
    except KeyError:
        return b""


def _look_into_ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("encrypted")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    raise Refused("not_a_workbook")


def _sheets(workbook: python_calamine.CalamineWorkbook) -> list[dict[str, Any]]:
    sheets, left = [], MAX_CELLS
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        # The dense grid is what costs memory: refuse it before it is made.
        if (sheet.total_height + 1) * (sheet.total_width + 1) > 20 * MAX_CELLS:
            raise Refused("too_large")
        cells = _trimmed([[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)])
        left -= sum(len(row) for row in cells) + len(cells)
        if left < 0:
            raise Refused("too_large")
        merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
        hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
        sheets.append({"name": about.name, "hidden": hidden, "merged": merged, "cells": cells})
    return sheets


def _plain(cell: Any) -> Any:
    match cell:
        case "":
            return None
        case str() | bool() | int():
            return cell
        case float():
            return cell if cell - cell == 0 else None  # JSON has no NaN
        case dt.datetime():
            return ["dt", cell.isoformat()]
        case dt.date():
            return ["d", cell.isoformat()]
        case dt.time():
            return ["t", cell.isoformat()]
        case dt.timedelta():
            return ["td", cell.total_seconds()]
        case _:
            return str(cell)


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _text_sheet(data: bytes) -> dict[str, Any]:
    """A delimited text file as one sheet without name; every cell is text."""
    text = decode(data)
    if _CONTROL.search(text) or _MARKUP.match(text):
        raise Refused("not_a_workbook")
    rows = _trimmed([[cell if cell != "" else None for cell in row] for row in _delimited(text)])
    if sum(len(row) for row in rows) + len(rows) > MAX_CELLS or any(len(row) > MAX_COLUMNS for row in rows):
        raise Refused("too_large")
    return {"name": "", "hidden": False, "merged": [], "cells": rows}


def decode(data: bytes) -> str:
    """Text by its byte order mark, else strict UTF-8, else strict GB18030; nothing is guessed."""
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("gb18030")
    except UnicodeDecodeError:
        raise Refused("not_a_workbook") from None


def _delimited(text: str) -> list[list[str]]:
    """Rows by the separator that gives the most rows with one and the same number of cells."""
    best: tuple[int, int, str] = (0, 0, "")
    for mark in ",\t;":
        head = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        widths = [len(row) for row, _ in zip(head, range(50), strict=False) if len(row) > 1]
        if widths:
            usual = max(set(widths), key=lambda width: (widths.count(width), width))
            best = max(best, (widths.count(usual), usual, mark))
    if not best[2]:
        raise Refused("not_a_workbook")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=best[2]))


def _limit(memory: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]))
