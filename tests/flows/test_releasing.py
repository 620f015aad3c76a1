"""签发: note, signature, correction, and what a signature is worth once the data has changed."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from flows import month as months
from flows import steps
from flows.documents import PDF, Documents
from flows.ledger import Word
from flows.month import Issue, Month
from flows.releasing import release, sign
from flows.settings import load_settings
from tests import pipeline
from tests.pipeline import INBOX, environment
from transforms.briefing import printing
from transforms.errors import Stopped, UsageError


@pytest.fixture
def february(tmp_path: Path) -> Month:
    shutil.copytree(INBOX / "350303" / "2014-02", tmp_path / "收文" / "350303" / "2014-02")
    with environment(SANCU_HOME=str(tmp_path / "var"), SANCU_OUT=str(tmp_path / "out")):
        return months.open_month(load_settings(), "2014-02", inbox=str(tmp_path / "收文"))


def make(month: Month) -> Issue:
    """What the flow does, with the page's HTML for its PDF."""
    run = pipeline.measured(month)
    made = Documents({PDF: printing.html(run.view()).encode()})
    return steps.publish_issue(month, run.plan, run.accepted, run.measured, run.view(), made, {})


def page(issue: Issue) -> str:
    return issue.pdf.read_text(encoding="utf-8")


def change(month: Month) -> None:
    path = Path(month.inbox) / "350303/2014-02/财政局.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["J4"].value += 10
    book.save(path)


def test_a_release_takes_the_marks_off_and_puts_the_note_on(february: Month) -> None:
    draft = make(february)
    assert not draft.released
    assert "送审稿" in page(draft) and "briefing:review.svg" in page(draft)
    assert "【送审稿】" in draft.lines()[0]

    issue = release(february, make, "分管主任", "  开局之月。\n请各单位抓紧。 ")
    assert issue.released and not issue.unchanged
    assert "送审稿" not in page(issue) and "briefing:review.svg" not in page(issue)
    assert "按语：开局之月。" in page(issue)
    assert (issue.summary["signer"], issue.summary["note"]) == ("分管主任", "开局之月。\n请各单位抓紧。")
    assert issue.briefing.released_at is not None
    assert "送审稿" not in issue.lines()[0]

    again = release(february, make)
    assert again.unchanged and again.briefing == issue.briefing
    with pytest.raises(Stopped, match="按语与签发时不同"):
        release(february, make, note="另一条")
    change(february)
    for attempt in (lambda: release(february, make), lambda: months.look(february)):
        with pytest.raises(Stopped, match="已经签发"):
            attempt()


def test_a_correction_comes_out_beside_what_it_replaces(february: Month) -> None:
    with pytest.raises(UsageError, match="没有签发过"):
        release(february, make, correction="数字有误")
    first = release(february, make)
    before = page(first)
    change(february)
    second = release(february, make, correction="财政局更正奖励金额")
    assert second.released
    assert "财政局更正奖励金额。本期代替以前签发的同一期" in page(second)
    assert "【更正】" in second.lines()[0]
    assert february.ledger.latest_briefing("350303", february.period) == second.briefing
    kept = february.store.issue(february.issue_folder(first.briefing.fingerprint))
    assert kept is not None and kept[0][PDF].decode() == before
    assert release(february, make, correction="财政局更正奖励金额").briefing == second.briefing

    change(february)
    with pytest.raises(Stopped, match="已经签发"):
        release(february, make)
    third = release(february, make, correction="再次更正")
    assert third.released and "再次更正" in page(third)


def test_a_signature_is_for_one_draft(february: Month) -> None:
    draft = make(february)
    sign(february, draft.briefing.fingerprint, "分管主任")
    change(february)
    assert not make(february).released

    def meanwhile(month: Month) -> Issue:
        change(month)
        return make(month)

    with pytest.raises(Stopped, match="在签发时又有变化"):
        release(february, meanwhile)
    assert release(february, make).released


def test_a_release_that_was_killed_is_finished_by_any_run(february: Month) -> None:
    plan = months.plan(february, months.received_of(february))
    sign(february, plan.draft, "分管主任")
    assert months.look(february) is None
    assert make(february).released
    assert release(february, make).unchanged
    assert [entry.kind for entry in february.ledger.editorials("350303", february.period)].count(Word.SIGN) == 1


def test_what_is_known_as_of_a_day_does_not_know_later_words(february: Month) -> None:
    release(february, make, note="按语")
    past = replace(february, as_known=dt.datetime(2014, 4, 1, tzinfo=dt.UTC))
    plan = months.plan(past, months.received_of(past))
    assert (plan.said.note, plan.said.signer) == ("", "")
    with pytest.raises(UsageError, match="--as-known"):
        release(past, make)
