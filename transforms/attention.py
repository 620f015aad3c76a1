"""What leaders must look at: the red and yellow matters of a month, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pandas as pd

from transforms import lights
from transforms.coming import coming_due
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Light, Unit, show
from transforms.items import ENTERPRISES, PETITIONS, RESETTLEMENT, Item, Items, cases, gather
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month
from transforms.period import Period
from transforms.tables import Facts

__all__ = ["Item", "attention", "coming_due"]

_LIGHT_ORDER = list(Light)


def attention(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Item, ...]:
    """Every red and yellow matter at the month's end, worst first: red before yellow, then the longest overdue, then
    the soonest due.

    A dataset that was not sent gives no items. Petitioners are never named: a case is its number, township and
    category.
    """
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    return tuple(sorted(gather(month, _SOURCES), key=_worst_first))


def _worst_first(item: Item) -> tuple[int, int, str, str]:
    return _LIGHT_ORDER.index(item.light), -(item.days or 0), item.workstream, item.what


def _housing_behind(month: Month) -> Iterator[Item]:
    """One item a project: its move-back date passed, else its progress behind."""
    rows = month.rows(resettlement.PROJECTS)
    for case in cases(month, rows.where(resettlement.not_moved_back(rows))):
        name, planned_on = case["project_name"], case["move_back_planned_on"]
        if planned_on and planned_on < case.today:
            what = f"{name}过了计划回迁日期，还没有回迁"
            yield case.item(Light.RED, RESETTLEMENT, what, "请定新的回迁日期并说明原因", due_on=planned_on)
        elif case["planned_bp"] != "" and case["actual_bp"] != "":
            planned, actual = Fraction(case["planned_bp"], 100), Fraction(case["actual_bp"], 100)
            light = lights.schedule(actual, planned, month.district.thresholds)
            if light in (Light.RED, Light.YELLOW):
                ask = "请协调加快施工" if light is Light.RED else "请督促赶上序时进度"
                what = f"{name}进度落后计划{show(planned - actual, Unit.POINTS)}个百分点"
                yield case.item(light, RESETTLEMENT, what, ask)


def _industrial_late(month: Month) -> Iterator[Item]:
    """One item a project: not started by the planned day, else not finished by it."""
    for case in cases(month, month.rows(enterprises.PROJECTS)):
        for verb, planned, done in enterprises.MILESTONES:
            planned_on, done_on = case[planned], case[done]
            if planned_on and planned_on < case.today and not (done_on and done_on <= case.today):
                what, ask = f"{case['project_name']}未按期{verb}", f"请小分队上门解决，限期{verb}"
                yield case.item(Light.RED, ENTERPRISES, what, ask, due_on=planned_on, whose=case["team"])
                break


def _issues_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(duties.ISSUES)
    for case in cases(month, rows.where(duties.issue_overdue(rows, month))):
        what = f"企业问题{case['issue_no']}（{case['category']}）超期未办结"
        yield case.item(Light.RED, ENTERPRISES, what, "请限期办结", due_on=case["due_on"])


def _turnover_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.FINANCING)
    for case in cases(month, rows.where(enterprises.turnover_overdue(rows, month))):
        amount = show(Fraction(case["amount_fen"], 1_000_000), Unit.MONEY_WAN)
        what = f"应急周转金{case['contract_no']}逾期未还，{amount}万元"
        yield case.item(Light.RED, ENTERPRISES, what, "请催收，研究处置办法", due_on=case["due_on"])


def _fees_wrong(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    # The fee for 配套 is charged by the department that keeps the housing sheets, not by the one that lists projects.
    whose = month.contracts[resettlement.PROJECTS].department
    for case in cases(month, rows.where(enterprises.fee_wrong(rows, month))):
        what = f"{case['project_name']}配套费没有按一半收取"
        yield case.item(Light.YELLOW, ENTERPRISES, what, "请核实，多收的退还", whose=whose)


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
        what = f"安置房问题{case['problem_no']}超过{limit.days}天没有解决"
        ask = "请提交城建例会研究解决"
        yield case.item(Light.RED, RESETTLEMENT, what, ask, due_on=case["raised_on"] + limit)


def _documents_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PERMITS)
    for case in cases(month, rows.where(resettlement.document_overdue(rows, month))):
        what = f"容缺事项{case['permit_no']}逾期未补{case['missing_document'] or '材料'}"
        yield case.item(Light.RED, RESETTLEMENT, what, "请催办补齐材料", due_on=case["promised_on"])


def _petitions_late(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    for mask, light, word, ask in (
        (petitions.overdue(rows, month), Light.RED, "超期未化解", "请包案领导牵头，限期化解"),
        (petitions.due_soon(rows, month), Light.YELLOW, "即将到期", "请抓紧化解"),
    ):
        for case in cases(month, rows.where(mask)):
            yield case.item(light, PETITIONS, f"{petitions.name(case.values)}{word}", ask, due_on=case["due_on"])


def _petitions_incomplete(month: Month) -> Iterator[Item]:
    """Grouped: the cases stand in the sheet."""
    rows = month.rows(petitions.CASES)
    lacking: pd.Series = ~petitions.all_five(rows, month) & ~petitions.resolved(rows, month)
    if number := len(rows.where(lacking)):
        what = f"{number}件未化解积案的“五个一”措施不齐全"
        whose = month.contracts[petitions.CASES].department
        yield _grouped(Light.YELLOW, PETITIONS, what, whose, "", "请逐件补齐", petitions.CASES)


def _grouped(light: Light, workstream: str, what: str, whose: str, leader: str, ask: str, dataset: str) -> Item:
    return Item(light, workstream, what, whose, leader, None, None, ask, dataset)


_SOURCES: tuple[Items, ...] = (
    _housing_behind,
    _industrial_late,
    _issues_overdue,
    _turnover_overdue,
    _fees_wrong,
    _growth_unpaid,
    _visits_missed,
    _coordination_missed,
    _housing_duties_missed,
    _problems_unsolved,
    _documents_overdue,
    _petitions_late,
    _petitions_incomplete,
)
