"""The whole world, month by month, from a seed."""

from __future__ import annotations

import random

from data.generator import serving, settling, supporting, traps
from data.generator.world import Totals, World
from transforms.districts import District
from transforms.period import Period


def build(district: District, periods: tuple[Period, ...], seed: int, totals: Totals) -> World:
    """The world whose last month adds up to `totals`."""
    world = World(district, periods, totals, random.Random(seed))
    for make in (
        serving.enterprises,
        serving.rewards,
        serving.visits,
        serving.issues,
        serving.meetings,
        supporting.financing,
        supporting.industry,
        supporting.growth,
        supporting.ratings,
        settling.housing,
        settling.problems,
        settling.permits,
        settling.petitions,
        settling.accountability,
        traps.in_world,
    ):
        make(world)
    return world
