"""Duties at fixed intervals: weeks, half-months, months, quarters, and meetings reported late."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from tests.transforms.metrics.facts_builder import CONTRACTS, DISTRICT, facts, figures
from transforms.figures import Figure, Light
from transforms.metrics.duties import missed_two_weeks, visited_weeks, weeks
from transforms.metrics.month import Month
from transforms.period import Period

G, Y, R = Light.GREEN, Light.YELLOW, Light.RED
MONDAYS = ("2014-05-26", "2014-06-02", "2014-06-09", "2014-06-16", "2014-06-23")  # of the weeks that end in June


def link(enterprise: str, leader: str | None, township_leader: str | None = "镇长") -> dict[str, object]:
    row = {"enterprise": enterprise, "leader": leader, "township_leader": township_leader}
    return {**row, "area_leader": "书记"}


def visit(enterprise: str, day: str, visitor: str | None = "区长", raised: int | None = None) -> dict[str, object]:
    return {"enterprise": enterprise, "visited_on": day, "visitor": visitor, "issues_raised": raised}


def meeting(
    kind: str, leader: str | None, day: str, agreed: int | None = None, done: int | None = None
) -> dict[str, object]:
    row = {"meeting_no": f"{kind}{leader}{day}", "kind": kind, "leader": leader, "held_on": day}
    return {**row, "items_agreed": agreed, "items_done": done}


def issue(number: str, raised: str | None, due: str | None, settled: str | None = None) -> dict[str, object]:
    row = {"issue_no": number, "raised_on": raised, "due_on": due, "settled_on": settled}
    return {**row, "status": "已办结" if settled else "办理中"}


GIVEN = facts(
    enterprise_links={6: [link("A", "区长"), link("B", "区长"), link("C", "区委书记", None), link("D", None)]},
    enterprise_visits={
        # Friday 30 May lies in the first week of June; Sunday 25 May does not
        5: [visit("A", "2014-05-30"), visit("B", "2014-05-25")],
        6: [
            *(visit("A", day) for day in MONDAYS[1:]),
            visit("A", "2014-06-02", "镇长"),  # a second visit in the same week
            visit("B", "2014-06-01"),
            visit("B", "2014-06-08"),
            visit("B", "2014-06-22", None),  # nobody named: still a visit
            visit("B", "2014-06-30"),  # Monday of the week that ends in July
            visit("C", "2014-06-10", raised=2),
            visit("X", "2014-06-10", raised=3),  # not in the register
        ],
        **dict.fromkeys((2, 3, 4), ()),
    },
    enterprise_issues={
        6: [
            issue("1", "2014-06-01", "2014-06-10", "2014-06-10"),
            issue("2", "2014-05-31", "2014-06-10", "2014-06-11"),
            issue("3", "2014-06-30", "2014-06-29"),
            issue("4", "2014-07-01", "2014-06-30"),
            issue("5", None, "2014-07-10", "2014-07-01"),  # settled after the month
            issue("6", "2014-05-01", "2014-06-01", "2014-05-31"),  # settled before it
            issue("7", "2014-06-02", "2014-07-30", "2014-06-30"),  # on its last day
            issue("8", "2014-04-01", "2014-06-28", "2014-06-05") | {"status": "办理中"},  # a date, and not settled
            issue("9", "2014-05-02", "2014-05-10", "2014-05-10"),
        ]
    },
    resettlement_projects={6: [{"leader": leader} for leader in ("区长", "区长", "区委书记", "政法委书记", None)]},
    meetings={
        4: [meeting("政银企联席会议", None, "2014-04-10"), meeting("安置户回访", "政法委书记", "2014-04-30")],
        5: [meeting("安置户回访", "区长", "2014-05-31", 1), meeting("企业协调会", "区长", "2014-05-20")],
        6: [
            meeting("企业协调会", "区长", "2014-06-15", 3, 2),
            meeting("企业协调会", "区长", "2014-06-01"),  # the same half
            meeting("企业协调会", "区委书记", "2014-06-16"),
            meeting("企业协调会", "区委书记", "2014-05-10"),  # reported late: not June's
            meeting("企业协调会", "组织部长", "2014-06-10"),  # linked to no enterprise
            meeting("政银企联席会议", None, "2014-06-10"),
            meeting("安置房座谈会", "区长", "2014-06-10", 4, 1),
            meeting("安置房座谈会", "区长", "2014-06-11", None, 5),  # nothing agreed is nothing due
            meeting("安置房座谈会", "区委书记", "2014-06-12"),
            meeting("安置房座谈会", "政法委书记", "2014-06-30"),
            meeting("安置房现场协调会", "区长", "2014-06-10"),
            meeting("安置房现场协调会", "区委书记", "2014-06-10"),
            meeting("安置房现场协调会", "政法委书记", "2014-05-10"),
            meeting("安置户回访", "组织部长", "2014-06-10"),
        ],
        **dict.fromkeys((2, 3), ()),
    },
)
EXPECTED: dict[str, tuple[Fraction | int | None, ...]] = {
    "link.enterprises": (4,),
    "link.leaders": (2,),
    "link.complete_rate": (50, 2, 4, R),
    "visit.count_month": (11,),
    "visit.enterprises_month": (4,),
    "visit.issues_raised_month": (5,),
    "visit.enterprise_weeks_rate": (45, 9, 20, R),  # A 5, B weeks 1, 2 and 4, C 1, D 0
    "visit.enterprises_missed_two_weeks": (2, None, None, R),  # C, D
    "coordination.meetings_rate": (50, 2, 4, R),
    "coordination.meetings_month": (4,),
    "bank_meeting.quarter": (2, 2, 1, G),
    "meeting.items_agreed_to_date": (8,),
    "meeting.items_done_to_date": (8,),
    "meeting.items_done_rate": (Fraction(75, 2), 3, 8, R),
    "issue.raised_to_date": (9,),
    "issue.raised_month": (3,),  # 1 3 7
    "issue.settled_to_date": (5,),  # 1 2 6 7 9
    "issue.settled_month": (3,),  # 1 2 7
    "issue.open": (4,),
    "issue.overdue": (2, None, None, R),  # 3 8
    "issue.median_days": (11,),  # 8 9 11 28 30
    "issue.settled_in_time_rate": (Fraction(400, 7), 4, 7, R),  # 1 6 7 9 of the settled and 3 8
    "duty.symposium_month": (4,),
    "duty.on_site_month": (2,),
    "duty.return_visit_month": (1,),
    "duty.symposium_rate": (100, 3, 3, G),
    "duty.on_site_rate": (Fraction(200, 3), 2, 3, Y),
    "duty.return_visit_rate": (Fraction(100, 3), 1, 3, R),
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


def test_the_fifteenth_ends_the_first_half() -> None:
    rows = [meeting("企业协调会", "区长", day) for day in ("2014-06-15", "2014-06-16")]
    found = figures(facts(enterprise_links={6: [link("A", "区长")]}, meetings={6: rows}))
    assert found["coordination.meetings_rate"].done == 2


def test_one_bank_meeting_a_quarter_is_the_target(june: dict[str, Figure]) -> None:
    assert june["bank_meeting.quarter"].target == 1


def test_weeks_run_from_monday_to_sunday_and_belong_to_the_month_of_their_sunday() -> None:
    found = weeks(Period(2014, 6))
    assert [start.isoformat() for start, _ in found] == list(MONDAYS)
    assert found[-1][1] == dt.date(2014, 6, 29)
    assert weeks(Period(2014, 2))[0] == (dt.date(2014, 1, 27), dt.date(2014, 2, 2))
    everyday = [day for month in range(1, 13) for week in weeks(Period(2014, month)) for day in week]
    assert everyday == sorted(set(everyday))  # no week in two months


def test_a_month_that_ends_on_a_sunday_has_that_week() -> None:
    assert weeks(Period(2014, 8))[-1] == (dt.date(2014, 8, 25), dt.date(2014, 8, 31))


def test_a_campaign_that_begins_on_a_monday_owes_that_week() -> None:
    numbering = DISTRICT.numbering.model_copy(update={"first_period": "2014-09"})
    given = facts(enterprise_links={Period(2014, 9): [link("A", "区长")]}, enterprise_visits={Period(2014, 9): []})
    found = figures(given, Period(2014, 9), DISTRICT.model_copy(update={"numbering": numbering}))
    assert (found["visit.enterprise_weeks_rate"].done, found["visit.enterprise_weeks_rate"].due) == (0, 4)


def month_of(visits: dict[str, list[str]]) -> Month:
    """June with these visits, of an enterprise each."""
    rows = [visit(enterprise, day) for enterprise, days in visits.items() for day in days]
    given = facts(
        enterprise_links={6: [link(enterprise, "区长") for enterprise in visits]},
        enterprise_visits={5: [], 6: rows},
    )
    return Month(given, CONTRACTS, DISTRICT, Period(2014, 6))


def test_each_day_belongs_to_its_week() -> None:
    month = month_of({"A": ["2014-06-01", "2014-06-02", "2014-06-08", "2014-06-09", "2014-06-29"], "B": ["2014-06-30"]})
    assert visited_weeks(month) == {"A": {0, 1, 2, 4}, "B": set()}


def test_two_weeks_in_a_row_are_missed_wherever_they_stand() -> None:
    first, second, third, fourth, fifth = ("2014-06-01", "2014-06-04", "2014-06-11", "2014-06-18", "2014-06-27")
    month = month_of(
        {
            "every other": [first, third, fifth],
            "not the first two": [third, fourth, fifth],
            "not the middle two": [first, fourth, fifth],
            "not the last two": [first, second, third],
            "not the last": [first, second, third, fourth],
        }
    )
    assert missed_two_weeks(month) == ["not the first two", "not the last two", "not the middle two"]


def test_missed_visits_show_whom_they_are_about(june: dict[str, Figure]) -> None:
    links, *_ = june["visit.enterprises_missed_two_weeks"].cells
    assert (links.sheet, links.ranges) == ("挂钩联系名册", "B6:B7")
    found = figures(
        facts(
            enterprise_links={6: [link("A", "区长")]},
            enterprise_visits={6: [visit("A", day) for day in ("2014-06-01", "2014-06-10", "2014-06-24")]},
        )
    )["visit.enterprises_missed_two_weeks"]
    assert found.value == 0
    assert (found.cells[0].sheet, found.cells[0].ranges) == ("挂钩联系名册", "")  # searched, none found
    assert found.note == "不含2014年5月（未报送）"


def test_a_week_that_began_in_a_month_not_sent_says_so() -> None:
    found = figures(facts(enterprise_links={6: [link("A", "区长")]}, enterprise_visits={6: [visit("A", "2014-06-03")]}))
    assert found["visit.enterprise_weeks_rate"].value == 20
    assert found["visit.enterprise_weeks_rate"].note == "不含2014年5月（未报送）"
    assert found["visit.count_month"].note == ""


@pytest.mark.parametrize(("month", "light"), [(4, None), (5, None), (6, Y)])
def test_the_quarters_meeting_is_missed_only_when_the_quarter_is_over(month: int, light: Light | None) -> None:
    found = figures(facts(meetings=dict.fromkeys(range(2, month + 1), ())), month)["bank_meeting.quarter"]
    assert (found.value, found.done, found.due, found.light) == (0, 0, 1, light)


def test_a_meeting_of_the_quarter_before_does_not_count() -> None:
    given = facts(meetings={3: [meeting("政银企联席会议", None, "2014-03-31")], 4: []})
    assert figures(given, 4)["bank_meeting.quarter"].value == 0
    assert figures(given, 3)["bank_meeting.quarter"].value == 1


def test_nobody_linked_is_no_rate() -> None:
    found = figures(
        facts(enterprise_links={6: []}, enterprise_visits={6: []}, meetings={6: []}, resettlement_projects={6: []})
    )
    for code in ("visit.enterprise_weeks_rate", "coordination.meetings_rate", "duty.symposium_rate"):
        assert (found[code].value, found[code].light) == (None, None)
        assert found[code].note in ("名册中没有企业", "没有挂钩领导")


def test_a_week_that_began_before_the_campaign_is_not_due() -> None:
    """The campaign begins on Saturday, 1 February 2014; the week that ends on the 2nd is nobody's duty."""
    given = facts(
        enterprise_links={2: [link("A", "区长")]},
        enterprise_visits={2: [visit("A", day) for day in ("2014-02-03", "2014-02-10", "2014-02-17")]},
    )
    rate = figures(given, 2)["visit.enterprise_weeks_rate"]
    assert (rate.done, rate.due) == (3, 3)
