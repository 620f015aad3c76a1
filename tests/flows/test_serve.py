"""`sancu serve` for real: server, cron and worker in processes of their own, a rehearsed moment, the sample's inbox.

One scenario, told in order, since every start costs seconds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.crashes import processes_of
from flows.ledger import Ledger, Status
from flows.server_login import FILE
from tests.pipeline import INBOX, ROOT
from transforms.period import Period

PATIENCE = 600.0
SCHEDULE = "\nschedule: {since: 2014-06, remind: {days: []}}\n"
JUNE, JULY = Period(2014, 6), Period(2014, 7)
SANCU = [sys.executable, "-c", "from flows.cli import main; main()"]


def eventually(what: Callable[[], Any], service: Service) -> Any:
    """The first truthy answer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited in vain\n{service.told()}")


class Service:
    def __init__(self, home: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.home, self.process, self.log = home, process, log

    def told(self) -> str:
        logs = [self.log, *sorted((self.home / "prefect").glob("*.log"))]
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs if log.exists())

    @property
    def url(self) -> str:
        return str(json.loads((self.home / "serve.json").read_text())["url"])

    @property
    def login(self) -> str:
        return (self.home / "prefect" / FILE).read_text().strip()

    def ask(self, path: str, **wanted: Any) -> Any:
        """The server's answer. While its database is busy it is asked again, as Prefect's own client does."""
        given, deadline = httpx.BasicAuth(*self.login.split(":")), time.monotonic() + PATIENCE
        while True:
            answer = httpx.post(f"{self.url}/{path}", json=wanted, auth=given, timeout=30, trust_env=False)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                answer.raise_for_status()
                return answer.json() if answer.content else None
            time.sleep(1)

    def runs(self, kind: str, month: Period = JUNE) -> list[dict[str, Any]]:
        """Runs of a month's draft or issue, the oldest first."""
        tag = {"tags": {"all_": [f"350303 {kind} {month}"]}}
        return list(self.ask("flow_runs/filter", flow_runs=tag, sort="START_TIME_ASC"))

    def states(self, kind: str, month: Period = JUNE) -> list[str]:
        return [run["state_type"] for run in self.runs(kind, month)]

    def running(self, kind: str, number: int) -> int:
        """The process of the `number`-th run, once it is RUNNING; 0 before."""
        runs = self.runs(kind)
        if len(runs) < number or runs[number - 1]["state_type"] != "RUNNING":
            return 0
        return next(iter(processes_of(self.url).get(runs[number - 1]["id"], [])), 0)

    def worker(self) -> int:
        return next(
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if b"worker\0start" in _read(path) and self.url.encode() in _read(path.parent / "environ")
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def processes_about(home: Path) -> list[str]:
    """Processes that have `home` in their environment."""
    return [
        _read(path.parent / "cmdline").decode().replace("\0", " ")
        for path in Path("/proc").glob("[0-9]*/environ")
        if f"PREFECT_HOME={home}/prefect".encode() in _read(path)
    ]


def surroundings(folder: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "SANCU_"))}
    folders = {name: str(folder / name.lower()) for name in ("HOME", "OUT", "DATA")}
    return given | {f"SANCU_{name}": path for name, path in folders.items()} | {"SANCU_INBOX": str(INBOX)}


@contextmanager
def serving(folder: Path, at: str) -> Iterator[Service]:
    """`sancu serve` at a rehearsed moment; ends with Ctrl-C and leaves nothing behind."""
    home = folder / "home"
    log = folder / f"serve-{at.replace(':', '')}.log"
    command = [*SANCU, "serve", "--port", "0", "--cron", "* * * * *", "--at", at]
    with log.open("wb") as output:
        given = surroundings(folder)
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=output, stderr=subprocess.STDOUT)
    service = Service(home, process, log)
    try:
        eventually(lambda: (home / "serve.json").exists() or process.poll() is not None, service)
        assert process.poll() is None, service.told()
        yield service
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, service.told()
        assert processes_about(home) == []
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A district without editions, each of which is a PDF more to wait for."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("sample"))
    file = tmp_path / "data" / "districts" / "350303.yaml"
    text = re.sub(r"(?m)^(schedule|editions):.*\n(?:[ ].*\n)*", "", file.read_text(encoding="utf-8"))
    file.write_text(text + SCHEDULE, encoding="utf-8")
    return tmp_path


