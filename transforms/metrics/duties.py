"""What leaders and units promised to do at fixed intervals: mechanisms 2, 3 and 10.

Visits and meetings count on their own day, whichever month's file they came in: one reported late counts from the
month whose file names it, and never for another month's duty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction

import pandas as pd

from transforms.figures import CellRange, Light, Scope, Unit
from transforms.metrics.metric import Compute, Figures, Judge, Metric, Value, as_breach, by_duty, by_promise
from transforms.metrics.month import Month, Rows
from transforms.metrics.registry import count, derived, median_days, rate, share, this_month, total
from transforms.period import Period

LINKS, VISITS, ISSUES = "enterprise_links", "enterprise_visits", "enterprise_issues"
MEETINGS, HOUSING = "meetings", "resettlement_projects"
MONTH, END = Scope.MONTH, Scope.END
COORDINATION, BANK = "企业协调会", "政银企联席会议"
SYMPOSIUM, ON_SITE, RETURN_VISIT = "安置房座谈会", "安置房现场协调会", "安置户回访"


Counted = Callable[[str], bool]


def everybody(leader: str) -> bool:
    return True


def weeks(period: Period) -> list[tuple[dt.date, dt.date]]:
    """The weeks, Monday to Sunday, that end in the month."""
    first = period.first_day
    sunday = first + dt.timedelta(days=6 - first.weekday())
    found = []
    while sunday <= period.last_day:
        found.append((sunday - dt.timedelta(days=6), sunday))
        sunday += dt.timedelta(days=7)
    return found


def weeks_due(month: Month) -> list[tuple[dt.date, dt.date]]:
    """The month's weeks in which visits were due: a week that began before the campaign did is left out."""
    began = month.district.first_period.first_day
    return [week for week in weeks(month.period) if week[0] >= began]


def visits(month: Month) -> Rows:
    """Visits in the month's weeks; the days of the first that lie in the month before come from that month's file."""
    spans = weeks_due(month)
    return month.dated(VISITS, "visited_on", spans[0][0], spans[-1][1])


