"""Rankings of townships, leaders, departments and responsible units, with ties and small bases treated fairly.

Equal values share a rank and the next is skipped (1, 2, 2, 4); among themselves they stand in the district file's
order. A unit with a base below the district's `ranking_min_base` has no rank: one case more or less would carry it
from first to last. It stands at the end with its value; a unit with no base at all is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from transforms import standings
from transforms.briefing.view import Ranking, RankingRow
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Unit, value_of
from transforms.metrics.enterprises import PASS_MARK
from transforms.metrics.month import Month, NotReported
from transforms.period import Period
from transforms.standings import Share, Standing
from transforms.tables import Facts


@dataclass(frozen=True)
class _Board:
    """`base` is what the base counts, `base_label` heads what is printed of it; `asked` is what every unit should
    reach."""

    title: str
    rule: str
    base: str
    base_label: str
    unit: Unit
    compute: Callable[[Month], Standing]
    order: Callable[[District], Sequence[str]]
    asked: Callable[[Month], Fraction]


def rankings(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Ranking, ...]:
    """The rankings of the month with the change of rank on the month before. One whose rows were not sent, or in
    which nobody has a base large enough, is left out."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    earlier, least = month.earlier(period.previous), month.district.thresholds.ranking_min_base
    found = []
    for board in _BOARDS:
        now = _standing(board, month)
        now_ranks = ranks(now.shares, least)
        if now_ranks:
            then = _standing(board, earlier) if period > district.first_period else Standing({})
            before = ranks(then.shares, earlier.district.thresholds.ranking_min_base)
            rows = _rows(board, month, now.shares, now_ranks, before)
            found.append(Ranking(board.title, _rule(board, now, least), rows, board.base_label))
    return tuple(found)


def ranks(shares: Mapping[str, Share], least: int) -> dict[str, int]:
    """Competition ranks of the units with a base of at least `least`: as many places are skipped as share one."""
    ranked = {name: share.value for name, share in shares.items() if share.base >= least}
    return {name: 1 + sum(other > value for other in ranked.values()) for name, value in ranked.items()}


def _standing(board: _Board, month: Month) -> Standing:
    try:
        return board.compute(month)
    except NotReported:
        return Standing({})


def _rule(board: _Board, standing: Standing, least: int) -> str:
    lacks = f"；{'、'.join(standing.lacks)}没有报送，未计入" if standing.lacks else ""
    return f"{board.rule}；并列的名次相同，其后顺延；基数（{board.base}）不足{least}的不排名{lacks}。"


def _rows(
    board: _Board, month: Month, shares: Mapping[str, Share], now: Mapping[str, int], before: Mapping[str, int]
) -> tuple[RankingRow, ...]:
    places, asked = {name: place for place, name in enumerate(board.order(month.district))}, board.asked(month)

    def by_rank(name: str) -> tuple[int, int, str]:
        return now.get(name, len(shares) + 1), places.get(name, len(places)), name

    return tuple(
        RankingRow(
            rank=now.get(name),
            name=name,
            value=_value(shares[name], board.unit),
            change=before[name] - now[name] if name in now and name in before else None,
            base=_base(shares[name], board.unit),
            entered=bool(before) and name in now and name not in before,
            missed=shares[name].value < asked,
        )
        for name in sorted(shares, key=by_rank)
    )


def _value(share: Share, unit: Unit) -> str:
    """A score is a mean, anything else a percentage."""
    return value_of(share.value * (1 if unit is Unit.SCORE else 100), unit)


def _base(share: Share, unit: Unit) -> str:
    return str(share.base) if unit is Unit.SCORE else f"{share.done}/{share.due}"


def _departments(district: District) -> Sequence[str]:
    return tuple(dict.fromkeys((*(one.name for one in district.departments), *district.service_departments)))


def _townships(district: District) -> Sequence[str]:
    return district.townships


def _leaders(district: District) -> Sequence[str]:
    return district.leaders


def _units(district: District) -> Sequence[str]:
    return tuple(dict.fromkeys((*_departments(district), *district.townships)))


def _promise(month: Month) -> Fraction:
    return Fraction(month.district.thresholds.promise_green_percent) / 100


def _calendar(month: Month) -> Fraction:
    return month.period.year_gone


def _pass_mark(month: Month) -> Fraction:
    return Fraction(PASS_MARK)


_BOARDS = (
    _Board(
        "乡镇街道走访落实率",
        "按本月企业每周走访落实率从高到低",
        "企业数",
        "已访/应访",
        Unit.PERCENT,
        standings.townships_by_visits,
        _townships,
        _promise,
    ),
    _Board(
        "乡镇街道积案化解率",
        "按积案化解率从高到低",
        "积案数",
        "化解/积案",
        Unit.PERCENT,
        standings.townships_by_petitions,
        _townships,
        _calendar,
    ),
    _Board(
        "区领导履职",
        "按本月每周走访、企业协调会、座谈会、现场协调会和回访合计的完成率从高到低，走访一家企业一周计一次",
        "应完成数",
        "已办/应办",
        Unit.PERCENT,
        standings.leaders_by_duty,
        _leaders,
        _promise,
    ),
    _Board(
        "部门评议得分",
        "按监测点企业评分的平均分从高到低",
        "评分数",
        "评分数",
        Unit.SCORE,
        standings.departments_by_rating,
        _departments,
        _pass_mark,
    ),
    _Board(
        "责任单位按期办结率",
        "按信访积案、企业问题和安置房问题合计的按期办结率从高到低，未到期又未办结的不计",
        "到期或办结数",
        "按期/到期",
        Unit.PERCENT,
        standings.units_in_time,
        _units,
        _promise,
    ),
)
