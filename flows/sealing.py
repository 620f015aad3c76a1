"""The ledger's deeds and the audit log's head, kept outside of the ledger: a log whose end was cut off does not reach the
head, and a ledger that is lost is made again from the deeds (`flows.rebuilding`)."""

from __future__ import annotations

from flows.ledger import Ledger
from flows.store import Store
from transforms.errors import EnvironmentFailure

REBUILD = "sancu restore --from-archive"


def seal(ledger: Ledger, store: Store, anew: bool = False) -> None:
    """Keep every deed that is not kept, then the head; with `anew` all of them, in place of what the store has.

    Raises:
        EnvironmentFailure: the store keeps deeds that this ledger does not know; they stay.
    """
    head, kept = ledger.audit_head(), "" if anew else store.head()
    if kept and not ledger.has_deed(kept):
        raise EnvironmentFailure(
            f"存储里记着账本做到第 {_number(kept)} 条，现在的账本里没有这一条：账本是旧的、被截去了末尾，或不是这个存储的。"
            f"请检查 SANCU_DATABASE 和 SANCU_STORE；要从存储找回账本，请运行 {REBUILD} --force。"
        )
    whole = bool(kept) and store.has_deed(_number(kept))  # earlier versions kept the head alone
    if head == kept and (whole or not head):
        return
    for number, record in ledger.deeds(_number(kept) + 1 if whole else 1):
        store.put_deed(number, record)
    store.put_head(head)


def refuse_if_lost(ledger: Ledger, store: Store) -> None:
    """
    Raises:
        EnvironmentFailure: the ledger is empty, and the store says that it was not.
    """
    if not ledger.audit_head() and (kept := store.head()):
        raise EnvironmentFailure(
            f"账本是空的，存储里却记着账本做到第 {_number(kept)} 条：账本丢了，或 SANCU_DATABASE、SANCU_STORE 指错了地方。"
            f"要从存储找回账本，请运行 {REBUILD}。"
        )


def _number(head: str) -> int:
    return int(head.partition(":")[0])