def visited_weeks(month: Month) -> dict[str, set[int]]:
    """For each enterprise of the register, which of the month's weeks had a visit, counted from 0."""
    start = pd.Timestamp(weeks_due(month)[0][0])
    found: dict[str, set[int]] = {str(e): set() for e in month.rows(LINKS)["enterprise"].dropna()}
    rows = visits(month).frame
    for enterprise, day in zip(rows["enterprise"], rows["visited_on"], strict=True):
        if enterprise in found:
            found[enterprise].add((day - start).days // 7)
    return found


def missed_two_weeks(month: Month) -> list[str]:
    """Enterprises without a visit in two or more of the month's weeks in a row."""
    pairs = [(week, week + 1) for week in range(len(weeks_due(month)) - 1)]
    seen = visited_weeks(month)
    return sorted(e for e, done in seen.items() if any(a not in done and b not in done for a, b in pairs))


def _visit_rate(month: Month, figures: Figures) -> Value:
    spans, seen = weeks_due(month), visited_weeks(month)
    cells = (*month.rows(LINKS).cells("enterprise"), *visits(month).cells("enterprise", "visited_on"))
    part = share(sum(map(len, seen.values())), len(seen) * len(spans), cells, "名册中没有企业")
    note = part.note or month.gap_note_since(VISITS, spans[0][0])
    return Value(part.value, cells, part.done, part.due, note=note)


def _missed(month: Month, figures: Figures) -> Value:
    missed, links = missed_two_weeks(month), month.rows(LINKS)
    found = links.where(links["enterprise"].isin(missed)).cells("enterprise") or links.searched()
    cells = (*found, *visits(month).cells("enterprise", "visited_on"))
    return Value(Fraction(len(missed)), cells, note=month.gap_note_since(VISITS, weeks_due(month)[0][0]))


def _complete(rows: Rows, month: Month) -> pd.Series:
    return rows["leader"].notna() & rows["township_leader"].notna() & rows["area_leader"].notna()


def held(month: Month, kind: str, first: dt.date, last: dt.date) -> Rows:
    """Meetings of a kind from `first` to `last` that name their leader."""
    rows = month.dated(MEETINGS, "held_on", first, last)
    return month.once((kind, first, last), lambda: rows.where((rows["kind"] == kind) & rows["leader"].notna()))


def leaders_of(rows: Rows) -> set[str]:
    return {str(leader) for leader in rows["leader"].dropna()}


def coordination_held(month: Month) -> set[tuple[str, int]]:
    """(leader, half-month) with a coordination meeting; halves are 1–15 and 16 to the end, 0 and 1."""
    rows = held(month, COORDINATION, month.period.first_day, month.period.last_day).frame
    return {(str(leader), int(day.day > 15)) for leader, day in zip(rows["leader"], rows["held_on"], strict=True)}


def linked_leaders(month: Month) -> list[str]:
    """Leaders linked to at least one enterprise."""
    return sorted(leaders_of(month.rows(LINKS)))


def housing_leaders(month: Month) -> list[str]:
    """Leaders linked to at least one housing project."""
    return sorted(leaders_of(month.rows(HOUSING)))


def coordination(counted: Counted = everybody) -> Compute:
    """Half-months with a coordination meeting of the linked leaders that count, of two each."""

    def compute(month: Month, figures: Figures) -> Value:
        leaders = [leader for leader in linked_leaders(month) if counted(leader)]
        done = [leader for leader, _ in coordination_held(month) if leader in leaders]
        rows = held(month, COORDINATION, month.period.first_day, month.period.last_day)
        cells = _leaders_cells(month.rows(LINKS), rows, leaders)
        return share(len(done), 2 * len(leaders), cells, "没有挂钩领导")

    return compute


def _leaders_cells(register: Rows, meetings: Rows, leaders: Sequence[str]) -> tuple[CellRange, ...]:
    """Where these leaders stand in their register and in the meetings held."""
    linked = register.where(register["leader"].isin(leaders)).cells("leader") or register.searched()
    return (*linked, *meetings.where(meetings["leader"].isin(leaders)).cells("leader", "held_on"))


def quarter_start(period: Period) -> Period:
    return Period(period.year, period.month - (period.month - 1) % 3)


def _bank_meeting(month: Month, figures: Figures) -> Value:
    first = quarter_start(month.period).first_day
    rows = month.dated(MEETINGS, "held_on", first, month.period.last_day)
    rows = rows.where(rows["kind"] == BANK)
    number, note = Fraction(len(rows)), month.gap_note_since(MEETINGS, first)
    cells = rows.cells("kind", "held_on") or month.rows(MEETINGS).searched()
    return Value(number, cells, number, Fraction(1), Fraction(1), note)


def _by_quarter(value: Value, month: Month) -> Light | None:
    over = month.period.month % 3 == 0
    return by_duty.light(value, month) if over or value.value else None


# A meeting of the quarter is missed when the quarter is over; before that, none held is no light.
by_quarter = Judge("季末还没有召开为黄，已召开为绿", _by_quarter)


def duty(kind: str, months: int, counted: Counted = everybody) -> Compute:
    """Leaders of housing projects that count who held a meeting of a kind in the last `months` months, this one
    included."""

    def compute(month: Month, figures: Figures) -> Value:
        leaders = [leader for leader in housing_leaders(month) if counted(leader)]
        first = month.period.plus(1 - months).first_day
        rows = held(month, kind, first, month.period.last_day)
        cells = _leaders_cells(month.rows(HOUSING), rows, leaders)
        part = share(len(leaders_of(rows) & set(leaders)), len(leaders), cells, "没有挂钩领导")
        note = part.note or month.gap_note_since(MEETINGS, first)
        return Value(part.value, cells, part.done, part.due, note=note)

    return compute


def _meetings_held(kind: str) -> Compute:
    """Meetings of a kind held in the month, with or without a leader named."""

    def compute(month: Month, figures: Figures) -> Value:
        rows = month.dated(MEETINGS, "held_on", month.period.first_day, month.period.last_day)
        of_kind = rows.where(rows["kind"] == kind)
        cells = of_kind.cells("kind", "held_on") or month.rows(MEETINGS).searched()
        return Value(Fraction(len(of_kind)), cells)

    return compute


def _agreed_done(month: Month, figures: Figures) -> Value:
    rows = month.rows(MEETINGS, Scope.CAMPAIGN)
    rows = rows.where(rows["items_agreed"].notna())
    cells = rows.cells("items_agreed", "items_done") or month.rows(MEETINGS).searched()
    return share(rows.total("items_done"), rows.total("items_agreed"), cells, "没有议定事项")


def _issue_settled(rows: Rows, month: Month) -> pd.Series:
    return (rows["status"] == "已办结") & (rows["settled_on"] <= month.end)


def _issue_settled_now(rows: Rows, month: Month) -> pd.Series:
    return _issue_settled(rows, month) & this_month(rows["settled_on"], month)


def _issue_raised_now(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["raised_on"], month)


def _issue_decided(rows: Rows, month: Month) -> pd.Series:
    return _issue_settled(rows, month) | (rows["due_on"] < month.end)


def _issue_in_time(rows: Rows, month: Month) -> pd.Series:
    return _issue_settled(rows, month) & (rows["settled_on"] <= rows["due_on"])


def issue_open(rows: Rows, month: Month) -> pd.Series:
    return ~_issue_settled(rows, month)


def issue_overdue(rows: Rows, month: Month) -> pd.Series:
    return issue_open(rows, month) & (rows["due_on"] < month.end)


# One metric a line reads as a table.
# fmt: off
METRICS: tuple[Metric, ...] = (
    count("link.enterprises", "挂钩联系企业", "Enterprises linked to a leader", "区领导挂钩联系名册中的企业。", Unit.ENTERPRISES, END, 2, LINKS, by=["enterprise"]),
    count("link.leaders", "挂钩区领导", "District leaders linked to enterprises", "挂钩联系企业的区领导。", Unit.PEOPLE, END, 2, LINKS, by=["leader"]),
    rate("link.complete_rate", "挂钩配备完整率", "Enterprises with all three officials named", "一名区领导和两名乡镇领导都已明确的企业占比。", END, 2, LINKS, _complete, none_due="名册中没有企业", headline=False),
    count("visit.count_month", "本月走访", "Visits this month", "本月走访企业的次数。", Unit.TIMES, MONTH, 2, VISITS),
    count("visit.enterprises_month", "本月走访企业", "Enterprises visited this month", "本月走访到的企业家数，一家企业只计一次。", Unit.ENTERPRISES, MONTH, 2, VISITS, by=["enterprise"]),
    total("visit.issues_raised_month", "走访反映问题", "Problems raised on visits this month", "本月走访时企业反映的问题数。", Unit.ITEMS, MONTH, 2, VISITS, "issues_raised"),
    derived("visit.enterprise_weeks_rate", "每周走访落实率", "Enterprise-weeks with a visit", "本月结束的各周中，有走访的企业周数占应走访企业周数的比例。", Unit.PERCENT, MONTH, 2, _visit_rate, (LINKS, VISITS), by_promise, True),
    derived("visit.enterprises_missed_two_weeks", "连续两周未走访企业", "Enterprises not visited for two weeks running", "本月连续两周以上没有走访的企业。", Unit.ENTERPRISES, MONTH, 2, _missed, (LINKS, VISITS), as_breach),
    derived("coordination.meetings_rate", "企业协调会落实率", "Fortnightly coordination meetings held", "挂钩领导每半月召开一次企业协调会，已开与应开之比。", Unit.PERCENT, MONTH, 3, coordination(), (LINKS, MEETINGS), by_duty, True),
    derived("coordination.meetings_month", "本月企业协调会", "Coordination meetings this month", "本月召开的企业协调会次数。", Unit.TIMES, MONTH, 3, _meetings_held(COORDINATION), (MEETINGS,)),
    derived("bank_meeting.quarter", "本季度政银企联席会议", "Government-bank-enterprise meetings this quarter", "本季度到月底召开的政银企联席会议，每季度应开一次。", Unit.TIMES, END, 3, _bank_meeting, (MEETINGS,), by_quarter),
    total("meeting.items_agreed_to_date", "会议议定事项", "Matters agreed at meetings to date", "活动以来各类会议议定的事项。", Unit.ITEMS, Scope.CAMPAIGN, 3, MEETINGS, "items_agreed"),
    total("meeting.items_done_to_date", "已落实议定事项", "Agreed matters carried out to date", "活动以来各类会议议定事项中报为已落实的。", Unit.ITEMS, Scope.CAMPAIGN, 3, MEETINGS, "items_done"),
    derived("meeting.items_done_rate", "议定事项落实率", "Agreed matters carried out", "活动以来各类会议议定的事项中已经落实的占比。", Unit.PERCENT, Scope.CAMPAIGN, 3, _agreed_done, (MEETINGS,), by_promise),
    count("issue.raised_to_date", "企业反映问题", "Enterprise problems raised", "台账中企业反映的问题。", Unit.ITEMS, END, 3, ISSUES),
    count("issue.raised_month", "本月反映企业问题", "Enterprise problems raised this month", "提出日期在本月的企业问题。", Unit.ITEMS, MONTH, 3, ISSUES, _issue_raised_now),
    count("issue.settled_to_date", "已办结企业问题", "Enterprise problems settled", "到月底已经办结的企业问题。", Unit.ITEMS, END, 3, ISSUES, _issue_settled),
    count("issue.settled_month", "本月办结企业问题", "Enterprise problems settled this month", "办结日期在本月的企业问题。", Unit.ITEMS, MONTH, 3, ISSUES, _issue_settled_now),
    count("issue.open", "在办企业问题", "Enterprise problems open", "到月底还没有办结的企业问题。", Unit.ITEMS, END, 3, ISSUES, issue_open),
    count("issue.overdue", "超期企业问题", "Enterprise problems overdue", "过了办理期限仍未办结的企业问题。", Unit.ITEMS, END, 3, ISSUES, issue_overdue, judge=as_breach),
    median_days("issue.median_days", "企业问题办结用时中位数", "Median days to settle an enterprise problem", "从提出到办结天数的中位数。", END, 3, ISSUES, "raised_on", "settled_on", _issue_settled, "还没有办结的问题"),
    rate("issue.settled_in_time_rate", "企业问题按期办结率", "Enterprise problems settled in time", "在办理期限内办结的问题，占已办结和已超期问题的比例。", END, 3, ISSUES, _issue_in_time, _issue_decided, "没有到期的问题", headline=False),
    derived("duty.symposium_rate", "每月座谈会落实率", "Monthly symposiums held", "本月召开安置房座谈会的挂钩领导占比。", Unit.PERCENT, MONTH, 10, duty(SYMPOSIUM, 1), (HOUSING, MEETINGS), by_duty, True),
    derived("duty.symposium_month", "本月安置房座谈会", "Symposiums on resettlement housing this month", "本月召开的安置房座谈会次数。", Unit.TIMES, MONTH, 10, _meetings_held(SYMPOSIUM), (MEETINGS,)),
    derived("duty.on_site_rate", "每月现场协调会落实率", "Monthly on-site meetings held", "本月召开安置房现场协调会的挂钩领导占比。", Unit.PERCENT, MONTH, 10, duty(ON_SITE, 1), (HOUSING, MEETINGS), by_duty),
    derived("duty.on_site_month", "本月安置房现场协调会", "On-site meetings this month", "本月召开的安置房现场协调会次数。", Unit.TIMES, MONTH, 10, _meetings_held(ON_SITE), (MEETINGS,)),
    derived("duty.return_visit_rate", "两月一次回访落实率", "Return visits made in two months", "本月或上月回访过安置户的挂钩领导占比。", Unit.PERCENT, MONTH, 10, duty(RETURN_VISIT, 2), (HOUSING, MEETINGS), by_duty),
    derived("duty.return_visit_month", "本月安置户回访", "Return visits this month", "本月进行的安置户回访次数。", Unit.TIMES, MONTH, 10, _meetings_held(RETURN_VISIT), (MEETINGS,)),
)
# fmt: on
