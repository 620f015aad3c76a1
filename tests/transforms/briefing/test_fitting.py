"""Page one: as many items as it has room for, whatever else stands on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.transforms.briefing.sample_figures import june
from transforms.briefing import printing
from transforms.briefing.compose import compose, with_attention
from transforms.briefing.fitting import fit
from transforms.briefing.render import laid_out
from transforms.briefing.view import View
from transforms.figures import Light

NOTE = "各责任单位要对照红灯事项逐项销号，"
GIVEN = june()
LONG = tuple(replace(item, what=item.what * 3, months=24, turned=True) for item in GIVEN.items)


def composed(**changes: Any) -> View:
    """A view whose later pages are few."""
    view = compose(replace(GIVEN, rankings=(), findings=(), **changes))
    sections = tuple(replace(section, chart=None) for section in view.sections)
    return replace(view, entries=(), trend_months=(), sections=sections)


def sheets_of_page_one(view: View, fonts: dict[str, Path]) -> int:
    """On how many sheets of paper page one stands in the whole document."""
    pages = laid_out(printing.html(view), (), fonts).pages
    return next(n for n, page in enumerate(pages) if any("一、" in mark[1] for mark in page.bookmarks))


@pytest.mark.parametrize(
    "changes",
    [
        {"items": GIVEN.items * 3},
        {"items": GIVEN.items * 3, "provisional": True},
        {"items": GIVEN.items * 3, "editor_note": NOTE * 9},
        {"items": LONG, "editor_note": "\n".join([NOTE] * 3), "provisional": True},
    ],
    ids=["many", "draft", "note", "long"],
)
def test_one_item_more_would_not_fit(changes: dict[str, Any], fonts: dict[str, Path]) -> None:
    view = fit(composed(**changes), fonts)
    assert 0 < len(view.attention) < len(view.candidates)
    assert sum(section.held_back for section in view.sections) == len(view.candidates) - len(view.attention)
    assert sheets_of_page_one(view, fonts) == 1
    assert sheets_of_page_one(with_attention(view, len(view.attention) + 1), fonts) == 2


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_few_items_all_stand_there(number: int, fonts: dict[str, Path]) -> None:
    view = fit(composed(items=GIVEN.items[:number]), fonts)
    assert len(view.attention) == number
    assert not any(section.held_back for section in view.sections)


def test_the_last_item_takes_the_place_of_the_line_about_the_others(fonts: dict[str, Path]) -> None:
    whole = fit(composed(items=GIVEN.items * 3), fonts)
    number = len(whole.attention)
    exact = fit(composed(items=tuple(whole.candidates[: number + 1])), fonts)
    assert len(exact.attention) in (number, number + 1)
    assert sheets_of_page_one(exact, fonts) == 1


def test_red_stands_before_yellow(fonts: dict[str, Path]) -> None:
    view = fit(composed(items=tuple(reversed(GIVEN.items))), fonts)
    lights = [item.light for item in view.attention]
    assert lights == sorted(lights, key=lambda light: light is not Light.RED)


def test_a_note_that_fills_page_one_leaves_one_item(fonts: dict[str, Path]) -> None:
    assert len(fit(composed(editor_note=NOTE * 40), fonts).attention) == 1
