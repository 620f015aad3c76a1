"""The run lock: one run at a time on a district's month, and none held for ever by a process that died."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.ledger.database import Database
from flows.ledger.models import run_lock
from transforms.errors import EnvironmentFailure
from transforms.period import Period

_POLL_SECONDS = 0.2
_FOREIGN_LIMIT = dt.timedelta(hours=6)  # no run takes that long; another machine's process cannot be looked at


class Process(NamedTuple):
    """A process, told apart from a later one that got the same number, also after a restart of the machine."""

    host: str  # with the namespace of process numbers, which containers do not share
    boot: str
    pid: int
    process_started: str


def this_process() -> Process:
    namespace = ""
    if Path("/proc/self/ns/pid").is_symlink():
        namespace = os.readlink("/proc/self/ns/pid")
    return Process(f"{socket.gethostname()} {namespace}".strip(), _boot(), os.getpid(), _started(os.getpid()) or "")


def is_alive(holder: Process, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether `holder` may still be at work; of another machine this is believed for six hours."""
    here = this_process()
    if holder.host != here.host:
        return now - since < _FOREIGN_LIMIT
    return holder.boot == here.boot and _started(holder.pid) == holder.process_started


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


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in ticks since the boot; None when it is gone or a zombie, "" where /proc is not."""
    try:
        # The name in brackets may hold spaces; state is the first field after it, the start the twentieth.
        parts = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if parts[0] in (b"Z", b"X") else parts[19].decode()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except (ProcessLookupError, IndexError):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""
