"""三、化解信访促和谐: mechanisms 15–18."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.month import Month, Rows
from transforms.metrics.registry import (
    Figures,
    Filter,
    Metric,
    Value,
    as_breach,
    as_warning,
    by_promise,
    by_schedule,
    count,
    derived,
    equal,
    rate,
    share,
)
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
FIVE_ONES = ("has_leader", "has_task_force", "has_plan", "has_minutes", "has_stability")


def name(case: Mapping[str, Any]) -> str:
    """How a case is spoken of: number, township and category, never who petitions."""
    place = "，".join(str(case[column]) for column in ("township", "category") if case[column])
    return f"积案{case['case_no']}（{place}）"


def resolved(rows: Rows, month: Month) -> pd.Series:
    return (rows["status"] == "已化解") & (rows["resolved_on"] <= month.end)


def _resolved_this_month(rows: Rows, month: Month) -> pd.Series:
    return resolved(rows, month) & (rows["resolved_on"] >= month.start)


def overdue(rows: Rows, month: Month) -> pd.Series:
    """Not resolved, and the deadline is past."""
    return ~resolved(rows, month) & (rows["due_on"] < month.end)


def due_soon(rows: Rows, month: Month) -> pd.Series:
    """Not resolved, and the deadline comes within the days of the yellow light."""
    days = pd.Timedelta(days=month.district.thresholds.petition_yellow_days)
    return ~resolved(rows, month) & (rows["due_on"] >= month.end) & (rows["due_on"] <= month.end + days)


def _registered(rows: Rows, month: Month) -> pd.Series:
    return rows["unit"].notna() & rows["due_on"].notna()


def all_five(rows: Rows, month: Month) -> pd.Series:
    return rows.frame[list(FIVE_ONES)].fillna(False).all(axis=1)


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
    concerned = actions.where(pd.Series(about_them, index=actions.frame.index, dtype=bool))
    cells = (*(late.cells("case_no") or cases.searched()), *concerned.cells("subject"))
    part = share(len(answered), len(numbers), cells, "没有超期积案")
    return replace(part, note=part.note or month.gap_note(ACTIONS, CAMPAIGN))


def _names(text: str, case_no: str) -> bool:
    """Whether the number stands in the text, and not as part of a longer one: XF-2014-03 is not in XF-2014-031."""
    return re.search(rf"(?<![0-9A-Za-z-]){re.escape(case_no)}(?![0-9A-Za-z-])", text) is not None


def _and_resolved(value: str) -> Filter:
    return lambda rows, month: (rows["category"] == value) & resolved(rows, month)


# One metric a line reads as a table.
# fmt: off
def _by_kind() -> list[Metric]:
    metrics = []
    for name, value in CATEGORIES.items():
        code = f"petition.category.{name}"
        metrics += [
            count(f"{code}.cases", f"{value}积案", f"类别为“{value}”的重点积案。", Unit.CASES, END, 17, CASES, equal("category", value)),
            count(f"{code}.resolved", f"{value}已化解", f"类别为“{value}”、已经化解的积案。", Unit.CASES, END, 17, CASES, _and_resolved(value)),
        ]
    for name, value in CHANNELS.items():
        metrics.append(count(f"petition.channel.{name}.cases", f"{value}积案", f"接访渠道为“{value}”的积案。", Unit.CASES, END, 17, CASES, equal("channel", value)))
    return metrics


METRICS: tuple[Metric, ...] = (
    count("petition.cases", "重点积案", "排查登记的重点信访积案。", Unit.CASES, END, 15, CASES),
    count("petition.resolved", "已化解积案", "到月底已经化解的积案。", Unit.CASES, END, 15, CASES, resolved),
    count("petition.resolved_month", "本月化解积案", "化解日期在本月的积案。", Unit.CASES, MONTH, 15, CASES, _resolved_this_month),
    rate("petition.resolved_rate", "积案化解率", "已化解积案占全部重点积案的比例。", END, 15, CASES, resolved, none_due="没有积案", judge=by_schedule, headline=False),
    rate("petition.registered_rate", "积案登记完整率", "责任单位和化解时限都已明确的积案占比。", END, 15, CASES, _registered, none_due="没有积案"),
    count("petition.overdue", "超期未化解积案", "已过化解时限仍未化解的积案。", Unit.CASES, END, 15, CASES, overdue, judge=as_breach),
    count("petition.due_soon", "临期积案", "未化解、在黄灯天数内到期的积案。", Unit.CASES, END, 15, CASES, due_soon, judge=as_warning),
    rate("petition.five_ones_rate", "“五个一”齐全率", "五项措施都已落实的积案占比。", END, 16, CASES, all_five, none_due="没有积案"),
    rate("petition.channel_rate", "接访渠道登记率", "登记了规定接访渠道的积案占比。", END, 17, CASES, _has_channel, none_due="没有积案"),
    *_by_kind(),
    count("accountability.actions_month", "本月问责", "本月督查问责的件数。", Unit.CASES, MONTH, 18, ACTIONS),
    count("accountability.actions_to_date", "累计问责", "活动以来督查问责的件数。", Unit.CASES, CAMPAIGN, 18, ACTIONS),
    derived("accountability.coverage_rate", "超期积案问责率", "超期未化解积案中已经问责的占比。", Unit.PERCENT, END, 18, _coverage, (CASES, ACTIONS), by_promise, True),
)
# fmt: on
