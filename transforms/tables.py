"""What a submission is, what reading makes of it, and what measuring works on."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from transforms.findings import Finding
from transforms.period import Period
from transforms.submissions import Submission

__all__ = ["Cell", "Facts", "Intake", "RawSheet", "RawWorkbook", "Source", "Submission", "Table"]

# None for an empty cell; an error cell (#DIV/0!) is its text where the reader can see it.
Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


@dataclass(frozen=True)
class RawSheet:
    """A sheet as the reader saw it. `cells[0][0]` is A1, always; rows may differ in length."""

    name: str
    cells: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column, from 0
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()  # from 0, as are those below
    hidden_columns: tuple[int, ...] = ()
    struck_rows: tuple[int, ...] = ()  # with struck-through text
    ragged_rows: tuple[int, ...] = ()  # of a text file: with more or fewer cells than nearly all others


@dataclass(frozen=True)
class RawWorkbook:
    format: str  # xlsx, xlsb, xls, ods, csv: from content, not name
    sheets: tuple[RawSheet, ...]
    date_1904: bool = False
    stamp: Mapping[str, str] = field(default_factory=dict)  # custom document properties named `sancu…`, of our forms
    remarks: tuple[str, ...] = ()  # codes of what the file carries and nobody ran or followed: macros, links, …


@dataclass(frozen=True)
class Table:
    """Typed rows of one sheet. `frame` has the contract's columns (an optional column that the sheet lacks is all
    empty) and for each `x_code` of type org_code the 9-character core as `x`; its index is the row number in the
    sheet, from 1, unnamed and unique. `written` has the same index and columns with the text as the sender wrote
    it (personal columns masked). `letters` maps each column found to its letters in the sheet."""

    dataset: str
    submission: Submission
    sheet: str
    letters: Mapping[str, str]
    frame: pd.DataFrame
    written: pd.DataFrame


@dataclass(frozen=True)
class Intake:
    """What came of one submission: at most one table a dataset, and every finding so far. A dataset of the
    department without a table has a blocking finding that says why."""

    submission: Submission
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    explanations: Mapping[str, str] = field(default_factory=dict)  # Finding.key → what the department answered


@dataclass(frozen=True)
class Source:
    """Where a dataset of one submission stood, for lineage."""

    submission: str
    department: str
    filename: str
    sheet: str
    letters: Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """All accepted rows known up to a month. A frame a dataset, one row a sheet row: the table's columns plus
    `period` (str, `2014-06`), `submission` (SHA-256) and `row` (number in the sheet), in order of period. Rows set aside
    are absent. `received` says for which (dataset, period) a table was accepted, even an empty one."""

    frames: Mapping[str, pd.DataFrame]
    sources: Mapping[tuple[str, str], Source]  # (submission, dataset)
    received: frozenset[tuple[str, Period]]

    def through(self, dataset: str, last: Period, first: Period | None = None) -> pd.DataFrame:
        """The rows of the months up to `last`, from `first` on: a part of the frame, nothing is copied."""
        frame = self.frames[dataset]
        periods = frame["period"].array
        start = bisect_left(periods, str(first)) if first else 0
        return frame.iloc[start : bisect_right(periods, str(last))]
