"""The page, measured from the PDF: GB/T 9704-2012 geometry, fonts, and what must never leave the building."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest

from tests.transforms.briefing.sample_figures import june
from transforms.briefing import printing
from transforms.briefing.compose import compose
from transforms.briefing.fitting import fit
from transforms.briefing.render import print_pdf, render
from transforms.briefing.view import Ranking, RankingRow, View
from transforms.errors import EnvironmentFailure

MM = 72 / 25.4
PITCH = 225 / 22
RARE = "䶮㙦镕堃喆昇㎡"
PUBLISHED = "98家 385家次 11411万元 6525万元 1000万元 45个 22个 30家 52个 2个 14个 12个 21个 3个 42.46万平方米 8个 19个 27件 20件"


def document(body: str) -> str:
    head = '<link rel="stylesheet" href="briefing:fonts.css"><link rel="stylesheet" href="page.css">'
    return f'<html lang="zh-CN"><head><title>样张</title>{head}</head><body>{body}</body></html>'


def lines(page: Any) -> list[list[dict[str, Any]]]:
    """The characters of a page by baseline, top first."""
    by_baseline: dict[int, list[dict[str, Any]]] = {}
    for character in page.chars:
        if character["text"].strip():
            by_baseline.setdefault(round(character["matrix"][5]), []).append(character)
    return [sorted(by_baseline[place], key=lambda c: c["x0"]) for place in sorted(by_baseline, reverse=True)]


@pytest.fixture(scope="module")
def full_page(fonts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of hanzi without punctuation."""
    path = tmp_path_factory.mktemp("full") / "full.pdf"
    body = f'<p style="text-indent:0"><span class="t">{"国" * (22 * 28 * 2 + 28 * 10)}</span></p>'
    path.write_bytes(print_pdf(document(body), (), fonts, "00"))
    return path


@pytest.mark.parametrize(("number", "left"), [(0, 28.0), (1, 26.0)])
def test_a_full_page_is_twenty_two_lines_of_twenty_eight(full_page: Path, number: int, left: float) -> None:
    with pdfplumber.open(full_page) as pdf:
        *text, _folio = lines(pdf.pages[number])
    assert [len(line) for line in text] == [28] * 22
    bottoms = [line[0]["bottom"] / MM for line in text]
    assert all(abs(below - above - PITCH) <= 0.05 for above, below in pairwise(bottoms))
    assert abs(text[0][0]["x0"] / MM - left) <= 0.5
    assert all(abs((line[-1]["x0"] - line[0]["x0"]) / MM - 27 * 156 / 28) <= 0.5 for line in text)
    # The line box starts at 37 mm: half of the leading stands above the 16 pt character.
    ink = (text[0][0]["top"] + text[0][0]["bottom"]) / 2 / MM
    assert abs(ink - PITCH / 2 - 37) <= 1


