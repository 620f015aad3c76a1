"""How a figure of many districts becomes one of their region: what may be added, and what may not."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from transforms.figures import Unit
from transforms.metrics import REGISTRY
from transforms.metrics.metric import Method, Metric


class Way(StrEnum):
    SUM = "各区县相加"
    RATIO = "各区县分子、分母分别相加后相除"
    DISTINCT = "各区县合并后不重复计数，一家企业在几个区县只算一家"
    NONE = "各区县的中位数、平均数不能相加，只列各区县"


_NOT_ADDED = frozenset({Unit.PERCENT, Unit.POINTS, Unit.SCORE, Unit.DAYS, Unit.MULTIPLE})


def way(metric: Metric) -> Way:
    """An enterprise may stand in several districts, so 家 are counted over all their rows; batches, projects, cases and
    units belong to one district each. A rate is done over due; a mean without them has no sum."""
    if metric.unit is Unit.ENTERPRISES:
        return Way.DISTINCT
    if metric.method in (Method.RATE, Method.TARGET):
        return Way.RATIO
    if metric.method is Method.MEDIAN or metric.unit in (Unit.SCORE, Unit.POINTS, Unit.DAYS):
        return Way.NONE
    return Way.RATIO if metric.unit in _NOT_ADDED else Way.SUM


WAYS: Mapping[str, Way] = {metric.code: way(metric) for metric in REGISTRY}
