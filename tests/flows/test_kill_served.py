"""SIGKILL anywhere, with the ledger in PostgreSQL and the store in an object store: as on one machine, the next run completes
the work, and what is left is what an uninterrupted run leaves."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from flows.urls import open_folder, store_credentials
from tests.flows.conftest import store_login
from tests.flows.databases import Postgres
from tests.flows.killing import Killer
from tests.flows.servers import Server
from tests.flows.test_kill import CLOCKS, numbered, same, without_clocks
from tests.pipeline import environment

pytestmark = pytest.mark.xdist_group("kill")

POINTS = [
    ("flows.ledger:Ledger.record_submissions", 1),
    ("flows.ledger:Ledger.record_editorial", 1),
    ("flows.ledger:Ledger.record_briefing", 1),
    ("flows.objects:Objects.keep", 3),  # the archive
    ("flows.objects:Objects.keep", 20),  # rows
    ("flows.store:Store.publish", 1),
    ("flows.steps:write_outputs", 1),
    ("sqlalchemy.engine.base:RootTransaction._do_commit", 5),
]
LEFT_OUT = {*CLOCKS, "id", "briefing_id"}  # a sequence does not give a number again


@dataclass
class Served:
    """Where one test's ledger, store and folder are."""

    home: Path
    environment: dict[str, str]

    def state(self) -> dict[str, Any]:
        """Every file and object by name, and every row of the ledger without its clocks."""
        engine = create_engine(self.environment["SANCU_DATABASE"])
        rows = {}
        with engine.connect() as connection:
            for name in inspect(connection).get_table_names():
                found = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
                rows[name] = sorted(without_clocks(row, LEFT_OUT) for row in found)
        engine.dispose()
        files = {str(path.relative_to(self.home)): path.read_bytes() for path in self.home.rglob("*") if path.is_file()}
        with environment(**self.environment):
            filesystem, root = open_folder(self.environment["SANCU_STORE"], store_credentials())
        objects = {path.removeprefix(root): data for path, data in filesystem.cat(filesystem.find(root)).items()}
        return {"rows": rows, "files": numbered(files | objects)}


def served(home: Path, postgres: Postgres, store: Server) -> Served:
    place = f"s3://intake/{home.parent.name}-{home.name}"
    return Served(home, {"SANCU_DATABASE": postgres.database(), "SANCU_STORE": place, **store_login(store)})


@pytest.fixture
def here(tmp_path: Path, postgres_server: Postgres, object_store: Server) -> Served:
    return served(tmp_path, postgres_server, object_store)


@pytest.fixture(scope="module")
def uninterrupted(
    killer: Killer, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, object_store: Server
) -> dict[str, Any]:
    place = served(tmp_path_factory.mktemp("whole"), postgres_server, object_store)
    assert killer(place.home, "publish", environment=place.environment) == "done"
    return place.state()


@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_killed_at_a_named_point(
    killer: Killer, uninterrupted: dict[str, Any], here: Served, point: str, nth: int
) -> None:
    when = "before" if nth == 1 else "after"
    given = {"environment": here.environment}
    assert killer(here.home, "publish", point=point, nth=nth, when=when, **given) == "killed"
    assert killer(here.home, "publish", **given) == "done"
    same(here.state(), uninterrupted)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_some_moment(killer: Killer, uninterrupted: dict[str, Any], here: Served, seed: int) -> None:
    chance, given = random.Random(seed), {"environment": here.environment}
    while killer(here.home, "publish", after_ms=chance.randint(20, 2500), **given) == "killed":
        if chance.random() < 0.5:
            break
    assert killer(here.home, "publish", **given) == "done"
    same(here.state(), uninterrupted)
