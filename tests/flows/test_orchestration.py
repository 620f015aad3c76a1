"""The command's own Prefect server: up when needed, gone with the command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from flows import orchestration
from flows.orchestration import Server, prefect_server
from flows.server_login import CLIENT, SERVER, server_login
from tests.pipeline import environment
from transforms.errors import EnvironmentFailure

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from flows.orchestration import prefect_server
with prefect_server(Path(sys.argv[1])) as server:
    server.wait()
    print(server._process.pid, server.url, flush=True)
    time.sleep(300)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def asked(url: str, login: str = ":", method: str = "GET") -> int:
    given = None if login == ":" else httpx.BasicAuth(*login.split(":", 1))
    return httpx.request(method, url, auth=given, json={} if method == "POST" else None, trust_env=False).status_code


@pytest.mark.flow
def test_the_server_answers_and_dies_with_a_killed_command(tmp_path: Path) -> None:
    given = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=given) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert asked(f"{url}/health") == 200
        login = server_login(tmp_path)
        for path in ("admin/version", "admin/settings", "flows/", "csrf-token", "openapi.json"):
            assert asked(f"{url}/{path}") == 401
            assert asked(f"{url}/{path}", login[:-1]) == 401
        assert asked(f"{url}/admin/version", login) == 200
        assert asked(f"{url}/flows/filter", login, "POST") == 200
        assert asked(f"{url}/flows/filter", method="POST") == asked(f"{url}/health", method="POST") == 401
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 300
    while alive(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(int(pid))


def test_a_server_outlives_the_thread_that_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of districts side by side the first may be done while others are at work."""
    for name in (*orchestration.QUIET, "PREFECT_HOME", "PREFECT_API_URL", CLIENT, SERVER):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        with ThreadPoolExecutor(1) as thread:
            server = thread.submit(stack.enter_context, prefect_server(tmp_path)).result()
            thread.submit(server.wait).result()
        time.sleep(1)
        server.wait()


def test_a_server_that_cannot_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestration.sys, "executable", "/bin/false")
    server = Server.start(tmp_path, "sancu:secret")
    with pytest.raises(EnvironmentFailure, match=r"server\.log"):
        server.wait()
    server.stop()


def test_a_server_that_the_user_names_is_used(tmp_path: Path) -> None:
    with environment(PREFECT_API_URL="http://127.0.0.1:9/api"), prefect_server(tmp_path) as server:
        server.wait()
        assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:9/api"
        assert list(tmp_path.iterdir()) == []


def test_the_port_is_free_and_the_surroundings_are_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestration.sys, "executable", "/bin/false")
    for name in (*orchestration.QUIET, "PREFECT_HOME", "PREFECT_API_URL", CLIENT, SERVER):
        monkeypatch.delenv(name, raising=False)
    with prefect_server(tmp_path / "新的 目录") as server:
        assert os.environ["PREFECT_API_URL"] == server.url
        assert os.environ[CLIENT] == server_login(tmp_path / "新的 目录")
        assert SERVER not in os.environ
        assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "0"
        assert os.environ["PREFECT_HOME"] == str(tmp_path / "新的 目录")
        port = int(server.url.split(":")[2].split("/")[0])
        with socket.create_server(("127.0.0.1", port)):
            assert orchestration._free_port() != port
    assert not {"PREFECT_API_URL", CLIENT} & set(os.environ)


def test_what_the_server_said_is_in_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = tmp_path / "python"
    spoilt.write_text("#!/bin/sh\necho 'cannot start: $*' >&2\nexit 1\n")
    spoilt.chmod(0o755)
    monkeypatch.setattr(orchestration.sys, "executable", str(spoilt))
    server = Server.start(tmp_path, "sancu:secret")
    with pytest.raises(EnvironmentFailure, match="PREFECT_API_URL"):
        server.wait()
    assert "cannot start" in (tmp_path / "server.log").read_text()
