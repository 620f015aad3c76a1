"""How dates, amounts and numbers are typed: one value, many looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from transforms.contracts import ColumnType

EXCEL_EPOCH = dt.date(1899, 12, 30)
_DIGITS = "零一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


def typed(value: Any, kind: ColumnType, unit: str, date: str, style: str | None = None) -> Any:
    """The value as a department types it that gives money in `unit` and writes dates as `date`; `style` overrides both
    for one cell."""
    if value is None:
        return None
    writers: dict[ColumnType, Callable[[Any], Any]] = {
        ColumnType.DATE: lambda day: date_text(day, style or date),
        ColumnType.MONEY: lambda fen: money_text(fen, unit, style),
        ColumnType.AREA: lambda dm2: _number(dm2, 100),
        ColumnType.PERCENT: lambda bp: _number(bp, 100),
        ColumnType.SCORE: lambda centi: _number(centi, 100),
        ColumnType.FLAG: lambda flag: "是" if flag else "否",
    }
    return value if isinstance(value, str) else writers.get(kind, lambda other: other)(value)


def _number(value: int, scale: int) -> int | float:
    return value // scale if value % scale == 0 else value / scale


def date_text(day: dt.date, style: str) -> Any:
    forms: dict[str, Any] = {
        "date": day,
        "serial": (day - EXCEL_EPOCH).days,
        "dots": f"{day.year}.{day.month}.{day.day}",
        "slashes": f"{day.year}/{day.month}/{day.day}",
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "dashes": day.isoformat(),
    }
    return forms[style]


def money_text(fen: int, unit: str, style: str | None) -> Any:
    scale = {"元": 100, "万元": 1_000_000}[unit]
    number = _number(fen, scale)
    if style == "grouped":
        return f"{number:,}"
    if style == "full_width":
        return f"{number}".translate(_FULL_WIDTH)
    if style == "with_unit":
        return f"{number}{unit}"
    if style == "numerals" and fen % 1_000_000 == 0 and fen < 10_000 * 1_000_000:
        return numerals(fen // 1_000_000) + "万元"
    return number


def numerals(number: int) -> str:
    """1–9,999 in Chinese numerals, e.g. 三百五十."""
    text = ""
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += _DIGITS[digit] + name
        elif text and number % power and not text.endswith("零"):
            text += "零"
    return text
