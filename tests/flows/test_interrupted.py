"""Ctrl-C in a terminal, where every process of the command gets it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.flows.homes import Home

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
