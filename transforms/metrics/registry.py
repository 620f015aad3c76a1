"""The registry: a metric is one declaration, and its value for a month follows from the facts.

Most metrics count, add up or divide rows that pass a filter (`count`, `total`, `rate`); lineage is then the rows
themselves. The others are a function of the month (`derived`, `against_target`). Values are exact fractions in the
metric's unit. Each declaration says how its light is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from transforms import lights
from transforms.errors import ConfigurationError
from transforms.figures import CellRange, Figure, Light, Scope, Unit
from transforms.lineage import merge
from transforms.metrics.month import Month, NotReported, Rows


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
Judge = Callable[[Value, Month], Light | None]


@dataclass(frozen=True)
class Metric:
    """A definition. `compute` may read the figures declared before it within the same mechanism; `judge` gives the
    light; `headline` marks the one figure that says whether its mechanism's promise is kept."""

    code: str
    label: str
    definition: str
    unit: Unit
    scope: Scope
    mechanism: int
    compute: Compute
    datasets: tuple[str, ...] = ()
    judge: Judge | None = None
    headline: bool = False


def by_schedule(value: Value, month: Month) -> Light | None:
    """The share of the target reached against the share of the year gone; the year's plan is taken as even."""
    goal = Fraction(100) if value.target is None else value.target
    actual = None if value.value is None or not goal else 100 * value.value / goal
    return lights.schedule(actual, 100 * month.period.year_gone, month.district.thresholds)


def by_duty(value: Value, month: Month) -> Light | None:
    return lights.duty(value.done, value.due)


def by_promise(value: Value, month: Month) -> Light | None:
    return lights.promise(value.value, month.district.thresholds)


def as_breach(value: Value, month: Month) -> Light | None:
    return lights.breach(value.value)


def as_warning(value: Value, month: Month) -> Light | None:
    return lights.warning(value.value)


def count(
    code: str,
    label: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    dataset: str,
    where: Filter | None = None,
    by: Sequence[str] = (),
    judge: Judge | None = None,
) -> Metric:
    """Rows that pass `where`; with `by`, distinct combinations of those columns, where a row with one of them empty
    does not count."""

    def compute(month: Month, figures: Figures) -> Value:
        everything = month.rows(dataset, scope)
        rows = _passing(everything, month, where)
        number = rows.distinct(*by) if by else len(rows)
        return Value(Fraction(number), rows.cells(*(by or _key(month, dataset))) or everything.searched())

    return Metric(code, label, definition, unit, scope, mechanism, compute, (dataset,), judge)


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
    judge: Judge | None = None,
) -> Metric:
    """The exact sum of a column over the rows that pass `where`."""

    def compute(month: Month, figures: Figures) -> Value:
        everything = month.rows(dataset, scope)
        rows = _passing(everything, month, where)
        rows = rows.where(rows[column].notna())
        return Value(rows.total(column), rows.cells(column) or everything.searched())

    return Metric(code, label, definition, unit, scope, mechanism, compute, (dataset,), judge)


def rate(
    code: str,
    label: str,
    definition: str,
    scope: Scope,
    mechanism: int,
    dataset: str,
    done: Filter,
    due: Filter | None = None,
    none_due: str = "没有应办事项",
    judge: Judge = by_promise,
    headline: bool = True,
) -> Metric:
    """Percentage of the rows that pass `due` which also pass `done`. Cells: the keys of the rows due."""

    def compute(month: Month, figures: Figures) -> Value:
        everything = month.rows(dataset, scope)
        expected = _passing(everything, month, due)
        met = expected.where(done(expected, month))
        cells = expected.cells(*_key(month, dataset)) or everything.searched()
        return share(len(met), len(expected), cells, none_due)

    return Metric(code, label, definition, Unit.PERCENT, scope, mechanism, compute, (dataset,), judge, headline)


def against_target(
    code: str, label: str, definition: str, mechanism: int, done: str, target: str, headline: bool = True
) -> Metric:
    """Percentage of the annual target reached by the figure `done`. No target of the year in force is no value."""

    def compute(month: Month, figures: Figures) -> Value:
        (reached,) = known(figures, done)
        part = share(reached, annual_target(month, target), figures[done].cells, "年度目标为零")
        key = f"targets.{target}"
        return Value(part.value, part.cells, part.done, part.due, Fraction(100), part.note, (done,), key)

    return Metric(code, label, definition, Unit.PERCENT, Scope.YEAR, mechanism, compute, (), by_schedule, headline)


def derived(
    code: str,
    label: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    compute: Compute,
    datasets: tuple[str, ...] = (),
    judge: Judge | None = None,
    headline: bool = False,
) -> Metric:
    """Any other function of the month and of the figures before."""
    return Metric(code, label, definition, unit, scope, mechanism, compute, datasets, judge, headline)


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


def annual_target(month: Month, key: str) -> Fraction:
    """The target in force.

    Raises:
        NotReported: the year has none yet.
    """
    try:
        return month.district.target(key, month.period).exact
    except ConfigurationError:
        raise NotReported(f"还没有{month.period.year}年的年度目标") from None


def known(figures: Figures, *codes: str) -> list[Fraction]:
    """The values of other figures.

    Raises:
        NotReported: one of them is missing; its note is passed on.
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


def _passing(rows: Rows, month: Month, where: Filter | None) -> Rows:
    return rows if where is None else rows.where(where(rows, month))


def _key(month: Month, dataset: str) -> tuple[str, ...]:
    return month.contracts[dataset].key
