"""Figures by township, leader and rated department: one declaration gives a metric for each name on the district's own
list.

What stands in no row of the list, or was left empty, is counted under 其他, so that the parts of a sum make the whole.
"""

from __future__ import annotations

import functools

import pandas as pd

from transforms.districts import District
from transforms.figures import Scope, Unit
from transforms.metrics.duties import (
    HOUSING,
    LINKS,
    MEETINGS,
    ON_SITE,
    RETURN_VISIT,
    SYMPOSIUM,
    coordination,
    duty,
)
from transforms.metrics.enterprises import PAYMENTS, RATINGS
from transforms.metrics.metric import Compute, Figures, Filter, Metric, Value, by_duty
from transforms.metrics.month import Month, Rows
from transforms.metrics.petitions import CASES, resolved
from transforms.metrics.registry import both, count, derived, total

OTHERS = "其他"
CAMPAIGN, MONTH, END = Scope.CAMPAIGN, Scope.MONTH, Scope.END


def breakdowns(district: District) -> tuple[Metric, ...]:
    """The metrics of a district's townships, leaders and departments."""
    departments = (*(department.name for department in district.departments), *district.service_departments)
    return _breakdowns(district.townships, district.leaders, tuple(dict.fromkeys(departments)))


@functools.cache
def _breakdowns(
    townships: tuple[str, ...], leaders: tuple[str, ...], departments: tuple[str, ...]
) -> tuple[Metric, ...]:
    by_township = [metric for name in (*townships, OTHERS) for metric in _of_township(name, townships)]
    by_leader = [metric for name in (*leaders, OTHERS) for metric in _of_leader(name, leaders)]
    return (*by_township, *by_leader, *(_of_department(name, departments) for name in (*departments, OTHERS)))


# One metric a line reads as a table.
# fmt: off
def _of_township(name: str, townships: tuple[str, ...]) -> tuple[Metric, ...]:
    here = _named("township", name, townships)
    return (
        total(f"reward.township.{name}.amount", f"{name}兑现奖励", f"Rewards paid to date by township: {name}", f"活动以来兑现给{name}企业的奖励金额。", Unit.MONEY_WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen", here),
        count(f"reward.township.{name}.enterprises", f"{name}兑现企业", f"Enterprises rewarded to date by township: {name}", f"活动以来兑现过奖励的{name}企业家数，一家企业只计一次。", Unit.ENTERPRISES, CAMPAIGN, 1, PAYMENTS, here, ["enterprise"]),
        count(f"petition.township.{name}.cases", f"{name}积案", f"Cases by township: {name}", f"乡镇街道为{name}的重点积案。", Unit.CASES, END, 17, CASES, here),
        count(f"petition.township.{name}.resolved", f"{name}已化解", f"Cases resolved by township: {name}", f"乡镇街道为{name}、已经化解的积案。", Unit.CASES, END, 17, CASES, both(here, resolved)),
    )


def _of_leader(name: str, leaders: tuple[str, ...]) -> tuple[Metric, ...]:
    counted = functools.partial(_is, name, leaders)
    return (
        derived(f"coordination.leader.{name}.rate", f"{name}企业协调会落实率", f"Coordination meetings held by leader: {name}", f"{name}每半月召开一次企业协调会，已开与应开之比。", Unit.PERCENT, MONTH, 3, coordination(counted), (LINKS, MEETINGS), by_duty),
        derived(f"duty.leader.{name}.symposium_rate", f"{name}座谈会落实率", f"Symposiums held by leader: {name}", f"{name}本月召开安置房座谈会的落实率。", Unit.PERCENT, MONTH, 10, duty(SYMPOSIUM, 1, counted), (HOUSING, MEETINGS), by_duty),
        derived(f"duty.leader.{name}.on_site_rate", f"{name}现场协调会落实率", f"On-site meetings held by leader: {name}", f"{name}本月召开安置房现场协调会的落实率。", Unit.PERCENT, MONTH, 10, duty(ON_SITE, 1, counted), (HOUSING, MEETINGS), by_duty),
        derived(f"duty.leader.{name}.return_visit_rate", f"{name}回访落实率", f"Return visits made by leader: {name}", f"{name}本月或上月回访安置户的落实率。", Unit.PERCENT, MONTH, 10, duty(RETURN_VISIT, 2, counted), (HOUSING, MEETINGS), by_duty),
    )


def _of_department(name: str, departments: tuple[str, ...]) -> Metric:
    return derived(f"rating.department.{name}.average", f"{name}评议平均分", f"Mean rating by department: {name}", f"本月企业对{name}评分的平均分。", Unit.SCORE, MONTH, 7, _mean_score(_named("rated", name, departments)), (RATINGS,))
# fmt: on


def _is(name: str, known: tuple[str, ...], leader: str) -> bool:
    return leader not in known if name == OTHERS else leader == name


def _named(column: str, name: str, known: tuple[str, ...]) -> Filter:
    def passes(rows: Rows, month: Month) -> pd.Series:
        return ~rows[column].isin(known) if name == OTHERS else rows[column] == name

    return passes


def _mean_score(where: Filter) -> Compute:
    def compute(month: Month, figures: Figures) -> Value:
        everything = month.rows(RATINGS, MONTH)
        rows = everything.where(where(everything, month) & everything["score_centi"].notna())
        if not len(rows):
            return Value(None, everything.searched(), note="本月没有评分")
        return Value(rows.total("score_centi") / len(rows), rows.cells("score_centi"))

    return compute
