"""The database under the ledger, SQLite or PostgreSQL: connections, transactions, the schema's revision, and errors a
person can mend.

Both give the same promises: a reader has one consistent view, and writers queue from the start of their transaction, so
that what is read inside stays true until the commit. No order is left to the database's collation: what is sorted by
text is sorted in Python, or is made of digits only.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from flows.ledger.presence import Presence
from flows.urls import without_credentials
from transforms.errors import ConfigurationError, EnvironmentFailure

HEAD = "0006"  # newest revision in migrations/versions
_BUSY_MILLISECONDS = 30_000
_REASONS = (
    ("locked", "正被别的程序占用，请稍后再试"),
    ("readonly", "没有写入权限，请改文件和目录的权限"),
    ("disk is full", "磁盘已满，请腾出空间后重新运行"),
    ("disk I/O error", "读写出错，磁盘可能已满或有故障，请检查磁盘后重新运行"),
    ("unable to open", "打不开，请检查目录是否存在、有没有权限"),
    ("not a database", "不是账本文件或已损坏，请从备份恢复"),
    ("malformed", "文件已损坏，请从备份恢复"),
    ("Connection refused", "连不上，请检查数据库服务是否在运行、主机和端口是否写对"),
    ("No such file or directory", "连不上，请检查数据库服务是否在运行、主机和端口是否写对"),
    ("resolve", "连不上，找不到这个主机名"),
    ("timeout expired", "没有回答，请检查网络和主机"),
    ("authentication failed", "登录被拒绝，请检查用户名和密码"),
    ("no password supplied", "要密码，请写在 SANCU_DATABASE 中或用 PGPASSWORD、~/.pgpass 给出"),
    ("does not exist", "没有这个数据库或用户，请先建好"),
    ("permission denied", "没有写入权限，请给这个用户建表和读写的权限"),
    ("read-only transaction", "是只读的（备机？），请改用主机的地址"),
    ("No space left", "磁盘已满，请腾出空间后重新运行"),
    ("too many clients", "连接数已用完，请稍后再试或增大 max_connections"),
    ("connection slots", "连接数已用完，请稍后再试或增大 max_connections"),
)
_CONNECT_SECONDS = 10
_WRITERS = 0x53414E43  # key of the advisory lock that writers queue at


class Database:
    """One database, at the newest revision once opened."""

    def __init__(self, url: str) -> None:
        self._shown = without_credentials(url)
        self._engine = _engine(url, self._shown)
        self.served = self._engine.dialect.name == "postgresql"  # by a server, for many machines
        self._presence = Presence(self._engine)
        with self.reading() as connection:
            revision = _revision(connection)
        if revision != HEAD:
            self._migrate()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the ledger."""
        view = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.served else {}
        engine = self._engine.execution_options(**view)
        with self._explained(), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything or, on an error or a kill, nothing. Writers queue from the start, so what is read
        inside stays true until the commit."""
        engine = self._engine.execution_options(writing=True)
        with self._explained(), engine.connect() as connection, connection.begin():
            if self.served:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
            yield connection

    @contextmanager
    def present(self) -> Iterator[str]:
        """A token that a server's other clients see as taken for as long as this process lives."""
        with self._explained(), self._presence as token:
            yield token

    def _migrate(self) -> None:
        from alembic.util import CommandError

        from flows.ledger import migrations

        with self.writing() as connection:
            if self.served and (coding := connection.execute(text("SHOW server_encoding")).scalar()) != "UTF8":
                raise EnvironmentFailure(
                    f"账本 {self._shown} 的编码是 {coding}，要用 UTF8 的数据库（ENCODING 'UTF8'）。"
                )
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
            mendable = type(error) in (DatabaseError, OperationalError) or error.connection_invalidated
            if not mendable and not isinstance(error.orig, _refusals()):
                raise
            said = str(error.orig).strip().splitlines()[0]
            reason = next((reason for mark, reason in _REASONS if mark in said), said)
            raise EnvironmentFailure(f"账本 {self._shown} {reason}。") from error


def _refusals() -> tuple[type[BaseException], ...]:
    """What PostgreSQL calls mistakes of the program, although an administrator mends them."""
    if (psycopg := sys.modules.get("psycopg")) is None:
        return ()
    return psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _engine(url: str, shown: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return _served(address)
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


def _served(address: URL) -> Engine:
    if address.get_backend_name() != "postgresql":
        raise NoSuchModuleError(address.get_backend_name())
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    connect = {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8"}
    return create_engine(address, pool_pre_ping=True, connect_args=connect)


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
