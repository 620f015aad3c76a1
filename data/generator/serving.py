"""一、服务企业促发展: enterprises, rewards, visits, issues, meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from data.generator.world import YUAN, Row, World, as_of, organisation_code, split
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
    names += [name.replace("有限公司", f"{number}厂有限公司") for number in "二三四五" for name in names]
    wanted, monitored = world.totals.enterprises, world.totals.monitored
    bodies = rng.sample(range(50_000_000, 79_999_999), wanted)
    for number, (name, body) in enumerate(zip(names[:wanted], bodies, strict=True)):
        township = rng.choice(district.townships)
        world.enterprises.append(
            {
                "enterprise_name": name,
                "enterprise_code": organisation_code(str(body)),
                "township": township,
                "leader": district.leaders[number % len(district.leaders)],
                "township_leader": f"{township}主要领导",
                "area_leader": f"{township}包片领导",
                "is_monitored": number * monitored % wanted < monitored,
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
                row |= {"tax": tax, "tax_period": f"{period.year - 1}年度" if number < 4 else f"{period.year}年1-6月"}
                row |= {"batch": f"{period.year}年第{number}批", "paid_on": rng.choice(days)}
                row["remark"] = "税款清缴后兑现" if len(planned) % 29 == 4 else None
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
                    "remark": "已办结并回复企业",
                }
            )
    open_still = {"settled_on": {"status": "办理中", "remark": "正在协调"}}
    for period in world.periods:
        world.put("enterprise_issues", period, as_of(issues, period, "raised_on", open_still))


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
    for index, leader in enumerate(world.housing_leaders):
        for kind in _housing_duties(order, index):
            yield kind, world.day(period), leader, f"AZ-{index + 1:03d}"
    if period.month in (3, 5, 9, 12):
        yield "政银企联席会议", world.day(period, 10, 20), world.leader("常务"), "全区"
    for day in (period.first_day + dt.timedelta(days=n) for n in range(period.last_day.day)):
        if day.weekday() == 0:
            yield "城建例会", day, world.leader("城建"), "全区"


def _housing_duties(order: int, index: int) -> list[str]:
    """The duties that a leader fulfils in a month; in the last months two of them neglect one."""
    held = {
        "安置房座谈会": not (order >= 3 and index == 5),
        "安置房现场协调会": not (order == 4 and index == 2),
        "安置户回访": (order + index) % 2 == 0,
    }
    return [kind for kind, done in held.items() if done]
