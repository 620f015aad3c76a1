"""What stands above a header: the month the sheet speaks of and the units it states."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from transforms import values
from transforms.contracts import ColumnType
from transforms.headers import Header, text_at
from transforms.period import Period
from transforms.tables import RawSheet
from transforms.values.numerals import numeral, positional

_N = "[0-9零〇○一二三四五六七八九十]"
_MONTH = re.compile(rf"({_N}{{4}})年(?:{_N}{{1,2}}月?(?:-|—|~|至|到))?({_N}{{1,2}})月(?!{_N}{{1,3}}日)")
_UNTIL = re.compile(rf"(?:截至|截止到?|至)({_N}{{4}})年({_N}{{1,2}})月{_N}{{1,3}}日")
_DIGITS = re.compile(r"(?<![0-9])(20[0-9]{2})[-_.]?(0[1-9]|1[0-2])(?![0-9])")
_ONLY_MONTH = re.compile(rf"(?<!{_N})({_N}{{1,2}})月(?:份|报|$|[^{_N[1:-1]}])")
# A date of filling in, or of a document that the table refers to, says nothing about the month reported.
_OTHER_DATE = re.compile(
    r"(?:填报|填表|制表|报送|上报|打印|编制|印发|报表)(?:日期|时间|日)|根据|按照|依据|文件|[0-9]号|月起|以来"
)
_UNIT_NOTE = re.compile(r"(?<!填报)(?<!报送)(?<!责任)单位:([^:]+?)(?=$|[)\]】]|填|制|日期)")


def stated_periods(sheet: RawSheet, header: Header) -> tuple[Period, ...]:
    """The months that the sheet's name and the cells above the header name, each once. 2014年1—6月 speaks of June."""
    found: dict[Period, None] = {}
    for text in (sheet.name, *above(sheet, header)):
        plain = "".join(unicodedata.normalize("NFKC", text).split())
        if _OTHER_DATE.search(plain):
            continue
        for match in (*_MONTH.finditer(plain), *_UNTIL.finditer(plain)):
            if period := _period(match[1], match[2]):
                found[period] = None
    return tuple(found)


def named_periods(filename: str, near: Period | None = None) -> tuple[Period, ...]:
    """The months that a file's name states: 2014年6月, 2014-06, 201406; 6月 alone is the one nearest to `near`."""
    plain = "".join(unicodedata.normalize("NFKC", filename).split())
    found = {each for match in _MONTH.finditer(plain) if (each := _period(match[1], match[2]))}
    found |= {each for match in _DIGITS.finditer(plain) if (each := _period(match[1], match[2]))}
    if near and not found and (match := _ONLY_MONTH.search(plain)) and (each := _period(str(near.year), match[1])):
        ahead = each.month - near.month
        found = {each.plus(-12 if ahead > 6 else 12 if ahead < -6 else 0)}
    return tuple(sorted(found))


def stated_units(sheet: RawSheet, header: Header) -> Mapping[ColumnType, tuple[str, ...]]:
    """The units for each kind of column from 单位：万元 above the header, each once; 单位：万元、平方米 states one for
    each of two kinds."""
    found: dict[ColumnType, dict[str, None]] = {}
    for text in above(sheet, header):
        for match in _UNIT_NOTE.finditer(values.normalise(text)):
            for part in re.split(r"[、,;/和及]", match[1]):
                if unit := values.unit_type(part):
                    found.setdefault(unit[0], {})[unit[1]] = None
    return {kind: tuple(units) for kind, units in found.items()}


def above(sheet: RawSheet, header: Header) -> Iterable[str]:
    """The texts above the header."""
    for row in range(header.row):
        for place in range(len(sheet.cells[row])):
            if text := text_at(sheet, row, place):
                yield text


def _period(year_text: str, month_text: str) -> Period | None:
    year = positional(year_text)
    try:
        month = int(numeral(month_text))
    except values.NotAValue:
        return None
    return Period(year, month) if year and 1990 <= year <= 2099 and 1 <= month <= 12 else None
