"""The board: what each department owed for a month, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from transforms.briefing.view import Receipt, ReceiptStatus
from transforms.contracts import Contract
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.tables import Intake

CHINA = dt.timezone(dt.timedelta(hours=8))


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
    blocking = [f for f in findings if f.severity is Severity.BLOCK and f.submission]
    receipts = []
    for department in departments:
        owed = [contract for contract in contracts if contract.department == department]
        sheets = tuple(contract.sheet for contract in owed)
        intake = sent.get(department)
        if intake is None:
            receipts.append(Receipt(department, sheets, None, "", 0, 0, 0, ReceiptStatus.MISSING))
            continue
        submission = intake.submission
        own = [finding for finding in blocking if finding.submission == submission.sha256]
        rows = {(finding.sheet, finding.row) for finding in own if finding.row is not None}
        late = max(0, (submission.received_at.astimezone(CHINA).date() - due_on(owed, period)).days)
        if any(finding.row is None for finding in own):
            status = ReceiptStatus.RETURNED
        else:
            status = ReceiptStatus.LATE if late else ReceiptStatus.RECEIVED
        receipts.append(
            Receipt(
                department=department,
                datasets=sheets,
                received_at=submission.received_at.astimezone(CHINA),
                sender=submission.sender,
                late_days=late,
                rows=sum(len(table.frame) for table in intake.tables),
                blocked_rows=len(rows),
                status=status,
            )
        )
    return tuple(receipts)


def due_on(contracts: Iterable[Contract], period: Period) -> dt.date:
    """The day by which a department's workbook is due: the earliest of its sheets' due days."""
    return period.plus(1).first_day.replace(day=min(contract.due_day for contract in contracts))
