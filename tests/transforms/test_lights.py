"""Each light at its edges, by the district's thresholds."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from transforms import lights
from transforms.districts import Thresholds
from transforms.figures import Light

G, Y, R = Light.GREEN, Light.YELLOW, Light.RED
DEFAULT = Thresholds()
STRICT = Thresholds(
    schedule_yellow_points=0, schedule_red_points=5, promise_green_percent=100, promise_yellow_percent=90
)


@pytest.mark.parametrize(
    ("actual", "planned", "default", "strict"),
    [
        (60, 50, G, G),
        (50, 50, G, G),
        (Fraction(40), 50, G, R),
        (Fraction(3999, 100), 50, Y, R),
        (45, 50, G, Y),
        (20, 50, Y, R),
        (Fraction(1999, 100), 50, R, R),
        (None, 50, None, None),
        (50, None, None, None),
    ],
)
def test_schedule(
    actual: Fraction | None, planned: Fraction | None, default: Light | None, strict: Light | None
) -> None:
    assert lights.schedule(actual, planned, DEFAULT) is default
    assert lights.schedule(actual, planned, STRICT) is strict


@pytest.mark.parametrize(("due", "light"), [(29, R), (30, Y), (1, Y), (3, Y), (4, G)])
def test_deadline(due: int, light: Light) -> None:
    today = dt.date(2014, 6, 30)
    due_on = dt.date(2014, 6 if due > 4 else 7, due)
    assert lights.deadline(due_on, today, DEFAULT.promise_yellow_days) is light


def test_petition_cases_are_yellow_earlier() -> None:
    assert lights.deadline(dt.date(2014, 7, 15), dt.date(2014, 6, 30), DEFAULT.petition_yellow_days) is Y


@pytest.mark.parametrize(
    ("done", "due", "light"),
    [
        (3, 2, G),
        (12, 12, G),
        (11, 12, Y),
        (10, 12, R),
        (0, 1, Y),
        (0, 2, R),
        (0, 0, None),
        (None, 3, None),
        (3, None, None),
    ],
)
def test_duty(done: int | None, due: int | None, light: Light | None) -> None:
    assert lights.duty(None if done is None else Fraction(done), None if due is None else Fraction(due)) is light


@pytest.mark.parametrize(
    ("value", "default", "strict"),
    [
        (100, G, G),
        (95, G, Y),
        (Fraction(9499, 100), Y, Y),
        (80, Y, R),
        (Fraction(7999, 100), R, R),
        (0, R, R),
        (None, None, None),
    ],
)
def test_promise(value: Fraction | None, default: Light | None, strict: Light | None) -> None:
    assert lights.promise(value, DEFAULT) is default
    assert lights.promise(value, STRICT) is strict


def test_what_must_not_and_what_should_not_exist() -> None:
    assert [lights.breach(v) for v in (None, Fraction(0), Fraction(1, 100), Fraction(7))] == [None, G, R, R]
    assert [lights.warning(v) for v in (None, Fraction(0), Fraction(1), Fraction(7))] == [None, G, Y, Y]
