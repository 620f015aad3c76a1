"""Phrases are chosen by the data, and a number in them is a figure."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.transforms.briefing.sample_figures import JUNE, earlier, figures
from transforms.briefing.prose import Prose, days, year_gone
from transforms.errors import ConfigurationError
from transforms.period import Period


def prose(**changes: object) -> Prose:
    """June's vocabulary, with fields of `reward.amount_month` changed."""
    now = figures()
    code = "reward.amount_month"
    now[code] = replace(now[code], **changes)  # type: ignore[arg-type]
    return Prose(now, earlier(now), JUNE)


def text(markup: object) -> str:
    return re.sub(r"<[^>]+>", "", str(markup))


def test_a_figure_is_a_link_with_its_unit_inside() -> None:
    assert prose().fig("reward.enterprises_latest_batch") == (
        '<a class="n" href="#f-reward.enterprises_latest_batch">98家</a>'
    )


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"没有代码为“reward\.no_such”的指标"):
        prose().fig("reward.no_such")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Fraction("2.5"), "，环比增加2.5万元、增长0.1%"),
        (Fraction("-2.5"), "，环比减少2.5万元、下降0.1%"),
        (Fraction(0), "，与上月持平"),
        (Fraction("0.001"), "，与上月基本持平"),
        (None, ""),
    ],
)
def test_moved(change: Fraction | None, said: str) -> None:
    assert text(prose(change=change).moved("reward.amount_month")) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Fraction("2.5"), "+2.5万元"),
        (Fraction("-2.5"), "-2.5万元"),
        (Fraction("-0.001"), "持平"),
        (None, "—"),
    ],
)
def test_signed(change: Fraction | None, said: str) -> None:
    assert text(prose(change=change).signed("reward.amount_month")) == said


def test_a_rate_rises_in_percentage_points() -> None:
    assert text(prose().moved("petition.resolved_rate")) == "，比上月上升14.8个百分点"


def test_a_rate_that_stays_whole_says_nothing() -> None:
    assert text(prose().moved("petition.channel_rate")) == ""


def test_the_first_month_has_nothing_to_compare_with() -> None:
    first = Prose(figures(), {}, JUNE)
    assert text(first.moved("reward.amount_month")) == ""
    assert text(first.signed("reward.amount_month")) == "—"


def test_on_the_year() -> None:
    both = prose(value=Fraction(80), change=Fraction(0), change_on_year=Fraction(-20))
    assert text(both.moved("reward.amount_month")) == "，与上月持平，同比减少20万元、下降20%"
    assert text(both.signed_on_year("reward.amount_month")) == "-20万元"
    assert text(prose().signed_on_year("reward.amount_month")) == "—"
    same = prose(change=Fraction(0), change_on_year=Fraction(0))
    assert text(same.moved("reward.amount_month")) == "，与上月和上年同月持平"


def test_no_growth_on_a_small_base() -> None:
    small = prose(value=Fraction(12), change=Fraction(9), change_on_year=Fraction(12))
    assert text(small.moved("reward.amount_month")) == "，环比增加9万元，同比增加12万元"


def test_ahead_and_behind_the_year() -> None:
    assert year_gone(JUNE) == Fraction(18100, 365)
    assert year_gone(Period(2016, 2)) == Fraction(6000, 366)
    assert text(prose().ahead("project.start_rate")) == "快于时间进度1.5个百分点"
    assert text(prose().ahead("project.completion_rate")) == "慢于时间进度13.2个百分点"


@pytest.mark.parametrize(
    ("value", "month", "said"),
    [
        (Fraction(100), 6, "已完成全年目标"),
        (Fraction("100.01"), 6, "已完成全年目标"),
        (Fraction(103), 6, "超过全年目标3个百分点"),
        (Fraction(97), 12, "距全年目标差3个百分点"),
        (Fraction(18100, 365), 6, "与时间进度持平"),
    ],
)
def test_at_the_target_and_at_the_years_end(value: Fraction, month: int, said: str) -> None:
    now = figures()
    now["loan.bank_rate"] = replace(now["loan.bank_rate"], value=value)
    assert text(Prose(now, {}, Period(2014, month)).ahead("loan.bank_rate")) == said


def test_large_sums_are_told_in_yi_with_all_that_is_compared() -> None:
    large = prose(value=Fraction(248806), change=Fraction(59567))
    code, rate = "reward.amount_month", "project.investment_rate"
    assert text(large.fig(code)) == "24.88亿元"
    assert text(large.moved(code)) == "，环比增加5.96亿元、增长31.5%"
    assert text(large.signed(code, scaled=True)) == "+5.96亿元"
    assert text(large.fig("turnover.lent_to_date", of=code)) == "0.42亿元"
    assert (text(large.done(rate, "万元")), text(large.due(rate, "万元"))) == ("28.46亿元", "60亿元")
    assert (text(large.exact(code)), text(large.signed(code)), text(large.due(rate))) == (
        "248806万元",
        "+59567万元",
        "600000",
    )
    assert text(prose(value=Fraction(99999)).fig(code)) == "99999万元"
    assert text(prose(value=Fraction(100000)).fig(code)) == "10亿元"
    assert text(prose(value=Fraction(100000), change=Fraction(99)).moved(code)).startswith("，环比增加99万元")


def test_meets_its_target_or_the_whole() -> None:
    assert not prose().meets("guarantee.leverage")
    assert prose().meets("rating.participation_rate")
    assert prose(value=Fraction(7), target=Fraction(7)).meets("reward.amount_month")


def test_a_missing_figure_is_never_a_number() -> None:
    missing = prose(value=None, note="财政局未报送")
    assert not missing.known("reward.amount_month")
    assert missing.absent("本月兑现情况", "reward.amount_month") == "财政局未报送，本月兑现情况暂缺。"
    with pytest.raises(ValueError, match=r"reward\.amount_month"):
        missing.value("reward.amount_month")
    assert text(missing.num("reward.amount_month")) == "—"
    assert text(missing.fig("reward.amount_month")) == "暂缺"


def test_numerator_denominator_and_difference() -> None:
    assert text(prose().done("project.start_rate", "个")) == "23个"
    assert text(prose().due("project.start_rate")) == "45"
    assert text(prose().shortfall("project.start_rate")) == "22"
    assert text(prose().due("reward.amount_month")) == "—"


def test_a_light_is_shape_and_word() -> None:
    assert text(prose().light("petition.overdue")) == "▲红"
    assert text(prose().light("reward.amount_month")) == "—"
    assert text(prose().light(None)) == "—"


@pytest.mark.parametrize(("number", "said"), [(5, "逾期5天"), (0, "当日到期"), (-3, "还有3天"), (None, "—")])
def test_days(number: int | None, said: str) -> None:
    assert days(number) == said


def test_text_from_a_sheet_is_escaped() -> None:
    assert "<b>" not in prose(value=None, note="<b>财政局</b>").absent("情况", "reward.amount_month")
