"""Changes on the month and the year before, and growth only where the base bears it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.comparison import SMALL_BASE, compared, growth
from transforms.figures import Figure, Scope, Unit
from transforms.period import Period

JUNE, JANUARY = Period(2015, 6), Period(2015, 1)


def figure(value: int | Fraction | None, unit: Unit = Unit.MONEY_WAN, scope: Scope = Scope.MONTH) -> Figure:
    return Figure("a.b", "某数", "某数。", unit, scope, 1, None if value is None else Fraction(value))


def known(value: int | None) -> dict[str, Figure]:
    return {"a.b": figure(value)}


def test_changes_are_differences() -> None:
    found = compared(figure(110), JUNE, known(100), known(140))
    assert (found.change, found.change_on_year) == (10, -30)


def test_what_is_missing_has_no_change() -> None:
    assert compared(figure(None), JUNE, known(1), known(1)) == figure(None)
    found = compared(figure(5), JUNE, known(None), None)
    assert (found.change, found.change_on_year) == (None, None)
    assert compared(figure(5), JUNE, {}, {}).change is None  # a metric that the earlier month did not have


def test_a_year_to_date_figure_starts_anew_in_january() -> None:
    found = compared(figure(5, scope=Scope.YEAR), JANUARY, known(100), known(3))
    assert (found.change, found.change_on_year) == (None, 2)
    assert compared(figure(5, scope=Scope.CAMPAIGN), JANUARY, known(3), None).change == 2


def test_the_district_files_numbers_have_no_month() -> None:
    teams = replace(figure(10), from_district_file="service_teams")
    assert compared(teams, JUNE, known(9), known(9)) == teams


@pytest.mark.parametrize(
    ("now", "base", "rate"),
    [(110, 100, 10), (90, 100, -10), (0, 100, -100), (20, 10, 100), (13, 9, None), (3, 0, None), (3, -100, None)],
)
def test_growth_is_guarded(now: int, base: int, rate: int | None) -> None:
    assert growth(figure(now), Fraction(now - base)) == rate


@pytest.mark.parametrize("unit", [Unit.PERCENT, Unit.POINTS, Unit.MULTIPLE, Unit.SCORE, Unit.DAYS])
def test_rates_grow_by_points_not_by_percent(unit: Unit) -> None:
    assert growth(figure(60, unit), Fraction(10)) is None


def test_nothing_to_compare_with_is_no_growth() -> None:
    assert growth(figure(60), None) is None
    assert growth(figure(None), Fraction(1)) is None


@given(st.fractions(min_value=SMALL_BASE), st.fractions())
def test_growth_leads_from_the_base_to_the_value_exactly(base: Fraction, value: Fraction) -> None:
    rate = growth(figure(value), value - base)
    assert rate is not None
    assert base * (100 + rate) / 100 == value
