"""What several test folders share: the unchanged sample, run once a worker; and which worker does what."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from tests import pipeline
from tests.pipeline import Run

# Machines are shared: how long an example takes says nothing.
settings.register_profile("sancu", deadline=None)
settings.load_profile("sancu")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each file, or each `xdist_group` of files, to one worker, so that what it shares is made once; those that start
    whole commands first, so that no worker is left with a long one at the end.

    pytest-xdist 3.8 tells a group at the end of `_nodeid`, which pytest 9.2 does not read, so the mark alone does nothing.
    """
    if not config.getoption("loadgroup", False):
        return
    groups = {item: _group(item) for item in items}
    long = {groups[item] for item in items if item.get_closest_marker("flow")}
    items.sort(key=lambda item: groups[item] not in long)
    for item in items:
        item._id = NodeId.parse(f"{item.nodeid}@{groups[item]}")


def _group(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else f"{item.path.parent.name}/{item.path.stem}"


@pytest.fixture(scope="session")
def june(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """June 2014 of the sample, through the real reader and the real checks."""
    return pipeline.run(pipeline.INBOX, tmp_path_factory.mktemp("june"))


@pytest.fixture(scope="session")
def sample(june: Run, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Any month of the sample, each run once."""

    @functools.cache
    def month(period: str) -> Run:
        return june if period == "2014-06" else pipeline.run(pipeline.INBOX, tmp_path_factory.mktemp(period), period)

    return month


@pytest.fixture(scope="session")
def month_pdf(sample: Callable[[str], Run], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The PDF of any month of the sample, read back, each made once."""

    @functools.cache
    def month(period: str) -> Path:
        path = tmp_path_factory.mktemp("pdf") / "briefing.pdf"
        path.write_bytes(sample(period).pdf())
        return path

    return month


@pytest.fixture(scope="session")
def june_pdf(month_pdf: Callable[[str], Path]) -> Path:
    return month_pdf("2014-06")
