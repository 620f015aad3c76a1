"""What leaders and units promised to do at fixed intervals: mechanisms 2, 3 and 10."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.registry import Compute, Figures, Metric, Month, Rows, Value, count, derived, rate, share

LINKS, VISITS, ISSUES = "enterprise_links", "enterprise_visits", "enterprise_issues"
MEETINGS, HOUSING = "meetings", "resettlement_projects"
MONTH, END = Scope.MONTH, Scope.END
COORDINATION, BANK = "企业协调会", "政银企联席会议"
SYMPOSIUM, ON_SITE, RETURN_VISIT = "安置房座谈会", "安置房现场协调会", "安置户回访"


def weeks(month: Month) -> list[tuple[dt.date, dt.date]]:
    """The weeks, Monday to Sunday, that end in the month."""
    first = month.period.first_day
    sunday = first + dt.timedelta(days=6 - first.weekday())
    found = []
    while sunday <= month.period.last_day:
        found.append((sunday - dt.timedelta(days=6), sunday))
        sunday += dt.timedelta(days=7)
    return found


def visits(month: Month) -> Rows:
    """Visits in the month's weeks; the days of a first week that lie in the month before come from that month's file."""
    this = month.rows(VISITS, MONTH)
    before = month.earlier(month.period.previous)
    frames = [this.frame]
    if (VISITS, before.period) in month.facts.received:
        frames.insert(0, before.rows(VISITS, MONTH).frame)
    frame = pd.concat(frames)
    spans = weeks(month)
    first, last = pd.Timestamp(spans[0][0]), pd.Timestamp(spans[-1][1])
    return Rows(VISITS, frame[(frame["visited_on"] >= first) & (frame["visited_on"] <= last)], month.facts)


def visited_weeks(month: Month) -> dict[str, set[int]]:
    """For each enterprise of the register, which of the month's weeks had a visit, counted from 0."""
    start = pd.Timestamp(weeks(month)[0][0])
    found: dict[str, set[int]] = {str(e): set() for e in month.rows(LINKS)["enterprise"].dropna()}
    rows = visits(month).frame
    for enterprise, day in zip(rows["enterprise"], rows["visited_on"], strict=True):
        if enterprise in found:
            found[enterprise].add((day - start).days // 7)
    return found


def missed_two_weeks(month: Month) -> list[str]:
    """Enterprises without a visit in two or more of the month's weeks in a row."""
    number = len(weeks(month))
    pairs = [(week, week + 1) for week in range(number - 1)]
    seen = visited_weeks(month)
    return sorted(e for e, done in seen.items() if any(a not in done and b not in done for a, b in pairs))


def _visit_rate(month: Month, figures: Figures) -> Value:
    seen = visited_weeks(month)
    done = sum(len(found) for found in seen.values())
    cells = (*month.rows(LINKS).cells("enterprise"), *visits(month).cells("enterprise", "visited_on"))
    return share(done, len(seen) * len(weeks(month)), cells, "名册中没有企业")


def _missed(month: Month, figures: Figures) -> Value:
    missed = missed_two_weeks(month)
    links = month.rows(LINKS)
    cells = (*links.where(links["enterprise"].isin(missed)).cells("enterprise"), *visits(month).cells("visited_on"))
    return Value(Fraction(len(missed)), cells)


def _complete(rows: Rows, month: Month) -> pd.Series:
    return rows["leader"].notna() & rows["township_leader"].notna() & rows["area_leader"].notna()


def held_by(rows: Rows, kind: str) -> Rows:
    return rows.where((rows["kind"] == kind) & rows["leader"].notna())


def coordination_held(month: Month) -> set[tuple[str, int]]:
    """(leader, half-month) with a coordination meeting; halves are 1–15 and 16 to the end, 0 and 1."""
    rows = held_by(month.rows(MEETINGS, MONTH), COORDINATION).frame
    return {(str(leader), int(day.day > 15)) for leader, day in zip(rows["leader"], rows["held_on"], strict=True)}


def linked_leaders(month: Month) -> list[str]:
    """Leaders linked to at least one enterprise."""
    return sorted(month.rows(LINKS)["leader"].dropna().unique())


def housing_leaders(month: Month) -> list[str]:
    """Leaders linked to at least one housing project."""
    return sorted(month.rows(HOUSING)["leader"].dropna().unique())


def _coordination(month: Month, figures: Figures) -> Value:
    leaders = linked_leaders(month)
    held = {(leader, half) for leader, half in coordination_held(month) if leader in leaders}
    rows = held_by(month.rows(MEETINGS, MONTH), COORDINATION)
    cells = (*month.rows(LINKS).cells("leader"), *rows.cells("leader", "held_on"))
    return share(len(held), 2 * len(leaders), cells, "没有挂钩领导")


def _bank_meeting(month: Month, figures: Figures) -> Value:
    """Meetings in the quarter so far; one is due by the quarter's end."""
    first = month.period.plus(-((month.period.month - 1) % 3))
    selected = []
    for period in first.through(month.period):
        if period == month.period or (MEETINGS, period) in month.facts.received:
            rows = month.earlier(period).rows(MEETINGS, MONTH)
            selected.append(rows.where(rows["kind"] == BANK))
    number = sum(rows.distinct("meeting_no") for rows in selected)
    cells = tuple(cell for rows in selected for cell in rows.cells("meeting_no"))
    return Value(Fraction(number), cells, Fraction(number), Fraction(1), Fraction(1))


def leaders_who(month: Month, kind: str, months: Iterable[Month]) -> set[str]:
    """Leaders who held a meeting of a kind in one of the months."""
    return {str(leader) for one in months for leader in held_by(one.rows(MEETINGS, MONTH), kind)["leader"]}


def _duty(kind: str, months: int) -> Compute:
    def compute(month: Month, figures: Figures) -> Value:
        leaders = housing_leaders(month)
        span = duty_months(month, months)
        done = leaders_who(month, kind, span) & set(leaders)
        held = [held_by(one.rows(MEETINGS, MONTH), kind) for one in span]
        cells = (*month.rows(HOUSING).cells("leader"), *(c for rows in held for c in rows.cells("leader", "held_on")))
        return share(len(done), len(leaders), cells, "没有挂钩领导")

    return compute


def duty_months(month: Month, number: int) -> list[Month]:
    """This month and those before it, `number` in all, of which something was received."""
    month.rows(MEETINGS, MONTH)
    periods = [month.period.plus(-back) for back in range(number)]
    return [month.earlier(p) for p in periods if p == month.period or (MEETINGS, p) in month.facts.received]


def _issue_settled(rows: Rows, month: Month) -> pd.Series:
    return (rows["status"] == "已办结") & (rows["settled_on"] <= month.end)


def _issue_decided(rows: Rows, month: Month) -> pd.Series:
    return _issue_settled(rows, month) | (rows["due_on"] < month.end)


def _issue_in_time(rows: Rows, month: Month) -> pd.Series:
    return _issue_settled(rows, month) & (rows["settled_on"] <= rows["due_on"])


def issue_overdue(rows: Rows, month: Month) -> pd.Series:
    return ~_issue_settled(rows, month) & (rows["due_on"] < month.end)


METRICS: tuple[Metric, ...] = (
    count(
        "link.enterprises",
        "挂钩联系企业",
        "区领导挂钩联系名册中的企业",
        Unit.ENTERPRISES,
        END,
        2,
        LINKS,
        ["enterprise"],
    ),
    count("link.leaders", "挂钩区领导", "挂钩联系企业的区领导", Unit.PEOPLE, END, 2, LINKS, ["leader"]),
    rate(
        "link.complete_rate",
        "挂钩配备完整率",
        "一名区领导和两名乡镇领导都已明确的企业占比",
        END,
        2,
        LINKS,
        ["enterprise"],
        _complete,
        none_due="名册中没有企业",
        headline=False,
    ),
    count(
        "visit.count_month",
        "本月走访",
        "本月走访企业的次数",
        Unit.TIMES,
        MONTH,
        2,
        VISITS,
        ["visited_on", "enterprise", "visitor"],
    ),
    derived(
        "visit.enterprise_weeks_rate",
        "每周走访落实率",
        "本月结束的各周中，有走访的企业周数占应走访企业周数的比例",
        Unit.PERCENT,
        MONTH,
        2,
        _visit_rate,
        True,
        (LINKS, VISITS),
    ),
    derived(
        "visit.enterprises_missed_two_weeks",
        "连续两周未走访企业",
        "本月连续两周以上没有走访的企业",
        Unit.ENTERPRISES,
        MONTH,
        2,
        _missed,
        datasets=(LINKS, VISITS),
    ),
    derived(
        "coordination.meetings_rate",
        "企业协调会落实率",
        "挂钩领导每半月召开一次企业协调会，已开与应开之比",
        Unit.PERCENT,
        MONTH,
        3,
        _coordination,
        True,
        (LINKS, MEETINGS),
    ),
    derived(
        "bank_meeting.quarter",
        "本季度政银企联席会议",
        "本季度到月底召开的政银企联席会议，每季度应开一次",
        Unit.TIMES,
        END,
        3,
        _bank_meeting,
        datasets=(MEETINGS,),
    ),
    count("issue.raised_to_date", "企业反映问题", "台账中企业反映的问题", Unit.ITEMS, END, 3, ISSUES, ["issue_no"]),
    count(
        "issue.settled_to_date",
        "已办结企业问题",
        "到月底已经办结的企业问题",
        Unit.ITEMS,
        END,
        3,
        ISSUES,
        ["issue_no"],
        _issue_settled,
    ),
    rate(
        "issue.settled_in_time_rate",
        "企业问题按期办结率",
        "在办理期限内办结的问题，占已办结和已超期问题的比例",
        END,
        3,
        ISSUES,
        ["issue_no"],
        _issue_in_time,
        _issue_decided,
        "没有到期的问题",
        headline=False,
    ),
    derived(
        "duty.symposium_rate",
        "每月座谈会落实率",
        "本月召开安置房座谈会的挂钩领导占比",
        Unit.PERCENT,
        MONTH,
        10,
        _duty(SYMPOSIUM, 1),
        True,
        (HOUSING, MEETINGS),
    ),
    derived(
        "duty.on_site_rate",
        "每月现场协调会落实率",
        "本月召开安置房现场协调会的挂钩领导占比",
        Unit.PERCENT,
        MONTH,
        10,
        _duty(ON_SITE, 1),
        datasets=(HOUSING, MEETINGS),
    ),
    derived(
        "duty.return_visit_rate",
        "两月一次回访落实率",
        "本月或上月回访过安置户的挂钩领导占比",
        Unit.PERCENT,
        MONTH,
        10,
        _duty(RETURN_VISIT, 2),
        datasets=(HOUSING, MEETINGS),
    ),
)
