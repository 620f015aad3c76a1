"""Lights: green, yellow, red, by the district's thresholds. Pure; nothing known, no light."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from transforms.districts import Thresholds
from transforms.figures import Light


def schedule(actual: Fraction | None, planned: Fraction | None, limits: Thresholds) -> Light | None:
    """Percent done against percent planned: up to 10 points behind green, up to 30 yellow, more red (by default)."""
    if actual is None or planned is None:
        return None
    behind = planned - actual
    if behind <= limits.schedule_yellow_points:
        return Light.GREEN
    return Light.YELLOW if behind <= limits.schedule_red_points else Light.RED


def deadline(due_on: dt.date, today: dt.date, yellow_days: int) -> Light:
    """Red when past, yellow within `yellow_days` days, else green."""
    left = (due_on - today).days
    if left < 0:
        return Light.RED
    return Light.YELLOW if left <= yellow_days else Light.GREEN


def duty(done: Fraction | None, due: Fraction | None) -> Light | None:
    """Done at least what is due green, one missed yellow, two or more red."""
    if done is None or not due:
        return None
    missed = due - done
    if missed <= 0:
        return Light.GREEN
    return Light.YELLOW if missed <= 1 else Light.RED


def promise(value: Fraction | None, limits: Thresholds) -> Light | None:
    """Share of a promise kept, in percent, where many are due: from 95 green, from 80 yellow, below red (by default)."""
    if value is None:
        return None
    if value >= limits.promise_green_percent:
        return Light.GREEN
    return Light.YELLOW if value >= limits.promise_yellow_percent else Light.RED


def none_left(value: Fraction | None) -> Light | None:
    """Something that should not exist: none green, one yellow, more red."""
    if value is None:
        return None
    if value == 0:
        return Light.GREEN
    return Light.YELLOW if value == 1 else Light.RED
