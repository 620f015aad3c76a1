"""What a district-month costs by stage, with more months and with more rows: CPU seconds of the plain functions that a backfill is
made of, one district in one process, whatever else the machine does.

python -m tests.bench.stages_bench [MONTHS×ROWS …]      # default: 5×1 12×1 12×4
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from data.generator.__main__ import published_of, write
from data.generator.history import build
from data.generator.targets import totals_of
from data.generator.world import Totals
from flows import documents, steps
from flows import month as months
from flows.fonts import font_files
from flows.settings import load_settings
from flows.stale import Standing, survey
from flows.together import Together, gather, month_of
from tests.bench.worlds import LAST, SEED, World, generated
from tests.pipeline import environment
from transforms.briefing import editions
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.checks import warm_up
from transforms.districts import parse_district

DOCUMENTS = 2  # of the last months; a document's cost hardly depends on its month
SIZES = ("enterprises", "latest_batch", "reward_times", "starts", "completions", "monitored", "housing", "cases")
T = TypeVar("T")


@dataclass
class Clock:
    """CPU seconds by stage, of this process and of the readers that it has waited for."""

    spent: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, work: Callable[[], T], share: int = 1) -> T:
        start = time.process_time()
        done = work()
        self.spent[stage] = self.spent.get(stage, 0.0) + (time.process_time() - start) / share
        return done


def measure(number: int, factor: int) -> tuple[int, dict[str, float]]:
    """Rows of the last month, and CPU seconds a month by stage."""
    with tempfile.TemporaryDirectory() as scratch, world(Path(scratch), number, factor) as made:
        clock = Clock()
        month = months.open_month(load_settings(), str(made.last), inbox=str(made.inbox))
        received = clock.time("receive", lambda: months.received_of(month), number)
        standings = clock.time("plan", lambda: survey(month, made.first, received), number)
        plan = standings[-1].plan
        by_month = months.by_period(plan.submissions)
        readings = clock.time("read and type", lambda: [steps.read_files(month, part) for part in by_month], number)
        parts = steps.by_dataset(month, readings)
        warm_up()
        steps.check_dataset(*parts[0])
        checked = clock.time("check", lambda: [steps.check_dataset(*part) for part in parts], number)
        together = clock.time("accept", lambda: gather(month, readings, checked), number)
        for place, standing in enumerate(standings):
            clock.time("figures with lineage", partial(together.history, standing.month.period), number)
            if place == 0:
                _issue(standing, together, Clock())  # the first document of a process pays for imports and fonts
            elif place >= number - DOCUMENTS:
                _issue(standing, together, clock)
        rows = sum(len(table.frame) for intake in readings[-1] for table in intake.tables)
        return rows, clock.spent


def _issue(standing: Standing, together: Together, clock: Clock) -> None:
    """All that a month costs beside the others."""
    month, plan, time = standing.month, standing.plan, partial(clock.time, share=DOCUMENTS)
    fonts = font_files(month.settings.fonts)
    accepted, measured = time("reconcile", lambda: month_of(together, standing))
    view = time("compose", lambda: steps.compose_view(month, plan, accepted, measured, together.lists))
    back = time("mark workbooks", lambda: steps.mark_workbooks(month, plan, accepted, measured))
    figures, tables = steps.printed(month, accepted, measured)
    fitted = time("fit page one", lambda: fit(editions.leaders(view), fonts))
    pdf = time("PDF", lambda: render(fitted, fonts, tables))
    word = time("Word", lambda: documents._word(fitted, fonts))
    web = time("web page", lambda: documents._web(fitted, fonts))
    time("read back", lambda: refusals(pdf, fitted, figures))
    made = documents.Documents({documents.PDF: pdf, documents.WORD: word, documents.WEB: web})
    time("publish", lambda: steps.publish_issue(month, plan, accepted, measured, view, made, back, together.kept))


@contextmanager
def world(folder: Path, number: int, factor: int) -> Iterator[World]:
    """A district of so many months, with so many times the rows of the sample's."""
    made = generated(number, folder / "world")
    if factor > 1:
        path = made.data / "districts/350303.yaml"
        district = parse_district(path.read_text(encoding="utf-8"), path.name)
        totals = scaled(totals_of(district, LAST, published_of(district, LAST), SEED), factor)
        periods = tuple(made.first.through(made.last))
        write(build(district, periods, SEED, totals), folder / "world", random.Random(SEED + 1))
    places = {"DATA": made.data, "HOME": folder / "var", "OUT": folder / "out"}
    with environment(**{f"SANCU_{name}": str(path) for name, path in places.items()}):
        yield made


def scaled(totals: Totals, factor: int) -> Totals:
    sizes = {name: getattr(totals, name) * factor for name in SIZES}
    return replace(totals, **sizes, stages=tuple(stage * factor for stage in totals.stages))


def main() -> None:
    asked = [tuple(map(int, given.split("×"))) for given in sys.argv[1:]] or [(5, 1), (12, 1), (12, 4)]
    for number, factor in asked:
        rows, spent = measure(number, factor)
        print(f"{number} months, {rows} rows in the last: {sum(spent.values()):.2f} CPU s a district-month")
        for stage, seconds in spent.items():
            print(f"  {stage}: {seconds:.3f}", flush=True)


if __name__ == "__main__":
    main()
