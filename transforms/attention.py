"""What leaders must look at: the red and yellow matters one by one, and what falls due next month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from transforms import lights
from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Light, Unit, show
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.registry import Month, NotReported, Rows
from transforms.period import Period
from transforms.tables import Facts

ENTERPRISES, RESETTLEMENT, PETITIONS = "enterprises", "resettlement", "petitions"
_LIGHT_ORDER = list(Light)


@dataclass(frozen=True)
class Item:
    """One matter. `days` past its deadline, negative before it, None without one."""

    light: Light
    workstream: str  # enterprises, resettlement, petitions
    what: str
    whose: str  # the unit that must act
    leader: str  # by office, empty when none is named
    due_on: dt.date | None
    days: int | None
    ask: str  # what is asked, in one short sentence
    submission: str = ""
    row: int | None = None


def attention(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Item, ...]:
    """Every red and yellow matter at the month's end, worst first: red before yellow, then the longest overdue.

    A dataset that was not sent gives no items. Petitioners are never named: a case is its number, category and
    township.
    """
    items = _gather(_month(facts, contracts, district, period), _SOURCES)
    return tuple(sorted(items, key=lambda i: (_LIGHT_ORDER.index(i.light), -(i.days or 0), i.workstream, i.what)))


def coming_due(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Item, ...]:
    """What falls due in the month after `period`, earliest first."""
    items = _gather(_month(facts, contracts, district, period), _COMING)
    return tuple(sorted(items, key=lambda item: (item.due_on or dt.date.max, item.workstream, item.what)))


def _month(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> Month:
    return Month(facts, {contract.id: contract for contract in contracts}, district, period)


Source = Callable[[Month], Iterator[Item]]


def _gather(month: Month, sources: Iterable[Source]) -> Iterator[Item]:
    for source in sources:
        try:
            yield from source(month)
        except NotReported:
            continue


def _records(rows: Rows) -> list[dict[str, Any]]:
    """Rows as plain values; an empty cell is an empty string, a day a date."""
    return [
        {str(name): _plain(value) for name, value in record.items()} for record in rows.frame.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return ""
    return value.date() if isinstance(value, pd.Timestamp) else value


def _linked_to(month: Month, dataset: str, key: str) -> Mapping[str, str]:
    """The leader linked to each enterprise or housing project; empty where that register was not sent."""
    try:
        rows = month.rows(dataset).frame.dropna(subset=[key, "leader"])
    except NotReported:
        return {}
    return dict(zip(map(str, rows[key]), map(str, rows["leader"]), strict=True))


def _item(record: Mapping[str, Any], light: Light, workstream: str, what: str, ask: str, **given: Any) -> Item:
    due_on = given.get("due_on") or None
    days = (given["today"] - due_on).days if due_on else None
    return Item(
        light=light,
        workstream=workstream,
        what=what,
        whose=str(given.get("whose") or record.get("unit") or ""),
        leader=str(given.get("leader") or record.get("leader") or ""),
        due_on=due_on,
        days=days,
        ask=ask,
        submission=str(record.get("submission", "")),
        row=int(record["row"]) if record.get("row") else None,
    )


def _housing_behind(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PROJECTS)
    rows = rows.where(rows["stage"].fillna("") != resettlement.STAGES["moved_back"])
    today = month.period.last_day
    for record in _records(rows):
        planned, actual, due_on = record["planned_bp"], record["actual_bp"], record["move_back_planned_on"]
        measured = planned != "" and actual != ""
        light = (
            lights.schedule(Fraction(int(actual), 100), Fraction(int(planned), 100), month.district.thresholds)
            if measured
            else None
        )
        past = bool(due_on) and due_on < today
        if past:
            what = f"{record['project_name']}过了计划回迁日期，还没有回迁"
            ask = "请定新的回迁日期并说明原因"
            yield _item(record, Light.RED, RESETTLEMENT, what, ask, due_on=due_on, today=today)
        elif light in (Light.RED, Light.YELLOW):
            behind = show(Fraction(int(planned) - int(actual), 100), Unit.POINTS)
            what = f"{record['project_name']}进度落后计划{behind}个百分点"
            ask = "请协调加快施工" if light is Light.RED else "请督促赶上序时进度"
            yield _item(record, light, RESETTLEMENT, what, ask, today=today)


def _industrial_late(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    today = month.period.last_day
    for record in _records(rows):
        verb = record["goal"]
        due_on, done = (
            (record["start_planned_on"], record["started_on"])
            if verb == "开工"
            else (record["finish_planned_on"], record["finished_on"])
        )
        if due_on and not done and due_on < today:
            months = (today - due_on).days
            light = Light.RED if months > month.district.thresholds.schedule_red_points else Light.YELLOW
            what = f"{record['project_name']}未按期{verb}"
            ask = f"请小分队上门解决，限期{verb}"
            yield _item(record, light, ENTERPRISES, what, ask, whose=record["team"], due_on=due_on, today=today)


def _issues_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(duties.ISSUES)
    today = month.period.last_day
    leaders = _linked_to(month, duties.LINKS, "enterprise")
    for record in _records(rows.where(duties.issue_overdue(rows, month))):
        what = f"企业问题{record['issue_no']}（{record['category']}）超期未办结"
        leader, due_on = leaders.get(record["enterprise"]), record["due_on"]
        yield _item(record, Light.RED, ENTERPRISES, what, "请限期办结", leader=leader, due_on=due_on, today=today)


def _turnover_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.FINANCING)
    today = month.period.last_day
    leaders = _linked_to(month, duties.LINKS, "enterprise")
    whose = month.contracts[enterprises.FINANCING].department
    for record in _records(rows.where(enterprises.turnover_overdue(rows, month))):
        amount = show(Fraction(int(record["amount_fen"]), 1_000_000), Unit.MONEY_WAN)
        what = f"应急周转金{record['contract_no']}逾期未还，{amount}万元"
        given = {"leader": leaders.get(record["enterprise"]), "due_on": record["due_on"], "today": today}
        yield _item(record, Light.RED, ENTERPRISES, what, "请催收，研究处置办法", whose=whose, **given)


def _fees_wrong(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    today = month.period.last_day
    for record in _records(rows.where(enterprises.fee_wrong(rows, month))):
        what = f"{record['project_name']}配套费没有按一半收取"
        yield _item(
            record,
            Light.YELLOW,
            ENTERPRISES,
            what,
            "请核实，多收的退还",
            whose=month.contracts[resettlement.PROJECTS].department,
            today=today,
        )


def _growth_unpaid(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.GROWTH)
    rows = rows.where(enterprises.growth_eligible(rows, month))
    unpaid = rows.where(~enterprises.growth_paid(rows, month).fillna(False).astype(bool))
    if number := unpaid.distinct("enterprise"):
        what = f"{number}家企业符合纳税增长奖励条件，奖励还没有发放"
        whose = month.contracts[enterprises.GROWTH].department
        yield _item({}, Light.YELLOW, ENTERPRISES, what, "请尽快核定发放", whose=whose, today=month.period.last_day)


def _visits_missed(month: Month) -> Iterator[Item]:
    links = month.rows(duties.LINKS)
    missed = links.where(links["enterprise"].isin(duties.missed_two_weeks(month)))
    for leader, part in missed.frame.groupby("leader", sort=True):
        number = part["enterprise"].nunique()
        light = Light.RED if number > 1 else Light.YELLOW
        what = f"挂钩联系的{number}家企业连续两周以上没有走访"
        yield _item(
            {"leader": leader}, light, ENTERPRISES, what, "请安排补访", whose=str(leader), today=month.period.last_day
        )


def _duties_missed(month: Month) -> Iterator[Item]:
    leaders = duties.housing_leaders(month)
    before = duties.duty_months(month, 2)
    for kind, name in ((duties.SYMPOSIUM, "安置房座谈会"), (duties.ON_SITE, "安置房现场协调会")):
        held = duties.leaders_who(month, kind, [month])
        last = duties.leaders_who(month, kind, before[1:]) if len(before) > 1 else set(leaders)
        for leader in leaders:
            if leader not in held:
                twice = leader not in last
                what = f"{'连续两个月' if twice else '本月'}没有召开{name}"
                light = Light.RED if twice else Light.YELLOW
                today = month.period.last_day
                yield _item({"leader": leader}, light, RESETTLEMENT, what, "请下月补上", whose=leader, today=today)


def _problems_unsolved(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PROBLEMS)
    today = month.period.last_day
    limit = dt.timedelta(days=month.district.thresholds.problem_limit_days)
    leaders = _linked_to(month, resettlement.PROJECTS, "project_no")
    for record in _records(rows.where(resettlement.problem_overdue(rows, month))):
        due_on = record["raised_on"] + limit
        what = f"安置房问题{record['problem_no']}超过{limit.days}天没有解决"
        given = {"leader": leaders.get(record["project_no"]), "due_on": due_on, "today": today}
        yield _item(record, Light.RED, RESETTLEMENT, what, "请提交城建例会研究解决", **given)


def _documents_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PERMITS)
    today = month.period.last_day
    leaders = _linked_to(month, resettlement.PROJECTS, "project_no")
    whose = month.contracts[resettlement.PERMITS].department
    for record in _records(rows.where(resettlement.document_overdue(rows, month))):
        what = f"容缺事项{record['permit_no']}逾期未补：{record['missing_document']}"
        given = {"leader": leaders.get(record["project_no"]), "due_on": record["promised_on"], "today": today}
        yield _item(record, Light.RED, RESETTLEMENT, what, "请催办补齐材料", whose=whose, **given)


def _cases_overdue(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    today = month.period.last_day
    for mask, light, word, ask in (
        (petitions.overdue(rows, month), Light.RED, "超期未化解", "请包案领导牵头，限期化解"),
        (petitions.due_soon(rows, month), Light.YELLOW, "即将到期", "请抓紧化解"),
    ):
        for record in _records(rows.where(mask)):
            what = f"积案{record['case_no']}（{record['township']}，{record['category']}）{word}"
            yield _item(record, light, PETITIONS, what, ask, due_on=record["due_on"], today=today)


def _cases_incomplete(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    lacking = ~rows.frame[list(petitions.FIVE_ONES)].fillna(False).all(axis=1)
    rows = rows.where(lacking & ~petitions.resolved(rows, month))
    if number := rows.distinct("case_no"):
        what = f"{number}件未化解积案的“五个一”措施不齐全"
        whose = month.contracts[petitions.CASES].department
        yield _item({}, Light.YELLOW, PETITIONS, what, "请逐件补齐", whose=whose, today=month.period.last_day)


def _falls_next_month(month: Month, rows: Rows, column: str) -> list[dict[str, Any]]:
    following = month.period.plus(1)
    days = rows[column]
    within = (days >= pd.Timestamp(following.first_day)) & (days <= pd.Timestamp(following.last_day))
    return _records(rows.where(within))


def _cases_due(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    rows = rows.where(~petitions.resolved(rows, month))
    for record in _falls_next_month(month, rows, "due_on"):
        what = f"积案{record['case_no']}（{record['township']}，{record['category']}）化解时限到期"
        today = month.period.last_day
        light = lights.deadline(record["due_on"], today, month.district.thresholds.petition_yellow_days)
        yield _item(record, light, PETITIONS, what, "按期化解", due_on=record["due_on"], today=today)


def _projects_due(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    today = month.period.last_day
    for goal, planned, done in (
        ("开工", "start_planned_on", "started_on"),
        ("竣工", "finish_planned_on", "finished_on"),
    ):
        own = rows.where((rows["goal"] == goal) & rows[done].isna())
        for record in _falls_next_month(month, own, planned):
            what = f"{record['project_name']}计划{goal}"
            light = lights.deadline(record[planned], today, month.district.thresholds.promise_yellow_days)
            ask = f"按期{goal}"
            yield _item(
                record, light, ENTERPRISES, what, ask, whose=record["team"], due_on=record[planned], today=today
            )


def _housing_due(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PROJECTS)
    rows = rows.where(rows["stage"].fillna("") != resettlement.STAGES["moved_back"])
    for record in _falls_next_month(month, rows, "move_back_planned_on"):
        due_on, today = record["move_back_planned_on"], month.period.last_day
        light = lights.deadline(due_on, today, month.district.thresholds.promise_yellow_days)
        yield _item(
            record, light, RESETTLEMENT, f"{record['project_name']}计划回迁", "按期回迁", due_on=due_on, today=today
        )


def _documents_due(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PERMITS)
    rows = rows.where(rows["completed_on"].isna())
    leaders = _linked_to(month, resettlement.PROJECTS, "project_no")
    whose = month.contracts[resettlement.PERMITS].department
    for record in _falls_next_month(month, rows, "promised_on"):
        due_on, today = record["promised_on"], month.period.last_day
        light = lights.deadline(due_on, today, month.district.thresholds.promise_yellow_days)
        what = f"容缺事项{record['permit_no']}承诺补齐：{record['missing_document']}"
        given = {"leader": leaders.get(record["project_no"]), "due_on": due_on, "today": today}
        yield _item(record, light, RESETTLEMENT, what, "按期补齐", whose=whose, **given)


def _loans_due(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.FINANCING)
    rows = rows.where((rows["kind"] == "应急周转金") & rows["repaid_on"].isna())
    leaders = _linked_to(month, duties.LINKS, "enterprise")
    whose = month.contracts[enterprises.FINANCING].department
    for record in _falls_next_month(month, rows, "due_on"):
        due_on, today = record["due_on"], month.period.last_day
        light = lights.deadline(due_on, today, month.district.thresholds.promise_yellow_days)
        what = f"应急周转金{record['contract_no']}到期归还"
        given = {"leader": leaders.get(record["enterprise"]), "due_on": due_on, "today": today}
        yield _item(record, light, ENTERPRISES, what, "按期归还", whose=whose, **given)


_SOURCES: tuple[Source, ...] = (
    _housing_behind,
    _industrial_late,
    _issues_overdue,
    _turnover_overdue,
    _fees_wrong,
    _growth_unpaid,
    _visits_missed,
    _duties_missed,
    _problems_unsolved,
    _documents_overdue,
    _cases_overdue,
    _cases_incomplete,
)
_COMING: tuple[Source, ...] = (_cases_due, _projects_due, _housing_due, _documents_due, _loans_due)
