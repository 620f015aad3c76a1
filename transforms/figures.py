"""Figure: a metric's value for a district and period, with unit, scope, target, light and lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import count
from typing import NamedTuple


class Unit(StrEnum):
    """Units are types: 家 is distinct enterprises, 家次 distinct (enterprise, batch)."""

    ENTERPRISES = "家"
    ENTERPRISE_TIMES = "家次"
    BATCHES = "批次"
    ITEMS = "个"
    CASES = "件"
    TIMES = "次"
    DAYS = "天"
    PEOPLE = "人"
    HOMES = "套"
    MONEY_WAN = "万元"
    AREA_WAN = "万平方米"
    PERCENT = "%"
    POINTS = "个百分点"
    MULTIPLE = "倍"
    SCORE = "分"

    @property
    def decimals(self) -> int:
        """Digits after the point when printed; printing rounds once, half-up, and drops trailing zeros."""
        return {"万元": 2, "万平方米": 2, "%": 1, "个百分点": 1, "倍": 2, "分": 1, "天": 1}.get(self.value, 0)


class Scope(StrEnum):
    """What stretch of time a figure speaks of."""

    MONTH = "本月"
    YEAR = "本年累计"
    CAMPAIGN = "活动以来"
    END = "期末"


class Light(StrEnum):
    RED = "红"
    YELLOW = "黄"
    GREEN = "绿"

    @property
    def mark(self) -> str:
        """A shape that tells the light without colour."""
        return {"红": "▲", "黄": "◆", "绿": "●"}[self.value]


class CellRange(NamedTuple):
    """Cells of one sheet of one submission, e.g. `E5:E20,E22`."""

    submission: str
    department: str
    filename: str
    sheet: str
    ranges: str
    rows: int


@dataclass(frozen=True)
class Figure:
    """One value. `value` is exact in `unit`; None means that it could not be computed, and `note` says why."""

    code: str
    label: str
    definition: str
    unit: Unit
    scope: Scope
    mechanism: int  # 1–18, or 0
    value: Fraction | None
    note: str = ""
    target: Fraction | None = None
    done: Fraction | None = None  # numerator and denominator of a rate, both printed
    due: Fraction | None = None
    light: Light | None = None
    change: Fraction | None = None  # on last month, in the same unit; None when either is missing
    change_on_year: Fraction | None = None  # on the same month of last year
    inputs: tuple[str, ...] = ()  # codes of the figures that a derived one was computed from
    cells: tuple[CellRange, ...] = ()
    from_district_file: str = ""  # the key in the district file, when the value comes from there
    label_en: str = ""
    owner: str = ""  # the departments whose sheets it is computed from


def half_up(value: Fraction, decimals: int) -> str:
    """`value` rounded once, half away from zero, without trailing zeros or a negative zero."""
    above, below = abs(value.numerator), value.denominator
    units = (2 * above * 10**decimals + below) // (2 * below)
    whole, part = divmod(units, 10**decimals)
    text = str(whole)
    if decimals and part:
        text += "." + str(part).rjust(decimals, "0").rstrip("0")
    return f"-{text}" if value.numerator < 0 and units else text


def show(value: Fraction | None, unit: Unit) -> str:
    """The number as printed, without its unit; `—` for a missing value."""
    return "—" if value is None else half_up(value, unit.decimals)


def untraced(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """The figures without what they were computed from, which fills most of the memory."""
    return {code: replace(figure, inputs=(), cells=()) for code, figure in figures.items()}


def value_of(value: Fraction | None, unit: Unit) -> str:
    """The number as printed, with its unit: `98家`, `—`."""
    return show(value, unit) if value is None else f"{show(value, unit)}{unit}"


def hidden(old: Fraction | None, new: Fraction | None, unit: Unit) -> str:
    """What rounding hides: the difference of two values that print alike, to its first digit, with its unit. Empty where they
    print differently, or are the same."""
    if old is None or new is None or old == new or show(old, unit) != show(new, unit):
        return ""
    difference = abs(new - old)
    decimals = next(places for places in count() if difference * 10**places >= 1)
    return f"印出来一样，相差{half_up(difference, decimals)}{unit}"
