"""Lines of hanzi and digits end at the block's edge, and say what they said before."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
import weasyprint

from tests.transforms.briefing.test_page import document, lines
from transforms.briefing import justify
from transforms.briefing.render import print_pdf

MM = 72 / 25.4
LEFT, RIGHT = 28.0, 184.0
MIXED = '本月走访<a class="n" href="#x">2918.29万元</a>，比上月增加<a class="n" href="#x">38.4%</a>；'


def page_of(body: str, fonts: dict[str, Path]) -> list[list[dict[str, Any]]]:
    """The lines of the first page, without its number."""
    with pdfplumber.open(io.BytesIO(print_pdf(document(body), (), fonts, "00"))) as pdf:
        return lines(pdf.pages[0])[:-1]


def paragraph(text: str) -> str:
    return f'<p id="x"><span class="t">{text}</span></p>'


def edges(page: list[list[dict[str, Any]]]) -> list[float]:
    return [line[-1]["x1"] / MM for line in page]


def said(page: list[list[dict[str, Any]]]) -> list[str]:
    return ["".join(character["text"] for character in line) for line in page]


def gaps(line: list[dict[str, Any]], between: Callable[[str], bool] = bool) -> list[float]:
    """In mm, where the characters at both sides are such."""
    pairs = ((a, b) for a, b in pairwise(line) if between(a["text"]) and between(b["text"]))
    return [(b["x0"] - a["x1"]) / MM for a, b in pairs]


def is_wide(text: str) -> bool:
    return ord(text) > 0x3000


def test_the_installed_version_is_a_known_one() -> None:
    """Another may have other boxes: look at them and measure, then name it."""
    assert weasyprint.__version__ in justify.KNOWN


def test_full_lines_end_at_the_edge_and_the_last_where_it_ends(fonts: dict[str, Path]) -> None:
    *full, last = edges(page_of(paragraph(MIXED * 6), fonts))
    assert len(full) > 3
    assert all(abs(edge - RIGHT) <= 0.5 for edge in full), full
    assert last < RIGHT - 10


def test_digits_keep_together_and_hanzi_move_apart_evenly(fonts: dict[str, Path]) -> None:
    for line in page_of(paragraph(MIXED * 6), fonts)[:-1]:
        assert max(gaps(line, str.isdigit)) < 0.05
        assert max(gaps(line, is_wide)) - min(gaps(line, is_wide)) <= 0.05


def test_lines_break_and_read_as_before(fonts: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    after = page_of(paragraph(MIXED * 6), fonts)
    monkeypatch.setattr(justify, "KNOWN", ())
    before = page_of(paragraph(MIXED * 6), fonts)
    assert said(after) == said(before)
    assert min(edges(before)[:-1]) < RIGHT - 1  # what a version that nobody knows leaves, and what is mended here


def test_a_single_space_does_not_tear_a_line_apart(fonts: dict[str, Path]) -> None:
    first, *_ = page_of(paragraph("国" * 9 + " " + "国" * 9 + "12345.67" + "国" * 20), fonts)
    assert abs(first[-1]["x1"] / MM - RIGHT) <= 0.5
    assert max(gaps(first)) < 4


def test_a_line_without_hanzi_or_with_far_too_little_is_left_alone(fonts: dict[str, Path]) -> None:
    first, *_ = page_of(paragraph("国国" + '<a class="n" href="#x">' + "1" * 50 + "</a>" + "国" * 20), fonts)
    assert first[-1]["x1"] / MM < LEFT + 30
