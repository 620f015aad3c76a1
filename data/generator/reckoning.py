"""What the truth is reckoned with: a month's rows, sums, shares, and numbers as exact text."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from data.generator.world import WAN, Row, World
from transforms.period import Period

Number = int | Fraction | None


@dataclass(frozen=True)
class Month:
    """A month of the world and what had happened by its end."""

    world: World
    period: Period

    @property
    def end(self) -> dt.date:
        return self.period.last_day

    def holds(self, day: dt.date) -> bool:
        return self.period.first_day <= day <= self.end

    def now(self, dataset: str) -> list[Row]:
        """What the department reports for this month."""
        return self.world.rows[dataset][self.period]

    def so_far(self, dataset: str, first: Period | None = None) -> list[Row]:
        """Events of every month up to this one."""
        months = (p for p in self.world.periods if (first or p) <= p <= self.period)
        return [row for month in months for row in self.world.rows[dataset][month]]


def total(rows: Iterable[Row], column: str, scale: int = WAN) -> Fraction:
    """A sum in the unit that is printed: 万元 from 分 and 万平方米 from square decimetres by default."""
    return Fraction(sum(row[column] for row in rows), scale)


class Percent(Fraction):
    """A share in percent that remembers what it was made of: shares of several districts are put together from that."""

    done: Fraction
    due: Fraction

    def __new__(cls, done: int | Fraction, due: int | Fraction) -> Percent:
        made = super().__new__(cls, Fraction(done) * 100 / Fraction(due))
        made.done, made.due = Fraction(done), Fraction(due)
        return made

    def __reduce__(self) -> tuple[type[Percent], tuple[Fraction, Fraction]]:
        return Percent, (self.done, self.due)


def percent(done: int | Fraction, due: int | Fraction) -> Number:
    """None when nothing was due."""
    return Percent(done, due) if due else None


def median(numbers: Iterable[int]) -> Number:
    """None of nothing."""
    found = [Fraction(number) for number in numbers]
    return statistics.median(found) if found else None


def share(rows: list[Row], done: Iterable[bool]) -> Number:
    """How many percent of `rows` are `done`, one flag a row."""
    return percent(sum(done), len(rows))


def exact(number: int | Fraction) -> int | str:
    """A whole number as it is; others as decimal text, or as a fraction such as 4100/49 when decimals do not end."""
    fraction = Fraction(number)
    if fraction.denominator == 1:
        return int(fraction)
    millionths = fraction * 1_000_000
    if millionths.denominator != 1:
        return str(fraction)
    whole, part = divmod(abs(int(millionths)), 1_000_000)
    return f"{'-' if fraction < 0 else ''}{whole}.{part:06d}".rstrip("0")
