"""A region's figures reckoned from the generator's own rows; nothing of the program under test is asked but which figures
there are and how each is put together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from data.generator.reckoning import Month, Percent
from data.generator.truth import numbers
from data.generator.truth_serving import weeks_without_visit
from data.generator.world import WAN, Row, World
from transforms.period import Period
from transforms.rollup.ways import WAYS, Way


@dataclass(frozen=True)
class Truth:
    """One district's month: its figures, and for each figure in 家 the codes of the enterprises."""

    numbers: Mapping[str, int | Fraction]
    enterprises: Mapping[str, frozenset[str]]


def truth_of(world: World, period: Period) -> Truth:
    month = Month(world, period)
    return Truth(numbers(world, period), {code: frozenset(found(month)) for code, found in _ENTERPRISES.items()})


def expected(truths: Sequence[Truth]) -> dict[str, Fraction | None]:
    """Every figure of the region that these districts are; None where nothing can be put together."""
    return {code: _rolled_up(code, way, truths) for code, way in WAYS.items()}


def _rolled_up(code: str, way: Way, truths: Sequence[Truth]) -> Fraction | None:
    known = [truth.numbers[code] for truth in truths if code in truth.numbers]
    if way is Way.NONE or not known:
        return None
    if way is Way.SUM:
        return sum(map(Fraction, known), Fraction(0))
    if way is Way.DISTINCT:
        return Fraction(len(frozenset().union(*(truth.enterprises[code] for truth in truths))))
    if code == "guarantee.leverage":
        lent, pool = (sum(Fraction(t.numbers[part]) for t in truths) for part in _LEVERAGE)
        return lent / pool
    shares = [number for number in known if isinstance(number, Percent)]
    assert len(shares) == len(known), code
    return Fraction(100) * sum(share.done for share in shares) / sum(share.due for share in shares)


_LEVERAGE = ("guarantee.amount_to_date", "guarantee.pool")


def _codes(rows: Iterable[Row]) -> set[str]:
    return {row["enterprise_code"] for row in rows}


def _latest_batch(month: Month) -> set[str]:
    now = month.now("reward_payments")
    latest = max(now, key=lambda row: row["paid_on"])["batch"]
    return _codes(row for row in now if row["batch"] == latest)


def _missed_two_weeks(month: Month) -> set[str]:
    asleep = weeks_without_visit(month)
    return {code for code, missed in asleep.items() if any(a and b for a, b in itertools.pairwise(missed))}


def _lent(kind: str) -> Callable[[Month], set[str]]:
    return lambda month: _codes(row for row in month.now("financing") if row["kind"] == kind)


def _grown(paid: Callable[[Row], bool]) -> Callable[[Month], set[str]]:
    """Enterprises that have earned the reward for growth."""

    def found(month: Month) -> set[str]:
        limits = month.world.district.thresholds_at(month.period)
        return _codes(
            row
            for row in month.now("tax_growth")
            if row["last_year_fen"] > limits.tax_growth_base_wan * WAN
            and row["this_year_fen"] * 100 > row["same_time_fen"] * (100 + limits.tax_growth_percent)
            and paid(row)
        )

    return found


_ENTERPRISES: Mapping[str, Callable[[Month], set[str]]] = {
    "reward.enterprises_latest_batch": _latest_batch,
    "reward.enterprises_month": lambda month: _codes(month.now("reward_payments")),
    "reward.enterprises_to_date": lambda month: _codes(month.so_far("reward_payments")),
    "link.enterprises": lambda month: _codes(month.now("enterprise_links")),
    "visit.enterprises_month": lambda month: _codes(month.now("enterprise_visits")),
    "visit.enterprises_missed_two_weeks": _missed_two_weeks,
    "loan.bank_enterprises_to_date": _lent("银行贷款"),
    "turnover.enterprises_to_date": _lent("应急周转金"),
    "guarantee.enterprises_to_date": _lent("助保贷"),
    "growth.eligible": _grown(lambda row: True),
    "growth.paid": _grown(lambda row: row["rewarded_fen"] > 0),
    "growth.missed": _grown(lambda row: row["rewarded_fen"] == 0),
    "rating.monitored": lambda month: _codes(row for row in month.now("enterprise_links") if row["is_monitored"]),
}
