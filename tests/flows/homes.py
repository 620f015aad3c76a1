"""A folder in which the real commands work, each in a process that may be told to kill itself (`tests.flows.deadly`)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flows.ledger import Ledger
from tests.flows.test_kill import state
from tests.pipeline import INBOX, ROOT

LEFT_OUT = re.compile(r"(prefect|db|said|logs)/")  # Prefect's own, the ledger's file, the commands' words, the log
NO_SERVER: Mapping[str, str] = MappingProxyType({})
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Running:
    """A command under way, and what it says."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path

    def done(self) -> Done:
        code = self.process.wait(timeout=900)
        return subprocess.CompletedProcess(self.process.args, code, self.output.read_text(), self.errors.read_text())


def eventually(what: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + 600
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.1)


class Home:
    """`enter` is what a command is begun by, such as that of `tests.flows.disks`; `prefect` names a server, where commands
    are not to start their own."""

    def __init__(
        self,
        folder: Path,
        enter: Callable[[Sequence[str]], Sequence[str]] = lambda command: command,
        prefect: Mapping[str, str] = NO_SERVER,
    ) -> None:
        self.folder, self._enter, self._commands = folder, enter, 0
        self._prefect = {**prefect, "PREFECT_HOME": str(folder / "prefect")} if prefect else {}
        for name in ("db", "said"):
            (folder / name).mkdir(exist_ok=True)

    def start(self, job: Mapping[str, Any], *command: str) -> Running:
        """`sancu command`, to be killed where the job says."""
        given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
        given |= {
            "SANCU_HOME": str(self.folder),
            "SANCU_DATABASE": f"sqlite:///{self.folder}/db/ledger.sqlite",
            "SANCU_OUT": str(self.folder / "out"),
            "SANCU_INBOX": str(INBOX),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "200",
            **self._prefect,
        }
        whole = self._enter([sys.executable, "-m", "tests.flows.deadly", json.dumps(job), *command])
        self._commands += 1
        output, errors = (self.folder / "said" / f"{self._commands}.{name}" for name in ("out", "err"))
        with output.open("w") as told, errors.open("w") as said:  # a pipe would be held by children that stay
            return Running(subprocess.Popen(whole, cwd=ROOT, env=given, stdout=told, stderr=said), output, errors)

    def __call__(self, *command: str, **job: Any) -> Done:
        """What came of it, when none of its processes is left."""
        done = self.start(job, *command).done()
        eventually(lambda: not self.processes(), "left behind")
        return done

    def killed(self, job: Mapping[str, Any], *command: str) -> bool:
        """Whether the command was killed; else it was done."""
        done = self(*command, **job)
        assert done.returncode in (0, -signal.SIGKILL), f"{job}\n{done.stdout}\n{done.stderr}"
        return done.returncode != 0

    def processes(self) -> list[str]:
        """Those that have this folder in their environment."""
        mine = f"SANCU_HOME={self.folder}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mine in (path / "environ").read_bytes().split(b"\0"):
                    found.append((path / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found

    @property
    def ledger(self) -> Ledger:
        return Ledger(f"sqlite:///{self.folder}/db/ledger.sqlite")

    @property
    def failed(self) -> set[str]:
        """Months that were begun and not made."""
        return {str(period) for period in self.ledger.attempts("350303")}

    def state(self) -> dict[str, Any]:
        """Ledger, store and outputs. A lock that a killed process has left counts for nothing, so it is left out."""
        found = state(self.folder, self.folder / "db" / "ledger.sqlite")
        rows = {name: rows for name, rows in found["rows"].items() if name != "run_lock"}
        return {"rows": rows, "files": {n: data for n, data in found["files"].items() if not LEFT_OUT.match(n)}}
