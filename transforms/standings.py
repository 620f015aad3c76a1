"""Standings: for each township, leader, department or responsible unit, how much was done of how much was due.

The sums over the units are the figures of the same month: nothing is measured here a second way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month, NotReported, Rows


@dataclass(frozen=True)
class Share:
    """`done` of `due`, whole numbers but for a score; `base` counts what a small number of must not rank: enterprises,
    cases, ratings, or the due themselves."""

    done: Fraction
    due: Fraction
    base: int

    @property
    def value(self) -> Fraction:
        return self.done / self.due


@dataclass(frozen=True)
class Standing:
    """The share of each unit that has any base; `lacks` names the parts whose rows were not sent."""

    shares: Mapping[str, Share]
    lacks: tuple[str, ...] = ()


Counts = Mapping[str, tuple[int, int]]  # unit → (done, due); what belongs to nobody stands under the empty name


def townships_by_visits(month: Month) -> Standing:
    """Enterprise-weeks with a visit, of those due; the base is the enterprises."""
    seen, number = duties.visited_weeks(month), len(duties.weeks_due(month))
    links = month.rows(duties.LINKS).frame.dropna(subset=["township", "enterprise"])
    found = {}
    for township, part in links.groupby("township"):
        there = set(part["enterprise"])
        done = sum(len(seen[enterprise]) for enterprise in there)
        found[str(township)] = Share(Fraction(done), Fraction(number * len(there)), len(there))
    return Standing({name: share for name, share in found.items() if share.due})


def townships_by_petitions(month: Month) -> Standing:
    """Cases resolved, of those registered."""
    rows = month.rows(petitions.CASES)
    resolved = petitions.resolved(rows, month)
    return _standing(_by_column(rows, "township", "case_no", pd.Series(True, index=resolved.index), resolved))


def departments_by_rating(month: Month) -> Standing:
    """The mean of the month's scores; the base is their number."""
    rows = month.rows(enterprises.RATINGS, enterprises.MONTH).frame.dropna(subset=["rated", "score_centi"])
    return Standing(
        {
            str(rated): Share(Fraction(int(part["score_centi"].sum()), 100), Fraction(len(part)), len(part))
            for rated, part in rows.groupby("rated")
        }
    )


def visits_by_leader(month: Month) -> Counts:
    """Weeks of the linked enterprises with a visit, of those due."""
    weeks, links = len(duties.weeks_due(month)), month.rows(duties.LINKS).frame.dropna(subset=["enterprise", "leader"])
    leaders = dict(zip(map(str, links["enterprise"]), map(str, links["leader"]), strict=True))
    return _summed((leaders.get(e, ""), len(done), weeks) for e, done in duties.visited_weeks(month).items())


def coordination_by_leader(month: Month) -> Counts:
    """Half-months with a coordination meeting: two are due of each leader linked to an enterprise."""
    held = duties.coordination_held(month)
    return {leader: (sum((leader, half) in held for half in (0, 1)), 2) for leader in duties.linked_leaders(month)}


def _housing_by_leader(kind: str, months: int) -> Callable[[Month], Counts]:
    """A meeting of a kind in the last `months` months: one is due of each leader linked to a housing project."""

    def counts(month: Month) -> Counts:
        leaders, first = duties.housing_leaders(month), month.period.plus(1 - months).first_day
        held = duties.leaders_of(duties.held(month, kind, first, month.period.last_day))
        return {leader: (int(leader in held), 1) for leader in leaders}

    return counts


# The figure of each duty → what it is called → each leader's part in it.
LEADERS_DUTIES: Mapping[str, tuple[str, Callable[[Month], Counts]]] = {
    "visit.enterprise_weeks_rate": ("每周走访", visits_by_leader),
    "coordination.meetings_rate": ("企业协调会", coordination_by_leader),
    "duty.symposium_rate": ("座谈会", _housing_by_leader(duties.SYMPOSIUM, 1)),
    "duty.on_site_rate": ("现场协调会", _housing_by_leader(duties.ON_SITE, 1)),
    "duty.return_visit_rate": ("回访", _housing_by_leader(duties.RETURN_VISIT, 2)),
}


