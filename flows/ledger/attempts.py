"""Attempts: months that a run began and has not made. Nothing stands here of a month that was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select, update

from flows.ledger.database import Database
from flows.ledger.locks import held
from flows.ledger.models import attempt
from flows.ledger.records import Attempt
from transforms.period import Period


def begin(connection: Connection, district: str, fingerprints: Mapping[Period, str], at: dt.datetime) -> None:
    rows = [
        {"district": district, "period": str(period), "fingerprint": fingerprint, "started_at": at, "message": ""}
        for period, fingerprint in fingerprints.items()
    ]
    for row in rows:
        connection.execute(delete(attempt).filter_by(district=district, period=row["period"]))
    if rows:
        connection.execute(insert(attempt), rows)


def fail(connection: Connection, district: str, periods: Collection[Period], message: str, at: dt.datetime) -> None:
    for period in periods:
        under_way = update(attempt).filter_by(district=district, period=str(period)).where(attempt.c.ended_at.is_(None))
        connection.execute(under_way.values(ended_at=at, message=message))


def forget(connection: Connection, district: str, period: Period) -> None:
    connection.execute(delete(attempt).filter_by(district=district, period=str(period)))


def unmade(database: Database, connection: Connection, district: str) -> dict[Period, Attempt]:
    """Those that failed, and those without an end that no live process works on: they were cut off."""
    at_work = held(database, connection, district)
    rows = connection.execute(select(attempt).filter_by(district=district)).mappings()
    return {
        Period.parse(row["period"]): Attempt(row["started_at"], row["ended_at"], row["message"])
        for row in rows
        if row["ended_at"] or row["period"] not in at_work
    }
