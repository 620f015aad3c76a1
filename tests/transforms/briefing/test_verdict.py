"""The verdict: targets on either side of the calendar, duties, lights; and its words for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.prose_text import prose_of
from tests.transforms.briefing.sample_figures import JUNE, figures, items, june
from transforms.briefing.compose import compose
from transforms.briefing.printing import html
from transforms.briefing.selection import PROGRESS
from transforms.briefing.verdict import verdict
from transforms.figures import Figure
from transforms.period import Period

CODES = tuple(code for code, _ in PROGRESS)


def with_rates(*rates: int | Fraction | None) -> dict[str, Figure]:
    now = figures()
    for code, rate in zip(CODES, rates, strict=True):
        now[code] = replace(now[code], value=None if rate is None else Fraction(rate))
    return now


def said(now: Mapping[str, Figure], period: Period = JUNE) -> str:
    given = replace(june(), figures=now, period=period, history={period.previous: now, period: now}, items=())
    return prose_of(html(compose(given)))[0].split("。")[0]


def test_every_target_stands_on_one_side() -> None:
    found = verdict(with_rates(100, 90, 60, Fraction(18100, 365), None), JUNE, items(), 15, 9)
    assert [code for code, _ in found.reached] == [CODES[0]]
    assert [code for code, _ in found.ahead] == [CODES[1], CODES[2]]
    assert [code for code, _ in found.level] == [CODES[3]]
    assert [code for code, _ in found.unknown] == [CODES[4]]
    assert found.behind == ()
    assert (found.targets, found.duties_met) == (5, 6)


def test_red_and_yellow_are_the_items() -> None:
    found = verdict(figures(), JUNE, items(), 0, 0)
    assert found.red == (("服务企业", 2), ("回迁安置", 2), ("化解信访", 2))
    assert (found.reds, found.yellow) == (6, 7)


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ((100, 100, 100, 100, 120), "5项年度目标已全部完成"),
        ((60, 60, 60, 70, 60), "5项年度目标全部快于时间进度，工业项目竣工最快，快20.4个百分点"),
        ((0, 10, 10, 10, 10), "5项年度目标全部慢于时间进度，即征即奖兑现最慢，慢49.6个百分点"),
        ((100, 60, 0, None, 10), "5项年度目标中，1项已完成；1项快于时间进度，为协调银行贷款，快10.4个百分点；2项慢于时间进度，工业项目开工最慢，慢49.6个百分点；1项进度暂缺"),
        ((None,) * 5, "年度目标进度暂缺，不能与时间进度比较"),
        ((Fraction(18100, 365), 60, 60, 60, 60), "5项年度目标全部达到或快于时间进度，协调银行贷款最快，快10.4个百分点"),
    ],
)  # fmt: skip
def test_words_for_targets(rates: tuple[int | Fraction | None, ...], words: str) -> None:
    assert said(with_rates(*rates)) == f"总体判断：{words}"


def test_at_the_years_end_there_is_no_calendar_left() -> None:
    now = with_rates(100, 90, 95, 99, 100)
    words = "总体判断：5项年度目标中，2项已完成；3项没有完成，协调银行贷款差距最大，差10个百分点"
    assert said(now, Period(2014, 12)) == words
