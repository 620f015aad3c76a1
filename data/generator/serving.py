"""一、服务企业促发展: enterprises, rewards, visits, meetings, financing, projects, taxes, ratings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from data.generator.world import WAN, YUAN, Row, World, as_of, organisation_code, split
from transforms.period import Period

BRANDS = [
    "恒晟",
    "瑞禾",
    "嘉越",
    "永骏",
    "华茂",
    "金岩",
    "腾隆",
    "宏桦",
    "信岳",
    "丰沅",
    "景澄",
    "凯棠",
    "泰穗",
    "乐骁",
    "安屿",
    "德骐",
    "振翎",
    "兴楷",
    "合沣",
    "元璟",
]
TRADES = ["鞋业", "食品", "电子", "机械", "服饰", "包装", "木业", "光电", "建材", "塑胶"]
RATED = ["发改局", "国土分局", "环保局", "住建局", "地税局", "行政服务中心"]


def enterprises(world: World) -> None:
    rng, district = world.rng, world.district
    names = [f"{district.city}{district.name}{brand}{trade}有限公司" for brand in BRANDS for trade in TRADES]
    rng.shuffle(names)
    bodies = rng.sample(range(50_000_000, 79_999_999), 120)
    for number, (name, body) in enumerate(zip(names[:120], bodies, strict=True)):
        township = rng.choice(district.townships)
        world.enterprises.append(
            {
                "enterprise_name": name,
                "enterprise_code": organisation_code(str(body)),
                "township": township,
                "leader": district.leaders[number % len(district.leaders)],
                "township_leader": f"{township}主要领导",
                "area_leader": f"{township}包片领导",
                "is_monitored": number % 4 == 0,
            }
        )
    for period in world.periods:
        world.put("enterprise_links", period, [dict(e) for e in world.enterprises])


def rewards(world: World) -> None:
    """Each month one batch; some enterprises get two taxes in a batch: one 家次, two rows."""
    rng, totals = world.rng, world.totals
    earlier = split(totals.reward_times - totals.latest_batch, [rng.uniform(0.9, 1.1) for _ in world.periods[:-1]])
    planned: list[tuple[Period, Row]] = []
    for number, (period, size) in enumerate(zip(world.periods, [*earlier, totals.latest_batch], strict=True), 1):
        days = sorted({world.day(period, 8, 24) for _ in range(3)})
        for enterprise in rng.sample(world.enterprises, size):
            taxes = ["房产税", "土地使用税"] if rng.random() < 0.16 else [rng.choice(["房产税", "土地使用税"])]
            for tax in taxes:
                row = {name: enterprise[name] for name in ("enterprise_name", "enterprise_code", "township")}
                row |= {"tax": tax, "tax_period": "2013年度" if number < 4 else "2014年1-6月"}
                row |= {"batch": f"{period.year}年第{number}批", "paid_on": rng.choice(days)}
                planned.append((period, row))
    amounts = split(totals.reward_wan * 10_000, [rng.lognormvariate(0, 0.7) for _ in planned])
    for (_, row), yuan in zip(planned, amounts, strict=True):
        row["amount_fen"] = yuan * YUAN
        row["tax_paid_fen"] = round(yuan * rng.uniform(1.3, 2.2)) * YUAN
    for period in world.periods:
        world.put("reward_payments", period, [row for month, row in planned if month == period])


def visits(world: World) -> None:
    rng = world.rng
    found: dict[Period, list[Row]] = {period: [] for period in world.periods}
    neglected = {e["enterprise_code"] for e in rng.sample(world.enterprises, 5)}
    monday = world.periods[0].first_day - dt.timedelta(days=world.periods[0].first_day.weekday())
    week = 0
    while monday <= world.periods[-1].last_day:
        week += 1
        for enterprise in world.enterprises:
            asleep = enterprise["enterprise_code"] in neglected and week % 6 in (1, 2)
            if asleep or rng.random() < 0.04:
                continue
            day = monday + dt.timedelta(days=rng.randint(0, 4))
            period = Period(day.year, day.month)
            if period in found:
                visitor = enterprise["leader"] if rng.random() < 0.3 else enterprise["township_leader"]
                issues = 1 if rng.random() < 0.08 else 0
                row = {"enterprise_name": enterprise["enterprise_name"], "visited_on": day, "visitor": visitor}
                row |= {"enterprise_code": enterprise["enterprise_code"], "issues_raised": issues}
                found[period].append(row)
        monday += dt.timedelta(days=7)
    for period, rows in found.items():
        world.put(
            "enterprise_visits", period, sorted(rows, key=lambda row: (row["visited_on"], row["enterprise_code"]))
        )


def issues(world: World) -> None:
    rng = world.rng
    categories = ("融资", "用地", "用工", "审批", "基础设施", "其他")
    issues: list[Row] = []
    for period in world.periods:
        for _ in range(rng.randint(8, 12)):
            raised = world.day(period)
            takes = rng.choice([5, 8, 10, 12, 14, 14, 22, 200 if period == world.periods[-2] else 12])
            issues.append(
                {
                    "issue_no": f"QW-{period.year}-{len(issues) + 1:03d}",
                    "enterprise_code": rng.choice(world.enterprises)["enterprise_code"],
                    "category": rng.choice(categories),
                    "raised_on": raised,
                    "unit": rng.choice(RATED),
                    "due_on": raised + dt.timedelta(days=15),
                    "settled_on": raised + dt.timedelta(days=takes),
                    "status": "已办结",
                }
            )
    for period in world.periods:
        world.put("enterprise_issues", period, as_of(issues, period, "raised_on", {"settled_on": {"status": "办理中"}}))


def meetings(world: World) -> None:
    rng = world.rng
    for order, period in enumerate(world.periods):
        rows: list[Row] = []
        for kind, day, leader, subject in sorted(_held(world, order, period)):
            agreed = rng.randint(2, 6)
            row: Row = {"meeting_no": f"HY-{period.year}{period.month:02d}-{len(rows) + 1:02d}", "kind": kind}
            row |= {"held_on": day, "leader": leader, "subject": subject}
            rows.append(row | {"items_agreed": agreed, "items_done": agreed - rng.choice([0, 0, 1])})
        world.put("meetings", period, rows)


def _held(world: World, order: int, period: Period) -> Iterator[tuple[str, dt.date, str, str]]:
    """Kind, day, leader and subject of each meeting of a month."""
    leaders = world.district.leaders
    for index, leader in enumerate(leaders):
        for first, last in ((1, 15), (16, 28)):
            if world.rng.random() >= 0.1:
                yield "企业协调会", world.day(period, first, last), leader, world.enterprises[index]["enterprise_code"]
    for index, leader in enumerate(leaders[:8]):
        for kind in _housing_duties(order, index):
            yield kind, world.day(period), leader, f"AZ-{index + 1:03d}"
    if period.month in (3, 5, 9, 12):
        yield "政银企联席会议", world.day(period, 10, 20), "常务副区长", "全区"
    for day in (period.first_day + dt.timedelta(days=n) for n in range(period.last_day.day)):
        if day.weekday() == 0:
            yield "城建例会", day, "分管城建副区长", "全区"


def _housing_duties(order: int, index: int) -> list[str]:
    """The duties that a leader fulfils in a month; in the last months two of them neglect one."""
    held = {
        "安置房座谈会": not (order >= 3 and index == 5),
        "安置房现场协调会": not (order == 4 and index == 2),
        "安置户回访": (order + index) % 2 == 0,
    }
    return [kind for kind, done in held.items() if done]


def financing(world: World) -> None:
    rng, totals, periods = world.rng, world.totals, world.periods
    banks = ("工商银行", "农业银行", "建设银行", "兴业银行", "农村信用社")
    contracts: list[Row] = []

    def lend(
        kind: str, wan: int, enterprise: str | None, bank: str | None, months: int | None, repaid: int | None
    ) -> None:
        lent = world.day(periods[len(contracts) % len(periods)], 3, 25)
        row = {"contract_no": f"RZ-{lent.year}-{len(contracts) + 1:03d}", "kind": kind, "enterprise_code": enterprise}
        row |= {"bank": bank, "amount_fen": wan * WAN, "lent_on": lent}
        row["due_on"] = lent + dt.timedelta(days=30 * months) if months else None
        row["repaid_on"] = lent + dt.timedelta(days=repaid) if repaid else None
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
                "project_name": f"{owner['enterprise_name'][6:10]}{'扩建' if number % 3 else '新建'}项目",
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
        silent = rng.sample(range(len(monitored)), 3 - order // 2)
        rows = []
        for index, enterprise in enumerate(monitored):
            day = world.day(period, 18, 26)
            for place, department in enumerate(RATED):
                if index not in silent:
                    score = min(100, 84 + order + rng.randint(-6, 12) - place)
                    row = {"enterprise_code": enterprise["enterprise_code"], "rated_on": day, "rated": department}
                    rows.append(row | {"score_centi": score * 100, "opinion": None})
        world.put("department_ratings", period, rows)
