"""Lineage: which cells a number came from, as compressed ranges of one sheet, e.g. `E5:E20,E22`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import pandas as pd

from transforms.figures import CellRange
from transforms.ranges import cells
from transforms.tables import Source


def compress(rows: Iterable[int], letters: Iterable[str]) -> str:
    """The cells of `rows` in each of the columns `letters`, runs of rows as ranges, column by column."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ",".join(
        f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
        for letter in letters
        for first, last in runs
    )


def expand(ranges: str) -> list[str]:
    """The inverse: every cell's address, in the order written.

    Raises:
        ValueError: not a range of one column.
    """
    return [f"{letters}{row}" for letters, row in cells(ranges)]


class Columns(Protocol):
    """A frame of facts, or whatever gives its columns."""

    def __getitem__(self, column: str, /) -> pd.Series: ...


def cell_ranges(
    dataset: str, rows: Columns, columns: Sequence[str], sources: Mapping[tuple[str, str], Source]
) -> tuple[CellRange, ...]:
    """Where `rows` of a facts frame stood: one entry a submission, in the order of the rows. A column that a sheet did
    not have is left out."""
    by_submission: dict[str, list[int]] = {}
    # A plain walk: groupby costs about a millisecond a call, and a month makes hundreds.
    for submission, row in zip(rows["submission"].tolist(), rows["row"].tolist(), strict=True):
        by_submission.setdefault(submission, []).append(row)
    found = []
    for submission, numbers in by_submission.items():
        source = sources[(submission, dataset)]
        letters = dict.fromkeys(source.letters[name] for name in columns if name in source.letters)
        found.append(
            CellRange(
                submission=source.submission,
                department=source.department,
                filename=source.filename,
                sheet=source.sheet,
                ranges=compress(numbers, letters),
                rows=len(set(numbers)),
            )
        )
    return tuple(found)


def searched(dataset: str, rows: Columns, sources: Mapping[tuple[str, str], Source]) -> tuple[CellRange, ...]:
    """Where nothing was found: the sheet that `rows` of a facts frame ended with, no cell of it. A zero has a source."""
    for submission in rows["submission"].iloc[-1:]:
        source = sources[(str(submission), dataset)]
        return (CellRange(source.submission, source.department, source.filename, source.sheet, ranges="", rows=0),)
    return ()


def merge(*groups: Iterable[CellRange]) -> tuple[CellRange, ...]:
    """Ranges of several selections, each place once."""
    return tuple(dict.fromkeys(item for group in groups for item in group))
