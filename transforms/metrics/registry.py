"""The registry: a metric is one declaration, and its value for a month follows from the facts.

Most metrics count, add up or divide rows that pass a filter (`Count`, `Total`, `Rate`); lineage is then the rows
themselves. The others are a function of the month (`Derived`). Values are exact fractions in the metric's unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from transforms.contracts import Contract, Kind
from transforms.districts import District
from transforms.figures import CellRange, Figure, Scope, Unit
from transforms.lineage import cell_ranges, merge
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
    """Some rows of one dataset, with what it takes to say where they stood."""

    dataset: str
    frame: pd.DataFrame
    facts: Facts

    def where(self, mask: pd.Series) -> Rows:
        return Rows(self.dataset, self.frame[mask.fillna(False).astype(bool)], self.facts)

    def cells(self, *columns: str) -> tuple[CellRange, ...]:
        return cell_ranges(self.dataset, self.frame, columns, self.facts.sources)

    def distinct(self, *columns: str) -> int:
        return len(self.frame[list(columns)].dropna().drop_duplicates())

    def total(self, column: str) -> Fraction:
        """The sum of a column, exact, in the unit that is printed (万元, 万平方米, 分 or the count itself)."""
        worth = next((w for suffix, w in WORTH.items() if column.endswith(suffix)), Fraction(1))
        return sum(map(int, self.frame[column].dropna()), 0) * worth

    def __getitem__(self, column: str) -> pd.Series:
        return self.frame[column]

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True)
class Month:
    """One month of one district: the facts known, and rows by dataset and scope."""

    facts: Facts
    contracts: Mapping[str, Contract]
    district: District
    period: Period
    _kept: dict[tuple[str, Scope, Period], Rows] = field(default_factory=dict)

    @property
    def end(self) -> pd.Timestamp:
        return pd.Timestamp(self.period.last_day)

    @property
    def start(self) -> pd.Timestamp:
        return pd.Timestamp(self.period.first_day)

    def rows(self, dataset: str, scope: Scope = Scope.END) -> Rows:
        """Rows of a dataset in a scope. A register is the whole list as it stands, whatever the scope.

        Raises:
            NotReported: nothing was accepted for this month.
        """
        register = self.contracts[dataset].kind is Kind.REGISTER
        key = (dataset, Scope.END if register else scope, self.period)
        if key not in self._kept:
            if (dataset, self.period) not in self.facts.received:
                raise NotReported(f"{self.contracts[dataset].department}未报送")
            months = {str(period) for period in self._months(key[1])}
            frame = self.facts.frames[dataset]
            self._kept[key] = Rows(dataset, frame[frame["period"].isin(months)], self.facts)
        return self._kept[key]

    def gaps(self, dataset: str, scope: Scope) -> tuple[Period, ...]:
        """Months of the scope for which nothing was accepted."""
        if self.contracts[dataset].kind is Kind.REGISTER:
            return ()
        return tuple(p for p in self._months(scope) if (dataset, p) not in self.facts.received)

    def _months(self, scope: Scope) -> Iterable[Period]:
        first = self.district.first_period
        if scope is Scope.CAMPAIGN:
            return first.through(self.period)
        if scope is Scope.YEAR:
            return max(first, Period(self.period.year, 1)).through(self.period)
        return (self.period,)

    def earlier(self, period: Period) -> Month:
        return Month(self.facts, self.contracts, self.district, period, self._kept)


@dataclass(frozen=True)
class Value:
    """What a metric's function gives. `value` None with a `note` where there is nothing to measure."""

    value: Fraction | None
    cells: tuple[CellRange, ...] = ()
    done: Fraction | None = None
    due: Fraction | None = None
    target: Fraction | None = None
    note: str = ""
    inputs: tuple[str, ...] = ()
    from_district_file: str = ""


Figures = Mapping[str, Figure]
Filter = Callable[[Rows, Month], "pd.Series"]
Compute = Callable[[Month, Figures], Value]


@dataclass(frozen=True)
class Metric:
    """A definition. `compute` may read the figures declared before it."""

    code: str
    label: str
    definition: str
    unit: Unit
    scope: Scope
    mechanism: int
    compute: Compute
    headline: bool = False
    datasets: tuple[str, ...] = ()


