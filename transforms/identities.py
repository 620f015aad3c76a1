"""Identities: what must hold across sheets, months and departments, or be explained. Each yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from transforms.contracts import Contract, Kind
from transforms.districts import District
from transforms.figures import Figure, Scope, show
from transforms.findings import Finding, Severity
from transforms.metrics import duties, enterprises, petitions, resettlement
from transforms.metrics.month import Month, NotReported
from transforms.period import Period
from transforms.published import Published
from transforms.tables import Facts

IDENTITY_RULES: dict[str, str] = {
    "ID01": "安置房各阶段之和应等于项目总数",
    "ID02": "上月在册的编号，本月不应消失",
    "ID03": "已回迁的项目不应退回前面的阶段",
    "ID04": "已化解的积案不应又变成化解中",
    "ID05": "走访、融资、奖励涉及的企业应在挂钩联系名册中",
    "ID06": "问题和审批涉及的项目应在安置房项目表中",
    "ID07": "各表的个数应与年初确定的目标一致",
    "ID08": "算出的数应与已经公开的数一致",
    "ID09": "累计数应等于上月累计数加本月数",
    "ID10": "积案各类别之和应等于总数",
}
_NAMED = 5  # how many keys a message names
_FROZEN = {  # target of the district file → figure that counts the rows
    "starts": "project.starts_target",
    "completions": "project.completions_target",
    "resettlement_projects": "housing.projects",
    "petition_cases": "petition.cases",
    "monitored": "rating.monitored",
}
_ROLLING = (
    ("reward.amount_to_date", "reward.amount_month"),
    ("petition.resolved", "petition.resolved_month"),
    ("accountability.actions_to_date", "accountability.actions_month"),
)


@dataclass(frozen=True)
class Case:
    """What an identity looks at."""

    month: Month
    figures: Mapping[str, Figure]
    before: Mapping[str, Figure]  # last month's; empty in the first month
    published: Published | None

    def department(self, dataset: str) -> str:
        return self.month.contracts[dataset].department

    def finding(self, rule: str, dataset: str, message: str, severity: Severity = Severity.EXPLAIN) -> Finding:
        return Finding(rule, severity, message, self.department(dataset), dataset)


def reconcile(
    facts: Facts,
    figures: Mapping[str, Figure],
    contracts: Sequence[Contract],
    district: District,
    period: Period,
    published: Published | None = None,
    before: Mapping[str, Figure] | None = None,
) -> tuple[Finding, ...]:
    """Every identity that does not hold. One whose rows were not sent is not judged."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    case = Case(month, figures, before or {}, published)
    found: list[Finding] = []
    for identity in _IDENTITIES:
        try:
            found += identity(case)
        except NotReported:
            continue
    return tuple(found)


def _named(keys: Sequence[str]) -> str:
    shown = "、".join(keys[:_NAMED])
    return f"{shown}等{len(keys)}个" if len(keys) > _NAMED else shown


def stages_add_up(case: Case) -> Iterator[Finding]:
    """52 − (2＋14＋12＋21): what the stages leave is said, with the projects' numbers."""
    rows = case.month.rows(resettlement.PROJECTS)
    lacking = rows.where(resettlement.without_stage(rows, case.month))["project_no"]
    parts = [f"housing.{name}" for name in resettlement.STAGES]
    if message := _gap(case, "housing.projects", parts, "各阶段", "阶段未报", lacking):
        yield case.finding("ID01", resettlement.PROJECTS, message)


def categories_add_up(case: Case) -> Iterator[Finding]:
    rows = case.month.rows(petitions.CASES)
    lacking = rows.where(~rows["category"].isin(list(petitions.CATEGORIES.values())))["case_no"]
    parts = [f"petition.category.{name}.cases" for name in petitions.CATEGORIES]
    if message := _gap(case, "petition.cases", parts, "各类别", "类别不明", lacking):
        yield case.finding("ID10", petitions.CASES, message)


def _gap(case: Case, whole: str, parts: Sequence[str], part_name: str, rest_name: str, lacking: pd.Series) -> str:
    """What is missing between a whole and its parts, in words; empty when they agree or are not known."""
    figure = case.figures[whole]
    total, values = figure.value, [case.figures[code].value for code in parts]
    known = [value for value in values if value is not None]
    if total is None or len(known) < len(values) or total == sum(known):
        return ""
    unit, added = figure.unit, "＋".join(show(value, figure.unit) for value in known)
    rest = show(total - sum(known), unit)
    names = _named([str(key) for key in lacking])
    return (
        f"{figure.label}共{show(total, unit)}{unit.value}，{part_name}之和 {added}＝{show(sum(known, Fraction(0)), unit)}，"
        f"{rest_name}{rest}{unit.value}{'：' if names else ''}{names}"
    )


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
            message = f"上月在册、本月没有：{_named(gone)}；已办结的也请保留，退回的请改正后再报"
            yield case.finding("ID02", dataset, message)


