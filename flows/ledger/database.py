"""The database under the ledger: connections, transactions, the schema's revision, and errors a person can mend."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from flows.urls import without_credentials
from transforms.errors import ConfigurationError, EnvironmentFailure

HEAD = "0004"  # newest revision in migrations/versions
_BUSY_MILLISECONDS = 30_000
_REASONS = (
    ("locked", "正被别的程序占用，请稍后再试"),
    ("readonly", "没有写入权限，请改文件和目录的权限"),
    ("disk is full", "磁盘已满，请腾出空间后重新运行"),
    ("unable to open", "打不开，请检查目录是否存在、有没有权限"),
    ("not a database", "不是账本文件或已损坏，请从备份恢复"),
    ("malformed", "文件已损坏，请从备份恢复"),
)


class Database:
    """One database, at the newest revision once opened."""

    def __init__(self, url: str) -> None:
        self._shown = without_credentials(url)
        self._engine = _engine(url, self._shown)
        with self.reading() as connection:
            revision = _revision(connection)
        if revision != HEAD:
            self._migrate()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the ledger."""
        with self._explained(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything or, on an error or a kill, nothing. In SQLite writers queue from the start, so
        what is read inside stays true until the commit."""
        engine = self._engine.execution_options(writing=True)
        with self._explained(), engine.connect() as connection, connection.begin():
            yield connection

    def _migrate(self) -> None:
        from alembic.util import CommandError

        from flows.ledger import migrations

        with self.writing() as connection:
            try:
                migrations.upgrade(connection)
            except CommandError as error:
                raise EnvironmentFailure(
                    f"账本 {self._shown} 的结构版本是 {_revision(connection)}，比本程序（{HEAD}）新，请升级程序。"
                ) from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # Its subclasses for wrong SQL and broken constraints are mistakes of ours and pass.
            if type(error) not in (DatabaseError, OperationalError) and not error.connection_invalidated:
                raise
            said = str(error.orig).strip().splitlines()[0]
            reason = next((reason for mark, reason in _REASONS if mark in said), said)
            raise EnvironmentFailure(f"账本 {self._shown} {reason}。") from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _engine(url: str, shown: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return create_engine(address, pool_pre_ping=True)
        if address.database in (None, "", ":memory:"):
            raise ConfigurationError(f"账本地址 {shown} 没有文件名，应写成 sqlite:///路径/ledger.sqlite。")
        # No pool: nothing stays open across a fork, and the last one out folds the write-ahead log in.
        engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": _BUSY_MILLISECONDS / 1000})
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigurationError(
            f"账本地址 {shown} 不对，应写成 sqlite:///路径 或 postgresql+psycopg://主机/库名。"
        ) from error
    except ImportError as error:
        raise EnvironmentFailure(f"打不开账本 {shown}：缺少数据库的程序包（{error.name}）。") from error
    try:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"建不了账本的目录 {Path(address.database).parent}：{error.strerror}。") from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """A new SQLite connection: readers beside one writer, waiting instead of failing, safe from power cuts."""
    connection.isolation_level = None  # `_begin` opens transactions, also around CREATE TABLE
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # another process is at it, or the file cannot be written
            if "locked" not in str(error):
                raise
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
