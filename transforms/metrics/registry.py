"""The registry: a metric is one declaration, and its value for a month follows from the facts.

Most metrics count, add up or divide rows that pass a filter (`count`, `total`, `rate`, `median_days`); lineage is then
the rows themselves. The others are a function of the month (`derived`, `against_target`). Values are exact fractions in
the metric's unit. Each declaration says how its light is judged.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from transforms.errors import ConfigurationError
from transforms.figures import CellRange, Scope, Unit
from transforms.lineage import merge
from transforms.metrics.metric import Compute, Figures, Filter, Judge, Method, Metric, Value, by_promise, by_schedule
from transforms.metrics.month import Month, NotReported, Rows


def count(
    code: str,
    label: str,
    label_en: str,
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

    method = Method.DISTINCT if by else Method.COUNT
    return Metric(
        *(code, label, label_en, definition, unit, scope, mechanism, compute, (dataset,), judge),
        method=method,
        columns=tuple(by),
    )


def total(
    code: str,
    label: str,
    label_en: str,
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

    return Metric(
        *(code, label, label_en, definition, unit, scope, mechanism, compute, (dataset,), judge),
        method=Method.TOTAL,
        columns=(column,),
    )


def rate(
    code: str,
    label: str,
    label_en: str,
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

    return Metric(
        *(code, label, label_en, definition, Unit.PERCENT, scope, mechanism, compute, (dataset,), judge, headline),
        method=Method.RATE,
    )


def median_days(
    code: str,
    label: str,
    label_en: str,
    definition: str,
    scope: Scope,
    mechanism: int,
    dataset: str,
    first: str,
    last: str,
    where: Filter,
    none_done: str,
) -> Metric:
    """The median of the days from the date in `first` to the one in `last`, over the rows that pass `where` and have
    both; of an even number, the mean of the middle two."""

    def compute(month: Month, figures: Figures) -> Value:
        everything = month.rows(dataset, scope)
        rows = _passing(everything, month, where)
        rows = rows.where(rows[first].notna() & rows[last].notna())
        days = sorted((rows[last] - rows[first]).dt.days.astype(int).tolist())
        if not days:
            return Value(None, everything.searched(), note=none_done)
        middle = Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2)
        return Value(middle, rows.cells(first, last))

    return Metric(
        *(code, label, label_en, definition, Unit.DAYS, scope, mechanism, compute, (dataset,)),
        method=Method.MEDIAN,
        columns=(first, last),
    )


def against_target(
    code: str, label: str, label_en: str, definition: str, mechanism: int, done: str, target: str, headline: bool = True
) -> Metric:
    """Percentage of the annual target reached by the figure `done`. No target of the year in force is no value."""

    def compute(month: Month, figures: Figures) -> Value:
        (reached,) = known(figures, done)
        part = share(reached, annual_target(month, target), figures[done].cells, "年度目标为零")
        key = f"targets.{target}"
        return Value(part.value, part.cells, part.done, part.due, Fraction(100), part.note, (done,), key)

    return Metric(
        *(code, label, label_en, definition, Unit.PERCENT, Scope.YEAR, mechanism, compute, (), by_schedule, headline),
        method=Method.TARGET,
        columns=(done,),
        target=target,
    )


def derived(
    code: str,
    label: str,
    label_en: str,
    definition: str,
    unit: Unit,
    scope: Scope,
    mechanism: int,
    compute: Compute,
    datasets: tuple[str, ...] = (),
    judge: Judge | None = None,
    headline: bool = False,
    target: str = "",
) -> Metric:
    """Any other function of the month and of the figures before."""
    return Metric(
        *(code, label, label_en, definition, unit, scope, mechanism, compute, datasets, judge, headline),
        target=target,
    )


def this_year(days: pd.Series, month: Month) -> pd.Series:
    """Days from 1 January of the month's year to the month's end."""
    return (days >= pd.Timestamp(month.period.year, 1, 1)) & (days <= month.end)


def this_month(days: pd.Series, month: Month) -> pd.Series:
    """Days of the month."""
    return (days >= month.start) & (days <= month.end)


def equal(column: str, value: str) -> Filter:
    """Rows whose `column` is `value`."""
    return lambda rows, month: rows[column] == value


def both(*filters: Filter) -> Filter:
    """Rows that pass every filter."""
    return lambda rows, month: functools.reduce(operator.and_, (passes(rows, month) for passes in filters))


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
