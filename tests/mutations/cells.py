"""How single cells are typed: numbers, dates, codes, marks and blanks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator

from tests.mutations.book import Grid, Mutation
from tests.mutations.layout import _some
from transforms import values
from transforms.contracts import Column, ColumnType
from transforms.tables import Cell

_FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
_BARE = (ColumnType.MONEY, ColumnType.AREA, ColumnType.COUNT, ColumnType.SCORE)
_ORIGIN = dt.date(1899, 12, 30)


def _bare_numbers(grid: Grid, *types: ColumnType) -> Iterator[tuple[Column, int, int, float]]:
    """Column, row, place and number of each cell that is a number and nothing else."""
    for column in grid.of_types(*types):
        place = grid.columns[column.name]
        for row in grid.rows:
            cell = grid.get(row, place)
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                yield column, row, place, cell


def _shown(number: float) -> str:
    return f"{number:.15g}"


def numbers_as_text(grid: Grid, chance: random.Random) -> None:
    """1234.5 as `1,234.5`, `１２３４．５`, ` 1234.50 `, `1234.5`."""
    for _, row, place, number in _bare_numbers(grid, *_BARE):
        text = _shown(number)
        if "e" in text or chance.random() < 0.5:
            continue
        whole, point, rest = text.partition(".")
        shapes = (text, text.translate(_FULL_WIDTH), f" {text} ", f"{int(whole):,}{point}{rest}", f"{whole}.{rest}0")
        grid.put(row, place, chance.choice(shapes))


def numbers_with_unit(grid: Grid, chance: random.Random) -> None:
    """12.5 under 万元 as `12.5万元`, 72 as `72套`."""
    for column, row, place, number in list(_bare_numbers(grid, ColumnType.MONEY, ColumnType.AREA, ColumnType.COUNT)):
        unit = grid.units.get(column.name, "")
        text = _shown(number)
        if unit and "e" not in text and chance.random() < 0.5:
            grid.put(row, place, f"{text}{chance.choice(('', ' '))}{unit}")


def percentages_as_text(grid: Grid, chance: random.Random) -> None:
    """85.5 as `85.5%` or `百分之85.5`, in columns that are not read as fractions."""
    for column in grid.of_types(ColumnType.PERCENT):
        cells = [each for each in _bare_numbers(grid, ColumnType.PERCENT) if each[0] is column]
        if any(number > 1 for *_, number in cells):
            large = [each for each in cells if each[3] > 1]
            for _, row, place, number in large[1:]:  # the first stays, and says what the column's numbers are
                if chance.random() < 0.5:
                    grid.put(row, place, chance.choice((f"{_shown(number)}%", f"{_shown(number)}％")))


def dates_as_text(grid: Grid, chance: random.Random) -> None:
    _redated(grid, chance, lambda day: chance.choice((
        f"{day:%Y}年{day.month}月{day.day}日", f"{day:%Y}/{day.month}/{day.day}", f"{day:%Y.%m.%d}",
        f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%Y}.{day.month}.{day.day}", f"{day:%Y/%m/%d} 08:30",
        f"{day:%Y}年{day.month:02}月{day.day:02}日".translate(_FULL_WIDTH),
    )))  # fmt: skip


def dates_as_serials(grid: Grid, chance: random.Random) -> None:
    """A date cell whose format was lost: 41807."""
    _redated(grid, chance, lambda day: chance.choice((float((day - _ORIGIN).days), (day - _ORIGIN).days)))


def dates_as_dates(grid: Grid, chance: random.Random) -> None:
    _redated(grid, chance, lambda day: chance.choice((day, dt.datetime.combine(day, dt.time(9, 30)))))


def _redated(grid: Grid, chance: random.Random, written: Callable[[dt.date], Cell]) -> None:
    for column in grid.of_types(ColumnType.DATE):
        place = grid.columns[column.name]
        for row in grid.rows:
            cell = grid.get(row, place)
            if values.is_blank(cell) or chance.random() < 0.5:
                continue
            try:
                day = values.parse_date(cell)
            except values.NotAValue:
                continue
            grid.put(row, place, written(day))


def codes_retyped(grid: Grid, chance: random.Random) -> None:
    """59171234-8 for 591712348, full-width, and as a number where no zero leads."""
    for column in grid.of_types(ColumnType.ORG_CODE):
        place = grid.columns[column.name]
        for row in grid.rows:
            cell = grid.get(row, place)
            if isinstance(cell, str) and len(cell) == 9 and cell.isdigit() and chance.random() < 0.5:
                shapes: list[Cell] = [f"{cell[:8]}-{cell[8]}", cell.translate(_FULL_WIDTH), f" {cell}"]
                shapes += [float(cell)] if cell[0] != "0" else []
                grid.put(row, place, chance.choice(shapes))


def flags_retyped(grid: Grid, chance: random.Random) -> None:
    """是 as √, 有, Y, true; 否 as ×, 无, N, false."""
    for column in grid.of_types(ColumnType.FLAG):
        place = grid.columns[column.name]
        for row in grid.rows:
            cell = grid.get(row, place)
            if cell in ("是", "否") and chance.random() < 0.5:
                grid.put(
                    row, place, chance.choice(("√", "有", "Y", True) if cell == "是" else ("×", "N", "否 ", False))
                )


def choices_by_synonym(grid: Grid, chance: random.Random) -> None:
    for column in grid.of_types(ColumnType.CHOICE):
        place = grid.columns[column.name]
        for row in grid.rows:
            names = [name for name, meant in column.synonyms.items() if meant == grid.get(row, place)]
            if names and chance.random() < 0.5:
                grid.put(row, place, chance.choice(names))


def blanks_as_dashes(grid: Grid, chance: random.Random) -> None:
    """Nothing as `—`, `/` or spaces, in rows of data."""
    for place in grid.columns.values():
        for row in grid.rows:
            if grid.get(row, place) is None and chance.random() < 0.3:
                grid.put(row, place, chance.choice(("—", "/", "-", " ", "")))


MUTATIONS: tuple[Mutation, ...] = tuple(
    map(
        _some,
        (
            numbers_as_text, numbers_with_unit, percentages_as_text, dates_as_text, dates_as_serials, dates_as_dates,
            codes_retyped, flags_retyped, choices_by_synonym, blanks_as_dashes,
        ),
    )
)  # fmt: skip
