"""What falls due in the month after: the next month's work, one matter a deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd

from transforms import lights
from transforms.contracts import Contract
from transforms.districts import District
from transforms.items import ENTERPRISES, PETITIONS, RESETTLEMENT, Case, Item, Items, cases, gather
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month, Rows
from transforms.period import Period
from transforms.tables import Facts


def coming_due(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Item, ...]:
    """What falls due in the month after `period` and is not done yet, earliest first. The light is the deadline's as
    at the end of `period`."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    items = gather(month, _SOURCES)
    return tuple(sorted(items, key=lambda item: (item.due_on or dt.date.max, item.workstream, item.what)))


def _falls_next_month(month: Month, rows: Rows, column: str) -> list[Case]:
    following, days = month.period.plus(1), rows[column]
    first, last = pd.Timestamp(following.first_day), pd.Timestamp(following.last_day)
    return cases(month, rows.where((days >= first) & (days <= last)))


def _due(case: Case, workstream: str, column: str, subject: str, state: str, ask: str, whose: str = "") -> Item:
    limits = case.month.district.thresholds
    within = limits.petition_yellow_days if workstream == PETITIONS else limits.promise_yellow_days
    light = lights.deadline(case[column], case.today, within)
    return case.item(light, workstream, subject, state, ask, due_on=case[column], whose=whose)


def _petition_cases(month: Month) -> Iterator[Item]:
    rows = month.rows(petitions.CASES)
    for case in _falls_next_month(month, rows.where(~petitions.resolved(rows, month)), "due_on"):
        yield _due(case, PETITIONS, "due_on", petitions.name(case.values), "化解时限到期", "按期化解")


def _industrial_projects(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.PROJECTS)
    for verb, planned, done in enterprises.MILESTONES:
        open_ones = rows.where(~(rows[done] <= month.end))
        for case in _falls_next_month(month, open_ones, planned):
            subject, ask = case["project_name"], f"按期{verb}"
            yield _due(case, ENTERPRISES, planned, subject, f"计划{verb}", ask, whose=case["team"])


def _issues(month: Month) -> Iterator[Item]:
    rows = month.rows(duties.ISSUES)
    for case in _falls_next_month(month, rows.where(duties.issue_open(rows, month)), "due_on"):
        subject = f"企业问题{case['issue_no']}（{case['category']}）"
        yield _due(case, ENTERPRISES, "due_on", subject, "办理期限到期", "按期办结")


def _turnover_loans(month: Month) -> Iterator[Item]:
    rows = month.rows(enterprises.FINANCING)
    for case in _falls_next_month(month, rows.where(enterprises.turnover_outstanding(rows, month)), "due_on"):
        yield _due(case, ENTERPRISES, "due_on", f"应急周转金{case['contract_no']}", "到期归还", "按期归还")


def _housing_projects(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PROJECTS)
    for case in _falls_next_month(month, rows.where(resettlement.not_moved_back(rows)), "move_back_planned_on"):
        yield _due(case, RESETTLEMENT, "move_back_planned_on", case["project_name"], "计划回迁", "按期回迁")


def _documents(month: Month) -> Iterator[Item]:
    rows = month.rows(resettlement.PERMITS)
    for case in _falls_next_month(month, rows.where(~(rows["completed_on"] <= month.end)), "promised_on"):
        subject, state = f"容缺事项{case['permit_no']}", f"承诺补齐{case['missing_document']}"
        yield _due(case, RESETTLEMENT, "promised_on", subject, state, "按期补齐")


_SOURCES: tuple[Items, ...] = (
    _petition_cases,
    _industrial_projects,
    _issues,
    _turnover_loans,
    _housing_projects,
    _documents,
)
