"""The loop that a clerk goes through: wrong, returned, corrected or explained, sent again."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import openpyxl
import pytest

from flows import returned, steps
from tests import pipeline
from tests.pipeline import INBOX, Run
from transforms.findings import Severity

JUNE = Path("350303", "2014-06")
ANSWER = "情况属实/说明"

pytestmark = pytest.mark.xdist_group("june")


@pytest.fixture(scope="module")
def workbooks(june: Run) -> dict[str, bytes]:
    return steps.mark_workbooks(june.month, june.plan, june.accepted, june.measured)


def test_who_blocks_or_must_explain_gets_the_workbook_back(workbooks: dict[str, bytes]) -> None:
    assert sorted(workbooks) == [
        "住建局（退回）.xlsx",
        "发改局（退回）.xlsx",
        "财政局（退回）.xlsx",
        "金融办（退回）.xlsx",
    ]


def test_the_folder_holds_what_goes_back_now_and_is_private(workbooks: dict[str, bytes], tmp_path: Path) -> None:
    listed = returned.write_all(tmp_path, workbooks)
    assert returned.stand(tmp_path, listed)
    assert stat.S_IMODE((tmp_path / "returned").stat().st_mode) == 0o700
    fewer = {name: data for name, data in workbooks.items() if name.startswith("财政局")}
    (tmp_path / "returned" / "notes.txt").write_text("the office's own", encoding="utf-8")
    listed = returned.write_all(tmp_path, fewer)
    assert sorted(path.name for path in (tmp_path / "returned").iterdir()) == ["notes.txt", "财政局（退回）.xlsx"]
    (tmp_path / "returned" / "财政局（退回）.xlsx").unlink()
    assert not returned.stand(tmp_path, listed)


def corrected(data: bytes, folder: Path, name: str) -> None:
    """What the finance clerk does with the returned file: mend what is red, explain what is yellow."""
    path = folder / name
    path.write_bytes(data)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["即征即奖兑现明细"]
    sheet["D13"] = "江口镇"
    total = next(row for row in sheet.iter_rows() if any(cell.value == "合计" for cell in row))
    sheet.delete_rows(total[0].row)
    sheet.delete_rows(125)  # no tax of the campaign
    sheet.delete_rows(25)  # reported twice
    sheet.insert_rows(3)  # everything now stands elsewhere
    answers = workbook["问题清单"]
    header = next(row for row in answers.iter_rows() if ANSWER in [cell.value for cell in row])
    place = next(cell.column for cell in header if cell.value == ANSWER)
    for row in answers.iter_rows(min_row=header[0].row + 1):
        if row[1].value == "需说明":
            answers.cell(row[0].row, place).value = "经核实，奖励含上年结转部分"
    workbook.save(path)


def test_corrected_and_explained_the_findings_are_gone_or_a_printed_note(
    workbooks: dict[str, bytes], tmp_path: Path
) -> None:
    inbox = tmp_path / "收文"
    shutil.copytree(INBOX, inbox)
    name = "财政局（退回）.xlsx"
    corrected(workbooks[name], inbox / JUNE, name)
    with (inbox / JUNE / "收文登记.csv").open("a", encoding="utf-8") as register:
        register.write(f"{name},2014-07-03T09:00:00+08:00,财政局经办人\n")
    run = pipeline.run(inbox, tmp_path / "home")
    own = [f for f in run.findings if f.filename == name]
    assert [(f.rule, f.severity, f.explanation, f.explained_by) for f in own] == [
        ("RP05", Severity.EXPLAIN, "经核实，奖励含上年结转部分", "财政局经办人 2014-07-03")
    ]
    view = run.view()
    assert view.explained == tuple(own)
    (receipt,) = (receipt for receipt in view.receipts if receipt.department == "财政局")
    assert [sheet.status.value for sheet in receipt.sheets] == ["已更正"]
    assert all(f.filename != name for f in view.findings)
    again = steps.mark_workbooks(run.month, run.plan, run.accepted, run.measured)
    assert name not in again
    issue = steps.publish_issue(run.month, run.plan, run.accepted, run.measured, view, pipeline.UNPRINTED, again)
    assert [f for f in run.month.ledger.findings_of(issue.briefing) if f.explanation] == own


def test_the_note_is_printed(june: Run) -> None:
    from dataclasses import replace

    from transforms.briefing.printing import html

    view = june.view()
    finding = replace(june.finding("RP05"), explanation="经核实属实", explained_by="财政局经办人 2014-07-03")
    page = html(replace(view, explained=(finding,)))
    assert "部门已说明的问题" in page and "经核实属实" in page and "财政局经办人 2014-07-03" in page
    assert "部门已说明的问题" not in html(view)
