"""A workbook built anew as .xlsx from the cells that were read: for formats that are not patched."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import unicodedata
from dataclasses import replace

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.addresses import COLUMNS, ROWS
from transforms.returns.markup import plain
from transforms.returns.workbook_part import unique
from transforms.tables import Cell, RawSheet, RawWorkbook

_CREATED = dt.datetime(2000, 1, 1)  # no clock
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_EXACT = 10**15  # Excel keeps 15 digits
_MEASURED_ROWS = 200
_MOST_MERGED = 100_000  # cells
_NO_TABLE_ROW = 2  # filled cells: titles and footnotes run over the columns beside them
_NARROWEST, _WIDEST = 8, 40  # characters


def rebuilt(raw: RawWorkbook) -> tuple[bytes, RawWorkbook]:
    """The workbook, and `raw` with the sheets' names as they stand in it: those that Excel refuses are changed."""
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    named: list[RawSheet] = []
    with xlsxwriter.Workbook(sink, options) as book:
        book.set_properties({"created": _CREATED})
        formats = _formats(book)
        for sheet in raw.sheets or (RawSheet("表", ()),):
            named.append(replace(sheet, name=_sheet_name(sheet.name, [each.name for each in named])))
            _write_sheet(book.add_worksheet(named[-1].name), sheet, formats)
        shown = [number for number, sheet in enumerate(named) if not sheet.hidden]
        if shown:
            for number, sheet in enumerate(named):
                if sheet.hidden:
                    book.worksheets()[number].hide()
            book.worksheets()[shown[0]].activate()
            book.worksheets()[shown[0]].set_first_sheet()
    return sink.getvalue(), replace(raw, sheets=tuple(named))


def _formats(book: Workbook) -> dict[type, Format]:
    return {
        kind: book.add_format({"num_format": code})
        for kind, code in (
            (dt.date, "yyyy-mm-dd"),
            (dt.datetime, "yyyy-mm-dd hh:mm:ss"),
            (dt.time, "hh:mm:ss"),
            (dt.timedelta, "[h]:mm:ss"),
            (str, "@"),
        )
    }


def _write_sheet(target: Worksheet, sheet: RawSheet, formats: dict[type, Format]) -> None:
    _set_widths(target, sheet)
    for row in sheet.hidden_rows:
        if row < ROWS:
            target.set_row(row, None, None, {"hidden": True})
    for column in sheet.hidden_columns:
        if column < COLUMNS:
            target.set_column(column, column, None, None, {"hidden": True})
    _merge(target, sheet)
    for row, cells in enumerate(sheet.cells[:ROWS]):
        for column, cell in enumerate(cells[:COLUMNS]):
            if cell is not None:
                _write(target, row, column, cell, formats)


def _write(target: Worksheet, row: int, column: int, cell: Cell, formats: dict[type, Format]) -> None:
    match cell:
        case bool():
            target.write_boolean(row, column, cell)
        case int() | float() if abs(cell) < _EXACT or (isinstance(cell, float) and math.isfinite(cell)):
            target.write_number(row, column, cell)
        case dt.datetime() | dt.date() if cell.year >= 1900:
            kind = dt.datetime if isinstance(cell, dt.datetime) and cell.time() != dt.time() else dt.date
            target.write_datetime(row, column, cell, formats[kind])
        case dt.time() | dt.timedelta():
            target.write_datetime(row, column, cell, formats[type(cell)])
        case _:
            text = plain(str(cell))[:_LONGEST_TEXT]
            # A text of digits in a general cell becomes a number as soon as the clerk touches it.
            style = formats[str] if text.strip().isdecimal() else None
            target.write_string(row, column, text, style)


def _merge(target: Worksheet, sheet: RawSheet) -> None:
    taken: set[tuple[int, int]] = set()
    for first_row, first_column, last_row, last_column in sheet.merged:
        last_row, last_column = min(last_row, ROWS - 1), min(last_column, COLUMNS - 1)
        size = (last_row - first_row + 1) * (last_column - first_column + 1)
        if not 1 < size <= _MOST_MERGED:
            continue
        covered = {(r, c) for r in range(first_row, last_row + 1) for c in range(first_column, last_column + 1)}
        if not covered & taken:
            taken |= covered
            target.merge_range(first_row, first_column, last_row, last_column, "")


def _set_widths(target: Worksheet, sheet: RawSheet) -> None:
    widths: dict[int, int] = {}
    merged = {(row, column) for row, column, _, _ in sheet.merged}
    for row, cells in enumerate(sheet.cells[:_MEASURED_ROWS]):
        if sum(cell is not None for cell in cells) <= _NO_TABLE_ROW:
            continue
        for column, cell in enumerate(cells[:COLUMNS]):
            if cell is not None and (row, column) not in merged:
                widths[column] = max(widths.get(column, _NARROWEST), min(_WIDEST, 2 + _width(cell)))
    for column, width in widths.items():
        target.set_column(column, column, width)


def _width(cell: Cell) -> int:
    if isinstance(cell, dt.date):
        return 10
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in str(cell)[:_WIDEST])


def _sheet_name(name: str, taken: list[str]) -> str:
    kept = _NOT_IN_NAMES.sub("", plain(name)).replace("\n", " ").strip(" '")[:_LONGEST_NAME]
    return unique(kept or "表", [*taken, "History"])  # Excel keeps that name for itself
