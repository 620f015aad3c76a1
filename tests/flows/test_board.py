"""`sancu board`: who has sent, late, returned, corrected, missing, sheet by sheet."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.cells import cell_len

from flows import board as boards
from flows import steps
from flows.board import Board, board_of
from flows.month import Month, open_month
from flows.settings import load_settings
from tests import pipeline
from tests.pipeline import INBOX, Run, environment

pytestmark = pytest.mark.xdist_group("june")


def opened(inbox: Path, home: Path, period: str) -> Month:
    with environment(SANCU_HOME=str(home)):
        return open_month(load_settings(), period, inbox=str(inbox))


@pytest.fixture(scope="module")
def april(tmp_path_factory: pytest.TempPathFactory) -> tuple[Month, Board]:
    """One department missing, one whose file is broken, one that was returned and has sent again."""
    root = tmp_path_factory.mktemp("april")
    inbox = root / "inbox"
    shutil.copytree(INBOX, inbox)
    folder = inbox / "350303" / "2014-04"
    (folder / "信访局.csv").unlink()
    (folder / "财政局.xlsx").write_bytes((folder / "财政局.xlsx").read_bytes()[:4000])
    good = (folder / "经信局.xlsx").read_bytes()
    (folder / "经信局.xlsx").write_bytes(good[:4000])
    (folder / "经信局（更正）.xlsx").write_bytes(good)
    with (folder / "收文登记.csv").open("a", encoding="utf-8") as register:
        register.write("经信局（更正）.xlsx,2014-05-05T09:00:00+08:00,经信局经办人\n")
    month = opened(inbox, root / "home", "2014-04")
    return month, board_of(month)


def test_what_became_of_each_department_and_sheet(april: tuple[Month, Board]) -> None:
    found = {receipt.department: receipt for receipt in april[1].receipts}
    seen = {name: (found[name].status.value, [s.status.value for s in found[name].sheets]) for name in found}
    assert seen["信访局"] == ("未报", ["未报"])
    assert seen["财政局"] == ("退回", ["退回"])
    assert seen["住建局"] == ("迟报", ["已收", "已收"])
    assert seen["区委办"] == ("已收", ["已收"])
    assert seen["经信局"] == ("迟报", ["已更正"] * 3)
    assert len(found["经信局"].earlier) == 1


def test_superseded_files_are_those_that_stood_before(april: tuple[Month, Board]) -> None:
    month, _ = april
    found = month.ledger.superseded(month.code, month.period, None, month.inbox_name)
    assert [(s.department, s.filename) for s in found] == [("经信局", "经信局.xlsx")]


def test_the_columns_line_up_in_a_terminal(april: tuple[Month, Board]) -> None:
    first, head, *rows = april[1].lines()
    assert first == ("2014年4月报送情况：应报 10 个部门 14 张表，已收 9 个部门，其中迟报 2 个、退回 1 个；未报 1 个")
    place = cell_len(head[: head.index("收到")])
    told = [row for row in rows if "04-" in row or "05-" in row or "应于" in row]
    assert len(told) == 10
    for row in told:
        mark = next(mark for mark in ("应于", "04-", "05-") if mark in row)
        assert cell_len(row[: row.index(mark)]) == place
    assert any("应于 2014-05-02 前报送" in row for row in rows)
    assert any("05-04 16:20 迟 2 天" in row for row in rows)
    assert any("05-05 09:00 迟 3 天 经信局经办人 第 2 次报送" in row for row in rows)
    assert any(row.split()[:2] == ["（全文件）", "1"] for row in rows)


def test_json_says_the_same(april: tuple[Month, Board]) -> None:
    told = {d["department"]: d for d in april[1].as_json()["departments"]}
    assert told["财政局"]["file_findings"] == {"block": 1, "explain": 0, "inform": 0, "explained": 0}
    for receipt in april[1].receipts:
        one = told[receipt.department]
        assert (one["status"], one["late_days"], one["rows"]) == (receipt.status, receipt.late_days, receipt.rows)
        assert [(s["sheet"], s["status"], s["findings"]) for s in one["sheets"]] == [
            (s.sheet, s.status.value, asdict(s.tally)) for s in receipt.sheets
        ]


def test_where_the_issue_stands_the_board_is_what_its_run_found(
    april: tuple[Month, Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    month, anew = april
    run = pipeline.measured(month)
    steps.publish_issue(month, run.plan, run.accepted, run.measured, run.view(), pipeline.UNPRINTED, {})
    monkeypatch.delattr(boards, "_anew")
    found = board_of(month)
    assert found == anew
    assert (list(found.lines()), found.as_json()) == (list(anew.lines()), anew.as_json())


def test_the_board_is_annex_one_of_the_briefing(june: Run, tmp_path: Path) -> None:
    found = board_of(opened(INBOX, tmp_path / "home", "2014-06"))
    assert found.receipts == june.view().receipts
    assert sum(sheet.tally.explain for r in found.receipts for sheet in r.sheets) == 6


def test_a_month_of_which_nothing_came(tmp_path: Path) -> None:
    found = board_of(opened(INBOX, tmp_path / "home", "2014-08"))
    assert {receipt.status.value for receipt in found.receipts} == {"未报"}
