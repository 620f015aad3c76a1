"""SIGKILL of the whole command, with Prefect's server and the processes that it has started: none of them stays, and the
same command run again leaves what an uninterrupted one leaves."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.flows.homes import Home
from tests.flows.test_kill import same
from transforms.period import Period

pytestmark = [pytest.mark.flow, pytest.mark.slow, pytest.mark.xdist_group("commands")]

RUN = ("run", "2014-02")
BACKFILL = ("backfill", "2014-02", "2014-03")
RUN_POINTS: tuple[dict[str, Any], ...] = (
    {"point": "flows.orchestration:Server.start", "when": "after"},  # Prefect's database is being made
    {"point": "flows.steps:check_dataset", "nth": 3},
    {"point": "flows.store:Store.publish", "when": "after"},
)
BACKFILL_POINTS: tuple[dict[str, Any], ...] = (
    {"point": "flows.renderers:Renderers.submit", "when": "after"},  # its process is at work
    {"point": "flows.ledger:Ledger.record_briefing", "when": "after"},
    {"point": "flows.store:Store.publish"},  # of the second month
)
OWN_SERVER = (RUN_POINTS[0], BACKFILL_POINTS[0])  # elsewhere one is named, which outlives the command


def test_killed_again_and_again(uninterrupted: dict[str, Any], prefect: dict[str, str], tmp_path: Path) -> None:
    """Each command starts from what the one before has left. Where nothing but the month's own work is killed, `test_kill` has
    many more points, each at a tenth of the cost."""
    alone, home = Home(tmp_path), Home(tmp_path, prefect=prefect)
    for job in RUN_POINTS:
        assert (alone if job in OWN_SERVER else home).killed(job, *RUN), job
        assert home.failed == (set() if job is RUN_POINTS[0] else {"2014-02"})
    for job in BACKFILL_POINTS:
        assert (alone if job in OWN_SERVER else home).killed(job, *BACKFILL), job
        # after its row was recorded, February is made
        assert home.failed == ({"2014-03"} if job in BACKFILL_POINTS[1:] else {"2014-02", "2014-03"})
    told = home(*BACKFILL, "--only", "failed")
    assert "2014-03  上次没有做成  已做好" in told.stdout, told.stderr
    assert "中途断了" in told.stdout
    same(home.state(), uninterrupted)


def test_killed_at_some_moments(uninterrupted: dict[str, Any], prefect: dict[str, str], tmp_path: Path) -> None:
    chance = random.Random(20140630)
    alone = Home(tmp_path)
    for command in (RUN, BACKFILL):
        alone.killed({"after_ms": chance.randint(3000, 12000)}, *command)
    assert not Home(tmp_path, prefect=prefect).killed({}, *BACKFILL)
    same(alone.state(), uninterrupted)
    with alone.ledger.lock("350303", Period(2014, 2), timeout=0):
        pass
