"""`figures.xlsx`: the figures of a month for people with a spreadsheet, readable by a screen reader too.

Every sheet is one table from A1 with one header row; no cell is merged, no meaning is in colour alone. Numbers are
numbers, exact to six decimals as in the CSV; only their format rounds.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from transforms.districts import District
from transforms.exports import number
from transforms.figures import Figure, Light, Unit
from transforms.figures_notes import notes
from transforms.period import Period

History = Mapping[Period, Mapping[str, Figure]]
Cell = tuple[str, Unit | Light | None]  # text, and how it is shown: a number of this unit, a light, or text

FIGURES, MONTHS, NOTES = "指标", "历月", "说明"
# This month and the two years before it: the same month of both years stands beside it, and a sheet of ten years is too wide
# to read. Earlier ones stand in their own issues, and in `sancu sql`.
MONTHS_SHOWN = 25
LANGUAGE = "zh-CN"
_COLUMNS = (
    ("代码", 32), ("名称", 34), ("数值", 14), ("单位", 10), ("亮灯", 8), ("口径", 10), ("目标", 14), ("分子", 12),
    ("分母", 12), ("比上月", 12), ("比上年同月", 12), ("机制", 7), ("报送部门", 16), ("说明", 36), ("含义", 60),
    ("英文名称", 44),
)  # fmt: skip
_FIXED = (("代码", 32), ("名称", 34), ("单位", 10), ("口径", 10))
_REASON = ("没有数值的原因", 60)
_LIGHTS = {Light.RED: ("#9C0006", "#FFC7CE"), Light.YELLOW: ("#7F4F00", "#FFEB9C"), Light.GREEN: ("#006100", "#C6EFCE")}


def figures_workbook(history: History, district: District, period: Period, title: str, provisional: bool) -> bytes:
    """The workbook of `history[period]`, with up to 24 months before it. Equal arguments give equal bytes."""
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sink, options | {"default_format_properties": {"font_name": "宋体"}}) as book:
        book.set_properties(
            {
                "title": title,
                "subject": f"{district.name}{period.chinese}{district.campaign}指标",
                "author": district.masthead.office,
                "keywords": f"{district.code}；{period}",
                # The writer would take the clock, and equal inputs would not give equal bytes.
                "created": dt.datetime.combine(period.first_day, dt.time()),
            }
        )
        looks = _Looks(book)
        figures = history[period]
        _write(book.add_worksheet(FIGURES), looks, "figures", _COLUMNS, [_row(f) for f in figures.values()], 2)
        months = sorted(month for month in history if month <= period)[-MONTHS_SHOWN:]
        columns = (*_FIXED, *((str(month), 13) for month in months), _REASON)
        _write(book.add_worksheet(MONTHS), looks, "months", columns, list(_history(history, months)), 2)
        told: list[list[Cell]] = [
            [(what, None), (text, None)] for what, text in notes(district, period, title, provisional)
        ]
        _write(book.add_worksheet(NOTES), looks, "notes", (("项目", 24), ("内容", 100)), told, 1)
    return _in_chinese(sink.getvalue())


def light_text(light: Light | None) -> str:
    """Shape and word; empty without a light."""
    return f"{light.mark} {light.value}" if light else ""


class _Looks:
    """The formats of the workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        top = {"valign": "top"}
        self.header = book.add_format({"bold": True, "valign": "vcenter", "bg_color": "#D9E2F3", "bottom": 1})
        self.text = book.add_format({**top, "text_wrap": True, "num_format": "@"})
        self.numbers = {unit: book.add_format({**top, "num_format": _number_format(unit)}) for unit in Unit}
        self.lights = {
            light: book.add_format({**top, "font_color": ink, "bg_color": paper, "num_format": "@"})
            for light, (ink, paper) in _LIGHTS.items()
        }

    def of(self, kind: Unit | Light | None) -> Format:
        if isinstance(kind, Unit):
            return self.numbers[kind]
        return self.text if kind is None else self.lights[kind]


def _number_format(unit: Unit) -> str:
    return "#,##0" + ("." + "0" * unit.decimals if unit.decimals else "")


def _row(figure: Figure) -> list[Cell]:
    unit = figure.unit
    points = Unit.POINTS if unit is Unit.PERCENT else unit
    parts = Unit.MONEY_WAN  # two decimals: done and due may be amounts or counts
    return [
        (figure.code, None),
        (figure.label, None),
        (number(figure.value), unit),
        (unit.value, None),
        (light_text(figure.light), figure.light),
        (figure.scope.value, None),
        (number(figure.target), unit),
        (number(figure.done), parts if _broken(figure) else Unit.ITEMS),
        (number(figure.due), parts if _broken(figure) else Unit.ITEMS),
        (number(figure.change), points),
        (number(figure.change_on_year), points),
        (str(figure.mechanism), Unit.ITEMS),
        (figure.owner, None),
        (figure.note, None),
        (figure.definition, None),
        (figure.label_en, None),
    ]


def _broken(figure: Figure) -> bool:
    """Whether numerator or denominator is not a whole number."""
    return any(part is not None and part.denominator != 1 for part in (figure.done, figure.due))


def _history(history: History, months: Sequence[Period]) -> Iterable[list[Cell]]:
    """One row a code, in this month's order, then those that only earlier months have."""
    codes = dict.fromkeys(code for month in reversed(months) for code in history[month])
    for code in codes:
        known = {month: history[month][code] for month in months if code in history[month]}
        latest = known[max(known)]
        values: list[Cell] = [(number(known[m].value) if m in known else "", latest.unit) for m in months]
        yield [
            (code, None),
            (latest.label, None),
            (latest.unit.value, None),
            (latest.scope.value, None),
            *values,
            (_reasons(known, months), None),
        ]


def _reasons(known: Mapping[Period, Figure], months: Sequence[Period]) -> str:
    """Why months have no number, months of one reason together."""
    reasons: dict[str, list[str]] = {}
    for month in months:
        figure = known.get(month)
        if figure is None:
            reasons.setdefault("当时没有这个指标", []).append(str(month))
        elif figure.value is None:
            reasons.setdefault(figure.note or "没有数值", []).append(str(month))
    return "；".join(f"{'、'.join(where)}：{reason}" for reason, where in reasons.items())


def _write(
    sheet: Worksheet, looks: _Looks, name: str, columns: Sequence[tuple[str, int]], rows: list[list[Cell]], keep: int
) -> None:
    """One table from A1; its header row and first `keep` columns stay in sight."""
    for place, (_, width) in enumerate(columns):
        sheet.set_column(place, place, width)
    for row, cells in enumerate(rows, 1):
        for column, (text, kind) in enumerate(cells):
            if isinstance(kind, Unit) and text:
                sheet.write_number(row, column, float(text), looks.of(kind))
            elif text:
                sheet.write_string(row, column, text, looks.of(kind))
    headers = [{"header": header, "header_format": looks.header} for header, _ in columns]
    table: dict[str, Any] = {"name": name, "columns": headers, "style": "Table Style Light 1", "banded_rows": False}
    sheet.add_table(0, 0, max(1, len(rows)), len(columns) - 1, table)
    sheet.freeze_panes(1, keep)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _in_chinese(data: bytes) -> bytes:
    """The workbook with its language in the core properties, which the writer has no way to set."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "docProps/core.xml":
                end = b"</cp:coreProperties>"
                content = content.replace(end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end)
            new.writestr(part, content)
    return sink.getvalue()
