"""二、回迁安置促征迁 and 三、化解信访促和谐: housing, problems, permits, petition cases, accountability."""

from __future__ import annotations

import datetime as dt

from data.generator.world import Row, World, as_of, split
from transforms.period import Period

AREAS = ["塘北", "站前", "新城", "南湖", "东园", "西郊", "北洋", "沁后"]
DOCUMENTS = ["施工图审查合格书", "环境影响登记表", "消防设计审核意见", "人防易地建设手续", "用地批准文件"]
SURNAMES = "林陈黄郑吴许蔡杨方郭余翁"
NUMERALS = "一二三四五六七八九十"
CATEGORIES = ("土地征用", "房屋拆迁", "劳动保障", "环境保护", "村财村务管理", "滩涂纠纷")
CHANNELS = ("定点接访", "重点约访", "专题接访", "带案下访", "领导包案")
FACILITIES = ("road", "greening", "sewage", "gas", "telecom", "property")
STAGES = ("已回迁", "年内回迁", "年内主体封顶", "年内新开工")


def housing(world: World) -> None:
    """Each month a project's plan moves on by four points; what is done never goes back."""
    projects = _projects(world)
    lags = _lags(world, len(projects))
    dates = [_move_back(world, index, project["stage"]) for index, project in enumerate(projects)]
    courses = [_course(world, project["stage"], lag) for project, lag in zip(projects, lags, strict=True)]
    moving = world.totals.stages[0] - 1  # moves back in the third month
    for order, period in enumerate(world.periods):
        rows = []
        for index, project in enumerate(projects):
            planned, actual = courses[index][order]
            row = dict(project)
            if index == moving and order < 2:
                row["stage"], planned, actual = STAGES[1], 96, 94 + order
            row |= {"move_back_planned_on": dates[index], "planned_bp": planned * 100, "actual_bp": actual * 100}
            missed, behind = index % 13 == order, planned - actual
            row["checked_on"] = None if missed else world.day(period, 12, 26)
            row["verdict"] = None if missed else _verdict(behind, index)
            done = {STAGES[0]: "已完成", STAGES[1]: "在建"}.get(row["stage"], "未建")
            row |= dict.fromkeys(FACILITIES, done)
            found = {STAGES[0]: 6, STAGES[1]: 2}.get(row["stage"], 0)
            row |= {"quality_found": found, "quality_mended": min(found, order + 1)}
            if index == moving:
                row |= {"property": "在建" if order < 4 else "已完成", "gas": "在建"}
            row["trouble"] = "施工力量不足" if behind > 10 else None
            rows.append(row)
        world.put("resettlement_projects", period, rows)


