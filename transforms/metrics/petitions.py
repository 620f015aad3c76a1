"""三、化解信访促和谐: mechanisms 15–18."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.metric import Figures, Filter, Metric, Value, as_breach, as_warning, by_promise, by_schedule
from transforms.metrics.month import Month, Rows
from transforms.metrics.registry import both, count, derived, equal, median_days, rate, share, this_month
from transforms.values import as_key

CASES, ACTIONS = "petition_cases", "accountability"
CAMPAIGN, MONTH, END = Scope.CAMPAIGN, Scope.MONTH, Scope.END
CATEGORIES = {
    "land": "土地征用",
    "demolition": "房屋拆迁",
    "labour": "劳动保障",
    "environment": "环境保护",
    "village": "村财村务管理",
    "tidal": "滩涂纠纷",
}
CHANNELS = {
    "fixed": "定点接访",
    "appointment": "重点约访",
    "thematic": "专题接访",
    "visiting": "带案下访",
    "leader": "领导包案",
}
FIVE_ONES = {
    "has_leader": ("包案领导", "a leader in charge"),
    "has_task_force": ("工作专班", "a task force"),
    "has_plan": ("化解方案", "a plan"),
    "has_minutes": ("会议纪要", "minutes"),
    "has_stability": ("稳控措施", "stability measures"),
}
MONTH_AHEAD = 30  # days


def name(case: Mapping[str, Any]) -> str:
    """How a case is spoken of: number, township and category, never who petitions."""
    place = "，".join(str(case[column]) for column in ("township", "category") if case[column])
    return f"积案{case['case_no']}（{place}）"


def resolved(rows: Rows, month: Month) -> pd.Series:
    return (rows["status"] == "已化解") & (rows["resolved_on"] <= month.end)


def _resolved_this_month(rows: Rows, month: Month) -> pd.Series:
    return resolved(rows, month) & (rows["resolved_on"] >= month.start)


def _unresolved(rows: Rows, month: Month) -> pd.Series:
    return ~resolved(rows, month)


def _registered_this_month(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["registered_on"], month)


def overdue(rows: Rows, month: Month) -> pd.Series:
    """Not resolved, and the deadline is past."""
    return ~resolved(rows, month) & (rows["due_on"] < month.end)


def due_soon(rows: Rows, month: Month) -> pd.Series:
    """Not resolved, and the deadline comes within the days of the yellow light."""
    return _due_within(rows, month, month.district.thresholds.petition_yellow_days)


def _due_in_30_days(rows: Rows, month: Month) -> pd.Series:
    return _due_within(rows, month, MONTH_AHEAD)


def _due_within(rows: Rows, month: Month, days: int) -> pd.Series:
    last = month.end + pd.Timedelta(days=days)
    return ~resolved(rows, month) & (rows["due_on"] >= month.end) & (rows["due_on"] <= last)


def _registered(rows: Rows, month: Month) -> pd.Series:
    return rows["unit"].notna() & rows["due_on"].notna()


def all_five(rows: Rows, month: Month) -> pd.Series:
    return functools.reduce(operator.and_, (rows[name].fillna(False) for name in FIVE_ONES))


def _has(measure: str) -> Filter:
    return lambda rows, month: rows[measure]


def _has_channel(rows: Rows, month: Month) -> pd.Series:
    return rows["channel"].isin(CHANNELS.values())


def _coverage(month: Month, figures: Figures) -> Value:
    """Overdue cases for which somebody was held to account, over all overdue cases. The case's number may stand among
    other words."""
    cases = month.rows(CASES)
    late = cases.where(overdue(cases, month))
    actions = month.rows(ACTIONS, CAMPAIGN)
    numbers = [str(case_no) for case_no in late["case_no"]]
    subjects = [as_key(str(text)) for text in actions["subject"].fillna("")]
    answered = [case_no for case_no in numbers if any(_names(text, case_no) for text in subjects)]
    about_them = [any(_names(text, case_no) for case_no in numbers) for text in subjects]
    concerned = actions.where(pd.Series(about_them, dtype=bool))
    cells = (*(late.cells("case_no") or cases.searched()), *concerned.cells("subject"))
    part = share(len(answered), len(numbers), cells, "没有超期积案")
    return replace(part, note=part.note or month.gap_note(ACTIONS, CAMPAIGN))


def _names(text: str, case_no: str) -> bool:
    """Whether the number stands in the text, and not as part of a longer one: XF-2014-03 is not in XF-2014-031."""
    return re.search(rf"(?<![0-9A-Za-z-]){re.escape(case_no)}(?![0-9A-Za-z-])", text) is not None


# One metric a line reads as a table.
# fmt: off
def _by_value() -> list[Metric]:
    metrics = []
    for name, value in CATEGORIES.items():
        code = f"petition.category.{name}"
        metrics += [
            count(f"{code}.cases", f"{value}积案", f"Cases by category: {name}", f"类别为“{value}”的重点积案。", Unit.CASES, END, 17, CASES, equal("category", value)),
            count(f"{code}.resolved", f"{value}已化解", f"Cases resolved by category: {name}", f"类别为“{value}”、已经化解的积案。", Unit.CASES, END, 17, CASES, both(equal("category", value), resolved)),
        ]
    for name, value in CHANNELS.items():
        code = f"petition.channel.{name}"
        metrics += [
            count(f"{code}.cases", f"{value}积案", f"Cases by channel: {name}", f"接访渠道为“{value}”的积案。", Unit.CASES, END, 17, CASES, equal("channel", value)),
            count(f"{code}.resolved", f"{value}已化解", f"Cases resolved by channel: {name}", f"接访渠道为“{value}”、已经化解的积案。", Unit.CASES, END, 17, CASES, both(equal("channel", value), resolved)),
        ]
    for name, (value, english) in FIVE_ONES.items():
        code = f"petition.five_ones.{name.removeprefix('has_')}_rate"
        metrics.append(rate(code, f"{value}落实率", f"Cases with {english}", f"已经落实{value}的积案占比。", END, 16, CASES, _has(name), none_due="没有积案", headline=False))
    return metrics


METRICS: tuple[Metric, ...] = (
    count("petition.cases", "重点积案", "Key petition cases", "排查登记的重点信访积案。", Unit.CASES, END, 15, CASES),
    count("petition.registered_month", "本月登记积案", "Cases registered this month", "登记日期在本月的积案。", Unit.CASES, MONTH, 15, CASES, _registered_this_month),
    count("petition.resolved", "已化解积案", "Cases resolved", "到月底已经化解的积案。", Unit.CASES, END, 15, CASES, resolved),
    count("petition.resolved_month", "本月化解积案", "Cases resolved this month", "化解日期在本月的积案。", Unit.CASES, MONTH, 15, CASES, _resolved_this_month),
    count("petition.open", "未化解积案", "Cases not resolved", "到月底还没有化解的积案。", Unit.CASES, END, 15, CASES, _unresolved),
    median_days("petition.median_days", "积案化解用时中位数", "Median days to resolve a case", "从登记到化解天数的中位数。", END, 15, CASES, "registered_on", "resolved_on", resolved, "还没有化解的积案"),
    rate("petition.resolved_rate", "积案化解率", "Share of cases resolved", "已化解积案占全部重点积案的比例。", END, 15, CASES, resolved, none_due="没有积案", judge=by_schedule, headline=False),
    rate("petition.registered_rate", "积案登记完整率", "Cases with a unit and a deadline", "责任单位和化解时限都已明确的积案占比。", END, 15, CASES, _registered, none_due="没有积案"),
    count("petition.overdue", "超期未化解积案", "Cases unresolved past the deadline", "已过化解时限仍未化解的积案。", Unit.CASES, END, 15, CASES, overdue, judge=as_breach),
    count("petition.due_soon", "临期积案", "Cases due within the days of the yellow light", "未化解、在黄灯天数内到期的积案。", Unit.CASES, END, 15, CASES, due_soon, judge=as_warning),
    count("petition.due_in_30_days", "三十天内到期积案", "Cases due within 30 days", "未化解、月底起30天内到期的积案。", Unit.CASES, END, 15, CASES, _due_in_30_days),
    rate("petition.five_ones_rate", "“五个一”齐全率", "Cases with all five measures", "五项措施都已落实的积案占比。", END, 16, CASES, all_five, none_due="没有积案"),
    rate("petition.channel_rate", "接访渠道登记率", "Cases with a prescribed reception channel", "登记了规定接访渠道的积案占比。", END, 17, CASES, _has_channel, none_due="没有积案"),
    *_by_value(),
    count("accountability.actions_month", "本月问责", "Accountability actions this month", "本月督查问责的件数。", Unit.CASES, MONTH, 18, ACTIONS),
    count("accountability.actions_to_date", "累计问责", "Accountability actions to date", "活动以来督查问责的件数。", Unit.CASES, CAMPAIGN, 18, ACTIONS),
    count("accountability.units_to_date", "累计被问责单位", "Units held to account to date", "活动以来被问责的单位，一个单位只计一次。", Unit.ITEMS, CAMPAIGN, 18, ACTIONS, by=["unit"]),
    derived("accountability.coverage_rate", "超期积案问责率", "Overdue cases with somebody held to account", "超期未化解积案中已经问责的占比。", Unit.PERCENT, END, 18, _coverage, (CASES, ACTIONS), by_promise, True),
)
# fmt: on
