"""Prefect's surroundings for one command: telemetry off, and a server to talk to.

A server named by PREFECT_API_URL is used as it is, with PREFECT_API_AUTH_STRING where it asks for one. Without one, a local
server on loopback serves this command alone, and answers nobody without the login of its folder. It is started before anything else, so that it boots while the heavy libraries are imported; its database is
kept between commands, because creating it anew costs more than the boot.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from flows import atomic
from flows.server_login import CLIENT, SERVER, server_login
from transforms.errors import EnvironmentFailure, SancuError

# The server ends with the thread that started it (prctl(2), PR_SET_PDEATHSIG), so that is one which lives to the end.
_STARTER = ThreadPoolExecutor(1)
BOOT_SECONDS = 90  # a cold disk on a busy machine; usually 4
ROOM = 2**20  # bytes

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "0",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # what a person must know, the command says
    "PREFECT_LOGGING_TO_API_ENABLED": "0",
    "PREFECT_CLI_PROMPT": "0",
}
OWN_SERVER = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",  # only the services that a single process needs
    "PREFECT__SERVER_FINAL": "1",
}


@contextmanager
def prefect_server(home: Path) -> Iterator[Server]:
    """Prepare the environment for importing Prefect, and stop what was started.

    Must be entered before `prefect` is imported: Prefect reads its settings at import.

    Raises:
        EnvironmentFailure: `home` cannot be written, at the start or when something else failed.
    """
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    if os.environ.get("PREFECT_API_URL"):
        yield Server(None, "", home / "server.log")
        return
    check_room(home)
    login = server_login(home)
    os.environ["PREFECT_HOME"] = str(home)
    server = Server.start(home, login)
    os.environ |= {"PREFECT_API_URL": server.url, CLIENT: login}
    try:
        yield server
    except SancuError:
        raise
    except Exception:
        check_room(home)  # a server without room answers in many ways
        raise
    finally:
        del os.environ["PREFECT_API_URL"], os.environ[CLIENT]
        server.stop()


def check_room(home: Path) -> None:
    """
    Raises:
        EnvironmentFailure: there is no room for a megabyte in `home`, or no writing; the server would be silent on it.
    """
    probe = home / f".{os.getpid()}.probe"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(bytes(ROOM))
    except OSError as error:
        raise atomic.failure(f"写不进调度服务的目录 {home}", error) from error
    finally:
        with suppress(OSError):
            probe.unlink()


class Server:
    """A Prefect server process on loopback, or the running one that the user named."""

    def __init__(self, process: subprocess.Popen[bytes] | None, url: str, log: Path) -> None:
        self._process, self.url, self._log = process, url, log

    @classmethod
    def start(cls, home: Path, login: str) -> Server:
        port = _free_port()
        log = home / "server.log"
        with log.open("wb") as output:
            process = _STARTER.submit(
                subprocess.Popen,
                [sys.executable, "-m", "flows.server_process", str(port), str(os.getpid())],
                env={**os.environ, **OWN_SERVER, SERVER: login},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the command, which tells the server what became of its run
            ).result()
        return cls(process, f"http://127.0.0.1:{port}/api", log)

    def wait(self) -> None:
        """Return when the server answers.

        Raises:
            EnvironmentFailure: it died or is silent for 90 s; the message names its log.
        """
        if self._process is None:
            return
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + BOOT_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                opener.open(f"{self.url}/health", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        check_room(self._log.parent)
        raise EnvironmentFailure(
            f"调度服务没有启动。原因见 {self._log}；可以重试，或用 PREFECT_API_URL 指定已有的服务。"
        )

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
