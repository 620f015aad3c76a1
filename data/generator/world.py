"""The truth behind the sample: enterprises, projects, cases, and what happens to them month by month.

Everything follows from one seed. Totals that the district has made public are reached exactly, by splitting them over
rows, never by a row that fills the gap. Nobody and nothing here is real: enterprises and petitioners are invented,
leaders are offices.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from transforms.districts import District
from transforms.period import Period

Row = dict[str, Any]
YUAN, WAN = 100, 1_000_000  # in 分
BRANDS = "恒晟 瑞禾 嘉越 永骏 华茂 金岩 腾隆 宏桦 信岳 丰沅 景澄 凯棠 泰穗 乐骁 安屿 德骐 振翎 兴楷 合沣 元璟".split()
TRADES = "鞋业 食品 电子 机械 服饰 包装 木业 光电 建材 塑胶".split()
AREAS = "塘北 站前 新涵 紫璜 白塘湖 三江 国欢 沁后".split()
RATED = "发改局 国土分局 环保局 住建局 地税局 行政服务中心".split()
DOCUMENTS = "施工图审查合格书 环境影响登记表 消防设计审核意见 人防易地建设手续 用地批准文件".split()
SURNAMES = "林陈黄郑吴许蔡杨方郭余翁"
NUMERALS = "一二三四五六七八九十"
CATEGORIES = ("土地征用", "房屋拆迁", "劳动保障", "环境保护", "村财村务管理", "滩涂纠纷")
CHANNELS = ("定点接访", "重点约访", "专题接访", "带案下访", "领导包案")
FACILITIES = ("road", "greening", "sewage", "gas", "telecom", "property")
STAGES = ("已回迁", "年内回迁", "年内主体封顶", "年内新开工")


@dataclass(frozen=True)
class Totals:
    """What the last month must add up to. Money in 万元, area in ㎡."""

    latest_batch: int = 98
    reward_times: int = 385
    reward_wan: int = 11411
    bank_wan: int = 21350
    pool_wan: int = 1000
    guarantee_wan: int = 6525
    guarantee_enterprises: int = 13
    turnover_wan: int = 3800
    turnover_enterprises: int = 7
    starts: int = 45
    completions: int = 22
    monitored: int = 30
    stages: tuple[int, int, int, int] = (2, 14, 12, 21)
    housing: int = 52
    move_back_area: int = 424_600
    problems_solved: int = 8
    permits: int = 19
    cases: int = 27
    cases_resolved: int = 20


@dataclass
class World:
    """Rows of every dataset for every month. `rows[dataset][period]` are what the department reports."""

    district: District
    periods: tuple[Period, ...]
    totals: Totals
    rng: random.Random
    enterprises: list[Row] = field(default_factory=list)
    rows: dict[str, dict[Period, list[Row]]] = field(default_factory=dict)

    def put(self, dataset: str, period: Period, rows: list[Row]) -> None:
        self.rows.setdefault(dataset, {})[period] = rows

    def day(self, period: Period, first: int = 1, last: int = 28) -> dt.date:
        """A working day of the month."""
        while True:
            day = period.first_day.replace(day=self.rng.randint(first, min(last, period.last_day.day)))
            if day.weekday() < 5:
                return day


def split(total: int, weights: list[float]) -> list[int]:
    """`total` in whole parts as near as can be to `weights`, every part at least 1, the sum exact."""
    scale = (total - len(weights)) / sum(weights)
    parts = [1 + int(weight * scale) for weight in weights]
    for index in range(total - sum(parts)):
        parts[index % len(parts)] += 1
    return parts


def organisation_code(body: str) -> str:
    """GB 11714-1997: eight characters and a check character (weights 3 7 9 10 5 8 4 2, modulo 11)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = 11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(value, str(value))


def build(district: District, periods: tuple[Period, ...], seed: int, totals: Totals | None = None) -> World:
    """The whole world, from a seed."""
    world = World(district, periods, totals or Totals(), random.Random(seed))
    for make in (
        _enterprises,
        _rewards,
        _visits,
        _issues,
        _meetings,
        _financing,
        _industry,
        _growth,
        _ratings,
        _housing,
        _problems,
        _permits,
        _petitions,
        _accountability,
    ):
        make(world)
    return world


def _enterprises(world: World) -> None:
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


def _rewards(world: World) -> None:
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


def _visits(world: World) -> None:
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
        world.put("enterprise_visits", period, sorted(rows, key=lambda row: (row["visited_on"], row["enterprise_code"])))


