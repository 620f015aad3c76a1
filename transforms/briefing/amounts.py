"""Amounts of money in words: 亿元 where a sum reaches 10亿元, 万元 below, and one of the two throughout a comparison.

Tables keep 万元, so that a column can be added up.
"""

from __future__ import annotations

from fractions import Fraction

from transforms.figures import Figure, Unit, half_up

LARGE_WAN = 100_000  # 万元: ten 亿元; below, 亿元 with two decimals would lose what the sum is known by
SMALL_WAN = 100  # 万元: a change below it would be 0.00 or 0.01亿元
_WAN_IN_YI = 10_000
YI = "亿元"


def large(figure: Figure) -> bool:
    """Whether the largest amount of a figure of money, or of a rate of money, is told in 亿元. A rate has no unit of
    its own for its parts: who prints them says 万元."""
    amounts = (figure.value, figure.target) if figure.unit is Unit.MONEY_WAN else (figure.done, figure.due)
    return any(abs(amount) >= LARGE_WAN for amount in amounts if amount is not None)


def parts(value: Fraction, unit: str, in_yi: bool, decimals: int) -> tuple[str, str]:
    """Number and unit; only 万元 becomes 亿元."""
    if in_yi and unit == Unit.MONEY_WAN:
        return half_up(value / _WAN_IN_YI, decimals), YI
    return half_up(value, decimals), str(unit)


def amount(value: Fraction, unit: str, in_yi: bool, decimals: int) -> str:
    return "".join(parts(value, unit, in_yi, decimals))
