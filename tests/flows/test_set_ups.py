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
from tests.flows.servers import Server
from tests.flows.test_cli import SANCU, contents, sancu
from tests.pipeline import INBOX, environment

pytestmark = [pytest.mark.flow, pytest.mark.slow, pytest.mark.xdist_group("set-ups")]

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
            objects = Objects(self.environment.get("SANCU_STORE", f"file://{self.folder}/var/store"))
            found = {}
            for period in ("2014-02", "2014-03"):
                manifest = json.loads((self.folder / "out/350303" / period / "manifest.json").read_bytes())
                for name in (*manifest["files"], "manifest.json"):
                    key = f"issues/350303/{period}/{manifest['fingerprint']}/{name}"
                    if (data := objects.read(key)) is not None:
                        found[key] = data
        return found


def served(folder: Path, postgres: Postgres, store: Server) -> SetUp:
    return SetUp(
        folder,
        {
            "SANCU_DATABASE": postgres.database(),
            "SANCU_STORE": f"s3://intake/{folder.name}",
            **store_login(store),
        },
    )


@pytest.fixture(scope="module")
def one_pc(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """SQLite and a folder."""
    set_up = SetUp(tmp_path_factory.mktemp("pc"), {})
    done = sancu(set_up.folder, *BACKFILL)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, LAST), done.stderr
    return set_up


def same(found: SetUp, wanted: SetUp) -> None:
    for ours, theirs in ((found.issues(), wanted.issues()), (found.kept(), wanted.kept())):
        assert len(theirs) > 10
        assert sorted(ours) == sorted(theirs)
        assert [name for name, data in theirs.items() if ours[name] != data] == []


def test_postgresql_and_an_object_store(
    one_pc: SetUp, postgres_server: Postgres, object_store: Server, tmp_path: Path
) -> None:
    set_up = served(tmp_path, postgres_server, object_store)
    done = sancu(tmp_path, *BACKFILL, **set_up.environment)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, LAST), done.stderr
    same(set_up, one_pc)
    again = sancu(tmp_path, "run", "2014-03", "--inbox", str(INBOX), **set_up.environment)
    assert "没有重做" in again.stdout
    why = sancu(tmp_path, "why", "reward.amount_to_date", "2014-03", **set_up.environment)
    assert why.returncode == 0, why.stderr


def test_dask_on_top_and_a_worker_killed_midway(
    one_pc: SetUp, postgres_server: Postgres, object_store: Server, tmp_path: Path
) -> None:
    set_up = served(tmp_path, postgres_server, object_store)
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    with dask(tmp_path / "machines", set_up.environment) as cluster:
        own = {"SANCU_HOME": str(tmp_path / "var"), "SANCU_OUT": str(tmp_path / "out"), "SANCU_DASK": cluster.address}
        with subprocess.Popen(
            [str(SANCU), *BACKFILL, "--runner", "dask"],
            cwd=tmp_path,
            env=given | own | set_up.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            cluster.wait_until_busy(0, finished=1)
            cluster.kill(0)
            told, errors = command.communicate(timeout=300)
    assert (command.returncode, told.splitlines()[-1:]) == (0, [LAST]), errors
    same(set_up, one_pc)
    assert not list((tmp_path / "machines").glob("worker*/var/ledger.sqlite"))
    with environment(**set_up.environment):
        store = Objects(set_up.environment["SANCU_STORE"])
        assert store._filesystem.find(store._path("results")) in ([], {})


def test_a_scheduler_that_is_not_there_or_has_no_workers(tmp_path: Path) -> None:
    run = ("run", "2014-02", "--inbox", str(INBOX), "--runner", "dask")
    for scheduler, code, said in (
        ({}, 2, "没有指定 Dask 的调度地址"),
        ({"SANCU_DASK": "tcp://127.0.0.1:1"}, 3, "连不上 Dask 的调度程序"),
    ):
        done = sancu(tmp_path, *run, **scheduler)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert said in done.stderr
