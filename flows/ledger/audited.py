"""Whether the ledger's rows are what the audit log says was entered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from flows.ledger import models, records
from flows.ledger.audit import Deed, Entry, digest
from flows.ledger.records import Briefing, Status

_MADE = (Deed.MADE, Deed.RELEASED)
_SAID = (Deed.NOTED, Deed.SIGNED, Deed.CORRECTED, Deed.CAUSE_TOLD)


def cleared(log: Iterable[Entry]) -> tuple[set[str], set[str]]:
    """What has been cleared away and has not come back: folders of issues, and hashes of archived files."""
    issues: set[str] = set()
    archived: set[str] = set()
    for entry in log:
        if entry.deed == Deed.CLEARED:
            issues |= set(entry.details["issues"])
            archived |= set(entry.details["archived"])
        elif entry.deed == Deed.CONFIRMED:
            issues.discard(f"{entry.district}/{entry.period}/{entry.about}")
    return issues, archived


def briefings(connection: Connection) -> Iterator[Briefing]:
    """Every briefing ever made, in that order."""
    for row in connection.execute(select(models.briefing).order_by(models.briefing.c.id)).mappings():
        yield records.briefing_of(dict(row))


def unlike(connection: Connection, log: Sequence[Entry]) -> Iterator[str]:
    """Each briefing and word of the office that was changed, taken out or put in beside the log. Rows from before the
    log began are told from others by their own times only."""
    yield from _briefings(connection, log)
    yield from _words(connection, log)


def _briefings(connection: Connection, log: Sequence[Entry]) -> Iterator[str]:
    entered = {(e.district, e.period, e.about): e for e in log if e.deed in _MADE}
    for made in briefings(connection):
        name = f"账本中 {made.district} {made.period} 第{made.number}期（{made.fingerprint[:12]}）"
        entry = entered.pop((made.district, str(made.period), made.fingerprint), None)
        if entry is None:
            if log and made.made_at >= log[0].at:
                yield f"{name}没有审计记录，不是程序写入的。"
        elif entry.details["manifest"] != digest(made.manifest) or entry.details["pdf"] != made.pdf_sha256:
            yield f"{name}与审计记录第 {entry.number} 条不符，被改过。"
        elif (entry.deed == Deed.RELEASED) != (made.status is Status.RELEASED):
            yield f"{name}的签发状态与审计记录第 {entry.number} 条不符，被改过。"
        elif entry.details["figures"] != _figures(connection, made.id):
            yield f"{name}的指标与审计记录第 {entry.number} 条不符，被改过。"
    for entry in entered.values():
        yield f"审计记录第 {entry.number} 条的 {entry.district} {entry.period}（{entry.about[:12]}）不在账本中，被删过。"


def _figures(connection: Connection, briefing: int) -> str:
    table = models.figure.c
    wanted = select(table.code, table.value, table.printed).where(table.briefing_id == briefing)
    rows = connection.execute(wanted.order_by(table.position))
    return digest([[code, None if value is None else str(value), printed] for code, value, printed in rows])


def _words(connection: Connection, log: Sequence[Entry]) -> Iterator[str]:
    entered: dict[Any, Entry] = {e.details["entry"]: e for e in log if e.deed in _SAID}
    for row in connection.execute(select(models.editorial).order_by(models.editorial.c.id)).mappings():
        said = records.editorial_of(row)
        if entered.pop(said.digest(), None) is None and log and said.at >= log[0].at:
            yield f"账本中 {row['district']} {row['period']} 的按语或签发（{said.by}）与审计记录不符，被改过。"
    for entry in entered.values():
        yield f"审计记录第 {entry.number} 条的{entry.deed}（{entry.district} {entry.period}）不在账本中，被删过或改过。"
