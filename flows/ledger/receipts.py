"""Receipts: which file of which department was received when, and which one is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, insert, select, update

from flows.ledger.models import submission
from flows.ledger.records import Arrival
from transforms.errors import EnvironmentFailure
from transforms.period import Period
from transforms.submissions import Submission

Row = dict[str, Any]


def enter(
    connection: Connection,
    inbox: str,
    district: str,
    period: Period,
    arrivals: Iterable[Arrival],
    seen_at: dt.datetime,
) -> tuple[tuple[Submission, ...], tuple[Submission, ...]]:
    """Write the receipts that are new, and the time of those that the register lists by now; both."""
    key = {"inbox": inbox, "district": district, "period": str(period)}
    known = [dict(row) for row in connection.execute(select(submission).filter_by(**key)).mappings()]
    new, dated = [], []
    for arrival in arrivals:
        row = _receipt(arrival, known, seen_at)
        if row is None:
            continue
        if "id" in row:
            connection.execute(update(submission).filter_by(id=row["id"]).values(row))
            known = [other for other in known if other["id"] != row["id"]]
            dated.append(_submission(row))
        else:
            row |= key
            added = connection.execute(insert(submission).values(row).returning(submission.c.id))
            row["id"] = added.scalar_one()
            new.append(_submission(row))
        known.append(row)
    return tuple(new), tuple(dated)


def in_force(
    connection: Connection, inbox: str, district: str, through: Period, as_known: dt.datetime | None
) -> tuple[Submission, ...]:
    """For each period up to `through` and each department the submission received last, of those by `as_known`."""
    wanted = select(submission).filter_by(inbox=inbox, district=district).where(submission.c.period <= str(through))
    if as_known:
        wanted = wanted.where(submission.c.received_at <= as_known)
    rows = sorted((dict(row) for row in connection.execute(wanted).mappings()), key=_age)
    last = {(row["period"], row["department"]): row for row in rows}
    return tuple(_submission(last[key]) for key in sorted(last))


def superseded(
    connection: Connection, inbox: str, district: str, period: Period, as_known: dt.datetime | None
) -> tuple[Submission, ...]:
    """The files of one period that others of the same department have taken the place of, latest first."""
    wanted = select(submission).filter_by(inbox=inbox, district=district, period=str(period))
    if as_known:
        wanted = wanted.where(submission.c.received_at <= as_known)
    rows = sorted((dict(row) for row in connection.execute(wanted).mappings()), key=_age)
    last = {row["department"]: row["id"] for row in rows}
    return tuple(_submission(row) for row in reversed(rows) if row["id"] != last[row["department"]])


def of_content(connection: Connection, sha256: str) -> Submission:
    """The last receipt of these bytes."""
    rows = [dict(row) for row in connection.execute(select(submission).filter_by(sha256=sha256)).mappings()]
    if not rows:
        raise EnvironmentFailure(f"台账中没有 {sha256} 的收文记录，请检查 SANCU_DATABASE 是否指向原来的位置。")
    return _submission(max(rows, key=_age))


def _receipt(arrival: Arrival, known: list[Row], seen_at: dt.datetime) -> Row | None:
    """The row to insert, the row to update (it has an `id`), or None when this receipt is in the ledger."""
    named = [r for r in known if (r["department"], r["filename"]) == (arrival.department, arrival.filename)]
    same = [r for r in named if r["sha256"] == arrival.sha256]
    registered = arrival.received_at
    # A registered time belongs to the content it was first seen with: this one was put in its place afterwards.
    if any(r["registered"] and r["received_at"] == registered and r["sha256"] != arrival.sha256 for r in named):
        registered = None
    # Put back in the place of another, a file counts from now on; else it is the one that came at its time.
    if any(r["received_at"] == registered for r in same):
        registered = None
    if registered:
        guessed = [r for r in same if not r["registered"]]
        if guessed:
            return guessed[-1] | {"received_at": registered, "registered": True, "sender": arrival.sender}
    elif named and max(named, key=lambda r: (r["first_seen_at"], r["id"]))["sha256"] == arrival.sha256:
        return None
    return {
        "department": arrival.department,
        "filename": arrival.filename,
        "sha256": arrival.sha256,
        "size": arrival.size,
        "sender": arrival.sender,
        "received_at": registered or seen_at,
        "registered": registered is not None,
        "first_seen_at": seen_at,
    }


def _age(row: Row) -> tuple[Any, ...]:
    """Sorts receipts oldest first; of two at one moment the longer name (`财政局（更正）`) counts as the later, of one name
    the one that was entered later."""
    name = PurePath(row["filename"])
    return row["received_at"], row["first_seen_at"], name.stem, name.suffix, row["id"]


def _submission(row: Mapping[str, Any]) -> Submission:
    return Submission(
        sha256=row["sha256"],
        district=row["district"],
        period=Period.parse(row["period"]),
        department=row["department"],
        filename=row["filename"],
        received_at=row["received_at"],
        size=row["size"],
        sender=row["sender"],
    )
