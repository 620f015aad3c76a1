"""The run lock: one run at a time on a district's month, and none held for ever by a process that died."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.ledger.database import Database
from flows.ledger.models import run_lock
from flows.processes import Process, is_alive, this_process
from transforms.errors import EnvironmentFailure
from transforms.period import Period

_POLL_SECONDS = 0.2


@contextmanager
def run_locked(database: Database, district: str, period: Period, timeout: float) -> Iterator[None]:
    """Hold the lock of a district's month; wait up to `timeout` seconds for it.

    Raises:
        EnvironmentFailure: a live process holds it; names that process.
    """
    owner = secrets.token_hex(16)
    key = {"district": district, "period": str(period)}
    deadline = time.monotonic() + timeout
    while holder := _take(database, key, owner):
        if time.monotonic() >= deadline:
            raise EnvironmentFailure(
                f"{district} {period} 正由另一次运行处理（主机 {holder['host'].split(' ')[0]}，进程 {holder['pid']}，"
                f"{holder['since'].astimezone():%Y-%m-%d %H:%M:%S} 开始），请等它结束后再运行。"
            )
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        with database.writing() as connection:
            connection.execute(delete(run_lock).where(run_lock.c.owner == owner))


def _take(database: Database, key: dict[str, str], owner: str) -> Mapping[str, Any] | None:
    """Take the lock; None when taken, else the row of the live holder."""
    mine = {**key, "owner": owner, "since": dt.datetime.now(dt.UTC), **this_process()._asdict()}
    try:
        with database.writing() as connection:
            holder = _holder(connection, key)
            if holder is None:
                connection.execute(insert(run_lock).values(mine))
                return None
            process = Process(*(holder[name] for name in Process._fields))
            if is_alive(process, holder["since"], mine["since"]):
                return holder
            taken = connection.execute(update(run_lock).where(run_lock.c.owner == holder["owner"]).values(mine))
            return None if taken.rowcount else holder
    except IntegrityError:  # two at once, where writers do not queue
        with database.reading() as connection:
            return _holder(connection, key) or mine


def _holder(connection: Connection, key: Mapping[str, str]) -> Mapping[str, Any] | None:
    row = connection.execute(select(run_lock).filter_by(**key)).mappings().first()
    return dict(row) if row else None