def _projects(world: World) -> list[Row]:
    """What stays the same about each project. Stages are those of the last month."""
    rng, totals = world.rng, world.totals
    stages: list[str | None] = [
        stage for stage, number in zip(STAGES, totals.stages, strict=True) for _ in range(number)
    ]
    stages += [None] * (totals.housing - len(stages))
    areas = split(totals.move_back_area, [rng.uniform(0.6, 1.6) for _ in range(totals.stages[1])])
    projects: list[Row] = []
    for number, stage in enumerate(stages):
        area = areas.pop() if stage == STAGES[1] else rng.randint(9_000, 60_000)
        place = AREAS[number % len(AREAS)]
        row: Row = {
            "project_no": f"AZ-{number + 1:03d}",
            "project_name": f"{place}安置区{number // len(AREAS) + 1}期",
            "district_area": f"{place}片区",
            "leader": world.housing_leaders[number % len(world.housing_leaders)],
            "unit": world.towns[number % len(world.towns)],
        }
        projects.append(row | {"stage": stage, "floor_area_dm2": area * 100, "homes": area // 105})
    return projects


def _lags(world: World, number: int) -> list[int]:
    """Points behind plan in the last month: most a little, four badly, two very badly."""
    lags = [world.rng.choice([0, 0, 2, 4, 6, 9]) for _ in range(number)]
    for index in (7, 20, 29, 41):
        lags[index % number] = world.rng.randint(14, 28)
    lags[11 % number], lags[24 % number] = 38, 33
    return lags


def _course(world: World, stage: str | None, lag: int) -> list[tuple[int, int]]:
    """Planned and actual progress, month by month. A lag that grows faster than the plan is a standstill."""
    months = len(world.periods)
    if stage == STAGES[0]:
        return [(100, 100)] * months
    final = {STAGES[1]: 92, STAGES[2]: 60, STAGES[3]: 18}.get(stage or "", 12)
    planned = [max(0, final - 4 * (months - 1 - order)) for order in range(months)]
    wanted = [max(0, plan - lag * (order + 2) // (months + 1)) for order, plan in enumerate(planned)]
    return [(plan, min(wanted[order:])) for order, plan in enumerate(planned)]


def _move_back(world: World, index: int, stage: str | None) -> dt.date:
    """The day by which residents are to be back: in the year where the stage says so. One such day has passed."""
    year, returned = world.periods[0].year, world.totals.stages[0]
    if index < returned - 1:
        return dt.date(year, 1, 20)
    if index == returned - 1:
        return world.periods[min(2, len(world.periods) - 1)].last_day
    if index == returned + 1:
        return world.periods[-1].previous.last_day
    if stage is None:
        return dt.date(year + 1, 12, 25)
    if stage == STAGES[1]:
        return dt.date(year, 9 + index % 4, 25)
    return dt.date(year + 1, 12 if stage == STAGES[2] else 6, 25)


def _verdict(behind: int, index: int) -> str:
    if behind > 10:
        return "处罚" if behind > 30 else "通报"
    return "奖励" if index % 11 == 0 else "达标"


def problems(world: World) -> None:
    rng, solved = world.rng, world.totals.problems_solved
    problems: list[Row] = []
    for number in range(solved + 3):
        period = world.periods[min(number * len(world.periods) // (solved + 2), len(world.periods) - 1)]
        raised = world.day(period, 3, 12 if number < solved else 27)
        takes = 400 if number >= solved else rng.choice([3, 4, 5, 6, 7, 7, 12])
        problems.append(
            {
                "problem_no": f"WT-{raised.year}-{number + 1:03d}",
                "project_no": f"AZ-{rng.randint(1, min(40, world.totals.housing)):03d}",
                "problem": rng.choice(["临时用电容量不足", "管线迁改未完成", "进场道路受阻", "桩基检测排期滞后"]),
                "raised_on": raised,
                "met_on": raised + dt.timedelta(days=2),
                "solved_on": raised + dt.timedelta(days=takes),
                "unit": rng.choice(["住建局", "国土分局", "供电公司", "水务局"]),
            }
        )
    for period in world.periods:
        world.put("resettlement_problems", period, as_of(problems, period, "raised_on", {"solved_on": {}}))


def permits(world: World) -> None:
    rng, issued = world.rng, world.totals.permits
    permits: list[Row] = []
    for number in range(issued + 3):
        period = world.periods[min(number * len(world.periods) // (issued + 2), len(world.periods) - 1)]
        accepted = world.day(period, 3, 14 if number < issued else 27)
        promised = accepted + dt.timedelta(days=rng.choice([30, 45, 60]))
        takes = rng.randint(4, 12) if number < issued else 400
        late = {2: 400, 9: 400, 4: 5}.get(number, rng.choice([-9, -5, -3, -2, 0, 0]))
        permits.append(
            {
                "permit_no": f"RQ-{accepted.year}-{number + 1:03d}",
                "project_no": f"AZ-{(number + 4) % world.totals.housing + 1:03d}",
                "item": rng.choice(["建筑工程施工许可证", "建设工程规划许可证"]),
                "accepted_on": accepted,
                "issued_on": accepted + dt.timedelta(days=takes),
                "missing_document": rng.choice(DOCUMENTS),
                "promised_on": promised,
                "completed_on": promised + dt.timedelta(days=late),
                "remark": "代办员全程代办" if number % 6 == 0 else None,
            }
        )
    for period in world.periods:
        world.put("permits", period, as_of(permits, period, "accepted_on", {"issued_on": {}, "completed_on": {}}))


def petitioner(number: int) -> str:
    """A surname, 样 for sample, a numeral: no person is called that."""
    times, numeral = divmod(number // 3, len(NUMERALS))
    return f"{SURNAMES[number % len(SURNAMES)]}样{NUMERALS[numeral] * (times + 1)}"


def resolving_days(period: Period, year: int) -> tuple[int, int]:
    """The days of a month on which a case may be resolved: all are registered from 6 to 26 January of the campaign's year."""
    return (27, 31) if (period.year, period.month) == (year, 1) else (4, 26)


def petitions(world: World) -> None:
    rng, totals, district = world.rng, world.totals, world.district
    year = world.periods[0].year
    end = world.periods[-1].last_day
    cases: list[Row] = []
    for number in range(totals.cases):
        resolved = number < totals.cases_resolved
        period = world.periods[number * len(world.periods) // totals.cases_resolved] if resolved else None
        open_days = [-20, -6, 4, 12, 40, 75, 110]
        due = (
            dt.date(year, 12, 15)
            if resolved
            else end + dt.timedelta(days=open_days[(number - totals.cases_resolved) % len(open_days)])
        )
        row: Row = {
            "case_no": f"XF-{year}-{number + 1:02d}",
            "petitioner": petitioner(number),
            "township": world.towns[rng.randrange(len(world.towns))],
            "category": CATEGORIES[number % len(CATEGORIES)],
            "registered_on": dt.date(year, 1, 6) + dt.timedelta(days=rng.randint(0, 20)),
            "channel": CHANNELS[number % len(CHANNELS)],
            "leader": district.leaders[number % len(district.leaders)],
            "unit": rng.choice([*world.towns, "国土分局", "人社局", "环保局"]),
            "due_on": due,
            "status": "已化解",
            "resolved_on": world.day(period, *resolving_days(period, year)) if period else dt.date(year + 1, 1, 1),
        }
        five = dict.fromkeys(("has_leader", "has_task_force", "has_plan", "has_minutes", "has_stability"), True)
        if number in (totals.cases - 2, totals.cases - 5):
            five["has_minutes"] = False
        remark = f"{row['petitioner']}已签订息诉协议" if number % 5 == 0 else None
        cases.append(row | five | {"remark": remark})
    for period in world.periods:
        before = {"resolved_on": {"status": "化解中", "remark": None}}
        rows = as_of(cases, period, "registered_on", before)
        world.put("petition_cases", period, rows)


def accountability(world: World) -> None:
    late = f"XF-{world.periods[0].year}-{world.totals.cases_resolved + 1:02d}"
    last, towns = len(world.periods) - 1, world.towns
    causes: dict[int, list[tuple[str, str | None, str, str]]] = {
        last - 3: [(towns[4 % len(towns)], None, "走访台账不实", "约谈")],
        last - 1: [(towns[2 % len(towns)], None, "安置房进度滞后", "通报批评")],
        last: [
            ("环保局", late, "积案化解不力", "效能告诫"),
            (towns[5 % len(towns)], None, "会议议定事项未落实", "责令整改"),
        ],
    }
    number = 0
    for order, period in enumerate(world.periods):
        rows = []
        for unit, subject, cause, action in causes.get(order, []):
            number += 1
            row = {"case_no": f"WZ-{period.year}-{number:02d}", "unit": unit, "subject": subject, "cause": cause}
            rows.append(row | {"action": action, "decided_on": world.day(period, 10, 26)})
        world.put("accountability", period, rows)
