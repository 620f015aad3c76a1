"""Every page of five months and of a very long issue, measured from the finished PDF against GB/T 9704-2012."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pdfplumber
import pytest

from tests.transforms.briefing.sample_figures import june
from transforms.briefing.compose import compose
from transforms.briefing.fitting import fit
from transforms.briefing.render import render

MM = 72 / 25.4
PITCH, CELL = 225 / 22, 156 / 28
BODY, FOLIO = 16, 14  # points
NOT_FIRST = set("，。；：、？！）”’》】%")
NOT_LAST = set("（“‘《【")
STRESS = "40 pages"
ISSUES = ("2014-02", "2014-03", "2014-04", "2014-05", "2014-06", STRESS)

pytestmark = [pytest.mark.xdist_group("months"), pytest.mark.slow]
Character = dict[str, Any]


@pytest.fixture(scope="module", params=ISSUES)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    if request.param == STRESS:
        given, path = june(), tmp_path_factory.mktemp("geometry") / "briefing.pdf"
        fonts = request.getfixturevalue("fonts")
        path.write_bytes(render(fit(compose(replace(given, items=given.items * 42)), fonts), fonts))
    else:
        path = request.getfixturevalue("month_pdf")(request.param)
    with pdfplumber.open(path) as pdf:
        yield pdf.pages


def lies(page: Any) -> bool:
    """On its side, for a wide table."""
    return bool(page.width > page.height)


def block_of(page: Any) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the block in mm: the binding edge is left on odd pages, right on even ones. What is
    left on the paper is the top of a page that lies on its side, and the paper's foot its left."""
    left, right = (28.0, 26.0) if page.page_number % 2 else (26.0, 28.0)
    return (35.0, left, 260.0, 210.0 - right) if lies(page) else (left, 37.0, 210.0 - right, 262.0)


def left_of(page: Any) -> float:
    return block_of(page)[0]


def printed(page: Any) -> list[list[Character]]:
    """The characters of a page by baseline, top first."""
    by_baseline: dict[int, list[Character]] = {}
    for character in page.chars:
        if character["text"].strip() and character["upright"]:
            by_baseline.setdefault(round(character["matrix"][5]), []).append(character)
    return [sorted(by_baseline[place], key=lambda c: c["x0"]) for place in sorted(by_baseline, reverse=True)]


def lines(page: Any) -> list[list[Character]]:
    """Without the page number."""
    return printed(page) if lies(page) else printed(page)[:-1]


def folio_of(page: Any) -> list[Character]:
    """The page number in the order in which it is read, turned with the paper where that lies on its side."""
    turned = [c for c in page.chars if not c["upright"] and c["text"].strip()]
    return sorted(turned, key=lambda c: c["top"]) if lies(page) else printed(page)[-1]


def body_lines(page: Any) -> list[list[Character]]:
    return [line for line in lines(page) if all(abs(c["size"] - BODY) < 0.1 for c in line)]


def text_of(line: list[Character]) -> str:
    return "".join(character["text"] for character in line)


def test_the_stress_issue_is_long_enough(pages: list[Any], request: pytest.FixtureRequest) -> None:
    stress = STRESS in request.node.name
    assert len(pages) >= (40 if stress else 10)


def test_paper_and_block(pages: list[Any]) -> None:
    for page in pages:
        paper = (297, 210) if lies(page) else (210, 297)
        assert abs(page.width / MM - paper[0]) <= 0.1
        assert abs(page.height / MM - paper[1]) <= 0.1
        left, top, right, bottom = block_of(page)
        for character in (c for line in lines(page) for c in line):
            place = (page.page_number, character["text"], character["x0"] / MM, character["top"] / MM)
            assert left - 1 <= character["x0"] / MM, place
            assert character["x1"] / MM <= right + 1, place
            assert character["top"] / MM >= top - 1, place
            assert character["bottom"] / MM <= bottom + 1, place


def test_the_wide_table_of_figures_lies_on_its_side(pages: list[Any]) -> None:
    wide = [page for page in pages if lies(page)]
    assert wide
    assert [page.page_number for page in wide] == list(range(wide[0].page_number, wide[-1].page_number + 1))
    assert text_of(lines(wide[0])[0]) == "附件2指标解释与来源"
    for page in wide:
        left, top, right, _ = block_of(page)
        edges = [edge for edge in page.edges if edge["orientation"] == "h"]
        assert abs(min(edge["x0"] for edge in edges) / MM - left) <= 0.5
        assert abs(max(edge["x1"] for edge in edges) / MM - right) <= 0.5
        assert page is wide[0] or abs(min(edge["top"] for edge in edges) / MM - top) <= 1


def test_rules_and_pictures_stay_in_the_block(pages: list[Any]) -> None:
    for page in pages:
        left, _, right, bottom = block_of(page)
        for edge in (*page.edges, *page.curves):
            assert left - 1 <= edge["x0"] / MM, (page.page_number, edge["x0"] / MM)
            assert edge["x1"] / MM <= right + 1, (page.page_number, edge["x1"] / MM)
            assert edge["bottom"] / MM <= bottom + 1, (page.page_number, edge["bottom"] / MM)


