"""Delimited text files: CSV and TSV in the encodings that departments send."""

from __future__ import annotations

import csv
import io
import re

from flows.child.grids import text as text_cell
from flows.child.limits import MAX_CELLS, MAX_COLUMNS
from flows.child.refused import Refused

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|table|meta)", re.IGNORECASE)

Rows = list[list[str | None]]
_USUAL = 0.8  # what share of rows has as many cells as most, where a program wrote the file


def text_rows(data: bytes) -> tuple[Rows, list[int], bool]:
    """The rows of a delimited text file, every cell text, None where it is empty. Text has no checksum, so also: the
    places of rows that have another number of cells than nearly all others, and whether the last line breaks off.

    Raises:
        Refused: no text, no table, or too large.
    """
    text = decode(data)
    if _CONTROL.search(text) or _MARKUP.match(text):
        raise Refused("not_a_workbook")
    written = _delimited(text)
    rows: Rows = [[text_cell(cell) for cell in row] for row in written]
    if sum(len(row) for row in rows) + len(rows) > MAX_CELLS or any(len(row) > MAX_COLUMNS for row in rows):
        raise Refused("too_large")
    return rows, _ragged(written), text.count("\r\n") > 2 and not text.endswith("\n")


def _ragged(rows: list[list[str]]) -> list[int]:
    widths = [len(row) for row in rows if row]
    usual = max(set(widths), key=widths.count)
    ragged = [place for place, row in enumerate(rows) if row and len(row) != usual]
    return ragged if len(ragged) <= (1 - _USUAL) * len(rows) else []


def decode(data: bytes) -> str:
    """Text by its byte order mark, else UTF-16 where zero bytes say so (no other text has them), else strict UTF-8,
    else strict GB18030; nothing is guessed."""
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        if b"\0" in data[16:] and len(data) % 2 == 0:
            return data.decode("utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be")
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
