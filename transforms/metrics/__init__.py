"""Measured: every figure of a month, by code, in the order of the workstreams."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

from transforms import lights
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Figure, Light, Unit
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.registry import Metric, Month, NotReported, Value
from transforms.period import Period
from transforms.tables import Facts

REGISTRY: tuple[Metric, ...] = (
    *enterprises.METRICS[:10],
    *duties.METRICS,
    *enterprises.METRICS[10:],
    *resettlement.METRICS,
    *petitions.METRICS,
)
# mechanism → the figure that says whether its promise is kept
HEADLINES: Mapping[int, str] = {metric.mechanism: metric.code for metric in REGISTRY if metric.headline}

# Judged against the share of the year gone; the plan of the year is taken as even.
_BY_SCHEDULE = frozenset(
    (
        "reward.amount_rate",
        "loan.bank_rate",
        "project.start_rate",
        "project.completion_rate",
        "project.investment_rate",
        "petition.resolved_rate",
    )
)
_BY_DUTY = frozenset(
    (
        "coordination.meetings_rate",
        "bank_meeting.quarter",
        "duty.symposium_rate",
        "duty.on_site_rate",
        "duty.return_visit_rate",
    )
)
_NONE_LEFT = frozenset(
    (
        "turnover.overdue",
        "fee.wrongly_charged",
        "visit.enterprises_missed_two_weeks",
        "housing.behind_red",
        "housing.stage_missing",
        "permit.documents_overdue",
        "handover.quality_open",
        "petition.overdue",
    )
)


def measure(
    facts: Facts,
    contracts: Sequence[Contract],
    district: District,
    period: Period,
    before: Mapping[str, Figure] | None = None,
) -> dict[str, Figure]:
    """Every figure of the month by code, in registry order, with its change on the month before, whose figures are
    `before`, if they are at hand.

    A figure whose rows were not sent has no value and a note that names the department; nothing is filled in.
    """
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    figures = _figures(month)
    if period <= district.first_period:
        return figures
    before = before or _figures(month.earlier(period.previous))
    return {code: _changed(figure, before[code]) for code, figure in figures.items()}


def _figures(month: Month) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for metric in REGISTRY:
        try:
            value = metric.compute(month, figures)
        except NotReported as absent:
            value = Value(None, note=str(absent))
        figures[metric.code] = _figure(metric, value, month)
    return figures


def _figure(metric: Metric, value: Value, month: Month) -> Figure:
    note = value.note or _gap_note(metric, month)
    figure = Figure(
        code=metric.code,
        label=metric.label,
        definition=metric.definition,
        unit=metric.unit,
        scope=metric.scope,
        mechanism=metric.mechanism,
        value=value.value,
        note=note,
        target=value.target,
        done=value.done,
        due=value.due,
        inputs=value.inputs,
        cells=value.cells,
        from_district_file=value.from_district_file,
    )
    return dataclasses.replace(figure, light=_light(metric, figure, month))


def _gap_note(metric: Metric, month: Month) -> str:
    """Which earlier months a cumulative figure lacks."""
    gaps = sorted({gap for dataset in metric.datasets for gap in month.gaps(dataset, metric.scope)})
    earlier = [gap.chinese for gap in gaps if gap != month.period]
    return f"不含{'、'.join(earlier)}（未报送）" if earlier else ""


def _light(metric: Metric, figure: Figure, month: Month) -> Light | None:
    limits = month.district.thresholds
    code = metric.code
    if code in _BY_SCHEDULE:
        return lights.schedule(figure.value, 100 * month.period.year_gone, limits)
    if code in _BY_DUTY:
        return lights.duty(figure.done, figure.due)
    if code in _NONE_LEFT:
        return lights.none_left(figure.value)
    return lights.promise(figure.value, limits) if metric.unit is Unit.PERCENT else None


def _changed(figure: Figure, before: Figure) -> Figure:
    if figure.value is None or before.value is None or figure.from_district_file == "service_teams":
        return figure
    return dataclasses.replace(figure, change=Fraction(figure.value - before.value))
