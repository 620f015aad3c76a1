"""The schedule: what is due when, what is made up for, and what the district file may say."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipeline import ROOT
from transforms import yaml_lines
from transforms.districts import parse_district
from transforms.errors import ConfigurationError
from transforms.period import CHINA, Period
from transforms.schedule import Action, Kind, Schedule, due_actions, next_actions

FIRST = Period(2014, 2)
DUE_DAYS = {"财政局": 2, "住建局": 5}
PLAIN = Schedule()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due(now: str, done: dict[str, str] | None = None, schedule: Schedule = PLAIN) -> list[str]:
    known = {key: at(moment) for key, moment in (done or {}).items()}
    return [action.key for action in due_actions(schedule, FIRST, DUE_DAYS, at(now), known)]


def schedule_of(text: str) -> Schedule:
    return yaml_lines.load(Schedule, text, "350303.yaml")


MAY_DONE = {
    "issue 2014-05": "2014-06-05T10:00",
    "issue 2014-04": "2014-05-07T10:00",
    "issue 2014-03": "2014-04-04T10:00",
}


def test_an_ordinary_hour_only_pulls() -> None:
    assert due("2014-06-20T10:00", MAY_DONE) == ["pull 2014-06"]
    assert due("2014-06-20T10:59", MAY_DONE | {"pull 2014-06": "2014-06-20T10:00"}) == []
    assert due("2014-06-20T11:00", MAY_DONE | {"pull 2014-06": "2014-06-20T10:00"}) == ["pull 2014-06"]


def test_the_draft_comes_on_the_last_working_day_at_eight() -> None:
    pulled = {**MAY_DONE, "pull 2014-06": "2014-06-30T08:00", "remind 2014-06": "2014-06-30T07:00"}
    assert due("2014-06-30T07:59", pulled) == []
    assert due("2014-06-30T08:00", pulled) == ["draft 2014-06"]
    assert (
        due("2014-06-30T09:00", {**pulled, "pull 2014-06": "2014-06-30T09:00", "draft 2014-06": "2014-06-30T08:02"})
        == []
    )


def test_the_issue_comes_on_the_third_working_day_after() -> None:
    done = {**MAY_DONE, "draft 2014-06": "2014-06-30T08:00", "remind 2014-06": "2014-07-02T09:00"}
    done["pull 2014-07"] = "2014-07-03T08:00"
    assert due("2014-07-03T07:59", {**done, "pull 2014-07": "2014-07-03T07:00"}) == []
    assert due("2014-07-03T08:00", done) == ["issue 2014-06"]
    assert due("2014-07-03T08:30", {**done, "issue 2014-06": "2014-07-03T08:10"}) == []


def test_departments_are_reminded_before_on_and_after_their_own_due_day() -> None:
    def reminded(now: str, last: str) -> tuple[str, ...]:
        done = {"remind 2014-06": at(last)} | {key: at(moment) for key, moment in MAY_DONE.items()}
        actions = due_actions(PLAIN, FIRST, DUE_DAYS, at(now), done)
        return next((action.departments for action in actions if action.kind is Kind.REMIND), ())

    assert reminded("2014-06-29T09:00", "2014-06-28T09:00") == ("财政局",)  # three days before 2 July
    assert reminded("2014-07-02T08:59", "2014-06-29T09:00") == ()
    assert reminded("2014-07-02T09:00", "2014-06-29T09:00") == (
        "财政局",
        "住建局",
    )  # due today; three days before the 5th
    assert reminded("2014-07-03T09:00", "2014-07-02T09:00") == ("财政局",)  # a day late
    assert reminded("2014-07-06T12:00", "2014-07-02T09:00") == ("财政局", "住建局")  # off since: one letter each


def test_after_weeks_off_the_issues_are_made_in_order_and_old_drafts_and_reminders_are_let_go() -> None:
    assert due("2014-06-20T10:00") == ["pull 2014-06", "issue 2014-03", "issue 2014-04", "issue 2014-05"]
    assert "issue 2014-03" not in due("2014-06-20T10:00", schedule=schedule_of("catch_up_months: 2"))


def test_the_district_says_from_when_until_when_and_whether() -> None:
    assert due("2014-06-20T10:00", schedule=schedule_of("since: 2014-05")) == ["pull 2014-06", "issue 2014-05"]
    assert due("2014-06-20T10:00", schedule=schedule_of("{since: 2014-04, through: 2014-04}")) == [
        "pull 2014-04",
        "issue 2014-04",
    ]
    assert due("2014-06-20T10:00", schedule=schedule_of("active: false")) == []
    assert due("2013-12-31T10:00") == []


def test_times_and_days_are_changed_in_the_file() -> None:
    text = """
