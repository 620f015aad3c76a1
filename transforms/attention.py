"""What leaders must look at: the red and yellow matters of a month, one by one, and what left the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import pandas as pd

from transforms import lights
from transforms.briefing.view import Departure
from transforms.coming import coming_due
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Light, Unit, show
from transforms.items import ENTERPRISES, PETITIONS, RESETTLEMENT, Case, Item, cases
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month, Rows
from transforms.period import Period
from transforms.tables import Facts
from transforms.tracking import Lists, Source, departures, tracked

__all__ = ["Item", "attention", "coming_due", "left_the_list"]

_LIGHT_ORDER = list(Light)


def attention(
    facts: Facts, contracts: Sequence[Contract], district: District, period: Period, lists: Lists | None = None
) -> tuple[Item, ...]:
    """Every red and yellow matter at the month's end, worst first: red before yellow, then the longest overdue, then
    the soonest due. Each says since which month it has been on the list without a break.

    A dataset that was not sent gives no items. Petitioners are never named: a case is its number, township and
    category. What earlier months list is looked up in `lists`, and added to it.
    """
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    return tuple(sorted(tracked(month, _SOURCES, {} if lists is None else lists), key=_worst_first))


def left_the_list(
    facts: Facts, contracts: Sequence[Contract], district: District, period: Period, lists: Lists | None = None
) -> tuple[Departure, ...]:
    """What was on the list of the month before `period` and is not on its own: settled, or no longer listed."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    return tuple(departures(month, _SOURCES, {} if lists is None else lists))


def _worst_first(item: Item) -> tuple[int, int, str, str]:
    return _LIGHT_ORDER.index(item.light), -(item.days or 0), item.workstream, item.what


def _housing_behind(month: Month) -> Iterator[Item]:
    """One item a project: its move-back date passed, else its progress behind."""
    rows = month.rows(resettlement.PROJECTS)
    for case in cases(month, rows.where(resettlement.not_moved_back(rows))):
        name, planned_on = case["project_name"], case["move_back_planned_on"]
        if planned_on and planned_on < case.today:
            state, ask = "过了计划回迁日期，还没有回迁", "请定新的回迁日期并说明原因"
            yield case.item(Light.RED, RESETTLEMENT, name, state, ask, due_on=planned_on)
        elif case["planned_bp"] != "" and case["actual_bp"] != "":
            planned, actual = Fraction(case["planned_bp"], 100), Fraction(case["actual_bp"], 100)
            light = lights.schedule(actual, planned, month.district.thresholds)
            if light in (Light.RED, Light.YELLOW):
                ask = "请协调加快施工" if light is Light.RED else "请督促赶上序时进度"
                state = f"进度落后计划{show(planned - actual, Unit.POINTS)}个百分点"
                yield case.item(light, RESETTLEMENT, name, state, ask)


def _moved_back(rows: Rows, month: Month) -> pd.Series:
    return ~resettlement.not_moved_back(rows)


def _milestone_late(place: int) -> Source:
    """A milestone of industrial projects not reached by its planned day. A project is listed under its first only."""
    verb, _, done = enterprises.MILESTONES[place]
    earlier_ones, own = enterprises.MILESTONES[:place], enterprises.MILESTONES[place]

    def late(case: Case, milestone: tuple[str, str, str]) -> bool:
        planned_on, done_on = case[milestone[1]], case[milestone[2]]
        return bool(planned_on and planned_on < case.today and not (done_on and done_on <= case.today))

    def items(month: Month) -> Iterator[Item]:
        for case in cases(month, month.rows(enterprises.PROJECTS)):
            if late(case, own) and not any(late(case, milestone) for milestone in earlier_ones):
                name, ask = case["project_name"], f"请小分队上门解决，限期{verb}"
                day = case[own[1]]
                yield case.item(Light.RED, ENTERPRISES, name, f"未按期{verb}", ask, due_on=day, whose=case["team"])

    return Source(f"{done}_late", items, lambda rows, month: rows[done] <= month.end)


