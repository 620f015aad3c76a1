"""One PC, a district's server, a province's cluster: nothing but URLs and --runner differs, and the bytes are the same."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.objects import Objects
from tests.flows.clusters import dask
from tests.flows.conftest import store_login
from tests.flows.databases import Postgres
from tests.flows.homes import Home
from tests.flows.servers import Server
from tests.flows.test_cli import SANCU, contents, sancu
from tests.pipeline import INBOX, environment

pytestmark = [pytest.mark.flow, pytest.mark.slow, pytest.mark.xdist_group("commands")]

BACKFILL = ("backfill", "2014-02", "2014-03", "--inbox", str(INBOX))
LAST = "共 2 个月，做好 2，没有做成 0，不必做 0。"


@dataclass(frozen=True)
class SetUp:
    """Where everything stands, as a machine's environment says it."""

    folder: Path
    environment: dict[str, str]

    def issues(self) -> dict[str, bytes]:
        """What readers get: every file of the two months, by path."""
        return {
            f"{period}/{name}": data
            for period in ("2014-02", "2014-03")
            for name, data in contents(self.folder / "out" / "350303" / period).items()
        }

    def kept(self) -> dict[str, bytes]:
        """What the store has of the two issues, by key."""
        with environment(**self.environment):
            objects = Objects(self.environment["SANCU_STORE"])
            found = {}
            for period in ("2014-02", "2014-03"):
                manifest = json.loads((self.folder / "out/350303" / period / "manifest.json").read_bytes())
                for name in (*manifest["files"], "manifest.json"):
                    key = f"issues/350303/{period}/{manifest['fingerprint']}/{name}"
                    if (data := objects.read(key)) is not None:
                        found[key] = data
        return found


@pytest.fixture
def served(tmp_path: Path, postgres_server: Postgres, object_store: Server, prefect: dict[str, str]) -> SetUp:
    return SetUp(
        tmp_path,
        {
            "SANCU_DATABASE": postgres_server.database(),
            "SANCU_STORE": f"s3://intake/{tmp_path.name}",
            **store_login(object_store),
            **prefect,
            "PREFECT_HOME": str(tmp_path / "prefect"),
        },
    )


@pytest.fixture(scope="module")
def one_pc(two_months: Home) -> SetUp:
    """SQLite and a folder."""
    return SetUp(two_months.folder, {"SANCU_STORE": f"file://{two_months.folder}/store"})


def same(found: SetUp, wanted: SetUp) -> None:
    for ours, theirs in ((found.issues(), wanted.issues()), (found.kept(), wanted.kept())):
        assert len(theirs) > 10
        assert sorted(ours) == sorted(theirs)
        assert [name for name, data in theirs.items() if ours[name] != data] == []


def test_postgresql_and_an_object_store(one_pc: SetUp, served: SetUp) -> None:
    folder, given = served.folder, served.environment
    done = sancu(folder, *BACKFILL, **given)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, LAST), done.stderr
    same(served, one_pc)
    again = sancu(folder, "run", "2014-03", "--inbox", str(INBOX), **given)
    assert "没有重做" in again.stdout
    why = sancu(folder, "why", "reward.amount_to_date", "2014-03", **given)
    assert why.returncode == 0, why.stderr


def test_dask_on_top_and_a_worker_killed_midway(one_pc: SetUp, served: SetUp) -> None:
    folder = served.folder
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    with dask(folder / "machines", served.environment) as cluster:
        own = {"SANCU_HOME": str(folder / "var"), "SANCU_OUT": str(folder / "out"), "SANCU_DASK": cluster.address}
        with subprocess.Popen(
            [str(SANCU), *BACKFILL, "--runner", "dask"],
            cwd=folder,
            env=given | own | served.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            cluster.wait_until_busy(0, 1, command)
            cluster.kill(0)
            told, errors = command.communicate(timeout=900)
    assert (command.returncode, told.splitlines()[-1:]) == (0, [LAST]), errors
    same(served, one_pc)
    assert not list((folder / "machines").glob("worker*/var/ledger.sqlite"))
    with environment(**served.environment):
        store = Objects(served.environment["SANCU_STORE"])
        assert store._filesystem.find(store._path("results")) in ([], {})


def test_a_scheduler_that_is_not_there_or_has_no_workers(prefect: dict[str, str], tmp_path: Path) -> None:
    run = ("run", "2014-02", "--inbox", str(INBOX), "--runner", "dask")
    for scheduler, code, said in (
        ({}, 2, "没有指定 Dask 的调度地址"),
        ({"SANCU_DASK": "tcp://127.0.0.1:1"}, 3, "连不上 Dask 的调度程序"),
    ):
        done = sancu(tmp_path, *run, **scheduler, **prefect)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert said in done.stderr
