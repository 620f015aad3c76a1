"""The audit log: one row a deed, each holding the hash of the one before, so that none can be changed, taken out or put in
between without the rows after it telling. Rows are only added, in the transaction of the deed itself.

What a chain alone cannot show is that its end was cut off, or that all of it was written anew: for that its head is kept
outside of the ledger as well (`flows.audit`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from flows.actors import actor
from flows.ledger.models import audit
from transforms.figures import Figure, show
from transforms.findings import Finding

GENESIS = "0" * 64  # what the first row holds for the one before it


class Deed(StrEnum):
    """What was done, in the words of `sancu audit list`."""

    RECEIVED = "收文"
    MADE = "成稿"
    CONFIRMED = "确认"
    EXPLAINED = "采纳说明"
    NOTED = "按语"
    SIGNED = "签字"
    CORRECTED = "更正"
    CAUSE_TOLD = "说明原因"
    RELEASED = "签发"
    BACKED_UP = "备份"
    RESTORED = "恢复"
    CLEARED = "清理"
    REFUSED = "拒绝"
    UNMASKED = "看信访人的信息"


@dataclass(frozen=True)
class Entry:
    """One row. `about` is the fingerprint of an issue or draft; `details` hold no personal data."""

    number: int
    at: dt.datetime
    who: str
    deed: str
    district: str
    period: str
    about: str
    details: Mapping[str, Any]
    previous: str
    hash: str = field(default="", compare=False)

    def computed(self) -> str:
        """The hash that the row must have."""
        content = {name: getattr(self, name) for name in _HASHED}
        return digest(content | {"at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")})


_HASHED = ("number", "who", "deed", "district", "period", "about", "details", "previous")


def canonical(value: Any) -> bytes:
    """One spelling of a JSON value: keys sorted, no spaces, hanzi as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def figures_digest(figures: Iterable[Figure]) -> str:
    """Of what each figure says, exactly and as printed; columns that the table gets later do not change it."""
    return digest([[f.code, None if f.value is None else str(f.value), show(f.value, f.unit)] for f in figures])


def explained(findings: Iterable[Finding]) -> list[list[str]]:
    """Which findings a department's answer settled, and whose it was; not the answer, which stands with the finding."""
    return sorted([f.rule, f.dataset, f.department, f.explained_by] for f in findings if f.explanation)


def append(
    connection: Connection,
    deed: Deed,
    district: str = "",
    period: str = "",
    about: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a deed of this process's user, within the transaction that `connection` is in; writers queue, so that the last
    row stays the last."""
    before = last(connection)
    number, previous = (before[0] + 1, before[1]) if before else (1, GENESIS)
    now = dt.datetime.now(dt.UTC)
    entry = Entry(number, now, actor(), deed.value, district, period, about, details or {}, previous)
    row = {name: getattr(entry, name) for name in (*_HASHED, "at")}
    connection.execute(insert(audit).values(row | {"details": dict(entry.details), "hash": entry.computed()}))


def last(connection: Connection) -> tuple[int, str] | None:
    """The number and hash of the newest row."""
    row = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def entries(connection: Connection, since: int = 1) -> Iterator[Entry]:
    """Every row from number `since` on, the first one first."""
    for row in connection.execute(select(audit).where(audit.c.number >= since).order_by(audit.c.number)).mappings():
        yield Entry(**row)


def broken(log: Iterable[Entry]) -> str:
    """What is wrong with the first row that is not as it was written; empty when the chain holds."""
    previous = GENESIS
    for number, entry in enumerate(log, 1):
        name = f"审计记录第 {entry.number} 条（{entry.at:%Y-%m-%d %H:%M} UTC，{entry.who}，{entry.deed}）"
        if entry.number != number:
            return f"{name}之前缺第 {number} 条，被删过。"
        if entry.previous != previous:
            return f"{name}与上一条接不上，上一条被换过。"
        if entry.hash != entry.computed():
            return f"{name}被改过：内容与校验值不符。"
        previous = entry.hash
    return ""
