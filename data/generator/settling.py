"""二、回迁安置促征迁 and 三、化解信访促和谐: housing, problems, permits, petition cases, accountability."""

from __future__ import annotations

import datetime as dt

from data.generator.world import Row, World, as_of, split

AREAS = ["塘北", "站前", "新涵", "紫璜", "白塘湖", "三江", "国欢", "沁后"]
DOCUMENTS = ["施工图审查合格书", "环境影响登记表", "消防设计审核意见", "人防易地建设手续", "用地批准文件"]
SURNAMES = "林陈黄郑吴许蔡杨方郭余翁"
NUMERALS = "一二三四五六七八九十"
CATEGORIES = ("土地征用", "房屋拆迁", "劳动保障", "环境保护", "村财村务管理", "滩涂纠纷")
CHANNELS = ("定点接访", "重点约访", "专题接访", "带案下访", "领导包案")
FACILITIES = ("road", "greening", "sewage", "gas", "telecom", "property")
STAGES = ("已回迁", "年内回迁", "年内主体封顶", "年内新开工")


def housing(world: World) -> None:
    rng, totals, district = world.rng, world.totals, world.district
    year = world.periods[0].year
    stages: list[str | None] = [
        stage for stage, number in zip(STAGES, totals.stages, strict=True) for _ in range(number)
    ]
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
            actual = (
                planned
                if project["stage"] == STAGES[0]
                else max(0, planned - lags[index] * (order + 2) // (len(world.periods) + 1))
            )
            if index == 1 and order < 2:
                row["stage"], planned, actual = STAGES[1], 96, 94 + order
            month = {STAGES[1]: 9 + index % 4, STAGES[2]: 12}.get(project["stage"], 6)
            shift = 0 if project["stage"] in (STAGES[1], None) else 1
            row["move_back_planned_on"] = (
                dt.date(year + shift, month, 25) if row["stage"] != STAGES[0] else dt.date(year, 1, 20)
            )
            if index == 3:
                row["move_back_planned_on"] = dt.date(year, 5, 31)
            if project["stage"] is None:
                row["move_back_planned_on"] = dt.date(year + 1, 12, 25)
            row |= {"planned_bp": planned * 100, "actual_bp": actual * 100}
            missed = index % 13 == order
            row["checked_on"] = None if missed else world.day(period, 12, 26)
            behind = planned - actual
            row["verdict"] = (
                None
                if missed
                else "处罚"
                if behind > 30
                else "通报"
                if behind > 10
                else "奖励"
                if index % 11 == 0
                else "达标"
            )
            done = "已完成" if row["stage"] == STAGES[0] else "在建" if row["stage"] == STAGES[1] else "未建"
            row |= dict.fromkeys(FACILITIES, done)
            found = 6 if row["stage"] == STAGES[0] else 2 if row["stage"] == STAGES[1] else 0
            row |= {"quality_found": found, "quality_mended": min(found, order + 1), "trouble": None}
            if index == 1:
                row |= {"property": "在建" if order < 4 else "已完成", "gas": "在建"}
            if behind > 10:
                row["trouble"] = "施工力量不足"
            rows.append(row)
        world.put("resettlement_projects", period, rows)


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
                "project_no": f"AZ-{rng.randint(1, 40):03d}",
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
        world.put("permits", period, as_of(permits, period, "accepted_on", {"issued_on": {}, "completed_on": {}}))


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
        rows = as_of(cases, period, "registered_on", {"resolved_on": {"status": "化解中"}})
        world.put("petition_cases", period, rows)


def accountability(world: World) -> None:
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
