"""The body of `sancu backfill`: Prefect and the processes that make documents are started only where something is to be
made, and once for all districts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from functools import partial
from pathlib import Path

from flows import month as months
from flows.choices import Only, Runner
from flows.month import Month
from flows.outcomes import Outcome, failure_of
from flows.processes import CORES
from flows.progress import Pace, among, report
from flows.revising import made_before
from flows.settings import Settings
from flows.stale import Standing, restore, survey
from transforms.errors import UsageError
from transforms.period import Period

Backfill = Callable[..., Iterable[Outcome]]
_DISTRICTS = "区县"


class _Prefect(ExitStack):
    """The flow, with a server to talk to and processes for its documents: started for the first district that needs them,
    and kept for the others, since Prefect keeps to the server that it met first."""

    def __init__(self, settings: Settings, runner: Runner, districts: int) -> None:
        super().__init__()
        self._settings, self._runner, self._districts = settings, runner, districts
        self._flow: Backfill | None = None
        self._start = threading.Lock()

    def flow(self, month: Month, documents: int) -> Backfill:
        """`documents` are how many the first district will have made on this machine."""
        with self._start:
            if self._flow is None:
                self._flow = self._started(month, documents * self._districts)
            return self._flow

    def _started(self, month: Month, documents: int) -> Backfill:
        from flows.orchestration import prefect_server

        server = self.enter_context(prefect_server(self._settings.home / "prefect"))
        from flows.renderers import kept

        self.enter_context(kept()).warm_up(documents)  # while this process imports what it needs itself
        from flows.backfill import backfill
        from flows.hands import task_runner
        from transforms.checks import warm_up

        made_by = backfill.with_options(task_runner=task_runner(self._settings, self._runner))
        if not made_before(month):
            warm_up()
        server.wait()
        return made_by


def backfill_districts(
    settings: Settings,
    first: str,
    last: str,
    only: Only,
    dry_run: bool,
    districts: Sequence[str] = (),
    inbox: str | None = None,
    out: Path | None = None,
    runner: Runner = Runner.LOCAL,
) -> list[Outcome]:
    """Each district's months, the earliest first. A district that cannot be worked on does not stop the others.

    Raises:
        UsageError: periods that cannot be meant, or no such district.
        EnvironmentFailure: the only district's ledger, store or inbox refuses, or another run holds its months.
    """
    opened = [
        months.open_month(settings, last, code, inbox, out) for code in dict.fromkeys(districts) or (settings.district,)
    ]
    start = Period.parse(first)
    if start > opened[0].period:
        raise UsageError(f"起止月份写反了：{first} 在 {last} 之后。")
    with _Prefect(settings, runner, len(opened)) as prefect:
        work = partial(_backfill, first=start, only=only, dry_run=dry_run, runner=runner, prefect=prefect)
        if len(opened) == 1:
            return work(opened[0])
        return _side_by_side(opened, start, work, CORES if runner is Runner.LOCAL else 1)


def _side_by_side(
    opened: Sequence[Month], first: Period, work: Callable[[Month], list[Outcome]], at_once: int
) -> list[Outcome]:
    """On one machine as many districts at once as it has cores: one with a single document to make keeps but one of them busy.
    Ctrl-C, which only the main thread gets, reaches the others when they next report how far they are."""
    pace, stopping = Pace(), threading.Event()
    pace.tell(_DISTRICTS, 0, len(opened))

    def told(month: Month) -> list[Outcome]:
        def place() -> str:
            if stopping.is_set():
                raise KeyboardInterrupt
            return f"{whole()}，{month.code}"

        try:
            with among(place):
                return work(month)
        except Exception as error:
            failure = failure_of(error, month.code)
            return [Outcome(month.code, one, None, failure=failure) for one in first.through(month.period)]

    def whole() -> str:
        done = sum(future.done() for future in begun)
        return pace.tell(_DISTRICTS, done, len(opened)) if done else f"{_DISTRICTS} 0/{len(opened)}"

    begun: list[Future[list[Outcome]]] = []
    with ThreadPoolExecutor(at_once) as hands:
        try:
            begun += [hands.submit(copy_context().run, told, month) for month in opened]
            return [outcome for future in begun for outcome in future.result()]
        except BaseException:
            stopping.set()
            hands.shutdown(cancel_futures=True)
            report(_DISTRICTS, sum(not future.cancelled() and not future.exception() for future in begun), len(opened))
            raise


def _backfill(
    month: Month, first: Period, only: Only, dry_run: bool, runner: Runner, prefect: _Prefect
) -> list[Outcome]:
    report("收文")
    standings = survey(month, max(first, month.configuration.district.first_period), months.received_of(month))
    todo = [standing for standing in standings if standing.wanted(only)]
    made: dict[Period, Outcome] = {}
    if todo:
        outcomes = prefect.flow(month, len(todo) if runner is Runner.LOCAL and not dry_run else 0)(
            district=month.code,
            first=str(first),
            last=str(month.period),
            only=only.value,
            dry_run=dry_run,
            inbox=month.inbox_to_tell(),
            out=str(month.out),
            runner=runner.value,
        )
        made = {outcome.period: outcome for outcome in outcomes}
    return [made.get(standing.month.period) or _left(standing, dry_run) for standing in standings]


def _left(standing: Standing, dry_run: bool) -> Outcome:
    if not dry_run:
        restore(standing)
    return Outcome(standing.month.code, standing.month.period, standing.state, standing.reasons)
