"""What things are called: sheets, headers, units."""

from __future__ import annotations

import random
import re
from fractions import Fraction

from tests.mutations.book import Book, Grid, Mutation
from tests.mutations.layout import _some
from transforms import values
from transforms.contracts import Column, ColumnType
from transforms.headers import is_typo
from transforms.tables import Cell

_YUAN = {"元": 1, "千元": 10**3, "万元": 10**4}
_METRES = {"平方米": 1, "万平方米": 10**4}
_SLIPS = "的之乃麦X"


def sheet_renamed(grid: Grid, chance: random.Random) -> None:
    grid.name = chance.choice(
        (
            *grid.contract.aliases,
            f"{grid.contract.sheet}（定稿）",
            f"Sheet{chance.randint(1, 9)}",
            f" {grid.contract.sheet} ",
        )
    )


def headers_by_alias(grid: Grid, chance: random.Random) -> None:
    if grid.height != 1:
        return
    for column in grid.contract.columns:
        aliases = [alias for alias in column.aliases if "_" not in alias]
        if column.name in grid.columns and aliases and chance.random() < 0.5:
            _rename(grid, column, chance.choice(aliases))


def headers_with_spaces_and_stars(grid: Grid, chance: random.Random) -> None:
    """企 业 名 称, *企业名称, 企业\\n名称, 企业名称："""
    if grid.height != 1:
        return
    for place in grid.columns.values():
        text = grid.get(grid.top, place)
        if isinstance(text, str) and len(text) > 1 and chance.random() < 0.5:
            half = len(text) // 2
            shapes = (" ".join(text), f"*{text}", f"{text[:half]}\n{text[half:]}", f"{text}：", f"　{text} ")
            grid.put(grid.top, place, chance.choice(shapes))


def a_typo_in_a_header(grid: Grid, chance: random.Random) -> None:
    """One character more in one header, where that leaves no doubt which is meant."""
    if grid.height != 1 or "typo" in grid.done:
        return
    grid.done.add("typo")
    column = chance.choice([c for c in grid.contract.columns if c.name in grid.columns])
    place = chance.randint(1, len(column.header) - 1)
    seen = column.header[:place] + chance.choice(_SLIPS) + column.header[place:]
    claims = {
        other.name
        for other in grid.contract.columns
        for name in (other.header, *other.aliases)
        if is_typo(values.normalise(name), values.normalise(seen))
    }
    if claims == {column.name}:
        _rename(grid, column, seen)


def _rename(grid: Grid, column: Column, header: str) -> None:
    """Under its new name a column keeps the unit that its old one states."""
    unit = grid.units.get(column.name)
    stated = f"（{unit}）" if unit in (*_YUAN, *_METRES) else ""
    grid.put(grid.top, grid.columns[column.name], header + stated)


def money_in_another_unit(grid: Grid, chance: random.Random) -> None:
    _in_unit(grid, chance, ColumnType.MONEY, _YUAN)


def area_in_another_unit(grid: Grid, chance: random.Random) -> None:
    _in_unit(grid, chance, ColumnType.AREA, _METRES)


def _in_unit(grid: Grid, chance: random.Random, kind: ColumnType, units: dict[str, int]) -> None:
    """All bare numbers of a kind in another unit, exactly, and the unit stated in the header or in a note."""
    columns = grid.of_types(kind)
    if not columns or {grid.units[column.name] for column in columns} - units.keys():
        return
    if grid.height > 1 and any(f"{unit}）" in str(name) for name in grid.lowest_names() for unit in units):
        return
    unit = chance.choice(list(units))
    scaled = {
        (row, grid.columns[column.name]): _scaled(cell, Fraction(units[grid.units[column.name]], units[unit]))
        for column in columns
        for row in range(grid.body, len(grid.lines))
        if _is_bare(cell := grid.get(row, grid.columns[column.name])) and not _is_column_number(grid, row)
    }
    if None in scaled.values():
        return
    for (row, place), number in scaled.items():
        grid.put(row, place, number)
    in_header = grid.height == 1 and chance.random() < 0.5
    for column in columns:
        grid.units[column.name] = unit
        place = grid.columns[column.name]
        if grid.height == 1:
            bare = re.sub(
                "/[^/]*元$|/[^/]*平方米$", "", values.normalise(str(grid.get(grid.top, place)), brackets=False)
            )
            grid.put(
                grid.top, place, bare + (chance.choice((f"（{unit}）", f"({unit})", f"/{unit}")) if in_header else "")
            )
    _drop_notes(grid, kind)
    if not in_header:
        grid.insert_rows(
            grid.top, [[None] * chance.randint(0, 3) + [chance.choice((f"单位：{unit}", f"金额单位: {unit}"))]]
        )


def _is_bare(cell: Cell) -> bool:
    """A number, typed or as text, without a unit of its own."""
    try:
        quantity = values.parse_quantity(cell)
    except values.NotAValue:
        return False
    return not quantity.unit and not quantity.absolute


def _scaled(cell: Cell, factor: Fraction) -> float | None:
    """None when a float cannot say it exactly."""
    exact = values.parse_number(cell) * factor
    number = float(exact)
    return number if values.parse_number(number) == exact else None


def _is_column_number(grid: Grid, row: int) -> bool:
    return row == grid.body and row not in grid.rows


def _drop_notes(grid: Grid, kind: ColumnType) -> None:
    for row in range(grid.top):
        for place, cell in enumerate(grid.lines[row]):
            if isinstance(cell, str) and "单位" in cell and "填报" not in cell:
                named = values.unit_type(cell.replace(":", "：").partition("：")[2])
                if named and named[0] is kind:
                    grid.lines[row][place] = None


def _monthless(cell: Cell) -> Cell:
    return cell.replace("2014年6月", "") if isinstance(cell, str) and "日" not in cell else cell


def title_without_month(book: Book, chance: random.Random) -> None:
    """2014年6月 gone from the titles: the file's name says it."""
    for grid in book.grids:
        for row in range(grid.top):
            grid.lines[row] = [_monthless(cell) for cell in grid.lines[row]]


def title_in_hanzi(book: Book, chance: random.Random) -> None:
    """二○一四年六月, 2014年1—6月, 截至2014年6月30日."""
    month = chance.choice(("二○一四年六月", "二〇一四年六月份", "2014年1—6月", "２０１４年６月", "截至2014年6月30日"))
    for grid in book.grids:
        for row in range(grid.top):
            line = grid.lines[row]
            grid.lines[row] = [
                c.replace("2014年6月", month) if isinstance(c, str) and "日" not in c else c for c in line
            ]


MUTATIONS: tuple[Mutation, ...] = (
    *map(
        _some,
        (
            sheet_renamed, headers_by_alias, headers_with_spaces_and_stars, a_typo_in_a_header,
            money_in_another_unit, area_in_another_unit,
        ),
    ),
    title_without_month,
    title_in_hanzi,
)  # fmt: skip