draft: {working_day: -2, at: "10:30"}
issue: {working_day: 5, at: 9:05}
remind: {days: [0], at: 14:00}
pull_hours: 6
days_off: [2014-06-30]
days_on: [2014-06-28]
"""
    changed = schedule_of(text)
    june = Period(2014, 6)
    assert changed.moment(changed.draft, june) == at("2014-06-27T10:30")  # the 30th is off, Saturday the 28th is worked
    assert changed.moment(changed.issue, june) == at("2014-07-07T09:05")
    assert due("2014-06-27T10:30", MAY_DONE, changed) == ["pull 2014-06", "draft 2014-06"]
    assert due("2014-06-27T11:30", {**MAY_DONE, "pull 2014-06": "2014-06-27T06:00"}, changed) == ["draft 2014-06"]
    assert changed.remind.at == dt.time(14)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("draft: {working_day: 4}", "draft 应早于 issue"),
        ("issue: {working_day: 0}", "不能是 0"),
        ("issue: {working_day: 3, at: 25:00}", "应为时刻"),
        ("issue: {working_day: 3, at: noon}", "应为时刻"),
        ("since: 2014-13", "期别"),
        ("{days_off: [2014-06-30], days_on: [2014-06-30]}", "都有：2014-06-30"),
        ("days_off: [2014-06-31]", "应为日期"),
        ("remindd: {}", "没有这一项"),
        ("notify: [someone]", "应符合"),
        ("pull_hours: 0", "应不小于 1"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        schedule_of(text)
    assert str(error.value).startswith("350303.yaml:1: ")


def test_a_district_may_leave_its_schedule_out() -> None:
    text = (ROOT / "data" / "districts" / "350303.yaml").read_text(encoding="utf-8")
    given = parse_district(text, "350303.yaml").schedule
    without = re.sub(r"(?m)^schedule:.*\n(?:[ ].*\n)*", "", text)
    assert parse_district(without, "350303.yaml").schedule == PLAIN
    assert given == PLAIN.model_copy(update={"through": "2014-12"})


def test_what_comes_next_is_told_soonest_first() -> None:
    done = {key: at(moment) for key, moment in MAY_DONE.items()}
    lines = [action.line() for action in next_actions(PLAIN, FIRST, {"财政局": 2}, at("2014-06-28T10:00"), done, 4)]
    assert lines == [
        "2014-06-29 09:00 2014年6月催报",
        "2014-06-30 08:00 2014年6月送审稿",
        "2014-07-02 09:00 2014年6月催报",
        "2014-07-03 08:00 2014年6月出刊",
    ]
    assert next_actions(Schedule(active=False), FIRST, DUE_DAYS, at("2014-06-28T10:00"), {}) == ()


MOMENTS = st.datetimes(dt.datetime(2014, 1, 1), dt.datetime(2015, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=CHINA)
)


@settings(max_examples=50)
@given(MOMENTS)
def test_what_was_done_is_not_due_again(now: dt.datetime) -> None:
    done: dict[str, dt.datetime] = {}
    for action in due_actions(PLAIN, FIRST, DUE_DAYS, now, done):
        assert action.moment <= now
        done[action.key] = now
    assert due_actions(PLAIN, FIRST, DUE_DAYS, now, done) == ()


@settings(max_examples=20)
@given(st.lists(st.integers(0, 24 * 70), min_size=1, max_size=60, unique=True))
def test_however_seldom_one_looks_each_issue_comes_once_and_in_order(hours: list[int]) -> None:
    """The machine is on at `hours` after 1 June only, and in the end."""
    done: dict[str, dt.datetime] = {key: at(moment) for key, moment in MAY_DONE.items()}
    seen: list[Action] = []
    for hour in (*sorted(hours), 24 * 75):
        now = at("2014-06-01T00:00") + dt.timedelta(hours=hour)
        for action in due_actions(PLAIN, FIRST, DUE_DAYS, now, done):
            seen.append(action)
            done[action.key] = now
    issues = [action.key for action in seen if action.kind is Kind.ISSUE]
    assert issues == ["issue 2014-06", "issue 2014-07"]
    drafts = [action for action in seen if action.kind is Kind.DRAFT]
    assert len({action.key for action in drafts}) == len(drafts)