def _last_month(case: Case, dataset: str) -> pd.DataFrame:
    return case.month.earlier(case.month.period.previous).rows(dataset).frame


def moved_back_stays(case: Case) -> Iterator[Finding]:
    final = resettlement.STAGES["moved_back"]
    now = case.month.rows(resettlement.PROJECTS).frame
    then = _last_month(case, resettlement.PROJECTS)
    back = set(then.loc[then["stage"] == final, "project_no"])
    reverted = now[now["project_no"].isin(list(back)) & (now["stage"].fillna("") != final)]
    if keys := [str(key) for key in reverted["project_no"]]:
        yield case.finding("ID03", resettlement.PROJECTS, f"上月已回迁、本月又退回前面的阶段：{_named(keys)}")


def resolved_stays(case: Case) -> Iterator[Finding]:
    now = case.month.rows(petitions.CASES).frame
    then = _last_month(case, petitions.CASES)
    closed = set(then.loc[then["status"] == "已化解", "case_no"])
    reopened = now[now["case_no"].isin(list(closed)) & (now["status"].fillna("") != "已化解")]
    if keys := [str(key) for key in reopened["case_no"]]:
        yield case.finding("ID04", petitions.CASES, f"上月已化解、本月又列为未化解：{_named(keys)}")


def enterprises_registered(case: Case) -> Iterator[Finding]:
    register = set(case.month.rows(duties.LINKS)["enterprise"].dropna())
    for dataset in (duties.VISITS, enterprises.FINANCING, enterprises.PAYMENTS):
        try:
            named = case.month.rows(dataset, Scope.MONTH)["enterprise"].dropna()
        except NotReported:
            continue
        if strangers := sorted(set(named) - register):
            message = f"企业代码不在挂钩联系名册中：{_named(strangers)}"
            yield case.finding("ID05", dataset, message)


def projects_registered(case: Case) -> Iterator[Finding]:
    register = set(case.month.rows(resettlement.PROJECTS)["project_no"])
    for dataset in (resettlement.PROBLEMS, resettlement.PERMITS):
        try:
            named = case.month.rows(dataset)["project_no"].dropna()
        except NotReported:
            continue
        if strangers := sorted(set(named) - register):
            yield case.finding("ID06", dataset, f"项目编号不在安置房项目表中：{_named(strangers)}")


def targets_match(case: Case) -> Iterator[Finding]:
    datasets = {
        "project": enterprises.PROJECTS,
        "housing": resettlement.PROJECTS,
        "petition": petitions.CASES,
        "rating": duties.LINKS,
    }
    frozen = {t.key for t in case.month.district.targets if t.year == case.month.period.year}
    for key, code in _FROZEN.items():
        value = case.figures[code].value
        if key not in frozen or value is None:
            continue
        target = case.month.district.target(key, case.month.period)
        if value != target.exact:
            label, unit = case.figures[code].label, target.unit
            message = (
                f"{label}：表中{show(value, unit)}{unit.value}，"
                f"{target.set_on.year}年{target.set_on.month}月确定的是{show(target.exact, unit)}{unit.value}"
            )
            yield case.finding("ID07", datasets[code.split(".")[0]], message)


def agrees_with_published(case: Case) -> Iterator[Finding]:
    for code, public in (case.published.figures if case.published else {}).items():
        figure = case.figures.get(code)
        if figure is not None and figure.value is not None and not public.admits(figure.value):
            said = public.words or f"{public.value}{public.unit.value}"
            message = f"{figure.label}算得{show(figure.value, figure.unit)}{figure.unit.value}，公开的是{said}"
            yield Finding("ID08", Severity.EXPLAIN, message, _owner(figure))


def rolls_forward(case: Case) -> Iterator[Finding]:
    """To date = to date a month ago + this month. For the petitions, whose register is sent anew each month, a date
    of resolution that was changed or added afterwards shows here."""
    for to_date, of_month in _ROLLING:
        then = case.before[to_date].value if to_date in case.before else None
        figure, month = case.figures[to_date], case.figures[of_month].value
        if figure.value is None or month is None or then is None or figure.value == then + month:
            continue
        now, before, added = (show(value, figure.unit) for value in (figure.value, then, month))
        message = f"{figure.label}{now}{figure.unit.value}，不等于上月累计{before}加本月{added}"
        yield Finding("ID09", Severity.EXPLAIN, message, _owner(figure))


def _owner(figure: Figure) -> str:
    return figure.cells[0].department if figure.cells else "办公室"


_IDENTITIES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    stages_add_up,
    categories_add_up,
    keys_stay,
    moved_back_stays,
    resolved_stays,
    enterprises_registered,
    projects_registered,
    targets_match,
    agrees_with_published,
    rolls_forward,
)
