"""Working days of an office: Chinese public holidays and the make-up days worked in their place, as the State Council
announces them each year (library `chinesecalendar`), and the office's own exceptions.

The announcements are known for some years only; in every other year Monday to Friday are worked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import chinese_calendar  # type: ignore[import-untyped]
from chinese_calendar.constants import holidays  # type: ignore[import-untyped]

from transforms.period import Period

FIRST_YEAR: int = min(holidays).year  # of the announcements that the library knows
LAST_YEAR: int = max(holidays).year
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """The calendar of one office: `off` and `on` are its own days, and win over the announcements."""

    off: frozenset[dt.date] = frozenset()
    on: frozenset[dt.date] = frozenset()

    def __contains__(self, day: dt.date) -> bool:
        if day in self.off or day in self.on:
            return day in self.on
        return bool(chinese_calendar.is_workday(day)) if announced(day.year) else day.weekday() < 5

    def last_of(self, period: Period) -> dt.date:
        """The month's last working day; of a month without one, the last before it."""
        return self.before(period.plus(1).first_day, 1)

    def after(self, day: dt.date, number: int) -> dt.date:
        """The `number`-th working day after `day`, which does not count itself. `number` is 1 or more."""
        return self._step(day, number, _DAY)

    def before(self, day: dt.date, number: int) -> dt.date:
        """The `number`-th working day before `day`, which does not count itself. `number` is 1 or more."""
        return self._step(day, number, -_DAY)

    def from_end(self, period: Period, number: int) -> dt.date:
        """Counted from the month's end: 3 is the third working day after it, -1 the month's last, -2 the one before.

        Raises:
            ValueError: `number` is 0.
        """
        if number == 0:
            raise ValueError("there is no working day number 0")
        if number > 0:
            return self.after(period.last_day, number)
        return self.before(period.plus(1).first_day, -number)

    def _step(self, day: dt.date, number: int, step: dt.timedelta) -> dt.date:
        while number:
            day += step
            number -= day in self
        return day


def announced(year: int) -> bool:
    """Whether the library knows the holidays of a year."""
    return FIRST_YEAR <= year <= LAST_YEAR


def unannounced(years: Iterable[int]) -> str:
    """What to tell people when a year's holidays are not known; empty when all are."""
    unknown = sorted({year for year in years if not announced(year)})
    if not unknown:
        return ""
    return (
        f"{'、'.join(map(str, unknown))} 年的节假日安排不在日历中（只有 {FIRST_YEAR}—{LAST_YEAR} 年），"
        "按周一至周五算工作日；放假和调休请写在区县文件的 schedule.days_off、days_on，或升级 chinesecalendar。"
    )
