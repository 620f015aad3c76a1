"""`sancu check`: a clerk's own file, before it is sent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.checking import check_files
from flows.settings import load_settings
from tests.pipeline import INBOX
from transforms.errors import UsageError

JUNE = INBOX / "350303" / "2014-06"


def test_findings_by_cell_worst_first() -> None:
    (checked,) = check_files(load_settings(), [JUNE / "财政局.xlsx"], None, None, None)
    assert (checked.department, checked.period, checked.blocks) == ("财政局", "2014年6月", True)
    assert [(f.severity.value, f.rule, f.cell) for f in checked.findings] == [
        ("block", "RP02", "G25"),
        ("block", "RP03", "E125"),
        ("explain", "RP05", "I9"),
        ("inform", "RP08", "D13"),
    ]
    lines = list(checked.lines())
    assert lines[0] == "财政局.xlsx（财政局，2014年6月）：122 行，退回 2 条，需说明 1 条，提示 1 条"
    assert "“车船税”" in lines[2]


def test_the_department_is_seen_from_the_sheets(tmp_path: Path) -> None:
    shutil.copy(JUNE / "住建局.xlsx", tmp_path / "新建 工作表.xlsx")
    (checked,) = check_files(load_settings(), [tmp_path / "新建 工作表.xlsx"], None, None, None)
    assert (checked.department, checked.blocks) == ("住建局", False)


def test_the_month_asked_for_is_compared_with_the_sheet() -> None:
    (checked,) = check_files(load_settings(), [JUNE / "信访局.csv"], "2014-05", None, None)
    assert [f.rule for f in checked.findings] == ["RD03"]


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "财政局.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    (checked,) = check_files(load_settings(), [path], None, None, None)
    assert checked.unread.startswith("“财政局.xlsx”")
    assert checked.as_json()["findings"] == []


def test_what_cannot_be_told_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--department"):
        check_files(load_settings(), [path], None, None, None)
    with pytest.raises(UsageError, match="没有“气象局”这个部门"):
        check_files(load_settings(), [path], None, "气象局", None)
    with pytest.raises(UsageError, match="没有这个文件"):
        check_files(load_settings(), [tmp_path / "无.xlsx"], None, None, None)
