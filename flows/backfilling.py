"""The body of `sancu backfill`: Prefect and the processes that make documents are started only where something is to be
made, and once for all districts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from flows import month as months
from flows.choices import Only, Runner
from flows.month import Month
from flows.outcomes import Outcome, failure_of
from flows.progress import Pace, report, within
from flows.revising import made_before
from flows.settings import Settings
from flows.stale import Standing, restore, survey
from transforms.errors import UsageError
from transforms.period import Period

Backfill = Callable[..., Iterable[Outcome]]


class _Prefect(ExitStack):
    """The flow, with a server to talk to and processes for its documents: started for the first district that needs them,
    and kept for the others, since Prefect keeps to the server that it met first."""

    def __init__(self, settings: Settings, runner: Runner) -> None:
        super().__init__()
        self._settings, self._runner = settings, runner
        self._flow: Backfill | None = None

    def flow(self, month: Month, documents: int) -> Backfill:
        """`documents` are how many the first district will have made on this machine."""
        if self._flow is None:
            self._flow = self._started(month, documents)
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
    opened = [months.open_month(settings, last, code, inbox, out) for code in districts or (settings.district,)]
    start = Period.parse(first)
    if start > opened[0].period:
        raise UsageError(f"起止月份写反了：{first} 在 {last} 之后。")
    outcomes: list[Outcome] = []
    pace = Pace()
    with _Prefect(settings, runner) as prefect:
        for number, month in enumerate(opened):
            whole = f"{month.code}（{pace.tell('区县', number, len(opened))}）" if len(opened) > 1 else ""
            try:
                with within(whole):
                    outcomes += _backfill(month, start, only, dry_run, runner, prefect)
            except Exception as error:
                if len(opened) == 1:
                    raise
                failure = failure_of(error, month.code)
                outcomes += [Outcome(month.code, one, None, failure=failure) for one in start.through(month.period)]
    return outcomes


def _backfill(
    month: Month, first: Period, only: Only, dry_run: bool, runner: Runner, prefect: _Prefect
) -> list[Outcome]:
    report("收文")
    received = {period: months.receive(month, period, months.now()) for period in month.periods}
    standings = survey(month, max(first, month.configuration.district.first_period), received)
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
