"""Revised: what the issues of earlier months printed, against what is known now, and why it differs.

What counts as old is the figure as stated last: by the month's own issue, or by annex 3 of a later one, so that each
revision is told once. A change is laid to the file that brought it; where no file differs it is the method's, and no
department's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from transforms.figures import Figure, Unit, show
from transforms.period import CHINA, Period
from transforms.submissions import Submission


class Cause(StrEnum):
    LATE = "迟报"  # nothing had been sent when the issue was made
    ERROR = "差错"
    METHOD = "口径"  # program, contract or district file
    SCOPE = "范围"  # who or what is counted


UNSTATED = "原因待说明"


@dataclass(frozen=True)
class Issued:
    """One issue that was made. `files` and `method` are hashes of what its figures come from: (month, department,
    SHA-256) of its files, and all else; `figures` and `revised` are hashes of what it printed and what its annex 3
    states, empty when that states nothing. `received_at`: when the last of its files came."""

    id: int
    period: Period
    number: int
    made_at: dt.datetime
    released_at: dt.datetime | None
    received_at: dt.datetime
    fingerprint: str = ""
    files: str = ""
    method: str = ""
    figures: str = ""
    revised: str = ""


def standing(made: Iterable[Issued], issue_day: dt.datetime, known: dt.datetime | None) -> Issued | None:
    """The issue of a month that readers hold: the one released last; else the one that stood on the day it is dated;
    else the one that knew most of what had come by then, else the first. What a draft is made into afterwards is no
    longer what was printed. `known`: nothing that was received, or signed, later.
    """
    there = [one for one in made if known is None or one.received_at <= known]
    released = [one for one in there if one.released_at and (known is None or one.released_at <= known)]
    if released:
        return max(released, key=lambda one: (one.released_at, one.id))
    if then := [one for one in there if one.made_at <= issue_day]:
        return max(then, key=lambda one: (one.made_at, one.id))
    if in_time := [one for one in there if one.received_at <= issue_day]:
        latest = max(one.received_at for one in in_time)
        there = [one for one in in_time if one.received_at == latest]
    return min(there, key=lambda one: (one.made_at, one.id), default=None)


class Printed(NamedTuple):
    """A figure's value as an issue printed it."""

    value: Fraction | None
    unit: Unit


@dataclass(frozen=True)
class FileChange:
    """One department's file of one month that is not the one of an issue. `before` is the SHA-256 of the issue's,
    empty when it had none; `now` is None when none counts any more; `returned`: the issue set rows of it aside."""

    period: Period
    department: str
    before: str
    now: Submission | None
    returned: bool = False


