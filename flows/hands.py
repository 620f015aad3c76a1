"""Whose hands do a month's heavy work: this machine's, or those of Dask's workers. The results are the same."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from prefect import unmapped
from prefect.context import FlowRunContext
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import away, steps, tasks
from flows import month as months
from flows.choices import Runner
from flows.documents import Documents
from flows.month import Month, Plan, Received
from flows.processes import CORES
from flows.renderers import Renderers, lent
from flows.settings import Settings
from flows.steps import Accepted, Measured, Readings
from flows.urls import without_credentials
from transforms.briefing.view import View
from transforms.errors import EnvironmentFailure, UsageError
from transforms.findings import Finding
from transforms.period import Period

_DASK_SECONDS = 10
Making = Callable[[], Documents]


def task_runner(settings: Settings, runner: Runner) -> TaskRunner[Any]:
    """What a flow hands its tasks to.

    Raises:
        UsageError: no scheduler is named.
        EnvironmentFailure: the scheduler does not answer, or has no workers.
    """
    if runner is Runner.LOCAL:
        return ThreadPoolTaskRunner(max_workers=2)
    if not settings.dask:
        raise UsageError("没有指定 Dask 的调度地址：请设置 SANCU_DASK，如 tcp://10.0.0.5:8786。")
    from distributed import Client
    from prefect_dask import DaskTaskRunner

    shown = without_credentials(settings.dask)
    try:
        with Client(settings.dask, timeout=_DASK_SECONDS, set_as_default=False) as client:
            workers = client.nthreads()
    except (OSError, ValueError) as error:
        raise EnvironmentFailure(f"连不上 Dask 的调度程序 {shown}，请检查它是否在运行。") from error
    if not workers:
        raise EnvironmentFailure(f"Dask 调度程序 {shown} 没有执行程序：请先运行 dask worker {shown}。")
    return DaskTaskRunner(address=settings.dask)


class Here(AbstractContextManager["Here"]):
    """Readings and checks in the flow's threads, documents in processes of their own."""

    def __init__(self, month: Month) -> None:
        self._month, self._stack = month, ExitStack()
        self._renderers: Renderers | None = None

    def prepare(self, documents: int) -> None:
        """Begin what `make` needs for so many documents: its processes load their libraries while files are read."""
        self._renderers = self._stack.enter_context(lent())
        self._renderers.warm_up(documents)

    def __exit__(self, *failure: Any) -> None:
        self._stack.__exit__(*failure)

    @property
    def width(self) -> int:
        """How many documents are made at a time."""
        return CORES

    def receive(self) -> dict[Period, Received]:
        """Every month's folder, pulled: what only this machine may see."""
        years = months.by_year(self._month.periods)
        received = tasks.receive.map(unmapped(self._month), years, unmapped(months.now())).result()
        return {period: one for year in received for period, one in year.items()}

    def read(self, plan: Plan) -> Sequence[Any]:
        """In parts, for `check` and `fetch`."""
        return tasks.read.map(unmapped(self._month), months.by_batch(plan.submissions)).result()

    def check(self, read: Sequence[Any]) -> list[list[Finding]]:
        """What is found, a dataset at a time."""
        parts = steps.by_dataset(self._month, read)
        return tasks.check.map(*zip(*parts, strict=True)).result() if parts else []

    def fetch(self, read: Sequence[Any]) -> list[Readings]:
        """What was read, in this process."""
        return list(read)

    def make(self, month: Month, plan: Plan, accepted: Accepted, measured: Measured, view: View) -> Making:
        """Begin a month's documents; what waits for them. `prepare` comes first."""
        assert self._renderers is not None
        return self._renderers.submit(steps.to_make(month, plan, accepted, measured, view))


class Away(Here):
    """All three by Dask's workers."""

    def __init__(self, month: Month) -> None:
        super().__init__(month)
        self._run = secrets.token_hex(8)
        self._results: set[str] = set()
        self._stack.callback(self._forget)

    def prepare(self, documents: int) -> None:
        """Dask's workers have loaded what they need."""

    @property
    def width(self) -> int:
        runner: Any = FlowRunContext.get().task_runner  # type: ignore[union-attr]
        return sum(runner.client.nthreads().values())

    def receive(self) -> dict[Period, Received]:
        return tasks.receive(self._month, self._month.periods, months.now())

    def read(self, plan: Plan) -> Sequence[Any]:
        errand = away.Errand.for_month(self._month, self._run)
        read = tasks.read_away.map(unmapped(errand), months.by_period(plan.submissions)).result()
        self._results |= {sent.sha256 for month in read for _, tables in month for sent in tables}
        return [tuple(replace(intake, tables=tables) for intake, tables in month) for month in read]

    def check(self, read: Sequence[Any]) -> list[list[Finding]]:
        errand = away.Errand.for_month(self._month, self._run)
        parts = steps.by_dataset(self._month, read)
        return tasks.check_away.map(unmapped(errand), *zip(*parts, strict=True)).result() if parts else []

    def fetch(self, read: Sequence[Any]) -> list[Readings]:
        return [
            tuple(replace(intake, tables=tuple(map(self._fetched, intake.tables))) for intake in month)
            for month in read
        ]

    def make(self, month: Month, plan: Plan, accepted: Accepted, measured: Measured, view: View) -> Making:
        errand = away.Errand.for_month(month, self._run)
        figures, attached = steps.printed(month, accepted, measured)
        own = [submission for submission in plan.submissions if submission.period == month.period]
        future = tasks.make_away.submit(errand, own, view, figures, attached)

        def made() -> Documents:
            sha256 = future.result()
            self._results.add(sha256)
            documents: Documents = away.fetch(month.store, self._run, sha256)
            return documents

        return made

    def _fetched(self, sent: away.Sent) -> Any:
        return away.fetch(self._month.store, self._run, sent.sha256)

    def _forget(self) -> None:
        for sha256 in self._results:
            self._month.store.forget_result(self._run, sha256)


def hands(month: Month, runner: str) -> Here:
    return Away(month) if Runner(runner) is Runner.DASK else Here(month)
