"""Ctrl-C in a terminal, where every process of the command gets it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from data.generator.province import write_province
from tests.flows.homes import Home
from transforms.period import Period

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.flow
def test_ctrl_c_is_answered_with_one_line_and_nothing_is_left(tmp_path: Path) -> None:
    """While the files are read, by threads and processes, with Prefect's server beside."""
    home = Home(tmp_path, lambda command: [sys.executable, "-m", "tests.flows.terminal", "读表", *command])
    done = home("run", "2014-02")  # its processes are gone, too
    assert done.returncode == 130, done.stdout[-3000:]
    last = CONTROL.sub("", done.stdout.splitlines()[-1])
    assert last == (
        "已中断，停在“读表”：这一步没有做完，没有出的不留半份。已经做完的都保存着，重新运行同一条命令会接着做。"
    )
    assert "Traceback" not in done.stdout
    assert -1 < done.stdout.rfind("\x1b[?25l") < done.stdout.rfind("\x1b[?25h")  # the cursor is shown again
    assert home.failed == {"2014-02"}


@pytest.mark.flow
def test_ctrl_c_reaches_districts_that_are_done_side_by_side(tmp_path: Path) -> None:
    """Each in a thread of its own, which gets no signal."""
    province, home = tmp_path / "province", tmp_path / "home"
    districts = ",".join(world.district.code for world in write_province(province, 3, Period(2014, 3), seed=5))
    home.mkdir()
    prefix = ["env", f"SANCU_DATA={province}/data", sys.executable, "-m", "tests.flows.terminal", "出简报"]
    at = Home(home, lambda command: [*prefix, *command])
    asked = ("backfill", "2014-02", "2014-02", "--inbox", str(province / "inbox"), "--districts", districts)
    done = at(*asked)
    assert done.returncode == 130, done.stdout[-3000:]
    last = CONTROL.sub("", done.stdout.splitlines()[-1])
    assert re.fullmatch(
        "已中断，停在“区县”：做完 [01] 个，还有 [23] 个没有做。已经做完的都保存着，重新运行同一条命令会接着做。", last
    )
    assert "Traceback" not in done.stdout
