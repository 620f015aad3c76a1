"""The month, told once: from the departments' folders to the issue that leaders read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows import logs, tasks
from flows import month as months
from flows.attempts import attempt
from flows.choices import Runner
from flows.hands import Here, hands
from flows.month import Issue, Month, Plan
from flows.progress import report
from flows.settings import load_settings


@flow(name="monthly-briefing", flow_run_name="{district}-{period}", task_runner=ThreadPoolTaskRunner(max_workers=2))
def monthly_briefing(
    district: str,
    period: str,
    inbox: str | None = None,
    out: str | None = None,
    as_known: dt.date | None = None,
    runner: str = Runner.LOCAL,
) -> Issue:
    """Make the briefing of one district and month, or find that nothing has changed.

    Raises what `flows.month.open_month` and the tasks raise; a run that was killed is repeated safely.
    """
    settings = load_settings()
    logs.begin(settings.home)
    month = months.open_month(settings, period, district, inbox, Path(out) if out else None, as_known)
    with month.ledger.lock(month.code, month.period), hands(month, runner) as work:
        report("收文")
        plan = months.plan(month, work.receive())
        if issue := months.unchanged(month, plan):
            return issue
        with attempt(month, plan):
            return _made(work, month, plan)


def _made(work: Here, month: Month, plan: Plan) -> Issue:
    report("读表")
    read = work.read(plan)
    report("检查")
    checked, readings = work.check(read), work.fetch(read)
    accepted = tasks.accept(month, plan, readings, checked)
    report("计算")
    measured = tasks.measure(month, plan, accepted)
    report("成文")
    view = tasks.compose(month, plan, accepted, measured)
    report("排版")
    documents = tasks.make(month, plan, accepted, measured, view)
    report("退回")
    returned = tasks.mark(month, plan, accepted, measured)
    report("发布")
    issue = tasks.publish(month, plan, accepted, measured, view, documents, returned)
    report("收尾", 1)
    tasks.announce(month, issue, measured, accepted)
    return issue
