"""Each matter that leaders must see: what brings it up, what does not, in which order, and whom it never names."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from tests.transforms.metrics.facts_builder import ALL, DISTRICT, WAN, Months, Row, facts
from transforms.attention import Item, attention, coming_due
from transforms.figures import Light
from transforms.metrics.petitions import FIVE_ONES
from transforms.period import Period

R, Y, G = Light.RED, Light.YELLOW, Light.GREEN
JUNE = Period(2014, 6)
ALL_FIVE = dict.fromkeys(FIVE_ONES, True)


def items(**datasets: Months) -> tuple[Item, ...]:
    return attention(facts(**datasets), ALL, DISTRICT, JUNE)


def due(**datasets: Months) -> tuple[Item, ...]:
    return coming_due(facts(**datasets), ALL, DISTRICT, JUNE)


def said(found: tuple[Item, ...]) -> list[tuple[Light, str]]:
    return [(item.light, item.what) for item in found]


def housing(name: str, planned: int | None, actual: int | None, **more: object) -> Row:
    bp = {"planned_bp": planned and planned * 100, "actual_bp": actual and actual * 100}
    return {
        "project_no": name,
        "project_name": name,
        "stage": "年内回迁",
        "leader": "区长",
        "unit": "江口镇",
        **bp,
        **more,
    }


def meeting(kind: str, leader: str, day: str) -> Row:
    return {"kind": kind, "leader": leader, "held_on": day}


def test_housing_behind_schedule_or_past_its_day() -> None:
    found = items(
        resettlement_projects={
            6: [
                housing("甲", 50, 40),
                housing("乙", 50, 39),
                housing("丙", 50, 19),
                housing("丁", 50, 50, move_back_planned_on="2014-06-20"),
                housing("戊", 100, 10, stage="已回迁", move_back_planned_on="2014-01-01"),
                housing("己", None, 10, move_back_planned_on="2014-06-30"),
            ]
        }
    )
    assert said(found) == [
        (R, "丁过了计划回迁日期，还没有回迁"),
        (R, "丙进度落后计划31个百分点"),
        (Y, "乙进度落后计划11个百分点"),
    ]
    late = found[0]
    assert (late.days, late.due_on, late.leader, late.whose) == (10, dt.date(2014, 6, 20), "区长", "江口镇")
    assert (late.dataset, late.submission, late.row) == ("resettlement_projects", "resettlement_projects-2014-06", 7)


def test_industrial_projects_past_their_days() -> None:
    def row(name: str, **more: object) -> Row:
        return {"project_no": name, "project_name": name, "team": "第3小分队", "leader": "区长", "goal": "开工", **more}

    found = items(
        industrial_projects={
            6: [
                row("甲", start_planned_on="2014-06-01"),
                row("乙", start_planned_on="2014-06-01", started_on="2014-07-01"),  # after the month: not started yet
                row("丙", start_planned_on="2014-06-01", started_on="2014-06-20", finish_planned_on="2014-06-10"),
                row("丁", start_planned_on="2014-06-30"),
                row("戊", start_planned_on="2014-01-01", started_on="2014-06-20"),
                row("己", start_planned_on="2014-05-01", finish_planned_on="2014-06-01"),  # one item, the first step
            ]
        }
    )
    assert said(found) == [(R, "己未按期开工"), (R, "乙未按期开工"), (R, "甲未按期开工"), (R, "丙未按期竣工")]
    assert {item.whose for item in found} == {"第3小分队"}
    assert found[-1].ask == "请小分队上门解决，限期竣工"


def test_enterprise_issues_and_loans_overdue_name_the_enterprises_leader() -> None:
    found = items(
        enterprise_links={6: [{"enterprise": "A", "leader": "区长"}]},
        enterprise_issues={
            6: [
                {
                    "issue_no": "1",
                    "enterprise": "A",
                    "category": "用地",
                    "due_on": "2014-06-20",
                    "status": "办理中",
                    "unit": "国土分局",
                },
                {"issue_no": "2", "enterprise": "A", "category": "用地", "due_on": "2014-06-30", "status": "办理中"},
            ]
        },
        financing={
            6: [
                {
                    "contract_no": "Z1",
                    "kind": "应急周转金",
                    "enterprise": "A",
                    "amount_fen": 5 * WAN // 2,
                    "due_on": "2014-06-29",
                },
                {"contract_no": "Z2", "kind": "银行贷款", "enterprise": "A", "amount_fen": WAN, "due_on": "2014-06-01"},
                {
                    "contract_no": "Z3",
                    "kind": "应急周转金",
                    "amount_fen": WAN,
                    "due_on": "2014-06-01",
                    "repaid_on": "2014-06-30",
                },
            ]
        },
    )
    assert said(found) == [(R, "企业问题1（用地）超期未办结"), (R, "应急周转金Z1逾期未还，2.5万元")]
    assert [(item.whose, item.leader, item.days) for item in found] == [("国土分局", "区长", 10), ("金融办", "区长", 1)]


def test_housing_problems_and_documents_overdue_name_the_projects_leader() -> None:
    found = items(
        resettlement_projects={6: [housing("Z1", None, None)]},
        resettlement_problems={
            6: [
                {"problem_no": "W1", "project_no": "Z1", "raised_on": "2014-06-22", "unit": "水务局"},
                {"problem_no": "W2", "project_no": "Z1", "raised_on": "2014-06-23"},
            ]
        },
        permits={
            6: [
                {"permit_no": "R1", "project_no": "Z1", "promised_on": "2014-06-20", "missing_document": "规划许可证"},
                {"permit_no": "R2", "project_no": "Z1", "promised_on": "2014-06-20", "completed_on": "2014-06-25"},
            ]
        },
    )
    assert said(found) == [(R, "容缺事项R1逾期未补规划许可证"), (R, "安置房问题W1超过7天没有解决")]
    assert [(item.whose, item.leader, item.days) for item in found] == [
        ("行政服务中心", "区长", 10),
        ("水务局", "区长", 1),
    ]


def case(number: str, due_on: str, **more: object) -> Row:
    row = {
        "case_no": number,
        "petitioner": "徐××",
        "township": "江口镇",
        "category": "土地征用",
        "remark": "（已隐去）",
    }
    return {**row, "status": "化解中", "due_on": due_on, "unit": "国土分局", "leader": "区长", **ALL_FIVE, **more}


def test_petition_cases_by_number_township_and_category_never_by_name() -> None:
    found = items(
        petition_cases={
            6: [
                case("XF-1", "2014-06-20"),
                case("XF-2", "2014-07-10", has_leader=False),
                case("XF-3", "2014-07-02", unit=None, township=None),
                case("XF-4", "2014-07-16", has_plan=False),
                case("XF-5", "2014-06-01", status="已化解", resolved_on="2014-06-02", has_plan=False),
            ]
        }
    )
    assert said(found) == [
        (R, "积案XF-1（江口镇，土地征用）超期未化解"),
        (Y, "2件未化解积案的“五个一”措施不齐全"),
        (Y, "积案XF-3（土地征用）即将到期"),
        (Y, "积案XF-2（江口镇，土地征用）即将到期"),
    ]
    assert [item.days for item in found] == [10, None, -2, -10]
    assert [item.whose for item in found] == ["国土分局", "信访局", "信访局", "国土分局"]
    text = "".join(str(dataclasses.asdict(item)) for item in found)
    assert "徐" not in text
    assert "隐去" not in text


def test_missed_visits_are_grouped_by_leader() -> None:
    links = [
        {"enterprise": e, "leader": leader}
        for e, leader in (("A", "区长"), ("B", "区长"), ("C", "区委书记"), ("D", None))
    ]
    weekly = ("2014-06-01", "2014-06-03", "2014-06-10", "2014-06-17", "2014-06-24")
    seen = [{"enterprise": "C", "visited_on": day, "visitor": "区委书记"} for day in weekly]
    found = items(enterprise_links={6: links}, enterprise_visits={6: seen})
    assert [(i.light, i.leader, i.whose, i.what) for i in found] == [
        (R, "", "经信局", "挂钩联系的1家企业连续两周以上没有走访"),
        (R, "区长", "区长", "挂钩联系的2家企业连续两周以上没有走访"),
    ]


def test_leaders_who_missed_coordination_meetings() -> None:
    links = [{"enterprise": leader, "leader": leader} for leader in ("甲", "乙", "丙")]
    held = [("甲", "2014-06-01"), ("甲", "2014-06-16"), ("乙", "2014-06-01"), ("乙", "2014-06-02")]
    found = items(enterprise_links={6: links}, meetings={6: [meeting("企业协调会", *one) for one in held]})
    assert [(i.light, i.leader, i.what) for i in found] == [
        (R, "丙", "本月没有召开企业协调会"),
        (Y, "乙", "本月只开了一次企业协调会"),
    ]


def test_leaders_who_missed_housing_duties() -> None:
    both = ("安置房座谈会", "安置房现场协调会")
    everybody = ("甲", "乙", "丙", "丁", "戊")
    may = [
        meeting(kind, leader, "2014-05-10")
        for kind in both
        for leader in everybody
        if (kind, leader) != (both[0], "丙")
    ]
    may += [meeting("安置户回访", leader, "2014-05-10") for leader in everybody if leader != "戊"]
    june = [meeting(kind, "甲", "2014-06-10") for kind in both] + [meeting(kind, "戊", "2014-06-10") for kind in both]
    june += [meeting("安置房现场协调会", leader, "2014-06-10") for leader in ("乙", "丙")]
    found = items(
        resettlement_projects={6: [housing(leader, None, None, leader=leader) for leader in everybody]},
        meetings={5: may, 6: june},
    )
    assert {i.leader: (i.light, i.what) for i in found} == {
        "乙": (Y, "本月没有召开安置房座谈会"),
        "丙": (R, "连续两个月没有召开安置房座谈会"),
        "丁": (R, "本月没有召开安置房座谈会、安置房现场协调会"),
        "戊": (Y, "两个月没有回访安置户"),
    }
    assert [i.light for i in found] == [R, R, Y, Y]


def test_a_month_of_meetings_not_sent_accuses_nobody_of_two() -> None:
    found = items(resettlement_projects={6: [housing("甲", None, None)]}, meetings={6: []})
    assert said(found) == [(R, "本月没有召开安置房座谈会、安置房现场协调会")]


def test_fees_wrongly_charged_and_rewards_unpaid() -> None:
    def growth(enterprise: str, rewarded: int | None) -> Row:
        row = {"enterprise": enterprise, "last_year_fen": 400 * WAN, "this_year_fen": 200 * WAN, "same_time_fen": WAN}
        return {**row, "rewarded_fen": rewarded}

    fee = {"permitted_on": "2014-02-01", "started_on": "2014-03-01", "fee_due_fen": 10, "fee_paid_fen": 10}
    found = items(
        industrial_projects={6: [{"project_no": "P1", "project_name": "甲", "leader": "区长", **fee}]},
        tax_growth={6: [growth("A", None), growth("B", 0), growth("C", 1)]},
    )
    assert said(found) == [(Y, "2家企业符合纳税增长奖励条件，奖励还没有发放"), (Y, "甲配套费没有按一半收取")]
    assert [item.whose for item in found] == ["地税局", "住建局"]


def test_a_dataset_not_sent_gives_no_items() -> None:
    assert items() == ()
    assert due() == ()
    assert items(petition_cases={5: [case("XF-1", "2014-05-01")]}) == ()


def test_worst_first() -> None:
    found = items(
        petition_cases={
            6: [
                case("XF-1", "2014-06-29"),
                case("XF-2", "2014-06-01"),
                case("XF-3", "2014-07-10"),
                case("XF-4", "2014-07-01"),
            ]
        }
    )
    assert [(item.light, item.days) for item in found] == [(R, 29), (R, 1), (Y, -1), (Y, -10)]


@pytest.mark.parametrize(
    ("dataset", "column", "more", "what"),
    [
        (
            "petition_cases",
            "due_on",
            {"case_no": "XF-1", "township": "江口镇", "category": "土地征用", "status": "化解中"},
            "积案XF-1（江口镇，土地征用）化解时限到期",
        ),
        ("industrial_projects", "start_planned_on", {"project_name": "甲", "team": "第1小分队"}, "甲计划开工"),
        ("industrial_projects", "finish_planned_on", {"project_name": "甲", "team": "第1小分队"}, "甲计划竣工"),
        (
            "enterprise_issues",
            "due_on",
            {"issue_no": "1", "category": "用地", "status": "办理中"},
            "企业问题1（用地）办理期限到期",
        ),
        ("financing", "due_on", {"contract_no": "Z1", "kind": "应急周转金"}, "应急周转金Z1到期归还"),
        ("resettlement_projects", "move_back_planned_on", {"project_name": "甲"}, "甲计划回迁"),
        (
            "permits",
            "promised_on",
            {"permit_no": "R1", "missing_document": "规划许可证"},
            "容缺事项R1承诺补齐规划许可证",
        ),
    ],
)
def test_what_falls_due_next_month(dataset: str, column: str, more: Row, what: str) -> None:
    days = ("2014-06-30", "2014-07-31", "2014-07-01", "2014-08-01")
    found = due(**{dataset: {6: [{**more, column: day} for day in days]}})
    assert [(item.what, item.due_on) for item in found] == [
        (what, dt.date(2014, 7, 1)),
        (what, dt.date(2014, 7, 31)),
    ]
    assert [item.light for item in found] == [Y, G]
    assert [item.days for item in found] == [-1, -31]
    assert [item.row for item in found] == [6, 5]


@pytest.mark.parametrize(
    ("dataset", "row"),
    [
        (
            "petition_cases",
            {"case_no": "XF-1", "due_on": "2014-07-10", "status": "已化解", "resolved_on": "2014-06-10"},
        ),
        ("industrial_projects", {"start_planned_on": "2014-07-10", "started_on": "2014-06-10"}),
        ("enterprise_issues", {"due_on": "2014-07-10", "status": "已办结", "settled_on": "2014-06-10"}),
        ("financing", {"kind": "应急周转金", "due_on": "2014-07-10", "repaid_on": "2014-06-10"}),
        ("financing", {"kind": "银行贷款", "due_on": "2014-07-10"}),
        ("resettlement_projects", {"stage": "已回迁", "move_back_planned_on": "2014-07-10"}),
        ("permits", {"promised_on": "2014-07-10", "completed_on": "2014-06-30"}),
    ],
)
def test_what_is_done_does_not_fall_due(dataset: str, row: Row) -> None:
    assert due(**{dataset: {6: [row]}}) == ()
