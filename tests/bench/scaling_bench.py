"""What growing costs and gives: PostgreSQL against SQLite for one month, two Dask workers against one, many districts against one,
and the ledger's size.

SANCU_BENCH_DISTRICTS=85 python -m tests.bench.scaling_bench
"""

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
from sqlalchemy import text

from data.generator.province import write_province
from flows import away
from flows.ledger import portable
from flows.ledger.database import Database
from tests import pipeline
from tests.flows.clusters import dask
from tests.flows.databases import postgres
from tests.pipeline import INBOX, ROOT, environment
from transforms.period import Period

SANCU = Path(sys.executable).with_name("sancu")
DOCUMENTS = 6
DISTRICTS = int(os.environ.get("SANCU_BENCH_DISTRICTS", "5"))
FIRST, LAST = Period(2014, 2), Period(2014, 3)


def measure_all(repeats: int = 3) -> Iterator[tuple[str, float]]:
    yield from measure_databases(repeats)
    yield from measure_dask()
    yield from measure_districts()


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


def measure_districts(number: int = DISTRICTS) -> Iterator[tuple[str, float]]:
    """CPU seconds of all processes, which other work on the machine stretches less than the clock's; the start of a command is
    told apart from what each district adds."""
    months, middle = len(tuple(FIRST.through(LAST))), (number + 1) // 2
    with tempfile.TemporaryDirectory() as scratch:
        province = Path(scratch, "province")
        codes = [world.district.code for world in write_province(province, number, LAST, seed=1)]
        spent = {}
        for many in (1, middle, number):
            asked = ("backfill", str(FIRST), str(LAST), "--districts", ",".join(codes[:many]))
            spent[many] = _cpu(Path(scratch, str(many)), province, *asked)
        ledger = Path(scratch, str(number), "var/ledger.sqlite")
        sizes = {"SQLite": ledger.stat().st_size, "PostgreSQL": _on_postgres(ledger)}
    early = (spent[middle] - spent[1]) / (middle - 1) / months
    late = (spent[number] - spent[middle]) / (number - middle) / months
    yield "one district alone with the start of the command, CPU s a month", spent[1] / months
    yield f"districts 2 to {middle}, CPU s a district-month", early
    yield f"districts {middle + 1} to {number}, CPU s a district-month", late
    yield "the later ones against the earlier (goal 0.9 to 1.1)", late / early
    for name, size in sizes.items():
        yield f"ledger on {name}, KB a district-month", size / 1024 / number / months


def _cpu(home: Path, province: Path, *command: str) -> float:
    """Of the command and all processes that it waits for: server, readers, those that make documents."""
    before = os.times()
    _run(home, *command, inbox=province / "inbox", SANCU_DATA=str(province / "data"))
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _on_postgres(ledger: Path) -> int:
    """Bytes that the same rows take there, beyond those of an empty ledger."""
    with postgres() as server:
        there = Database(server.database())
        empty = _size(there)
        with Database(f"sqlite:///{ledger}").reading() as rows, there.writing() as copied:
            portable.fill(copied, {name: portable.lines(rows, table) for name, table in portable.TABLES.items()})
        return _size(there) - empty


def _size(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


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


def _run(home: Path, *command: str, inbox: Path = INBOX, **own: str) -> float:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    given |= {"SANCU_HOME": f"{home}/var", "SANCU_OUT": f"{home}/out", **own}
    start = time.perf_counter()
    subprocess.run([str(SANCU), *command, "--inbox", str(inbox)], cwd=ROOT, env=given, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, value in measure_all():
        print(f"{name}: {value:.4g}", flush=True)