def test_mixed_fonts_and_figures_keep_the_pitch(fonts: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    words = f'本月{RARE}走访<a class="n" href="#x">566次</a>，<span class="run-in">（一）即征即奖</span>'
    path.write_bytes(print_pdf(document(f'<p id="x"><span class="t">{words * 60}</span></p>'), (), fonts, "00"))
    with pdfplumber.open(path) as pdf:
        baselines = sorted({round(c["matrix"][5], 1) for c in pdf.pages[0].chars if abs(c["size"] - 16) < 0.1})
    assert len(baselines) == 22
    assert all(abs((above - below) / MM - PITCH) <= 0.05 for below, above in pairwise(baselines))


@pytest.mark.parametrize(("number", "right"), [(0, True), (1, False)])
def test_the_folio_is_outside_one_character_in(full_page: Path, number: int, right: bool) -> None:
    with pdfplumber.open(full_page) as pdf:
        folio = lines(pdf.pages[number])[-1]
    assert "".join(c["text"] for c in folio) == f"—{number + 1}—"
    edge = 184 - folio[-1]["x1"] / MM if right else folio[0]["x0"] / MM - 26
    assert abs(edge - 14 / MM) <= 0.5
    assert abs(folio[0]["top"] / MM - (262 + 7)) <= 1.5
    assert abs(folio[0]["size"] - 14) < 0.1


def test_page_one_is_the_whole_story(june_pdf: Path, view: View) -> None:
    with pdfplumber.open(june_pdf) as pdf:
        first, second = (pdf.pages[n].extract_text() for n in (0, 1))
        assert 10 <= len(pdf.pages) <= 20
    assert "第5期（总第5期）" in first
    assert "另有8项" in first
    assert re.search(r"服务企业3项见第\d+页", first)
    assert second.startswith("一、服务企业促发展")
    assert len(view.attention) == 5


def test_page_one_holds_with_a_long_note_and_as_a_draft(fonts: dict[str, Path], tmp_path: Path) -> None:
    note = "各责任单位要对照红灯事项逐项销号，" * 9
    path = tmp_path / "draft.pdf"
    path.write_bytes(render(fit(compose(replace(june(), editor_note=note, provisional=True)), fonts), fonts))
    with pdfplumber.open(path) as pdf:
        assert pdf.pages[1].extract_text().startswith("一、服务企业促发展")


def test_page_one_holds_when_every_item_is_old(fonts: dict[str, Path], tmp_path: Path) -> None:
    given = june()
    path = tmp_path / "old.pdf"
    items = tuple(replace(item, months=24, turned=True) for item in given.items)
    path.write_bytes(render(fit(compose(replace(given, items=items)), fonts), fonts))
    with pdfplumber.open(path) as pdf:
        first, second = (pdf.pages[n].extract_text() for n in (0, 1))
    assert "连续24个月以上" in first
    assert "另有" in first
    assert second.startswith("一、服务企业促发展")


@pytest.mark.parametrize("number", [3, 40, 100])
def test_districts_of_any_size_are_ranked_within_the_page(fonts: dict[str, Path], tmp_path: Path, number: int) -> None:
    rows = tuple(RankingRow(n + 1, f"第{n + 1}街道", "50%", 0, "1/2") for n in range(number))
    path = tmp_path / "ranked.pdf"
    boards = tuple(Ranking(f"排名{n}", "按完成率从高到低。", rows) for n in range(3))
    path.write_bytes(render(fit(compose(replace(june(), rankings=boards)), fonts), fonts))
    with pdfplumber.open(path) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
        bottoms = [line[-1]["bottom"] / MM for page in pdf.pages for line in lines(page)[:-1]]
    assert [text.count(f"第{n + 1}街道 50%") for n in range(number)] == [3] * number
    assert max(bottoms) <= 262.6


def test_published_figures_stand_unbroken(june_pdf: Path) -> None:
    with pdfplumber.open(june_pdf) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert [figure for figure in PUBLISHED.split() if figure not in text] == []
    assert re.search(r"^阶段未报 3 ", text, re.MULTILINE)


def test_the_colophon_ends_the_last_page(june_pdf: Path) -> None:
    with pdfplumber.open(june_pdf) as pdf:
        last = pdf.pages[-1]
        text = last.extract_text()
        lowest = max((edge["bottom"] for edge in last.edges), default=0)
    assert "本期没有修订。" in text
    assert "2014年7月3日印发" in text
    assert "（共印80份）" in text
    assert abs(lowest / MM - 262) <= 0.5


def test_no_line_starts_with_closing_punctuation(june_pdf: Path) -> None:
    with pdfplumber.open(june_pdf) as pdf:
        starts = [line[0]["text"] for page in pdf.pages for line in lines(page) if abs(line[0]["size"] - 16) < 0.1]
    assert starts
    assert not set(starts) & set("，。；：、）”！？》")


def pages_of(path: Path) -> Iterator[tuple[pikepdf.Page, pikepdf.Dictionary]]:
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            yield page, page.resources.get("/Font", pikepdf.Dictionary())


def glyphs(page: pikepdf.Page) -> Iterator[int]:
    """Glyph numbers that a page shows; 0 is .notdef, the empty box."""
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("Tj", "TJ"):
            shown = operands[0] if str(operator) == "TJ" else [operands[0]]
            for part in shown:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    yield from (int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2))


def test_fonts_are_embedded_and_nothing_is_tofu(fonts: dict[str, Path], june_pdf: Path, tmp_path: Path) -> None:
    rare = tmp_path / "rare.pdf"
    body = "".join(f"<{tag}>{RARE}</{tag}>" for tag in ("p", "h2", "h3"))
    body += f'<h1 class="title">{RARE}</h1><table class="grid"><tr><td>{RARE}</td></tr></table>'
    rare.write_bytes(print_pdf(document(body), (), fonts, "00"))
    for path in (june_pdf, rare):
        for page, used in pages_of(path):
            assert 0 not in set(glyphs(page))
            for font in used.values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                assert str(font.BaseFont).split("+")[-1] in fonts
    with pdfplumber.open(rare) as pdf:
        assert pdf.pages[0].extract_text().count(RARE) == 5


def test_metadata_bookmarks_and_tags(june_pdf: Path) -> None:
    with pikepdf.open(june_pdf) as pdf:
        assert str(pdf.Root.Lang) == "zh-CN"
        assert str(pdf.docinfo.Title) == "涵江区2014年6月三促活动进展情况"
        assert str(pdf.docinfo.Author) == "涵江区三促活动领导小组办公室"
        assert bool(pdf.Root.MarkInfo.Marked)
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
    assert titles[:2] == ["需领导关注", "一、服务企业促发展"]
    assert titles[-3:] == ["附件1　报送与数据质量", "附件2　指标解释与来源", "附件3　修订说明"]


def test_charts_are_drawn_with_the_embedded_font_and_described(june_pdf: Path, view: View) -> None:
    with pdfplumber.open(june_pdf) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "完成年度目标（%）" in text
    assert "项目数（个）" in text
    assert "积案数（件）" in text
    html = printing.html(view)
    assert all(f'alt="{chart.alt}"' in html for chart in view.charts)


def test_the_same_view_gives_the_same_bytes(view: View, fonts: dict[str, Path], june_pdf: Path) -> None:
    assert render(view, fonts) == june_pdf.read_bytes()


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="../pyproject.toml">',
        '<img src="__init__.py">',
        '<link rel="stylesheet" href="https://example.invalid/x.css">',
        '<p style="background:url(ftp://example.invalid/x)">字</p>',
    ],
)
def test_nothing_else_is_fetched(markup: str, fonts: dict[str, Path]) -> None:
    with pytest.raises(EnvironmentFailure, match="不允许取用"):
        print_pdf(document(f"<p>字</p>{markup}"), (), fonts, "00")


def test_a_missing_font_is_named(fonts: dict[str, Path], view: View) -> None:
    fewer = {role: path for role, path in fonts.items() if role != "kai"}
    with pytest.raises(EnvironmentFailure, match="缺少字体：kai"):
        render(view, fewer)
