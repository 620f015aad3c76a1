"""Revisions as the ledger has them: what an issue tells of, what one figure was said to be, who over-reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flows import month as months
from flows.ledger import Editorial, Ledger, Word
from flows.revising import end_of
from transforms.briefing import printing
from transforms.districts import District
from transforms.errors import UsageError
from transforms.figures import hidden, show, value_of
from transforms.period import Period
from transforms.revision_tables import Bias, Triangle, biases, triangle
from transforms.revisions import Cause, Issued, Printed, Revision, grouped, standing


@dataclass(frozen=True)
class Told:
    """What the current issue of a month tells of the issues before it."""

    period: Period
    number: int
    revisions: tuple[Revision, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "period": str(self.period),
            "number": self.number,
            "revisions": [one.as_json() for one in self.revisions],
        }

    def lines(self) -> Iterator[str]:
        yield f"{self.period} 第{self.number}期：修订 {len(self.revisions)} 个数"
        for group in grouped(self.revisions, printing.moment):
            yield f"  {group.heading}"
            for one in group.rows:
                values = f"{value_of(one.old, one.unit)} → {value_of(one.new, one.unit)}"
                if beside := hidden(one.old, one.new, one.unit):
                    values += f"（{beside}）"
                yield f"    {one.period} {one.label}（{one.code}）：{values}，印过原数的：{printing.numbers(one.issues)}"


def told(ledger: Ledger, district: str, period: Period | None = None) -> list[Told]:
    """Of one month's current issue, or of every month's that tells of any.

    Raises:
        UsageError: the month has no issue.
    """
    if period is not None:
        return [_told(ledger, district, period)]
    found = [_told(ledger, district, month) for month in ledger.current_briefings(district)]
    return [one for one in found if one.revisions]


def _told(ledger: Ledger, district: str, period: Period) -> Told:
    briefing = ledger.latest_briefing(district, period)
    if briefing is None:
        raise UsageError(f"{period} 还没有做过简报，请先运行：sancu run {period}")
    entries = briefing.manifest.get("revisions", ())
    return Told(period, briefing.number, tuple(map(Revision.of_json, entries)))


def say_why(ledger: Ledger, district: str, period: Period, about: str, cause: Cause, note: str, by: str) -> list[str]:
    """Record why a department's files changed figures that the month's issue tells of; the files' names.

    Raises:
        UsageError: the issue tells of no revision that a file of this department brought.
    """
    revisions = _told(ledger, district, period).revisions
    files = {one.submission: one for one in revisions if one.department == about and one.submission}
    if not files:
        known = "、".join(dict.fromkeys(one.department for one in revisions if one.submission)) or "没有"
        raise UsageError(f"{period} 的修订说明中没有“{about}”的报表；有修订的部门：{known}。")
    text = " ".join(note.split())
    for sha, one in files.items():
        entry = Editorial(Word.CAUSE, f"{cause.name.lower()}\n{text}", by, months.now(), sha)
        ledger.record_editorial(district, one.filed_for or period, entry)
    return [f"{one.filed_for} {one.filename}" for one in files.values()]


def issues_of(ledger: Ledger, district: District) -> list[Issued]:
    """The issue of each month that readers hold, earliest first."""
    made: dict[Period, list[Issued]] = {}
    for one in ledger.issued(district.code, Period(9999, 12)):
        made.setdefault(one.period, []).append(one)
    found = [standing(made[period], end_of(district.dated(period)), None) for period in sorted(made)]
    return [one for one in found if one]


def _stated(ledger: Ledger, issue: Issued) -> tuple[Revision, ...]:
    return tuple(map(Revision.of_json, ledger.manifest(issue.id).get("revisions", ()))) if issue.revised else ()


def triangle_of(ledger: Ledger, district: District, code: str) -> Triangle:
    """
    Raises:
        UsageError: no issue has printed such a figure.
    """
    issues = issues_of(ledger, district)
    own: dict[Period, Printed] = {}
    for one in issues:
        figure = ledger.printed(one.id).get(code)
        if figure is not None:
            own[one.period] = figure
    if not own:
        raise UsageError(f"各期简报中没有代码为“{code}”的指标；全部代码见 sancu metrics。")
    return triangle(code, own, {one.period: _stated(ledger, one) for one in issues})


def triangle_lines(found: Triangle) -> Iterator[str]:
    """A row a month, a column an issue."""
    unit = next(iter(found.rows.values()))[0].unit
    yield f"{found.code}（{unit}）：行为所说的月份，列为各期简报"
    yield "\t".join(("", *map(str, found.issues)))
    for period, row in found.rows.items():
        gap = [""] * (len(found.issues) - len(row))
        yield "\t".join((str(period), *gap, *(show(one.value, one.unit) for one in row)))


def bias_of(ledger: Ledger, district: District) -> list[Bias]:
    issues = issues_of(ledger, district)
    return biases(revision for one in issues for revision in _stated(ledger, one))


def bias_lines(found: list[Bias]) -> Iterator[str]:
    if not found:
        yield "没有部门修订过已印出的数。"
    for one in found:
        mean = "—" if one.mean is None else f"{show(one.mean, one.unit)}%"
        habit = f"，{one.habit}" if one.habit else ""
        yield (
            f"{one.department}：平均修订 {mean}，{one.months} 个月 {one.figures} 个数，"
            f"调低 {one.down}，调高 {one.up}，补报 {one.late}{habit}"
        )
