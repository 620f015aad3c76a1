"""What tests of the shell share: each database that a ledger may stand in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.databases import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger; the test runs on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/三促 home/ledger.sqlite"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.database()