def _issues_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(duties.ISSUES)
    for case in cases(month, rows.where(duties.issue_overdue(rows, month))):
        subject = f"企业问题{case['issue_no']}（{case['category']}）"
        yield case.item(Light.RED, ENTERPRISES, subject, "超期未办结", "请限期办结", due_on=case["due_on"])


def _issue_settled(rows: Rows, month: Month) -> pd.Series:
    return ~duties.issue_open(rows, month)


def _turnover_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.FINANCING)
    for case in cases(month, rows.where(enterprises.turnover_overdue(rows, month))):
        amount = show(Fraction(case["amount_fen"], 1_000_000), Unit.MONEY_WAN)
        subject, state = f"应急周转金{case['contract_no']}", f"逾期未还，{amount}万元"
        yield case.item(Light.RED, ENTERPRISES, subject, state, "请催收，研究处置办法", due_on=case["due_on"])


def _fees_wrong(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    # The fee for 配套 is charged by the department that keeps the housing sheets, not by the one that lists projects.
    whose = month.contracts[resettlement.PROJECTS].department
    for case in cases(month, rows.where(enterprises.fee_wrong(rows, month))):
        name, state = case["project_name"], "配套费没有按一半收取"
        yield case.item(Light.YELLOW, ENTERPRISES, name, state, "请核实，多收的退还", whose=whose)


def _growth_unpaid(month: Month) -> Iterator[Item]:
    """Grouped: the enterprises stand in the sheet."""
    rows = month.rows(enterprises.GROWTH)
    unpaid = rows.where(enterprises.growth_eligible(rows, month))
    unpaid = unpaid.where(~enterprises.growth_paid(unpaid, month).fillna(False).astype(bool))
    if len(unpaid):
        what = f"{len(unpaid)}家企业符合纳税增长奖励条件，奖励还没有发放"
        whose = month.contracts[enterprises.GROWTH].department
        yield _grouped(Light.YELLOW, ENTERPRISES, what, whose, "", "请尽快核定发放", enterprises.GROWTH)


def _visits_missed(month: Month) -> Iterator[Item]:
    """Grouped by leader, so that the list stays short. Two weeks in a row missed is red."""
    links = month.rows(duties.LINKS)
    missed = links.where(links["enterprise"].isin(duties.missed_two_weeks(month))).frame
    for name, part in missed.assign(leader=missed["leader"].fillna("")).groupby("leader", sort=True):
        leader, number = str(name), part["enterprise"].nunique()
        whose = leader or month.contracts[duties.LINKS].department
        what = f"挂钩联系的{number}家企业连续两周以上没有走访"
        yield _grouped(Light.RED, ENTERPRISES, what, whose, leader, "请安排补访", duties.LINKS)


def _coordination_missed(month: Month) -> Iterator[Item]:
    """One item a leader: one half-month without a coordination meeting is yellow, both red."""
    held = duties.coordination_held(month)
    for leader in duties.linked_leaders(month):
        number = sum((leader, half) in held for half in (0, 1))
        if number < 2:
            light = Light.YELLOW if number else Light.RED
            what = "本月只开了一次企业协调会" if number else "本月没有召开企业协调会"
            yield _grouped(light, ENTERPRISES, what, leader, leader, "请每半月召开一次", duties.MEETINGS)


def _housing_duties_missed(month: Month) -> Iterator[Item]:
    """One item a leader for all duties missed. One is yellow; two, or one missed last month too, is red. A return
    visit is due every two months: it is missed when neither month had one."""
    this, before = month.period, month.period.previous
    known = (duties.MEETINGS, before) in month.facts.received
    seen = {
        (kind, period): duties.leaders_of(duties.held(month, kind, period.first_day, period.last_day))
        for kind in (duties.SYMPOSIUM, duties.ON_SITE, duties.RETURN_VISIT)
        for period in (this, before)
    }
    for leader in duties.housing_leaders(month):
        missed = [kind for kind in (duties.SYMPOSIUM, duties.ON_SITE) if leader not in seen[kind, this]]
        again = [kind for kind in missed if known and leader not in seen[kind, before]]
        unvisited = known and leader not in seen[duties.RETURN_VISIT, this] | seen[duties.RETURN_VISIT, before]
        if missed or unvisited:
            light = Light.RED if again or len(missed) + unvisited > 1 else Light.YELLOW
            once = [kind for kind in missed if kind not in again]
            what = [f"连续两个月没有召开{'、'.join(again)}"] if again else []
            what += [f"本月没有召开{'、'.join(once)}"] if once else []
            what += ["两个月没有回访安置户"] if unvisited else []
            yield _grouped(light, RESETTLEMENT, "，".join(what), leader, leader, "请下月补上", duties.MEETINGS)


def _problems_unsolved(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PROBLEMS)
    limit = dt.timedelta(days=month.district.thresholds.problem_limit_days)
    for case in cases(month, rows.where(resettlement.problem_overdue(rows, month))):
        subject, state = f"安置房问题{case['problem_no']}", f"超过{limit.days}天没有解决"
        ask = "请提交城建例会研究解决"
        yield case.item(Light.RED, RESETTLEMENT, subject, state, ask, due_on=case["raised_on"] + limit)


def _documents_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PERMITS)
    for case in cases(month, rows.where(resettlement.document_overdue(rows, month))):
        subject, state = f"容缺事项{case['permit_no']}", f"逾期未补{case['missing_document'] or '材料'}"
        yield case.item(Light.RED, RESETTLEMENT, subject, state, "请催办补齐材料", due_on=case["promised_on"])


