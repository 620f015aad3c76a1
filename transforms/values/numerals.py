"""Chinese numerals, alone or mixed with digits: 一亿二千万, 壹仟贰佰, 廿三, 3.2万亿, 1亿2000万, 十二点五.

What has two readings is refused: 一百五 (105 or 150), 一亿二千 (a 万 may be missing), 三五 (three to five)."""

from __future__ import annotations

import re
from fractions import Fraction

from transforms.values.texts import NotAValue

_SAME = str.maketrans(
    "〇○壹贰貳叁參叄肆伍陆陸柒捌玖两兩拾佰仟萬億",
    "零零一二二三三三四五六六七八九二二十百千万亿",
) | {ord("廿"): "二十", ord("卅"): "三十", ord("卌"): "四十"}
_VALUE = {mark: number for number, mark in enumerate("零一二三四五六七八九")} | {str(n): n for n in range(10)}
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_PLAIN_TIMES = re.compile(r"([0-9]+(?:\.[0-9]+)?)([十百千])")
_DIGIT = "[一二三四五六七八九1-9]"
_SECTION = re.compile(
    rf"零?(?:(?P<千>{_DIGIT})千)?(?P<z1>零)?(?:(?P<百>{_DIGIT})百)?(?P<z2>零)?"
    rf"(?:(?P<十>{_DIGIT})?(?P<ten>十))?(?P<z3>零)?(?P<个>{_DIGIT})?"
)
_POSITIONAL = re.compile("[零一二三四五六七八九]+")
_TIMES = {"十": 10, "百": 100, "千": 1000}

CHARACTERS = "零〇○一二三四五六七八九十百千万亿点壹贰貳叁參叄肆伍陆陸柒捌玖两兩拾佰仟萬億廿卅卌"


def numeral(text: str) -> Fraction:
    """The exact value of a numeral without sign or unit.

    Raises:
        NotAValue: not a numeral, or one with two readings.
    """
    return _whole(text.translate(_SAME), text)


def positional(text: str) -> int | None:
    """Digits read one by one, 二〇一四 or 2014; None when there is anything else."""
    text = text.translate(_SAME)
    if not text or any(c not in _VALUE for c in text):
        return None
    return int("".join(str(_VALUE[c]) for c in text))


def _whole(text: str, written: str) -> Fraction:
    for mark, scale in (("亿", 10**8), ("万", 10**4)):
        left, found, right = text.rpartition(mark)
        if not found:
            continue
        if not left or mark in left:
            raise NotAValue(f"“{written}”不是数")
        high, low = _whole(left, written), _tail(right, scale, written)
        if low and high.denominator != 1:
            raise NotAValue(f"“{written}”不是数")
        return high * scale + low
    return _section(text, written)


def _tail(text: str, scale: int, written: str) -> Fraction:
    """What follows 亿 or 万."""
    if not text:
        return Fraction(0)
    value = _whole(text, written)
    led = text[0] in "零0"
    if not led and (len(text) == 1 or (scale == 10**8 and value < 10**4)):
        raise NotAValue(f"“{written}”有两种读法，请写成阿拉伯数字")
    if value >= scale:
        raise NotAValue(f"“{written}”不是数")
    return value


def _section(text: str, written: str) -> Fraction:
    """A numeral without 万 and 亿."""
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    if match := _PLAIN_TIMES.fullmatch(text):
        return Fraction(match[1]) * _TIMES[match[2]]
    if "点" in text:
        left, _, right = text.partition("点")
        digits = positional(right)
        if not left or digits is None:
            raise NotAValue(f"“{written}”不是数")
        return _section(left, written) + Fraction(digits, 10 ** len(right))
    if _POSITIONAL.fullmatch(text):
        if len(text) == 2 and "零" not in text:
            raise NotAValue(f"“{written}”不确切，请写成阿拉伯数字")
        return Fraction(positional(text) or 0)
    match = _SECTION.fullmatch(text)
    if not text or not match:
        raise NotAValue(f"“{written}”不是数")
    if (
        match["个"]
        and not match["ten"]
        and (match["百"] or match["千"])
        and not (match["z1"] or match["z2"] or match["z3"])
    ):
        raise NotAValue(f"“{written}”有两种读法，请写成阿拉伯数字")
    total = sum(_VALUE[match[mark]] * times for mark, times in _TIMES.items() if match[mark])
    if match["ten"] and not match["十"]:
        total += 10
    return Fraction(total + (_VALUE[match["个"]] if match["个"] else 0))
