"""Across: what one department says against another's register, other rows, or the law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from transforms.figures import Scope, Unit, show
from transforms.findings import Finding
from transforms.identities.case import Case, named, records
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import NotReported


def enterprises_registered(case: Case) -> Iterator[Finding]:
    register = set(case.month.rows(duties.LINKS)["enterprise"].dropna())
    for dataset in (duties.VISITS, enterprises.FINANCING, enterprises.PAYMENTS):
        try:
            cited = case.month.rows(dataset, Scope.MONTH)["enterprise"].dropna()
        except NotReported:
            continue
        if strangers := sorted(set(cited) - register):
            message = f"企业代码不在挂钩联系名册中：{named(strangers)}"
            yield case.finding("ID05", dataset, message)


def projects_registered(case: Case) -> Iterator[Finding]:
    register = set(case.month.rows(resettlement.PROJECTS)["project_no"])
    for dataset in (resettlement.PROBLEMS, resettlement.PERMITS):
        try:
            cited = case.month.rows(dataset)["project_no"].dropna()
        except NotReported:
            continue
        if strangers := sorted(set(cited) - register):
            yield case.finding("ID06", dataset, f"项目编号不在安置房项目表中：{named(strangers)}")


def reward_within_tax(case: Case) -> Iterator[Finding]:
    """The rewards of one enterprise in one batch, whichever months' files they came in, against the tax paid; the same
    tax of the same period named twice was paid once. A single row is judged by its own rule; a batch with a tax that
    is not known is not judged."""
    batch = ["enterprise", "batch"]
    latest = case.month.rows(enterprises.PAYMENTS, Scope.MONTH).frame.dropna(subset=batch)
    named_now = latest.drop_duplicates(batch, keep="last")
    paid = case.month.rows(enterprises.PAYMENTS, Scope.CAMPAIGN).frame.merge(named_now[batch], on=batch)
    taxes = paid.groupby([*batch, "tax", "tax_period"], dropna=False)["tax_paid_fen"].max().groupby(level=batch)
    rewards = paid.groupby(batch)["amount_fen"].agg(["size", "sum"])
    sums = rewards.assign(paid=taxes.agg(lambda known: known.sum(skipna=False)))
    over = sums[(sums["size"] > 1) & (sums["sum"] > sums["paid"]).fillna(False)]
    for row in records(named_now.merge(over[["sum", "paid"]].reset_index(), on=batch)):
        reward, tax = _wan(int(row["sum"])), _wan(int(row["paid"]))
        said = f"本企业本批次奖励合计{reward}万元，超过已缴税款{tax}万元，请说明"
        yield case.cell("ID13", enterprises.PAYMENTS, row, "amount_fen", said)


def _wan(fen: int) -> str:
    return show(Fraction(fen, 1_000_000), Unit.MONEY_WAN)


# In force from, where it stands, days from acceptance, days by which it may be extended once.
_STATUTES = (
    (dt.date(2005, 5, 1), "《信访条例》第三十三条", 60, 30),
    (dt.date(2022, 5, 1), "《信访工作条例》第三十四条", 60, 30),
)


def within_statutory_limit(case: Case) -> Iterator[Finding]:
    """The deadline of a case against the longest that the law in force on the day of its registration allows.

    The old cases that the campaign took over are past it by their nature; they keep the district's own deadline. A
    case is asked about while it is open.
    """
    rows = case.month.rows(petitions.CASES)
    first = pd.Timestamp(case.month.district.first_period.first_day)
    judged = rows.where((rows["registered_on"] >= first) & ~petitions.resolved(rows, case.month))
    for row in records(judged.frame.dropna(subset=["due_on"])):
        known = [statute for statute in _STATUTES if pd.Timestamp(statute[0]) <= row["registered_on"]]
        if not known:
            continue
        _, where, days, extension = known[-1]
        given = (row["due_on"] - row["registered_on"]).days
        if given > days + extension:
            said = f"登记后{given}天，{where}规定{days}天，经批准最多再延{extension}天，请说明"
            yield case.cell("ID15", petitions.CASES, row, "due_on", said)
