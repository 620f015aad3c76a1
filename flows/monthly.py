"""The month, told once: from the departments' folders to the issue that leaders read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from prefect import flow, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from flows import month as months
from flows import tasks
from flows.month import Issue
from flows.settings import load_settings


@flow(
    name="monthly-briefing",
    flow_run_name="{district}-{period}",
    task_runner=ThreadPoolTaskRunner(max_workers=2),
    validate_parameters=False,
)
def monthly_briefing(
    district: str,
    period: str,
    inbox: str | None = None,
    out: str | None = None,
    as_known: dt.date | None = None,
) -> Issue:
    """Make the briefing of one district and month, or say that nothing has changed."""
    month = months.open_month(load_settings(), period, district, inbox, Path(out) if out else None, as_known)
    with month.ledger.lock(month.code, month.period):
        received = tasks.receive.map(unmapped(month), month.periods, unmapped(months.now())).result()
        plan = months.plan(month, dict(zip(month.periods, received, strict=True)))
        if issue := months.unchanged(month, plan):
            return issue
        readings = tasks.read.map(unmapped(month), months.by_period(plan.submissions)).result()
        checked = tasks.check.map(*tasks.by_dataset(month, readings)).result()
        accepted = tasks.accept(month, plan, readings, checked)
        measured = tasks.measure(month, accepted)
        briefing = tasks.compose(month, plan, accepted, measured)
        pdf = tasks.render(month, briefing)
        return tasks.publish(month, plan, accepted, measured, pdf)
