"""三、化解信访促和谐: every metric on rows that can be added up by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.transforms.metrics.facts_builder import facts, figures
from transforms.figures import Figure, Light
from transforms.metrics.petitions import CATEGORIES, CHANNELS, FIVE_ONES

G, Y, R = Light.GREEN, Light.YELLOW, Light.RED


def case(number: str, category: str, due: str | None, resolved: str | None = None, **more: object) -> dict[str, object]:
    row = {"case_no": number, "category": category, "due_on": due, "resolved_on": resolved, "unit": "江口镇"}
    status = "已化解" if resolved else "化解中"
    return {**row, "status": status, **dict.fromkeys(FIVE_ONES, True), "channel": "领导包案", **more}


CASES = [
    case("XF-1", "土地征用", "2014-05-01", "2014-05-20", registered_on="2014-05-01"),
    case("XF-2", "土地征用", "2014-07-01", "2014-06-01", registered_on="2014-06-01", channel="定点接访"),
    case("XF-3", "房屋拆迁", "2014-07-01", "2014-06-30", registered_on="2014-05-31", unit=None),
    case(
        "XF-4", "劳动保障", "2014-07-30", "2014-07-01"
    ),  # resolved after the month: not resolved yet; thirty days left
    case("XF-5", "环境保护", "2014-06-29", registered_on="2014-06-30", channel="重点约访"),  # overdue
    case(
        "XF-6", "村财村务管理", "2014-06-30", registered_on="2014-07-01", channel="专题接访"
    ),  # the last day is not past
    case("XF-7", "滩涂纠纷", "2014-07-15", channel="带案下访", has_plan=False),  # fifteen days left
    case("XF-8", "滩涂纠纷", "2014-07-16", channel="电话", has_leader=None),
    case("XF-9", "滩涂纠纷", None, channel=None),
    case("XF-10", "其他", "2014-01-01"),  # overdue, of no known category
]
GIVEN = facts(
    petition_cases={6: CASES},
    accountability={
        **dict.fromkeys((2, 3, 4), ()),
        5: [{"case_no": "WZ-1", "unit": "江口镇", "subject": "关于 xf－5 号积案"}],
        6: [
            {"case_no": "WZ-2", "unit": "江口镇", "subject": "XF-1"},
            {"case_no": "WZ-3", "unit": "白沙镇", "subject": None},
        ],
    },
)
EXPECTED: dict[str, tuple[Fraction | int | None, ...]] = {
    "petition.cases": (10,),
    "petition.registered_month": (2,),  # XF-2 XF-5
    "petition.resolved": (3,),
    "petition.open": (7,),
    "petition.median_days": (19,),  # 0 19 30
    "petition.resolved_month": (2,),
    "petition.resolved_rate": (30, 3, 10, Y),  # 19.6 points behind the share of the year gone
    "petition.registered_rate": (80, 8, 10, Y),
    "petition.overdue": (2, None, None, R),
    "petition.due_soon": (2, None, None, Y),
    "petition.due_in_30_days": (4,),  # XF-4 XF-6 XF-7 XF-8
    "petition.five_ones.leader_rate": (90, 9, 10, Y),
    "petition.five_ones.task_force_rate": (100, 10, 10, G),
    "petition.five_ones.plan_rate": (90, 9, 10, Y),
    "petition.five_ones.minutes_rate": (100, 10, 10, G),
    "petition.five_ones.stability_rate": (100, 10, 10, G),
    "petition.five_ones_rate": (80, 8, 10, Y),
    "petition.channel_rate": (80, 8, 10, Y),
    "petition.category.land.cases": (2,),
    "petition.category.land.resolved": (2,),
    "petition.category.demolition.cases": (1,),
    "petition.category.demolition.resolved": (1,),
    "petition.category.labour.cases": (1,),
    "petition.category.labour.resolved": (0,),
    "petition.category.environment.cases": (1,),
    "petition.category.environment.resolved": (0,),
    "petition.category.village.cases": (1,),
    "petition.category.village.resolved": (0,),
    "petition.category.tidal.cases": (3,),
    "petition.category.tidal.resolved": (0,),
    "petition.channel.fixed.cases": (1,),
    "petition.channel.appointment.cases": (1,),
    "petition.channel.thematic.cases": (1,),
    "petition.channel.visiting.cases": (1,),
    "petition.channel.leader.cases": (4,),
    "petition.channel.fixed.resolved": (1,),
    "petition.channel.appointment.resolved": (0,),
    "petition.channel.thematic.resolved": (0,),
    "petition.channel.visiting.resolved": (0,),
    "petition.channel.leader.resolved": (2,),
    "accountability.units_to_date": (2,),
    "accountability.actions_month": (2,),
    "accountability.actions_to_date": (3,),
    "accountability.coverage_rate": (50, 1, 2, R),  # XF-5 named in May; WZ-2 names XF-1, not XF-10
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


def test_categories_and_channels_stand_in_the_contracts_order() -> None:
    from tests.transforms.metrics.facts_builder import CONTRACTS

    contract = CONTRACTS["petition_cases"]
    assert tuple(CATEGORIES.values()) == contract.column("category").allowed
    assert tuple(CHANNELS.values()) == contract.column("channel").allowed


def test_a_shorter_number_is_not_found_inside_a_longer_one() -> None:
    late = [case("XF-1", "土地征用", "2014-01-01"), case("XF-11", "土地征用", "2014-01-01")]
    actions = [{"case_no": "WZ-1", "subject": "XF-11、XF-12"}]
    found = figures(facts(petition_cases={6: late}, accountability={6: actions}))["accountability.coverage_rate"]
    assert (found.done, found.due) == (1, 2)


def of(*cases: dict[str, object]) -> dict[str, Figure]:
    return figures(facts(petition_cases={6: list(cases)}))


def test_thirty_days_are_counted_from_the_months_last_day() -> None:
    found = of(*(case(day, "土地征用", day) for day in ("2014-07-29", "2014-07-30", "2014-07-31")))
    assert found["petition.due_in_30_days"].value == 2
    assert found["petition.due_soon"].value == 0


def test_a_date_alone_resolves_nothing() -> None:
    found = of(case("XF-1", "土地征用", "2014-07-01", "2014-06-10", status="化解中"), case("XF-2", "土地征用", None))
    assert (found["petition.resolved"].value, found["petition.open"].value) == (0, 2)


def test_resolved_this_month_is_from_its_first_day() -> None:
    days = ("2014-05-31", "2014-06-01", "2014-06-10", "2014-06-20")
    found = of(*(case(day, "土地征用", None, day) for day in days))
    assert (found["petition.resolved_month"].value, found["petition.resolved"].value) == (3, 4)


def test_no_overdue_case_is_no_rate() -> None:
    found = figures(facts(petition_cases={6: CASES[:1]}, accountability={6: []}))["accountability.coverage_rate"]
    assert (found.value, found.note, found.light) == (None, "没有超期积案", None)


def test_coverage_says_which_months_of_accountability_it_lacks() -> None:
    found = figures(facts(petition_cases={6: CASES}, accountability={4: [], 5: [], 6: []}))
    assert found["accountability.coverage_rate"].note == "不含2014年2月、2014年3月（未报送）"


def test_a_register_without_cases_is_zero_cases_and_no_rate() -> None:
    found = figures(facts(petition_cases={6: []}))
    assert (found["petition.cases"].value, found["petition.resolved_rate"].value) == (0, None)
    assert found["petition.resolved_rate"].note == "没有积案"
