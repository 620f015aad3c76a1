"""The board of a month: who has sent what, late, returned, corrected or missing, and what was found, as it stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.cells import cell_len

from flows import month as months
from flows import steps
from flows.month import Month, Plan
from transforms.board import due_on, with_counts
from transforms.briefing.view import Receipt, ReceiptStatus, SheetReceipt, Tally
from transforms.findings import Finding
from transforms.period import Period
from transforms.submissions import Submission

HEADINGS = ("部门", "报表", "状态", "行数", "退回行", "退回", "需说明", "提示", "收到")
_NUMBERS = range(3, 8)  # columns that are set flush right
_WHOLE_FILE = "（全文件）"

Found = tuple[tuple[Receipt, ...], tuple[Finding, ...]]


@dataclass(frozen=True)
class Board:
    """One receipt a department; `due` and `findings` (worst first, explained ones with their answer) by department."""

    period: Period
    due: dict[str, dt.date]
    receipts: tuple[Receipt, ...]
    findings: dict[str, tuple[Finding, ...]]
    submissions: tuple[Submission, ...]  # the month's files in force

    def lines(self) -> Iterator[str]:
        """For a terminal, in columns; hanzi are two cells wide."""
        count = {status: sum(r.status is status for r in self.receipts) for status in ReceiptStatus}
        yield (
            f"{self.period.chinese}报送情况：应报 {len(self.receipts)} 个部门"
            f" {sum(len(r.sheets) for r in self.receipts)} 张表，"
            f"已收 {len(self.receipts) - count[ReceiptStatus.MISSING]} 个部门，其中迟报 {count[ReceiptStatus.LATE]} 个、"
            f"退回 {count[ReceiptStatus.RETURNED]} 个；未报 {count[ReceiptStatus.MISSING]} 个"
        )
        rows = [HEADINGS, *(row for receipt in self.receipts for row in self._rows(receipt))]
        widths = [max(cell_len(row[place]) for row in rows) for place in range(len(HEADINGS))]
        for row in rows:
            yield "  ".join(_padded(text, widths[place], place) for place, text in enumerate(row)).rstrip()

    def as_json(self) -> dict[str, Any]:
        return {
            "period": str(self.period),
            "departments": [
                {
                    "department": receipt.department,
                    "status": receipt.status.value,
                    "due": self.due[receipt.department].isoformat(),
                    "received_at": receipt.received_at.isoformat() if receipt.received_at else None,
                    "sender": receipt.sender,
                    "late_days": receipt.late_days,
                    "earlier": [moment.isoformat() for moment in receipt.earlier],
                    "rows": receipt.rows,
                    "blocked_rows": receipt.blocked_rows,
                    "file_findings": asdict(receipt.file_tally),
                    "sheets": [
                        {
                            "dataset": sheet.dataset,
                            "sheet": sheet.sheet,
                            "status": sheet.status.value,
                            "rows": sheet.rows,
                            "blocked_rows": sheet.blocked_rows,
                            "findings": asdict(sheet.tally),
                        }
                        for sheet in receipt.sheets
                    ],
                }
                for receipt in self.receipts
            ],
        }

    def _rows(self, receipt: Receipt) -> Iterator[tuple[str, ...]]:
        """The department and what is known of its file stand in its first row only."""
        name, came = receipt.department, self._came(receipt)
        for sheet in receipt.sheets:
            yield (name, sheet.sheet, sheet.status.value, *_row_numbers(sheet), *_counts(sheet.tally), came)
            name = came = ""
        if receipt.file_tally != Tally():
            yield (name, _WHOLE_FILE, "", "", "", *_counts(receipt.file_tally), came)

    def _came(self, receipt: Receipt) -> str:
        if receipt.received_at is None:
            return f"应于 {self.due[receipt.department]} 前报送"
        late = f"迟 {receipt.late_days} 天" if receipt.late_days else ""
        again = f"第 {len(receipt.earlier) + 1} 次报送" if receipt.earlier else ""
        return " ".join(part for part in (f"{receipt.received_at:%m-%d %H:%M}", late, receipt.sender, again) if part)


def board_of(month: Month) -> Board:
    """Pull every month's folder up to this one; what a run would find in what is in force.

    Raises:
        EnvironmentFailure: the inbox, store or ledger refuses.
    """
    planned = months.plan(month, months.received_of(month))
    made = month.ledger.find_briefing(month.code, month.period, planned.fingerprint)
    receipts, findings = _as_found(month, planned, month.ledger.findings_of(made)) if made else _anew(month, planned)
    configuration = month.configuration
    departments = configuration.departments
    return Board(
        period=month.period,
        due={name: due_on(configuration.contracts_of(name), month.period) for name in departments},
        receipts=with_counts(receipts, findings),
        findings={name: tuple(f for f in findings if f.department == name) for name in departments},
        submissions=_current(month, planned),
    )


def _as_found(month: Month, planned: Plan, findings: tuple[Finding, ...]) -> Found:
    """From what the run found that made the issue which stands; this month's files are opened to count their rows."""
    current = _current(month, planned)
    files = {submission.sha256 for submission in current}
    own = [finding for finding in findings if finding.submission in files]
    return steps.receipts_of(month, planned, steps.read_files(month, current), own), findings


def _anew(month: Month, planned: Plan) -> Found:
    """Read, check and reconcile every month, as a run does."""
    readings = [steps.read_files(month, part) for part in months.by_period(planned.submissions)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
    accepted = steps.accept_rows(month, planned, readings, checked)
    return accepted.receipts, steps.all_findings(accepted, steps.measure_months(month, planned, accepted))


def _current(month: Month, planned: Plan) -> tuple[Submission, ...]:
    return tuple(submission for submission in planned.submissions if submission.period == month.period)


def _row_numbers(sheet: SheetReceipt) -> tuple[str, str]:
    return str(sheet.rows), _number(sheet.blocked_rows)


def _counts(tally: Tally) -> tuple[str, str, str]:
    explain = f"{tally.explain}（已说明 {tally.explained}）" if tally.explained else _number(tally.explain)
    return _number(tally.block), explain, _number(tally.inform)


def _number(number: int) -> str:
    return str(number) if number else "-"


def _padded(text: str, width: int, place: int) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if place in _NUMBERS else text + blank
