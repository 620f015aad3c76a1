"""The command's own Prefect server: up when needed, gone with the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from flows import orchestration
from flows.orchestration import Server, prefect_server
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


@pytest.mark.flow
def test_the_server_answers_and_dies_with_a_killed_command(tmp_path: Path) -> None:
    given = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=given) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        with urllib.request.urlopen(f"{url}/health") as answer:
            assert answer.status == 200
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while alive(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(int(pid))


def test_a_server_that_cannot_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestration.sys, "executable", "/bin/false")
    server = Server.start(tmp_path)
    with pytest.raises(EnvironmentFailure, match=r"server\.log"):
        server.wait()
    server.stop()


def test_a_server_that_the_user_names_is_used(tmp_path: Path) -> None:
    with environment(PREFECT_API_URL="http://127.0.0.1:9/api"), prefect_server(tmp_path) as server:
        server.wait()
        assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:9/api"
        assert list(tmp_path.iterdir()) == []
