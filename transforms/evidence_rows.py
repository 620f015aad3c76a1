"""The source rows of a figure: what of each sheet is copied into the evidence workbook, gathered by dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from transforms.figures import CellRange
from transforms.period import Period
from transforms.ranges import cells
from transforms.readings import ReadColumn, Reading


@dataclass(frozen=True)
class SourceRow:
    """One row of a sheet as it was written; `marked` are the places of the cells that went into the figure, and
    `numbers` what those of them were read as that are numbers."""

    period: str
    file: str
    sheet: str
    row: int
    written: tuple[str, ...]
    marked: frozenset[int]
    numbers: Mapping[int, Fraction]


@dataclass(frozen=True)
class SourceSheet:
    """The rows of one dataset. `units` names the columns with numbers that went into the figure, and their unit."""

    title: str
    headers: tuple[str, ...]
    units: Mapping[int, str]
    rows: tuple[SourceRow, ...]


class Spot(NamedTuple):
    """Where the first row of some cells was copied to: the place of the sheet, and of the row in it, from 0."""

    source: int
    row: int


@dataclass
class _Copied:
    """One sheet of one file, and the letters of the cells that count, by row."""

    reading: Reading
    period: str
    filename: str
    marked: dict[int, set[str]] = field(default_factory=dict)


def gather(places: Sequence[tuple[Period, CellRange, Reading]]) -> tuple[tuple[SourceSheet, ...], tuple[Spot, ...]]:
    """Each row once, with every cell of it that counts, in the order of the files and then of the rows; and where each
    of `places`, none of them without cells, begins. The readings hold all columns."""
    datasets: dict[str, dict[tuple[str, str], _Copied]] = {}
    for period, place, reading in places:
        sheets = datasets.setdefault(reading.dataset, {})
        copied = sheets.setdefault((place.submission, place.sheet), _Copied(reading, str(period), place.filename))
        for letters, row in cells(place.ranges):
            copied.marked.setdefault(row, set()).add(letters)
    sources: list[SourceSheet] = []
    at: dict[tuple[tuple[str, str], int], Spot] = {}
    for number, sheets in enumerate(datasets.values()):
        source = _source(sheets.values())
        sources.append(source)
        rows = ((key, row) for key, copied in sheets.items() for row in sorted(copied.marked))
        at |= {spot: Spot(number, index) for index, spot in enumerate(rows)}
    first = ((place.submission, place.sheet, min(row for _, row in cells(place.ranges))) for _, place, _ in places)
    return tuple(sources), tuple(at[((submission, sheet), row)] for submission, sheet, row in first)


def _source(sheets: Iterable[_Copied]) -> SourceSheet:
    """The columns are those that any of the sheets has, in the order in which they are met."""
    sheets = list(sheets)
    columns = {column.name: column for copied in reversed(sheets) for column in copied.reading.columns}
    order = list(dict.fromkeys(column.name for copied in sheets for column in copied.reading.columns))
    rows = tuple(row for copied in sheets for row in _rows(copied, order))
    numeric = sorted({place for row in rows for place in row.marked if columns[order[place]].counts})
    return SourceSheet(
        title=sheets[0].reading.title,
        headers=tuple(columns[name].header for name in order),
        units={place: columns[order[place]].read_in for place in numeric},
        rows=rows,
    )


def _rows(copied: _Copied, order: Sequence[str]) -> Iterable[SourceRow]:
    reading = copied.reading
    by_letters: dict[str, ReadColumn] = {column.letters: column for column in reading.columns}
    index = {row: at for at, row in enumerate(reading.rows)}
    for row, letters in sorted(copied.marked.items()):
        at = index[row]
        marked = [by_letters[letter] for letter in letters]
        numbers = {order.index(column.name): column.number(reading.values[column.name][at]) for column in marked}
        yield SourceRow(
            period=copied.period,
            file=copied.filename,
            sheet=reading.sheet,
            row=row,
            written=tuple(reading.written[name][at] if name in reading.written else "" for name in order),
            marked=frozenset(numbers),
            numbers={place: number for place, number in numbers.items() if number is not None},
        )
