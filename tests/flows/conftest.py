"""What tests of the shell share: each database that a ledger may stand in, and what whole commands leave."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.orchestration import QUIET
from flows.orchestration import Server as PrefectServer
from flows.server_login import CLIENT, server_login
from tests.flows import servers
from tests.flows.databases import Postgres, postgres
from tests.flows.homes import Home
from tests.flows.killing import Killer
from tests.flows.servers import Server
from tests.pipeline import environment


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


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An S3-compatible service that checks keys and signatures, and a bucket in it."""
    (empty := tmp_path_factory.mktemp("bucket")).joinpath("350303").mkdir()
    with servers.s3(empty, tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(object_store: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty store in it; the environment says how to log in."""
    with environment(**store_login(object_store)):
        yield f"s3://intake/{request.node.name}-{id(request)}"


def store_login(server: Server) -> dict[str, str]:
    endpoint = server.environment["SANCU_INBOX_ENDPOINT"]
    login = {"USER": server.user, "PASSWORD": server.password, "ENDPOINT": endpoint}
    return {f"SANCU_STORE_{name}": value for name, value in login.items()}


@pytest.fixture(scope="session")
def issued_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month made and released, once; to be read only."""
    from tests.flows.issued import issue_in

    folder = tmp_path_factory.mktemp("issued")
    issue_in(folder)
    return folder


@pytest.fixture
def copied(issued_once: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    shutil.copytree(issued_once, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A server for the commands of tests that are not about a command's own, as their environment names it."""
    home = tmp_path_factory.mktemp("prefect")
    login = server_login(home)
    with environment(PREFECT_HOME=str(home), **QUIET):
        server = PrefectServer.start(home, login)
    server.wait()
    yield {"PREFECT_API_URL": server.url, CLIENT: login}
    server.stop()


@pytest.fixture(scope="session")
def two_months(prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """February and March 2014 of the sample, made without a hitch; to be read only."""
    home = Home(tmp_path_factory.mktemp("uninterrupted"), prefect=prefect)
    assert not home.killed({}, "backfill", "2014-02", "2014-03")
    return home


@pytest.fixture(scope="session")
def uninterrupted(two_months: Home) -> dict[str, Any]:
    """What they leave: ledger, store and outputs."""
    return two_months.state()


@pytest.fixture(scope="session")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    killer = Killer(tmp_path_factory.mktemp("killer"))
    yield killer
    killer.close()
