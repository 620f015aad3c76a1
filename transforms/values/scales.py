"""From a cell to an integer in the column's smallest unit: 分, square decimetres, hundredths of a point."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from transforms.contracts import Column, ColumnType
from transforms.values.numbers import Quantity, parse_quantity
from transforms.values.texts import NotAValue, clean, normalise

if TYPE_CHECKING:
    from transforms.tables import Cell

FRACTION = "比例"  # a stated unit: the column holds 0.855 for 85.5 %

_MU_IN_DM2 = Fraction(200_000, 3)  # 1 亩 = 2000/3 ㎡
_FACTORS: dict[ColumnType, dict[str, Fraction]] = {
    ColumnType.MONEY: {
        unit: Fraction(fen) for unit, fen in
        {"元": 100, "千元": 10**5, "万元": 10**6, "百万元": 10**8, "亿元": 10**10}.items()
    },
    ColumnType.AREA: {
        "平方米": Fraction(100), "万平方米": Fraction(10**6), "亩": _MU_IN_DM2, "万亩": _MU_IN_DM2 * 10**4
    },
    ColumnType.PERCENT: {"%": Fraction(100), FRACTION: Fraction(10_000)},
}  # fmt: skip
_BASE = {ColumnType.MONEY: "元", ColumnType.AREA: "平方米", ColumnType.PERCENT: "%"}
_SMALLEST = {
    ColumnType.MONEY: "1 分钱",
    ColumnType.AREA: "0.01 平方米",
    ColumnType.PERCENT: "0.01 个百分点",
    ColumnType.SCORE: "0.01 分",
    ColumnType.COUNT: "1",
}
_ALIASES = {
    "m2": "平方米", "平米": "平方米", "平方": "平方米", "万m2": "万平方米", "万平米": "万平方米", "万平方": "万平方米",
    "人民币元": "元", "人民币万元": "万元", "百分比": "%", "百分数": "%",
}  # fmt: skip
_LARGEST = 2**63 - 1
# Excel's arithmetic may leave 1234.560000000004; a millionth of the smallest unit is that, not a finer value.
_NOISE = Fraction(1, 10**6)


def unit_type(text: str) -> tuple[ColumnType, str] | None:
    """The kind of column that a written unit belongs to and its name in the contracts' spelling; None when `text`
    is no unit of money, area or percentage."""
    unit = normalise(text)
    unit = _ALIASES.get(unit, unit)
    return next(((kind, unit) for kind, factors in _FACTORS.items() if unit in factors and unit != FRACTION), None)


def scaled(cell: Cell, column: Column, stated_unit: str | None = None) -> int:
    """The cell in the column's smallest unit: money 分, area dm², percent 0.01 point, score 0.01, count 1.

    A unit in the cell goes before `stated_unit` (what header or sheet state), and that before the contract's.
    An area given in 亩 is rounded half-up to a whole dm², because 1 亩 is 2000/3 ㎡; nothing else is ever rounded.

    Raises:
        NotAValue: not an exact number, a unit that does not fit, finer than the smallest unit, or too large.
    """
    value = exact(cell, column, stated_unit)
    if value.denominator != 1:
        nearest = (2 * value.numerator + value.denominator) // (2 * value.denominator)
        in_mu = value.denominator % 3 == 0 and column.type is ColumnType.AREA
        if not in_mu and not (isinstance(cell, float) and abs(value - nearest) < _NOISE):
            if column.type is ColumnType.COUNT:
                raise NotAValue(f"“{clean(cell)}”应为整数")
            raise NotAValue(f"“{clean(cell)}”比 {_SMALLEST[column.type]}还细，请按实际填到 {_SMALLEST[column.type]}")
        value = Fraction(nearest)
    if abs(value) > _LARGEST:
        raise NotAValue(f"“{clean(cell)}”太大，请核对单位")
    return int(value)


def exact(cell: Cell, column: Column, stated_unit: str | None = None) -> Fraction:
    """As `scaled`, before it is made whole; what totals are compared in.

    Raises:
        NotAValue: not an exact number, or a unit that does not fit.
    """
    quantity = parse_quantity(cell)
    match column.type:
        case ColumnType.SCORE:
            return _bare(quantity, cell, ("", "分", column.unit)) * 100
        case ColumnType.COUNT:
            if quantity.unit in ("元", "平方米", "亩", "%"):
                raise NotAValue(f"“{clean(cell)}”里的“{quantity.unit}”不是这一列的单位")
            return quantity.value
        case kind:
            return quantity.value * _factor(quantity, cell, column, kind, stated_unit)


def _bare(quantity: Quantity, cell: Cell, units: tuple[str, ...]) -> Fraction:
    if quantity.unit not in units:
        raise NotAValue(f"“{clean(cell)}”里的“{quantity.unit}”不是这一列的单位")
    return quantity.value


def _factor(quantity: Quantity, cell: Cell, column: Column, kind: ColumnType, stated_unit: str | None) -> Fraction:
    factors = _FACTORS[kind]
    if quantity.unit:
        if quantity.unit not in factors:
            raise NotAValue(f"“{clean(cell)}”里的“{quantity.unit}”不是这一列的单位")
        return factors[quantity.unit]
    if quantity.absolute:
        return factors[_BASE[kind]]
    unit = stated_unit or column.unit or _BASE[kind]
    return factors[_ALIASES.get(re.sub(r"\s", "", unit), unit)]
