"""What counts as printed, what a change is laid to, and what the changes add up to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.figures import CellRange, Figure, Scope, Unit
from transforms.period import Period
from transforms.revision_tables import biases, triangle
from transforms.revisions import (
    Cause,
    Issued,
    Printed,
    Reasons,
    Revision,
    changed_files,
    restated,
    revised,
    standing,
)
from transforms.submissions import Submission

MAY, JUNE = Period(2014, 5), Period(2014, 6)
DAY = dt.datetime(2014, 6, 3, 23, 59, tzinfo=dt.UTC)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)
LATER = AFTER + dt.timedelta(days=1)
FIGURE = Figure("loan.bank", "银行贷款", "", Unit.MONEY_WAN, Scope.END, 4, Fraction(90), owner="金融办")


def issued(key: int, made: dt.datetime, received: dt.datetime, released: dt.datetime | None = None) -> Issued:
    return Issued(key, MAY, 4, made, released, received)


@pytest.mark.parametrize(
    ("made", "known", "expected"),
    [
        ([], None, None),
        # The last draft by the day it is dated, not what a draft was made into afterwards.
        ([issued(1, BEFORE, BEFORE), issued(2, DAY, BEFORE), issued(3, AFTER, AFTER)], None, 2),
        # Made later: what knew most of what had come in time, and of equals the first.
        ([issued(1, AFTER, BEFORE), issued(2, AFTER, DAY), issued(3, LATER, DAY), issued(4, LATER, AFTER)], None, 2),
        ([issued(1, LATER, LATER), issued(2, AFTER, AFTER)], None, 2),
        # A signature counts before all, from when it was given.
        ([issued(1, BEFORE, BEFORE), issued(2, AFTER, AFTER, AFTER)], None, 2),
        ([issued(1, BEFORE, BEFORE), issued(2, AFTER, BEFORE, LATER)], AFTER, 1),
        ([issued(1, AFTER, AFTER)], BEFORE, None),
    ],
)
def test_the_issue_that_readers_hold(made: list[Issued], known: dt.datetime | None, expected: int | None) -> None:
    found = standing(made, DAY, known)
    assert (found.id if found else None) == expected


def file(sha: str, department: str = "金融办", at: dt.datetime = AFTER, period: Period = MAY) -> Submission:
    return Submission(sha, "350303", period, department, f"{department}.xls", at, 1)


def explain(
    before: dict[tuple[Period, str], str],
    now: list[Submission],
    reasons: Reasons | None = None,
    figure: Figure = FIGURE,
    returned: frozenset[str] = frozenset(),
) -> Revision:
    changes = changed_files(before, now, returned)
    stated = {FIGURE.code: Printed(Fraction(100), Unit.MONEY_WAN)}
    given = reasons or Reasons({}, {}, "程序改过")
    (found,) = revised(MAY, stated, {figure.code: figure}, changes, given, lambda _: (4,))
    return found


PLACE = (MAY, "金融办")


@pytest.mark.parametrize(
    ("before", "reasons", "returned", "cause", "note"),
    [
        ({}, None, False, Cause.LATE, ""),
        ({PLACE: "old"}, None, False, None, ""),
        ({PLACE: "old"}, None, True, Cause.ERROR, ""),
        ({PLACE: "new"}, None, False, Cause.METHOD, "程序改过"),
        ({PLACE: "old"}, Reasons({"new": (Cause.SCOPE, "含新区")}, {"new": "差错"}), False, Cause.SCOPE, "含新区"),
        ({PLACE: "old"}, Reasons({}, {"new": "统计口径调整"}), False, Cause.METHOD, "统计口径调整"),
        ({PLACE: "old"}, Reasons({}, {"new": "情况属实"}), False, None, "情况属实"),
    ],
)
def test_causes(
    before: dict[tuple[Period, str], str], reasons: Reasons | None, returned: bool, cause: Cause | None, note: str
) -> None:
    found = explain(before, [file("new")], reasons, returned=frozenset({"old"} if returned else ()))
    assert (found.cause, found.note) == (cause, note)
    assert bool(found.department) is (before.get(PLACE) != "new")


def test_another_departments_file_is_not_to_blame() -> None:
    found = explain({PLACE: "same", (MAY, "财政局"): "old"}, [file("same"), file("new", "财政局")])
    assert (found.cause, found.department) == (Cause.METHOD, "")


def test_of_two_files_the_one_that_its_cells_stand_in() -> None:
    cells = (CellRange("april", "金融办", "金融办.xls", "表", "F5", 1),)
    april = file("april", at=AFTER, period=MAY.previous)
    found = explain({}, [april, file("may", at=LATER)], figure=replace(FIGURE, cells=cells))
    assert found.filed_for == MAY.previous


values = st.none() | st.fractions(min_value=0, max_value=10**6)


@given(old=values, new=values)
def test_a_revision_is_told_once(old: Fraction | None, new: Fraction | None) -> None:
    """What an issue has told of is what the next one compares with."""
    figure, own = replace(FIGURE, value=new), {FIGURE.code: Printed(old, Unit.MONEY_WAN)}
    reasons = Reasons({}, {})
    found = list(revised(MAY, own, {FIGURE.code: figure}, (), reasons, lambda _: (4,)))
    assert len(found) == (old != new)
    again = restated(own, found, MAY)
    assert list(revised(MAY, again, {FIGURE.code: figure}, (), reasons, lambda _: (4,))) == []
    assert [Revision.of_json(one.as_json()) for one in found] == found


def revision(period: Period, old: int | None, new: int, code: str = "a.b", unit: Unit = Unit.CASES) -> Revision:
    before = None if old is None else Fraction(old)
    return Revision(period, code, "数", unit, before, Fraction(new), None, department="金融办", filed_for=period)


def test_a_triangle_says_what_each_issue_said() -> None:
    april = MAY.previous
    own = {period: Printed(Fraction(10), Unit.CASES) for period in (april, MAY, JUNE)}
    found = triangle("a.b", own, {JUNE: [revision(april, 10, 8), revision(april, 1, 2, "c.d")]})
    assert [one.value for one in found.rows[april]] == [10, 10, 8]
    assert [one.value for one in found.rows[MAY]] == [10, 10]


def test_who_over_reports() -> None:
    told = [
        revision(MAY, 100, 90),
        revision(MAY, 50, 60, unit=Unit.PERCENT, code="a.rate"),
        revision(MAY.previous, 100, 120),
        revision(MAY.previous, 120, 70),
        revision(MAY, None, 5, code="a.late"),
        replace(revision(MAY, 1, 9, code="a.method"), department="", cause=Cause.METHOD),
    ]
    (found,) = biases(told)
    assert (found.mean, found.figures, found.months) == (-20, 4, 2)
    assert (found.down, found.up, found.late, found.habit) == (2, 1, 1, "惯常多报")
