"""What the rows of a month add up to, in plain Python over the world's own rows."""

from __future__ import annotations

from typing import Any

from data.generator.world import WAN, Row, World
from transforms.period import Period


def truth(world: World, period: Period) -> dict[str, Any]:
    """Figure code → number. Money in 万元, area in 万平方米, as decimal text where it is not whole."""
    months = [p for p in world.periods if p <= period]
    now = {dataset: rows[period] for dataset, rows in world.rows.items()}
    paid = [row for month in months for row in world.rows["reward_payments"][month]]
    loans, housing, cases = now["financing"], now["resettlement_projects"], now["petition_cases"]
    latest = {row["enterprise_code"] for row in now["reward_payments"]}

    def lent(kind: str) -> list[Row]:
        return [row for row in loans if row["kind"] == kind]

    def stage(name: str | None) -> list[Row]:
        return [row for row in housing if row["stage"] == name]

    return {
        "reward.enterprises_latest_batch": len(latest),
        "reward.enterprise_times_to_date": len({(row["enterprise_code"], row["batch"]) for row in paid}),
        "reward.enterprises_to_date": len({row["enterprise_code"] for row in paid}),
        "reward.amount_to_date": _wan(paid),
        "reward.amount_month": _wan(now["reward_payments"]),
        "loan.bank_to_date": _wan(lent("银行贷款")),
        "guarantee.pool": _wan(lent("政府风险补偿金")),
        "guarantee.amount_to_date": _wan(lent("助保贷")),
        "guarantee.enterprises_to_date": len({row["enterprise_code"] for row in lent("助保贷")}),
        "turnover.lent_to_date": _wan(lent("应急周转金")),
        "link.enterprises": len(now["enterprise_links"]),
        "visit.count_month": len(now["enterprise_visits"]),
        "rating.monitored": sum(row["is_monitored"] for row in now["enterprise_links"]),
        "project.starts_target": sum(row["goal"] == "开工" for row in now["industrial_projects"]),
        "project.completions_target": sum(row["goal"] == "竣工" for row in now["industrial_projects"]),
        "housing.projects": len(housing),
        "housing.moved_back": len(stage("已回迁")),
        "housing.move_back_this_year": len(stage("年内回迁")),
        "housing.move_back_this_year_area": _decimal(sum(row["floor_area_dm2"] for row in stage("年内回迁"))),
        "housing.top_out_this_year": len(stage("年内主体封顶")),
        "housing.start_this_year": len(stage("年内新开工")),
        "housing.stage_missing": len(stage(None)),
        "problem.solved_to_date": sum(row["solved_on"] is not None for row in now["resettlement_problems"]),
        "permit.issued_to_date": sum(row["issued_on"] is not None for row in now["permits"]),
        "petition.cases": len(cases),
        "petition.resolved": sum(row["status"] == "已化解" for row in cases),
    }


def _wan(rows: list[Row]) -> str:
    return _decimal(sum(row["amount_fen"] for row in rows))


def _decimal(units: int) -> str:
    """Millionths as decimal text."""
    whole, part = divmod(units, WAN)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")
