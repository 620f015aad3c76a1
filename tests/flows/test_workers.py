"""Two workers that share nothing but database and store; one is killed, the other is restarted, and the months are made.

Prefect's own server stands on PostgreSQL here, too. One scenario, told in order, since every start costs seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.ledger import Ledger
from flows.lost import POOL
from flows.orchestration import QUIET
from flows.server_login import CLIENT, SERVER
from flows.store import Store
from tests.flows.conftest import store_login
from tests.flows.databases import Postgres
from tests.flows.servers import Server, free_port, signal_all
from tests.pipeline import INBOX, ROOT, environment
from transforms.period import Period

pytestmark = [pytest.mark.flow, pytest.mark.slow]

PATIENCE = 900.0
BEAT = "2"  # seconds
LOGIN = "sancu:a-secret-of-this-test"
AUTH = httpx.BasicAuth(*LOGIN.split(":"))
FEBRUARY, MARCH = Period(2014, 2), Period(2014, 3)


class Office:
    """Prefect's server, and workers that can be lost."""

    def __init__(self, folder: Path, shared: dict[str, str]) -> None:
        self.folder, self.shared = folder, shared
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"http://127.0.0.1:{free_port()}/api"

    def start(self, name: str, *command: str, **own: str) -> None:
        """In a folder of its own, which is all that it knows beside what is shared."""
        home = self.folder / name
        home.mkdir()
        given = {key: value for key, value in os.environ.items() if not key.startswith(("SANCU_", "PREFECT_"))}
        private = {"SANCU_HOME": f"{home}/var", "SANCU_OUT": f"{home}/out", "PREFECT_HOME": f"{home}/prefect"}
        private |= {CLIENT: LOGIN}
        with (home / "log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=home,
                env={**given, **QUIET, **self.shared, "PREFECT_API_URL": self.url, **private, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def worker(self, name: str) -> None:
        own = {"PREFECT_WORKER_HEARTBEAT_SECONDS": BEAT, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        options = ("--pool", POOL, "--work-queue", "months", "--type", "process", "--limit", "1", "--name", name)
        self.start(name, "prefect", "worker", "start", *options, **own)

    def kill(self, name: str) -> None:
        """The machine: the worker and all that it has started."""
        signal_all(self.processes[name].pid, signal.SIGKILL)

    def ask(self, path: str, **wanted: Any) -> Any:
        answer = httpx.post(f"{self.url}/{path}", json=wanted, auth=AUTH, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def run(self) -> dict[str, Any]:
        """The one backfill, with its history."""
        (run,) = self.ask("flow_runs/filter", flow_runs={"name": {"any_": ["350303-2014-02-2014-03"]}})
        wanted = {"flow_run_id": run["id"]}
        states = httpx.get(f"{self.url}/flow_run_states/", params=wanted, auth=AUTH, trust_env=False).json()
        return {**run, "history": [state["name"] for state in sorted(states, key=lambda state: state["timestamp"])]}

    def at_work(self) -> str:
        """The worker that has the backfill, while it runs."""
        run = self.run()
        return run["labels"].get("prefect.worker.name", "") if run["state_type"] == "RUNNING" else ""

    def eventually(self, what: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(0.3)
        logs = [f"== {log}\n{log.read_text(errors='replace')[-2500:]}" for log in self.folder.glob("*/log")]
        raise AssertionError("waited in vain\n" + "\n".join(logs))

    def is_up(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def office(folder: Path, shared: dict[str, str], database: str) -> Iterator[Office]:
    it = Office(folder, shared)
    try:
        port = it.url.removesuffix("/api").rpartition(":")[2]
        own = {
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database.replace("+psycopg", "+asyncpg"),
            "PREFECT__SERVER_FINAL": "1",
            SERVER: LOGIN,
        }
        it.start("server", "flows.serve_process", port, str(os.getpid()), **own)
        it.eventually(it.is_up)
        assert httpx.post(f"{it.url}/flow_runs/filter", json={}, trust_env=False).status_code == 401
        yield it
    finally:
        for process in it.processes.values():
            signal_all(process.pid, signal.SIGKILL)
            process.wait()


def test_a_backfill_outlives_its_worker_and_a_rolling_restart(
    postgres_server: Postgres, object_store: Server, tmp_path: Path
) -> None:
    database, store = postgres_server.database(), f"s3://intake/{tmp_path.name}"
    shared = {"SANCU_DATABASE": database, "SANCU_STORE": store, "SANCU_INBOX": str(INBOX), **store_login(object_store)}
    ledger = Ledger(database)

    def published(period: Period) -> bool:
        return ledger.latest_briefing("350303", period) is not None

    with office(tmp_path, shared, postgres_server.database()) as it:
        given = {**os.environ, **QUIET, "PREFECT_API_URL": it.url, CLIENT: LOGIN, "PREFECT_HOME": f"{tmp_path}/deploy"}
        prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
        for command in (("work-pool", "create", POOL, "--type", "process"), ("deploy", "--name", "backfill")):
            done = subprocess.run([*prefect, *command], cwd=ROOT, env=given, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        (deployment,) = it.ask("deployments/filter", deployments={"name": {"any_": ["backfill"]}})
        parameters = {"district": "350303", "first": "2014-02", "last": "2014-03"}
        it.worker("first")
        it.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters, name="350303-2014-02-2014-03")

        it.eventually(lambda: it.at_work() == "first" and published(FEBRUARY))
        february = ledger.latest_briefing("350303", FEBRUARY)
        it.kill("first")
        assert not published(MARCH)
        it.worker("second")

        def seen() -> bool:
            # In a process of its own: this one may have read Prefect's settings for another server before.
            look = "import sys; from flows.lost import POOL, redo_lost; sys.exit(not redo_lost(POOL))"
            return subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=given).returncode == 0

        assert it.eventually(seen)
        it.eventually(lambda: it.at_work() == "second")

        it.processes["second"].terminate()  # a rolling restart does not ask what is under way
        it.worker("third")
        it.eventually(lambda: seen() or it.at_work() == "third" or it.run()["state_type"] == "COMPLETED")
        it.eventually(lambda: it.run()["state_type"] == "COMPLETED")
        run = it.run()
        history = run["history"]
        last = {1: "second", 2: "third"}[history.count("Crashed")]  # told to end, it finished its run, or left it
        assert history.count("AwaitingRetry") == history.count("Crashed"), history
        assert run["labels"]["prefect.worker.name"] == last
    made = {path.parent.relative_to(tmp_path).parts[::3] for path in tmp_path.glob("*/out/*/*/briefing.pdf")}
    assert made == {("first", "2014-02"), (last, "2014-03")}

    assert ledger.latest_briefing("350303", FEBRUARY) == february
    march = ledger.latest_briefing("350303", MARCH)
    assert march is not None
    with environment(**shared):
        for briefing in (february, march):
            assert briefing is not None
            kept = Store(store).issue(f"350303/{briefing.period}/{briefing.fingerprint}")
            assert kept is not None and kept[0]["briefing.pdf"].startswith(b"%PDF")
    with ledger.lock("350303", MARCH, timeout=0):
        pass  # nobody's lock has stayed behind
