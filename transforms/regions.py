"""Several tables in one sheet, one below the other or side by side: each becomes a sheet of its own with its cells where
they stood, so that every address stays right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from transforms import values
from transforms.contracts import Contract
from transforms.tables import Cell, RawSheet

_NAMED = 3  # header cells that make a row the header of a dataset
_HEADER_ROWS = 3  # a header's names may be spread over so many rows
_TITLE_ROWS = 4  # rows above a header that may belong to it
_TITLE_CELLS = 2  # how many cells such a row has at most


def split(sheet: RawSheet, contracts: Sequence[Contract]) -> tuple[RawSheet, ...]:
    """The sheet itself when it holds one table; else a sheet for each, empty outside its own rows and columns."""
    known = {contract.id: _names(contract) for contract in contracts}
    starts = _starts(sheet, known)
    if not starts:
        return (sheet,)
    edges = [0, *(_first_row(sheet, row) for row in starts[1:]), len(sheet.cells)]
    stacked = [(_rows(sheet, first, last), start) for first, last, start in zip(edges, edges[1:], starts, strict=False)]
    return tuple(part for each, start in stacked for part in _side_by_side(each, start, known))


def _names(contract: Contract) -> frozenset[str]:
    return frozenset(
        values.normalise(text, brackets=False)
        for column in contract.columns
        for text in (column.header, *column.aliases)
    )


def _starts(sheet: RawSheet, known: Mapping[str, frozenset[str]]) -> list[int]:
    """The rows where a header stands that is another dataset's than the one before."""
    every = frozenset().union(*known.values())
    starts: list[int] = []
    last: set[str] = set()
    for number, row in enumerate(sheet.cells):
        # Most rows are data and hold no header's name as it is written: the costly look is for the rest.
        if not any(isinstance(cell, str) and cell.strip() in every for cell in row) or not _of_text(row):
            continue
        below = [row, *(cells for cells in sheet.cells[number + 1 : number + _HEADER_ROWS] if _of_text(cells))]
        texts = [cell for cells in below for cell in cells if isinstance(cell, str) and len(cell) < 30]
        fits = _fits([values.normalise(text, brackets=False) for text in texts], known)
        if fits and not (fits & last):
            starts.append(number)
            last = fits
    return starts


def _of_text(row: Sequence[Cell]) -> bool:
    """As a header is; rows of data hold numbers and dates."""
    return all(cell is None or isinstance(cell, str) for cell in row)


def _fits(names: Sequence[str], known: Mapping[str, frozenset[str]]) -> set[str]:
    """The datasets whose header these names most likely are."""
    found = {dataset: sum(name in wanted for name in names) for dataset, wanted in known.items()}
    most = max(found.values())
    return {dataset for dataset, number in found.items() if number == most >= _NAMED}


def _first_row(sheet: RawSheet, header: int) -> int:
    """Where the table of a header begins: with the title above it."""
    row = header
    while row > 0 and header - row < _TITLE_ROWS:
        filled = [cell for cell in sheet.cells[row - 1] if not values.is_blank(cell)]
        if not 0 < len(filled) <= _TITLE_CELLS or not all(isinstance(cell, str) for cell in filled):
            break
        row -= 1
    return row


def _rows(sheet: RawSheet, first: int, last: int) -> RawSheet:
    if first == 0 and last == len(sheet.cells):
        return sheet
    nothing: tuple[Cell, ...] = ()
    return replace(sheet, cells=(nothing,) * first + sheet.cells[first:last])


def _side_by_side(sheet: RawSheet, header: int, known: Mapping[str, frozenset[str]]) -> Iterator[RawSheet]:
    """Tables that an empty column keeps apart; each keeps what stands above the header."""
    names = {
        place: values.normalise(cell, brackets=False)
        for place, cell in enumerate(sheet.cells[header])
        if isinstance(cell, str)
    }
    groups = list(_groups(sheet, header))
    fits = [_fits([name for place, name in names.items() if a <= place < b], known) for a, b in groups]
    found = [(group, fit) for group, fit in zip(groups, fits, strict=True) if fit]
    if len(found) < 2 or set.intersection(*(fit for _, fit in found)):
        yield sheet
        return
    for (first, last), _ in found:
        below = tuple((None,) * min(first, len(row)) + row[first:last] for row in sheet.cells[header:])
        yield replace(sheet, cells=sheet.cells[:header] + below)


def _groups(sheet: RawSheet, header: int) -> Iterator[tuple[int, int]]:
    """Runs of columns with something in them, from the header down."""
    below = sheet.cells[header:]
    width = max(map(len, below))
    first: int | None = None
    for place in range(width + 1):
        empty = place == width or all(place >= len(row) or values.is_blank(row[place]) for row in below)
        if empty and first is not None:
            yield first, place
            first = None
        elif not empty and first is None:
            first = place
