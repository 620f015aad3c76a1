"""Two commands at once on one month: the second says so and waits, or says so and refuses; nothing is made twice."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.flows.homes import Home, Running, eventually
from tests.flows.test_kill import same

pytestmark = [pytest.mark.flow, pytest.mark.slow, pytest.mark.xdist_group("commands")]

BACKFILL = ("backfill", "2014-02", "2014-03")
LAST = {"point": "flows.ledger:Ledger.record_briefing", "nth": 2, "signal": "SIGSTOP"}
HELD = r"350303 2014-03 正由另一次运行处理（主机 .+，进程 {}，.+ 开始），"


def stands_still(running: Running) -> bool:
    assert running.process.poll() is None, running.done()
    return Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(") ")[2].startswith("T")


def test_a_backfill_a_run_and_another_backfill(
    uninterrupted: dict[str, Any], prefect: dict[str, str], tmp_path: Path
) -> None:
    """The first stands still just before March is recorded, for as long as it takes."""
    home = Home(tmp_path, prefect=prefect)
    first = home.start(LAST, *BACKFILL)
    try:
        _beside(home, first)
    finally:
        first.process.kill()
    same(home.state(), uninterrupted)


def _beside(home: Home, first: Running) -> None:
    eventually(lambda: stands_still(first), "never came to March")
    held = HELD.format(first.process.pid)
    assert home.failed == set()  # it is at work

    refused = home.start({}, "run", "2014-03").done()
    assert refused.returncode == 3
    assert re.search(held + "请等它结束后再运行。$", refused.stderr.strip()), refused.stderr
    assert "Traceback" not in refused.stderr

    waiting = home.start({}, *BACKFILL)
    eventually(lambda: re.search(held + "等它 10 秒", waiting.errors.read_text()) is not None, "does not wait")
    os.kill(first.process.pid, signal.SIGCONT)
    made, waited = first.done(), waiting.done()
    assert (made.returncode, waited.returncode) == (0, 0), made.stderr + waited.stderr
    assert "2014-03  没有做过  已做好" in made.stdout
    assert re.findall("2014-0[23]  没有变化", waited.stdout) == ["2014-02  没有变化", "2014-03  没有变化"]
    eventually(lambda: not home.processes(), "left behind")
