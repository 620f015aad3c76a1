"""Revisions over the months: what one figure was said to be in each issue, and which way each department's numbers go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from transforms.figures import Unit
from transforms.period import Period
from transforms.revisions import Cause, Printed, Revision

HABIT_MONTHS = 2  # fewer months say nothing of a habit


@dataclass(frozen=True)
class Triangle:
    """For each month spoken of, its value as stated in its own issue and in each later one, in the order of `issues`."""

    code: str
    issues: tuple[Period, ...]
    rows: Mapping[Period, tuple[Printed, ...]]


def triangle(code: str, own: Mapping[Period, Printed], stated: Mapping[Period, Sequence[Revision]]) -> Triangle:
    """`own`: what each month's issue printed; `stated`: the revisions that each issue tells of."""
    issues = tuple(sorted(own))
    rows = {}
    for period in issues:
        known, row = own[period], [own[period]]
        for issue in issues[issues.index(period) + 1 :]:
            for one in stated.get(issue, ()):
                if (one.code, one.period) == (code, period):
                    known = Printed(one.new, one.unit)
            row.append(known)
        rows[period] = tuple(row)
    return Triangle(code, issues, rows)


@dataclass(frozen=True)
class Bias:
    """How one department's numbers have moved from first stated to last. `mean` in percent of the first, signed: below
    zero it had reported too much; None when no figure has a base. Changes of method count for nobody."""

    department: str
    mean: Fraction | None
    figures: int
    months: int
    down: int
    up: int
    late: int  # figures that had no value at first
    habit: str = ""
    unit: Unit = Unit.PERCENT


def biases(revisions: Iterable[Revision]) -> list[Bias]:
    """One a department that revised any figure, the one that over-reported most first. `revisions` in order of issue."""
    first: dict[str, dict[tuple[Period, str], Revision]] = {}
    last: dict[tuple[str, Period, str], Revision] = {}
    for one in revisions:
        if one.department and one.cause is not Cause.METHOD:
            first.setdefault(one.department, {}).setdefault((one.period, one.code), one)
            last[one.department, one.period, one.code] = one
    found = []
    for department, own in first.items():
        moves = {key: (one.old, last[department, *key].new, one.unit) for key, one in own.items()}
        found.append(_bias(department, moves))
    return sorted(found, key=lambda one: (one.mean if one.mean is not None else Fraction(0), one.department))


Move = tuple[Fraction | None, Fraction | None, Unit]


def _bias(department: str, moves: Mapping[tuple[Period, str], Move]) -> Bias:
    both = {key: (old, new, unit) for key, (old, new, unit) in moves.items() if old is not None and new is not None}
    # A rate's percent of a percent is no share of anything reported.
    shares = {key: 100 * (new - old) / old for key, (old, new, unit) in both.items() if old and unit not in _RATES}
    by_month = {month: [share for (period, _), share in shares.items() if period == month] for month, _ in shares}
    ways = {sum(part) > 0 for part in by_month.values() if sum(part)}
    habit = ("惯常少报" if ways == {True} else "惯常多报") if len(ways) == 1 and len(by_month) >= HABIT_MONTHS else ""
    return Bias(
        department,
        sum(shares.values()) / Fraction(len(shares)) if shares else None,
        len(moves),
        len({month for month, _ in moves}),
        sum(new < old for old, new, _ in both.values()),
        sum(new > old for old, new, _ in both.values()),
        sum(old is None for old, _, _ in moves.values()),
        habit,
    )


_RATES = frozenset({Unit.PERCENT, Unit.POINTS, Unit.MULTIPLE, Unit.SCORE, Unit.DAYS})
