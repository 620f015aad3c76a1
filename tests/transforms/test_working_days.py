"""Working days: announced holidays, make-up days, the office's own, and years that nobody has announced."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.period import Period
from transforms.working_days import FIRST_YEAR, LAST_YEAR, WorkingDays, announced, unannounced

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2035, 12, 31))
PERIODS = st.builds(Period, st.integers(2000, 2035), st.integers(1, 12))
SOME_DAYS = st.frozensets(DAYS, max_size=6)
OFFICES = st.builds(lambda off, on: WorkingDays(off - on, on), SOME_DAYS, SOME_DAYS)
OFFICE = WorkingDays()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2014-06-02", False),  # 端午, a Monday
        ("2014-05-04", True),  # a Sunday worked for 1 May
        ("2014-10-11", True),  # a Saturday worked for the National Day
        ("2014-10-08", True),
        ("2014-10-07", False),
        ("2014-02-06", False),  # the Spring Festival's last day, a Thursday
        ("2014-06-30", True),
        ("2014-06-29", False),
    ],
)
def test_the_announcements_of_2014(day: str, worked: bool) -> None:
    assert (dt.date.fromisoformat(day) in OFFICE) is worked


@pytest.mark.parametrize(
    ("period", "last", "third"),
    [
        ("2014-06", "2014-06-30", "2014-07-03"),
        ("2014-05", "2014-05-30", "2014-06-05"),  # 31 May and 1 June are a weekend, 2 June 端午
        ("2014-09", "2014-09-30", "2014-10-10"),  # the week of the National Day
        ("2014-01", "2014-01-30", "2014-02-10"),  # 31 January is 春节; Saturday 8 February was worked
        ("2014-12", "2014-12-31", "2015-01-06"),  # Sunday 4 January was worked
    ],
)
def test_the_days_of_draft_and_issue(period: str, last: str, third: str) -> None:
    month = Period.parse(period)
    assert OFFICE.from_end(month, -1) == OFFICE.last_of(month) == dt.date.fromisoformat(last)
    assert OFFICE.from_end(month, 3) == OFFICE.after(month.last_day, 3) == dt.date.fromisoformat(third)


def test_the_office_has_the_last_word() -> None:
    monday, sunday = dt.date(2014, 6, 30), dt.date(2014, 6, 29)
    office = WorkingDays(off=frozenset({monday}), on=frozenset({sunday}))
    assert monday not in office
    assert office.last_of(Period(2014, 6)) == sunday


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
def test_a_year_that_is_not_announced_works_monday_to_friday_and_says_so(year: int) -> None:
    days = [dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range(60)]
    assert [day in OFFICE for day in days] == [day.weekday() < 5 for day in days]
    assert not announced(year)
    assert str(year) in unannounced({year, 2014})
    assert "2014、" not in unannounced({year, 2014})
    assert unannounced({2014, FIRST_YEAR, LAST_YEAR}) == ""


def test_there_is_no_working_day_nought() -> None:
    with pytest.raises(ValueError, match="0"):
        OFFICE.from_end(Period(2014, 6), 0)


@given(OFFICES, DAYS, st.integers(1, 12))
def test_after_counts_the_working_days_between(office: WorkingDays, day: dt.date, number: int) -> None:
    found = office.after(day, number)
    between = [day + dt.timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert found in office and found > day
    assert sum(one in office for one in between) == number


@given(OFFICES, DAYS, st.integers(1, 12))
def test_before_undoes_after(office: WorkingDays, day: dt.date, number: int) -> None:
    start = office.after(day, 1)
    assert office.before(office.after(start, number), number) == start


@given(PERIODS)
def test_a_month_ends_with_its_last_working_day(period: Period) -> None:
    last = OFFICE.last_of(period)
    assert period.first_day <= last <= period.last_day
    assert OFFICE.after(last, 1) > period.last_day
    assert OFFICE.after(period.last_day, 1) == OFFICE.after(last, 1)


@given(OFFICES, PERIODS)
def test_numbers_from_the_end_follow_each_other(office: WorkingDays, period: Period) -> None:
    days = [office.from_end(period, number) for number in (-3, -2, -1, 1, 2, 3)]
    assert days == sorted(set(days))
    assert days[2] <= period.last_day < days[3]
