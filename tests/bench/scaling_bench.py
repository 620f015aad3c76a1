"""What growing costs and gives: PostgreSQL against SQLite for one month, two Dask workers against one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from distributed import Client

from flows import away
from tests import pipeline
from tests.flows.clusters import dask
from tests.flows.databases import postgres
from tests.pipeline import INBOX, ROOT, environment

SANCU = Path(sys.executable).with_name("sancu")
DOCUMENTS = 6


def measure_all(repeats: int = 3) -> Iterator[tuple[str, float]]:
    yield from measure_databases(repeats)
    yield from measure_dask()


def measure_databases(repeats: int) -> Iterator[tuple[str, float]]:
    """`sancu run` on fresh data, by turns."""
    with tempfile.TemporaryDirectory() as scratch, postgres() as server:
        seconds: dict[str, list[float]] = {"SQLite": [], "PostgreSQL": []}
        for turn in range(repeats):
            for name, found in seconds.items():
                url = server.database() if name == "PostgreSQL" else ""
                found.append(_run(Path(scratch, f"{name}{turn}"), "run", "2014-06", SANCU_DATABASE=url))
        medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        yield f"one month on {name}, s", median
    yield "PostgreSQL against SQLite, ratio (goal ≤ 1.2)", medians["PostgreSQL"] / medians["SQLite"]


def measure_dask() -> Iterator[tuple[str, float]]:
    """The documents of a month, several times over; then a whole backfill with all that is not spread out."""
    for what, work in (("documents", _documents), ("backfill of five months", _backfill)):
        seconds = {workers: work(workers) for workers in (1, 2)}
        for workers, taken in seconds.items():
            yield f"{what}, {workers} Dask worker(s), s", taken
        yield f"{what}, two workers against one, times as fast (goal ≥ 1.8)", seconds[1] / seconds[2]


def _documents(workers: int) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        shared = {"SANCU_STORE": f"file://{home}/store"}
        with environment(**shared), dask(home / "machines", shared, workers) as cluster:
            made = pipeline.run(INBOX, home / "var", "2014-06")
            errand = away.Errand.for_month(made.month, "bench")
            figures, attached = made.figures, {}
            own = [submission for submission in made.plan.submissions if submission.period == made.month.period]
            work = (errand, own, made.fitted(), figures, attached)
            with Client(cluster.address, set_as_default=False) as client:
                client.gather([client.submit(away.make, *work, pure=False) for _ in range(workers)])  # imports
                start = time.perf_counter()
                client.gather([client.submit(away.make, *work, pure=False) for _ in range(DOCUMENTS)])
                return time.perf_counter() - start


def _backfill(workers: int) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        shared = {"SANCU_STORE": f"file://{home}/store"}
        with dask(home / "machines", shared, workers) as cluster:
            asked = ("backfill", "2014-02", "2014-06", "--runner", "dask")
            return _run(home / "own", *asked, SANCU_DASK=cluster.address, **shared)


def _run(home: Path, *command: str, **own: str) -> float:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    given |= {"SANCU_HOME": f"{home}/var", "SANCU_OUT": f"{home}/out", **own}
    start = time.perf_counter()
    subprocess.run([str(SANCU), *command, "--inbox", str(INBOX)], cwd=ROOT, env=given, check=True, capture_output=True)
    return time.perf_counter() - start
