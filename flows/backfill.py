"""Backfill: many months made or made again, the earliest first, and what that changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import starmap
from pathlib import Path

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows import logs, steps
from flows import month as months
from flows.attempts import attempting, failed
from flows.choices import Only, Runner
from flows.hands import Here, hands
from flows.month import Issue, Month
from flows.outcomes import Changed, Outcome, failure_of
from flows.progress import report
from flows.proving import prove
from flows.revising import standing_figures
from flows.settings import load_settings
from flows.stale import Standing, survey
from flows.together import Together, changes, gather, month_of
from transforms.period import Period

MAKING = "出简报"
AHEAD = 2  # months laid out beyond those that are being rendered: enough to keep all hands busy


@flow(name="backfill", flow_run_name="{district}-{first}-{last}", task_runner=ThreadPoolTaskRunner(max_workers=2))
def backfill(
    district: str,
    first: str,
    last: str,
    only: str = Only.CHANGED,
    dry_run: bool = False,
    inbox: str | None = None,
    out: str | None = None,
    runner: str = Runner.LOCAL,
) -> list[Outcome]:
    """Make the stale months from `first` to `last`; with `dry_run` only say what would change. An outcome for each.

    A month that cannot be made is told and does not stop the others. Killed anywhere, the same call goes on: what is
    published stays, and what was read and checked is kept.

    Raises what `flows.month.open_month` raises, and EnvironmentFailure when another run holds one of the months.
    """
    settings = load_settings()
    logs.begin(settings.home)
    month = months.open_month(settings, last, district, inbox, Path(out) if out else None)
    start = max(Period.parse(first), month.configuration.district.first_period)
    with ExitStack() as locks:
        work = locks.enter_context(hands(month, runner))
        report("收文")
        look = partial(survey, month, start, work.receive())
        todo = [standing for standing in look() if standing.wanted(Only(only))]
        if dry_run:
            return _compared(_gathered(work, todo), todo) if todo else []
        for standing in todo:
            locks.enter_context(month.ledger.lock(month.code, standing.month.period))
        if not _is_up_to_date(month, todo):
            locked = {standing.month.period for standing in todo}
            todo = [standing for standing in look() if standing.month.period in locked]
        left = [_outcome(standing) for standing in todo if not standing.wanted(Only(only))]
        todo = [standing for standing in todo if standing.wanted(Only(only))]
        fingerprints = {standing.month.period: standing.plan.fingerprint for standing in todo}
        with attempting(month.ledger, month.code, fingerprints):
            if not todo:
                return left
            work.prepare(len(todo))
            return left + _made(work, _gathered(work, todo), todo)


def _is_up_to_date(month: Month, todo: Sequence[Standing]) -> bool:
    """Whether no other run has made one of the months while its lock was waited for."""
    current = month.ledger.current_briefings(month.code)
    return all(current.get(one.month.period) == (one.briefing.id if one.briefing else None) for one in todo)


def _gathered(work: Here, todo: Sequence[Standing]) -> Together:
    month, plan = todo[-1].month, todo[-1].plan
    report("读表")
    read = work.read(plan)
    report("检查")
    checked, readings = work.check(read), work.fetch(read)
    made = {standing.month.period for standing in todo}
    traced = frozenset().union(*(standing.plan.past.restated for standing in todo))
    known = standing_figures(month, plan, [period for period in month.periods if period not in made], traced)
    return gather(month, readings, checked, known, traced)


def _compared(together: Together, todo: Sequence[Standing]) -> list[Outcome]:
    outcomes = []
    for number, standing in enumerate(todo):
        report("计算", number, len(todo))
        outcomes.append(_found(together, standing))
    return outcomes


def _found(together: Together, standing: Standing) -> Outcome:
    return replace(
        _outcome(standing), planned=True, changed=tuple(starmap(Changed.between, changes(together, standing)))
    )


def _outcome(standing: Standing) -> Outcome:
    return Outcome(standing.month.code, standing.month.period, standing.state, standing.reasons)


def _made(work: Here, together: Together, todo: Sequence[Standing]) -> list[Outcome]:
    """Each month's documents by other processes, its publication here, in order."""
    waiting: deque[tuple[Standing, Outcome, Callable[[], Issue]]] = deque()
    made: list[Outcome] = []

    def settle() -> None:
        made.append(_settled(*waiting.popleft()))
        report(MAKING, len(made), len(todo))

    report(MAKING, 0, len(todo))
    for standing in todo:
        waiting.append((standing, *_begun(work, together, standing)))
        if len(waiting) > work.width + AHEAD:
            settle()
    while waiting:
        settle()
    return made


def _settled(standing: Standing, outcome: Outcome, publish: Callable[[], Issue]) -> Outcome:
    """Published, or what kept it from that; no month stops the others."""
    try:
        publish()
    except Exception as error:
        failed(standing.month.ledger, outcome.district, error, outcome.period)
        return replace(outcome, failure=failure_of(error, f"{outcome.district} {outcome.period}"))
    return replace(outcome, made=True)


def _begun(work: Here, together: Together, standing: Standing) -> tuple[Outcome, Callable[[], Issue]]:
    """Everything of a month up to its documents, which are under way; what changes, and what is left to do with them."""
    month, plan, outcome = standing.month, standing.plan, _outcome(standing)
    try:
        outcome = _found(together, standing)
        accepted, measured = month_of(together, standing)
        view = steps.compose_view(month, plan, accepted, measured, together.lists)
        returned = steps.mark_workbooks(month, plan, accepted, measured)
        documents = work.make(month, plan, accepted, measured, view)
    except Exception as error:
        return outcome, partial(_raise, error)

    def publish() -> Issue:
        made = documents()
        prove(month, made)
        return steps.publish_issue(month, plan, accepted, measured, view, made, returned, together.kept)

    return outcome, publish


def _raise(error: Exception) -> Issue:
    raise error