@dataclass(frozen=True)
class Revision:
    """One figure of one month, in `unit`, that is not what was stated of it. `department` and what follows name the
    file that brought it, and are empty when the method did. `issues` are the numbers of those that printed `old`."""

    period: Period
    code: str
    label: str
    unit: Unit
    old: Fraction | None
    new: Fraction | None
    cause: Cause | None
    note: str = ""
    department: str = ""
    filed_for: Period | None = None
    filename: str = ""
    submission: str = ""
    received_at: dt.datetime | None = None
    issues: tuple[int, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether it shows in print: less than is rounded away does not."""
        return show(self.old, self.unit) != show(self.new, self.unit)

    @property
    def why(self) -> str:
        return self.cause.value if self.cause else UNSTATED

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "period": str(self.period),
            "old": None if self.old is None else str(self.old),
            "new": None if self.new is None else str(self.new),
            "cause": self.cause.name.lower() if self.cause else None,
            "filed_for": str(self.filed_for) if self.filed_for else None,
            "received_at": self.received_at.isoformat() if self.received_at else None,
            "issues": list(self.issues),
        }

    @classmethod
    def of_json(cls, entry: Mapping[str, Any]) -> Revision:
        return cls(
            **dict(entry)
            | {
                "period": Period.parse(entry["period"]),
                "unit": Unit(entry["unit"]),
                "old": None if entry["old"] is None else Fraction(entry["old"]),
                "new": None if entry["new"] is None else Fraction(entry["new"]),
                "cause": Cause[entry["cause"].upper()] if entry["cause"] else None,
                "filed_for": Period.parse(entry["filed_for"]) if entry["filed_for"] else None,
                "received_at": dt.datetime.fromisoformat(entry["received_at"]) if entry["received_at"] else None,
                "issues": tuple(entry["issues"]),
            }
        )


@dataclass(frozen=True)
class Reasons:
    """What is known of why. `told`: by the office, of a file by its SHA-256; `answers`: what the department wrote into
    the workbook itself; `method`: what of the method differs, empty when nothing does."""

    told: Mapping[str, tuple[Cause, str]]
    answers: Mapping[str, str]
    method: str = ""


def changed_files(
    before: Mapping[tuple[Period, str], str], now: Iterable[Submission], returned: frozenset[str] = frozenset()
) -> tuple[FileChange, ...]:
    """`before` and `now`: the files of an issue, and those in force, of the same months. `returned`: files of which
    rows were set aside."""
    counted = {(one.period, one.department): one for one in now}
    found = []
    for place in sorted(before.keys() | counted.keys()):
        old, new = before.get(place, ""), counted.get(place)
        if new is None or new.sha256 != old:
            found.append(FileChange(*place, old, new, old in returned))
    return tuple(found)


def revised(
    period: Period,
    stated: Mapping[str, Printed],
    figures: Mapping[str, Figure],
    files: Sequence[FileChange],
    reasons: Reasons,
    issues: Callable[[str], tuple[int, ...]],
) -> Iterator[Revision]:
    """Every figure of a month that was stated and is another now, in the order of `figures`; one that did not exist
    then was not stated. `issues`: a code → the issues that printed it."""
    for code, figure in figures.items():
        if code in stated and stated[code].value != figure.value:
            old = stated[code].value
            known = Revision(period, code, figure.label, figure.unit, old, figure.value, None, issues=issues(code))
            yield _explained(known, figure, files, reasons)


def _explained(revision: Revision, figure: Figure, files: Sequence[FileChange], reasons: Reasons) -> Revision:
    change = _brought(figure, files)
    if change is None:
        return replace(revision, cause=Cause.METHOD, note=reasons.method)
    now = change.now
    sha = now.sha256 if now else ""
    cause, note = reasons.told.get(sha, (None, ""))
    if cause is None:
        note = reasons.answers.get(sha, "")
        cause = next((one for one in Cause if one.value in note), None)
    if cause is None and not change.before:
        cause = Cause.LATE
    if cause is None and change.returned:
        cause = Cause.ERROR
    return replace(
        revision,
        cause=cause,
        note=note,
        department=change.department,
        filed_for=change.period,
        filename=now.filename if now else "",
        submission=sha,
        received_at=now.received_at if now else None,
    )


def _brought(figure: Figure, files: Sequence[FileChange]) -> FileChange | None:
    """The latest of the changed files that the figure is computed from: those that its cells stand in, else those of
    its departments. None when there is none: no department is to blame then."""
    owners = figure.owner.split("、")
    own = [change for change in files if change.department in owners]
    shas = {cell.submission for cell in figure.cells}
    within = [change for change in own if change.now and change.now.sha256 in shas]
    return max(within or own, key=_age, default=None)


def _age(change: FileChange) -> tuple[dt.datetime, Period]:
    return (change.now.received_at if change.now else dt.datetime.min.replace(tzinfo=dt.UTC)), change.period


def restated(own: Mapping[str, Printed], later: Iterable[Revision], period: Period) -> dict[str, Printed]:
    """What was stated last of a month: its own issue's figures, then what later issues said of them, in that order."""
    stated = dict(own)
    for revision in later:
        if revision.period == period and revision.code in stated:
            stated[revision.code] = Printed(revision.new, revision.unit)
    return stated


@dataclass(frozen=True)
class Group:
    """Revisions that one file brought, or the method: one heading in annex 3."""

    heading: str
    rows: tuple[Revision, ...]


def grouped(revisions: Iterable[Revision], moment: Callable[[dt.datetime], str]) -> tuple[Group, ...]:
    """By what brought them, in the order of their first."""
    groups: dict[str, list[Revision]] = {}
    for revision in revisions:
        groups.setdefault(heading(revision, moment), []).append(revision)
    return tuple(Group(text, tuple(rows)) for text, rows in groups.items())


def heading(revision: Revision, moment: Callable[[dt.datetime], str]) -> str:
    """Who, which file, when, and why."""
    note = f"。{revision.note}" if revision.note else ""
    if not revision.department or revision.filed_for is None:
        return f"{revision.why}{note}（报表没有变化）"
    file = f"{revision.department}{revision.filed_for.chinese}报表"
    if revision.received_at is None:
        return f"{file}不再采用：{revision.why}{note}"
    verb = "报来" if revision.cause is Cause.LATE else "重报"
    return f"{file}，{moment(revision.received_at.astimezone(CHINA))}{verb}“{revision.filename}”：{revision.why}{note}"
