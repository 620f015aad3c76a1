"""二、回迁安置促征迁: mechanisms 9 and 11–14."""

from __future__ import annotations

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.metric import Compute, Figures, Filter, Metric, Value, as_breach, as_warning, by_promise
from transforms.metrics.month import Month, Rows
from transforms.metrics.registry import (
    count,
    derived,
    equal,
    known,
    median_days,
    rate,
    share,
    this_month,
    total,
)

PROJECTS, PROBLEMS, PERMITS = "resettlement_projects", "resettlement_problems", "permits"
CAMPAIGN, MONTH, END = Scope.CAMPAIGN, Scope.MONTH, Scope.END
STAGES = {
    "moved_back": "已回迁",
    "move_back_this_year": "年内回迁",
    "top_out_this_year": "年内主体封顶",
    "start_this_year": "年内新开工",
}
FACILITIES = ("road", "greening", "sewage", "gas", "telecom", "property")
DAY = pd.Timedelta(days=1)


moved_back = equal("stage", STAGES["moved_back"])


def not_moved_back(rows: Rows) -> pd.Series:
    return rows["stage"].fillna("") != STAGES["moved_back"]


def without_stage(rows: Rows, month: Month) -> pd.Series:
    return ~rows["stage"].isin(list(STAGES.values()))


def _residual(column: str, whole: str, *parts: str) -> Compute:
    """What the stages leave of the whole: found by subtraction, shown, never spread over the stages. The cells are
    those of the projects without a stage."""

    def compute(month: Month, figures: Figures) -> Value:
        codes = (whole, *parts)
        everything, *staged = known(figures, *codes)
        rows = month.rows(PROJECTS)
        cells = rows.where(without_stage(rows, month)).cells(column) or rows.searched()
        return Value(everything - sum(staged), cells, inputs=codes)

    return compute


def lag_bp(rows: Rows) -> pd.Series:
    """How far each project is behind its schedule, in hundredths of a percentage point; NA without both values."""
    return rows["planned_bp"] - rows["actual_bp"]


def _measured(rows: Rows, month: Month) -> pd.Series:
    return lag_bp(rows).notna()


def _on_schedule(rows: Rows, month: Month) -> pd.Series:
    return lag_bp(rows) <= month.district.thresholds.schedule_yellow_points * 100


def behind_yellow(rows: Rows, month: Month) -> pd.Series:
    limits = month.district.thresholds
    lag = lag_bp(rows)
    return (lag > limits.schedule_yellow_points * 100) & (lag <= limits.schedule_red_points * 100)


def behind_red(rows: Rows, month: Month) -> pd.Series:
    return lag_bp(rows) > month.district.thresholds.schedule_red_points * 100


