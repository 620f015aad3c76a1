"""One contract's sheet in a form: title, what it is for, header with notes, rows carried over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from transforms.contracts import ColumnType, Contract
from transforms.districts import District
from transforms.forms.columns import header_text, need, note, unit_note, width
from transforms.forms.entry import Lists, add_marks, add_validation
from transforms.forms.prefill import FormCell
from transforms.forms.styles import FONT, Styles
from transforms.period import Period

TITLE, FACTS, SIGNATURES, HEADER, BODY = range(5)
FORM_ROWS = 500
SPARE_ROWS = 300
_LAST_COLUMN = 16_383
_WIDEST_TEXT = 34
_ALLOWED = {
    "insert_rows": True,
    "delete_rows": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}


def write_sheet(
    worksheet: Worksheet,
    styles: Styles,
    lists: Lists,
    contract: Contract,
    district: District,
    period: Period,
    carried: Sequence[Sequence[FormCell]],
    version: str,
) -> None:
    widths = _widths(contract, carried)
    body = (BODY, BODY + max(FORM_ROWS, len(carried) + SPARE_ROWS) - 1)
    for place, (column, wide) in enumerate(zip(contract.columns, widths, strict=True)):
        worksheet.set_column(place, place, wide, styles.body(column))
    # Excel deletes a row of a protected sheet only when no cell of it is locked, also to the right of the table.
    worksheet.set_column(len(widths), _LAST_COLUMN, None, styles.unlocked)
    _write_head(worksheet, styles, contract, district, period, version, widths)
    _write_header(worksheet, styles, contract, district, widths)
    for row, cells in enumerate(carried, BODY):
        for place, (column, cell) in enumerate(zip(contract.columns, cells, strict=True)):
            _write(worksheet, row, place, cell, styles.body(column))
    add_validation(worksheet, contract, district, period, lists, body)
    add_marks(worksheet, styles, contract, body)
    last = len(widths) - 1
    worksheet.ignore_errors({"number_stored_as_text": f"A{body[0] + 1}:XFD{body[1] + 1}"})
    worksheet.freeze_panes(BODY, 1 if last >= 6 else 0)
    worksheet.protect("", _ALLOWED)
    _set_up_print(worksheet)


def _write_head(
    worksheet: Worksheet,
    styles: Styles,
    contract: Contract,
    district: District,
    period: Period,
    version: str,
    widths: Sequence[int],
) -> None:
    last = len(widths) - 1
    for row, height in ((TITLE, 30), (FACTS, 20), (SIGNATURES, 20)):
        worksheet.set_row(row, height, styles.plain)
    worksheet.merge_range(TITLE, 0, TITLE, last, "", styles.title)
    worksheet.write_string(TITLE, 0, f"{district.name}{period.chinese}{contract.title}", styles.title)
    facts = [f"填报单位：{contract.department}", f"期别：{period.chinese}"]
    if units := _shared_units(contract):
        facts.append(f"单位：{units}")
    _write_line(worksheet, FACTS, [*facts, f"表样：{version}"], widths, [styles.plain] * len(facts) + [styles.corner])
    _write_line(worksheet, SIGNATURES, ["填表人：", "审核人：", "填表日期："], widths, [styles.signature] * 3)


def _write_header(
    worksheet: Worksheet, styles: Styles, contract: Contract, district: District, widths: Sequence[int]
) -> None:
    texts = [header_text(column) for column in contract.columns]
    lines = max(_lines(text, wide - 1) for text, wide in zip(texts, widths, strict=True))
    worksheet.set_row(HEADER, 12 + 16 * lines, styles.plain)
    for place, (column, text) in enumerate(zip(contract.columns, texts, strict=True)):
        worksheet.write_string(HEADER, place, text, styles.headers[need(contract, column)])
        said = note(contract, column, district)
        look = {"width": 250, "height": 14 + 16 * _lines(said, 36), "font_name": FONT, "font_size": 10}
        worksheet.write_comment(HEADER, place, said, look)


def _lines(text: str, wide: int) -> int:
    """Lines that a text takes in cells of this width."""
    return sum(-(-width(line) // wide) for line in text.split("\n"))


def _write_line(
    worksheet: Worksheet, row: int, texts: Sequence[str], widths: Sequence[int], formats: Sequence[Format]
) -> None:
    """Spread the texts over the table's width, each in cells of its own."""
    edges = _edges(widths, len(texts))
    for text, first, after, look in zip(texts, edges, edges[1:], formats, strict=False):
        if after - first > 1:
            worksheet.merge_range(row, first, row, after - 1, "", look)
        worksheet.write_string(row, first, text, look)


def _edges(widths: Sequence[int], parts: int) -> list[int]:
    """The first column of each part, and the column after the last: parts about equally wide, none empty."""
    edges = [0]
    for part in range(1, parts):
        goal = sum(widths) * part / parts
        reached = next(place for place in range(len(widths) + 1) if sum(widths[:place]) >= goal)
        edges.append(min(max(reached, edges[-1] + 1), len(widths) - (parts - part)))
    return [*edges, len(widths)]


def _write(worksheet: Worksheet, row: int, place: int, cell: FormCell, look: Format) -> None:
    match cell:
        case None:
            worksheet.write_blank(row, place, None, look)
        case str():
            worksheet.write_string(row, place, cell, look)
        case dt.date():
            worksheet.write_datetime(row, place, cell, look)
        case _:
            worksheet.write_number(row, place, cell, look)


def _shared_units(contract: Contract) -> str:
    """`万元、平方米`: the unit of money and of area, when each has one for the whole sheet."""
    units = {
        kind: {column.unit for column in contract.columns if column.type is kind}
        for kind in (ColumnType.MONEY, ColumnType.AREA)
    }
    return "、".join(unit for each in units.values() if len(each) == 1 for unit in each)


def _widths(contract: Contract, carried: Sequence[Sequence[FormCell]]) -> list[int]:
    """Wide enough for what is carried over and for the header in two lines, within bounds."""
    widths = []
    for place, column in enumerate(contract.columns):
        name = width(column.header)
        header = max(name if name <= 8 else -(-name // 2), width(unit_note(column))) + 2
        content = max((_shown_width(cells[place]) for cells in carried), default=0) + 2
        widths.append(min(max(header, content, _least(contract, place)), _WIDEST_TEXT))
    return widths


def _shown_width(cell: FormCell) -> int:
    match cell:
        case None:
            return 0
        case float() | int():
            return len(f"{cell:,.2f}")
        case _:
            return width(str(cell))


def _least(contract: Contract, place: int) -> int:
    column = contract.columns[place]
    match column.type:
        case ColumnType.DATE | ColumnType.ORG_CODE:
            return 12
        case ColumnType.CHOICE:
            return max(map(width, column.allowed)) + 3
        case ColumnType.MONEY | ColumnType.AREA:
            return 12
        case ColumnType.TEXT:
            return min(max(10, width(column.example) + 2), _WIDEST_TEXT)
        case _:
            return 8


def _set_up_print(worksheet: Worksheet) -> None:
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(HEADER)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.center_horizontally()
    worksheet.set_footer("&C&A　第 &P 页，共 &N 页")
