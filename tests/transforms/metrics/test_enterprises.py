"""一、服务企业促发展: every metric on rows that can be added up by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.transforms.metrics.facts_builder import WAN, facts, figures
from transforms.figures import Figure, Light
from transforms.period import Period

G, Y, R = Light.GREEN, Light.YELLOW, Light.RED


def paid(enterprise: str, batch: str, day: str, amount: int, tax: str = "房产税") -> dict[str, object]:
    return {"enterprise": enterprise, "batch": batch, "paid_on": day, "amount_fen": amount, "tax": tax}


def loan(kind: str, enterprise: str | None, wan: int, lent: str, due: str | None = None, repaid: str | None = None):
    row = {"kind": kind, "enterprise": enterprise, "amount_fen": wan * WAN, "lent_on": lent}
    return {**row, "due_on": due, "repaid_on": repaid}


def project(number: str, goal: str, **more: object) -> dict[str, object]:
    return {"project_no": number, "goal": goal, **more}


def days(start: str | None, started: str | None, finish: str | None = None, finished: str | None = None):
    row = {"start_planned_on": start, "started_on": started}
    return {**row, "finish_planned_on": finish, "finished_on": finished}


def fee(due: float, paid_wan: float | None) -> dict[str, object]:
    return {"fee_due_fen": int(due * WAN), "fee_paid_fen": None if paid_wan is None else int(paid_wan * WAN)}


def tax(enterprise: str, last: int, this: int, same: int, rewarded: int | None = None) -> dict[str, object]:
    row = {"enterprise": enterprise, "last_year_fen": last * WAN, "this_year_fen": this * WAN}
    return {**row, "same_time_fen": same * WAN, "rewarded_fen": rewarded}


GIVEN = facts(
    reward_payments={
        # May: A is paid twice in one batch (two taxes): two rows, one 家次
        5: [
            paid("A", "第1批", "2014-05-10", 100_000_001),
            paid("A", "第1批", "2014-05-10", 50_000_002, "土地使用税"),
            paid("B", "第1批", "2014-05-12", 20_000_000),
        ],
        # June: two batches; the later one pays B and C, B by two taxes
        6: [
            paid("A", "第2批", "2014-06-05", 30_000_000),
            paid("B", "第3批", "2014-06-20", 7),
            paid("B", "第3批", "2014-06-20", 40_000_000, "土地使用税"),
            paid("C", "第3批", "2014-06-21", 60_000_000, "土地使用税"),
        ],
        **dict.fromkeys((2, 3, 4), ()),
    },
    financing={
        6: [
            loan("银行贷款", "A", 15000, "2014-03-01"),
            loan("银行贷款", "B", 6000, "2013-12-30"),
            loan("银行贷款", "C", 100, "2014-06-30"),
            loan("银行贷款", "C", 50, "2014-07-01"),  # after the month
            loan("应急周转金", "A", 300, "2014-04-01", "2014-06-29"),  # overdue since the day before
            loan("应急周转金", "A", 200, "2014-05-01", "2014-06-30"),  # due on the month's last day: not past
            loan("应急周转金", "B", 500, "2014-03-01", "2014-05-01", "2014-06-30"),  # paid back on the last day
            loan("应急周转金", "B", 50, "2014-03-01", "2014-05-01", "2014-07-01"),  # paid back after the month
            loan("应急周转金", "D", 60, "2014-03-01", "2014-05-01", "2014-05-10"),  # before it
            loan("应急周转金", "C", 40, "2014-06-01", "2014-09-01"),
            loan("助保贷", "C", 5, "2014-06-02"),
            loan("助保贷", "A", 600, "2014-04-01"),
            loan("助保贷", "A", 300, "2014-05-01"),
            loan("助保贷", "C", 150, "2014-05-01"),
            loan("政府风险补偿金", None, 100, "2014-02-01"),
        ]
    },
    industrial_projects={
        6: [
            project(
                "P1", "开工", permitted_on="2014-01-01", **days("2014-06-30", "2014-06-30", "2014-05-01"), **fee(10, 5)
            ),
            project(
                "P2",
                "开工",
                permitted_on="2014-03-01",
                **days("2014-04-01", "2014-03-02", None, "2014-06-01"),
                **fee(8, 8),
            ),
            project("P3", "开工", permitted_on="2014-03-01", started_on="2014-03-02", **fee(8, None)),
            project("P4", "开工", permitted_on="2013-12-31", **days("2014-07-01", "2014-03-02"), **fee(8, 4)),
            project("P5", "开工", permitted_on="2014-03-01", **days("2014-06-29", "2014-07-01"), **fee(8, 4)),
            project(
                "P6",
                "竣工",
                **days(None, "2013-05-01", "2014-06-30", "2014-06-30"),
                investment_planned_fen=1000 * WAN,
                investment_done_fen=400 * WAN,
            ),
            project(
                "P7",
                "竣工",
                **days("2014-01-01", None, "2014-06-29"),
                investment_planned_fen=1000 * WAN,
                investment_done_fen=WAN // 4,
            ),
            project("P8", "竣工", started_on="2014-03-01", finished_on="2013-12-31"),
            project(
                "P9", "开工", permitted_on="2014-02-01", **days("2014-05-01", "2014-03-01"), **fee(8, 3)
            ),  # not half
            project("P10", "开工", **days("2014-06-28", "2014-07-02")),  # late, after the month
            project("P11", "开工", **days("2014-06-30", None)),  # planned for the last day: not past
            project("P12", "开工", **days("2014-06-01", "2014-06-30")),
        ]
    },
    tax_growth={
        6: [
            tax("A", 301, 116, 100, 1),
            tax("B", 301, 116, 100, 0),
            tax("C", 300, 200, 100),  # base not above 300万元
            tax("D", 400, 115, 100, 5),  # growth not above 15 %
            tax("E", 400, 1, 0),  # from nothing, any tax is growth
            tax("F", 200, 300, 100),  # base below
            tax("G", 400, 90, 100),  # less than a year before
            {**tax("H", 300, 116, 100, 5), "last_year_fen": 300 * WAN + 1},  # one 分 above
        ]
    },
    enterprise_links={
        6: [
            {"enterprise": e, "is_monitored": flag} for e, flag in (("A", True), ("B", True), ("C", False), ("D", None))
        ]
    },
    department_ratings={
        6: [
            {"enterprise": "A", "rated": "住建局", "score_centi": 9000},
            {"enterprise": "A", "rated": "环保局", "score_centi": 8550},
            {"enterprise": "C", "rated": "环保局", "score_centi": 9500},
            {"enterprise": "C", "rated": "规划分局", "score_centi": 6000},  # a pass
            {"enterprise": "C", "rated": "居委会", "score_centi": 5999},  # on nobody's list
            {"enterprise": "C", "rated": "财政局", "score_centi": 4000},
        ]
    },
)
# code → value, done, due, light
EXPECTED: dict[str, tuple[Fraction | int | None, ...]] = {
    "reward.enterprises_latest_batch": (2,),
    "reward.amount_latest_batch": (Fraction(100_000_007, WAN),),
    "reward.enterprises_month": (3,),
    "reward.batches_to_date": (3,),
    "reward.enterprise_times_to_date": (5,),  # A1 B1 A2 B3 C3
    "reward.enterprises_to_date": (3,),
    "reward.amount_month": (Fraction(130_000_007, WAN),),
    "reward.amount_year": (Fraction(300_000_010, WAN),),
    "reward.amount_to_date": (Fraction(300_000_010, WAN),),
    "reward.amount_property_tax_to_date": (Fraction(150_000_008, WAN),),
    "reward.amount_land_tax_to_date": (Fraction(150_000_002, WAN),),
    "reward.amount_rate": (Fraction(300_000_010, 200 * WAN), Fraction(300_000_010, WAN), 20000, R),
    "loan.bank_to_date": (21150,),
    "loan.bank_month": (100,),
    "loan.bank_enterprises_to_date": (3,),
    "loan.bank_year": (15100,),
    "loan.bank_rate": (Fraction(151, 4), 15100, 40000, Y),  # 49.6 − 37.75 = 11.85 points behind
    "turnover.enterprises_to_date": (4,),
    "turnover.lent_to_date": (1150,),
    "turnover.lent_month": (40,),
    "turnover.repaid_to_date": (560,),
    "turnover.outstanding": (590,),
    "turnover.overdue": (350, None, None, R),
    "turnover.overdue_contracts": (2, None, None, R),
    "guarantee.pool": (100,),
    "guarantee.enterprises_to_date": (2,),
    "guarantee.amount_to_date": (1055,),
    "guarantee.amount_month": (5,),
    "guarantee.leverage": (Fraction(211, 20), 1055, 100, G),
    "fee.eligible": (4,),  # P1 P2 P3 P9
    "fee.halved_rate": (25, 1, 4, R),
    "fee.halved": (1,),
    "fee.reduced_amount": (5,),
    "fee.wrongly_charged": (2, None, None, R),  # P2 P9; P3 has paid nothing yet
    "growth.eligible": (4,),  # A B E H
    "growth.paid_rate": (50, 2, 4, R),
    "growth.paid": (2,),
    "growth.missed": (2, None, None, Y),  # B E
    "growth.rewarded_amount": (Fraction(11, WAN),),
    "rating.monitored": (2,),
    "rating.participation_rate": (50, 1, 2, R),
    "rating.average": (Fraction(43049, 600),),
    "rating.low_scores": (2, None, None, Y),
    "team.count": (10,),
    "team.departments": (16,),
    "project.starts_target": (9,),
    "project.completions_target": (3,),
    "project.started": (6,),  # P1–P4 P9 P12
    "project.completed": (1,),
    "project.start_rate": (Fraction(600, 45), 6, 45, R),
    "project.completion_rate": (Fraction(100, 22), 1, 22, R),
    "project.starts_due": (7,),  # P1 P2 P5 P9–P12
    "project.start_schedule_rate": (Fraction(400, 7), 4, 7, R),  # P1 P2 P9 P12
    "project.starts_overdue": (3, None, None, R),  # P5 P7 P10
    "project.completions_due": (2,),  # P6 P7
    "project.completion_schedule_rate": (50, 1, 2, R),
    "project.completions_overdue": (2, None, None, R),  # P1 P7
    "project.investment_planned": (2000,),
    "project.investment_year": (Fraction(1601, 4),),
    "project.investment_rate": (Fraction(1601, 80), Fraction(1601, 4), 2000, Y),
}


@pytest.fixture(scope="module")
def june() -> dict[str, Figure]:
    return figures(GIVEN)


@pytest.mark.parametrize("code", EXPECTED)
def test_value(code: str, june: dict[str, Figure]) -> None:
    figure = june[code]
    value, done, due, light = (*EXPECTED[code], None, None, None, None)[:4]
    assert figure.value == value
    assert isinstance(figure.value, Fraction)
    assert (figure.light, figure.note) == (light, "")
    if done is not None:
        assert (figure.done, figure.due) == (done, due)


def test_targets_say_where_they_come_from(june: dict[str, Figure]) -> None:
    assert june["reward.amount_rate"].from_district_file == "targets.reward_amount"
    assert june["reward.amount_rate"].target == 100
    assert june["guarantee.leverage"].target == 10
    assert june["project.investment_rate"].target == 100
    assert june["guarantee.leverage"].inputs == ("guarantee.amount_to_date", "guarantee.pool")
    assert june["team.departments"].from_district_file == "service_teams"


def test_of_two_batches_paid_in_a_month_the_later_counts(june: dict[str, Figure]) -> None:
    (cells,) = june["reward.enterprises_latest_batch"].cells
    assert cells.ranges == "B5:B7"
    rows = [paid("A", "第9批", "2014-06-05", WAN), paid("B", "第1批", "2014-06-20", 2 * WAN)]
    assert figures(facts(reward_payments={6: rows}))["reward.amount_latest_batch"].value == 2  # later by day, not name


def test_a_month_without_payments_has_no_latest_batch() -> None:
    found = figures(facts(reward_payments={6: []}))
    for code in ("reward.enterprises_latest_batch", "reward.amount_latest_batch"):
        assert (found[code].value, found[code].note) == (0, "本月没有兑现")


@pytest.mark.parametrize(
    ("dataset", "codes"),
    [
        ("financing", ("guarantee.pool", "guarantee.leverage")),
        ("industrial_projects", ("fee.halved_rate", "project.investment_rate")),
        ("tax_growth", ("growth.paid_rate",)),
        ("department_ratings", ("rating.average",)),
    ],
)
def test_nothing_to_divide_by_is_no_value_and_says_why(dataset: str, codes: tuple[str, ...]) -> None:
    found = figures(facts(**{dataset: {6: []}}))
    for code in codes:
        assert found[code].value is None
        assert found[code].note
        assert "未报送" not in found[code].note
        assert found[code].light is None


def test_a_year_without_targets_yet_stops_no_other_figure() -> None:
    january = Period(2015, 1)
    found = figures(facts(reward_payments={january: [paid("A", "第1批", "2015-01-10", WAN)]}), january)
    assert found["reward.amount_year"].value == 1
    assert found["reward.amount_rate"].value is None
    assert found["reward.amount_rate"].note == "还没有2015年的年度目标"
