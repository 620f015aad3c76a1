"""The ranges of a lineage read back, e.g. `E5:E20,E22`. Apart from `lineage`, so that it needs no pandas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_RANGE = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


class Span(NamedTuple):
    """Rows `first` to `last`, from 1 and both included, of one column."""

    letters: str
    first: int
    last: int


def spans(ranges: str) -> Iterator[Span]:
    """The parts, in the order written.

    Raises:
        ValueError: not a range of one column.
    """
    for part in ranges.split(",") if ranges else ():
        match = _RANGE.fullmatch(part)
        if match is None or match[3] not in (None, match[1]):
            raise ValueError(f"not a range of one column: {part!r}")
        yield Span(match[1], int(match[2]), int(match[4] or match[2]))


def cells(ranges: str) -> Iterator[tuple[str, int]]:
    """Letters and row of every cell, in the order written."""
    for letters, first, last in spans(ranges):
        for row in range(first, last + 1):
            yield letters, row


def holds(ranges: str, letters: str, row: int) -> bool:
    """Whether this cell is one of them."""
    return any(span.letters == letters and span.first <= row <= span.last for span in spans(ranges))


def letters_of(ranges: str) -> tuple[str, ...]:
    """The columns, each once."""
    return tuple(dict.fromkeys(span.letters for span in spans(ranges)))
