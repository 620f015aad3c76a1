"""Whatever the figures are, the prose is whole sentences, and its numbers are figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms.briefing.sample_figures import JUNE, figures, june
from transforms.briefing import printing
from transforms.briefing.compose import compose
from transforms.briefing.proofs.numbers import Printable
from transforms.briefing.proofs.paper import close
from transforms.briefing.view import View
from transforms.figures import Figure, Light, Unit

SAMPLE = figures()
PROSE_CODES = sorted(code for code in printing.figure_codes() if code in SAMPLE)
_PARAGRAPH = re.compile(r'<p(?: class="verdict")?>(.*?)</p>', re.DOTALL)
_LINK = re.compile(r'<a class="n" href="#f-([^"]+)">([^<]*)</a>')
WRONG = re.compile(
    r"None|[Nn]a[Nn]|inf|Undefined"
    r"|[，。；：、][，。；：、]|（[，。；：、）]|[，；：、（]$"  # doubled signs, empty brackets, dangling clauses
    r"|(?:新增|增加|减少|增长|上升|下降|快|慢|其中|奖励|处罚|化解|归还|解决)-?0(?:[^.\d]|$)"
    r"|(?:增加|减少|增长|上升|下降|快于|慢于)[^，。；]*-\d"
)


@st.composite
def values(draw: st.DrawFn, figure: Figure) -> Figure:
    """`figure` with another value: missing, nothing, as last month, huge, falling. What is counted stays whole, a rate
    within its parts."""
    kind = draw(st.sampled_from(("as it is", "missing", "zero", "same", "huge", "falling", "first", "whole", "any")))
    if kind == "missing":
        note = draw(st.sampled_from(("财政局未报送", "没有安置房项目", "")))
        return replace(figure, value=None, change=None, done=None, due=None, light=None, change_on_year=None, note=note)
    value = figure.value or Fraction(0)
    if kind == "zero":
        value = Fraction(0)
    elif kind == "huge":
        value = Fraction(draw(st.integers(10**5, 10**9)))
    elif kind == "any":
        value = Fraction(draw(st.integers(0, 10**6)), 1 if figure.unit.decimals == 0 else 100)
    done, due, light = figure.done, figure.due, figure.light
    if figure.unit is Unit.PERCENT and due is not None:
        due = Fraction(draw(st.integers(1, 10**6)))
        done = {"zero": Fraction(0), "whole": due}.get(kind, Fraction(draw(st.integers(0, int(due)))))
        value = 100 * done / due
        light = light and draw(st.sampled_from(Light))
    change = {"same": Fraction(0), "falling": -value - 1, "first": None}.get(kind, draw(_changes))
    return replace(
        figure, value=value, done=done, due=due, light=light, change=change, change_on_year=draw(st.none() | _changes)
    )


_changes = st.one_of(
    st.just(Fraction(0)),
    st.fractions(-(10**6), 10**6, max_denominator=10**4),
    st.sampled_from((Fraction(1, 1000), Fraction(-1, 1000))),
)


@st.composite
def months(draw: st.DrawFn) -> tuple[View, str]:
    """June with some of the figures of its prose changed, and its HTML."""
    codes = draw(st.lists(st.sampled_from(PROSE_CODES), max_size=40, unique=True))
    now = {**SAMPLE, **{code: draw(values(SAMPLE[code])) for code in codes}}
    period = draw(st.sampled_from((JUNE, JUNE.plus(6), JUNE.plus(7))))
    history = {period.previous: SAMPLE, period: now} if draw(st.booleans()) else {period: now}
    view = compose(replace(june(), figures=now, history=history, period=period, items=(), rankings=(), findings=()))
    return view, printing.html(view)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(months())
def test_prose_is_whole_sentences_whose_numbers_are_figures(month: tuple[View, str]) -> None:
    view, html = month
    printable = Printable(view, view.figures)
    for paragraph in _PARAGRAPH.findall(html):
        text = re.sub(r"<[^>]+>", "", paragraph).strip()
        assert not WRONG.search(text), text
        assert text.endswith("。"), text
        assert _of_figures(paragraph, printable), text
        for code, shown in _LINK.findall(paragraph):
            assert shown not in ("—", "暂缺"), text
            assert close(shown) in printable.of(code), (code, shown)


def _of_figures(paragraph: str, printable: Printable) -> bool:
    """Without its links, its counts of the issue's own matters and the notes of figures it has no digit."""
    rest = re.sub(r'<span class="n">[^<]*</span>', "", _LINK.sub("", paragraph))
    return not re.search(r"\d", re.sub(r"<[^>]+>", "", rest))


@pytest.mark.parametrize(
    "text",
    ["本月新增0家，", "走访，，很多", "增加（）", "增加-3家", "共None家", "减少0%", "已开展，其中、", "（，应走访）"],
)
def test_bad_prose_is_seen(text: str) -> None:
    assert WRONG.search(text)


def test_all_figures_missing_is_still_prose() -> None:
    now: Mapping[str, Figure] = {c: replace(f, value=None, done=None, due=None, light=None) for c, f in SAMPLE.items()}
    html = printing.html(compose(replace(june(), figures=now, history={JUNE: now})))
    texts = [re.sub(r"<[^>]+>", "", part).strip() for part in _PARAGRAPH.findall(html)]
    assert all(text.endswith("。") and not WRONG.search(text) for text in texts)
