"""The body of `sancu backfill`: Prefect is started only where something is to be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from flows import month as months
from flows.choices import Only, Runner
from flows.month import Month
from flows.outcomes import Outcome
from flows.progress import report
from flows.revising import made_before
from flows.settings import Settings
from flows.stale import Standing, restore, survey
from transforms.errors import SancuError, UsageError
from transforms.period import Period


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
    for month in opened:
        try:
            outcomes += _backfill(month, start, only, dry_run, runner)
        except SancuError as error:
            if len(opened) == 1:
                raise
            outcomes += [
                Outcome(month.code, period, None, failure=str(error)) for period in start.through(month.period)
            ]
    return outcomes


def _backfill(month: Month, first: Period, only: Only, dry_run: bool, runner: Runner) -> list[Outcome]:
    report("收文")
    received = {period: months.receive(month, period, months.now()) for period in month.periods}
    standings = survey(month, max(first, month.configuration.district.first_period), received)
    todo = [standing for standing in standings if standing.wanted(only)]
    made = {outcome.period: outcome for outcome in _make(month, first, only, dry_run, runner)} if todo else {}
    return [made.get(standing.month.period) or _left(standing, dry_run) for standing in standings]


def _left(standing: Standing, dry_run: bool) -> Outcome:
    if not dry_run:
        restore(standing)
    return Outcome(standing.month.code, standing.month.period, standing.state, standing.reasons)


def _make(month: Month, first: Period, only: Only, dry_run: bool, runner: Runner) -> Iterable[Outcome]:
    from flows.orchestration import prefect_server

    with prefect_server(month.settings.home / "prefect") as server:
        from flows.backfill import backfill
        from flows.hands import task_runner
        from transforms.checks import warm_up

        made_by = backfill.with_options(task_runner=task_runner(month.settings, runner))
        if not made_before(month):
            warm_up()
        server.wait()
        return made_by(
            district=month.code,
            first=str(first),
            last=str(month.period),
            only=only.value,
            dry_run=dry_run,
            inbox=month.inbox_to_tell(),
            out=str(month.out),
            runner=runner.value,
        )
