"""Who is reminded of what on which day, and that each letter says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.transforms.briefing.sample_figures import district
from transforms.briefing.view import Receipt, ReceiptStatus, SheetReceipt, SheetStatus, Tally
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.reminders import Notice, NoticeKind, printed, reminders

JUNE = Period(2014, 6)
DUE = {"财政局": dt.date(2014, 7, 2)}
SHEET = SheetReceipt("reward_payments", "即征即奖兑现明细", 0, 0, SheetStatus.MISSING)
NOTHING = Receipt("财政局", ("即征即奖兑现明细",), None, "", 0, 0, 0, ReceiptStatus.MISSING, (SHEET,))
CLEAN = Tally()
CAME = dt.datetime(2014, 7, 1, 16, 26)


def received(tally: Tally = CLEAN, **changes: Any) -> Receipt:
    sheet = replace(SHEET, rows=9, status=SheetStatus.RECEIVED, tally=tally)
    return replace(NOTHING, received_at=CAME, sheets=(sheet,), status=ReceiptStatus.RECEIVED, **changes)


def on(day: int, receipt: Receipt = NOTHING, **more: Any) -> tuple[Notice, ...]:
    return reminders([receipt], DUE, dt.date(2014, 7, 1) + dt.timedelta(day - 1), district(), JUNE, **more)


def fault(severity: Severity = Severity.BLOCK, **more: Any) -> Finding:
    values = {"department": "财政局", "sheet": "即征即奖兑现明细", "row": 12, "column": "E"} | more
    return Finding("RP02", severity, "与第31行重复", **values)


@pytest.mark.parametrize(
    ("day", "kind", "said"),
    [
        (-2, None, ""),
        (-1, NoticeKind.DUE, "还有3天"),
        (1, NoticeKind.DUE, "还有1天"),
        (2, NoticeKind.DUE, "今天到期"),
        (3, NoticeKind.OVERDUE, "已逾期1天"),
        (33, NoticeKind.OVERDUE, "已逾期31天"),
    ],
)
def test_who_sent_nothing_hears_from_three_days_before(day: int, kind: NoticeKind | None, said: str) -> None:
    notices = on(day)
    assert [notice.kind for notice in notices] == ([kind] if kind else [])
    assert all(said in notice.body for notice in notices)


def test_the_letter_says_what_until_when_where_and_on_which_form() -> None:
    (letter,) = on(1, where="bangongshi@example.gov.cn")
    assert letter.subject == "请于7月2日前报送2014年6月三促活动报表——财政局"
    assert letter.body == (
        "财政局：\n"
        "　　2014年6月三促活动报表应于7月2日前报送（还有1天），我办还没有收到贵单位的报表，请按时报送。\n"
        "\n"
        "　　报表：即征即奖兑现明细\n"
        "　　期限：2014年7月2日\n"
        "　　表样：财政局2014年6月报表.xlsx\n"
        "　　报送：发到 bangongshi@example.gov.cn，有疑问请与我办联系。\n"
        "\n"
        "　　涵江区三促活动领导小组办公室\n"
        "　　2014年7月1日\n"
    )
    assert "没有登记邮箱" in printed(letter)


def test_a_file_that_was_not_taken_in_is_named() -> None:
    (letter,) = on(1, findings=[fault(sheet="", row=None, column="", filename="财政局.xlsx")])
    assert "贵单位放来的文件没有收下：\n　　1. 【退回】与第31行重复\n" in letter.body
    assert "没有收下" not in on(1)[0].body


def test_who_sent_all_in_order_hears_nothing() -> None:
    assert on(9, received()) == ()
    assert on(9, received(Tally(explain=2, inform=3, explained=2))) == ()


def test_what_blocks_or_waits_for_an_answer_is_told_with_its_number() -> None:
    told = [
        fault(),
        fault(Severity.EXPLAIN, row=20),
        fault(Severity.EXPLAIN, explanation="属实"),
        fault(Severity.INFORM),
    ]
    (letter,) = on(
        9,
        received(Tally(2, 3, 1, 2), file_tally=Tally(block=1)),
        findings=[*told, fault(department="地税局")],
        returned={"财政局": "财政局（退回）.xlsx"},
    )
    assert letter.kind is NoticeKind.RETURNED
    assert letter.subject == "请更正或说明2014年6月三促活动报表（退回3条，待说明1条）——财政局"
    assert "贵单位7月1日16:26报送的" in letter.body
    assert "“即征即奖兑现明细”：退回2条，待说明1条\n" in letter.body
    assert "1. 【退回】即征即奖兑现明细 E12：与第31行重复\n" in letter.body
    assert "2. 【需说明】即征即奖兑现明细 E20：" in letter.body
    assert "3. " not in letter.body
    assert "打开附件“财政局（退回）.xlsx”" in letter.body
    assert "情况属实/说明" in letter.body
    assert "期限：2014年7月2日（已过，请尽快）" in letter.body


def test_only_to_explain_is_reason_enough() -> None:
    (letter,) = on(1, received(Tally(explain=1)))
    assert "（待说明1条）" in letter.subject
    assert "（已过" not in letter.body


def test_without_a_marked_workbook_none_is_promised() -> None:
    broken = received(file_tally=Tally(block=1))
    (letter,) = on(1, broken, findings=[fault()])
    assert "\n\n\n" not in letter.body
    assert "附件" not in letter.body
    assert "另存为“财政局.xlsx”重新报送" in letter.body


def test_a_sheet_that_the_file_lacks_is_asked_for() -> None:
    lacking = replace(received(), sheets=(replace(SHEET, tally=Tally(block=1)),))
    (letter,) = on(1, lacking)
    assert "“即征即奖兑现明细”：文件里没有这张表，请补报" in letter.body


def test_a_long_list_is_cut_with_its_number() -> None:
    (letter,) = on(1, received(Tally(block=12)), findings=[fault(row=n) for n in range(12)])
    assert "10. " in letter.body
    assert "11. " not in letter.body
    assert "……共12条" in letter.body


def test_the_address_comes_from_the_district_file() -> None:
    where = district()
    known = tuple(replace_email(d, "caizheng@example.gov.cn") if d.name == "财政局" else d for d in where.departments)
    (letter,) = reminders([NOTHING], DUE, dt.date(2014, 7, 1), where.model_copy(update={"departments": known}), JUNE)
    assert letter.to == "caizheng@example.gov.cn"
    assert on(1)[0].to == ""


def replace_email(department: Any, email: str) -> Any:
    return type(department).model_validate(department.model_dump() | {"email": email})


@pytest.mark.parametrize("email", ["财政局", "a@b@c", "a b@c", "a@b\nBcc: c@d", "a,b@c", "@", "a..b@c"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="email"):
        replace_email(district().departments[0], email)
