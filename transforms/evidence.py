"""The evidence workbook of one figure: what it is, the source rows copied out with the cells that count marked, the rows
that were set aside, and the figures it was computed from. For an auditor who has nothing but this file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from transforms.evidence_rows import SourceRow, SourceSheet, Spot
from transforms.figures import half_up
from transforms.forms.styles import FONT, HEADING_FONT
from transforms.returns.markup import plain

ABOUT, EXCLUDED, INPUTS = "说明", "没有计入", "口径"
_CREATED = dt.datetime(2000, 1, 1)  # no clock
_LONGEST_TEXT = 32_767
_EXACT_DIGITS = 15  # Excel keeps no more
_DECIMALS = 6
_PLACE = ("期别", "文件", "工作表", "行")
_RANGE_HEAD = ("期别", "文件", "工作表", "单元格", "行数", "小计", "单位", "换算", "原文各行")
_RANGE_WIDTHS = (12, 52, 24, 30, 8, 16, 10, 24, 12)
_EXCLUDED_HEAD = ("期别", "文件", "工作表", "单元格", "规则", "原因", "原文")
_INPUT_HEAD = ("代码", "指标", "数值", "单位", "印出", "口径", "含义")

Value = str | int | Fraction | None


@dataclass(frozen=True)
class RangeLine:
    """Cells of one sheet. `spot` is None where the sheet was only searched."""

    period: str
    file: str
    sheet: str
    ranges: str
    rows: int
    subtotal: Fraction | None
    unit: str
    conversions: tuple[str, ...]
    spot: Spot | None = None


@dataclass(frozen=True)
class Evidence:
    """`about` are the lines of the first sheet; `total` is given where the figure is the sum of its cells."""

    title: str
    about: tuple[tuple[str, Value], ...]
    ranges: tuple[RangeLine, ...]
    sources: tuple[SourceSheet, ...]
    excluded: tuple[tuple[str, ...], ...]  # month, file, sheet, cell, rule, message, value
    excluded_note: str
    inputs: tuple[tuple[Value, ...], ...]  # code, label, value, unit, printed, scope, definition
    total: Fraction | None


def workbook(evidence: Evidence) -> bytes:
    """The workbook (.xlsx). Equal evidence gives equal bytes."""
    sink = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 11}}
    with xlsxwriter.Workbook(sink, options) as book:
        book.set_properties({"title": evidence.title, "created": _CREATED})
        _Writer(book, evidence).write()
    return sink.getvalue()


class _Writer:
    """Writes one workbook; knows the formats and where the lines that are linked stand."""

    def __init__(self, book: xlsxwriter.Workbook, evidence: Evidence) -> None:
        self._book, self._evidence = book, evidence
        edge = {"valign": "top", "border": 1, "border_color": "#A6A6A6"}
        self._title = self._make({"font_name": HEADING_FONT, "font_size": 14})
        self._head = self._make(
            {**edge, "font_name": HEADING_FONT, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True}
        )
        self._head_link = self._make(
            {**edge, "font_name": HEADING_FONT, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "underline": 1}
        )
        self._label = self._make({**edge, "bold": True})
        self._text = self._make({**edge, "num_format": "@", "text_wrap": True})
        self._marked = self._make({**edge, "num_format": "@", "text_wrap": True, "bg_color": "#FFE699", "bold": True})
        self._number = self._make({**edge, "align": "right"})
        self._sum = self._make({**edge, "align": "right", "bold": True, "top": 2})
        self._link = self._make({**edge, "font_color": "#0563C1", "underline": 1})
        self._names = _names([source.title for source in evidence.sources])

    def write(self) -> None:
        sheets = [self._sheet(name) for name in (ABOUT, *self._names)]
        self._about(sheets[0])
        for place, (sheet, source) in enumerate(zip(sheets[1:], self._evidence.sources, strict=True)):
            self._source(sheet, source, place)
        excluded = self._sheet(EXCLUDED)
        self._table(excluded, _EXCLUDED_HEAD, (10, 24, 24, 10, 8, 60, 30), self._evidence.excluded)
        if self._evidence.excluded_note:
            self._put(excluded, len(self._evidence.excluded) + 1, 0, self._evidence.excluded_note)
        if self._evidence.inputs:
            widths = (32, 24, 16, 10, 16, 12, 60)
            self._table(self._sheet(INPUTS), _INPUT_HEAD, widths, self._evidence.inputs)

    def _about(self, sheet: Worksheet) -> None:
        for column, width in enumerate(_RANGE_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, plain(self._evidence.title), self._title)
        sheet.freeze_panes(1, 0)
        for row, (label, value) in enumerate(self._evidence.about, 1):
            sheet.write_string(row, 0, label, self._label)
            self._put(sheet, row, 1, value)
        if not self._evidence.ranges:
            return
        head = self._first_range - 1
        self._header(sheet, head, _RANGE_HEAD)
        for row, line in enumerate(self._evidence.ranges, head + 1):
            place: tuple[Value, ...] = (line.period, line.file, line.sheet, line.ranges or "查过全表，没有符合的行")
            found: tuple[Value, ...] = (line.rows, line.subtotal, line.unit, "；".join(line.conversions))
            for column, value in enumerate(place + found):
                self._put(sheet, row, column, value)
            if line.spot is not None:
                target = f"internal:'{self._names[line.spot.source]}'!A{line.spot.row + 2}"
                sheet.write_url(row, len(_RANGE_HEAD) - 1, target, self._link, "看原文")
        if self._evidence.total is not None:
            last = head + len(self._evidence.ranges) + 1
            sheet.write_string(last, 0, "合计", self._label)
            self._total(sheet, last, _RANGE_HEAD.index("小计"), (head + 1, last - 1), self._evidence.total)

    @property
    def _first_range(self) -> int:
        """The row of the first range in the first sheet, from 0."""
        return len(self._evidence.about) + 3

    def _source(self, sheet: Worksheet, source: SourceSheet, place: int) -> None:
        read = [(column, f"{source.headers[column]}（读作，{unit}）") for column, unit in source.units.items()]
        heads = (*_PLACE, *source.headers, *(head for _, head in read))
        written = (max([len(row.written[at]) for row in source.rows], default=0) for at in range(len(source.headers)))
        wanted = (2 * max(pair) + 2 for pair in zip(map(len, source.headers), written, strict=True))
        widths = (10, 24, 24, 6, *(min(max(width, 8), 40) for width in wanted), *(24 for _ in read))
        self._header(sheet, 0, heads)
        # Always in sight, as the header is frozen.
        sheet.write_url(0, 0, f"internal:'{ABOUT}'!A1", self._head_link, _PLACE[0], "回到说明")
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, len(_PLACE))
        sheet.repeat_rows(0)
        lines = {line.spot: number for number, line in reversed([*enumerate(self._evidence.ranges)])}
        for at, row in enumerate(source.rows):
            self._row(sheet, at + 1, row, [column for column, _ in read])
            if (spot := Spot(place, at)) in lines:
                target = f"internal:'{ABOUT}'!A{self._first_range + lines[spot] + 1}"
                sheet.write_url(at + 1, 0, target, self._link, row.period, "回到说明")
        if self._evidence.total is not None and source.rows:
            bottom = len(source.rows) + 1
            sheet.write_string(bottom, 0, "合计", self._label)
            for number, (column, _) in enumerate(read):
                total = sum((row.numbers.get(column, Fraction(0)) for row in source.rows), Fraction(0))
                self._total(sheet, bottom, len(_PLACE) + len(source.headers) + number, (1, bottom - 1), total)

    def _row(self, sheet: Worksheet, at: int, row: SourceRow, read: Sequence[int]) -> None:
        place: tuple[Value, ...] = (row.period, row.file, row.sheet, row.row)
        for column, value in enumerate(place):
            self._put(sheet, at, column, value)
        for spot, text in enumerate(row.written):
            style = self._marked if spot in row.marked else self._text
            sheet.write_string(at, len(_PLACE) + spot, _cut(text), style)
        for number, spot in enumerate(read):
            self._put(sheet, at, len(_PLACE) + len(row.written) + number, row.numbers.get(spot))

    def _table(
        self, sheet: Worksheet, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Value]]
    ) -> None:
        self._header(sheet, 0, heads)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values):
                self._put(sheet, row, column, value)

    def _header(self, sheet: Worksheet, row: int, heads: Sequence[str]) -> None:
        for column, head in enumerate(heads):
            sheet.write_string(row, column, plain(head), self._head)

    def _put(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        """Text as text, whatever it begins with; a number with more digits than Excel keeps as text too."""
        if value is None:
            sheet.write_blank(row, column, None, self._text)
        elif isinstance(value, str):
            sheet.write_string(row, column, _cut(value), self._text)
        elif _is_exact(value):
            sheet.write_number(row, column, float(value), self._number)
        else:
            sheet.write_string(row, column, half_up(Fraction(value), _DECIMALS), self._text)

    def _total(self, sheet: Worksheet, row: int, column: int, rows: tuple[int, int], value: Fraction) -> None:
        letters = xl_col_to_name(column)
        formula = f"=SUM({letters}{rows[0] + 1}:{letters}{rows[1] + 1})"
        sheet.write_formula(row, column, formula, self._sum, float(value))

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        return sheet

    def _make(self, properties: dict[str, Any]) -> Format:
        return self._book.add_format(properties)


def _names(titles: Iterable[str]) -> list[str]:
    """The sheets' names: the contracts' own, unless one is taken."""
    names: list[str] = []
    for title in titles:
        name = title
        while name in (ABOUT, EXCLUDED, INPUTS, *names):
            name = f"{name[:28]}（表）"
        names.append(name)
    return names


def _cut(text: str) -> str:
    return plain(text)[:_LONGEST_TEXT]


def _is_exact(value: int | Fraction) -> bool:
    digits = half_up(Fraction(value), _DECIMALS).lstrip("-").replace(".", "")
    return len(digits) <= _EXACT_DIGITS
