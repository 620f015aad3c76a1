"""Benchmarks, as ratios side by side in one run: machines are shared and noisy, so only ratios say something.

make bench
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    backfill_bench,
    checks_bench,
    figures_bench,
    lineage_bench,
    page_bench,
    reading_bench,
    returns_bench,
    scaling_bench,
    startup_bench,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SANCU = Path(sys.executable).with_name("sancu")


def timed(work: Callable[[], object], repeats: int = 3) -> float:
    """Median seconds of `repeats` calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def show(name: str, seconds: float, other: str, base: float) -> None:
    print(f"{name}: {seconds:.2f} s; {other}: {base:.2f} s; ratio {seconds / base:.2f}")


PARTS = """
import json, sys, time
start = time.perf_counter()
marks = {}
def mark(name):
    global start
    now = time.perf_counter()
    marks[name] = now - start
    start = now
from pathlib import Path
from flows import month as months
from flows.settings import load_settings
import prefect, great_expectations, great_expectations.expectations, weasyprint, vl_convert
from flows import steps
mark("imports")
month = months.open_month(load_settings(), "2014-06", inbox=sys.argv[1])
received = months.received_of(month)
plan = months.plan(month, received)
mark("receive")
readings = [steps.read_files(month, part) for part in months.by_period(plan.submissions)]
mark("read")
checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
mark("check")
accepted = steps.accept_rows(month, plan, readings, checked)
measured = steps.measure_months(month, plan, accepted)
mark("measure")
view = steps.compose_view(month, plan, accepted, measured)
made = steps.make_documents(month, plan, accepted, measured, view)
mark("render")
print(json.dumps(marks))
"""


def whole_against_parts() -> None:
    """`sancu run` on fresh data against the plain functions it is made of, each in a process of its own."""
    inbox = str(ROOT / "data" / "sample" / "inbox")
    with tempfile.TemporaryDirectory() as scratch:
        quiet = {**os.environ, "DO_NOT_TRACK": "1", "SANCU_OUT": f"{scratch}/out"}

        def call(command: list[str], home: str) -> tuple[float, str]:
            start = time.perf_counter()
            environment = {**quiet, "SANCU_HOME": f"{scratch}/{home}"}
            done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
            return time.perf_counter() - start, done.stdout

        _, output = call([sys.executable, "-c", PARTS, inbox], "parts")
        parts: dict[str, float] = json.loads(output.splitlines()[-1])
        for name, seconds in parts.items():
            print(f"  {name}: {seconds:.2f} s")
        run = [str(SANCU), "run", "2014-06", "--inbox", inbox]
        first, _ = call(run, "first")
        show("sancu run, first on this machine (creates Prefect's database)", first, "parts", sum(parts.values()))
        # The database of an earlier run is kept, everything else is fresh.
        (Path(scratch) / "second").mkdir()
        os.rename(f"{scratch}/first/prefect", f"{scratch}/second/prefect")
        _forget_results(Path(scratch) / "second" / "prefect")
        whole, _ = call(run, "second")
        show("sancu run", whole, "parts", sum(parts.values()))
        unchanged, _ = call(run, "second")
        show("sancu run, nothing changed", unchanged, "sancu run", whole)


def _forget_results(home: Path) -> None:
    for path in (home / "storage").glob("*"):
        path.unlink()


def main() -> None:
    for name, value in (*startup_bench.measure(), *reading_bench.measure(), *returns_bench.measure()):
        print(f"{name}: {value:.4g}")
    checks_bench.measure()
    for name, value in (*figures_bench.measure_all(), *lineage_bench.measure(), *scaling_bench.measure_all()):
        print(f"{name}: {value:.4g}")
    page_bench.measure()
    whole_against_parts()
    for name, value in backfill_bench.measure():
        print(f"{name}: {value:.4g}")


if __name__ == "__main__":
    main()