def test_body_lines_keep_the_pitch_and_the_grid(pages: list[Any]) -> None:
    for page in pages:
        for above, below in pairwise(body_lines(page)):
            distance = (above[0]["matrix"][5] - below[0]["matrix"][5]) / MM
            if distance < 1.5 * PITCH:  # else something stands between them
                assert abs(distance - PITCH) <= 0.05, (page.page_number, text_of(below), distance)
        for line in body_lines(page):
            assert sum(ord(c["text"]) > 0x2000 for c in line) <= 28, text_of(line)
            wide = [b["x0"] - a["x0"] for a, b in pairwise(line) if min(ord(a["text"]), ord(b["text"])) > 0x3000]
            before = round((line[0]["x0"] / MM - left_of(page)) / CELL)  # of an indented line
            # In others, which digits or a number that may not break leave short, hanzi share what is left.
            if all(ord(c["text"]) > 0x2000 for c in line) and before + len(line) == 28:
                assert all(abs(step / MM - CELL) <= 0.05 for step in wide), text_of(line)


def test_a_page_of_prose_has_22_lines(pages: list[Any]) -> None:
    """The first section's prose fills page two; a last line that may not stand alone on the next page takes one along."""
    prose = body_lines(pages[1])
    assert prose == lines(pages[1])
    first = (pages[1].height - prose[0][0]["matrix"][5]) / MM
    places = [((pages[1].height - line[0]["matrix"][5]) / MM - first) / PITCH for line in prose]
    assert [round(place, 2) for place in places] == list(range(len(prose)))
    assert 21 <= len(prose) <= 22
    assert first + 21 * PITCH <= 262  # where the last baseline stands, or would


def test_full_lines_fill_the_block(pages: list[Any]) -> None:
    """A line is full where its text goes on at the edge of the next."""
    for page in pages:
        left = left_of(page)
        for line, after in pairwise(lines(page)):
            body = all(abs(c["size"] - BODY) < 0.1 for c in (*line, *after))
            near = (line[0]["matrix"][5] - after[0]["matrix"][5]) / MM < 1.5 * PITCH
            if body and near and abs(after[0]["x0"] / MM - left) <= 0.5:
                assert abs(line[-1]["x1"] / MM - left - 156) <= 0.5, (page.page_number, text_of(line))


def test_folios_stand_outside_one_character_in(pages: list[Any]) -> None:
    """Measured on the paper as it is bound: a page that lies on its side is turned back."""
    for page in pages:
        folio = folio_of(page)
        assert text_of(folio) == f"—{page.page_number}—"
        assert abs(folio[0]["size"] - FOLIO) < 0.1
        left, top, right, bottom = block_of(page)
        if lies(page):
            start, end, depth = (
                folio[0]["top"] / MM - top,
                bottom - folio[-1]["bottom"] / MM,
                left - folio[0]["x1"] / MM,
            )
        else:
            start, end, depth = folio[0]["x0"] / MM - left, right - folio[-1]["x1"] / MM, folio[0]["top"] / MM - bottom
        assert abs((end if page.page_number % 2 else start) - FOLIO / MM) <= 0.5
        assert abs(depth - 7) <= 1.5


def red_rules(page: Any) -> list[Character]:
    drawn = (*page.lines, *page.rects, *page.curves)
    return [one for one in drawn if is_red(one["stroking_color"]) or is_red(one["non_stroking_color"])]


def is_red(color: Any) -> bool:
    return isinstance(color, tuple) and len(color) == 3 and color[0] > 0.7 and color[1] < 0.2 and color[2] < 0.3


def test_the_red_rule_is_as_wide_as_the_block(pages: list[Any]) -> None:
    first = pages[0]
    wide = [rule for rule in red_rules(first) if rule["x1"] - rule["x0"] > 150 * MM]
    assert wide
    assert all(abs(e["x0"] / MM - 28) <= 0.5 and abs(e["x1"] / MM - 184) <= 0.5 for e in wide)
    office = next(line for line in lines(first) if "年" in text_of(line) and abs(line[0]["size"] - 14) < 0.1)
    assert 0 < min(e["top"] for e in wide) / MM - max(c["bottom"] for c in office) / MM <= 4.5
    assert not [rule for page in pages[1:] for rule in red_rules(page) if rule["x1"] - rule["x0"] > 150 * MM]


def test_the_colophon_stands_on_the_foot_of_the_last_page(pages: list[Any]) -> None:
    last = pages[-1]
    assert abs(max(edge["bottom"] for edge in last.edges) / MM - 262) <= 0.5
    assert "印发" in last.extract_text()
    assert not [page.page_number for page in pages[:-1] if "印发" in page.extract_text()]


def test_no_line_breaks_where_punctuation_forbids(pages: list[Any]) -> None:
    for page in pages:
        for line in body_lines(page):
            assert line[0]["text"] not in NOT_FIRST, (page.page_number, text_of(line))
            assert line[-1]["text"] not in NOT_LAST, (page.page_number, text_of(line))


def test_no_heading_stands_alone_at_the_foot(pages: list[Any]) -> None:
    for page in pages:
        text = lines(page)
        if text and page is not pages[-1]:
            names = {character["fontname"].split("+")[-1] for character in text[-1]}
            heading = abs(text[-1][0]["size"] - BODY) < 0.1 and "hei" in names
            assert not heading, (page.page_number, text_of(text[-1]))
            assert not text_of(text[-1]).startswith("附件"), page.page_number


def test_a_table_that_goes_on_overleaf_begins_with_its_header(pages: list[Any]) -> None:
    """A page that begins with small type begins in a table: its first line is the header, in 黑体."""
    begun = 0
    for page in pages[1:]:
        first = lines(page)[0]
        if first[0]["size"] < 11.5:
            begun += 1
            assert {c["fontname"].split("+")[-1] for c in first} == {"hei"}, (page.page_number, text_of(first))
    assert begun
