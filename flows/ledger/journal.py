"""The ledger as the store keeps it: one record a deed of the audit log, with the rows that the deed put into the ledger.

Records are numbered as the deeds are, 1, 2, 3 … without a gap, so a lost ledger is made again by reading them in turn; no
listing of the store is needed. What is not in them: why months failed (`attempt`), and what processes hold (`run_lock`).
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from flows.ledger import audit, models, portable, records
from flows.ledger.audit import Deed, Entry
from flows.ledger.database import HEAD
from transforms.errors import EnvironmentFailure

Tables = dict[str, list[dict[str, Any]]]


class Unreadable(Exception):
    """A record that is damaged."""


def written(connection: Connection, since: int) -> Iterator[tuple[int, bytes]]:
    """The number and record of each deed from number `since` on."""
    for entry in audit.entries(connection, since):
        rows = {name: [portable.plain(row) for row in found] for name, found in _rows(connection, entry).items()}
        row = portable.plain(vars(entry))
        yield entry.number, zlib.compress(audit.canonical({"revision": HEAD, "entry": row, "rows": rows}))


def read(record: bytes) -> tuple[Entry, Tables]:
    """A deed and its rows, the log's own among them.

    Raises:
        Unreadable: damaged.
        EnvironmentFailure: written by a newer version.
    """
    try:
        content = json.loads(zlib.decompress(record))
        row, rows, revision = content["entry"], content["rows"], content["revision"]
        entry = Entry(**portable.row_of(models.audit, row))
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise Unreadable from error
    if revision > HEAD:
        raise EnvironmentFailure("存储里的账本记录是更新的程序写的，请先升级程序。")
    return entry, {**rows, models.audit.name: [row]}


def merged(parts: Iterable[Tables]) -> dict[str, list[bytes]]:
    """Each table's lines, as `portable.fill` takes them; a row that later deeds changed as the last one left it."""
    tables: dict[str, dict[tuple[Any, ...], bytes]] = defaultdict(dict)
    for part in parts:
        for name, rows in part.items():
            key = [column.name for column in portable.TABLES[name].primary_key]
            tables[name] |= {tuple(row[column] for column in key): portable.line(row) for row in rows}
    return {name: list(rows.values()) for name, rows in tables.items()}


def _rows(connection: Connection, entry: Entry) -> dict[str, list[Any]]:
    found = {"submission": [], "editorial": [], **_issues(connection, _issue_of(entry), entry.deed != Deed.CONFIRMED)}
    place = {"district": entry.district, "period": entry.period}
    if entry.deed == Deed.RECEIVED:
        files = {(name, sha256) for _, name, sha256, _ in (*entry.details["files"], *entry.details.get("dated", ()))}
        rows = connection.execute(select(models.submission).filter_by(**place)).mappings()
        found["submission"] = [row for row in rows if (row["filename"], row["sha256"]) in files]
    elif "entry" in entry.details:
        rows = connection.execute(select(models.editorial).filter_by(**place)).mappings()
        found["editorial"] = [row for row in rows if records.editorial_of(row).digest() == entry.details["entry"]]
    if entry.number == 1:
        _add_older(connection, entry, found)
    return {name: rows for name, rows in found.items() if rows}


def _issue_of(entry: Entry) -> ColumnElement[bool] | None:
    if entry.deed not in (Deed.MADE, Deed.RELEASED, Deed.CONFIRMED):
        return None
    table = models.briefing.c
    return (table.district == entry.district) & (table.period == entry.period) & (table.fingerprint == entry.about)


def _issues(connection: Connection, which: ColumnElement[bool] | None, whole: bool = True) -> dict[str, list[Any]]:
    """Briefings; `whole`: with their figures and findings."""
    if which is None:
        return {}
    found = {"briefing": list(connection.execute(select(models.briefing).where(which)).mappings())}
    for table in (models.figure, models.finding) if whole else ():
        keys = [row["id"] for row in found["briefing"]]
        found[table.name] = list(connection.execute(select(table).where(table.c.briefing_id.in_(keys))).mappings())
    return found


def _add_older(connection: Connection, entry: Entry, found: dict[str, list[Any]]) -> None:
    """What was there before the log began goes with its first deed."""
    for table, since in ((models.submission, "first_seen_at"), (models.editorial, "at")):
        found[table.name] += connection.execute(select(table).where(table.c[since] < entry.at)).mappings().all()
    for name, rows in _issues(connection, models.briefing.c.made_at < entry.at).items():
        found[name] = [*found.get(name, ()), *rows]
