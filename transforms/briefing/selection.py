"""Which figures stand where. Adding a figure to a table is adding its code here."""

from __future__ import annotations

from transforms.briefing.view import Headline
from transforms.period import Period

STRIP_COLUMNS = 5
STRIP = (
    Headline("即征即奖累计兑现", "reward.amount_to_date", "reward.amount_rate"),
    Headline("即征即奖累计惠及", "reward.enterprise_times_to_date", ""),
    Headline("协调银行贷款", "loan.bank_to_date", "loan.bank_rate"),
    Headline("助保贷发放", "guarantee.amount_to_date", "guarantee.leverage"),
    Headline("工业项目开工", "project.started", "project.start_rate"),
    Headline("工业项目竣工", "project.completed", "project.completion_rate"),
    Headline("安置房按序时推进", "housing.on_schedule_rate", "housing.on_schedule_rate"),
    Headline("问题限时解决", "problem.within_limit_rate", "problem.within_limit_rate"),
    Headline("重点积案化解", "petition.resolved", "petition.resolved_rate"),
    Headline("逾期未化解积案", "petition.overdue", "petition.overdue"),
)

WORKSTREAMS = (
    ("enterprises", "一", "服务企业促发展", "服务企业"),
    ("resettlement", "二", "回迁安置促征迁", "回迁安置"),
    ("petitions", "三", "化解信访促和谐", "化解信访"),
)

TABLES: dict[str, tuple[str, ...]] = {
    "enterprises": (
        "reward.enterprises_latest_batch",
        "reward.enterprise_times_to_date",
        "reward.amount_month",
        "reward.amount_to_date",
        "reward.amount_rate",
        "visit.enterprise_weeks_rate",
        "visit.enterprises_missed_two_weeks",
        "coordination.meetings_rate",
        "bank_meeting.quarter",
        "issue.settled_in_time_rate",
        "loan.bank_rate",
        "turnover.outstanding",
        "guarantee.amount_to_date",
        "guarantee.leverage",
        "fee.halved_rate",
        "growth.paid_rate",
        "rating.participation_rate",
        "rating.average",
        "project.start_rate",
        "project.completion_rate",
        "project.investment_rate",
    ),
    "resettlement": (
        "housing.on_schedule_rate",
        "housing.behind_yellow",
        "housing.behind_red",
        "duty.symposium_rate",
        "duty.on_site_rate",
        "duty.return_visit_rate",
        "problem.within_limit_rate",
        "permit.issued_to_date",
        "permit.median_days",
        "permit.documents_rate",
        "permit.documents_overdue",
        "appraisal.checked_rate",
        "handover.facilities_rate",
        "handover.quality_open",
    ),
    "petitions": (
        "petition.resolved_rate",
        "petition.resolved_month",
        "petition.registered_rate",
        "petition.overdue",
        "petition.due_soon",
        "petition.five_ones_rate",
        "petition.channel_rate",
        "accountability.actions_month",
        "accountability.coverage_rate",
    ),
}

STAGES = (
    ("housing.moved_back", "已回迁"),
    ("housing.move_back_this_year", "年内回迁"),
    ("housing.top_out_this_year", "年内主体封顶"),
    ("housing.start_this_year", "年内新开工"),
    ("housing.stage_missing", "阶段未报"),
)

CATEGORIES = (
    ("land", "土地征用"),
    ("demolition", "房屋拆迁"),
    ("labour", "劳动保障"),
    ("environment", "环境保护"),
    ("village", "村财村务管理"),
    ("tidal", "滩涂纠纷"),
)

CHANNELS = (
    ("fixed", "定点接访"),
    ("appointment", "重点约访"),
    ("thematic", "专题接访"),
    ("visiting", "带案下访"),
    ("leader", "领导包案"),
)

PROGRESS = (
    ("reward.amount_rate", "即征即奖兑现"),
    ("loan.bank_rate", "协调银行贷款"),
    ("project.start_rate", "工业项目开工"),
    ("project.completion_rate", "工业项目竣工"),
    ("project.investment_rate", "工业项目投资"),
)

# What is owed every week, fortnight, month or quarter, or within a promised time.
DUTIES = (
    "visit.enterprise_weeks_rate",
    "coordination.meetings_rate",
    "bank_meeting.quarter",
    "issue.settled_in_time_rate",
    "rating.participation_rate",
    "duty.symposium_rate",
    "duty.on_site_rate",
    "duty.return_visit_rate",
    "problem.within_limit_rate",
    "permit.documents_rate",
    "appraisal.checked_rate",
    "petition.registered_rate",
    "petition.five_ones_rate",
    "petition.channel_rate",
    "accountability.coverage_rate",
)

TRENDS = (
    "reward.amount_month",
    "reward.amount_to_date",
    "visit.enterprise_weeks_rate",
    "loan.bank_to_date",
    "guarantee.amount_to_date",
    "project.started",
    "project.completed",
    "housing.on_schedule_rate",
    "problem.solved_to_date",
    "petition.resolved",
    "petition.overdue",
)


MONTHS_PRINTED = 6  # of the month-by-month table


def reprinted(code: str, period: Period, later: Period) -> bool:
    """Whether the issue of a later month prints the value of an earlier one again, month by month."""
    return code in TRENDS and period.plus(MONTHS_PRINTED) > later


REVISIONS = "修订说明"


def stage_codes() -> tuple[str, ...]:
    """Every code of the table of stages: projects, area and homes of each stage, and the total."""
    stages = tuple(code + part for code, _ in STAGES for part in ("", "_area", "_homes"))
    return (*stages, "housing.projects", "housing.area", "housing.homes")


def category_codes() -> tuple[str, ...]:
    """Every code of the table of petition categories, and its total."""
    parts = tuple(f"petition.category.{key}.{part}" for key, _ in CATEGORIES for part in ("cases", "resolved"))
    return (*parts, "petition.cases", "petition.resolved")


def channel_codes() -> tuple[str, ...]:
    return tuple(f"petition.channel.{key}.cases" for key, _ in CHANNELS)


def all_codes() -> tuple[str, ...]:
    """Every code named here, in the order of the document, each once."""
    strip = tuple(code for headline in STRIP for code in (headline.code, headline.rate) if code)
    codes = (
        *strip,
        *TABLES["enterprises"],
        *(code for code, _ in PROGRESS),
        *stage_codes(),
        *TABLES["resettlement"],
        *category_codes(),
        *channel_codes(),
        *TABLES["petitions"],
        *DUTIES,
        *TRENDS,
    )
    return tuple(dict.fromkeys(codes))
