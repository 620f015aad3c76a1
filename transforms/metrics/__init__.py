"""Measured: every figure of a month, by code, in the order of the mechanisms."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module

from transforms.comparison import compared
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Figure
from transforms.metrics.breakdowns import breakdowns
from transforms.metrics.metric import Figures, Metric, Value
from transforms.metrics.month import Month, NotReported
from transforms.period import Period
from transforms.tables import Facts

OFFICE = "办公室"  # what no department reports stands in the district file, which the office keeps
History = Mapping[Period, Mapping[str, Figure]]

_MODULES = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
_DECLARED: tuple[Metric, ...] = tuple(metric for module in _MODULES for metric in getattr(module, "METRICS", ()))


def _in_order(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Mechanisms 1–8, 9–14 and 15–18 are the three workstreams; within one the order is that of the declarations."""
    return tuple(sorted(metrics, key=lambda metric: metric.mechanism))


# What every district has.
REGISTRY = _in_order(_DECLARED)
# mechanism → the figure that says whether its promise is kept
HEADLINES: Mapping[int, str] = {metric.mechanism: metric.code for metric in REGISTRY if metric.headline}


def registry_of(district: District) -> tuple[Metric, ...]:
    """Every metric of a district: the registry, and the figures of its townships and departments."""
    return _with(breakdowns(district))


@functools.cache
def _with(more: tuple[Metric, ...]) -> tuple[Metric, ...]:
    return _in_order((*_DECLARED, *more))


def measure(
    facts: Facts,
    contracts: Sequence[Contract],
    district: District,
    period: Period,
    history: History | None = None,
) -> dict[str, Figure]:
    """Every figure of the month by code, in registry order, with its change on the month before and on the same month
    of the year before. Earlier months that `history` does not hold are measured for that.

    A figure whose rows were not sent has no value and a note that names the department; nothing is filled in.
    """
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    figures = _figures(month)
    before, year_before = (_earlier(month, history or {}, months) for months in (1, 12))
    return {code: compared(figure, period, before, year_before) for code, figure in figures.items()}


def _earlier(month: Month, history: History, months: int) -> Mapping[str, Figure] | None:
    period = month.period.plus(-months)
    if period < month.district.first_period:
        return None
    return history.get(period) or _figures(month.earlier(period))


def _figures(month: Month) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for metric in registry_of(month.district):
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
        label_en=metric.label_en,
        definition=metric.definition,
        unit=metric.unit,
        scope=metric.scope,
        mechanism=metric.mechanism,
        owner=_owner(metric, value, month, figures),
        value=value.value,
        note=value.note or _gap_note(metric, value, month, figures),
        target=value.target,
        done=value.done,
        due=value.due,
        light=metric.judge.light(value, month) if metric.judge else None,
        inputs=value.inputs,
        cells=value.cells,
        from_district_file=value.from_district_file,
    )


def _owner(metric: Metric, value: Value, month: Month, figures: Figures) -> str:
    """Whose sheets the value comes from."""
    own = (month.contracts[dataset].department for dataset in metric.datasets)
    return "、".join(dict.fromkeys((*own, *(figures[code].owner for code in value.inputs)))) or OFFICE


def _gap_note(metric: Metric, value: Value, month: Month, figures: Figures) -> str:
    """Which earlier months a cumulative figure lacks, itself or in what it is computed from."""
    own = [month.gap_note(dataset, metric.scope) for dataset in metric.datasets]
    inherited = [figures[code].note for code in value.inputs]
    return next((note for note in (*own, *inherited) if note), "")
