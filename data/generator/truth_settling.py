"""The truth of 二、回迁安置促征迁 and 三、化解信访促和谐."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from data.generator.reckoning import Month, Number, median, percent, share, total
from data.generator.settling import CATEGORIES, CHANNELS, FACILITIES, STAGES
from data.generator.world import Row

STAGE_CODES = ("moved_back", "move_back_this_year", "top_out_this_year", "start_this_year", "stage_missing")
CATEGORY_CODES = ("land", "demolition", "labour", "environment", "village", "tidal")
CHANNEL_CODES = ("fixed", "appointment", "thematic", "visiting", "leader")
FIVE = ("has_leader", "has_task_force", "has_plan", "has_minutes", "has_stability")


def housing(month: Month) -> dict[str, Number]:
    rows, limits = month.now("resettlement_projects"), month.world.district.thresholds_at(month.period)
    numbers: dict[str, Number] = {
        "housing.projects": len(rows),
        "housing.area": total(rows, "floor_area_dm2"),
        "housing.homes": total(rows, "homes", 1),
    }
    for code, stage in zip(STAGE_CODES, (*STAGES, None), strict=True):
        part = [r for r in rows if r["stage"] == stage]
        numbers[f"housing.{code}"] = len(part)
        numbers[f"housing.{code}_area"] = total(part, "floor_area_dm2")
        numbers[f"housing.{code}_homes"] = total(part, "homes", 1)
    behind = [Fraction(r["planned_bp"] - r["actual_bp"], 100) for r in rows]
    back = [r for r in rows if r["stage"] == STAGES[0]]
    checked = [r for r in rows if r["checked_on"]]
    return numbers | {
        "housing.on_schedule_rate": share(rows, (b <= limits.schedule_yellow_points for b in behind)),
        "housing.behind_yellow": sum(limits.schedule_yellow_points < b <= limits.schedule_red_points for b in behind),
        "housing.behind_red": sum(b > limits.schedule_red_points for b in behind),
        "housing.mean_lag": sum(behind, Fraction(0)) / len(behind) if behind else None,
        "housing.move_back_overdue": sum(
            bool(r["stage"] != STAGES[0] and r["move_back_planned_on"] and r["move_back_planned_on"] < month.end)
            for r in rows
        ),
        "appraisal.checked_rate": percent(len(checked), len(rows)),
        "appraisal.rewarded": sum(r["verdict"] == "奖励" for r in checked),
        "appraisal.penalised": sum(r["verdict"] in ("通报", "处罚") for r in checked),
        "handover.facilities_rate": percent(
            sum(r[facility] == "已完成" for r in back for facility in FACILITIES), 6 * len(back)
        ),
        "handover.quality_found": sum(r["quality_found"] for r in back),
        "handover.quality_mended_rate": percent(
            sum(r["quality_mended"] for r in back), sum(r["quality_found"] for r in back)
        ),
        "handover.quality_open": sum(r["quality_found"] - r["quality_mended"] for r in back),
    }


def duties(month: Month) -> dict[str, Number]:
    leaders = {r["leader"] for r in month.now("resettlement_projects")}
    last = [m for m in month.world.periods if m == month.period.previous]

    def rate(kind: str, meetings: list[Row]) -> Number:
        return percent(len(leaders & {r["leader"] for r in meetings if r["kind"] == kind}), len(leaders))

    now = month.now("meetings")
    return {
        "duty.symposium_month": sum(r["kind"] == "安置房座谈会" for r in now),
        "duty.on_site_month": sum(r["kind"] == "安置房现场协调会" for r in now),
        "duty.return_visit_month": sum(r["kind"] == "安置户回访" for r in now),
        "duty.symposium_rate": rate("安置房座谈会", now),
        "duty.on_site_rate": rate("安置房现场协调会", now),
        "duty.return_visit_rate": rate("安置户回访", month.so_far("meetings", last[0]) if last else now),
    }


def problems(month: Month) -> dict[str, Number]:
    rows, limit = (
        month.now("resettlement_problems"),
        month.world.district.thresholds_at(month.period).problem_limit_days,
    )
    solved = [r for r in rows if r["solved_on"]]
    old = [r for r in rows if not r["solved_on"] and (month.end - r["raised_on"]).days > limit]
    quick = [r for r in solved if (r["solved_on"] - r["raised_on"]).days <= limit]
    return {
        "problem.raised_month": sum(month.holds(r["raised_on"]) for r in rows),
        "problem.solved_month": sum(month.holds(r["solved_on"]) for r in solved),
        "problem.open": len(rows) - len(solved),
        "problem.overdue": len(old),
        "problem.median_days": median((r["solved_on"] - r["raised_on"]).days for r in solved),
        "problem.raised_to_date": len(rows),
        "problem.solved_to_date": len(solved),
        "problem.within_limit_rate": percent(len(quick), len(solved) + len(old)),
    }


def permits(month: Month) -> dict[str, Number]:
    rows = month.now("permits")
    issued = [r for r in rows if r["issued_on"]]
    promised = [r for r in rows if r["promised_on"] <= month.end]
    kept = [r for r in promised if r["completed_on"] and r["completed_on"] <= r["promised_on"]]
    return {
        "permit.issued_to_date": len(issued),
        "permit.issued_month": sum(month.holds(r["issued_on"]) for r in issued),
        "permit.pending": len(rows) - len(issued),
        "permit.median_days": median((r["issued_on"] - r["accepted_on"]).days for r in issued),
        "permit.documents_rate": percent(len(kept), len(promised)),
        "permit.documents_overdue": sum(not r["completed_on"] and r["promised_on"] < month.end for r in rows),
    }


def petitions(month: Month) -> dict[str, Number]:
    rows, days = month.now("petition_cases"), month.world.district.thresholds_at(month.period).petition_yellow_days
    resolved = [r for r in rows if r["status"] == "已化解"]
    soon, later = (month.end + dt.timedelta(days=number) for number in (days, 30))
    due = [r["due_on"] for r in rows if r["status"] == "化解中"]
    numbers: dict[str, Number] = {
        "petition.cases": len(rows),
        "petition.resolved": len(resolved),
        "petition.resolved_month": sum(r["resolved_on"] >= month.period.first_day for r in resolved),
        "petition.resolved_rate": percent(len(resolved), len(rows)),
        "petition.registered_rate": share(rows, (bool(r["unit"] and r["due_on"]) for r in rows)),
        "petition.overdue": len(_overdue(month)),
        "petition.registered_month": sum(month.holds(r["registered_on"]) for r in rows),
        "petition.open": len(rows) - len(resolved),
        "petition.median_days": median((r["resolved_on"] - r["registered_on"]).days for r in resolved),
        "petition.due_soon": sum(month.end <= day <= soon for day in due),
        "petition.due_in_30_days": sum(month.end <= day <= later for day in due),
        "petition.five_ones_rate": share(rows, (all(r[one] for one in FIVE) for r in rows)),
        "petition.channel_rate": share(rows, (r["channel"] in CHANNELS for r in rows)),
    }
    for code, category in zip(CATEGORY_CODES, CATEGORIES, strict=True):
        numbers[f"petition.category.{code}.cases"] = sum(r["category"] == category for r in rows)
        numbers[f"petition.category.{code}.resolved"] = sum(r["category"] == category for r in resolved)
    for code, channel in zip(CHANNEL_CODES, CHANNELS, strict=True):
        numbers[f"petition.channel.{code}.cases"] = sum(r["channel"] == channel for r in rows)
        numbers[f"petition.channel.{code}.resolved"] = sum(r["channel"] == channel for r in resolved)
    for one in FIVE:
        numbers[f"petition.five_ones.{one.removeprefix('has_')}_rate"] = share(rows, (r[one] for r in rows))
    return numbers


def _overdue(month: Month) -> set[str]:
    rows = month.now("petition_cases")
    return {r["case_no"] for r in rows if r["status"] == "化解中" and r["due_on"] < month.end}


def accountability(month: Month) -> dict[str, Number]:
    actions = month.so_far("accountability")
    overdue = _overdue(month)
    return {
        "accountability.actions_month": len(month.now("accountability")),
        "accountability.actions_to_date": len(actions),
        "accountability.units_to_date": len({r["unit"] for r in actions}),
        "accountability.coverage_rate": percent(len(overdue & {r["subject"] for r in actions}), len(overdue)),
    }
