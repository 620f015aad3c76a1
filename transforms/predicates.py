"""All tables of one dataset as one batch, with a boolean column for each rule that Great Expectations has no
expectation for: a condition on another column, a check digit, a date judged by the submission's month."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms import values
from transforms.contracts import ColumnType, Contract, Filled, Holds, Range, Unique
from transforms.period import Period
from transforms.tables import Table

SUBMISSION = "SUBMISSION"  # upper case: a column of a contract never is
_UNIFIED_SINCE = Period(2015, 1)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """Rows of all `tables`, one below the other. `frame` is indexed 0, 1, 2, …; row i is row `rows[i]` of the sheet of
    `tables[numbers[i]]`. It has the tables' columns, the number of the table as SUBMISSION, and under a rule's code
    whether that rule holds (rules `filled` and `holds`)."""

    tables: tuple[Table, ...]
    numbers: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    frame: pd.DataFrame

    def origin(self, index: int) -> tuple[Table, int]:
        """The table and the sheet row of a row of the batch."""
        return self.tables[self.numbers[index]], int(self.rows[index])


def one_batch(contract: Contract, tables: Sequence[Table]) -> Batch:
    """`tables` (at least one, all of the contract's dataset) in order of period and receipt, as one batch."""
    ordered = sorted(tables, key=lambda t: (t.submission.period, t.submission.received_at, t.submission.sha256))
    numbers = np.repeat(np.arange(len(ordered)), [len(table.frame) for table in ordered])
    rows = np.concatenate([table.frame.index.to_numpy(dtype="int64") for table in ordered])
    plain = pd.concat([table.frame for table in ordered], ignore_index=True)
    batch = Batch(tuple(ordered), numbers, rows, plain.assign(**{SUBMISSION: numbers}))
    judged: dict[str, Mask] = {}
    for rule in contract.rules:
        match rule:
            case Filled():
                judged[rule.code] = np.logical_not(np.any(empty_cells(rule, contract, batch), axis=1))
            case Holds():
                judged[rule.code] = PREDICATES[rule.predicate](batch, rule.column)
    return Batch(batch.tables, numbers, rows, batch.frame.assign(**judged))


def empty_cells(rule: Filled, contract: Contract, batch: Batch) -> Mask:
    """For each row of the batch (down) and column of the rule (across) whether the cell is empty and must not be.
    A sheet that lacks an optional column altogether need not fill it."""
    empty = batch.frame[list(rule.columns)].isna().to_numpy(copy=True)
    for place, name in enumerate(rule.columns):
        if contract.column(name).optional:
            empty[:, place] &= np.array([name in table.letters for table in batch.tables])[batch.numbers]
    for name, wanted in rule.when.items():
        empty &= batch.frame[name].isin(wanted).to_numpy(dtype=bool)[:, None]
    return empty


def key_columns(rule: Unique, contract: Contract) -> list[str]:
    """The rule's columns, an organisation's code by its core: the old and the new code are one enterprise."""
    return [
        name.removesuffix("_code") if contract.column(name).type is ColumnType.ORG_CODE else name
        for name in rule.columns
    ]


def limits(rule: Range, contract: Contract) -> tuple[int | None, int | None]:
    """A range in the column's smallest unit (分, dm², 0.01 point), both ends included."""
    column = contract.column(rule.column)
    low = None if rule.min is None else math.ceil(values.exact(rule.min, column))
    high = None if rule.max is None else math.floor(values.exact(rule.max, column))
    return low, high


def _check_digit(batch: Batch, column: str) -> Mask:
    codes = batch.frame[column]
    return _where_filled(codes, codes.map({code: values.check_digit_ok(code) for code in codes.dropna().unique()}))


def _unified_code(batch: Batch, column: str) -> Mask:
    codes = batch.frame[column]
    replaced = np.array([table.submission.period >= _UNIFIED_SINCE for table in batch.tables])[batch.numbers]
    return _where_filled(codes, codes.str.len().eq(18) | ~replaced)


def _within_period(batch: Batch, column: str) -> Mask:
    dates = batch.frame[column]
    first, last = _months(batch)
    return _where_filled(dates, (dates >= first) & (dates <= last))


def _by_period_end(batch: Batch, column: str) -> Mask:
    dates = batch.frame[column]
    return _where_filled(dates, dates <= _months(batch)[1])


def _months(batch: Batch) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """First and last day of each row's month."""
    periods = [table.submission.period for table in batch.tables]
    first = np.array([period.first_day for period in periods], dtype="datetime64[s]")
    last = np.array([period.last_day for period in periods], dtype="datetime64[s]")
    return first[batch.numbers], last[batch.numbers]


def _where_filled(cells: pd.Series, holds: pd.Series) -> Mask:
    """An empty cell passes: whether it may be empty is for `filled` to say."""
    return (cells.isna() | holds.eq(True)).to_numpy(dtype=bool)


PREDICATES: Mapping[str, Callable[[Batch, str], Mask]] = {
    "check_digit": _check_digit,
    "within_period": _within_period,
    "by_period_end": _by_period_end,
    "unified_code": _unified_code,
}
