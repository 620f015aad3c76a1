"""What an issue has to say of the issues before it: which of them no longer hold, and the revisions that follow.

An issue depends on those that were out before it, and on them only where something that their figures come from is not
what it was: all others leave its fingerprint alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from transforms.period import CHINA, Period
from transforms.revisions import (
    Cause,
    FileChange,
    Issued,
    Printed,
    Reasons,
    Revision,
    changed_files,
    restated,
    revised,
    standing,
)
from transforms.submissions import Submission

if TYPE_CHECKING:
    from flows.editorials import Said
    from flows.month import Month, Plan
    from transforms.figures import Figure

# What of an issue's inputs shapes its page and no figure.
_NOT_METHOD = ("templates", "fonts", "notes", "superseded", "editorial", "revisions")


@dataclass(frozen=True)
class Past:
    """The issues before one, earliest first, and those of them that no longer hold. `told`: what the office said of
    the files in force."""

    issues: tuple[Issued, ...] = ()
    outdated: tuple[Issued, ...] = ()
    told: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def restated(self) -> frozenset[Period]:
        """The months whose figures are compared with what was printed; where they were brought from is asked then."""
        return frozenset(one.period for one in self.outdated)

    @property
    def text(self) -> str:
        """For the fingerprint; empty when every issue before holds."""
        if not self.outdated:
            return ""
        printed = [[str(one.period), one.figures] for one in self.outdated]
        said = [[str(one.period), one.revised] for one in self.issues if one.revised]
        return json.dumps([printed, said, sorted(self.told.items())], ensure_ascii=False)


def past_of(month: Month, submissions: Sequence[Submission], said: Said, method: str) -> Past:
    """What is known of the issues before the month's. An issue that is corrected counts with them; of what is signed
    or made after the month's own issue was first signed, nothing does."""
    district = month.configuration.district
    made = month.ledger.issued(month.code, month.period)
    own = [one for one in made if one.period == month.period]
    first = min((one.released_at for one in own if one.released_at), default=None)
    corrected = [one for one in own if one.fingerprint == said.corrects]
    before = [one for one in made if one.period < month.period and (first is None or one.made_at <= first)]
    found = []
    for period, candidates in groupby(sorted(before, key=lambda one: (one.period, one.id)), key=lambda one: one.period):
        found.append(standing(candidates, end_of(district.dated(period)), _earlier(month.as_known, first)))
    issues = (*(one for one in found if one), *corrected)
    files = files_until(submissions, [one.period for one in issues])
    outdated = tuple(one for one in issues if (one.files, one.method) != (files[one.period], method))
    if not outdated:
        return Past(issues)
    told = month.ledger.causes(month.code, month.as_known)
    return Past(issues, outdated, {one.sha256: told[one.sha256] for one in submissions if one.sha256 in told})


def end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.max, CHINA)


def _earlier(*moments: dt.datetime | None) -> dt.datetime | None:
    return min((moment for moment in moments if moment), default=None)


def files_until(submissions: Iterable[Submission], periods: Iterable[Period]) -> dict[Period, str]:
    """For each month a hash of the files up to it."""
    ordered = sorted((str(one.period), one.department, one.sha256) for one in submissions)
    found, digest, place = {}, hashlib.sha256(), 0
    for period in sorted(set(periods)):
        while place < len(ordered) and ordered[place][0] <= str(period):
            digest.update("\n".join(ordered[place]).encode())
            place += 1
        found[period] = digest.hexdigest()
    return found


def method_of(inputs: Mapping[str, str]) -> str:
    """A hash of what beside the files makes the figures: program, contracts, district file."""
    return _hash(sorted((name, value) for name, value in inputs.items() if name not in _NOT_METHOD))


def made_before(month: Month) -> bool:
    """Whether an issue of the month was made from the files in force by today's method: what was read and checked for it
    is kept, so nothing has to be checked again."""
    files = files_until(month.in_force(), [month.period])[month.period]
    method = method_of(month.inputs)
    made = month.ledger.issued(month.code, month.period)
    return any((one.period, one.files, one.method) == (month.period, files, method) for one in made)


