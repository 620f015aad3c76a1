"""What a month's rows add up to, in plain Python over the world's own rows: an account of every figure that shares no
code with the program under test."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from data.generator import truth_places, truth_serving, truth_settling
from data.generator.reckoning import Month, exact
from data.generator.world import World
from transforms.period import Period


def truth(world: World, period: Period) -> dict[str, Any]:
    """Figure code → number as it is written, money in 万元, area in 万平方米, rates in percent. A figure that cannot be
    reckoned, such as a share of nothing, is absent."""
    return {code: exact(number) for code, number in numbers(world, period).items()}


def numbers(world: World, period: Period) -> dict[str, int | Fraction]:
    """The same, exact; a rate is a `Percent`."""
    month = Month(world, period)
    parts = (
        truth_serving.rewards,
        truth_serving.links,
        truth_serving.issues,
        truth_serving.financing,
        truth_serving.policies,
        truth_serving.projects,
        truth_settling.housing,
        truth_settling.duties,
        truth_settling.problems,
        truth_settling.permits,
        truth_settling.petitions,
        truth_settling.accountability,
        truth_places.places,
        truth_places.leaders,
        truth_places.departments,
    )
    return {code: n for part in parts for code, n in part(month).items() if n is not None}