def _as_of(rows: list[Row], period: Period, born: str, ends: dict[str, dict[str, Any]]) -> list[Row]:
    """A register at a month's end: rows born by then; an end that has not come yet is not known yet.

    `ends` maps the column of an end to what the row says before it.
    """
    today = period.last_day
    seen = []
    for row in rows:
        if row[born] <= today:
            row = dict(row)
            for column, before in ends.items():
                if row[column] is not None and row[column] > today:
                    row |= {column: None, **before}
            seen.append(row)
    return seen


def _issues(world: World) -> None:
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
        world.put("enterprise_issues", period, _as_of(issues, period, "raised_on", {"settled_on": {"status": "办理中"}}))


def _meetings(world: World) -> None:
    rng, leaders = world.rng, world.district.leaders
    for order, period in enumerate(world.periods):
        rows: list[Row] = []

        def hold(kind: str, day: dt.date, leader: str, subject: str, rows: list[Row] = rows) -> None:
            agreed = rng.randint(2, 6)
            rows.append({"kind": kind, "held_on": day, "leader": leader, "subject": subject, "items_agreed": agreed})
            rows[-1]["items_done"] = agreed - rng.choice([0, 0, 1])

        for index, leader in enumerate(leaders):
            for first, last in ((1, 15), (16, 28)):
                if not (rng.random() < 0.06):
                    hold("企业协调会", world.day(period, first, last), leader, world.enterprises[index]["enterprise_code"])
        for index, leader in enumerate(leaders[:8]):
            subject = f"AZ-{index + 1:03d}"
            if not (order >= 3 and index == 5):
                hold("安置房座谈会", world.day(period), leader, subject)
            if not (order == 4 and index == 2):
                hold("安置房现场协调会", world.day(period), leader, subject)
            if (order + index) % 2 == 0:
                hold("安置户回访", world.day(period), leader, subject)
        if period.month % 3 == 0 and period.month != 6 or period.month == 5:
            hold("政银企联席会议", world.day(period, 10, 20), "常务副区长", "全区")
        monday = period.first_day + dt.timedelta(days=-period.first_day.weekday() % 7)
        while monday <= period.last_day:
            hold("城建例会", monday, "分管城建副区长", "全区")
            monday += dt.timedelta(days=7)
        rows.sort(key=lambda row: (row["held_on"], row["kind"], row["leader"]))
        for number, row in enumerate(rows, 1):
            row["meeting_no"] = f"HY-{period.year}{period.month:02d}-{number:02d}"
        world.put("meetings", period, rows)


