"""Totals that a department states, against the rows that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from transforms import values
from transforms.body import Body, Total
from transforms.coercion import Coerced
from transforms.contracts import Column, ColumnType
from transforms.tables import Cell, RawSheet

_SUMMED = (ColumnType.MONEY, ColumnType.AREA, ColumnType.COUNT)
_SHOWN_IN = {ColumnType.MONEY: (10**6, "万元"), ColumnType.AREA: (100, "平方米"), ColumnType.COUNT: (1, "")}


@dataclass(frozen=True)
class WrongTotal:
    """A total cell (row from 0, contract column) that no sum of its rows gives; `text` says by how much."""

    row: int
    name: str
    text: str
    value: str


def wrong_totals(
    sheet: RawSheet,
    rows: Body,
    coerced: Mapping[str, Coerced],
    places: Mapping[str, int],
    units: Mapping[str, str | None],
) -> Iterator[WrongTotal]:
    """Each stated total of money, area or a count against its column's rows as sent, before any row is set aside.

    It holds when it equals the sum of all rows, of the rows above it, or of its own group above or below. A column
    with an unread cell is left out, because its sum is not known.
    """
    for name, column in coerced.items():
        if column.column.type not in _SUMMED or column.failures or not rows.totals:
            continue
        unit = units[name]
        amounts = [
            Fraction(0) if value is None else values.exact(cell, column.column, unit)
            for cell, value in zip(column.cells, column.values, strict=True)
        ]
        for total in rows.totals:
            cell = _cell(sheet, total.row, places[name])
            try:
                stated = None if values.is_blank(cell) else values.exact(cell, column.column, unit)
            except values.NotAValue:
                continue
            sums = _possible_sums(total, rows, amounts)
            if stated is not None and stated not in sums and not _is_noise(cell, stated, sums):
                yield WrongTotal(total.row, name, _text(column.column, total, stated, sums[0]), values.clean(cell))


def _cell(sheet: RawSheet, row: int, place: int) -> Cell:
    line = sheet.cells[row]
    return line[place] if place < len(line) else None


def _possible_sums(total: Total, rows: Body, amounts: Sequence[Fraction]) -> list[Fraction]:
    """What a total row may rightly state, the likeliest first."""
    edges = [other.row for other in rows.totals]
    end = max((*rows.rows, *edges)) + 1
    before = max((edge for edge in edges if edge < total.row), default=-1)
    after = min((edge for edge in edges if edge > total.row), default=end)

    def between(first: int, last: int) -> Fraction:
        return sum((a for row, a in zip(rows.rows, amounts, strict=True) if first < row < last), Fraction(0))

    group, below = between(before, total.row), between(total.row, after)
    so_far, whole = between(-1, total.row), between(-1, end)
    return [group, below, so_far, whole] if total.partial else [whole, so_far, group, below]


def _is_noise(cell: Cell, stated: Fraction, sums: Sequence[Fraction]) -> bool:
    """A total that Excel computed may differ from the exact sum behind the twelfth digit."""
    return isinstance(cell, float) and any(abs(stated - each) * 10**12 < abs(each) for each in sums)


def _text(column: Column, total: Total, stated: Fraction, summed: Fraction) -> str:
    scale, unit = _SHOWN_IN[column.type]
    word = "小计" if total.partial else "合计"
    return (
        f"“{column.header}”{word}写 {_decimal(stated / scale)}{unit}，各行相加是 {_decimal(summed / scale)}{unit}，"
        f"相差 {_decimal(abs(stated - summed) / scale)}{unit}，请说明或更正"
    )


def _decimal(value: Fraction) -> str:
    """Six decimals at most, which is 分 in 万元; exact but for areas given in 亩."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
