"""A workbook whose tables are known: where the header stands, which column is which, which rows are data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from transforms import body, headers, preamble, sheets
from transforms.contracts import Column, ColumnType, Contract
from transforms.tables import Cell, RawSheet, RawWorkbook

Line = list[Cell]
Mutation = Callable[["Book", random.Random], None]


@dataclass
class Grid:
    """One table. `top`, `height`: the header's rows; `columns`: contract column → place; `rows`: places of data rows;
    `units`: contract column → the unit of its bare numbers."""

    contract: Contract
    name: str
    lines: list[Line]
    merged: list[tuple[int, int, int, int]]
    top: int
    height: int
    columns: dict[str, int]
    rows: list[int]
    units: dict[str, str]
    has_total: bool = False
    done: set[str] = field(default_factory=set)  # mutations that make sense once
    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)  # rows where the header stands again

    @property
    def width(self) -> int:
        return max(map(len, self.lines), default=0)

    @property
    def body(self) -> int:
        return self.top + self.height

    def of_types(self, *types: ColumnType) -> list[Column]:
        """Columns of these types that the sheet has."""
        return [column for column in self.contract.columns if column.type in types and column.name in self.columns]

    def get(self, row: int, place: int) -> Cell:
        line = self.lines[row]
        return line[place] if place < len(line) else None

    def put(self, row: int, place: int, cell: Cell) -> None:
        line = self.lines[row]
        line.extend([None] * (place + 1 - len(line)))
        line[place] = cell

    def insert_rows(self, at: int, lines: Sequence[Line]) -> None:
        """New lines before row `at`, which must not lie inside the header."""
        number = len(lines)

        def moved(row: int) -> int:
            return row + number if row >= at else row

        self.lines[at:at] = [list(line) for line in lines]
        self.merged = [
            (moved(a), b, moved(c), d) for a, b, c, d in self.merged if not a < at <= c
        ]  # one that is torn apart is no longer merged
        self.rows = [moved(row) for row in self.rows]
        self.hidden_rows = [moved(row) for row in self.hidden_rows]
        self.repeats = [moved(row) for row in self.repeats]
        self.top = moved(self.top)

    def insert_column(self, at: int, cells: dict[int, Cell]) -> None:
        for row, line in enumerate(self.lines):
            if at <= len(line) or row in cells:
                line.extend([None] * (at - len(line)))
                line.insert(at, cells.get(row))
        self.merged = [(a, b + (b >= at), c, d + (d >= at)) for a, b, c, d in self.merged]
        self.columns = {name: place + (place >= at) for name, place in self.columns.items()}

    def lowest_names(self) -> Line:
        """The header in one row: of each column the lowest name."""
        levels = [self.lines[row] for row in range(self.top, self.body)]
        return [
            next((line[place] for line in reversed(levels) if place < len(line) and line[place] is not None), None)
            for place in range(self.width)
        ]

    def raw(self) -> RawSheet:
        lines = [self.lowest_names() if row in self.repeats else line for row, line in enumerate(self.lines)]
        return RawSheet(
            self.name,
            tuple(tuple(_trimmed(line)) for line in lines),
            tuple(self.merged),
            hidden=self.hidden,
            hidden_rows=tuple(self.hidden_rows),
        )


@dataclass
class Book:
    grids: list[Grid]
    before: list[RawSheet] = field(default_factory=list)
    after: list[RawSheet] = field(default_factory=list)
    stacked: bool = False

    @classmethod
    def of(cls, raw: RawWorkbook, contracts: Sequence[Contract]) -> Book:
        """The book of a workbook that the reader reads as it should."""
        places = sheets.assign(raw.sheets, contracts)
        return cls([_grid(places[contract.id], contract) for contract in contracts])

    def raw(self) -> RawWorkbook:
        tables = [grid.raw() for grid in self.grids]
        if self.stacked:
            tables = [_stacked(tables)]
        return RawWorkbook("xlsx", (*self.before, *tables, *self.after))


def _grid(place: sheets.Place, contract: Contract) -> Grid:
    header, sheet = place.header, place.sheet
    assert header
    sorted_rows = body.sort_rows(sheet, header, contract)
    stated = preamble.stated_units(sheet, header)
    units = {}
    for column in contract.columns:
        if column.name in header.columns and column.unit:
            label = header.labels[header.columns[column.name]]
            note = stated.get(column.type, (column.unit,))[0]
            units[column.name] = headers.unit_of(label, column.type) or note
    return Grid(
        contract,
        sheet.name,
        [list(line) for line in sheet.cells],
        list(sheet.merged),
        header.row,
        header.height,
        dict(header.columns),
        list(sorted_rows.rows),
        units,
        has_total=bool(sorted_rows.totals),
        hidden=sheet.hidden,
    )


def _stacked(tables: Sequence[RawSheet]) -> RawSheet:
    """All in one sheet, one below the other, a blank row between."""
    cells: list[tuple[Cell, ...]] = []
    merged: list[tuple[int, int, int, int]] = []
    for table in tables:
        down = len(cells)
        cells += [*table.cells, ()]
        merged += [(a + down, b, c + down, d) for a, b, c, d in table.merged]
    return RawSheet("三促报表", tuple(cells), tuple(merged))


def _trimmed(line: Line) -> Line:
    while line and line[-1] is None:
        line = line[:-1]
    return line
