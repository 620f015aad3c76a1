"""`sancu restore --from-archive`: a lost ledger made again from the deeds that the store keeps (`flows.ledger.journal`).

It comes back to the row, audit log and all, as it stood at the last deed that was kept: receipts are kept when files are
received, words of the office when they are said, issues when they come out. What is lost is why months failed, and a
deed whose process was killed before it could keep it. Killed midway, the ledger is empty as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.ledger import Ledger, journal
from flows.ledger.audit import GENESIS, Entry
from flows.sealing import seal
from flows.settings import Settings
from flows.store import Store
from transforms.errors import UsageError


@dataclass(frozen=True)
class Rebuilt:
    """What came of it. `lost` are the numbers of deeds whose records are gone or damaged."""

    deeds: int
    rows: int
    head: str
    lost: tuple[int, ...]

    def lines(self, done: str) -> Iterator[str]:
        yield f"{done}：账本 {self.rows} 行，记录 {self.deeds} 条，审计末条 {self.head}"
        if self.lost:
            yield f"  没有找回的：第 {'、'.join(map(str, self.lost))} 条（存储里缺失或已损坏）；如有备份，请改用备份恢复"
        yield "请运行 sancu audit verify 核对。"


def rebuild(settings: Settings, force: bool = False) -> Rebuilt:
    """Put what the store keeps in place of an empty ledger; with `force` in place of the ledger there is.

    Raises:
        UsageError: the ledger is not empty, or the store keeps nothing of it.
        EnvironmentFailure: ledger or store refuse, or the records were written by a newer version; the ledger is as it was.
    """
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    if not force and not ledger.is_empty():
        raise UsageError("账本不是空的，没有重建。确实要用存储里的记录代替现有的账本，请加 --force。")
    lost: list[int] = []
    found = list(_kept(store, lost))
    if not found:
        raise UsageError("存储里没有账本的记录，重建不了；请检查 SANCU_STORE，或从备份恢复：sancu restore 文件")
    last = found[-1][0]
    tables = journal.merged(rows for _, rows in found)
    head = f"{last.number}:{last.hash}"
    ledger.fill(tables, {"file": "archive", "head": head, **({"lost": lost} if lost else {})})
    seal(ledger, store, anew=True)
    return Rebuilt(len(found), sum(map(len, tables.values())), head, tuple(lost))


def _kept(store: Store, lost: list[int]) -> Iterator[tuple[Entry, journal.Tables]]:
    """Every deed up to the head, and those after it that were kept before the head could be; the others go to `lost`."""
    reached, number, previous = int(store.head().partition(":")[0] or 0), 1, GENESIS
    while (record := store.deed(number)) is not None or number <= reached:
        try:
            entry, rows = journal.read(record or b"")
        except journal.Unreadable:
            lost.append(number)
        else:
            if number > reached and entry.previous != previous:
                return  # of a ledger that was replaced
            yield entry, rows
            previous = entry.hash
        number += 1
