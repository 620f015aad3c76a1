"""A backfill from the shell against WeasyPrint alone, and what it does when nothing, or one workbook, has changed.

SANCU_BENCH_MONTHS=120 python -m tests.bench.backfill_bench
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import openpyxl

from flows import month as months
from flows import steps
from flows.settings import load_settings
from flows.stale import survey
from flows.together import gather, month_of
from tests.bench import weasyprint_alone, worlds
from tests.bench.worlds import ROOT, World
from tests.pipeline import environment

MONTHS = int(os.environ.get("SANCU_BENCH_MONTHS", "6"))
FEW = max(5, MONTHS // 10)  # what the memory of all of them is compared with; the generator wants five
SANCU = str(Path(sys.executable).with_name("sancu"))
CHANGED_BACK = 1  # the workbook that is changed is of the last month but so many
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def measure() -> Iterator[tuple[str, float]]:
    """What was measured, and seconds, megabytes or the ratio of two of them; each as soon as it is known."""
    with tempfile.TemporaryDirectory() as scratch:
        few, _, few_peak = _made(FEW, Path(scratch) / "few")
        yield f"peak memory of all processes together, {few.first}–{few.last}, MB", few_peak
        world, whole, peak = _made(MONTHS, Path(scratch) / "all")
        yield f"the same, {MONTHS} months, MB", peak
        yield "ratio (goal 1.3)", peak / few_peak
        yield f"backfill of {MONTHS} months, s", whole
        with _home(Path(scratch) / "all"):
            unchanged, _ = _run(_backfill(world))
            yield "backfill again, nothing changed, s", unchanged
            yield "of the backfill (goal 0.01)", unchanged / whole
            _change(world)
            changed, _ = _run(_backfill(world))
            yield f"one workbook changed, {CHANGED_BACK + 1} documents affected, s", changed
        sources = Path(scratch) / "sources"
        _keep_sources(world, Path(scratch) / "reckoned", sources)
        alone = _alone(sources)
        yield "WeasyPrint alone, the same documents, 2 processes, s", alone
        yield "backfill against it (goal 1.25)", whole / alone
        for path in sorted(sources.iterdir())[: -CHANGED_BACK - 1]:
            path.unlink()
        affected = _alone(sources)
        yield "WeasyPrint alone, those documents, s", affected
        yield "seconds more (goal 2)", changed - affected


def _made(number: int, folder: Path) -> tuple[World, float, float]:
    world = worlds.generated(number, folder / "world")
    with _home(folder):
        seconds, peak = _run(_backfill(world))
    return world, seconds, peak


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    data, home, out = (str(folder / name) for name in ("world/data", "home", "out"))
    with environment(SANCU_DATA=data, SANCU_HOME=home, SANCU_OUT=out, DO_NOT_TRACK="1"):
        yield


def _backfill(world: World) -> list[str]:
    return [SANCU, "backfill", str(world.first), str(world.last), "--inbox", str(world.inbox)]


def _alone(sources: Path) -> float:
    return _run([sys.executable, "-m", "tests.bench.weasyprint_alone", str(sources)])[0]


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds from shell to finished, and the most megabytes that its processes held together. What two of them share is
    counted twice."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peaks = [0.0]

    def watch() -> None:
        while process.poll() is None:
            peaks.append(sum(map(_resident, _family(process.pid))))
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    told, _ = process.communicate()
    seconds = time.perf_counter() - start
    watcher.join()
    assert process.returncode == 0, told
    return seconds, max(peaks)


def _family(root: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_MB
    except (OSError, IndexError):
        return 0.0


def _change(world: World) -> None:
    """One more in the first amount."""
    path = world.inbox / f"350303/{world.last.plus(-CHANGED_BACK)}/财政局.xlsx"
    book = openpyxl.load_workbook(path)
    cells = (cell for row in book.worksheets[0].iter_rows(min_row=4) for cell in row)
    next(cell for cell in cells if isinstance(cell.value, int | float) and cell.column_letter == "J").value += 1
    book.save(path)


def _keep_sources(world: World, home: Path, folder: Path) -> None:
    """What WeasyPrint is given for each month, into `folder`, by the plain functions that a backfill is made of."""
    folder.mkdir()
    with environment(SANCU_DATA=str(world.data), SANCU_HOME=str(home), SANCU_OUT=str(home / "out")):
        month = months.open_month(load_settings(), str(world.last), inbox=str(world.inbox))
        standings = survey(month, world.first, months.received_of(month))
        plan = standings[-1].plan
        readings = [steps.read_files(month, part) for part in months.by_period(plan.submissions)]
        together = gather(month, readings, [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)])
        for standing in standings:
            accepted, measured = month_of(together, standing)
            view = steps.compose_view(standing.month, standing.plan, accepted, measured, together.lists)
            weasyprint_alone.keep(view, folder / str(standing.month.period))


if __name__ == "__main__":
    for name, value in measure():
        print(f"{name}: {value:.4g}", flush=True)
