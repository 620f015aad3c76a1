"""Finding: one thing that is wrong, or worth saying, about one place in one submission."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding does to the row or sheet that it is about."""

    BLOCK = "block"  # set aside and returned to the sender
    EXPLAIN = "explain"  # counts, but the department must say why
    INFORM = "inform"  # said, nothing asked

    @property
    def chinese(self) -> str:
        return {"block": "退回", "explain": "需说明", "inform": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the worst; sorts findings worst first."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """One finding. Never holds a value of a column marked personal.

    `row` and `column` are as the sender sees them: row number from 1, column letters; `row` is None for a
    finding about a whole sheet, `sheet` is empty for one about a whole file, and `submission` is empty for one
    that no file caused (a department that sent nothing, an identity across departments).
    """

    rule: str
    severity: Severity
    message: str
    department: str
    dataset: str = ""
    submission: str = ""  # SHA-256
    filename: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""  # as written, cut to 40 characters
    field: str = ""  # the contract's column
    subject: str = ""  # the row's key as written, XF-2014-03; never a personal column
    explanation: str = ""  # what the department answered to an `explain` finding (情况属实/说明)
    explained_by: str = ""  # who and when: 财政局经办人 2014-07-02

    @property
    def key(self) -> str:
        """Names the same fault in the same row of a file that was sent again, wherever the row then stands."""
        where = self.subject or self.cell
        text = "\n".join((self.rule, self.department, self.dataset, where, self.field))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def cell(self) -> str:
        """`E12`; `第12行` for a whole row; empty for a sheet or file."""
        if self.row is None:
            return ""
        return f"{self.column}{self.row}" if self.column else f"第{self.row}行"