def standing_figures(
    month: Month, plan: Plan, wanted: Collection[Period], traced: Collection[Period]
) -> dict[Period, Mapping[str, Figure]]:
    """The figures of those of the months that have an issue made from the files in force by today's method: measured
    again they would be the same. Of months that are not to be `traced` they come without lineage: ten years of it take
    seconds to read."""
    files, method = files_until(plan.submissions, wanted), method_of(plan.inputs)
    holding = {
        one.period: one
        for one in month.ledger.issued(month.code, month.period)
        if one.period in files and (one.files, one.method) == (files[one.period], method)
    }
    return {period: month.ledger.figures_of(one, period in traced) for period, one in holding.items()}


def basis(month: Month, plan: Plan, revisions: Sequence[Revision]) -> dict[str, str]:
    """What stands in an issue's manifest for later issues to compare themselves with."""
    received = max((one.received_at for one in plan.submissions), default=None)
    return {
        "files": files_until(plan.submissions, [month.period])[month.period],
        "method": method_of(plan.inputs),
        "received": received.isoformat() if received else "",
        "revised": _hash([one.as_json() for one in revisions]) if revisions else "",
    }


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Revised:
    """The revisions that an issue tells of, and (month, code) of every figure that is not what its own month's issue
    printed."""

    revisions: tuple[Revision, ...] = ()
    differing: frozenset[tuple[Period, str]] = frozenset()


def revisions_of(
    month: Month,
    plan: Plan,
    history: Mapping[Period, Mapping[str, Figure]],
    answers: Mapping[str, str],
    reprinted: Callable[[str, Period, Period], bool],
) -> Revised:
    """Against the issues before. `answers`: SHA-256 of a file → what the department wrote into it; `reprinted`: whether
    the issue of a later month prints a code's value of an earlier one too."""
    past = plan.past
    if not past.outdated:
        return Revised()
    later = [(one, _stated(month, one)) for one in past.issues if one.revised]
    keys = [one.id for one in past.issues]
    told = {sha: (Cause[name.upper()], note) for sha, (name, note) in past.told.items()}
    found: list[Revision] = []
    differing: set[tuple[Period, str]] = set()
    for issue in past.outdated:
        own, figures = month.ledger.printed(issue.id), history[issue.period]
        manifest = month.ledger.manifest(issue.id)
        differing |= {
            (issue.period, code) for code, one in own.items() if code in figures and _differs(one, figures[code])
        }
        stated = restated(own, [one for _, part in later for one in part], issue.period)
        found += revised(
            issue.period,
            stated,
            figures,
            _changes(month, keys, manifest, issue.period, plan),
            Reasons(told, answers, "、".join(_method(manifest, plan))),
            lambda code, one=issue: _printing(past.issues, one, code, reprinted),  # type: ignore[misc]
        )
    return Revised(tuple(found), frozenset(differing))


def _stated(month: Month, issue: Issued) -> list[Revision]:
    return [Revision.of_json(entry) for entry in month.ledger.manifest(issue.id).get("revisions", ())]


def _differs(printed: Printed, figure: Figure) -> bool:
    return printed.value != figure.value


def _printing(
    issues: Sequence[Issued], own: Issued, code: str, reprinted: Callable[[str, Period, Period], bool]
) -> tuple[int, ...]:
    later = (one for one in issues if one.period > own.period and reprinted(code, own.period, one.period))
    return (own.number, *(one.number for one in later))


def _changes(
    month: Month, issues: Sequence[int], manifest: Mapping[str, Any], period: Period, plan: Plan
) -> tuple[FileChange, ...]:
    before = {(Period.parse(one["period"]), one["department"]): one["sha256"] for one in manifest["submissions"]}
    now = [one for one in plan.submissions if one.period <= period]
    changes = changed_files(before, now)
    gone = {change.before for change in changes if change.before}
    blocked = month.ledger.findings_about(issues, gone) if gone else []
    returned = frozenset(one.submission for one in blocked if one.severity == "block")
    return changed_files(before, now, returned)


def _method(manifest: Mapping[str, Any], plan: Plan) -> list[str]:
    """What beside the files is not as it was, in words."""
    from flows.stale import changed_inputs

    inputs = manifest.get("inputs", {})
    return list(changed_inputs(inputs, plan.inputs, _NOT_METHOD))
