"""The board: what each department owed for a month, sheet by sheet, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from transforms.briefing.view import Receipt, ReceiptStatus, SheetReceipt, SheetStatus, Tally
from transforms.contracts import Contract
from transforms.findings import Finding, Severity
from transforms.period import CHINA, Period
from transforms.submissions import Submission
from transforms.tables import Intake

NO_SHEET = "RD01"


def board(
    contracts: Sequence[Contract],
    departments: Iterable[str],
    period: Period,
    intakes: Iterable[Intake],
    findings: Iterable[Finding],
) -> tuple[Receipt, ...]:
    """One receipt a department, in the order of `departments`; those that sent nothing are 未报.

    A department is 退回 when one of its datasets gave no table, 迟报 when it came after the due day (the day
    `due_day` of the month after the period, China time).
    """
    sent = {item.submission.department: item for item in intakes if item.submission.period == period}
    findings = list(findings)
    receipts = []
    for department in departments:
        owed = [contract for contract in contracts if contract.department == department]
        intake = sent.get(department)
        receipts.append(_missing(department, owed) if intake is None else _received(owed, period, intake, findings))
    return with_counts(receipts, findings)


def with_counts(receipts: Iterable[Receipt], findings: Iterable[Finding]) -> tuple[Receipt, ...]:
    """The receipts with their findings counted anew: what the identities add, and what has been explained since.

    A finding that names a dataset counts at its sheet, every other one of the department at the file.
    """
    findings = list(findings)
    counted = []
    for receipt in receipts:
        own = [finding for finding in findings if finding.department == receipt.department]
        datasets = {sheet.dataset for sheet in receipt.sheets}
        sheets = tuple(
            replace(sheet, tally=_tally(f for f in own if f.dataset == sheet.dataset)) for sheet in receipt.sheets
        )
        about_file = _tally(f for f in own if f.dataset not in datasets)
        counted.append(replace(receipt, sheets=sheets, file_tally=about_file))
    return tuple(counted)


def with_corrections(
    receipts: Iterable[Receipt], superseded: Sequence[Submission], findings: Iterable[Finding]
) -> tuple[Receipt, ...]:
    """The receipts knowing what they take the place of: a sheet that is accepted whole is 已更正 when a blocking finding
    among `findings`, which are those in the files `superseded`, set it or rows of it aside before."""
    blocking = [finding for finding in findings if finding.severity is Severity.BLOCK]
    known = []
    for receipt in receipts:
        before = [submission for submission in superseded if submission.department == receipt.department]
        files = {submission.sha256 for submission in before}
        faulty = {finding.dataset for finding in blocking if finding.submission in files}
        sheets = tuple(
            replace(sheet, status=SheetStatus.CORRECTED)
            if sheet.status is SheetStatus.RECEIVED and faulty & {"", sheet.dataset}
            else sheet
            for sheet in receipt.sheets
        )
        earlier = tuple(sorted(submission.received_at.astimezone(CHINA) for submission in before))
        known.append(replace(receipt, sheets=sheets, earlier=earlier))
    return tuple(known)


def due_on(contracts: Iterable[Contract], period: Period) -> dt.date:
    """The day by which a department's workbook is due: the earliest of its sheets' due days."""
    return period.plus(1).first_day.replace(day=min(contract.due_day for contract in contracts))


def total(receipt: Receipt) -> Tally:
    """All findings of a department: those about its file and those about each sheet."""
    tallies = (receipt.file_tally, *(sheet.tally for sheet in receipt.sheets))
    return Tally(
        block=sum(tally.block for tally in tallies),
        explain=sum(tally.explain for tally in tallies),
        inform=sum(tally.inform for tally in tallies),
        explained=sum(tally.explained for tally in tallies),
    )


def _missing(department: str, owed: Sequence[Contract]) -> Receipt:
    sheets = tuple(SheetReceipt(contract.id, contract.sheet, 0, 0, SheetStatus.MISSING) for contract in owed)
    names = tuple(contract.sheet for contract in owed)
    return Receipt(department, names, None, "", 0, 0, 0, ReceiptStatus.MISSING, sheets)


def _received(owed: Sequence[Contract], period: Period, intake: Intake, findings: Sequence[Finding]) -> Receipt:
    submission = intake.submission
    blocking = [f for f in findings if f.severity is Severity.BLOCK and f.submission == submission.sha256]
    sheets = tuple(_sheet(contract, intake, blocking) for contract in owed)
    late = max(0, (submission.received_at.astimezone(CHINA).date() - due_on(owed, period)).days)
    if any(finding.row is None for finding in blocking):
        status = ReceiptStatus.RETURNED
    else:
        status = ReceiptStatus.LATE if late else ReceiptStatus.RECEIVED
    return Receipt(
        department=submission.department,
        datasets=tuple(contract.sheet for contract in owed),
        received_at=submission.received_at.astimezone(CHINA),
        sender=submission.sender,
        late_days=late,
        rows=sum(sheet.rows for sheet in sheets),
        blocked_rows=sum(sheet.blocked_rows for sheet in sheets),
        status=status,
        sheets=sheets,
    )


def _sheet(contract: Contract, intake: Intake, blocking: Sequence[Finding]) -> SheetReceipt:
    table = next((table for table in intake.tables if table.dataset == contract.id), None)
    own = [finding for finding in blocking if finding.dataset in ("", contract.id)]
    rows = {finding.row for finding in own if finding.row is not None}
    whole = [finding for finding in own if finding.row is None]
    if table is None and whole and all(finding.rule == NO_SHEET for finding in whole):
        status = SheetStatus.MISSING
    elif whole:
        status = SheetStatus.RETURNED
    else:
        status = SheetStatus.PARTLY if rows else SheetStatus.RECEIVED
    return SheetReceipt(contract.id, contract.sheet, 0 if table is None else len(table.frame), len(rows), status)


def _tally(findings: Iterable[Finding]) -> Tally:
    findings = list(findings)
    block, explain, inform = (sum(f.severity is severity for f in findings) for severity in Severity)
    explained = sum(f.severity is Severity.EXPLAIN and bool(f.explanation) for f in findings)
    return Tally(block, explain, inform, explained)
