"""Rolled up: the figures of a region from those of its districts, each exact and with the districts it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from transforms.comparison import compared
from transforms.figures import Figure, Unit
from transforms.metrics import REGISTRY
from transforms.metrics.metric import Metric
from transforms.period import Period
from transforms.rollup.ways import WAYS, Way


@dataclass(frozen=True)
class Member:
    """One district's month. `figures` is empty when it has no issue of the month, which `fingerprint` would name;
    `enterprises` holds, for each figure in 家, the codes that it counted."""

    code: str
    name: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    enterprises: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fingerprint: str = ""
    number: int = 0
    provisional: bool = False
    missing: tuple[str, ...] = ()  # departments that its own issue lacks

    @property
    def reported(self) -> bool:
        return bool(self.fingerprint)


def roll_up(members: Sequence[Member], period: Period, before: Mapping[str, Figure] | None = None) -> dict[str, Figure]:
    """Every figure of the region by code, in registry order. A district without a value is left out and named in the
    note; nothing is filled in. `inputs` name the districts' figures, `350303/reward.amount_to_date`. `before`: the
    region's figures of last month."""
    return {metric.code: compared(_figure(metric, members), period, before, None) for metric in REGISTRY}


def _figure(metric: Metric, members: Sequence[Member]) -> Figure:
    way, found = WAYS[metric.code], [m for m in members if metric.code in m.figures]
    own = {member.code: member.figures[metric.code] for member in found}
    counted = [member for member in found if _counts(way, own[member.code])]
    figures = [own[member.code] for member in counted]
    value = done = due = None
    if figures and way is Way.SUM:
        value = sum((figure.value or Fraction(0) for figure in figures), Fraction(0))
    elif figures and way is Way.RATIO:
        done, due = (sum((part(f) for f in figures), Fraction(0)) for part in (_done, _due))
        value = done / due * (100 if metric.unit is Unit.PERCENT else 1) if due else None
    elif figures and way is Way.DISTINCT:
        value = Fraction(len(frozenset().union(*(member.enterprises[metric.code] for member in counted))))
    targets = {figure.target for figure in figures}
    return Figure(
        code=metric.code,
        label=metric.label,
        label_en=metric.label_en,
        definition=f"{metric.definition.rstrip('。')}；{way.value}。",
        unit=metric.unit,
        scope=metric.scope,
        mechanism=metric.mechanism,
        value=value,
        note=_note(way, members, {member.code for member in counted}, due),
        target=targets.pop() if len(targets) == 1 else None,
        done=done,
        due=due,
        inputs=tuple(f"{member.code}/{metric.code}" for member in (found if way is Way.NONE else counted)),
        owner="、".join(dict.fromkeys(figure.owner for figure in own.values())),
    )


def _counts(way: Way, figure: Figure) -> bool:
    if way is Way.RATIO:
        return figure.done is not None and figure.due is not None
    return way is not Way.NONE and figure.value is not None


def _done(figure: Figure) -> Fraction:
    return figure.done or Fraction(0)


def _due(figure: Figure) -> Fraction:
    return figure.due or Fraction(0)


def _note(way: Way, members: Sequence[Member], counted: set[str], due: Fraction | None) -> str:
    if way is Way.NONE:
        return way.value
    absent = [member.name for member in members if member.code not in counted]
    if len(absent) == len(members):
        return "各区县都没有数"
    return "；".join(part for part in (lacking(absent), "没有应办事项" if due == 0 else "") if part)


def lacking(names: Sequence[str]) -> str:
    """Which districts a figure lacks; empty when none."""
    return f"不含{'、'.join(names)}（没有数）" if names else ""
