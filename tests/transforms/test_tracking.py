"""How long each matter has been on the list, and what has left it."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.transforms.metrics.facts_builder import ALL, DISTRICT, Months, Row, facts
from transforms import tracking
from transforms.attention import attention, left_the_list
from transforms.briefing.view import Departure
from transforms.figures import Light
from transforms.metrics.petitions import FIVE_ONES
from transforms.period import Period
from transforms.tables import Facts
from transforms.tracking import MONTHS_COUNTED

JUNE = Period(2014, 6)
FEBRUARY = Period(2014, 2)
ALL_FIVE = dict.fromkeys(FIVE_ONES, True)


def case(number: str, due_on: str, **more: object) -> Row:
    named = {"case_no": number, "township": "江口镇", "category": "土地征用", "unit": "国土分局"}
    return {**named, "status": "化解中", "due_on": due_on, **ALL_FIVE, **more}


def told(given: Facts, period: Period = JUNE) -> dict[str, tuple[str, int, bool]]:
    """Key → since, months, turned."""
    return {item.key: (str(item.since), item.months, item.turned) for item in attention(given, ALL, DISTRICT, period)}


def left(given: Facts, period: Period = JUNE) -> list[tuple[str, bool]]:
    return [(gone.subject, gone.settled) for gone in left_the_list(given, ALL, DISTRICT, period)]


def test_since_which_month_and_how_many() -> None:
    given = facts(
        petition_cases={
            3: [case("old", "2014-03-01"), case("back", "2014-03-01")],
            4: [case("old", "2014-03-01"), case("back", "2014-05-30")],  # a new deadline took it off the list
            5: [case("back", "2014-05-30"), case("old", "2014-03-01")],
            6: [case("old", "2014-03-01"), case("new", "2014-06-01"), case("back", "2014-05-30")],
        }
    )
    assert told(given) == {
        "old": ("2014-03", 4, False),
        "back": ("2014-05", 2, False),
        "new": ("2014-06", 1, False),
    }


def test_yellow_that_turned_red_is_the_same_matter_and_is_said_once() -> None:
    register = [case("A", "2014-06-10")]
    given = facts(petition_cases={5: register, 6: register, 7: register})
    assert told(given, Period(2014, 5)) == {"A": ("2014-05", 1, False)}
    assert told(given) == {"A": ("2014-05", 2, True)}
    assert told(given, Period(2014, 7)) == {"A": ("2014-05", 3, False)}
    assert [item.light for item in attention(given, ALL, DISTRICT, JUNE)] == [Light.RED]


def test_a_matter_is_known_by_its_row_not_by_its_wording() -> None:
    def housing(planned: int, name: str) -> Months:
        return {"project_no": "Z1", "project_name": name, "stage": "年内回迁", "planned_bp": planned, "actual_bp": 1000}

    given = facts(resettlement_projects={5: [housing(3500, "甲")], 6: [housing(9000, "甲（更名）")]})
    (item,) = attention(given, ALL, DISTRICT, JUNE)
    assert item.what == "甲（更名）进度落后计划80个百分点"
    assert (item.source, item.key, item.months, item.turned) == ("housing_behind", "Z1", 2, True)


def test_two_rules_about_one_row_are_two_matters() -> None:
    fee = {"permitted_on": "2014-02-01", "started_on": "2014-03-01", "fee_due_fen": 10, "fee_paid_fen": 10}
    late = {"project_no": "P1", "project_name": "甲", "finish_planned_on": "2014-06-01"}
    given = facts(industrial_projects={5: [{**late, **fee}], 6: [{**late, **fee}]})
    found = {item.source: item.months for item in attention(given, ALL, DISTRICT, JUNE)}
    assert found == {"fees_wrong": 2, "finished_on_late": 1}


def test_leaders_are_followed_by_name() -> None:
    links = [{"enterprise": leader, "leader": leader} for leader in ("区长", "区委书记")]
    held = [{"kind": "企业协调会", "leader": "区长", "held_on": day} for day in ("2014-05-03", "2014-05-20")]
    given = facts(enterprise_links={5: links, 6: links}, meetings={5: held, 6: []})
    assert told(given) == {"区长": ("2014-06", 1, False), "区委书记": ("2014-05", 2, False)}


def test_a_month_not_sent_neither_counts_nor_breaks() -> None:
    register = [case("A", "2014-03-01")]
    assert told(facts(petition_cases={3: register, 4: register, 6: register})) == {"A": ("2014-03", 3, False)}
    assert told(facts(petition_cases={3: register, 4: [], 6: register})) == {"A": ("2014-06", 1, False)}


def test_it_is_counted_no_further_back_than_two_years() -> None:
    periods = [JUNE.plus(-back) for back in range(30)]
    given = facts(petition_cases={period: [case("A", "2011-01-01")] for period in periods})
    assert told(given) == {"A": ("2012-07", MONTHS_COUNTED, False)}


def test_months_are_listed_only_while_something_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Period]] = []
    original = tracking.listed

    def noting(month: tracking.Month, source: tracking.Source) -> list[tracking.Item] | None:
        asked.append((source.name, month.period))
        return original(month, source)

    monkeypatch.setattr(tracking, "listed", noting)
    periods = [JUNE.plus(-back) for back in range(30)]
    given = facts(petition_cases={p: [case("A", "2014-04-10")] if p >= Period(2014, 4) else [] for p in periods})
    attention(given, ALL, DISTRICT, JUNE)
    earlier = [(name, str(period)) for name, period in asked if period != JUNE]
    assert earlier == [("petitions_late", "2014-05"), ("petitions_late", "2014-04"), ("petitions_late", "2014-03")]


def test_lists_that_are_known_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    periods = [JUNE.plus(-back) for back in range(4)]
    given = facts(petition_cases={p: [case("A", "2014-02-01"), case(f"B{p}", "2014-02-01")] for p in periods})
    asked: list[tuple[str, Period]] = []
    original = tracking.listed

    def noting(month: tracking.Month, source: tracking.Source) -> list[tracking.Item] | None:
        asked.append((source.name, month.period))
        return original(month, source)

    monkeypatch.setattr(tracking, "listed", noting)
    lists: tracking.Lists = {}
    for period in reversed(periods):
        alone = (attention(given, ALL, DISTRICT, period), left_the_list(given, ALL, DISTRICT, period))
        asked.clear()
        assert attention(given, ALL, DISTRICT, period, lists) == alone[0]
        assert left_the_list(given, ALL, DISTRICT, period, lists) == alone[1]
        assert {at for _, at in asked} <= {period, periods[-1].previous}


def test_what_left_the_list_is_settled_or_only_no_longer_listed() -> None:
    settled = {"status": "已化解", "resolved_on": "2014-06-20"}
    before = [case(number, "2014-05-01") for number in ("A", "B", "C", "D")]
    after = [case("A", "2014-05-01", **settled), case("B", "2014-12-31"), case("D", "2014-05-01")]
    given = facts(petition_cases={5: before, 6: after})
    assert left(given) == [
        ("积案A（江口镇，土地征用）", True),
        ("积案B（江口镇，土地征用）", False),  # put off
        ("积案C（江口镇，土地征用）", False),  # its row is gone
    ]
    assert left_the_list(given, ALL, DISTRICT, JUNE)[0] == Departure("petitions", "积案A（江口镇，土地征用）", True)


@pytest.mark.parametrize(
    ("dataset", "row", "closed"),
    [
        (
            "resettlement_projects",
            {"project_no": "1", "stage": "年内回迁", "move_back_planned_on": "2014-05-01"},
            {"stage": "已回迁"},
        ),
        ("industrial_projects", {"project_no": "1", "start_planned_on": "2014-05-01"}, {"started_on": "2014-06-02"}),
        ("industrial_projects", {"project_no": "1", "finish_planned_on": "2014-05-01"}, {"finished_on": "2014-06-02"}),
        (
            "industrial_projects",
            {
                "project_no": "1",
                "permitted_on": "2014-02-01",
                "started_on": "2014-03-01",
                "fee_due_fen": 10,
                "fee_paid_fen": 10,
            },
            {"fee_paid_fen": 5},
        ),
        (
            "enterprise_issues",
            {"issue_no": "1", "due_on": "2014-05-01", "status": "办理中"},
            {"status": "已办结", "settled_on": "2014-06-02"},
        ),
        (
            "financing",
            {"contract_no": "1", "kind": "应急周转金", "amount_fen": 100, "due_on": "2014-05-01"},
            {"repaid_on": "2014-06-02"},
        ),
        ("resettlement_problems", {"problem_no": "1", "raised_on": "2014-05-01"}, {"solved_on": "2014-06-02"}),
        ("permits", {"permit_no": "1", "promised_on": "2014-05-01"}, {"completed_on": "2014-06-02"}),
        ("petition_cases", case("1", "2014-05-01"), {"status": "已化解", "resolved_on": "2014-06-02"}),
    ],
)
def test_every_kind_of_row_can_be_settled(dataset: str, row: Row, closed: Row) -> None:
    given = facts(**{dataset: {5: [row], 6: [{**row, **closed}]}})
    assert len(attention(given, ALL, DISTRICT, Period(2014, 5))) == 1
    assert [settled for _, settled in left(given)] == [True]
    assert left(facts(**{dataset: {5: [row], 6: [row]}})) == []
    assert left(facts(**{dataset: {5: [row], 6: []}}))[0][1] is False


def test_nothing_is_known_to_have_left_when_nothing_was_sent() -> None:
    assert left(facts(petition_cases={5: [case("A", "2014-05-01")]})) == []
    assert left(facts(petition_cases={6: [case("A", "2014-05-01")]})) == []
    assert left(facts()) == []


@settings(derandomize=True, deadline=None, max_examples=20)
@drawn(st.lists(st.sets(st.sampled_from("ABCDE")), min_size=5, max_size=5))
def test_an_item_that_stays_counts_up_by_one(overdue: list[set[str]]) -> None:
    """`overdue`: which cases are past their deadline, month by month; the others are due next year."""
    periods = list(FEBRUARY.through(JUNE))
    given = facts(
        petition_cases={
            period: [case(number, "2014-01-10" if number in there else "2015-01-10") for number in "ABCDE"]
            for period, there in zip(periods, overdue, strict=True)
        }
    )
    before: dict[str, tuple[str, int, bool]] = {}
    for period, there in zip(periods, overdue, strict=True):
        now = told(given, period)
        assert set(now) == there
        for number, (since, months, turned) in now.items():
            same = before.get(number)
            assert (since, months, turned) == ((same[0], same[1] + 1, False) if same else (str(period), 1, False))
        assert {subject for subject, _ in left(given, period)} == {
            f"积案{number}（江口镇，土地征用）" for number in set(before) - there
        }
        before = now
