"""Who is there, as a database server sees it: a process holds an advisory lock in a session of its own. The server ends
the session when the process dies, at once, or its machine goes, within a minute."""

from __future__ import annotations

import secrets
import threading
from types import TracebackType

from sqlalchemy import Connection, Engine, func, select

TOKEN = 16  # characters
# for a machine that has gone without a word
_KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}


class Presence:
    """Entered, it gives a token that is seen by others until the last one has left: many locks, one session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._guard, self._inside = threading.Lock(), 0
        self._session: Connection | None = None
        self._token = ""

    def __enter__(self) -> str:
        with self._guard:
            if self._session is None:
                self._session, self._token = self._open()
            self._inside += 1
            return self._token

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._guard:
            self._inside -= 1
            if not self._inside and self._session is not None:
                self._session.close()
                self._session = None

    def _open(self) -> tuple[Connection, str]:
        session, token = self._engine.connect(), secrets.token_hex(TOKEN // 2)
        session.detach()  # closed at the end, not given back to the pool with its lock
        for name, value in _KEEPALIVE.items():
            session.exec_driver_sql(f"SET {name} = {value}")
        session.execute(select(func.pg_advisory_lock(_number(token))))
        return session, token


def is_there(connection: Connection, token: str) -> bool:
    """Whether a session holds this token; to be asked from another one, in a transaction."""
    return not connection.execute(select(func.pg_try_advisory_xact_lock(_number(token)))).scalar()


def _number(token: str) -> int:
    return int.from_bytes(bytes.fromhex(token), signed=True)
