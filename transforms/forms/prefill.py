"""From typed rows back to what a clerk would write into the cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from transforms import values
from transforms.contracts import NUMBERS, Column, ColumnType, Contract, Kind
from transforms.forms.columns import begins_anew

FormCell = str | float | dt.date | None

_LONGEST = 32_767  # characters that a cell can hold
_EXACTLY = Context(prec=60)


def rows(contract: Contract, frame: pd.DataFrame | None) -> Iterator[list[FormCell]]:
    """The cells of each row to carry over, in the contract's order of columns; nothing for events."""
    if frame is None or contract.kind is not Kind.REGISTER:
        return
    nothing = [None] * len(frame)
    columns = [
        [written(column, value) for value in frame[column.name]]
        if column.name in frame and not begins_anew(contract, column)
        else nothing
        for column in contract.columns
    ]
    yield from (list(cells) for cells in zip(*columns, strict=True))


def written(column: Column, value: Any) -> FormCell:
    """A typed value in the column's unit, as intake reads it back to the same value; None for a missing one and for
    a personal text that was hidden."""
    if pd.isna(value) or value == values.HIDDEN:
        return None
    if column.type is ColumnType.DATE:
        return pd.Timestamp(value).date()
    if column.type is ColumnType.FLAG:
        return "是" if value else "否"
    if column.type in NUMBERS:
        return _number(column, int(value))
    return str(value)[:_LONGEST]


def _number(column: Column, value: int) -> FormCell:
    exact = Fraction(value) / values.exact(1, column)
    number = float(f"{float(exact):.15g}")
    if _reads_as(number, column, value):
        return number
    # More digits than a cell's number keeps: they stay as text, which intake reads exactly.
    return f"{_EXACTLY.divide(Decimal(exact.numerator), Decimal(exact.denominator)):f}"


def _reads_as(number: float, column: Column, value: int) -> bool:
    try:
        return values.scaled(number, column) == value
    except values.NotAValue:
        return False
