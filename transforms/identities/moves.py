"""Moves: what a register said last month and no longer says. Keys stay, the last stage is final, and a promised day
does not slip or leave the form unsaid. Without last month's register nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from transforms.contracts import Kind
from transforms.findings import Finding
from transforms.identities.case import Case, named, records
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import NotReported


def keys_stay(case: Case) -> Iterator[Finding]:
    """A register's key never vanishes; what is closed stays in the list with its date."""
    before = case.month.earlier(case.month.period.previous)
    for dataset, contract in case.month.contracts.items():
        received = case.month.facts.received
        both = {(dataset, case.month.period), (dataset, before.period)} <= received
        if contract.kind is not Kind.REGISTER or not both:
            continue
        columns = [name.removesuffix("_code") for name in contract.key]
        now = set(case.month.rows(dataset).frame[columns].itertuples(index=False, name=None))
        then = set(before.rows(dataset).frame[columns].dropna().itertuples(index=False, name=None))
        if gone := sorted(" ".join(map(str, key)) for key in then - now):
            message = f"上月在册、本月没有：{named(gone)}；已办结的也请保留，退回的请改正后再报"
            yield case.finding("ID02", dataset, message)


def moved_back_stays(case: Case) -> Iterator[Finding]:
    final = resettlement.STAGES["moved_back"]
    now = case.month.rows(resettlement.PROJECTS).frame
    then = case.last_month(resettlement.PROJECTS)
    back = set(then.loc[then["stage"] == final, "project_no"])
    reverted = now[now["project_no"].isin(list(back)) & (now["stage"].fillna("") != final)]
    if keys := [str(key) for key in reverted["project_no"]]:
        yield case.finding("ID03", resettlement.PROJECTS, f"上月已回迁、本月又退回前面的阶段：{named(keys)}")


def resolved_stays(case: Case) -> Iterator[Finding]:
    now = case.month.rows(petitions.CASES).frame
    then = case.last_month(petitions.CASES)
    closed = set(then.loc[then["status"] == "已化解", "case_no"])
    reopened = now[now["case_no"].isin(list(closed)) & (now["status"].fillna("") != "已化解")]
    if keys := [str(key) for key in reopened["case_no"]]:
        yield case.finding("ID04", petitions.CASES, f"上月已化解、本月又列为未化解：{named(keys)}")


_PROMISED = (  # register, column that holds a promised day
    (duties.ISSUES, "due_on"),
    (petitions.CASES, "due_on"),
    (resettlement.PROJECTS, "move_back_planned_on"),
    (resettlement.PERMITS, "promised_on"),
    (enterprises.FINANCING, "due_on"),
    (enterprises.PROJECTS, "start_planned_on"),
    (enterprises.PROJECTS, "finish_planned_on"),
)


def promises_stand(case: Case) -> Iterator[Finding]:
    """A promised day that came later than last month's register had it, or that was emptied. An earlier day is no
    finding."""
    for dataset, column in _PROMISED:
        for row, then in _both_months(case, dataset, column):
            now = row[column]
            if pd.isna(now):
                yield case.cell("ID12", dataset, row, column, f"上月是 {then:%Y-%m-%d}，本月空着，请补上或说明")
            elif now > then:
                said = f"上月是 {then:%Y-%m-%d}，本月改成 {now:%Y-%m-%d}，推后{(now - then).days}天，请说明"
                yield case.cell("ID11", dataset, row, column, said)


def milestones_stay(case: Case) -> Iterator[Finding]:
    """What had started or was completed by the end of last month is so now."""
    end = pd.Timestamp(case.month.period.previous.last_day)
    for verb, _, column in enterprises.MILESTONES:
        for row, then in _both_months(case, enterprises.PROJECTS, column):
            if then <= end and not row[column] <= end:
                said = f"上月已{verb}（{then:%Y-%m-%d}），本月又不是，请核对"
                yield case.cell("ID14", enterprises.PROJECTS, row, column, said)


def _both_months(case: Case, dataset: str, column: str) -> Iterator[tuple[dict[str, Any], pd.Timestamp]]:
    """This month's rows that stood in last month's register with the column filled, each with what it held then."""
    try:
        now, then = case.month.rows(dataset).frame, case.last_month(dataset)
    except NotReported:
        return
    key = case.key(dataset)
    filled = then.dropna(subset=[*key, column]).drop_duplicates(key, keep="last")
    known = dict(zip(filled[key].itertuples(index=False, name=None), filled[column], strict=True))
    for row in records(now):
        day = known.get(tuple(row[name] for name in key))
        if day is not None:
            yield row, day
