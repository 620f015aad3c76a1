"""Compared: a figure with the month before (环比) and with the same month of the year before (同比).

A change is a difference in the figure's unit, percentage points for a rate. Growth is that change in percent of the base
and exists only where the base bears it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

from transforms.figures import Figure, Scope, Unit
from transforms.period import Period

SMALL_BASE = 10  # units; growth on less is a play with small numbers, and is shown as —
# Rates, ratios and means are compared by their difference: 2 % more of 90 % is ambiguous to every reader.
_NO_GROWTH = frozenset({Unit.PERCENT, Unit.POINTS, Unit.MULTIPLE, Unit.SCORE, Unit.DAYS})
_WITHOUT_MONTHS = "service_teams"  # the district file's numbers are the same in every month


def compared(
    figure: Figure, period: Period, before: Mapping[str, Figure] | None, year_before: Mapping[str, Figure] | None
) -> Figure:
    """The figure with its changes on the figures of the month before and of the same month a year before, where these
    are at hand and hold it."""
    if figure.value is None or figure.from_district_file == _WITHOUT_MONTHS:
        return figure
    # A year-to-date figure starts anew in January.
    new_year = figure.scope is Scope.YEAR and period.month == 1
    return dataclasses.replace(
        figure,
        change=None if new_year else _change(figure, before),
        change_on_year=_change(figure, year_before),
    )


def growth(figure: Figure, change: Fraction | None) -> Fraction | None:
    """`change` in percent of what it is a change on; None without a base of at least `SMALL_BASE` units, and for units
    whose difference says it."""
    if figure.value is None or change is None or figure.unit in _NO_GROWTH:
        return None
    base = figure.value - change
    return 100 * change / base if base >= SMALL_BASE else None


def _change(figure: Figure, earlier: Mapping[str, Figure] | None) -> Fraction | None:
    base = earlier[figure.code].value if earlier and figure.code in earlier else None
    return None if base is None or figure.value is None else figure.value - base
