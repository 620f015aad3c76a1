"""Rankings: townships by visits and by petitions resolved, departments by ratings. Equal values share a rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from transforms.briefing.view import Ranking, RankingRow
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Unit, show
from transforms.metrics import duties, enterprises, petitions
from transforms.metrics.month import Month, NotReported
from transforms.period import Period
from transforms.tables import Facts

SMALL_BASE = 3  # a unit with fewer cases is not ranked: one case more or less would carry it from first to last

# name → (value, base)
Standing = Mapping[str, tuple[Fraction, int]]


def rankings(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Ranking, ...]:
    """Three rankings of the month with the change of rank on the month before; one whose rows were not sent is left
    out."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    found = []
    for title, rule, unit, standing in _RANKINGS:
        now = _standing(standing, month)
        if now:
            before = _ranks(_standing(standing, month.earlier(period.previous)))
            found.append(Ranking(title, f"{rule}；{_unranked(now)}", _rows(now, before, unit)))
    return tuple(found)


def _standing(compute: Callable[[Month], Standing], month: Month) -> Standing:
    try:
        return compute(month)
    except NotReported:
        return {}


def _ranks(standing: Standing) -> dict[str, int]:
    """Competition ranks: as many places are skipped as share one."""
    ranked = {name: value for name, (value, base) in standing.items() if base >= SMALL_BASE}
    return {name: 1 + sum(other > value for other in ranked.values()) for name, value in ranked.items()}


def _unranked(standing: Standing) -> str:
    """The units that have no rank, by name."""
    names = sorted(name for name, (_, base) in standing.items() if base < SMALL_BASE)
    return f"基数不足{SMALL_BASE}的不排名{'：' if names else ''}{'、'.join(names)}"


def _rows(standing: Standing, before: Mapping[str, int], unit: Unit) -> tuple[RankingRow, ...]:
    ranks = _ranks(standing)
    ordered = sorted(ranks, key=lambda name: (ranks[name], name))
    return tuple(
        RankingRow(
            rank=ranks[name],
            name=name,
            value=f"{show(standing[name][0], unit)}{unit.value}",
            change=before[name] - ranks[name] if name in before else None,
        )
        for name in ordered
    )


def _townships_by_visits(month: Month) -> Standing:
    seen, number = duties.visited_weeks(month), len(duties.weeks_due(month))
    links = month.rows(duties.LINKS).frame.dropna(subset=["township", "enterprise"])
    found: dict[str, tuple[Fraction, int]] = {}
    for township, part in links.groupby("township"):
        enterprises_there = set(part["enterprise"])
        done = sum(len(seen[e]) for e in enterprises_there)
        due = number * len(enterprises_there)
        found[str(township)] = (Fraction(100 * done, due), len(enterprises_there))
    return found


def _townships_by_petitions(month: Month) -> Standing:
    rows = month.rows(petitions.CASES)
    done = rows.where(petitions.resolved(rows, month)).frame
    found = {}
    for township, part in rows.frame.dropna(subset=["township"]).groupby("township"):
        number = part["case_no"].nunique()
        closed = done.loc[done["township"] == township, "case_no"].nunique()
        found[str(township)] = (Fraction(100 * closed, number), number)
    return found


def _departments_by_rating(month: Month) -> Standing:
    rows = month.rows(enterprises.RATINGS, enterprises.MONTH).frame
    return {
        str(rated): (Fraction(int(part["score_centi"].sum()), 100 * len(part)), len(part))
        for rated, part in rows.groupby("rated")
    }


_RANKINGS = (
    ("乡镇街道走访落实率", "按本月企业每周走访落实率从高到低", Unit.PERCENT, _townships_by_visits),
    ("乡镇街道积案化解率", "按积案化解率从高到低", Unit.PERCENT, _townships_by_petitions),
    ("部门评议得分", "按监测点企业评分的平均分从高到低", Unit.SCORE, _departments_by_rating),
)
