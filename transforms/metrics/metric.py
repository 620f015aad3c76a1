"""What a metric is: a definition, how its value is computed, and how its light is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import pandas as pd

from transforms import lights
from transforms.figures import CellRange, Figure, Light, Scope, Unit
from transforms.metrics.month import Month, Rows


@dataclass(frozen=True)
class Value:
    """What a metric's function gives. `value` None with a `note` where there is nothing to measure."""

    value: Fraction | None
    cells: tuple[CellRange, ...] = ()
    done: Fraction | None = None
    due: Fraction | None = None
    target: Fraction | None = None
    note: str = ""
    inputs: tuple[str, ...] = ()
    from_district_file: str = ""


Figures = Mapping[str, Figure]
Filter = Callable[[Rows, Month], "pd.Series"]
Compute = Callable[[Month, Figures], Value]


class Method(StrEnum):
    """How a value comes from rows; the catalogue prints it."""

    COUNT = "计行数"
    DISTINCT = "不重复计数"
    TOTAL = "求和"
    RATE = "占比"
    TARGET = "与年度目标之比"
    MEDIAN = "中位数"
    DERIVED = "计算"


@dataclass(frozen=True)
class Judge:
    """How a light is given; `rule` says it to people."""

    rule: str
    light: Callable[[Value, Month], Light | None]


@dataclass(frozen=True)
class Metric:
    """A definition. `compute` may read the figures declared before it within the same mechanism; `judge` gives the
    light; `headline` marks the one figure that says whether its mechanism's promise is kept. `columns` are those that
    `method` counts, adds up or measures; `target` is a key of the district file."""

    code: str
    label: str
    label_en: str
    definition: str
    unit: Unit
    scope: Scope
    mechanism: int
    compute: Compute
    datasets: tuple[str, ...] = ()
    judge: Judge | None = None
    headline: bool = False
    method: Method = Method.DERIVED
    columns: tuple[str, ...] = ()
    target: str = ""


def _schedule(value: Value, month: Month) -> Light | None:
    goal = Fraction(100) if value.target is None else value.target
    actual = None if value.value is None or not goal else 100 * value.value / goal
    return lights.schedule(actual, 100 * month.period.year_gone, month.district.thresholds)


# The year's plan is taken as even.
by_schedule = Judge("完成比例与本年已过时间之比，落后超过黄灯线为黄、超过红灯线为红", _schedule)
by_duty = Judge("应办已办为绿，缺一次为黄，缺两次以上为红", lambda value, month: lights.duty(value.done, value.due))
by_promise = Judge(
    "达到绿灯线为绿、黄灯线为黄，以下为红", lambda v, month: lights.promise(v.value, month.district.thresholds)
)
as_breach = Judge("没有为绿，有为红", lambda value, month: lights.breach(value.value))
as_warning = Judge("没有为绿，有为黄", lambda value, month: lights.warning(value.value))
