"""Annex 3 as it is printed: every old and new value is a revision's, in every edition, and the proof sees one that is not."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.transforms.briefing.sample_figures import JUNE, june
from transforms.briefing import printing, web
from transforms.briefing.compose import REVISIONS_PRINTED, compose
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.briefing.view import View
from transforms.briefing.word.edition import docx
from transforms.figures import Unit
from transforms.revisions import Cause, Revision

MAY = JUNE.previous
LOANS = Revision(
    *(MAY, "loan.bank_to_date", "协调银行贷款", Unit.MONEY_WAN, Fraction(100120), Fraction(100020), Cause.ERROR),
    note="一笔<b>多录",
    department="金融办",
    filed_for=MAY,
    filename="金融办（更正）.xlsx",
    submission="0" * 64,
    received_at=dt.datetime(2014, 6, 20, 1, 12, tzinfo=dt.UTC),
    issues=(4,),
)
METHOD = Revision(MAY, "a.rate", "某比率", Unit.PERCENT, None, Fraction(1, 3), Cause.METHOD, "程序改过", issues=(3, 4))
UNSEEN = replace(LOANS, code="a.unseen", old=Fraction(1), new=Fraction(10000001, 10000000))


@pytest.fixture(scope="module")
def revised() -> View:
    differing = frozenset({(MAY, "loan.bank_to_date"), (MAY, "loan.bank_rate")})
    return compose(replace(june(), revisions=(LOANS, METHOD, UNSEEN), differing=differing, incomplete=frozenset({MAY})))


def test_what_is_printed_and_what_is_proved(revised: View, fonts: dict[str, Path]) -> None:
    view = replace(revised, attention=revised.candidates[:1])
    pdf = render(view, fonts)
    assert [one for one in refusals(pdf, view, view.figures) if one.rule != "PF09"] == []
    group = replace(view.revised[0], rows=(replace(LOANS, new=Fraction(100021)),))
    found = refusals(pdf, replace(view, revised=(group, *view.revised[1:])), view.figures)
    assert {one.rule for one in found} >= {"PF04"}
    assert any("100020万元" in one.found for one in found) and any("没有照实印出" in one.message for one in found)


def test_every_edition_holds_it(revised: View) -> None:
    charts = {chart.name: b"<svg/>" for chart in revised.charts}
    pages = (printing.html(revised), web.page(revised, charts).decode())
    for page in pages:
        assert "100120万元" in page and "100020万元" in page and "第3期、第4期" in page
        assert "一笔&lt;b&gt;多录" in page
        assert "6月20日09:12重报“金融办（更正）.xlsx”：差错" in page
        assert "口径。程序改过（报表没有变化）" in page
        assert '5月<span class="mark">p</span>' in page
        assert "p 为初步数" in page and "r 为修订数" in page and "r 为与修订后的上月数相比" in page


def test_what_does_not_show_in_print_is_no_row(revised: View) -> None:
    assert [row for group in revised.revised for row in group.rows] == [LOANS, METHOD]
    assert revised.revised_more == 1
    many = tuple(replace(LOANS, code=f"a.n{n}") for n in range(REVISIONS_PRINTED + 5))
    view = compose(replace(june(), revisions=(*many, LOANS)))
    rows = [row for group in view.revised for row in group.rows]
    assert len(rows) == REVISIONS_PRINTED and LOANS in rows  # what the page itself prints comes first
    assert view.revised_more == 6
    assert "另有<span" in printing.html(view)


def test_word_has_the_rows(revised: View) -> None:
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082".replace(
            " ", ""
        )
    )
    with zipfile.ZipFile(io.BytesIO(docx(revised, {chart.name: png for chart in revised.charts}))) as parts:
        text = parts.read("word/document.xml").decode()
    assert "100120万元" in text and "100020万元" in text
