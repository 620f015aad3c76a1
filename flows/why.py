"""From a printed figure back to the cells it came from, as the sender wrote them and as they were read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from flows.configuration import Configuration, load_configuration
from flows.ledger import Briefing, Ledger
from flows.settings import Settings
from flows.store import Store
from transforms.contracts import ColumnType
from transforms.errors import UsageError
from transforms.figures import CellRange, Figure, half_up, show
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.tables import Intake, Table

# What one stored integer is worth in the unit that people read.
_READ_IN = {
    ColumnType.MONEY: (Fraction(1, 1_000_000), "万元"),
    ColumnType.AREA: (Fraction(1, 1_000_000), "万平方米"),
    ColumnType.PERCENT: (Fraction(1, 100), "%"),
    ColumnType.SCORE: (Fraction(1, 100), "分"),
}
_NUMBERS = (*_READ_IN, ColumnType.COUNT)


@dataclass(frozen=True)
class SourceCell:
    """One cell: the address in the sheet, the text as sent, and the value as read, exact, with its unit."""

    address: str
    written: str
    read: str
    number: Fraction | None = None


@dataclass(frozen=True)
class SourceRange:
    """The cells of one file that went into a figure. `subtotal` adds up those that are numbers."""

    period: Period
    place: CellRange
    cells: tuple[SourceCell, ...]
    unit: str

    @property
    def subtotal(self) -> Fraction | None:
        numbers = [cell.number for cell in self.cells if cell.number is not None]
        return sum(numbers, Fraction(0)) if numbers else None

    def lines(self, every_cell: bool) -> Iterator[str]:
        subtotal = "" if self.subtotal is None else f"，小计 {half_up(self.subtotal, 6)}{self.unit}"
        yield f"    {self.period} {self.place.filename} · {self.place.sheet} · {self.place.rows} 行{subtotal}"
        yield f"      {self.place.ranges or '查过全表，没有符合的行'}"
        for cell in self.cells if every_cell else ():
            yield f"        {cell.address}\t{cell.written}\t→ {cell.read}"


@dataclass(frozen=True)
class Explanation:
    briefing: Briefing
    figure: Figure
    inputs: tuple[Figure, ...]
    ranges: tuple[SourceRange, ...]
    excluded: tuple[Finding, ...]  # rows set aside from the same sheets, and why

    def lines(self, every_cell: bool = False) -> Iterator[str]:
        """For people: the definition, then what it was computed from, then what was left out."""
        yield from self._definition()
        if self.inputs:
            yield "  由这些指标算出："
        for figure in self.inputs:
            yield f"    {figure.label}（{figure.code}）= {_printed(figure)}"
        if self.ranges:
            yield "  来自这些单元格："
        for item in self.ranges:
            yield from item.lines(every_cell)
        if self.total is not None:
            yield f"    合计 {half_up(self.total, 6)}{self.ranges[0].unit}"
        if self.excluded:
            yield "  没有计入的行："
        for finding in self.excluded:
            yield f"    {finding.filename} · {finding.sheet} · {finding.cell}：{finding.message}（{finding.rule}）"

    def _definition(self) -> Iterator[str]:
        figure = self.figure
        yield f"{figure.label}（{figure.code}）= {_printed(figure)}"
        yield f"  期别：{self.briefing.period} · 第{self.briefing.number}期 · 口径：{figure.scope.value}"
        yield f"  含义：{figure.definition}"
        if figure.note:
            yield f"  说明：{figure.note}"
        if figure.done is not None and figure.due is not None:
            yield f"  算法：{half_up(figure.done, 6)} ÷ {half_up(figure.due, 6)}"
        if figure.target is not None:
            yield f"  目标：{show(figure.target, figure.unit)}{figure.unit.value}"
        if figure.from_district_file:
            yield f"  来源：区县文件 {self.briefing.district}.yaml 的 {figure.from_district_file}"

    @property
    def total(self) -> Fraction | None:
        """The subtotals added up, where the figure is their sum."""
        subtotals = [item.subtotal for item in self.ranges if item.subtotal is not None]
        total = sum(subtotals, Fraction(0))
        return total if len(subtotals) > 1 and total == self.figure.value else None

    def as_json(self) -> dict[str, Any]:
        figure = self.figure
        return {
            "code": figure.code,
            "label": figure.label,
            "period": str(self.briefing.period),
            "value": None if figure.value is None else half_up(figure.value, 6),
            "printed": _printed(figure),
            "unit": figure.unit.value,
            "scope": figure.scope.value,
            "definition": figure.definition,
            "note": figure.note,
            "inputs": [{"code": item.code, "printed": _printed(item)} for item in self.inputs],
            "cells": [
                {
                    "submission": item.place.submission,
                    "period": str(item.period),
                    "file": item.place.filename,
                    "department": item.place.department,
                    "sheet": item.place.sheet,
                    "ranges": item.place.ranges,
                    "subtotal": None if item.subtotal is None else half_up(item.subtotal, 6),
                    "unit": item.unit,
                    "cells": [{"address": c.address, "written": c.written, "read": c.read} for c in item.cells],
                }
                for item in self.ranges
            ],
            "excluded": [
                {"file": f.filename, "sheet": f.sheet, "cell": f.cell, "rule": f.rule, "message": f.message}
                for f in self.excluded
            ],
        }


def explain(settings: Settings, code: str, period: str, district: str | None = None) -> Explanation:
    """Find the figure in the month's current briefing and read its cells again from the archive.

    Raises:
        UsageError: no briefing has been made for the month, or it has no such figure.
        EnvironmentFailure: the archive lacks a file.
    """
    month = Period.parse(period)
    configuration = load_configuration(settings.data, district or settings.district)
    ledger = Ledger(settings.database_url)
    briefing = ledger.latest_briefing(configuration.district.code, month)
    if briefing is None:
        raise UsageError(f"{month} 还没有做过简报，请先运行：sancu run {month}")
    figures = ledger.figures_of(briefing)
    if code not in figures:
        near = difflib.get_close_matches(code, figures, n=3, cutoff=0.5)
        hint = f"相近的有：{'、'.join(near)}。" if near else "全部代码见 figures.csv。"
        raise UsageError(f"没有代码为“{code}”的指标。{hint}")
    figure = figures[code]
    ranges = tuple(_ranges(settings, configuration, ledger, figure))
    sheets = {(item.place.submission, item.place.sheet) for item in ranges}
    excluded = tuple(
        finding
        for finding in ledger.findings_of(briefing)
        if finding.severity is Severity.BLOCK and (finding.submission, finding.sheet) in sheets
    )
    return Explanation(briefing, figure, tuple(figures[i] for i in figure.inputs if i in figures), ranges, excluded)


def _ranges(settings: Settings, configuration: Configuration, ledger: Ledger, figure: Figure) -> Iterator[SourceRange]:
    if not figure.cells:
        return
    from flows.reader_pool import shared
    from transforms.lineage import expand
    from transforms.reading import read_submission

    store = Store(settings.store_url)
    intakes: dict[str, Intake] = {}
    with shared(settings.reader.limits).reader() as reader:
        for place in figure.cells:
            if place.submission not in intakes:
                submission = ledger.submission(place.submission)
                raw = reader.read(store.get(place.submission), place.filename)
                contracts = configuration.contracts_of(submission.department)
                intakes[place.submission] = read_submission(raw, submission, contracts)
            (table,) = (t for t in intakes[place.submission].tables if t.sheet == place.sheet)
            yield _range(configuration, table, place, expand(place.ranges))


def _range(configuration: Configuration, table: Table, place: CellRange, addresses: Sequence[str]) -> SourceRange:
    contract = next(c for c in configuration.contracts if c.id == table.dataset)
    columns = {table.letters[column.name]: column for column in contract.columns if column.name in table.letters}
    cells, units = [], set()
    for address in addresses:
        letters = address.rstrip("0123456789")
        row, column = int(address.removeprefix(letters)), columns[letters]
        value = table.frame.at[row, column.name]
        scale, unit = _READ_IN.get(column.type, (Fraction(1), column.unit))
        number = Fraction(int(value)) * scale if column.type in _NUMBERS and pd.notna(value) else None
        if number is not None:
            units.add(unit)
        read = _text(value) if number is None else f"{half_up(number, 6)}{unit}"
        cells.append(SourceCell(address, str(table.written.at[row, column.name]), read, number))
    return SourceRange(table.submission.period, place, tuple(cells), units.pop() if len(units) == 1 else "")


def _text(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "（空）"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _printed(figure: Figure) -> str:
    return "—" if figure.value is None else f"{show(figure.value, figure.unit)}{figure.unit.value}"