def count(
    code: str,
    label: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    dataset: str,
    by: Sequence[str],
    where: Filter | None = None,
) -> Metric:
    """Distinct combinations of the columns `by` among the rows that pass `where`; rows with one of them empty do not
    count. A key counts rows."""

    def compute(month: Month, figures: Figures) -> Value:
        rows = _selected(month, dataset, scope, where)
        return Value(Fraction(rows.distinct(*by)), rows.cells(*by))

    return Metric(code, label, definition, unit, scope, mechanism, compute, datasets=(dataset,))


def total(
    code: str,
    label: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    dataset: str,
    column: str,
    where: Filter | None = None,
) -> Metric:
    """The exact sum of a column over the rows that pass `where`."""

    def compute(month: Month, figures: Figures) -> Value:
        rows = _selected(month, dataset, scope, where)
        rows = rows.where(rows[column].notna())
        return Value(rows.total(column), rows.cells(column))

    return Metric(code, label, definition, unit, scope, mechanism, compute, datasets=(dataset,))


def rate(
    code: str,
    label: str,
    definition: str,
    scope: Scope,
    mechanism: int,
    dataset: str,
    by: Sequence[str],
    done: Filter,
    due: Filter | None = None,
    none_due: str = "没有应办事项",
    headline: bool = True,
) -> Metric:
    """Percentage of the rows that pass `due` which also pass `done`, counted by `by`."""

    def compute(month: Month, figures: Figures) -> Value:
        expected = _selected(month, dataset, scope, due)
        met = expected.where(done(expected, month))
        return share(met.distinct(*by), expected.distinct(*by), expected.cells(*by), none_due)

    return Metric(code, label, definition, Unit.PERCENT, scope, mechanism, compute, headline, (dataset,))


def this_year(days: pd.Series, month: Month) -> pd.Series:
    """Days from 1 January of the month's year to the month's end."""
    return (days >= pd.Timestamp(month.period.year, 1, 1)) & (days <= month.end)


def equal(column: str, value: str) -> Filter:
    """Rows whose `column` is `value`."""
    return lambda rows, month: rows[column] == value


def share(done: int | Fraction, due: int | Fraction, cells: tuple[CellRange, ...] = (), none_due: str = "") -> Value:
    """done / due in percent, both kept; nothing due is not 0 % but no value."""
    if not due:
        return Value(None, cells, Fraction(done), Fraction(due), note=none_due)
    return Value(Fraction(done) * 100 / Fraction(due), cells, Fraction(done), Fraction(due))


def against_target(
    code: str, label: str, definition: str, mechanism: int, done: str, target: str, headline: bool = True
) -> Metric:
    """Percentage of the annual target reached by the figure `done`."""

    def compute(month: Month, figures: Figures) -> Value:
        reached = figures[done]
        if reached.value is None:
            raise NotReported(reached.note)
        annual = month.district.target(target, month.period).exact
        part = share(reached.value, annual, none_due="没有设定目标")
        return Value(
            part.value, reached.cells, part.done, part.due, Fraction(100), part.note, (done,), f"targets.{target}"
        )

    return Metric(code, label, definition, Unit.PERCENT, Scope.YEAR, mechanism, compute, headline)


def derived(
    code: str,
    label: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    compute: Compute,
    headline: bool = False,
    datasets: tuple[str, ...] = (),
) -> Metric:
    """Any other function of the month and of the figures before."""
    return Metric(code, label, definition, unit, scope, mechanism, compute, headline, datasets)


def known(figures: Figures, *codes: str) -> list[Fraction]:
    """The values of other figures.

    Raises:
        NotReported: one of them is missing; the note is passed on.
    """
    values = []
    for code in codes:
        value = figures[code].value
        if value is None:
            raise NotReported(figures[code].note)
        values.append(value)
    return values


def cells_of(figures: Figures, *codes: str) -> tuple[CellRange, ...]:
    return merge(*(figures[code].cells for code in codes))


def _selected(month: Month, dataset: str, scope: Scope, where: Filter | None) -> Rows:
    rows = month.rows(dataset, scope)
    return rows if where is None else rows.where(where(rows, month))
