"""Lights: green, yellow, red, by the district's thresholds. Pure; nothing known, no light.

| rule | green | yellow | red |
|---|---|---|---|
| `schedule`: done against a plan or the share of the year gone | ≤ 10 points behind | ≤ 30 | more |
| `deadline`: a day promised | more than 3 days left (petition cases 15) | within them, and on the day | past |
| `duty`: few duties, counted (leaders, meetings) | none missed | one missed | two or more |
| `promise`: a share kept where many are due, in percent | ≥ 95 | ≥ 80 | below |
| `breach`: what must not exist (something past its deadline) | none | – | any |
| `warning`: what should not exist (something to mend) | none | any | – |

The numbers are the defaults of `Thresholds`. Sources: the district's own rules; the campaign names no other.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from transforms.districts import Thresholds
from transforms.figures import Light


def schedule(actual: Fraction | None, planned: Fraction | None, limits: Thresholds) -> Light | None:
    """Percent done against percent planned."""
    if actual is None or planned is None:
        return None
    behind = planned - actual
    if behind <= limits.schedule_yellow_points:
        return Light.GREEN
    return Light.YELLOW if behind <= limits.schedule_red_points else Light.RED


def deadline(due_on: dt.date, today: dt.date, yellow_days: int) -> Light:
    """A day promised and not kept yet, as at `today`."""
    left = (due_on - today).days
    if left < 0:
        return Light.RED
    return Light.YELLOW if left <= yellow_days else Light.GREEN


def duty(done: Fraction | None, due: Fraction | None) -> Light | None:
    """Duties done of those due; nothing due, no light."""
    if done is None or not due:
        return None
    missed = due - done
    if missed <= 0:
        return Light.GREEN
    return Light.YELLOW if missed <= 1 else Light.RED


def promise(value: Fraction | None, limits: Thresholds) -> Light | None:
    """Percent of promises kept, where one more or less is no great matter."""
    if value is None:
        return None
    if value >= limits.promise_green_percent:
        return Light.GREEN
    return Light.YELLOW if value >= limits.promise_yellow_percent else Light.RED


def breach(value: Fraction | None) -> Light | None:
    """How much there is of what must not exist."""
    if value is None:
        return None
    return Light.RED if value > 0 else Light.GREEN


def warning(value: Fraction | None) -> Light | None:
    """How much there is of what should not exist."""
    if value is None:
        return None
    return Light.YELLOW if value > 0 else Light.GREEN
