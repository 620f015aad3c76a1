"""Sums: parts and totals, the frozen targets, what is public, and roll-forward from last month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import pandas as pd

from transforms.figures import Figure, show, value_of
from transforms.findings import Finding, Severity
from transforms.identities.case import Case, named
from transforms.metrics import duties, enterprises, petitions, resettlement

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
    names = named([str(key) for key in lacking])
    return (
        f"{figure.label}共{value_of(total, unit)}，{part_name}之和 {added}＝{show(sum(known, Fraction(0)), unit)}，"
        f"{rest_name}{rest}{unit.value}{'：' if names else ''}{names}"
    )


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
                f"{label}：表中{value_of(value, unit)}，"
                f"{target.set_on.year}年{target.set_on.month}月确定的是{value_of(target.exact, unit)}"
            )
            yield case.finding("ID07", datasets[code.split(".")[0]], message)


def agrees_with_published(case: Case) -> Iterator[Finding]:
    for code, public in (case.published.figures if case.published else {}).items():
        figure = case.figures.get(code)
        if figure is not None and figure.value is not None and not public.admits(figure.value):
            said = public.words or f"{public.value}{public.unit.value}"
            message = f"{figure.label}算得{value_of(figure.value, figure.unit)}，公开的是{said}"
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
