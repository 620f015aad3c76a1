"""签发: the office's note and signature put on a month's issue, and its correction once it is out."""

from __future__ import annotations

from collections.abc import Callable

from flows import month as months
from flows.ledger import Editorial, Status, Word
from flows.month import Issue, Month, Plan
from flows.sealing import seal
from transforms.errors import Stopped, UsageError

SIGNER = "办公室"


def release(
    month: Month,
    make: Callable[[Month], Issue],
    signer: str = SIGNER,
    note: str | None = None,
    correction: str = "",
) -> Issue:
    """The month's issue, signed; `make` makes it where it must be made. Safe to repeat after a kill.

    Args:
        note: 按语, in place of any said before; empty takes it away, None leaves it.
        correction: why an issue that is out is issued again.

    Raises:
        Stopped: the issue is out and no correction is given, or its data changed while it was being signed.
        UsageError: a correction of an issue that is not out.
    """
    if month.as_known is not None:
        raise UsageError("签发只能用现有数据，不能与 --as-known 同用。")
    received = months.received_of(month)
    with month.ledger.lock(month.code, month.period):
        plan = months.plan(month, received)
        _say(month, plan, signer, note, correction.strip())
        plan = months.plan(month, received)
        if not plan.said.signer:
            sign(month, plan.draft, signer)
    issue = months.look(month) or make(month)
    if not issue.released:
        raise Stopped(f"{month.period.chinese}的数据在签发时又有变化，没有签发。请看过新的送审稿再签发：{issue.pdf}")
    return issue


def sign(month: Month, draft: str, signer: str) -> None:
    """Sign the draft with this fingerprint; the issue comes out at the next run."""
    _record(month, Editorial(Word.SIGN, "", signer, months.now(), draft))


def _say(month: Month, plan: Plan, by: str, note: str | None, correction: str) -> None:
    """Record what is new, unless the issue is out and stays."""
    latest = month.ledger.latest_briefing(month.code, month.period)
    out = latest is not None and latest.status is Status.RELEASED
    changes = note is not None and note.strip() != plan.said.note
    done = latest is not None and plan.fingerprint == latest.fingerprint and correction == plan.said.correction
    if correction and not done:
        if latest is None or not (out or plan.said.corrects):
            raise UsageError(f"{month.period.chinese}的简报还没有签发过，不用更正：直接签发即可。")
        about = latest.fingerprint if out else plan.said.corrects
        _record(month, Editorial(Word.CORRECT, correction, by, months.now(), about))
    elif latest is not None and out and (changes or plan.fingerprint != latest.fingerprint):
        months.refuse_if_released(month, plan, "按语" if changes else "现有数据")
    if note is not None and changes:
        _record(month, Editorial(Word.NOTE, note.strip(), by, months.now()))


def _record(month: Month, entry: Editorial) -> None:
    month.ledger.record_editorial(month.code, month.period, entry)
    seal(month.ledger, month.store)
