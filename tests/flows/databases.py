"""A real PostgreSQL on loopback, in a temporary folder, with a database for each test."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from tests.flows.servers import PASSWORD, free_port

OFFICE = "office"
# Names sort by pinyin there, unlike anywhere in Python: an order left to the database would be seen.
COLLATION = "LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0 ENCODING 'UTF8'"
_FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]


@dataclass
class Postgres:
    """A running server."""

    port: int
    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str, password: str = PASSWORD) -> str:
        return f"postgresql+psycopg://{OFFICE}:{quote(password, safe='')}@127.0.0.1:{self.port}/{name}"

    def database(self, options: str = COLLATION) -> str:
        """The URL of a new and empty one."""
        name = f"ledger{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def execute(self, sql: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sql))
        engine.dispose()


def programs() -> Path:
    """Where Debian's packages put the newest version's programs, which it keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if not found:
        pytest.skip("没有 PostgreSQL（Debian 软件包 postgresql）")
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Not as root, which it refuses: as `nobody` then, in a folder that is theirs."""
    bin_, port = programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="sancu-postgres-"))
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    secret, data, log = folder / "password", folder / "data", folder / "postgres.log"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)

    def call(name: str, *arguments: str) -> None:
        with log.open("ab") as output:
            command = [str(bin_ / name), "-D", str(data), *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=output, stderr=output, **who)  # type: ignore[call-overload]

    try:
        call("initdb", "-U", OFFICE, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "-N")
        options = " ".join(["-h", "127.0.0.1", "-p", str(port), "-k", str(folder), *_FAST])
        call("pg_ctl", "-w", "-l", str(folder / "server.log"), "-o", options, "start")
        try:
            yield Postgres(port, folder)
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
