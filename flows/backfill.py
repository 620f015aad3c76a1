"""Backfill: many months made or made again, the earliest first, and what that changes."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from prefect import flow, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from flows import month as months
from flows import steps, tasks
from flows.choices import Only
from flows.documents import Documents
from flows.month import Issue, Month, Plan
from flows.outcomes import Changed, Outcome
from flows.progress import report
from flows.proving import prove
from flows.settings import load_settings
from flows.stale import Standing, survey
from flows.together import Together, changes, gather, month_of
from transforms.errors import SancuError
from transforms.figures import Figure, show
from transforms.period import Period

AHEAD = 2  # months laid out beyond those that are being rendered: enough to keep the processes busy


@flow(name="backfill", flow_run_name="{district}-{first}-{last}", task_runner=ThreadPoolTaskRunner(max_workers=2))
def backfill(
    district: str,
    first: str,
    last: str,
    only: str = Only.CHANGED,
    dry_run: bool = False,
    inbox: str | None = None,
    out: str | None = None,
) -> list[Outcome]:
    """Make the stale months from `first` to `last`; with `dry_run` only say what would change. An outcome for each.

    A month that cannot be made is told and does not stop the others. Killed anywhere, the same call goes on: what is
    published stays, and what was read and checked is kept.

    Raises what `flows.month.open_month` raises, and EnvironmentFailure when another run holds one of the months.
    """
    month = months.open_month(load_settings(), last, district, inbox, Path(out) if out else None)
    start = max(Period.parse(first), month.configuration.district.first_period)
    with ExitStack() as locks:
        report("收文")
        received = tasks.receive.map(unmapped(month), list(month.periods), unmapped(months.now())).result()
        standings = survey(month, start, dict(zip(month.periods, received, strict=True)))
        todo = [standing for standing in standings if Only(only).wants(standing.state)]
        if not dry_run:
            for standing in todo:
                locks.enter_context(month.ledger.lock(month.code, standing.month.period))
        return _bring_up_to_date(todo, dry_run) if todo else []


def _bring_up_to_date(todo: Sequence[Standing], dry_run: bool) -> list[Outcome]:
    together = _gathered(todo[-1].month, todo[-1].plan)
    found = [
        Outcome(one.month.code, one.month.period, one.state, one.reasons, tuple(_changed(together, one)))
        for one in todo
    ]
    return found if dry_run else _made(together, todo, found)


def _gathered(month: Month, plan: Plan) -> Together:
    report("读表")
    readings = tasks.read.map(unmapped(month), months.by_period(plan.submissions)).result()
    report("检查")
    parts = steps.by_dataset(month, readings)
    checked = tasks.check.map(*zip(*parts, strict=True)).result() if parts else []
    report("计算")
    return gather(month, readings, checked)


def _changed(together: Together, standing: Standing) -> Iterator[Changed]:
    for old, new in changes(together, standing):
        yield Changed(new.code, new.label, _printed(old) if old else "", _printed(new))


def _printed(figure: Figure) -> str:
    return f"{show(figure.value, figure.unit)}{figure.unit if figure.value is not None else ''}"


def _made(together: Together, todo: Sequence[Standing], found: Sequence[Outcome]) -> list[Outcome]:
    """Each month's documents by the processes, its publication here, in order."""
    cores = os.cpu_count() or 1
    waiting: deque[tuple[Outcome, Callable[[], Issue]]] = deque()
    made: list[Outcome] = []

    def settle() -> None:
        outcome, publish = waiting.popleft()
        made.append(_settled(outcome, publish))
        report("出简报", len(made), len(todo))

    # A child forked from a process with threads may hang; one that is spawned has none of them.
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as processes:
        for standing, outcome in zip(todo, found, strict=True):
            waiting.append((outcome, _begun(together, standing, processes)))
            if len(waiting) > cores + AHEAD:
                settle()
        while waiting:
            settle()
    return made


def _settled(outcome: Outcome, publish: Callable[[], Issue]) -> Outcome:
    """Published, or what kept it from that; no month stops the others."""
    try:
        publish()
    except SancuError as error:
        return replace(outcome, failure=str(error))
    except Exception as error:
        logging.getLogger(__name__).exception("%s %s", outcome.district, outcome.period)
        return replace(outcome, failure=f"程序出错：{type(error).__name__}：{error}")
    return replace(outcome, made=True)


def _begun(together: Together, standing: Standing, processes: ProcessPoolExecutor) -> Callable[[], Issue]:
    """Everything of a month up to its documents, which are under way; what is left to do with them."""
    month, plan = standing.month, standing.plan
    try:
        accepted, measured = month_of(together, standing)
        view = steps.compose_view(month, plan, accepted, measured)
        returned = steps.mark_workbooks(month, plan, accepted, measured)
        making: Future[Documents] = processes.submit(steps.to_make(month, plan, accepted, measured, view))
    except Exception as error:
        return partial(_raise, error)

    def publish() -> Issue:
        made = making.result()
        prove(month, made)
        return steps.publish_issue(month, plan, accepted, measured, view, made, returned)

    return publish


def _raise(error: Exception) -> Issue:
    raise error
