"""Measured: every figure of a month, by code, in the order of the mechanisms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Figure, Scope
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month, NotReported
from transforms.metrics.registry import Figures, Metric, Value
from transforms.period import Period
from transforms.tables import Facts

_DECLARED = (*enterprises.METRICS, *duties.METRICS, *resettlement.METRICS, *petitions.METRICS)
# Mechanisms 1–8, 9–14 and 15–18 are the three workstreams. Within a mechanism the order is that of the declarations.
REGISTRY: tuple[Metric, ...] = tuple(sorted(_DECLARED, key=lambda metric: metric.mechanism))
# mechanism → the figure that says whether its promise is kept
HEADLINES: Mapping[int, str] = {metric.mechanism: metric.code for metric in REGISTRY if metric.headline}


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
    return {code: _changed(figure, before[code], period) for code, figure in figures.items()}


def _figures(month: Month) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for metric in REGISTRY:
        try:
            value = metric.compute(month, figures)
        except NotReported as absent:
            value = Value(None, note=str(absent))
        figures[metric.code] = _figure(metric, value, month, figures)
    return figures


def _figure(metric: Metric, value: Value, month: Month, figures: Figures) -> Figure:
    return Figure(
        code=metric.code,
        label=metric.label,
        definition=metric.definition,
        unit=metric.unit,
        scope=metric.scope,
        mechanism=metric.mechanism,
        value=value.value,
        note=value.note or _gap_note(metric, value, month, figures),
        target=value.target,
        done=value.done,
        due=value.due,
        light=metric.judge(value, month) if metric.judge else None,
        inputs=value.inputs,
        cells=value.cells,
        from_district_file=value.from_district_file,
    )


def _gap_note(metric: Metric, value: Value, month: Month, figures: Figures) -> str:
    """Which earlier months a cumulative figure lacks, itself or in what it is computed from."""
    own = [month.gap_note(dataset, metric.scope) for dataset in metric.datasets]
    inherited = [figures[code].note for code in value.inputs]
    return next((note for note in (*own, *inherited) if note), "")


def _changed(figure: Figure, before: Figure, period: Period) -> Figure:
    """A year-to-date figure starts anew in January, and the district file's numbers have no month."""
    new_year = figure.scope is Scope.YEAR and period.month == 1
    if figure.value is None or before.value is None or new_year or figure.from_district_file == "service_teams":
        return figure
    return dataclasses.replace(figure, change=figure.value - before.value)
