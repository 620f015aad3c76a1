"""一、服务企业促发展: financing, industrial projects, tax growth, ratings."""

from __future__ import annotations

import datetime as dt

from data.generator.serving import RATED
from data.generator.world import WAN, YUAN, Row, World, as_of, split


def financing(world: World) -> None:
    rng, totals, periods = world.rng, world.totals, world.periods
    banks = ("工商银行", "农业银行", "建设银行", "兴业银行", "农村信用社")
    contracts: list[Row] = []

    def lend(
        kind: str, wan: int, enterprise: str | None, bank: str | None, months: int | None, repaid: int | None
    ) -> None:
        lent = world.day(periods[len(contracts) % len(periods)], 3, 25)
        row: Row = {
            "contract_no": f"RZ-{lent.year}-{len(contracts) + 1:03d}",
            "kind": kind,
            "enterprise_code": enterprise,
        }
        row |= {"bank": bank, "amount_fen": wan * WAN, "lent_on": lent}
        row["due_on"] = lent + dt.timedelta(days=30 * months) if months else None
        row["repaid_on"] = lent + dt.timedelta(days=repaid) if repaid else None
        row["remark"] = "首次放款" if len(contracts) % 11 == 5 else None
        contracts.append(row)

    for part in (totals.pool_wan * 6 // 10, totals.pool_wan - totals.pool_wan * 6 // 10):
        lend("政府风险补偿金", part, None, None, None, None)
    chosen = rng.sample([e["enterprise_code"] for e in world.enterprises], 28 + totals.guarantee_enterprises)
    for wan, code in zip(
        split(totals.bank_wan // 50, [rng.uniform(0.5, 2) for _ in range(28)]), chosen[:28], strict=True
    ):
        lend("银行贷款", wan * 50, code, rng.choice(banks), 12, None)
    parts = split(totals.guarantee_wan // 5, [rng.uniform(0.6, 1.4) for _ in range(totals.guarantee_enterprises)])
    for wan, code in zip(parts, chosen[28:], strict=True):
        lend("助保贷", wan * 5, code, rng.choice(banks), 12, None)
    parts = split(totals.turnover_wan // 50, [rng.uniform(0.6, 1.4) for _ in range(totals.turnover_enterprises)])
    for index, (wan, code) in enumerate(zip(parts, chosen, strict=False)):
        lend(
            "应急周转金",
            wan * 50,
            code,
            None,
            1,
            None if index >= totals.turnover_enterprises - 2 else rng.randint(8, 28),
        )
    for row in contracts[-2:]:
        row["lent_on"] = world.day(periods[-1], 9, 25)
        row["due_on"] = row["lent_on"] + dt.timedelta(days=30)
    overdue = contracts[-2]
    overdue["lent_on"] = world.day(periods[-2], 5, 12)
    overdue["due_on"] = overdue["lent_on"] + dt.timedelta(days=30)
    for period in periods:
        world.put("financing", period, as_of(contracts, period, "lent_on", {"repaid_on": {}}))


def industry(world: World) -> None:
    rng, totals, district = world.rng, world.totals, world.district
    year = world.periods[0].year
    projects: list[Row] = []
    for number in range(totals.starts + totals.completions):
        owner = world.enterprises[number]
        goal = "开工" if number < totals.starts else "竣工"
        wan = rng.randint(30, 300) * 100
        if goal == "开工":
            start = dt.date(year, 1 + number * 11 // totals.starts, rng.randint(5, 25))
            finish = start + dt.timedelta(days=rng.randint(360, 540))
            permit = start - dt.timedelta(days=rng.randint(15, 40))
        else:
            start = dt.date(year - 1, rng.randint(2, 10), rng.randint(1, 28))
            finish = dt.date(year, 2 + (number - totals.starts) * 10 // totals.completions, rng.randint(5, 25))
            permit = start - dt.timedelta(days=rng.randint(15, 60))
        late = rng.choice([0, 0, 0, 3, 6, 12]) if number % 9 else 400
        fee = wan // 100 * rng.randint(8, 14) * YUAN * 100
        projects.append(
            {
                "project_no": f"GY-{year}-{number + 1:03d}",
                "project_name": f"{owner['enterprise_name'].removeprefix(district.city + district.name)[:4]}{'扩建' if number % 3 else '新建'}项目",
                "owner": owner["enterprise_name"],
                "investment_fen": wan * WAN,
                "investment_planned_fen": wan * 6 // 10 * WAN,
                "goal": goal,
                "start_planned_on": start,
                "started_on": start + dt.timedelta(days=late) if goal == "开工" else start,
                "finish_planned_on": finish,
                "finished_on": finish + dt.timedelta(days=late),
                "permitted_on": permit,
                "fee_due_fen": fee,
                "fee_paid_fen": fee // 2,
                "team": district.service_teams[number % len(district.service_teams)].name,
                "leader": district.leaders[number % len(district.leaders)],
                "trouble": "用地手续正在办理" if late > 100 else None,
            }
        )
    projects[12]["fee_paid_fen"] = projects[12]["fee_due_fen"]  # entitled to the half rate, charged in full
    for period in world.periods:
        today, rows = period.last_day, []
        for project in projects:
            row = dict(project)
            for column in ("started_on", "finished_on", "permitted_on"):
                if row[column] > today:
                    row[column] = None
            if row["started_on"] is None:
                row |= {"investment_done_fen": 0, "fee_paid_fen": None}
            else:
                share = 11 + 7 * period.month + int(row["project_no"][-1])
                row["investment_done_fen"] = row["investment_planned_fen"] // 100 * min(share, 100)
                if row["started_on"].year < period.year:
                    row["fee_paid_fen"] = row["fee_due_fen"]
            rows.append(row)
        world.put("industrial_projects", period, rows)


def growth(world: World) -> None:
    rng = world.rng
    base = [(e, rng.randint(80, 1500) * WAN, rng.uniform(0.95, 1.3), rng.random()) for e in world.enterprises[40:100]]
    for period in world.periods:
        rows = []
        for enterprise, last_year, growth, luck in base:
            same = last_year // 12 * period.month // (100 * YUAN) * 100 * YUAN
            this = round(same * growth) // YUAN * YUAN
            entitled = last_year > 300 * WAN and this * 100 > same * 115
            row = {"enterprise_name": enterprise["enterprise_name"], "enterprise_code": enterprise["enterprise_code"]}
            row |= {"last_year_fen": last_year, "this_year_fen": this, "same_time_fen": same}
            paid = entitled and luck < 0.13 * period.month
            row["rewarded_fen"] = (this - same) // 10 // YUAN * YUAN if paid else 0
            rows.append(row)
        world.put("tax_growth", period, rows)


def ratings(world: World) -> None:
    rng = world.rng
    monitored = [e for e in world.enterprises if e["is_monitored"]]
    for order, period in enumerate(world.periods):
        silent = rng.sample(range(len(monitored)), max(0, 3 - order // 2))
        rows = []
        for index, enterprise in enumerate(monitored):
            day = world.day(period, 18, 26)
            for place, department in enumerate(RATED):
                if index not in silent:
                    score = min(100, 84 + order + rng.randint(-6, 12) - place)
                    row = {"enterprise_code": enterprise["enterprise_code"], "rated_on": day, "rated": department}
                    rows.append(row | {"score_centi": score * 100, "opinion": None})
        world.put("department_ratings", period, rows)
