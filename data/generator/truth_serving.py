"""The truth of 一、服务企业促发展."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction

from data.generator.reckoning import Month, Number, median, percent, share, total
from data.generator.world import WAN, Row
from transforms.period import Period


def rewards(month: Month) -> dict[str, Number]:
    now, paid = month.now("reward_payments"), month.so_far("reward_payments")
    latest = max(now, key=lambda row: row["paid_on"])["batch"]
    amount = total(paid, "amount_fen")  # the campaign began this year, so the year's sum is the campaign's
    target = month.world.district.target("reward_amount", month.period).value
    return {
        "reward.enterprises_latest_batch": len({r["enterprise_code"] for r in now if r["batch"] == latest}),
        "reward.amount_latest_batch": total((r for r in now if r["batch"] == latest), "amount_fen"),
        "reward.enterprises_month": len({r["enterprise_code"] for r in now}),
        "reward.batches_to_date": len({r["batch"] for r in paid}),
        "reward.enterprise_times_to_date": len({(r["enterprise_code"], r["batch"]) for r in paid}),
        "reward.enterprises_to_date": len({r["enterprise_code"] for r in paid}),
        "reward.amount_month": total(now, "amount_fen"),
        "reward.amount_year": amount,
        "reward.amount_to_date": amount,
        "reward.amount_property_tax_to_date": total((r for r in paid if r["tax"] == "房产税"), "amount_fen"),
        "reward.amount_land_tax_to_date": total((r for r in paid if r["tax"] == "土地使用税"), "amount_fen"),
        "reward.amount_rate": percent(amount, Fraction(target)),
    }


def links(month: Month) -> dict[str, Number]:
    enterprises = month.now("enterprise_links")
    leaders = {r["leader"] for r in enterprises}
    asleep = weeks_without_visit(month)
    weeks = len(_sundays(month))
    seen = len(enterprises) * weeks - sum(sum(missed) for missed in asleep.values())
    quarter = Period(month.period.year, (month.period.month - 1) // 3 * 3 + 1)
    banks = [r for r in month.so_far("meetings", quarter) if r["kind"] == "政银企联席会议"]
    held = [r for r in month.now("meetings") if r["kind"] == "企业协调会"]
    halves = {(r["leader"], r["held_on"].day > 15) for r in held}
    staffed = (all(r[c] for c in ("leader", "township_leader", "area_leader")) for r in enterprises)
    return {
        "link.enterprises": len(enterprises),
        "link.leaders": len(leaders),
        "link.complete_rate": share(enterprises, staffed),
        "visit.count_month": len(month.now("enterprise_visits")),
        "visit.enterprises_month": len({r["enterprise_code"] for r in month.now("enterprise_visits")}),
        "visit.issues_raised_month": sum(r["issues_raised"] for r in month.now("enterprise_visits")),
        "visit.enterprise_weeks_rate": percent(seen, len(enterprises) * weeks),
        "visit.enterprises_missed_two_weeks": sum(
            any(a and b for a, b in itertools.pairwise(missed)) for missed in asleep.values()
        ),
        "coordination.meetings_rate": percent(len(halves), 2 * len(leaders)),
        "coordination.meetings_month": len(held),
        "bank_meeting.quarter": len(banks),
        **_agreed(month.so_far("meetings")),
    }


def _agreed(meetings: list[Row]) -> dict[str, Number]:
    agreed = sum(r["items_agreed"] for r in meetings)
    done = sum(r["items_done"] for r in meetings)
    return {
        "meeting.items_agreed_to_date": agreed,
        "meeting.items_done_to_date": done,
        "meeting.items_done_rate": percent(done, agreed),
    }


def _sundays(month: Month) -> list[dt.date]:
    """The last days of the weeks in which visits were due: they end in the month and began in the campaign."""
    began = month.world.periods[0].first_day
    days = (month.period.first_day + dt.timedelta(days=n) for n in range(month.period.last_day.day))
    return [day for day in days if day.weekday() == 6 and day - dt.timedelta(days=6) >= began]


def weeks_without_visit(month: Month) -> dict[str, list[bool]]:
    """Enterprise → whether each week that ends in the month passed without a visit."""
    visited = {(r["enterprise_code"], r["visited_on"]) for r in month.so_far("enterprise_visits")}
    return {
        r["enterprise_code"]: [
            not any((r["enterprise_code"], sunday - dt.timedelta(days=n)) in visited for n in range(7))
            for sunday in _sundays(month)
        ]
        for r in month.now("enterprise_links")
    }


def issues(month: Month) -> dict[str, Number]:
    rows = month.now("enterprise_issues")
    settled = [r for r in rows if r["settled_on"]]
    late = [r for r in rows if not r["settled_on"] and r["due_on"] < month.end]
    in_time = [r for r in settled if r["settled_on"] <= r["due_on"]]
    return {
        "issue.raised_month": sum(month.holds(r["raised_on"]) for r in rows),
        "issue.settled_month": sum(month.holds(r["settled_on"]) for r in settled),
        "issue.open": len(rows) - len(settled),
        "issue.overdue": len(late),
        "issue.median_days": median((r["settled_on"] - r["raised_on"]).days for r in settled),
        "issue.raised_to_date": len(rows),
        "issue.settled_to_date": len(settled),
        "issue.settled_in_time_rate": percent(len(in_time), len(settled) + len(late)),
    }


def financing(month: Month) -> dict[str, Number]:
    def of(kind: str) -> list[Row]:
        return [r for r in month.now("financing") if r["kind"] == kind]

    bank, pool = total(of("银行贷款"), "amount_fen"), total(of("政府风险补偿金"), "amount_fen")
    guaranteed, turnover = of("助保贷"), of("应急周转金")
    lent = [r for r in turnover if not r["repaid_on"]]
    target = month.world.district.target("bank_loans", month.period).value
    overdue = [r for r in lent if r["due_on"] < month.end]
    return {
        "loan.bank_month": total((r for r in of("银行贷款") if month.holds(r["lent_on"])), "amount_fen"),
        "loan.bank_enterprises_to_date": len({r["enterprise_code"] for r in of("银行贷款")}),
        "turnover.lent_month": total((r for r in turnover if month.holds(r["lent_on"])), "amount_fen"),
        "turnover.overdue_contracts": len(overdue),
        "guarantee.amount_month": total((r for r in guaranteed if month.holds(r["lent_on"])), "amount_fen"),
        "loan.bank_to_date": bank,
        "loan.bank_year": bank,
        "loan.bank_rate": percent(bank, Fraction(target)),
        "turnover.enterprises_to_date": len({r["enterprise_code"] for r in turnover}),
        "turnover.lent_to_date": total(turnover, "amount_fen"),
        "turnover.repaid_to_date": total((r for r in turnover if r["repaid_on"]), "amount_fen"),
        "turnover.outstanding": total(lent, "amount_fen"),
        "turnover.overdue": total(overdue, "amount_fen"),
        "guarantee.pool": pool,
        "guarantee.enterprises_to_date": len({r["enterprise_code"] for r in guaranteed}),
        "guarantee.amount_to_date": total(guaranteed, "amount_fen"),
        "guarantee.leverage": total(guaranteed, "amount_fen") / pool if pool else None,
    }


def policies(month: Month) -> dict[str, Number]:
    """配套费减半, 纳税增长奖励, 效能监测."""
    year, limits = month.period.year, month.world.district.thresholds_at(month.period)
    eligible = [
        r
        for r in month.now("industrial_projects")
        if r["permitted_on"] and r["started_on"] and r["permitted_on"].year == r["started_on"].year == year
    ]
    halved = [r for r in eligible if r["fee_paid_fen"] is not None and 2 * r["fee_paid_fen"] == r["fee_due_fen"]]
    grown = [
        r
        for r in month.now("tax_growth")
        if r["last_year_fen"] > limits.tax_growth_base_wan * WAN
        and r["this_year_fen"] * 100 > r["same_time_fen"] * (100 + limits.tax_growth_percent)
    ]
    monitored = {r["enterprise_code"] for r in month.now("enterprise_links") if r["is_monitored"]}
    ratings = month.now("department_ratings")
    return {
        "fee.eligible": len(eligible),
        "fee.halved": len(halved),
        "fee.halved_rate": percent(len(halved), len(eligible)),
        "fee.reduced_amount": total(halved, "fee_due_fen") - total(halved, "fee_paid_fen"),
        "fee.wrongly_charged": len(eligible) - len(halved),
        "growth.eligible": len(grown),
        "growth.paid": sum(r["rewarded_fen"] > 0 for r in grown),
        "growth.missed": sum(r["rewarded_fen"] == 0 for r in grown),
        "growth.rewarded_amount": total(month.now("tax_growth"), "rewarded_fen"),
        "growth.paid_rate": percent(sum(r["rewarded_fen"] > 0 for r in grown), len(grown)),
        "rating.monitored": len(monitored),
        "rating.participation_rate": percent(len(monitored & {r["enterprise_code"] for r in ratings}), len(monitored)),
        "rating.low_scores": sum(r["score_centi"] < 6000 for r in ratings),
        "rating.average": total(ratings, "score_centi", 100) / len(ratings),
    }


def projects(month: Month) -> dict[str, Number]:
    rows, teams = month.now("industrial_projects"), month.world.district.service_teams
    starts = [r for r in rows if r["goal"] == "开工"]
    completions = [r for r in rows if r["goal"] == "竣工"]
    started = sum(r["started_on"] is not None for r in starts)
    completed = sum(r["finished_on"] is not None for r in completions)
    done, planned = total(rows, "investment_done_fen"), total(rows, "investment_planned_fen")
    return {
        **_by_plan(month, "start", starts, "start_planned_on", "started_on"),
        **_by_plan(month, "completion", completions, "finish_planned_on", "finished_on"),
        "project.starts_overdue": _late(month, rows, "start_planned_on", "started_on"),
        "project.completions_overdue": _late(month, rows, "finish_planned_on", "finished_on"),
        "project.investment_planned": planned,
        "team.count": len(teams),
        "team.departments": len({department for team in teams for department in team.departments}),
        "project.starts_target": len(starts),
        "project.completions_target": len(completions),
        "project.started": started,
        "project.completed": completed,
        "project.start_rate": percent(started, len(starts)),
        "project.completion_rate": percent(completed, len(completions)),
        "project.investment_year": done,
        "project.investment_rate": percent(done, planned),
    }


def _by_plan(month: Month, verb: str, rows: list[Row], planned: str, actual: str) -> dict[str, Number]:
    """Of the projects whose planned day has come, how many got there."""
    due = [r for r in rows if r[planned] and r[planned] <= month.end]
    done = [r for r in due if r[actual] and r[actual] <= month.end]
    return {f"project.{verb}s_due": len(due), f"project.{verb}_schedule_rate": percent(len(done), len(due))}


def _late(month: Month, rows: list[Row], planned: str, actual: str) -> int:
    return sum(bool(r[planned] and r[planned] < month.end and not r[actual]) for r in rows)
