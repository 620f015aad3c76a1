"""The way back: which departments' workbooks go back, and each marked in its own cells."""

from __future__ import annotations

from collections.abc import Sequence

from flows.month import Month
from flows.reader_pool import shared
from transforms import returns
from transforms.contracts import Contract
from transforms.errors import UnreadableFile
from transforms.findings import Finding, Severity
from transforms.submissions import Submission
from transforms.tables import RawWorkbook


def marked(
    data: bytes, raw: RawWorkbook, filename: str, findings: Sequence[Finding], contracts: Sequence[Contract]
) -> tuple[str, bytes]:
    """The name and the bytes of a returned workbook."""
    return returns.returned_name(filename, raw.format), returns.mark(data, raw, findings, contracts)


def asked(findings: Sequence[Finding], submission: Submission) -> list[Finding]:
    """What this sender is told: findings in the file, and those about the department that no file caused."""
    return [f for f in findings if f.submission in ("", submission.sha256) and f.department == submission.department]


def goes_back(findings: Sequence[Finding]) -> bool:
    """Whether anything blocks, or is still to be explained."""
    return any(f.severity is Severity.BLOCK or (f.severity is Severity.EXPLAIN and not f.explanation) for f in findings)


def mark_month(month: Month, submissions: Sequence[Submission], findings: Sequence[Finding]) -> dict[str, bytes]:
    """By file name the workbooks of the month that go back. A file that cannot be opened cannot be marked; the board
    names it.

    Raises:
        EnvironmentFailure: the archive cannot be read, or the child cannot be started.
    """
    back: dict[str, bytes] = {}
    with shared(month.settings.reader.limits).reader() as reader:
        for submission in submissions:
            own = asked(findings, submission)
            if submission.period != month.period or not goes_back(own):
                continue
            data = month.store.get(submission.sha256)
            try:
                raw = reader.read(data, submission.filename)
            except UnreadableFile:
                continue
            contracts = month.configuration.contracts_of(submission.department)
            name, workbook = marked(data, raw, submission.filename, own, contracts)
            back[name] = workbook
    return back
