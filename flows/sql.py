"""`sancu sql`: ledger and accepted rows in a DuckDB that lives in memory, for analysts to ask anything and change nothing.

Rows are copied in through SQLAlchemy and Arrow, so that it is all one whether the ledger is SQLite or PostgreSQL and no
extension is needed; then the connection is locked off from files, network and settings.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from flows import sql_tables
from flows.configuration import load_configuration
from flows.settings import Settings
from flows.store import Store
from transforms.errors import UsageError
from transforms.exports import inert
from transforms.sql_views import KEPT, OF_LEDGER, View, quoted, views

# No file, variable or extension is found by its name in a query.
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True)
class QueryResult:
    """The answer to the last statement of a query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def lines(self, width: int | None = None) -> list[str]:
        """An aligned table for people, as wide as it must be or at most `width` columns of the terminal."""
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(self.columns):
            numbers = any(type(row[place]) in (int, float, Decimal) for row in self.rows)
            table.add_column(Text(_printable(name)), justify="right" if numbers else "left", no_wrap=width is None)
        for row in self.rows:
            table.add_row(*(Text(_printable(_text(value))) for value in row))
        sink = io.StringIO()
        Console(file=sink, width=width or 100_000, color_system=None).print(table)
        drawn = [line.rstrip() for line in sink.getvalue().splitlines()]
        return [*(line for line in drawn if line), f"（{len(self.rows)} 行）"]

    def csv(self) -> str:
        """With a header; text that a spreadsheet would run as a formula gets a leading apostrophe."""
        sink = io.StringIO(newline="")
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(map(inert, self.columns))
        writer.writerows([inert(v) if isinstance(v, str) else _machine(v) for v in row] for row in self.rows)
        return sink.getvalue()

    def as_json(self) -> list[dict[str, Any]]:
        """A record a row; decimals and dates are text, so that no digit is lost."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


def connect(settings: Settings, district: str | None = None) -> duckdb.DuckDBPyConnection:
    """The views over the ledger and the rows of one district, or of every district in the ledger.

    Raises:
        UsageError: no such district.
        ConfigurationError: a mistake in a contract or district file.
        EnvironmentFailure: ledger or store cannot be read, or rows are lost.
    """
    contracts = load_configuration(settings.data, district or settings.district).contracts
    reader = sql_tables.Reader(settings.database_url, district)
    listed, store = reader.listed(), Store(settings.store_url)
    known = views(contracts)
    connection = duckdb.connect(":memory:", config=_CLOSED)
    connection.execute(f"CREATE SCHEMA {KEPT}")
    for contract in contracts:
        _copy(connection, f"facts_{contract.id}", sql_tables.facts(store, contract, listed))
    for view in known:
        if view.name in OF_LEDGER:
            _copy(connection, view.name, reader.table(view.name, tuple(view.columns)))
    for view in known:
        _show(connection, view)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, tuple[str, str]]]:
    """View → column → (type, what it holds), as the connection has them."""
    asked = (
        "SELECT c.table_name, c.column_name, c.data_type, c.comment FROM duckdb_columns() AS c "
        "WHERE c.schema_name = 'main' AND NOT c.internal ORDER BY c.table_oid, c.column_index"
    )
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for view, column, kind, about in connection.execute(asked).fetchall():
        found.setdefault(view, {})[column] = (kind, about or "")
    return found


def run_query(connection: duckdb.DuckDBPyConnection, sql: str) -> QueryResult:
    """Run statements that read, one after the other; the answer to the last.

    Raises:
        UsageError: nothing was asked, it would change something, or DuckDB refuses it; says what DuckDB said and which
            views there are.
    """
    try:
        statements = connection.extract_statements(sql)
        if any(statement.type not in _READING for statement in statements):
            raise UsageError("这里只能查询，不能改写：请用 SELECT、DESCRIBE、SUMMARIZE、SHOW 或 EXPLAIN。")
        if not statements:
            raise UsageError('没有写查询。例如：sancu sql "SELECT * FROM issues"')
        for statement in statements:
            cursor = connection.execute(statement)
            columns = tuple(str(item[0]) for item in cursor.description or ())
            rows = tuple(cursor.fetchall())
    except duckdb.Error as error:
        named = "、".join(tables(connection))
        raise UsageError(f"查询没有通过，DuckDB 说：\n{error}\n可查的视图：{named}。") from error
    return QueryResult(columns, rows)


def _copy(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {KEPT}.{quoted(name)} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _show(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    connection.execute(f"CREATE VIEW {quoted(view.name)} AS {view.select}")
    connection.execute(f"COMMENT ON VIEW {quoted(view.name)} IS {_literal(view.about)}")
    for column, about in view.columns.items():
        connection.execute(f"COMMENT ON COLUMN {quoted(view.name)}.{quoted(column)} IS {_literal(about)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(value: Any) -> str:
    """For people: a missing value is empty, an amount without trailing zeros."""
    match value:
        case None:
            return ""
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case bool():
            return "是" if value else "否"
        case list() | dict():
            return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _machine(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else _text(value)


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
    return _text(value)


def _printable(text: str) -> str:
    """A sender's text cannot move the cursor of the terminal."""
    return "".join(mark if mark.isprintable() else " " for mark in text)
