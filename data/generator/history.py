"""The whole world, month by month, from a seed."""

from __future__ import annotations

import random

from data.generator import serving, settling
from data.generator.world import Totals, World
from transforms.districts import District
from transforms.period import Period


def build(district: District, periods: tuple[Period, ...], seed: int, totals: Totals | None = None) -> World:
    """The whole world, from a seed."""
    world = World(district, periods, totals or Totals(), random.Random(seed))
    for make in (
        serving.enterprises,
        serving.rewards,
        serving.visits,
        serving.issues,
        serving.meetings,
        serving.financing,
        serving.industry,
        serving.growth,
        serving.ratings,
        settling.housing,
        settling.problems,
        settling.permits,
        settling.petitions,
        settling.accountability,
    ):
        make(world)
    return world
