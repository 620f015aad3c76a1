"""What a metric reads: the rows of one dataset in a scope, as known in one month of one district."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from transforms.contracts import Contract, Kind
from transforms.districts import District
from transforms.figures import CellRange, Scope
from transforms.lineage import cell_ranges, searched
from transforms.period import Period
from transforms.tables import Facts

# What one stored integer (分, dm², 0.01 point, 0.01 score) is worth in the unit that is printed.
WORTH = {
    "_fen": Fraction(1, 1_000_000),
    "_dm2": Fraction(1, 1_000_000),
    "_bp": Fraction(1, 100),
    "_centi": Fraction(1, 100),
}


class NotReported(Exception):
    """The rows a metric needs were not sent; the message is the figure's note."""


@dataclass(frozen=True)
class Rows:
    """Some rows of one dataset, with what it takes to say where they stood.

    They are those at the places `at` of `whole`, or all of it. A month asks for hundreds of selections and reads one
    or two columns of each, so a frame of its own is made only where somebody wants one.
    """

    dataset: str
    whole: pd.DataFrame
    facts: Facts
    at: npt.NDArray[np.intp] | None = None

    @cached_property
    def frame(self) -> pd.DataFrame:
        return self.whole if self.at is None else self.whole.take(self.at)

    def where(self, mask: pd.Series) -> Rows:
        """The rows for which `mask`, one entry a row in their order, is true; unknown is not true."""
        passed = np.flatnonzero(mask.to_numpy(dtype=bool, na_value=False))
        return Rows(self.dataset, self.whole, self.facts, passed if self.at is None else self.at[passed])

    def cells(self, *columns: str) -> tuple[CellRange, ...]:
        return cell_ranges(self.dataset, self, columns, self.facts.sources)

    def searched(self) -> tuple[CellRange, ...]:
        """The sheet that these rows stand in, when none of them was found to count."""
        return searched(self.dataset, self, self.facts.sources)

    def distinct(self, *columns: str) -> int:
        """Distinct combinations of the columns; a row with one of them empty has none."""
        if len(columns) == 1:
            return self[columns[0]].nunique()
        return len(pd.DataFrame({name: self[name] for name in columns}).dropna().drop_duplicates())

    def total(self, column: str) -> Fraction:
        """The sum of a column, exact, in the unit that is printed (万元, 万平方米, 分 or the count itself)."""
        worth = next((w for suffix, w in WORTH.items() if column.endswith(suffix)), Fraction(1))
        return sum(map(int, self[column].dropna().tolist()), 0) * worth

    def __getitem__(self, column: str) -> pd.Series:
        return self.whole[column] if self.at is None else self.whole[column].take(self.at)

    def __len__(self) -> int:
        return len(self.whole) if self.at is None else len(self.at)


@dataclass(frozen=True)
class Month:
    """One month of one district. Rows of a dataset and scope are selected once."""

    facts: Facts
    contracts: Mapping[str, Contract]
    district: District
    period: Period
    _kept: dict[tuple[object, ...], Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # what reads `district.thresholds` gets those in force in this month
        object.__setattr__(self, "district", self.district.at(self.period))

    @property
    def start(self) -> pd.Timestamp:
        return pd.Timestamp(self.period.first_day)

    @property
    def end(self) -> pd.Timestamp:
        return pd.Timestamp(self.period.last_day)

    def earlier(self, period: Period) -> Month:
        """Another month of the same facts, as it stood then."""
        return Month(self.facts, self.contracts, self.district, period, self._kept)

    def received(self, dataset: str) -> bool:
        return (dataset, self.period) in self.facts.received

    def rows(self, dataset: str, scope: Scope = Scope.END) -> Rows:
        """Rows of a dataset in a scope. A register is the whole list as it stands, whatever the scope.

        Raises:
            NotReported: nothing was accepted for this month.
        """
        register = self.contracts[dataset].kind is Kind.REGISTER
        first = self._first(Scope.END if register else scope)
        return self.once((dataset, first), lambda: self._since(dataset, first))

    def _since(self, dataset: str, first: Period) -> Rows:
        if not self.received(dataset):
            raise NotReported(f"{self.contracts[dataset].department}未报送")
        return Rows(dataset, self.facts.through(dataset, self.period, first), self.facts)

    def once(self, key: tuple[object, ...], select: Callable[[], Rows]) -> Rows:
        """What `select` gives for this month, selected once."""
        place = (self.period, *key)
        if place not in self._kept:
            self._kept[place] = select()
        return self._kept[place]

    def dated(self, dataset: str, column: str, first: dt.date, last: dt.date) -> Rows:
        """Events by their own day, `first` to `last`, whichever month's file up to this one they came in.

        Raises:
            NotReported: nothing was accepted for this month.
        """
        rows = self.rows(dataset, Scope.CAMPAIGN)
        span = pd.Timestamp(first), pd.Timestamp(last)
        return self.once((dataset, column, *span), lambda: rows.where(rows[column].between(*span)))

    def gap_note(self, dataset: str, scope: Scope) -> str:
        """Which earlier months a cumulative value lacks; empty when none."""
        return (
            ""
            if self.contracts[dataset].kind is Kind.REGISTER
            else self._lacks(dataset, self._first(scope).through(self.period))
        )

    def gap_note_since(self, dataset: str, first: dt.date) -> str:
        """The same for events from a day on."""
        since = max(self.district.first_period, Period(first.year, first.month))
        return self._lacks(dataset, since.through(self.period))

    def _lacks(self, dataset: str, months: Iterable[Period]) -> str:
        gaps = [p.chinese for p in months if p != self.period and (dataset, p) not in self.facts.received]
        return f"不含{'、'.join(gaps)}（未报送）" if gaps else ""

    def _first(self, scope: Scope) -> Period:
        first = self.district.first_period
        if scope is Scope.CAMPAIGN:
            return first
        return max(first, Period(self.period.year, 1)) if scope is Scope.YEAR else self.period
