"""A sheet as it goes over the pipe, and what a details reader adds to the cells that python-calamine gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flows.child.limits import MAX_TEXT
from flows.child.refused import Refused

UNCALCULATED = "#未计算"  # a formula that was saved without its result

Rows = list[list[Any]]


@dataclass
class Details:
    """What python-calamine does not tell of one sheet. Places count from 0."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)  # cells that are better known: #DIV/0!, 85.5%
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck_rows: set[int] = field(default_factory=set)
    ragged_rows: set[int] = field(default_factory=set)
    short: bool = False  # fewer rows than the file itself says

    def put_into(self, rows: Rows) -> None:
        for (row, column), text in self.texts.items():
            while len(rows) <= row:
                rows.append([])
            line = rows[row]
            line.extend([None] * (column + 1 - len(line)))
            line[column] = text


def plain(cell: Any) -> Any:
    """The cell as JSON can carry it."""
    match cell:
        case str():
            return text(cell)
        case bool() | int():
            return cell
        case float():
            return cell if cell - cell == 0 else "#NUM!"  # JSON has no infinity
        case dt.datetime():
            return ["dt", cell.isoformat()]
        case dt.date():
            return ["d", cell.isoformat()]
        case dt.time():
            return ["t", cell.isoformat()]
        case dt.timedelta():
            return ["td", cell.total_seconds()]
        case _:
            return str(cell)


def text(cell: str) -> str | None:
    """None for an empty text.

    Raises:
        Refused: longer than a cell can be.
    """
    if len(cell) > MAX_TEXT:
        raise Refused("too_large")
    return cell or None


def trimmed(rows: Rows) -> Rows:
    """Without the empty cells and rows at the end."""
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def percent(value: float) -> str:
    """0.855 as a percent format shows it when it hides nothing: `85.5%`."""
    shown = (Decimal(repr(value)) * 100).normalize()
    return f"{shown:f}%"
