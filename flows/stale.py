"""Stale: which months a backfill has to make, and why. Nothing is read or computed for that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows import attempts
from flows import month as months
from flows.choices import Only, State
from flows.ledger import Attempt, Briefing, Status
from flows.month import Month, Plan, Received
from transforms.period import Period
from transforms.submissions import Submission

_PARTS = {
    "code": "程序改过",
    "templates": "版式改过",
    "fonts": "字体换过",
    "notes": "收文目录里认不出的文件有变化",
    "superseded": "部门重新报送过",
    "editorial": "按语或签发有变化",
    "revisions": "以前各期的数有修订",
}


@dataclass(frozen=True)
class Standing:
    """One month, what a run would work on, and why it would not find it unchanged."""

    month: Month
    plan: Plan
    state: State
    reasons: tuple[str, ...] = ()
    briefing: Briefing | None = None  # the month's current one

    def wanted(self, only: Only) -> bool:
        return only.wants(self.state, never_made=self.briefing is None)


def survey(month: Month, first: Period, received: Mapping[Period, Received]) -> tuple[Standing, ...]:
    """How each month from `first` to the month's own stands, earliest first."""
    unmade, submissions = month.ledger.attempts(month.code), month.in_force()
    return tuple(
        _standing(
            replace(month, period=period),
            received,
            unmade.get(period),
            tuple(one for one in submissions if one.period <= period),
        )
        for period in first.through(month.period)
    )


def restore(standing: Standing) -> None:
    """Put the files of a current month's issue back where readers look, if they are not there."""
    if standing.state is State.CURRENT:
        months.unchanged(standing.month, standing.plan)


def _standing(
    month: Month, received: Mapping[Period, Received], unmade: Attempt | None, submissions: tuple[Submission, ...]
) -> Standing:
    plan = months.plan(month, {period: received[period] for period in month.periods}, submissions)
    briefing = month.ledger.latest_briefing(month.code, month.period)
    if _is_made(month, plan, briefing):
        return Standing(month, plan, State.CURRENT, (), briefing)
    why = tuple(reasons(briefing.manifest, plan)) if briefing else ()
    if briefing and briefing.status is Status.RELEASED:
        return Standing(month, plan, State.RELEASED, why, briefing)
    if unmade:
        return Standing(month, plan, State.FAILED, (attempts.reason(unmade), *why), briefing)
    return Standing(month, plan, State.CHANGED if briefing else State.MISSING, why, briefing)


def _is_made(month: Month, plan: Plan, current: Briefing | None) -> bool:
    if current and current.fingerprint == plan.fingerprint:
        return True
    return month.ledger.find_briefing(month.code, month.period, plan.fingerprint) is not None


def reasons(manifest: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    """What is not as it was when the briefing with this manifest was made, in words."""
    before = {(s["period"], s["file"]): s["sha256"] for s in manifest["submissions"]}
    now = {(str(s.period), s.filename): s.sha256 for s in plan.submissions}
    for place in sorted(before.keys() | now.keys()):
        name = f"{place[0]} {place[1]}"
        if place not in before:
            yield f"新收 {name}"
        elif place not in now:
            yield f"不再采用 {name}"
        elif before[place] != now[place]:
            yield f"更换 {name}"
    yield from changed_inputs(manifest.get("inputs", {}), plan.inputs)


def changed_inputs(before: Mapping[str, str], now: Mapping[str, str], leave_out: Collection[str] = ()) -> Iterator[str]:
    """What beside the files is not the same, in words."""
    for name in sorted((before.keys() | now.keys()) - set(leave_out)):
        if before.get(name) != now.get(name):
            yield _PARTS.get(name, f"{name} 改过")
