"""Period: one calendar month, written `2014-06`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from transforms.errors import UsageError

CHINA = dt.timezone(dt.timedelta(hours=8))  # the offices' clock; a time written without a zone
_PATTERN = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Period:
    """A month. Orders by time; `str()` gives `2014-06`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `YYYY-MM`.

        Raises:
            UsageError: another form, a month outside 1–12, or a year outside 1990–2099.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match:
            year, month = int(match[1]), int(match[2])
            if 1990 <= year <= 2099 and 1 <= month <= 12:
                return cls(year, month)
        raise UsageError(f"期别“{text}”不对：应写成“年-月”，例如 2014-06，月份在 01 到 12 之间。")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def year_gone(self) -> Fraction:
        """Share of the year that has passed at the month's end, by days: 181/365 for June 2014."""
        days = 366 if calendar.isleap(self.year) else 365
        return Fraction(self.last_day.timetuple().tm_yday, days)

    def plus(self, months: int) -> Period:
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    @property
    def previous(self) -> Period:
        return self.plus(-1)

    def through(self, last: Period) -> Iterator[Period]:
        """Every month from this one to `last`, both included; empty when `last` is earlier."""
        current = self
        while current <= last:
            yield current
            current = current.plus(1)

    @property
    def chinese(self) -> str:
        return f"{self.year}年{self.month}月"