def _mean_lag(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(_measured(rows, month))
    if not len(rows):
        return Value(None, month.rows(PROJECTS).searched(), note="没有填报进度")
    behind = rows.total("planned_bp") - rows.total("actual_bp")
    return Value(behind / len(rows), rows.cells("planned_bp", "actual_bp"))


def _move_back_late(rows: Rows, month: Month) -> pd.Series:
    return not_moved_back(rows) & (rows["move_back_planned_on"] < month.end)


def _raised_now(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["raised_on"], month)


def _solved_now(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["solved_on"], month)


def _unsolved(rows: Rows, month: Month) -> pd.Series:
    return ~_solved(rows, month)


def _solved(rows: Rows, month: Month) -> pd.Series:
    return rows["solved_on"] <= month.end


def _decided(rows: Rows, month: Month) -> pd.Series:
    """Solved, or older than the limit: the others may still be settled in time."""
    limit = month.district.thresholds.problem_limit_days
    return _solved(rows, month) | (month.end - rows["raised_on"] > limit * DAY)


def _within_limit(rows: Rows, month: Month) -> pd.Series:
    limit = month.district.thresholds.problem_limit_days
    return _solved(rows, month) & (rows["solved_on"] - rows["raised_on"] <= limit * DAY)


def problem_overdue(rows: Rows, month: Month) -> pd.Series:
    return _decided(rows, month) & ~_solved(rows, month)


def _issued(rows: Rows, month: Month) -> pd.Series:
    return rows["issued_on"] <= month.end


def _issued_now(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["issued_on"], month)


def _pending(rows: Rows, month: Month) -> pd.Series:
    return (rows["accepted_on"] <= month.end) & ~_issued(rows, month)


def _promised(rows: Rows, month: Month) -> pd.Series:
    """The promised day has come."""
    return rows["promised_on"] <= month.end


def _on_promise(rows: Rows, month: Month) -> pd.Series:
    return (rows["completed_on"] <= month.end) & (rows["completed_on"] <= rows["promised_on"])


def document_overdue(rows: Rows, month: Month) -> pd.Series:
    return (rows["promised_on"] < month.end) & ~(rows["completed_on"] <= month.end)


def _checked(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["checked_on"], month)


def _checked_with(*verdicts: str) -> Filter:
    return lambda rows, month: _checked(rows, month) & rows["verdict"].isin(verdicts)


def _facilities(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(moved_back(rows, month))
    done = sum(int((rows[name] == "已完成").sum()) for name in FACILITIES)
    return share(done, len(FACILITIES) * len(rows), rows.cells(*FACILITIES), "还没有已回迁项目")


def _quality_open(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(moved_back(rows, month))
    cells = rows.cells("quality_found", "quality_mended")
    return Value(rows.total("quality_found") - rows.total("quality_mended"), cells)


def _quality_mended(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(moved_back(rows, month) & rows["quality_found"].notna())
    cells = rows.cells("quality_found", "quality_mended") or month.rows(PROJECTS).searched()
    return share(rows.total("quality_mended"), rows.total("quality_found"), cells, "没有发现质量问题")


# One metric a line reads as a table.
# fmt: off
def _by_stage() -> list[Metric]:
    metrics: list[Metric] = []
    for name, stage in STAGES.items():
        code = f"housing.{name}"
        where, english = equal("stage", stage), name.replace("_", " ")
        metrics += [
            count(code, f"{stage}项目", f"Housing projects: {english}", f"阶段为“{stage}”的安置房项目。", Unit.ITEMS, END, 9, PROJECTS, where),
            total(f"{code}_area", f"{stage}面积", f"Floor area: {english}", f"阶段为“{stage}”的安置房项目建筑面积。", Unit.AREA_WAN, END, 9, PROJECTS, "floor_area_dm2", where),
            total(f"{code}_homes", f"{stage}套数", f"Homes: {english}", f"阶段为“{stage}”的安置房套数。", Unit.HOMES, END, 9, PROJECTS, "homes", where),
        ]
    definition = "全部安置房项目减去四个阶段之和，列出而不摊入各阶段。"
    for suffix, column, whole, label, english, unit in (
        ("", "project_no", "housing.projects", "阶段未报项目", "Housing projects: stage not reported", Unit.ITEMS),
        ("_area", "floor_area_dm2", "housing.area", "阶段未报面积", "Floor area: stage not reported", Unit.AREA_WAN),
        ("_homes", "homes", "housing.homes", "阶段未报套数", "Homes: stage not reported", Unit.HOMES),
    ):
        residual = _residual(column, whole, *(f"housing.{name}{suffix}" for name in STAGES))
        judge = None if suffix else as_warning
        metrics.append(derived(f"housing.stage_missing{suffix}", label, english, definition, unit, END, 9, residual, (PROJECTS,), judge))
    return metrics


METRICS: tuple[Metric, ...] = (
    count("housing.projects", "安置房项目", "Resettlement housing projects", "在册的安置房项目。", Unit.ITEMS, END, 9, PROJECTS),
    total("housing.area", "安置房总面积", "Floor area of resettlement housing", "在册安置房项目建筑面积。", Unit.AREA_WAN, END, 9, PROJECTS, "floor_area_dm2"),
    total("housing.homes", "安置房总套数", "Homes of resettlement housing", "在册安置房套数。", Unit.HOMES, END, 9, PROJECTS, "homes"),
    *_by_stage(),
    rate("housing.on_schedule_rate", "按序时进度项目占比", "Housing projects on schedule", "实际进度不落后计划超过黄灯线的项目，占两项进度都已填报项目的比例。", END, 9, PROJECTS, _on_schedule, _measured, "没有填报进度"),
    count("housing.behind_yellow", "进度偏慢项目", "Housing projects behind schedule", "落后计划超过黄灯线、不超过红灯线的项目。", Unit.ITEMS, END, 9, PROJECTS, behind_yellow, judge=as_warning),
    count("housing.behind_red", "进度严重滞后项目", "Housing projects far behind schedule", "落后计划超过红灯线的项目。", Unit.ITEMS, END, 9, PROJECTS, behind_red, judge=as_breach),
    derived("housing.mean_lag", "平均落后进度", "Mean lag behind the planned progress", "两项进度都已填报的项目，计划进度减实际进度的平均数，负数为超前。", Unit.POINTS, END, 9, _mean_lag, (PROJECTS,)),
    count("housing.move_back_overdue", "逾期未回迁项目", "Housing projects past the planned move-back", "过了计划回迁日期仍未回迁的安置房项目。", Unit.ITEMS, END, 9, PROJECTS, _move_back_late, judge=as_breach),
    count("problem.raised_to_date", "累计提出问题", "Construction problems raised to date", "活动以来提交协调的安置房建设问题。", Unit.ITEMS, CAMPAIGN, 11, PROBLEMS),
    count("problem.raised_month", "本月提出问题", "Construction problems raised this month", "提出日期在本月的安置房建设问题。", Unit.ITEMS, MONTH, 11, PROBLEMS, _raised_now),
    count("problem.solved_to_date", "累计协调解决问题", "Construction problems solved to date", "活动以来已经解决的安置房建设问题。", Unit.ITEMS, CAMPAIGN, 11, PROBLEMS, _solved),
    count("problem.solved_month", "本月解决问题", "Construction problems solved this month", "解决日期在本月的安置房建设问题。", Unit.ITEMS, MONTH, 11, PROBLEMS, _solved_now),
    count("problem.open", "未解决问题", "Construction problems open", "到月底还没有解决的安置房建设问题。", Unit.ITEMS, END, 11, PROBLEMS, _unsolved),
    count("problem.overdue", "超过期限未解决问题", "Construction problems past the limit", "提出后超过规定天数仍未解决的问题。", Unit.ITEMS, END, 11, PROBLEMS, problem_overdue, judge=as_breach),
    median_days("problem.median_days", "问题解决用时中位数", "Median days to solve a construction problem", "从提出到解决天数的中位数。", CAMPAIGN, 11, PROBLEMS, "raised_on", "solved_on", _solved, "还没有解决的问题"),
    rate("problem.within_limit_rate", "协调不过周落实率", "Construction problems solved within the limit", "提出后在规定天数内解决的问题，占已解决和已超过期限问题的比例。", CAMPAIGN, 11, PROBLEMS, _within_limit, _decided, "没有到期的问题"),
    count("permit.issued_to_date", "累计容缺发证", "Permits issued with documents to follow", "活动以来按容缺办理发出的许可。", Unit.ITEMS, CAMPAIGN, 12, PERMITS, _issued),
    count("permit.issued_month", "本月容缺发证", "Permits issued this month with documents to follow", "发证日期在本月的容缺许可。", Unit.ITEMS, MONTH, 12, PERMITS, _issued_now),
    count("permit.pending", "已受理未发证", "Permits accepted and not issued", "已经受理、到月底还没有发证的事项。", Unit.ITEMS, END, 12, PERMITS, _pending),
    median_days("permit.median_days", "发证用时中位数", "Median days from acceptance to permit", "从受理到发证天数的中位数。", CAMPAIGN, 12, PERMITS, "accepted_on", "issued_on", _issued, "还没有发证"),
    rate("permit.documents_rate", "容缺材料按时补齐率", "Promised documents in on time", "按承诺日期补齐材料的事项，占已到承诺日期事项的比例。", END, 12, PERMITS, _on_promise, _promised, "没有到期的材料"),
    count("permit.documents_overdue", "逾期未补材料", "Promised documents overdue", "已过承诺日期仍未补齐的事项。", Unit.ITEMS, END, 12, PERMITS, document_overdue, judge=as_breach),
    rate("appraisal.checked_rate", "月度督查覆盖率", "Housing projects checked this month", "本月做过督查考评的安置房项目占比。", MONTH, 13, PROJECTS, _checked, none_due="没有安置房项目"),
    count("appraisal.rewarded", "受奖励项目", "Housing projects rewarded this month", "本月督查考评结果为奖励的项目。", Unit.ITEMS, MONTH, 13, PROJECTS, _checked_with("奖励")),
    count("appraisal.penalised", "受通报处罚项目", "Housing projects censured this month", "本月督查考评结果为通报或处罚的项目。", Unit.ITEMS, MONTH, 13, PROJECTS, _checked_with("通报", "处罚")),
    derived("handover.facilities_rate", "回迁项目配套完成率", "Facilities finished where residents moved back", "已回迁项目的六项配套中已完成的占比。", Unit.PERCENT, END, 14, _facilities, (PROJECTS,), by_promise, True),
    derived("handover.quality_open", "未整改质量问题", "Quality findings not yet mended", "已回迁项目质量检查发现而未整改的问题。", Unit.ITEMS, END, 14, _quality_open, (PROJECTS,), as_warning),
    total("handover.quality_found", "质量检查发现问题", "Quality findings where residents moved back", "已回迁项目质量检查发现的问题。", Unit.ITEMS, END, 14, PROJECTS, "quality_found", moved_back),
    derived("handover.quality_mended_rate", "质量问题整改率", "Quality findings mended", "已回迁项目质量检查发现的问题中已经整改的占比。", Unit.PERCENT, END, 14, _quality_mended, (PROJECTS,), by_promise),
)
# fmt: on
