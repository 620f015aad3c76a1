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
        (Fraction("2.5"), "比上月增加2.5万元"),
        (Fraction("-2.5"), "比上月减少2.5万元"),
        (Fraction(0), "与上月持平"),
        (Fraction("0.001"), "与上月基本持平"),
        (None, "上月数缺，不作比较"),
    ],
)
def test_change(change: Fraction | None, said: str) -> None:
    assert text(prose(change=change).change("reward.amount_month")) == said


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
    assert text(prose().change("petition.resolved_rate")) == "比上月上升14.8个百分点"


def test_the_first_month_has_nothing_to_compare_with() -> None:
    first = Prose(figures(), {}, JUNE)
    assert text(first.change("reward.amount_month")) == "本月为活动首月"
    assert text(first.signed("reward.amount_month")) == "—"
    assert text(first.growth("reward.amount_month")) == ""


def test_growth_in_words() -> None:
    assert text(prose().growth("reward.amount_month")) == "环比增长9.8%"
    assert text(prose(value=Fraction("2491.36"), change=Fraction(0)).growth("reward.amount_month")) == "环比持平"
    both = prose(value=Fraction(80), change=Fraction(0), change_on_year=Fraction(-20))
    assert text(both.growth("reward.amount_month")) == "环比持平，同比下降20%"
    assert text(both.signed_on_year("reward.amount_month")) == "-20万元"
    assert text(prose().signed_on_year("reward.amount_month")) == "—"


def test_ahead_and_behind_the_year() -> None:
    assert year_gone(JUNE) == Fraction(18100, 365)
    assert year_gone(Period(2016, 2)) == Fraction(6000, 366)
    assert text(prose().ahead("project.start_rate")) == "快于时间进度1.5个百分点"
    assert text(prose().ahead("project.completion_rate")) == "慢于时间进度13.2个百分点"


def test_meets_its_target_or_the_whole() -> None:
    assert not prose().meets("guarantee.leverage")
    assert prose().meets("rating.participation_rate")
    assert prose(value=Fraction(7), target=Fraction(7)).meets("reward.amount_month")


def test_a_missing_figure_is_never_a_number() -> None:
    missing = prose(value=None, note="财政局未报送")
    assert not missing.known("reward.amount_month")
    assert missing.absent("本月兑现情况", "reward.amount_month") == "本月兑现情况：财政局未报送，暂缺。"
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
