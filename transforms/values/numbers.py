"""Numbers the way people type them, read exactly, with the unit when one is written."""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from transforms.values.numerals import CHARACTERS, numeral
from transforms.values.texts import NotAValue, clean, formula_fault

if TYPE_CHECKING:
    from transforms.tables import Cell


class Quantity(NamedTuple):
    """`value` counts `unit` (empty: none was written). `absolute`: 万 or 亿 stands in the cell, so that 120万 under a
    header in 万元 is 1,200,000 元 and not 120万 times 万元."""

    value: Fraction
    unit: str
    absolute: bool


_SQUARE_METRES = re.compile(r"㎡|[mM]²|[mM]2|平方米|平方公尺|平米")
_INEXACT = re.compile(
    r"[约近余多几数逾超不≈~<>≥≤]|左右|上下|以上|以下|以内|至少|至多|大概|将近|[十百千万亿]来|上[十百千万亿]"
)
_SCIENTIFIC = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+")
_GROUPED = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|(?<![0-9.])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")
_RANGE = re.compile(r"[0-9%元]\s*(?:-|至|到)\s*[0-9]")
_PARTS = re.compile(rf"(?P<number>[0-9., {CHARACTERS}]+)(?P<unit>[^0-9.,]*)")
_YUAN_JIAO_FEN = re.compile(
    rf"(?P<yuan>[0-9.{CHARACTERS}]+)[元圆](?:(?P<jiao>[0-9{CHARACTERS}])角)?(?:零?(?P<fen>[0-9{CHARACTERS}])分)?[整正]?"
)
_TENTHS = re.compile(r"(?P<tenths>[0-9一二三四五六七八九十两])成(?P<rest>[0-9一二三四五六七八九半])?")

_UNITS = {"圆": "元", "元整": "元", "元正": "元", "圆整": "元", "块": "元", "人民币": "元", "市亩": "亩"}
_COUNTED = frozenset("个套家户次件人项天分批处栋幢宗条起名份笔间座块")
_KNOWN = frozenset({"", "元", "平方米", "亩", "%", *_COUNTED})


def parse_number(cell: Cell) -> Fraction:
    """The exact number in a cell. 12.5% is 1/8; any other unit written with it is dropped (see `parse_quantity`).

    Raises:
        NotAValue: not a number, or not an exact one (约300, 2亿多, 10余家, 数千万, 10-20).
    """
    quantity = parse_quantity(cell)
    return quantity.value / 100 if quantity.unit == "%" else quantity.value


def parse_quantity(cell: Cell) -> Quantity:
    """The exact number in a cell with its unit. A float counts with 15 significant digits, as Excel shows it, so
    that the noise of 0.1 + 0.2 vanishes.

    Raises:
        NotAValue: not a number, or not an exact one.
    """
    match cell:
        case bool():
            raise NotAValue("是逻辑值，不是数")
        case int():
            return Quantity(Fraction(cell), "", False)
        case float():
            if not math.isfinite(cell):
                raise NotAValue("不是数")
            return Quantity(Fraction(f"{cell:.15g}"), "", False)
        case str():
            return _parse_text(cell)
        case None:
            raise NotAValue("空着")
        case _:
            raise NotAValue("是日期或时间，不是数；请把单元格改成“常规”格式重填")


def _parse_text(written: str) -> Quantity:
    if fault := formula_fault(written):
        raise NotAValue(fault)
    shown = clean(written)
    text = _plain(shown)
    if not text or len(text) > 40:
        raise NotAValue("不是数")
    if _SCIENTIFIC.fullmatch(text):
        raise NotAValue(f"“{shown}”是科学计数法，可能已经丢了位数，请按原数填写")
    if _INEXACT.search(text):
        raise NotAValue(f"“{shown}”不是确切的数，请填准确数")
    if _RANGE.search(text):
        raise NotAValue(f"“{shown}”是一段范围，不是一个数")
    text, negative = _sign(text)
    quantity = _unsigned(text, shown)
    return quantity._replace(value=-quantity.value) if negative else quantity


def _plain(text: str) -> str:
    """NFKC after ㎡ has been spelled out (NFKC makes it m2), spaces only between digits."""
    text = _SQUARE_METRES.sub("平方米", text)
    if any(unicodedata.category(c) == "No" for c in text):  # ² and ① would turn into digits
        raise NotAValue(f"“{text}”不是数")
    text = unicodedata.normalize("NFKC", text).translate(dict.fromkeys(map(ord, "−–—"), "-"))
    return re.sub(r"\s+", " ", re.sub(r"\s+(?![0-9])|(?<![0-9])\s+", "", text))


def _sign(text: str) -> tuple[str, bool]:
    """Without currency, sign, and brackets; (1,234.5) is negative, as accountants write."""
    text = re.sub(r"\(([^0-9()]+)\)$", r"\1", text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    match = re.fullmatch(r"(?:人民币|RMB|CNY)?¥?(?P<sign>[-+负]?)¥?(?P<rest>.*)", text)
    if match and match["sign"] in ("-", "负"):
        negative = not negative
    return (match["rest"] if match else text), negative


def _unsigned(text: str, shown: str) -> Quantity:
    if text.startswith("百分之"):
        return Quantity(_body(text[3:], shown), "%", False)
    if match := _TENTHS.fullmatch(text):
        rest = Fraction(5) if match["rest"] == "半" else numeral(match["rest"] or "零")
        return Quantity(numeral(match["tenths"]) * 10 + rest, "%", False)
    if (match := _YUAN_JIAO_FEN.fullmatch(text)) and (match["jiao"] or match["fen"]):
        small = numeral(match["jiao"] or "零") / 10 + numeral(match["fen"] or "零") / 100
        return Quantity(_body(match["yuan"], shown) + small, "元", True)
    match = _PARTS.fullmatch(text)
    if not match:
        raise NotAValue(f"“{shown}”不是数")
    unit = _UNITS.get(match["unit"], match["unit"])
    if unit not in _KNOWN:
        raise NotAValue(f"“{shown}”里的“{unit}”不是认得的单位")
    number = match["number"].strip()
    return Quantity(_body(number, shown), unit, bool(re.search("[万亿萬億]", number)))


def _body(text: str, shown: str) -> Fraction:
    text = _GROUPED.sub(lambda match: re.sub("[, ]", "", match[0]), text)
    if "," in text or " " in text:
        raise NotAValue(f"“{shown}”里逗号或空格的位置不对，看不出是多少")
    return numeral(text)