def _financing(world: World) -> None:
    rng, totals, periods = world.rng, world.totals, world.periods
    banks = ("工商银行", "农业银行", "建设银行", "兴业银行", "农村信用社")
    contracts: list[Row] = []

    def lend(kind: str, wan: int, enterprise: str | None, bank: str | None, months: int | None, repaid: int | None) -> None:
        lent = world.day(periods[len(contracts) % len(periods)], 3, 25)
        row = {"contract_no": f"RZ-{lent.year}-{len(contracts) + 1:03d}", "kind": kind, "enterprise_code": enterprise}
        row |= {"bank": bank, "amount_fen": wan * WAN, "lent_on": lent}
        row["due_on"] = lent + dt.timedelta(days=30 * months) if months else None
        row["repaid_on"] = lent + dt.timedelta(days=repaid) if repaid else None
        contracts.append(row)

    for part in (totals.pool_wan * 6 // 10, totals.pool_wan - totals.pool_wan * 6 // 10):
        lend("政府风险补偿金", part, None, None, None, None)
    chosen = rng.sample([e["enterprise_code"] for e in world.enterprises], 28 + totals.guarantee_enterprises)
    for wan, code in zip(split(totals.bank_wan // 50, [rng.uniform(0.5, 2) for _ in range(28)]), chosen[:28], strict=True):
        lend("银行贷款", wan * 50, code, rng.choice(banks), 12, None)
    parts = split(totals.guarantee_wan // 5, [rng.uniform(0.6, 1.4) for _ in range(totals.guarantee_enterprises)])
    for wan, code in zip(parts, chosen[28:], strict=True):
        lend("助保贷", wan * 5, code, rng.choice(banks), 12, None)
    parts = split(totals.turnover_wan // 50, [rng.uniform(0.6, 1.4) for _ in range(totals.turnover_enterprises)])
    for index, (wan, code) in enumerate(zip(parts, chosen, strict=False)):
        lend("应急周转金", wan * 50, code, None, 1, None if index >= totals.turnover_enterprises - 2 else rng.randint(8, 28))
    for row in contracts[-2:]:
        row["lent_on"] = world.day(periods[-1], 9, 25)
        row["due_on"] = row["lent_on"] + dt.timedelta(days=30)
    overdue = contracts[-2]
    overdue["lent_on"] = world.day(periods[-2], 5, 12)
    overdue["due_on"] = overdue["lent_on"] + dt.timedelta(days=30)
    for period in periods:
        world.put("financing", period, _as_of(contracts, period, "lent_on", {"repaid_on": {}}))


def _industry(world: World) -> None:
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


def _growth(world: World) -> None:
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


def _ratings(world: World) -> None:
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


def _housing(world: World) -> None:
    rng, totals, district = world.rng, world.totals, world.district
    year = world.periods[0].year
    stages: list[str | None] = [stage for stage, number in zip(STAGES, totals.stages, strict=True) for _ in range(number)]
    stages += [None] * (totals.housing - len(stages))
    areas = split(totals.move_back_area, [rng.uniform(0.6, 1.6) for _ in range(totals.stages[1])])
    projects: list[Row] = []
    for number, stage in enumerate(stages):
        area = areas.pop() if stage == STAGES[1] else rng.randint(9_000, 60_000)
        place = AREAS[number % len(AREAS)]
        projects.append(
            {
                "project_no": f"AZ-{number + 1:03d}",
                "project_name": f"{place}安置区{number // len(AREAS) + 1}期",
                "district_area": f"{place}片区",
                "leader": district.leaders[number % 8],
                "unit": f"{district.townships[number % 6]}",
                "stage": stage,
                "floor_area_dm2": area * 100,
                "homes": area // 105,
            }
        )
    final = {STAGES[0]: 100, STAGES[1]: 92, STAGES[2]: 60, STAGES[3]: 18, None: 12}
    lags = [rng.choice([0, 0, 2, 4, 6, 9]) for _ in projects]
    for index in (7, 20, 29, 41):
        lags[index] = rng.randint(14, 28)
    lags[11], lags[24] = 38, 33
    for order, period in enumerate(world.periods):
        rows = []
        for index, project in enumerate(projects):
            row = dict(project)
            left = len(world.periods) - 1 - order
            planned = max(0, final[project["stage"]] - (0 if project["stage"] == STAGES[0] else 4 * left))
            actual = planned if project["stage"] == STAGES[0] else max(0, planned - lags[index] * (order + 2) // (len(world.periods) + 1))
            if index == 1 and order < 2:
                row["stage"], planned, actual = STAGES[1], 96, 94 + order
            month = {STAGES[1]: 9 + index % 4, STAGES[2]: 12}.get(project["stage"], 6)
            shift = 0 if project["stage"] in (STAGES[1], None) else 1
            row["move_back_planned_on"] = dt.date(year + shift, month, 25) if row["stage"] != STAGES[0] else dt.date(year, 1, 20)
            if index == 3:
                row["move_back_planned_on"] = dt.date(year, 5, 31)
            if project["stage"] is None:
                row["move_back_planned_on"] = dt.date(year + 1, 12, 25)
            row |= {"planned_bp": planned * 100, "actual_bp": actual * 100}
            missed = index % 13 == order
            row["checked_on"] = None if missed else world.day(period, 12, 26)
            behind = planned - actual
            row["verdict"] = None if missed else "处罚" if behind > 30 else "通报" if behind > 10 else "奖励" if index % 11 == 0 else "达标"
            done = "已完成" if row["stage"] == STAGES[0] else "在建" if row["stage"] == STAGES[1] else "未建"
            row |= {name: done for name in FACILITIES}
            found = 6 if row["stage"] == STAGES[0] else 2 if row["stage"] == STAGES[1] else 0
            row |= {"quality_found": found, "quality_mended": min(found, order + 1), "trouble": None}
            if index == 1:
                row |= {"property": "在建" if order < 4 else "已完成", "gas": "在建"}
            if behind > 10:
                row["trouble"] = "施工力量不足"
            rows.append(row)
        world.put("resettlement_projects", period, rows)


def _problems(world: World) -> None:
    rng, solved = world.rng, world.totals.problems_solved
    problems: list[Row] = []
    for number in range(solved + 3):
        period = world.periods[min(number * len(world.periods) // (solved + 2), len(world.periods) - 1)]
        raised = world.day(period, 3, 12 if number < solved else 27)
        takes = 400 if number >= solved else rng.choice([3, 4, 5, 6, 7, 7, 12])
        problems.append(
            {
                "problem_no": f"WT-{raised.year}-{number + 1:03d}",
                "project_no": f"AZ-{rng.randint(1, 40):03d}",
                "problem": rng.choice(["临时用电容量不足", "管线迁改未完成", "进场道路受阻", "桩基检测排期滞后"]),
                "raised_on": raised,
                "met_on": raised + dt.timedelta(days=2),
                "solved_on": raised + dt.timedelta(days=takes),
                "unit": rng.choice(["住建局", "国土分局", "供电公司", "水务局"]),
            }
        )
    for period in world.periods:
        world.put("resettlement_problems", period, _as_of(problems, period, "raised_on", {"solved_on": {}}))


def _permits(world: World) -> None:
    rng, issued = world.rng, world.totals.permits
    permits: list[Row] = []
    for number in range(issued + 3):
        period = world.periods[min(number * len(world.periods) // (issued + 2), len(world.periods) - 1)]
        accepted = world.day(period, 3, 14 if number < issued else 27)
        promised = accepted + dt.timedelta(days=rng.choice([30, 45, 60]))
        takes = rng.randint(4, 12) if number < issued else 400
        late = 400 if number in (2, 9) else rng.choice([-9, -5, -3, 0, 0, 4])
        permits.append(
            {
                "permit_no": f"RQ-{accepted.year}-{number + 1:03d}",
                "project_no": f"AZ-{number + 5:03d}",
                "item": rng.choice(["建筑工程施工许可证", "建设工程规划许可证"]),
                "accepted_on": accepted,
                "issued_on": accepted + dt.timedelta(days=takes),
                "missing_document": rng.choice(DOCUMENTS),
                "promised_on": promised,
                "completed_on": promised + dt.timedelta(days=late),
            }
        )
    for period in world.periods:
        world.put("permits", period, _as_of(permits, period, "accepted_on", {"issued_on": {}, "completed_on": {}}))


def _petitions(world: World) -> None:
    rng, totals, district = world.rng, world.totals, world.district
    year = world.periods[0].year
    end = world.periods[-1].last_day
    cases: list[Row] = []
    for number in range(totals.cases):
        resolved = number < totals.cases_resolved
        period = world.periods[number * len(world.periods) // totals.cases_resolved] if resolved else None
        open_days = [-20, -6, 4, 12, 40, 75, 110]
        due = dt.date(year, 12, 15) if resolved else end + dt.timedelta(days=open_days[(number - totals.cases_resolved) % len(open_days)])
        row: Row = {
            "case_no": f"XF-{year}-{number + 1:02d}",
            "petitioner": f"{SURNAMES[number % len(SURNAMES)]}样{NUMERALS[number // 3]}",
            "township": district.townships[rng.randrange(6)],
            "category": CATEGORIES[number % len(CATEGORIES)],
            "registered_on": dt.date(year, 1, 6) + dt.timedelta(days=rng.randint(0, 20)),
            "channel": CHANNELS[number % len(CHANNELS)],
            "leader": district.leaders[number % len(district.leaders)],
            "unit": rng.choice([*district.townships[:6], "国土分局", "人社局", "环保局"]),
            "due_on": due,
            "status": "已化解",
            "resolved_on": world.day(period, 4, 26) if period else dt.date(year + 1, 1, 1),
        }
        five = dict.fromkeys(("has_leader", "has_task_force", "has_plan", "has_minutes", "has_stability"), True)
        if number in (totals.cases - 2, totals.cases - 5):
            five["has_minutes"] = False
        cases.append(row | five)
    for period in world.periods:
        rows = _as_of(cases, period, "registered_on", {"resolved_on": {"status": "化解中"}})
        world.put("petition_cases", period, rows)


def _accountability(world: World) -> None:
    late = f"XF-{world.periods[0].year}-{world.totals.cases_resolved + 1:02d}"
    causes = {1: [("国欢镇", None, "走访台账不实", "约谈")], 3: [("三江口镇", None, "安置房进度滞后", "通报批评")]}
    causes[4] = [("环保局", late, "积案化解不力", "效能告诫"), ("梧塘镇", None, "会议议定事项未落实", "责令整改")]
    number = 0
    for order, period in enumerate(world.periods):
        rows = []
        for unit, subject, cause, action in causes.get(order, []):
            number += 1
            row = {"case_no": f"WZ-{period.year}-{number:02d}", "unit": unit, "subject": subject, "cause": cause}
            rows.append(row | {"action": action, "decided_on": world.day(period, 10, 26)})
        world.put("accountability", period, rows)
