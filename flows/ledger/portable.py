"""The ledger as lines of JSON, a table a file, the same for SQLite and PostgreSQL: what one has written the other can read.

A column that is younger than a dump gets its default. What processes hold now (`run_lock`) is left out.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)

from flows.ledger import audit, audited, models
from flows.ledger.models import Exact, UtcDateTime

TABLES: dict[str, Table] = {
    table.name: table for table in models.metadata.sorted_tables if table is not models.run_lock
}
_AT_ONCE = 500
_READ: dict[type, Callable[[Any], Any]] = {
    UtcDateTime: dt.datetime.fromisoformat,
    DateTime: dt.datetime.fromisoformat,
    Exact: Fraction,
    LargeBinary: base64.b64decode,
}


@dataclass(frozen=True)
class Dump:
    """Every table's lines, and what they name in the store."""

    tables: Mapping[str, list[bytes]]
    issues: Mapping[str, dict[str, Any]]  # folder → manifest, of those that are kept
    archived: tuple[str, ...]
    last: audit.Entry


def dump(connection: Connection) -> Dump:
    log = tuple(audit.entries(connection))
    cleared, destroyed = audited.cleared(log)
    made = {briefing.folder: dict(briefing.manifest) for briefing in audited.briefings(connection)}
    received = set(connection.execute(select(models.submission.c.sha256)).scalars())
    return Dump(
        {name: list(lines(connection, table)) for name, table in TABLES.items()},
        {folder: manifest for folder, manifest in made.items() if folder not in cleared},
        tuple(sorted(received - destroyed)),
        log[-1],
    )


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """A row a line, in the order of its key."""
    for row in connection.execute(select(table).order_by(*table.primary_key)).mappings():
        yield line(plain(row))


def line(row: Mapping[str, Any]) -> bytes:
    return audit.canonical(row) + b"\n"


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as JSON can hold it."""
    return {name: _plain(value) for name, value in row.items()}


def row_of(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row that `plain` was given."""
    return {name: _value(table.c[name], value) for name, value in values.items()}


def fill(connection: Connection, tables: Mapping[str, Iterable[bytes]]) -> None:
    """Put what was dumped in place of all rows there are, within the transaction that `connection` is in."""
    for table in reversed(TABLES.values()):
        connection.execute(delete(table))
    for name, table in TABLES.items():
        rows: list[dict[str, Any]] = []
        for line in tables.get(name, ()):
            rows.append(row_of(table, json.loads(line)))
            if len(rows) == _AT_ONCE:
                connection.execute(insert(table), rows)
                rows = []
        if rows:
            connection.execute(insert(table), rows)
        if connection.dialect.name == "postgresql" and isinstance(table.c[0].type, Integer) and table.c[0].name == "id":
            highest = connection.execute(select(func.max(table.c.id))).scalar()
            sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
            if highest is not None:
                connection.execute(sequence, {"name": name, "highest": highest})


def is_empty(connection: Connection) -> bool:
    return not any(connection.execute(select(table.c[0]).limit(1)).first() for table in TABLES.values())


def _plain(value: Any) -> Any:
    match value:
        case dt.datetime():
            return value.isoformat()
        case Fraction():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
    return value


def _value(column: Column[Any], value: Any) -> Any:
    if value is None or isinstance(column.type, JSON):
        return value
    return _READ.get(type(column.type), lambda same: same)(value)