def _petitions_late(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    for mask, light, word, ask in (
        (petitions.overdue(rows, month), Light.RED, "超期未化解", "请包案领导牵头，限期化解"),
        (petitions.due_soon(rows, month), Light.YELLOW, "即将到期", "请抓紧化解"),
    ):
        for case in cases(month, rows.where(mask)):
            yield case.item(light, PETITIONS, petitions.name(case.values), word, ask, due_on=case["due_on"])


def _petitions_incomplete(month: Month) -> Iterator[Item]:
    """Grouped: the cases stand in the sheet."""
    rows = month.rows(petitions.CASES)
    lacking: pd.Series = ~petitions.all_five(rows, month) & ~petitions.resolved(rows, month)
    if number := len(rows.where(lacking)):
        what = f"{number}件未化解积案的“五个一”措施不齐全"
        whose = month.contracts[petitions.CASES].department
        yield _grouped(Light.YELLOW, PETITIONS, what, whose, "", "请逐件补齐", petitions.CASES)


def _grouped(light: Light, workstream: str, what: str, whose: str, leader: str, ask: str, dataset: str) -> Item:
    return Item(light, workstream, what, whose, leader, None, None, ask, dataset, subject=what, key=leader)


def _done_by(column: str) -> Callable[[Rows, Month], pd.Series]:
    return lambda rows, month: rows[column] <= month.end


_SOURCES: tuple[Source, ...] = (
    Source("housing_behind", _housing_behind, _moved_back),
    *map(_milestone_late, range(len(enterprises.MILESTONES))),
    Source("issues_overdue", _issues_overdue, _issue_settled),
    Source("turnover_overdue", _turnover_overdue, _done_by("repaid_on")),
    Source("fees_wrong", _fees_wrong, enterprises.fee_halved),
    Source("growth_unpaid", _growth_unpaid),
    Source("visits_missed", _visits_missed),
    Source("coordination_missed", _coordination_missed),
    Source("housing_duties_missed", _housing_duties_missed),
    Source("problems_unsolved", _problems_unsolved, _done_by("solved_on")),
    Source("documents_overdue", _documents_overdue, _done_by("completed_on")),
    Source("petitions_late", _petitions_late, petitions.resolved),
    Source("petitions_incomplete", _petitions_incomplete),
)