@pytest.mark.flow
@pytest.mark.slow
@pytest.mark.xdist_group("serve")
def test_a_month_runs_itself_through_kills_and_waits_for_approval(folder: Path) -> None:
    draft = folder / "home" / "schedule" / "350303" / "draft_2014-06"
    pdf = folder / "out" / "350303" / "2014-06" / "briefing.pdf"

    with serving(folder, "2014-06-30T08:05") as service:
        refuses_strangers(service)
        # The last working day: the draft is started, and its process killed.
        os.kill(eventually(lambda: service.running("draft", 1), service), signal.SIGKILL)
        eventually(lambda: service.states("draft")[0] == "CRASHED", service)
        assert not draft.exists()
        # It is started again; this time the worker dies before it.
        process = eventually(lambda: service.running("draft", 2), service)
        os.kill(service.worker(), signal.SIGKILL)
        os.kill(process, signal.SIGKILL)
        eventually(lambda: service.states("draft")[:3] == ["CRASHED", "CRASHED", "COMPLETED"], service)
        assert draft.exists() and pdf.read_bytes().startswith(b"%PDF")
        told = service.log.read_text()
        assert "执行程序停了（退出码 -9），已重新启动" in told
        assert "350303-2014-06-draft 中断了" in told
        assert list((folder / "home" / "outbox" / "350303" / "2014-06").glob("*_中断_*.eml"))
        (form,) = service.ask("deployments/filter", deployments={"name": {"any_": ["by-hand"]}})
        asked = form["parameter_openapi_schema"]["properties"]
        assert asked["district"]["const"] == "350303"  # the one district there is, "enum" from two on
        assert asked["period"]["pattern"] and {"format": "date", "type": "string"} in asked["as_known"]["anyOf"]
        # Cron has looked too, and found it done: no fourth run.
        planned = eventually(
            lambda: [
                run
                for run in service.ask("flow_runs/filter", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
                if run["auto_scheduled"]
            ],
            service,
        )
        assert planned[0]["name"] == "look"
        assert len(service.runs("draft")) == 3

    with serving(folder, "2014-08-05T08:05") as service:
        # Off for a month: both issues are due, June's first. They wait, nothing is released by itself.
        eventually(lambda: service.states("issue") == ["PAUSED"], service)
        assert len(service.runs("draft")) == 3  # the runs before the restart are still known
        assert current(folder, JUNE) is Status.DRAFT
        assert list((folder / "home" / "outbox" / "350303" / "2014-06").glob("*_待签发_*.eml"))
        # June is approved in Prefect's page, July at the command line.
        eventually(lambda: approved(service), service)
        eventually(lambda: service.states("issue", JULY) == ["PAUSED"], service)
        done = subprocess.run([*SANCU, "release", "2014-07"], env=surroundings(folder), cwd=ROOT, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        eventually(lambda: service.states("issue", JULY) == ["COMPLETED"], service)
        for month in (JUNE, JULY):
            assert current(folder, month) is Status.RELEASED
            assert len(service.runs("issue", month)) == 1
        assert service.runs("draft", JULY) == []  # its issue was due
        secret = service.login.partition(":")[2]
        assert [path for path in service.home.rglob("*") if path.name != FILE and secret.encode() in _read(path)] == []
        assert secret not in service.log.read_text()


def refuses_strangers(service: Service) -> None:
    """Without the login the page is there and asks for it, the data are not; no command line shows it."""
    asked = httpx.post(f"{service.url}/flow_runs/filter", json={}, trust_env=False)
    assert (asked.status_code, asked.json()) == (401, {"exception_message": "Unauthorized"})
    metrics, given = f"{service.url}/metrics", httpx.BasicAuth(*service.login.split(":"))
    assert httpx.get(metrics, trust_env=False).status_code == HTTPStatus.UNAUTHORIZED
    assert "\n# TYPE " in httpx.get(metrics, auth=given, trust_env=False).text
    page = service.url.removesuffix("/api")
    assert httpx.get(f"{page}/ui-settings", trust_env=False).json()["auth"] == "BASIC"
    assert f"把 {service.home}/prefect/{FILE} 里的一整行粘贴进去" in service.log.read_text()
    lines = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert [line for line in lines if service.login.partition(":")[2].encode() in line] == []


def approved(service: Service) -> bool:
    """Whether the issue is released; approves the version that waits, as Prefect's page does."""
    (run,) = service.runs("issue")
    if run["state_type"] == "PAUSED":
        service.ask(f"flow_runs/{run['id']}/resume", run_input={"signer": "分管主任"})
    return bool(run["state_type"] == "COMPLETED")


def current(folder: Path, month: Period) -> Status:
    briefing = Ledger(f"sqlite:///{folder / 'home' / 'ledger.sqlite'}").latest_briefing("350303", month)
    assert briefing is not None
    return briefing.status
