"""All figures of a month once its facts are loaded, and of every month of ten years of one district, one after another."""

from __future__ import annotations

import dataclasses
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests import pipeline
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Figure
from transforms.metrics import measure
from transforms.period import Period
from transforms.tables import Facts

MONTHS = (12, 24, 60, 120)


def measure_all() -> list[tuple[str, float]]:
    """What was measured, and seconds (or megabytes)."""
    with tempfile.TemporaryDirectory() as home:
        run = pipeline.run(pipeline.INBOX, Path(home))
    contracts, district = run.month.configuration.contracts, run.month.configuration.district
    facts, june, history = run.accepted.facts, run.month.period, run.measured.history
    start = time.perf_counter()
    number = len(measure(facts, contracts, district, june, history))
    told = [(f"{number} figures of June 2014 with lineage, after load", time.perf_counter() - start)]
    for months in MONTHS:
        first = june.plus(1 - months)
        numbering = district.numbering.model_copy(update={"first_period": str(first)})
        older = district.model_copy(update={"numbering": numbering})
        seconds = _every_month(_repeated(facts, june, months), contracts, older, first, june)
        told.append((f"every one of {months} months, a month", seconds / months))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*told, ("peak memory of this process, MB", peak)]


def _every_month(facts: Facts, contracts: Sequence[Contract], district: District, first: Period, last: Period) -> float:
    start = time.perf_counter()
    history: dict[Period, dict[str, Figure]] = {}
    for period in first.through(last):
        history[period] = measure(facts, contracts, district, period, history)
    return time.perf_counter() - start


def _repeated(facts: Facts, last: Period, months: int) -> Facts:
    """The last month's rows as the rows of each of so many months."""
    periods = [last.plus(-back) for back in reversed(range(months))]
    frames = {}
    for dataset, frame in facts.frames.items():
        own = frame[frame["period"] == str(last)]
        frames[dataset] = pd.concat([own.assign(period=str(period)) for period in periods], ignore_index=True)
    received = frozenset((dataset, period) for dataset in frames for period in periods)
    return dataclasses.replace(facts, frames=frames, received=received)
