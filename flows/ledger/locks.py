"""The run lock: one run at a time on a district's month, and none held for ever by a process that died.

The row says who holds it since when. Whether that process is alive is seen from the machine's processes where all runs
are on one machine, as with SQLite; where the database is a server, by whether the process is still there to it.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from flows.ledger.database import Database
from flows.ledger.models import run_lock
from flows.ledger.presence import TOKEN, is_there
from flows.processes import Process, is_alive, this_process
from flows.progress import report
from transforms.errors import EnvironmentFailure
from transforms.period import Period

_POLL_SECONDS = 0.2


@contextmanager
def run_locked(database: Database, district: str, period: Period | None, timeout: float) -> Iterator[None]:
    """Hold the lock of a district's month; wait up to `timeout` seconds for it. Without a period it is the lock of all
    months, which is held while no other is.

    Raises:
        EnvironmentFailure: a live process holds it; names that process.
    """
    key = {"district": district, "period": str(period or "")}
    deadline = time.monotonic() + timeout
    with database.present() if database.served else nullcontext("") as token:
        owner, waiting = token + secrets.token_hex(16), False
        while holder := _take(database, key, owner):
            held = (
                f"{holder['district'] or '存储'} {holder['period'] or '清理'} 正由另一次运行处理"
                f"（主机 {holder['host'].split(' ')[0]}，进程 {holder['pid']}，"
                f"{holder['since'].astimezone():%Y-%m-%d %H:%M:%S} 开始）"
            )
            if time.monotonic() >= deadline:
                raise EnvironmentFailure(f"{held}，请等它结束后再运行。")
            if not waiting:
                report(f"{held}，等它 {timeout:.0f} 秒")
            waiting = True
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            with database.writing() as connection:
                connection.execute(delete(run_lock).where(run_lock.c.owner == owner))


def held(database: Database, connection: Connection, district: str) -> set[str]:
    """The months of a district that live processes are working on."""
    now = dt.datetime.now(dt.UTC)
    rows = connection.execute(select(run_lock).filter_by(district=district)).mappings()
    return {row["period"] for row in rows if _at_work(database, connection, row, now)}


def _take(database: Database, key: dict[str, str], owner: str) -> Mapping[str, Any] | None:
    """Take the lock; None when taken, else the row of a live process that holds it, or the lock of all."""
    mine = {**key, "owner": owner, "since": dt.datetime.now(dt.UTC), **this_process()._asdict()}
    with database.writing() as connection:
        wanted = select(run_lock)
        if key["period"]:
            own = (run_lock.c.district == key["district"]) & (run_lock.c.period == key["period"])
            wanted = wanted.where(or_(own, run_lock.c.period == ""))
        for holder in connection.execute(wanted).mappings().all():
            if _at_work(database, connection, holder, mine["since"]):
                return dict(holder)
            connection.execute(delete(run_lock).where(run_lock.c.owner == holder["owner"]))
        connection.execute(insert(run_lock).values(mine))
        return None


def _at_work(database: Database, connection: Connection, holder: Mapping[str, Any], now: dt.datetime) -> bool:
    if database.served:
        return is_there(connection, holder["owner"][:TOKEN])
    return is_alive(Process(*(holder[name] for name in Process._fields)), holder["since"], now)
