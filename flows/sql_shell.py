"""`sancu sql` without a query: statements typed at a terminal, or read from standard input."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from sqlite3 import complete_statement
from typing import TextIO

import duckdb

from flows.sql import run_query, tables
from transforms.errors import UsageError

_HELP = "语句以 ; 结束。.tables 列出视图，.schema 视图名 列出各列，.quit 退出。只能查询，不能改写。"


def shell(connection: duckdb.DuckDBPyConnection, source: TextIO | None = None) -> None:
    """Ask and answer until `.quit`, on a terminal; otherwise run all of standard input and print every answer.

    Raises:
        UsageError: a query from other than a terminal that cannot be run.
    """
    source = source or sys.stdin
    if source.isatty():
        _converse(connection)
        return
    for sql in statements(source):
        print("\n".join(run_query(connection, sql).lines()))


def statements(lines: Iterator[str] | TextIO) -> Iterator[str]:
    """Lines put together to statements, each ended by `;` or by the end of the lines."""
    read = ""
    for line in lines:
        read += line
        if complete_statement(read):
            yield read
            read = ""
    if read.strip():
        yield read


def command(connection: duckdb.DuckDBPyConnection, line: str) -> list[str]:
    """The answer to a line that begins with a dot."""
    name, _, argument = line.strip().partition(" ")
    known = tables(connection)
    if name == ".tables":
        return list(known)
    if name == ".schema" and argument.strip() in known:
        columns = known[argument.strip()]
        wide = max(map(len, columns))
        return [f"{column.ljust(wide)}  {kind.ljust(13)}  {about}" for column, (kind, about) in columns.items()]
    if name == ".schema":
        return [f"没有视图“{argument.strip()}”；.tables 列出全部视图。"]
    return [_HELP]


def _converse(connection: duckdb.DuckDBPyConnection) -> None:
    with contextlib.suppress(ImportError):  # arrow keys and history, where the system has them
        import readline  # noqa: F401
    print(_HELP)
    read = ""
    while True:
        try:
            line = input("   ...> " if read else "sancu> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()
            read = ""
            continue
        if not read and line.strip() in (".quit", ".exit"):
            return
        if not read and line.lstrip().startswith("."):
            print("\n".join(command(connection, line)))
            continue
        read += line + "\n"
        if complete_statement(read):
            _answer(connection, read)
            read = ""
        elif not read.strip():
            read = ""


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        print("\n".join(run_query(connection, sql).lines(shutil.get_terminal_size().columns)))
    except UsageError as error:
        print(error)
    except KeyboardInterrupt:
        print("已中断。")
