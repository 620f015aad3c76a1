"""Attempts told to the ledger: a month is failed from the moment it is begun until its issue is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from flows import logs
from flows import month as months
from flows.ledger import Attempt, Ledger
from flows.month import Month, Plan
from transforms.errors import SancuError
from transforms.period import CHINA, Period


@contextmanager
def attempting(ledger: Ledger, district: str, fingerprints: Mapping[Period, str]) -> Iterator[None]:
    """Make these months inside, under their locks. An error is told of those that were not made; a process that is
    killed says nothing, and what it had begun counts as cut off."""
    ledger.begin(district, fingerprints, months.now())
    for period, fingerprint in fingerprints.items():
        logs.event("month.begun", district=district, period=str(period), fingerprint=fingerprint)
    try:
        yield
    except Exception as error:
        failed(ledger, district, error, *fingerprints)
        raise


@contextmanager
def attempt(month: Month, plan: Plan) -> Iterator[None]:
    """The same for one month. One made as known on a day is not the month's own issue, and leaves no trace."""
    if month.as_known is not None:
        yield
        return
    with attempting(month.ledger, month.code, {month.period: plan.fingerprint}):
        yield


def failed(ledger: Ledger, district: str, error: Exception, *periods: Period) -> None:
    """Record why these months were not made. Of an error that is not meant for people only the kind is kept, and only
    the first line of the others: what follows may quote what departments wrote."""
    message = str(error).partition("\n")[0] if isinstance(error, SancuError) else f"程序出错（{type(error).__name__}）"
    for period in periods:
        logs.event("month.failed", district=district, period=str(period), **logs.failure(error))
    with suppress(SancuError):  # where the ledger itself refuses, they count as cut off
        ledger.fail(district, periods, message.rstrip("。："), months.now())


def reason(attempt: Attempt) -> str:
    started = f"{attempt.started_at.astimezone(CHINA):%Y-%m-%d %H:%M} 开始"
    return f"{started}，没有做成：{attempt.message}" if attempt.ended_at else f"{started}，中途断了"
