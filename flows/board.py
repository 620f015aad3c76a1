"""The board of a month: who has sent, late, returned or missing, and what was found, as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flows import month as months
from flows import steps
from flows.month import Month
from transforms.board import due_on
from transforms.briefing.view import Receipt, ReceiptStatus
from transforms.findings import Finding, Severity
from transforms.period import Period


@dataclass(frozen=True)
class Board:
    """One line a department; `findings` by department."""

    period: Period
    due: dict[str, str]
    receipts: tuple[Receipt, ...]
    findings: dict[str, tuple[Finding, ...]]

    def lines(self) -> Iterator[str]:
        sent = sum(receipt.status is not ReceiptStatus.MISSING for receipt in self.receipts)
        yield f"{self.period.chinese}报送情况：应报 {len(self.receipts)} 个部门，已收 {sent} 个"
        for receipt in self.receipts:
            if receipt.received_at is None:
                yield f"  {receipt.status} {receipt.department}：{'、'.join(receipt.datasets)}，应于 {self.due[receipt.department]} 前报送"
                continue
            late = f"，迟 {receipt.late_days} 天" if receipt.late_days else ""
            counts = "，".join(f"{name} {number}" for name, number in self._counts(receipt.department) if number)
            yield (
                f"  {receipt.status} {receipt.department}：{receipt.received_at:%Y-%m-%d %H:%M} 收到{late}，"
                f"{receipt.rows} 行{'；' + counts if counts else ''}"
            )

    def as_json(self) -> dict[str, Any]:
        return {
            "period": str(self.period),
            "departments": [
                {
                    "department": receipt.department,
                    "status": receipt.status.value,
                    "sheets": list(receipt.datasets),
                    "due": self.due[receipt.department],
                    "received_at": receipt.received_at.isoformat() if receipt.received_at else None,
                    "sender": receipt.sender,
                    "late_days": receipt.late_days,
                    "rows": receipt.rows,
                    "blocked_rows": receipt.blocked_rows,
                    "findings": dict(self._counts(receipt.department)),
                }
                for receipt in self.receipts
            ],
        }

    def _counts(self, department: str) -> list[tuple[str, int]]:
        found = self.findings.get(department, ())
        return [(severity.chinese, sum(f.severity is severity for f in found)) for severity in Severity]


def board_of(month: Month) -> Board:
    """Pull the month's folder, read and check what is in force.

    Raises:
        EnvironmentFailure: the inbox, store or ledger refuses.
    """
    received = {month.period: months.receive(month, month.period, months.now())}
    planned = months.plan(month, received)
    current = [s for s in planned.submissions if s.period == month.period]
    readings = [steps.read_month(month, current)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
    accepted = steps.accept_rows(month, planned, readings, checked)
    configuration = month.configuration
    departments = configuration.departments
    return Board(
        period=month.period,
        due={name: due_on(configuration.contracts_of(name), month.period).isoformat() for name in departments},
        receipts=accepted.receipts,
        findings={name: tuple(f for f in accepted.findings if f.department == name) for name in departments},
    )
