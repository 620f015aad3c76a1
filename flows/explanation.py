"""What is told about a printed figure: its definition, the cells it came from as written and as read, what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from flows.ledger import Briefing
from transforms.figures import CellRange, Figure, Unit, half_up, value_of
from transforms.findings import Finding
from transforms.period import Period
from transforms.readings import ReadColumn


class SourceCell(NamedTuple):
    """One cell: the address in the sheet, the text as sent, and the value as stored, of a column of the contract."""

    address: str
    written: str
    value: Any
    column: ReadColumn

    @property
    def number(self) -> Fraction | None:
        """Exact, in the unit that people read."""
        return self.column.number(self.value)

    @property
    def read(self) -> str:
        """The value with its unit."""
        return shown(self.value, self.column)


@dataclass(frozen=True)
class SourceRange:
    """The cells of one file that went into a figure. `subtotal` adds up those that are numbers, `unit` is theirs;
    `conversions` say how the sheet's units became that one."""

    period: Period
    place: CellRange
    dataset: str
    cells: tuple[SourceCell, ...]
    unit: str
    conversions: tuple[str, ...]

    @cached_property
    def subtotal(self) -> Fraction | None:
        sums: dict[ReadColumn, int] = {}
        for cell in self.cells:
            if cell.column.counts and cell.value is not None:
                sums[cell.column] = sums.get(cell.column, 0) + cell.value
        numbers = [number for column, value in sums.items() if (number := column.number(value)) is not None]
        return sum(numbers, Fraction(0)) if numbers else None

    def lines(self, every_cell: bool) -> Iterator[str]:
        subtotal = "" if self.subtotal is None else f"，小计 {half_up(self.subtotal, 6)}{self.unit}"
        yield f"    {self.period} {self.place.filename} · {self.place.sheet} · {self.place.rows} 行{subtotal}"
        yield f"      {self.place.ranges or '查过全表，没有符合的行'}"
        for conversion in self.conversions:
            yield f"      换算：{conversion}"
        for cell in self.cells if every_cell else ():
            yield f"        {cell.address}\t{cell.written}\t→ {cell.read}"


