"""What the last month must add up to: what the district made public, else its own frozen targets, else invented."""

from __future__ import annotations

import random
from typing import Any

from data.generator.world import Totals
from transforms.districts import District
from transforms.period import Period
from transforms.published import Published

PUBLIC = {
    "reward.enterprises_latest_batch": "latest_batch",
    "reward.enterprise_times_to_date": "reward_times",
    "reward.amount_to_date": "reward_wan",
    "guarantee.pool": "pool_wan",
    "guarantee.enterprises_to_date": "guarantee_enterprises",
    "guarantee.amount_to_date": "guarantee_wan",
    "loan.bank_to_date": "bank_wan",
    "turnover.enterprises_to_date": "turnover_enterprises",
    "turnover.lent_to_date": "turnover_wan",
    "rating.monitored": "monitored",
    "project.starts_target": "starts",
    "project.completions_target": "completions",
    "housing.projects": "housing",
    "problem.solved_to_date": "problems_solved",
    "permit.issued_to_date": "permits",
    "petition.cases": "cases",
    "petition.resolved": "cases_resolved",
}
STAGES = (
    "housing.moved_back",
    "housing.move_back_this_year",
    "housing.top_out_this_year",
    "housing.start_this_year",
)
AREA = "housing.move_back_this_year_area"
FROZEN = {
    "starts": "starts",
    "completions": "completions",
    "monitored": "monitored",
    "resettlement_projects": "housing",
    "petition_cases": "cases",
}


def totals_of(district: District, period: Period, published: Published | None, seed: int) -> Totals:
    """Totals of the last month. A figure made public only in words keeps an invented value if the words admit it.

    Raises:
        ValueError: the figures contradict one another, or the words of one admit no value that is tried.
    """
    chosen: dict[str, Any] = {} if published else _invented(random.Random(seed))
    in_force = {t.key for t in district.targets if t.year == period.year and t.set_on <= period.last_day}
    chosen |= {name: int(district.target(key, period).value) for key, name in FROZEN.items() if key in in_force}
    if not published:
        return _fitted(chosen)
    figures = published.figures
    for code, name in PUBLIC.items():
        if code in figures:
            chosen[name] = _value(published, code, getattr(Totals, name))
    if all(code in figures for code in STAGES):
        chosen["stages"] = tuple(_value(published, code, 1) for code in STAGES)
    if AREA in figures and figures[AREA].value is not None:
        chosen["move_back_area"] = round((figures[AREA].value or 0) * 10_000)
    return Totals(**chosen)


def _value(published: Published, code: str, invented: int) -> int:
    """The public number; the invented one, or one between the bounds, when there are only words."""
    figure = published.figures[code]
    if figure.value is not None:
        return int(figure.value)
    above, below = int(figure.above or 0), int(figure.below or 2 * (figure.above or 0) + 2)
    if above < invented < below:
        return invented
    if below - above < 2:
        raise ValueError(f"{code}：“{figure.words}”之间没有整数")
    return (above + below) // 2


def _invented(rng: random.Random) -> dict[str, Any]:
    """Totals of a district that has made none public, near those of the first one."""
    latest = rng.randint(60, 110)
    return {
        "latest_batch": latest,
        "reward_times": latest + rng.randint(150, 320),
        "reward_wan": rng.randint(6_000, 14_000),
        "bank_wan": rng.randint(300, 500) * 50,
        "pool_wan": rng.randint(8, 20) * 50,
        "guarantee_wan": rng.randint(700, 1_500) * 5,
        "guarantee_enterprises": rng.randint(11, 16),
        "turnover_wan": rng.randint(40, 90) * 50,
        "turnover_enterprises": rng.randint(5, 9),
        "move_back_area": rng.randint(300_000, 480_000),
        "problems_solved": rng.randint(6, 10),
        "permits": rng.randint(12, 22),
    }


def _fitted(chosen: dict[str, Any]) -> Totals:
    """Parts that fit a district's own number of projects and cases: some projects always lack their stage."""
    housing, cases = chosen.get("housing", Totals.housing), chosen.get("cases", Totals.cases)
    back, top, start = (housing * share // Totals.housing for share in Totals.stages[1:])
    moved = max(1, housing * Totals.stages[0] // Totals.housing)
    return Totals(**chosen, stages=(moved, max(2, back), top, start), cases_resolved=cases * 3 // 4)
