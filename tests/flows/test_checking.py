"""`sancu check`: a clerk's own file, before it is sent."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.checking import check_files
from flows.settings import load_settings
from tests.pipeline import INBOX

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


def test_what_cannot_be_told_is_asked_and_keeps_no_other_file_from_being_checked(tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n1,2\n3,4\n", encoding="utf-8")
    paths = [path, tmp_path / "无.xlsx", JUNE / "住建局.xlsx"]
    unknown, absent, read = check_files(load_settings(), paths, None, None, None)
    assert "--department" in unknown.unread
    assert "没有这个文件" in absent.unread
    assert not read.unread and read.rows == 63
    (nobody,) = check_files(load_settings(), [path], None, "气象局", None)
    assert "没有“气象局”这个部门" in nobody.unread


def test_a_file_with_findings_comes_back_marked_and_a_clean_one_does_not(tmp_path: Path) -> None:
    paths = [JUNE / "财政局.xlsx", JUNE / "地税局.xlsx"]
    wrong, clean = check_files(load_settings(), paths, None, None, None, tmp_path / "退回")
    assert wrong.returned == tmp_path / "退回" / "财政局（退回）.xlsx"
    assert clean.returned is None
    assert [path.name for path in (tmp_path / "退回").iterdir()] == ["财政局（退回）.xlsx"]
    (again,) = check_files(load_settings(), [wrong.returned], None, None, None)
    assert [(f.rule, f.cell) for f in again.findings] == [(f.rule, f.cell) for f in wrong.findings]
