"""What each department owed and what came of it: status by sheet, lateness, counts, corrections."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.briefing.sample_figures import june
from transforms.board import board, due_on, total, with_corrections, with_counts
from transforms.briefing import printing
from transforms.briefing.compose import compose
from transforms.briefing.view import Receipt, ReceiptStatus, SheetStatus, Tally
from transforms.contracts import parse_contract
from transforms.findings import Finding, Severity
from transforms.period import CHINA, Period
from transforms.tables import Intake, Submission, Table

JUNE = Period(2014, 6)
FOLDER = Path(__file__).parents[2] / "data" / "contracts"
NAMES = ("enterprise_links", "enterprise_visits", "reward_payments")
CONTRACTS = [parse_contract((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml") for name in NAMES]
BLOCK, EXPLAIN, INFORM = Severity


def submission(day: int = 1, sha256: str = "a", department: str = "经信局") -> Submission:
    received = dt.datetime(2014, 7, day, 9, 30, tzinfo=CHINA)
    return Submission(sha256, "350303", JUNE, department, f"{department}.xlsx", received, 9, "经办人")


def intake(*datasets: str, sent: Submission | None = None) -> Intake:
    sent = sent or submission()
    frame = pd.DataFrame({"x": [1, 2, 3]}, index=[4, 5, 6])
    return Intake(sent, tuple(Table(name, sent, name, {}, frame, frame) for name in datasets), ())


def finding(severity: Severity, dataset: str = "enterprise_visits", **changes: Any) -> Finding:
    values = {"department": "经信局", "dataset": dataset, "submission": "a", "sheet": dataset, "row": 5}
    return Finding("EV01", severity, "写错了", **(values | changes))


def boarded(*findings: Finding, sent: Intake | None = None) -> Receipt:
    (receipt,) = board(CONTRACTS, ["经信局"], JUNE, [sent or intake(*NAMES[:2])], findings)
    return receipt


def statuses(receipt: Receipt) -> list[str]:
    return [sheet.status.value for sheet in receipt.sheets]


def test_one_receipt_a_department_and_one_line_a_sheet_it_owes() -> None:
    receipts = board(CONTRACTS, ["财政局", "经信局"], JUNE, [intake(*NAMES[:2])], [])
    assert [(r.department, r.status, statuses(r)) for r in receipts] == [
        ("财政局", ReceiptStatus.MISSING, ["未报"]),
        ("经信局", ReceiptStatus.RECEIVED, ["已收", "已收"]),
    ]
    assert receipts[0].received_at is None
    assert [(s.sheet, s.rows, s.blocked_rows) for s in receipts[1].sheets] == [
        ("挂钩联系名册", 3, 0),
        ("走访记录", 3, 0),
    ]
    assert (receipts[1].rows, receipts[1].sender) == (6, "经办人")


def test_a_file_of_another_month_is_not_this_months() -> None:
    other = replace(submission(), period=Period(2014, 5))
    assert boarded(sent=intake(*NAMES[:2], sent=other)).status is ReceiptStatus.MISSING


def test_rows_set_aside_are_counted_once_and_the_sheet_is_partly_returned() -> None:
    receipt = boarded(finding(BLOCK), finding(BLOCK, column="C"), finding(BLOCK, row=6), finding(EXPLAIN, row=4))
    assert statuses(receipt) == ["已收", "部分退回"]
    assert (receipt.sheets[1].blocked_rows, receipt.blocked_rows) == (2, 2)
    assert receipt.status is ReceiptStatus.RECEIVED


def test_a_whole_sheet_that_blocks_is_returned_alone() -> None:
    receipt = boarded(finding(BLOCK, row=None), sent=intake("enterprise_links"))
    assert (receipt.status, statuses(receipt)) == (ReceiptStatus.RETURNED, ["已收", "退回"])


def test_a_sheet_that_the_file_lacks_is_missing() -> None:
    lacking = finding(BLOCK, row=None, sheet="")
    receipt = boarded(replace(lacking, rule="RD01"), sent=intake("enterprise_links"))
    assert (receipt.status, statuses(receipt)) == (ReceiptStatus.RETURNED, ["已收", "未报"])


def test_a_file_that_cannot_be_opened_is_returned_whole() -> None:
    receipt = boarded(finding(BLOCK, "", row=None, sheet=""), sent=intake())
    assert statuses(receipt) == ["退回", "退回"]
    assert receipt.file_tally == Tally(block=1)
    assert receipt.sheets[0].tally == Tally()


def test_late_is_counted_in_days_of_china() -> None:
    due = due_on(CONTRACTS[:2], JUNE)
    assert due == dt.date(2014, 7, 2)
    last_minute = replace(submission(), received_at=dt.datetime(2014, 7, 2, 15, 59, tzinfo=dt.UTC))
    after = replace(submission(), received_at=dt.datetime(2014, 7, 2, 16, 1, tzinfo=dt.UTC))
    assert boarded(sent=intake(*NAMES[:2], sent=last_minute)).late_days == 0
    late = boarded(sent=intake(*NAMES[:2], sent=after))
    assert (late.late_days, late.status) == (1, ReceiptStatus.LATE)


def test_counting_anew_takes_in_identities_and_explanations() -> None:
    receipt = boarded(finding(EXPLAIN))
    assert receipt.sheets[1].tally == Tally(explain=1)
    told = [
        finding(EXPLAIN, explanation="属实"),
        finding(BLOCK, explanation="不能用说明代替"),
        finding(EXPLAIN, submission="", sheet="", row=None),
        finding(INFORM, ""),
        finding(INFORM, department="财政局"),
    ]
    (counted,) = with_counts([receipt], told)
    assert counted.sheets[1].tally == Tally(block=1, explain=2, inform=0, explained=1)
    assert counted.file_tally == Tally(inform=1)
    assert total(counted) == Tally(block=1, explain=2, inform=1, explained=1)


@given(
    st.lists(
        st.tuples(st.sampled_from(Severity), st.sampled_from([*NAMES[:2], "", "other"]), st.sampled_from(["", "属实"]))
    )
)
def test_every_finding_of_the_department_is_counted_once(drawn: list[tuple[Severity, str, str]]) -> None:
    (counted,) = with_counts([boarded()], [finding(s, dataset, explanation=text) for s, dataset, text in drawn])
    all_of = total(counted)
    assert (all_of.block, all_of.explain, all_of.inform) == tuple(sum(s is x for s, *_ in drawn) for x in Severity)
    assert all_of.explained == sum(s is EXPLAIN and bool(text) for s, _, text in drawn)


def test_a_sheet_accepted_in_a_later_file_is_corrected() -> None:
    before = submission(1, "old")
    now = boarded(sent=intake(*NAMES[:2], sent=submission(2, "a")))
    (receipt,) = with_corrections([now], [before], [finding(BLOCK, submission="old")])
    assert statuses(receipt) == ["已收", "已更正"]
    assert receipt.earlier == (before.received_at,)
    (whole,) = with_corrections([now], [before], [finding(BLOCK, "", submission="old", row=None)])
    assert statuses(whole) == ["已更正", "已更正"]


def test_a_sheet_still_returned_or_never_faulty_is_not_corrected() -> None:
    now = boarded(finding(BLOCK), sent=intake(*NAMES[:2], sent=submission(2, "a")))
    (still,) = with_corrections([now], [submission(1, "old")], [finding(BLOCK, submission="old")])
    assert statuses(still) == ["已收", "部分退回"]
    clean = boarded()
    (explained,) = with_corrections([clean], [submission(1, "old")], [finding(EXPLAIN, submission="old")])
    assert statuses(explained) == ["已收", "已收"]
    elsewhere = submission(1, "old", "财政局")
    (other,) = with_corrections([clean], [elsewhere], [finding(BLOCK, submission="old", department="财政局")])
    assert (statuses(other), other.earlier) == (["已收", "已收"], ())


def test_annex_one_prints_the_same() -> None:
    receipts = (
        *with_corrections([boarded()], [submission(1, "old")], [finding(BLOCK, submission="old")]),
        *board(CONTRACTS, ["财政局"], JUNE, [], []),
    )
    findings = (finding(EXPLAIN, explanation="属实"), finding(EXPLAIN, row=6), finding(INFORM, ""))
    text = printing.html(compose(replace(june(), receipts=receipts, findings=findings)))
    annex = text[text.index("各部门报送情况") :]
    annex = annex[: annex.index("</table>")]
    assert 'rowspan="3">经信局' in annex
    assert f'<td>走访记录</td><td class="c">{SheetStatus.CORRECTED}</td>' in annex
    assert '<td class="r">3</td><td class="r">0</td><td class="r">0</td><td class="r">2（1）</td>' in annex
    assert "（全文件）" in annex
    assert '第<span class="n">2次</span>报送' in annex
    assert f'<td>即征即奖兑现明细</td><td class="c">{SheetStatus.MISSING}</td>' in annex
