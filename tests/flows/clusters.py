"""Dask as on several machines: a scheduler and workers in processes of their own, each in its own folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

from tests.flows.servers import free_port, signal_all

_PATIENCE = 600.0


@dataclass
class Cluster:
    """A running one."""

    address: str
    workers: list[subprocess.Popen[bytes]]

    def wait_until_busy(self, number: int, finished: int, command: subprocess.Popen[str]) -> None:
        """Return when a worker is at a task of `command` and has finished `finished` before."""
        until = time.monotonic() + _PATIENCE
        with Client(self.address, set_as_default=False) as client:
            name = f"worker{number}"
            (place,) = (at for at, one in client.scheduler_info()["workers"].items() if one["id"] == name)
            while command.poll() is None and time.monotonic() < until:
                if client.processing()[place] and len(client.has_what()[place]) >= finished:
                    return
                time.sleep(0.05)
        raise AssertionError(f"{name} was never busy")

    def kill(self, number: int) -> None:
        signal_all(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def dask(home: Path, environment: Mapping[str, str], workers: int = 2) -> Iterator[Cluster]:
    """Workers have their own SANCU_HOME and, beside it, only what `environment` says."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    quiet = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "warning", "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"}
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> subprocess.Popen[bytes]:
        folder = home / name
        folder.mkdir(parents=True)
        own = {**given, **quiet, **environment, "SANCU_HOME": str(folder / "var"), "SANCU_OUT": str(folder / "out")}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=folder,
                env=own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process

    try:
        listen = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        start("scheduler", "distributed.cli.dask_scheduler", *listen)
        own = [start(f"worker{n}", *_WORKER, "--name", f"worker{n}", address) for n in range(workers)]
        with Client(address, timeout=_PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_PATIENCE)
        yield Cluster(address, own)
    finally:
        for process in started:
            signal_all(process.pid, signal.SIGKILL)
            process.wait()


_WORKER = ("distributed.cli.dask_worker", "--no-dashboard", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
