"""From a figure to its cells, and from a cell to its figures, on a ledger of ten years: the whole command from the shell,
and what lineage takes on the disk."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from flows import month as months
from flows import readings, steps
from flows.ledger import Arrival, Briefing
from flows.ledger.records import figure_row
from flows.store import sha256_of
from tests import pipeline
from tests.pipeline import Run
from transforms.figures import CellRange, Figure, Scope
from transforms.period import Period
from transforms.tables import Intake, Table

MONTHS = 120
REPEATS = 5
ROOT = Path(__file__).resolve().parent.parent.parent
SANCU = Path(sys.executable).with_name("sancu")
USES = """
import sys
from pathlib import Path
from flows.settings import load_settings
from flows.uses import uses
print(*uses(load_settings(), Path(sys.argv[1]), sys.argv[2], sys.argv[3]).lines(), sep="\\n")
"""
WHY = """
import sys
from flows.settings import load_settings
from flows.why import explain
print(*explain(load_settings(), sys.argv[1], sys.argv[2]).lines(), sep="\\n")
"""


def measure() -> list[tuple[str, float]]:
    """What was measured, and seconds or bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        run = pipeline.run(pipeline.INBOX, home)
        told, first_file = ten_years(run, Path(scratch))
        environment = {**os.environ, "SANCU_HOME": str(home), "SANCU_OUT": f"{scratch}/out", "PYTHONPATH": str(ROOT)}

        def seconds(*command: str) -> float:
            taken = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                done = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True)
                taken.append(time.perf_counter() - start)
                assert "2004-07" in done.stdout, done.stderr
            return statistics.median(taken)

        period = str(run.month.period)
        why = ("reward.amount_to_date", period)
        cell = (str(first_file), "即征即奖兑现明细", "J6")
        return [
            *told,
            (f"sancu why, a sum over {MONTHS} months, from the shell, s", seconds(str(SANCU), "why", *why)),
            ("the same without the command line, s", seconds(sys.executable, "-c", WHY, *why)),
            (f"uses of a cell {MONTHS} months ago, s", seconds(sys.executable, "-c", USES, *cell)),
        ]


def ten_years(run: Run, scratch: Path) -> tuple[list[tuple[str, float]], Path]:
    """June's files again and again as the files of each of so many months, with a briefing a month, in `run`'s ledger;
    what it takes, and the file of the first month that the finance bureau sent."""
    intakes = steps.read_files(run.month, months.by_period(run.plan.submissions)[-1])
    told, sent, first = [], [], Path()
    kept = run.month.store
    for number in range(MONTHS):
        period = run.month.period.plus(number + 1 - MONTHS)
        now = [_sent(run, intake, period, scratch) for intake in intakes]
        tables = [table for intake, table_of in now for table in table_of]
        readings.keep(kept, run.month.configuration, tables)
        sent += [intake for intake, _ in now]
        first = first if number else scratch / "财政局.xlsx"
        figures = [_repeated(figure, sent, number + 1) for figure in run.figures.values()]
        run.month.ledger.record_briefing(_briefing(run, period, number + 1, sent), figures, ())
        if number + 1 in (1, 12, MONTHS):
            size = sum(len(figure_row(0, 0, figure)["lineage"]) for figure in figures)
            told.append((f"lineage of {len(figures)} figures in the ledger, month {number + 1}, bytes", float(size)))
    stored = sum(path.stat().st_size for path in (scratch / "home" / "store" / "readings").iterdir())
    told.append(("a sheet of 120 rows as read, in the store, bytes", stored / MONTHS))
    told.append(("the ledger, bytes a month", (scratch / "home" / "ledger.sqlite").stat().st_size / MONTHS))
    return told, first


def _sent(run: Run, intake: Intake, period: Period, scratch: Path) -> tuple[Intake, list[Table]]:
    """One department's file of that month, its content a name of its own. Only the finance bureau's are received and
    kept: what each of 1,200 costs is measured elsewhere."""
    was = intake.submission
    data = f"{period} {was.filename}".encode()
    sha256 = sha256_of(data)
    submission = dataclasses.replace(was, sha256=sha256, period=period)
    if was.department != "财政局":
        return dataclasses.replace(intake, submission=submission), []
    if period == run.month.period.plus(1 - MONTHS):
        (scratch / was.filename).write_bytes(data)
    at = dt.datetime.combine(period.plus(1).first_day, dt.time(), dt.UTC)
    run.month.ledger.record_submissions(
        run.month.code, period, [Arrival(sha256, was.department, was.filename, len(data), at)], at, "bench"
    )
    tables = [dataclasses.replace(table, submission=submission) for table in intake.tables]
    return dataclasses.replace(intake, submission=submission), tables


def _repeated(figure: Figure, sent: Sequence[Intake], number: int) -> Figure:
    """A figure of June as that of the month `number`: the cells of its last file in every file so far, or in the last
    one where it speaks of a month."""
    if not figure.cells:
        return figure
    last = [place for place in figure.cells if place.submission == figure.cells[-1].submission]
    so_far = sent if figure.scope in (Scope.CAMPAIGN, Scope.YEAR) else sent[-10:]
    files = [s.submission for s in so_far if s.submission.department == last[0].department]
    cells = tuple(CellRange(f.sha256, *place[1:]) for f in files for place in last)
    return dataclasses.replace(figure, cells=cells)


def _briefing(run: Run, period: Period, number: int, sent: Sequence[Intake]) -> Briefing:
    submissions = [
        {
            "period": str(intake.submission.period),
            "department": intake.submission.department,
            "file": intake.submission.filename,
            "sha256": intake.submission.sha256,
            "received_at": intake.submission.received_at.isoformat(),
        }
        for intake in sent
    ]
    return Briefing(
        district=run.month.code,
        period=period,
        fingerprint=f"bench-{period}",
        number=number,
        total_number=number,
        provisional=False,
        made_at=months.now(),
        pdf_sha256="",
        manifest={"submissions": submissions},
    )


if __name__ == "__main__":
    for name, value in measure():
        print(f"{name}: {value:.4g}")
