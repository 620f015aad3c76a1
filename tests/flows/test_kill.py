"""SIGKILL anywhere: the next run completes the work, and what is left is what an uninterrupted run leaves."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from flows import atomic
from tests.flows.killing import PERIOD, Killer

pytestmark = pytest.mark.xdist_group("kill")

POINTS = [
    "flows.ledger:Ledger.record_submissions",
    "flows.ledger:Ledger.record_briefing",
    "flows.ledger:Ledger.record_editorial",
    "flows.store:Store.put",
    "flows.store:Store.put_rows",
    "flows.store:Store.publish",
    "flows.steps:write_outputs",
    "flows.returned:write_all",
    "flows.atomic:stage",
    "flows.atomic:write",
    "flows.atomic:sync_folder",
    "os:replace",
]
CLOCKS = {"first_seen_at", "started_at", "made_at", "confirmed_at", "released_at", "since", "at"}
CLOCKS |= {"hash", "previous"}  # of the audit log, over the clocks


@pytest.fixture(scope="module")
def uninterrupted(killer: Killer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By what is done."""
    homes = {what: tmp_path_factory.mktemp(what) for what in ("publish", "run")}
    return {what: completed(killer, home, what) for what, home in homes.items()}


def state(home: Path, database: Path | None = None) -> dict[str, Any]:
    """Every file by path, and every row of the ledger without its clocks."""
    ledger = create_engine(f"sqlite:///{database or home / 'ledger.sqlite'}")
    rows: dict[str, list[Any]] = {}
    with ledger.connect() as connection:
        names = connection.execute(text("select name from sqlite_master where type = 'table' order by 1")).scalars()
        for name in names:
            found = connection.execute(text(f'select * from "{name}"')).mappings()
            rows[name] = sorted(without_clocks(row, CLOCKS) for row in found)
    files = {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith("ledger.")
    }
    return {"rows": rows, "files": numbered(files)}


def without_clocks(row: Mapping[Any, Any], clocks: Collection[str]) -> str:
    """A row; the audit log's hash of a signature is over its moment too."""
    return re.sub(r"(?<=entry).{1,6}[0-9a-f]{64}", "", repr({k: v for k, v in row.items() if k not in clocks}))


def numbered(files: dict[str, bytes]) -> dict[str, bytes]:
    """The audit log's head without its hash, which is over the clocks, and the names of its deeds."""
    told = {name: b"" if "/audit/deeds/" in name else data for name, data in files.items()}
    return {name: data.partition(b":")[0] if name.endswith("audit/head") else data for name, data in told.items()}


def completed(killer: Killer, home: Path, what: str) -> dict[str, Any]:
    assert killer(home, what) == "done"
    found = state(home)
    assert [name for name in found["files"] if name.endswith(atomic.PART)] == []
    return found


def same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert sorted(found["files"]) == sorted(wanted["files"])
    assert [name for name, data in found["files"].items() if data != wanted["files"][name]] == []
    assert found["rows"] == wanted["rows"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(
    killer: Killer, uninterrupted: dict[str, dict[str, Any]], tmp_path: Path, point: str, when: str
) -> None:
    assert killer(tmp_path, "publish", point=point, when=when) == "killed"
    same(completed(killer, tmp_path, "publish"), uninterrupted["publish"])


@pytest.mark.parametrize("seed", range(30))
def test_killed_at_some_write(
    killer: Killer, uninterrupted: dict[str, dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    point, nth = chance.choice(["flows.atomic:stage", "os:replace", "os:fsync"]), chance.randint(2, 40)
    assert killer(tmp_path, "publish", point=point, nth=nth, when=chance.choice(["before", "after"])) == "killed"
    same(completed(killer, tmp_path, "publish"), uninterrupted["publish"])


@pytest.mark.parametrize("seed", range(10))
def test_killed_at_some_moment(
    killer: Killer, uninterrupted: dict[str, dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    """From the inbox on; it may be killed several times."""
    chance = random.Random(seed)
    while killer(tmp_path, "run", after_ms=chance.randint(20, 4000)) == "killed" and chance.random() < 0.5:
        pass
    same(completed(killer, tmp_path, "run"), uninterrupted["run"])


def test_a_point_that_is_never_reached_kills_nothing(killer: Killer, tmp_path: Path) -> None:
    """Control: the deaths above were deaths at those points."""
    assert killer(tmp_path, "publish", point="flows.store:Store.publish", nth=9) == "done"
    assert PERIOD in {path.name for path in (tmp_path / "out/350303").iterdir()}
