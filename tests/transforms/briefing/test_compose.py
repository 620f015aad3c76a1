"""Every choice of an issue, made from its figures, items, receipts and findings."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.transforms.briefing.sample_figures import JUNE, Item, departures, figures, items, june
from transforms.briefing import printing, selection
from transforms.briefing.compose import FINDINGS_PRINTED, compose
from transforms.briefing.view import BriefingInput, ReceiptStatus, View
from transforms.errors import ConfigurationError
from transforms.figures import Light
from transforms.findings import Finding, Severity


def test_numbers_and_title(view: View) -> None:
    assert (view.number, view.total_number) == (5, 5)
    assert view.title == "涵江区2014年6月三促活动进展情况"


def test_page_one_has_ten_figures(view: View) -> None:
    assert len(view.strip) == 10


def test_red_comes_first_and_what_is_held_back_is_counted(view: View) -> None:
    lights = [item.light for item in view.attention]
    assert lights == sorted(lights, key=lambda light: light is not Light.RED)
    assert len(view.attention) + sum(section.held_back for section in view.sections) == len(items())


def test_no_items_at_all() -> None:
    empty = compose(replace(june(), items=(), coming_due=(), findings=(), rankings=()))
    assert empty.attention == ()
    text = printing.html(empty)
    assert "本月没有需要领导协调的红灯、黄灯事项。" in text
    assert "下月没有到期的事项。" in text
    assert "本期没有发现需要退回或说明的问题。" in text


def test_items_stand_in_protocol_order_of_their_leaders(view: View) -> None:
    order = view.district.leaders.index
    leaders = [order(item.leader) for item in view.sections[1].items]
    assert leaders == sorted(leaders)


def test_how_long_an_item_has_been_on_the_list() -> None:
    first, *_ = items()
    told = {
        (0, False): "",
        (1, False): "新增",
        (3, False): "连续第3个月",
        (2, True): "连续第2个月，本月转红",
        (23, False): "连续第23个月",
        (24, False): "连续24个月以上",
    }
    for (months, turned), words in told.items():
        assert printing.stay(replace(first, months=months, turned=turned)) == words
    text = printing.html(
        compose(replace(june(), items=(replace(first, months=3), replace(first, days=None, months=1))))
    )
    assert text.count('<span class="n">逾期20天</span>，连续第3个月。请召集专题会') == 2  # page one and the section
    assert text.count("<td>新增。请召集专题会") == 2


def words(**given: Any) -> str:
    """June with some of it replaced, without its markup."""
    return re.sub(r"<[^>]+>", "", printing.html(compose(replace(june(), **given))))


def test_what_left_the_list_is_counted_and_up_to_five_are_named() -> None:
    text = words(departures=departures())
    names = "、".join(f"企业问题QW-{n:03d}" for n in range(5))
    assert f"上月清单中的7项已办结：{names}等；另有1项本月不再列入。" in text
    assert "上月清单中的1项本月不再列入。" in text
    assert text.count("上月清单中") == 2
    few = words(departures=departures()[:2], items=())
    assert "上月清单中的2项已办结：企业问题QW-000、企业问题QW-001。" in few


def test_rankings_print_bases_and_a_dash_for_no_rank(view: View) -> None:
    text = printing.html(view)
    assert '<td class="c">—</td><td>大洋乡</td><td class="r">50%</td><td class="r">1/2</td><td class="c">—</td>' in text
    assert '<td>效能办</td><td class="r">80分</td><td class="r">29</td><td class="c">新</td>' in text
    assert "<th>完成/应办</th>" in text


def test_a_code_without_a_figure_is_named_with_its_template_and_line() -> None:
    given = june()
    fewer = {code: f for code, f in given.figures.items() if code != "turnover.lent_to_date"}
    with pytest.raises(ConfigurationError, match=r"^sections/enterprises\.j2:\d+: 没有代码为“turnover\.lent_to_date”"):
        compose(replace(given, figures=fewer))
    fewer = {code: f for code, f in given.figures.items() if code != "housing.homes"}
    with pytest.raises(ConfigurationError, match=r"housing\.homes"):
        compose(replace(given, figures=fewer))


def test_every_printed_figure_has_an_entry_in_annex_two(view: View) -> None:
    codes = [entry.code for _, rows in view.entries for entry in rows]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(selection.all_codes()) | set(printing.figure_codes())
    text = printing.html(view)
    for code in codes:
        assert f'id="f-{code}"' in text


def test_missing_and_returned_departments_are_named() -> None:
    given = june()
    receipts = [replace(r, status=ReceiptStatus.MISSING, received_at=None, rows=0) for r in given.receipts[:1]]
    receipts += [replace(r, status=ReceiptStatus.RETURNED) for r in given.receipts[1:2]]
    draft = compose(replace(given, provisional=True, receipts=(*receipts, *given.receipts[2:])))
    assert draft.missing == ("区委办", "发改局")
    text = printing.html(draft)
    assert "未定稿" in text
    assert "以下部门未报送或报表已退回：区委办、发改局。" in text


def test_duties_below_what_is_due_are_supervised(view: View) -> None:
    assert "duty.return_visit_rate" in view.shortfalls
    assert "rating.participation_rate" not in view.shortfalls


def test_findings_are_cut_and_counted() -> None:
    many = tuple(Finding(f"X{n}", Severity.BLOCK, "错", "财政局", row=n) for n in range(FINDINGS_PRINTED + 5))
    many += (Finding("Y", Severity.INFORM, "提示", "住建局"),)
    view = compose(replace(june(), findings=many))
    assert (len(view.findings), view.findings_more) == (FINDINGS_PRINTED, 6)
    assert [(c.department, c.counts) for c in view.severity_counts] == [
        ("住建局", (0, 0, 1)),
        ("财政局", (FINDINGS_PRINTED + 5, 0, 0)),
    ]


def test_trends_run_over_the_months_known(view: View) -> None:
    assert [str(month) for month in view.trend_months] == ["2014-02", "2014-03", "2014-04", "2014-05", "2014-06"]
    assert view.trends[0].values[-1] == "2734.56"


def missing(*codes: str) -> BriefingInput:
    """June without the figures of `codes`, this month and before."""
    gone = {
        code: replace(f, value=None, change=None, done=None, due=None, light=None, note="财政局未报送")
        for code, f in figures().items()
        if code in codes
    }
    now = figures() | gone
    return replace(june(), figures=now, history={month: figures() | gone for month in june().history})


def prose_of(text: str) -> list[str]:
    return [part.split("</p>")[0] for part in text.split("<p>")[1:]]


def test_a_month_without_any_figure_says_so() -> None:
    text = printing.html(compose(missing(*figures())))
    assert "财政局未报送，本月即征即奖兑现情况、累计兑现情况暂缺。" in text
    assert "全月兑现奖励" not in text
    assert "<figure>" not in text


@pytest.mark.parametrize("code", sorted(figures()))
def test_any_missing_figure_prints_as_words_or_a_dash(code: str) -> None:
    text = printing.html(compose(missing(code)))
    assert not any(wrong in text for wrong in (">None", "None<", ">nan", "None家"))
    assert not any("暂缺</a>" in part or "—</a>" in part for part in prose_of(text))


def test_a_first_month() -> None:
    given = june()
    text = printing.html(compose(replace(given, history={JUNE: given.figures})))
    assert "本月为活动首月" in text
    assert "主要指标逐月情况" not in text


def test_text_from_departments_is_text() -> None:
    wild = Item(
        Light.RED, "petitions", "<script>alert</script>{{ 1 }}", "<b>局</b>", "<i>", dt.date(2014, 6, 1), 29, "{% x %}"
    )
    text = printing.html(compose(replace(june(), items=(wild,), editor_note="<img src=x>")))
    for tag in ("<script", "<b>局", "<i>", "<img src=x"):
        assert tag not in text
    assert "{{ 1 }}" in text
    assert "{% x %}" in text
