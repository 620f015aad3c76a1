"""What several test folders share: the unchanged sample, run once a worker."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import pipeline
from tests.pipeline import Run

# Machines are shared: how long an example takes says nothing.
settings.register_profile("sancu", deadline=None)
settings.load_profile("sancu")


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
