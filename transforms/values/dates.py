"""Dates the way people type them: always year first, always complete."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING

from transforms.values.numerals import numeral, positional
from transforms.values.texts import NotAValue, clean, formula_fault

if TYPE_CHECKING:
    from transforms.tables import Cell

FIRST_YEAR, LAST_YEAR = 1990, 2099

# Excel counts 1900-02-29, a day that never was; from 1900-03-01 on this origin makes up for it.
_ORIGIN = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
_PART = "[0-9零〇○一二三四五六七八九十廿卅]{1,4}"
_BREAK = r"[.\-/\\。、,]"
_FULL = re.compile(rf"({_PART})(?:年|{_BREAK})({_PART})(?:月|{_BREAK})({_PART})[日号]?[.。]?")
_YEAR_MONTH = re.compile(rf"(?:[0-9]{{4}}|[零〇○一二三四五六七八九]{{4}})(?:年|{_BREAK})(?:{_PART})月?份?[.。]?")
_MONTH_DAY = re.compile(rf"{_PART}(?:月|{_BREAK}){_PART}[日号]?")
_YEAR = re.compile(r"(?:[0-9]{4}|[零〇○一二三四五六七八九]{4})年?度?")
_TIME = re.compile(
    r"(?:T|\s+|(?<=[日号]))(?:上午|下午|AM|PM)?\s*[0-9]{1,2}(?::[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]+)?)?|[时点](?:[0-9]{1,2}分?)?)"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_WEEKDAY = re.compile(r"\s*[(\[]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*[)\]]?$")
_EXAMPLE = "请写成 2014-06-17 的样子"


def parse_date(cell: Cell, date_1904: bool = False) -> dt.date:
    """The day in a cell: a date, an Excel serial (41807 is 2014-06-17; `date_1904` for workbooks that count from
    1904), or text with the year first. 14.6.17 is 2014-06-17. A time of day is dropped.

    Raises:
        NotAValue: not a date, one without year or day (never completed), or outside 1990–2099.
    """
    match cell:
        case dt.datetime():
            return _within(cell.date())
        case dt.date():
            return _within(cell)
        case bool() | None | dt.time() | dt.timedelta():
            raise NotAValue(f"不是日期，{_EXAMPLE}")
        case int() | float():
            return _from_number(cell, date_1904)
        case _:
            return _from_text(cell, date_1904)


def _within(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotAValue(f"年份 {day.year} 不在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    return day


def _from_number(number: float, date_1904: bool) -> dt.date:
    shown = clean(number)
    if 19000101 <= number <= 21001231 and number == int(number):
        return _from_parts(shown[:4], shown[4:6], shown[6:], shown)
    if 1900 <= number < 2101:
        raise NotAValue(f"“{shown}”只有年月，没有日，{_EXAMPLE}" if number != int(number) else f"“{shown}”只有年份")
    # Anything else in the serials' range is a day count; time of day is the fraction.
    if 20000 <= number < 80000:
        return _within(_ORIGIN[date_1904] + dt.timedelta(days=int(number)))
    if 100000 <= number <= 999999:
        raise NotAValue(f"“{shown}”是六位数字，看不出年月日，{_EXAMPLE}")
    raise NotAValue(f"“{shown}”不是日期，{_EXAMPLE}")


def _from_text(written: str, date_1904: bool) -> dt.date:
    shown = clean(written)
    if fault := formula_fault(written):
        raise NotAValue(fault)
    text = unicodedata.normalize("NFKC", shown).translate(dict.fromkeys(map(ord, "−–—"), "-"))
    text = _WEEKDAY.sub("", _TIME.sub("", _WEEKDAY.sub("", text)))
    text = re.sub(r"(?<=[0-9])\s+(?=[0-9])", "-", text.strip())
    text = re.sub(r"\s+", "", text)
    if re.fullmatch("[0-9]{5}|[0-9]{6}|[0-9]{8}", text):
        return _from_number(int(text), date_1904)
    if match := _FULL.fullmatch(text):
        return _from_parts(match[1], match[2], match[3], shown)
    if _YEAR_MONTH.fullmatch(text):
        raise NotAValue(f"“{shown}”只有年月，没有日，{_EXAMPLE}")
    if _YEAR.fullmatch(text):
        raise NotAValue(f"“{shown}”只有年份，{_EXAMPLE}")
    if _MONTH_DAY.fullmatch(text):
        raise NotAValue(f"“{shown}”没有写年份，{_EXAMPLE}")
    raise NotAValue(f"“{shown}”不是日期，{_EXAMPLE}")


def _from_parts(year_text: str, month_text: str, day_text: str, shown: str) -> dt.date:
    year = positional(year_text)
    if year is None or len(year_text) not in (2, 4):
        if len(day_text) == 4:
            raise NotAValue(f"“{shown}”请把年份写在最前面，{_EXAMPLE}")
        raise NotAValue(f"“{shown}”看不出是哪一年，{_EXAMPLE}")
    if len(year_text) == 2:
        if len(day_text) == 4:
            raise NotAValue(f"“{shown}”请把年份写在最前面，{_EXAMPLE}")
        year += 2000 if year < FIRST_YEAR - 1900 else 1900
    month, day = _small(month_text, shown), _small(day_text, shown)
    if not 1 <= month <= 12:
        raise NotAValue(f"“{shown}”：没有 {month} 月")
    try:
        return _within(dt.date(year, month, day))
    except NotAValue:
        raise
    except ValueError:
        raise NotAValue(f"“{shown}”：{year} 年 {month} 月没有 {day} 日") from None


def _small(text: str, shown: str) -> int:
    if len(text) > 3 or (text.isdigit() and len(text) > 2):
        raise NotAValue(f"“{shown}”不是日期，{_EXAMPLE}")
    return int(numeral(text))
