"""A province's page: too many districts for one look."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from flows.fonts import font_files
from tests.pipeline import Run
from transforms.briefing.proofs.paper import read_back
from transforms.figures import Figure, Light
from transforms.period import Period
from transforms.rollup.briefing import ENDS, MANY, NOTED, RegionView, compose
from transforms.rollup.documents import region_pdf
from transforms.rollup.figures import Member, roll_up
from transforms.rollup.region import parse_region

JUNE, NUMBER = Period(2014, 6), MANY + 11
RATE = "reward.amount_rate"


def district(number: int, figures: Mapping[str, Figure]) -> Member:
    """Each with another share of its amounts; the later ones have more red lights."""
    shares = {code: share(figure, number) for code, figure in figures.items()}
    reds = [code for code, figure in shares.items() if figure.light is Light.GREEN][:number]
    shares |= {code: replace(shares[code], light=Light.RED) for code in reds}
    return Member(f"99{number:04d}", f"样例{number}区", shares, fingerprint="f", number=6)


def share(figure: Figure, number: int) -> Figure:
    if figure.done is None or not figure.due or figure.unit != "%":
        return figure
    done = figure.due * Fraction(number, NUMBER)
    return replace(figure, done=done, value=100 * done / figure.due)


def region(members: Sequence[Member]) -> RegionView:
    owed = "\n".join(f"  - {{code: '{member.code}', name: {member.name}}}" for member in members)
    text = f"""code: '990000'
name: 样例省
campaign: 三促
numbering: {{first_period: 2014-02}}
masthead: {{name: 三促活动工作简报, title: '样例省{{period}}各区县三促活动进展汇总', office: 样例省三促活动领导小组办公室}}
members:
{owed}
"""
    return compose(parse_region(text, "990000.yaml"), JUNE, roll_up(members, JUNE), {}, members, members, "f" * 64)


@pytest.fixture(scope="module")
def view(june: Run) -> RegionView:
    enterprises = {code: frozenset() for code in june.figures}
    members = [replace(district(n, june.figures), enterprises=enterprises) for n in range(1, NUMBER)]
    return region([*members, Member("999999", "迟报区")])


def test_page_one_has_those_with_most_red_lights(view: RegionView) -> None:
    assert view.many
    assert [member.name for member in view.noted] == [f"样例{n}区" for n in range(NUMBER - 1, NUMBER - 1 - NOTED, -1)]


def test_a_ranking_shows_its_ends_and_a_table_has_every_place(view: RegionView) -> None:
    whole = next(ranking for ranking in view.rankings if ranking.title == view.figures[RATE].label)
    shown = view.ends(whole)
    assert [row.rank for row in shown.rows] == [*range(1, ENDS + 1), *range(NUMBER - ENDS, NUMBER)]
    assert "前五位和后五位" in shown.rule
    column = view.rankings.index(whole)
    assert [number for batch in view.abreast for number in batch] == list(range(len(view.rankings)))
    assert [view.places[member.code][column] for member in view.members[:-1]] == list(whole.rows[::-1])
    assert set(view.places["999999"]) == {None}


def test_few_districts_stand_in_full(view: RegionView) -> None:
    few = region(view.members[:MANY])
    assert not few.many and not few.abreast
    assert all(few.ends(ranking) is ranking and len(ranking.rows) == MANY for ranking in few.rankings)


def test_the_page_may_be_published_and_page_one_is_whole(view: RegionView, june: Run) -> None:
    """Amounts of a province, too, have room beside the change of rank."""
    pdf, reasons = region_pdf(view, font_files(june.month.settings.fonts), {})
    assert reasons == ()
    first = {block.page: block.text for block in reversed([*read_back(pdf).blocks()])}
    assert first[2].startswith("一、各区县主要指标")


def test_amounts_of_a_large_province_have_room(view: RegionView, june: Run) -> None:
    code = "project.investment_rate"
    done, due = Fraction(660348235, 100), Fraction(2653182055, 100)
    large = replace(view.figures[code], done=done, due=due, value=100 * done / due, change=Fraction(42, 10))
    _, reasons = region_pdf(
        replace(view, figures={**view.figures, code: large}), font_files(june.month.settings.fonts), {}
    )
    assert reasons == ()
