"""`sancu board`: who has sent, late, returned, missing."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.board import Board, board_of
from flows.month import open_month
from flows.settings import load_settings
from tests.pipeline import INBOX, environment


def board(inbox: Path, home: Path, period: str) -> Board:
    with environment(SANCU_HOME=str(home)):
        return board_of(open_month(load_settings(), period, inbox=str(inbox)))


def test_the_sample_with_one_missing_and_one_returned(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(INBOX, inbox)
    folder = inbox / "350303" / "2014-04"
    (folder / "信访局.csv").unlink()
    (folder / "财政局.xlsx").write_bytes((folder / "财政局.xlsx").read_bytes()[:4000])
    found = board(inbox, tmp_path / "home", "2014-04")
    status = {receipt.department: receipt.status.value for receipt in found.receipts}
    assert (status["信访局"], status["财政局"], status["住建局"], status["区委办"]) == ("未报", "退回", "迟报", "已收")
    lines = list(found.lines())
    assert lines[0] == "2014年4月报送情况：应报 10 个部门，已收 9 个"
    assert "  未报 信访局：信访积案台账，应于 2014-05-02 前报送" in lines
    assert any(line.startswith("  迟报 住建局：2014-05-04 16:20 收到，迟 2 天") for line in lines)
    told = next(d for d in found.as_json()["departments"] if d["department"] == "财政局")
    assert told["findings"] == {"退回": 1, "需说明": 0, "提示": 0}


def test_a_month_of_which_nothing_came(tmp_path: Path) -> None:
    found = board(INBOX, tmp_path / "home", "2014-08")
    assert {receipt.status.value for receipt in found.receipts} == {"未报"}