def leaders_by_duty(month: Month) -> Standing:
    """Every duty counted alike: one week of one enterprise, one meeting, one return visit."""
    return _together(month, LEADERS_DUTIES.values())


def petitions_in_time(month: Month) -> Counts:
    """Cases with a deadline, resolved by it, of those resolved or past it."""
    rows = month.rows(petitions.CASES)
    rows = rows.where(rows["due_on"].notna())
    resolved = petitions.resolved(rows, month)
    in_time = resolved & (rows["resolved_on"] <= rows["due_on"])
    return _by_column(rows, "unit", "case_no", resolved | petitions.overdue(rows, month), in_time)


def issues_in_time(month: Month) -> Counts:
    """Enterprise problems settled by their deadline, of those settled or past it."""
    rows = month.rows(duties.ISSUES)
    settled = ~duties.issue_open(rows, month)
    in_time = settled & (rows["settled_on"] <= rows["due_on"])
    return _by_column(rows, "unit", "issue_no", settled | duties.issue_overdue(rows, month), in_time)


def problems_in_time(month: Month) -> Counts:
    """Construction problems solved within the limit, of those solved or older than it."""
    rows = month.rows(resettlement.PROBLEMS)
    solved = rows["solved_on"] <= month.end
    limit = pd.Timedelta(days=month.district.thresholds.problem_limit_days)
    in_time = solved & (rows["solved_on"] - rows["raised_on"] <= limit)
    return _by_column(rows, "unit", "problem_no", solved | resettlement.problem_overdue(rows, month), in_time)


def units_in_time(month: Month) -> Standing:
    """Matters settled in time of those that are due, of every register that names a responsible unit."""
    parts = (("信访积案", petitions_in_time), ("企业问题", issues_in_time), ("安置房问题", problems_in_time))
    return _together(month, parts, lambda name: _official(month, name))


def _official(month: Month, name: str) -> str:
    known = month.district.department(name)
    return known.name if known else name


def _together(
    month: Month,
    parts: Iterable[tuple[str, Callable[[Month], Counts]]],
    official: Callable[[str], str] = str,
) -> Standing:
    """Several counts added up, unit by unit; one whose rows were not sent is named and left out."""
    counted: list[tuple[str, int, int]] = []
    lacks = []
    for name, compute in parts:
        try:
            counted += [(official(unit), done, due) for unit, (done, due) in compute(month).items()]
        except NotReported:
            lacks.append(name)
    return _standing(_summed(counted), tuple(lacks))


def _summed(counted: Iterable[tuple[str, int, int]]) -> Counts:
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, done, due in counted:
        found[name] = (found[name][0] + done, found[name][1] + due)
    return dict(found)


def _by_column(rows: Rows, column: str, key: str, due: pd.Series, done: pd.Series) -> Counts:
    """Distinct keys of the rows that are due, and of those among them that are done, by the values of a column."""
    of_due = _distinct(rows.where(due), column, key)
    of_done = _distinct(rows.where(due & done), column, key)
    return {name: (of_done.get(name, 0), number) for name, number in of_due.items()}


def _distinct(rows: Rows, column: str, key: str) -> dict[str, int]:
    pairs = {
        (str(name), str(number))
        for name, number in zip(rows[column].fillna(""), rows[key].fillna(""), strict=True)
        if number
    }
    return Counter(name for name, _ in pairs)


def _standing(counts: Counts, lacks: tuple[str, ...] = ()) -> Standing:
    """What belongs to nobody, or has nothing due, is no unit to rank."""
    return Standing(
        {name: Share(Fraction(done), Fraction(due), due) for name, (done, due) in counts.items() if name and due},
        lacks,
    )