@dataclass(frozen=True)
class Explanation:
    briefing: Briefing
    figure: Figure
    inputs: tuple[Figure, ...]
    ranges: tuple[SourceRange, ...]
    excluded: tuple[Finding, ...]  # rows set aside from the same sheets, and why
    unchecked: tuple[Period, ...] = ()  # months of those sheets without a briefing of their own, hence without findings
    members: tuple[Explanation, ...] = ()  # of a city or province: the districts' own figures

    def lines(self, every_cell: bool = False) -> Iterator[str]:
        """For people: the definition, then what it was computed from, then what was left out."""
        yield from self._definition()
        if self.inputs:
            yield "  由这些指标算出："
        for figure in self.inputs:
            yield f"    {figure.label}（{figure.code}）= {value_of(figure.value, figure.unit)}"
        if self.members:
            yield from self._districts(every_cell)
        if self.ranges:
            yield "  来自这些单元格："
        for item in self.ranges:
            yield from item.lines(every_cell)
        if self.total is not None and len(self.ranges) > 1:
            yield f"    合计 {half_up(self.total, 6)}{self.unit}"
        if self.excluded:
            yield "  没有计入的行："
        for finding in self.excluded:
            place = f"{self.period_of(finding)} {finding.filename} · {finding.sheet} · {finding.cell or '整张表'}"
            yield f"    {place}：{finding.message}（{finding.rule}）"
        if self.unchecked:
            yield f"  {'、'.join(map(str, self.unchecked))} 没有做过简报，那几个月没有计入的行没有记录。"

    def _districts(self, every_cell: bool) -> Iterator[str]:
        yield "  由这些区县的数算出（--cells 列出各区县的单元格）："
        for member in self.members:
            yield f"    {member.briefing.district} 第{member.briefing.number}期 = {value_of(member.figure.value, member.figure.unit)}"
            for item in member.ranges if every_cell else ():
                yield from (f"    {line}" for line in item.lines(every_cell))

    def _definition(self) -> Iterator[str]:
        figure = self.figure
        yield f"{figure.label}（{figure.code}）= {value_of(figure.value, figure.unit)}"
        yield f"  期别：{self.briefing.period} · 第{self.briefing.number}期 · 口径：{figure.scope.value}"
        yield f"  含义：{figure.definition}"
        if self.formula:
            yield f"  公式：{self.formula}"
        if figure.note:
            yield f"  说明：{figure.note}"
        if figure.target is not None:
            yield f"  目标：{value_of(figure.target, figure.unit)}"
        if figure.from_district_file:
            yield f"  来源：区县文件 {self.briefing.district}.yaml 的 {figure.from_district_file}"

    def period_of(self, finding: Finding) -> Period:
        """The month of the file that an excluded row stood in."""
        return next(item.period for item in self.ranges if item.place.submission == finding.submission)

    @property
    def formula(self) -> str:
        """In words and numbers; empty where the definition must say it."""
        figure = self.figure
        if figure.done is not None and figure.due is not None:
            times = " × 100%" if figure.unit is Unit.PERCENT else ""
            value = "" if figure.value is None else f" = {half_up(figure.value, 6)}{figure.unit.value}"
            return f"{half_up(figure.done, 6)} ÷ {half_up(figure.due, 6)}{times}{value}"
        if self.total is not None:
            return "下列单元格的数相加"
        if self.rows is not None:
            return "下列各行的行数"
        return "由下列指标按含义算出" if self.inputs else ""

    @cached_property
    def total(self) -> Fraction | None:
        """The subtotals added up, where the figure is their sum."""
        subtotals = [item.subtotal for item in self.ranges if item.subtotal is not None]
        total = sum(subtotals, Fraction(0))
        return total if subtotals and total == self.figure.value else None

    @property
    def rows(self) -> int | None:
        """The rows of all ranges, where the figure is their number."""
        rows = sum(item.place.rows for item in self.ranges)
        return rows if rows and self.total is None and rows == self.figure.value else None

    @property
    def unit(self) -> str:
        """That of the subtotals, where they have one."""
        units = {item.unit for item in self.ranges if item.subtotal is not None}
        return units.pop() if len(units) == 1 else ""

    def as_json(self) -> dict[str, Any]:
        figure = self.figure
        return {
            "code": figure.code,
            "label": figure.label,
            "period": str(self.briefing.period),
            "value": None if figure.value is None else half_up(figure.value, 6),
            "exact": None if figure.value is None else str(figure.value),
            "printed": value_of(figure.value, figure.unit),
            "unit": figure.unit.value,
            "scope": figure.scope.value,
            "definition": figure.definition,
            "formula": self.formula,
            "note": figure.note,
            "inputs": [{"code": item.code, "printed": value_of(item.value, item.unit)} for item in self.inputs],
            "cells": [_range_json(item) for item in self.ranges],
            "total": None if self.total is None else half_up(self.total, 6),
            "excluded": [
                {
                    "period": str(self.period_of(f)),
                    "file": f.filename,
                    "sheet": f.sheet,
                    "cell": f.cell,
                    "rule": f.rule,
                    "message": f.message,
                }
                for f in self.excluded
            ],
            "unchecked": [str(period) for period in self.unchecked],
            "members": [{"district": m.briefing.district, **m.as_json()} for m in self.members],
        }


def _range_json(item: SourceRange) -> dict[str, Any]:
    return {
        "submission": item.place.submission,
        "period": str(item.period),
        "file": item.place.filename,
        "department": item.place.department,
        "sheet": item.place.sheet,
        "ranges": item.place.ranges,
        "rows": item.place.rows,
        "subtotal": None if item.subtotal is None else half_up(item.subtotal, 6),
        "unit": item.unit,
        "conversions": list(item.conversions),
        "cells": [{"address": c.address, "written": c.written, "read": c.read} for c in item.cells],
    }


def shown(value: Any, column: ReadColumn) -> str:
    """A value as read: a number in the unit that people read, with it."""
    number = column.number(value)
    if number is not None:
        return f"{half_up(number, 6)}{column.read_in}"
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
