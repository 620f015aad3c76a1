"""The Word edition: the HTML's words in the HTML's order, the page of GB/T 9704-2012, and what Word insists on."""

from __future__ import annotations

import copy
import html as markup
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx as word
import pdfplumber
import pytest
import vl_convert
from docx.document import Document
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from tests import pipeline
from tests.pipeline import ROOT, Run
from transforms.briefing import printing
from transforms.briefing.view import View
from transforms.briefing.word import vocabulary
from transforms.briefing.word.edition import docx, from_html
from transforms.briefing.word.oxml import allowed, bookmark_name
from transforms.errors import ConfigurationError

TWIPS_A_MM = 1440 / 25.4
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice") or ""
WRITER = bool(SOFFICE) and (Path(SOFFICE).resolve().parent / "libswlo.so").exists()
# The orders that the schema prescribes; Word calls a file broken that has another.
ORDERS = {
    "pPr": "pStyle keepNext pageBreakBefore pBdr tabs overflowPunct autoSpaceDE autoSpaceDN adjustRightInd snapToGrid "
    "spacing ind jc outlineLvl sectPr",
    "rPr": "rStyle rFonts snapToGrid color spacing sz szCs lang",
    "tblPr": "tblStyle tblpPr tblW tblInd tblBorders tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders vAlign",
    "sectPr": "headerReference footerReference type pgSz pgMar cols docGrid",
    "style": "name aliases basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "settings": "zoom mirrorMargins defaultTabStop evenAndOddHeaders characterSpacingControl compat themeFontLang "
    "decimalSymbol listSeparator",
    "font": "altName charset family pitch",
    "pBdr": "top left bottom right",
    "tblBorders": "top left bottom right insideH insideV",
}


class Words(HTMLParser):
    """The text of the body; a page reference counts as 第…页, which CSS prints."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "body"
        if dict(attributes).get("class") == "page-of":
            self.found.append("第…页")

    def handle_data(self, data: str) -> None:
        self.found += [data] if self.inside else []


def html_words(html: str) -> str:
    parser = Words()
    parser.feed(html)
    return "".join("".join(parser.found).split())


def words(data: bytes) -> str:
    body = opened(data).element.body
    return "".join("".join(element.text or "" for element in body.iter(qn("w:t"))).split())


def opened(data: bytes) -> Document:
    return word.Document(io.BytesIO(data))


def page(body: str) -> str:
    meta = '<meta name="author" content="督查室"><meta name="dcterms.created" content="2014-07-03">'
    return f"<html><head><title>样张</title>{meta}</head><body>{body}</body></html>"


def style_names(document: Document) -> Iterator[tuple[str, Any]]:
    """Every paragraph in the body, those in tables too, with its style's name."""
    names = {style.style_id: style.name for style in document.styles}
    for element in document.element.body.iter(qn("w:p")):
        yield names[element.style], element


def draw(view: View, fonts: Mapping[str, Path]) -> dict[str, bytes]:
    with TTFont(fonts["hei"], lazy=True) as font:
        family = font["name"].getDebugName(1)
    vl_convert.register_font_directory(str(fonts["hei"].parent))
    drawn = {}
    for chart in view.charts:
        spec = copy.deepcopy(dict(chart.spec))
        spec["config"] = {**spec["config"], "font": family}
        drawn[chart.name] = vl_convert.vegalite_to_png(json.dumps(spec, ensure_ascii=False), scale=2)
    return drawn


@pytest.fixture(scope="module")
def pictures(view: View, fonts: dict[str, Path]) -> dict[str, bytes]:
    return draw(view, fonts)


@pytest.fixture(scope="module")
def issue(view: View, pictures: dict[str, bytes]) -> bytes:
    return docx(view, pictures)


@pytest.fixture(scope="module")
def document(issue: bytes) -> Document:
    return opened(issue)


@pytest.mark.xdist_group("june")
def test_the_words_of_june_are_those_of_the_html(june: Run, fonts: dict[str, Path]) -> None:
    view = june.view()
    assert words(docx(view, draw(view, fonts))) == html_words(printing.html(view))


@pytest.mark.slow
@pytest.mark.xdist_group("months")
def test_so_are_those_of_the_first_month(sample: Callable[[str], Run], fonts: dict[str, Path]) -> None:
    view = sample("2014-02").view()
    data = docx(view, draw(view, fonts))
    assert words(data) == html_words(printing.html(view)) and "本月为活动首月" in words(data)


@pytest.mark.slow
def test_so_are_those_of_a_month_with_departments_missing(tmp_path: Path, fonts: dict[str, Path]) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(pipeline.INBOX, inbox)
    missing = ("信访局", "住建局")
    for name in missing:
        (sent,) = (inbox / "350303" / "2014-06").glob(f"{name}*")
        sent.unlink()
    view = pipeline.run(inbox, tmp_path / "home").view()
    data = docx(view, draw(view, fonts))
    assert set(view.missing) == set(missing)
    assert words(data) == html_words(printing.html(view)) and "未定稿以下部门未报送" in words(data).replace("　", "")


def test_the_same_view_gives_the_same_bytes_and_no_clock(view: View, pictures: dict[str, bytes], issue: bytes) -> None:
    assert docx(view, pictures) == issue
    with zipfile.ZipFile(io.BytesIO(issue)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    dates = set(re.findall(r">(\d{4}-\d\d-\d\d)T", core))
    assert dates == {view.printed_on.isoformat()}


def test_it_says_what_it_is(view: View, document: Document) -> None:
    said = document.core_properties
    assert (said.title, said.language, said.identifier) == (view.title, "zh-CN", view.fingerprint)
    assert said.author == view.district.masthead.office
    defaults = document.styles.element.find(qn("w:docDefaults"))
    assert next(defaults.iter(qn("w:lang"))).get(qn("w:eastAsia")) == "zh-CN"


def test_every_section_has_the_page_of_the_standard(document: Document) -> None:
    sections = list(document.element.body.iter(qn("w:sectPr")))
    assert [int(one.find(qn("w:cols")).get(qn("w:num"))) for one in sections] == [1, 2, 1, 1, 1]
    kinds = [one.find(qn("w:type")).get(qn("w:val")) for one in sections]
    assert kinds == ["nextPage", "continuous", "continuous", "nextPage", "nextPage"]
    for section in sections:
        margins = {
            side: int(section.find(qn("w:pgMar")).get(qn(f"w:{side}"))) for side in ("top", "bottom", "left", "right")
        }
        size, grid = section.find(qn("w:pgSz")), section.find(qn("w:docGrid"))
        wide = size.get(qn("w:orient")) == "landscape"
        assert [round(length / TWIPS_A_MM) for length in margins.values()] == (
            [28, 26, 35, 37] if wide else [37, 35, 28, 26]
        )
        width = int(size.get(qn("w:w"))) - margins["left"] - margins["right"]
        height = int(size.get(qn("w:h"))) - margins["top"] - margins["bottom"]
        block = (225, 156) if wide else (156, 225)
        assert abs(width / TWIPS_A_MM - block[0]) < 0.1 and abs(height / TWIPS_A_MM - block[1]) < 0.1
        assert grid.get(qn("w:type")) == "lines"
        pitch = int(grid.get(qn("w:linePitch")))
        assert height // pitch == (15 if wide else 22) and abs(pitch / TWIPS_A_MM - 225 / 22) <= 0.05
    assert document.settings.element.find(qn("w:mirrorMargins")) is not None


def test_body_text_keeps_the_grid(document: Document) -> None:
    body = document.styles["公文正文"]
    assert body.font.size.pt == 16 and fonts_of(body)["eastAsia"] == "仿宋_GB2312"
    spacing, indent = body.element.pPr.find(qn("w:spacing")), body.element.pPr.find(qn("w:ind"))
    assert spacing.get(qn("w:line")) == "579" and spacing.get(qn("w:lineRule")) == "exact"
    assert indent.get(qn("w:firstLineChars")) == "200"
    character = 16 + int(body.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * character <= 156 / 25.4 * 72 < 28.1 * character


def fonts_of(style: Any) -> dict[str, str]:
    return {key.rpartition("}")[2]: value for key, value in style.element.rPr.find(qn("w:rFonts")).items()}


@pytest.mark.parametrize(
    ("name", "font", "size"),
    [
        ("版头", "方正小标宋简体", 40),
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("附件标题", "黑体", 16),
        ("按语", "楷体_GB2312", 16),
        ("表题", "黑体", 12),
        ("表头", "黑体", 10.5),
        ("表格文字", "宋体", 10.5),
        ("版记文字", "仿宋_GB2312", 14),
        ("页码右", "宋体", 14),
    ],
)
def test_styles_have_their_names_and_fonts(document: Document, name: str, font: str, size: float) -> None:
    style = document.styles[name]
    assert fonts_of(style)["eastAsia"] == font and style.font.size.pt == size


def test_the_masthead_and_its_rule_are_red(document: Document) -> None:
    assert str(document.styles["版头"].font.color.rgb) == "E60012"
    rule = document.styles["版头机关与日期"].element.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert rule.get(qn("w:color")) == "E60012" and rule.get(qn("w:sz")) == "16"
    assert [name for name, _ in style_names(document)][:5] == ["稿别", "版头", "期号", "版头机关与日期", "Title"]


def test_fonts_that_are_missing_have_others_in_their_place(issue: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(issue)) as package:
        table = package.read("word/fontTable.xml").decode()
        assert not [name for name in package.namelist() if "font" in name.lower() and not name.endswith(".xml")]
    assert 'w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong,' in table


def test_headings_make_the_navigation_pane(view: View, document: Document) -> None:
    levels = {
        style.name: style.element.pPr.find(qn("w:outlineLvl")) is not None
        for style in document.styles
        if style.element.pPr is not None
    }
    outline = [element.text for name, element in style_names(document) if levels[name]]
    headings = re.findall(r'<h[23][^>]*><span class="t">(.*?)</span></h[23]>', printing.html(view))
    assert outline == ["需领导关注", *headings]
    annexes = [element.text for name, element in style_names(document) if name == "附件标题"]
    assert annexes == [heading for heading in headings if heading.startswith("附件")] and annexes


def test_page_numbers_stand_outside_between_dashes(document: Document) -> None:
    section = document.sections[0]
    for footer, style in ((section.footer, "页码右"), (section.even_page_footer, "页码左")):
        (folio,) = footer.paragraphs
        assert folio.text == "— 1 —" and folio.style.name == style
        assert folio._p.xpath("string(.//w:instrText)").strip() == "PAGE"
    assert document.settings.odd_and_even_pages_header_footer
    distance = section.footer_distance.mm
    assert abs(35 - distance - 14 / 72 * 25.4 - 7) < 0.1


def test_tables_repeat_their_heads_and_split_no_row(document: Document) -> None:
    for table in document.element.body.iter(qn("w:tbl")):
        rows = table.findall(qn("w:tr"))
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        heads = [row.trPr.find(qn("w:tblHeader")) is not None for row in rows]
        assert heads == sorted(heads, reverse=True)
        first = rows[0].xpath(".//w:pStyle/@w:val")
        assert heads[0] == first[0].endswith("CellHead")


def test_every_row_is_as_wide_as_its_table(document: Document) -> None:
    for table in document.element.body.iter(qn("w:tbl")):
        columns = [int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))]
        assert round(sum(columns) / TWIPS_A_MM) in (156, 75, 225)
        for row in table.findall(qn("w:tr")):
            spans = [int(cell.xpath("string(w:tcPr/w:gridSpan/@w:val)") or 1) for cell in row.findall(qn("w:tc"))]
            widths = [int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.findall(qn("w:tc"))]
            assert sum(spans) == len(columns) and sum(widths) == sum(columns)


def test_no_two_tables_touch_and_no_paragraph_is_empty(document: Document) -> None:
    body = list(document.element.body)
    assert not [one for one, after in pairwise(body) if one.tag == after.tag == qn("w:tbl")]
    for name, element in style_names(document):
        in_cell = element.getparent().tag == qn("w:tc")
        assert element.text or in_cell or name in ("段落标记", "图")
    assert [name for name, element in style_names(document) if name == "段落标记"] == ["段落标记"] * 2


def test_each_figure_leads_to_its_entry(view: View, document: Document) -> None:
    body = document.element.body
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    html = printing.html(view)
    assert links == [bookmark_name(target) for target in re.findall(r'<a class="(?:n|page-of)" href="#([^"]+)">', html)]
    bookmarks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert set(links) <= set(bookmarks) and len(set(bookmarks)) == len(bookmarks)
    assert all(re.fullmatch(r"[^\W\d]\w{0,39}", name) for name in bookmarks)


def test_a_page_reference_is_a_field_that_shows_the_page_in_the_pdf() -> None:
    html = page('<p class="more">见<a class="page-of" href="#items-x"></a>。</p><p id="items-x">事项</p>')
    document = opened(from_html(html, {}, {"items-x": 7}))
    assert document.paragraphs[0].text == "见第7页。"
    assert document.element.body.xpath("string(.//w:instrText)") == r" PAGEREF items_x \h "


def test_pictures_have_their_words_and_the_width_of_the_block(view: View, document: Document) -> None:
    charts = view.charts
    shapes = document.inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == [chart.alt for chart in charts]
    assert [shape._inline.docPr.id for shape in shapes] == list(range(1, len(charts) + 1))
    assert all(abs(shape.width.mm - 156) < 0.01 for shape in shapes)


def test_lights_are_shape_word_and_colour(document: Document) -> None:
    shown = {
        (run.style, run.text) for run in document.element.body.iter(qn("w:r")) if (run.style or "").startswith("Light")
    }
    assert shown == {("LightRed", "▲红"), ("LightYellow", "◆黄"), ("LightGreen", "●绿")}


@pytest.mark.parametrize(
    ("provisional", "signed", "words"),
    [(True, False, ["未定稿"]), (False, False, ["送审稿"]), (False, True, []), (True, True, [])],
)
def test_an_unsigned_issue_is_marked_on_every_page(
    view: View, pictures: dict[str, bytes], provisional: bool, signed: bool, words: list[str]
) -> None:
    document = opened(docx(replace(view, provisional=provisional, signed=signed), pictures))
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        marks = [] if header.is_linked_to_previous else header._element.xpath(".//@string")
        assert marks == words


def test_the_colophon_stands_at_the_foot_of_the_last_page(document: Document) -> None:
    *_, table, last = (one for one in document.element.body if one.tag != qn("w:sectPr"))
    place = table.tblPr.find(qn("w:tblpPr"))
    assert place.get(qn("w:tblpYSpec")) == "bottom" and place.get(qn("w:vertAnchor")) == "margin"
    assert last.style == "Mark"


def test_elements_stand_in_the_order_that_the_schema_prescribes(view: View, pictures: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(docx(replace(view, provisional=True), pictures))) as package:
        parts = [
            package.read(name) for name in package.namelist() if name.startswith("word/") and name.endswith(".xml")
        ]
    for part in parts:
        for element in word.oxml.parse_xml(part).iter():
            order = ORDERS.get(str(element.tag).rpartition("}")[2])
            if order and "wordprocessingml" in element.tag:
                places = [order.split().index(child.tag.rpartition("}")[2]) for child in element]
                assert places == sorted(places)


def test_text_of_a_department_stays_text(view: View, pictures: dict[str, bytes]) -> None:
    hostile = '<script>alert(1)</script>&amp;<w:p/>{{ 7*7 }}=HYPERLINK("http://x")\u202e右\u200f左\x01\x02\x1f\ufffe'
    data = docx(replace(view, editor_note=hostile), pictures)
    (note,) = (element.text for name, element in style_names(opened(data)) if name == "按语")
    # Direction marks are text; what XML cannot hold is left out.
    assert note == "按语：" + re.sub("[\x01\x02\x1f\ufffe]", "", hostile)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_comes_out_as_it_is(text: str) -> None:
    # The HTML parser itself turns NUL, lone surrogates and line ends into others.
    plain = re.sub("[\x00\ud800-\udfff\r]", "", text)
    data = from_html(page(f"<p>甲{markup.escape(plain)}乙</p>"), {})
    assert "".join(opened(data).paragraphs[0].text.split()) == "".join(allowed(f"甲{plain}乙").split())


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<p><video></video></p>", "video"),
        ("<section>甲</section>", "section"),
        ('<p class="new">甲</p>', "new"),
        ('<div class="new">甲</div>', "new"),
        ('<table class="new"><tr><td>甲</td></tr></table>', "new"),
        ('<table class="grid"><tr class="new"><td>甲</td></tr></table>', "new"),
        ('<table class="grid"><tr><td class="new">甲</td></tr></table>', "new"),
        ('<table class="grid"><tr><td style="color:red">甲</td></tr></table>', "td"),
        ('<table class="grid"><tr><td>甲<div class="under">乙</div></td></tr></table>', "混排"),
        ('<table class="grid"><tr><td>甲</td></tr><tr><td>乙</td><td>丙</td></tr></table>', "超过 1 列"),
        ('<figure><img src="chart:none" alt="图"></figure>', "none"),
        ("<figure><p>甲</p></figure>", "<p"),
        ('<div class="red-rule">甲</div>', "红线"),
        ('<p><a class="n" href="#nowhere">甲</a></p>', "nowhere"),
        ('<p id="x">甲</p><p id="x">乙</p>', "同一个 id"),
    ],
)
def test_what_it_does_not_know_is_refused(body: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(named)):
        from_html(page(body), {})


def test_every_class_in_the_templates_is_known() -> None:
    tables = (vocabulary.CONTAINERS, vocabulary.TABLES, vocabulary.CELLS, vocabulary.ROWS)
    named = {name for table in tables for classes in table for name in classes.split()}
    named |= {name for _, classes in (*vocabulary.PARAGRAPHS, *vocabulary.INLINE) for name in classes.split()}
    for path in sorted(Path(printing.TEMPLATE_FOLDER).rglob("*.j2")):
        if path.name == "web.html.j2":  # around the page's HTML, which the Word edition is made from
            continue
        for value in re.findall(r'class="((?:\{\{.*?\}\}|[^"])*)"', path.read_text(encoding="utf-8")):
            literal = re.sub(r"\{\{.*?\}\}", lambda found: " ".join(re.findall("'([^']*)'", found[0])), value)
            assert set(literal.split()) <= named, path


def test_tables_side_by_side_and_cells_over_rows_and_columns() -> None:
    head = (
        '<thead><tr><th rowspan="2">部门</th><th colspan="2">行数</th></tr><tr><th>全部</th><th>退回</th></tr></thead>'
    )
    rows = '<tr><td rowspan="3">甲</td><td>1</td><td>2</td></tr><tr><td colspan="2">3</td></tr>'
    body = f"<tbody>{rows}<tr><td>4</td><td>5</td></tr></tbody>"
    data = from_html(page(f'<table class="grid">{head}{body}</table><table class="grid">{head}{body}</table>'), {})
    first, second = opened(data).tables
    # One between the two, or Word would make one table of them, and one at the end.
    assert [one.style.name for one in opened(data).paragraphs] == ["段落标记", "段落标记"]
    for table in (first, second):
        assert table.cell(0, 0)._tc is table.cell(1, 0)._tc and table.cell(2, 0)._tc is table.cell(3, 0)._tc
        assert [cell.text for cell in table.rows[3].cells] == ["甲", "3", "3"]
        assert [cell.text for cell in table.rows[4].cells] == ["甲", "4", "5"]
        assert [cell.text for cell in table.rows[1].cells] == ["部门", "全部", "退回"]


def test_white_space_is_read_as_html_reads_it() -> None:
    body = "<p>\n  <span class='t'>sancu \n</span> sql　<b> 甲 </b>\n乙<br> 丙 </p>"
    assert opened(from_html(page(body), {})).paragraphs[0].text == "sancu sql　 甲 乙\n丙"


def test_marks_that_latin_fonts_have_too_come_from_the_chinese_one() -> None:
    runs = opened(from_html(page("<p>“五个一”<b>A1</b></p>"), {})).element.body.iter(qn("w:r"))
    assert [run.xpath("string(.//w:rFonts/@w:hint)") for run in runs] == ["eastAsia", ""]


def table_with(rows: str, attributes: str = "") -> str:
    return f'<table class="grid"><caption>表</caption><thead><tr><th>头</th></tr></thead><tbody{attributes}>{rows}</tbody></table>'


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (table_with("<tr><td>甲</td></tr><tr><td>乙</td></tr>"), "头"),
        (table_with("<tr><td>甲</td></tr><tr><td>乙</td></tr>", ' style="break-inside:avoid"'), "头甲"),
        (table_with("<tr><td>甲</td></tr><tr><td>乙</td></tr>").replace("grid", "grid keep"), "头甲"),
        (table_with('<tr class="source"><td>甲</td></tr><tr><td>乙</td></tr>'), "头甲"),
        (f'<div class="pair"><div>{table_with("<tr><td>甲</td></tr>")}<p class="remark">注</p></div></div>', "表头甲"),
        (f'<div class="pair"><div class="long">{table_with("<tr><td>甲</td></tr>")}</div></div>', "头"),
    ],
)
def test_what_belongs_together_stays_on_a_page(body: str, kept: str) -> None:
    document = opened(from_html(page(body), {}))
    together = [one.text for one in document.element.body.iter(qn("w:p")) if one.xpath("w:pPr/w:keepNext")]
    assert "".join(together) == kept
    # Captions and headings stay with what follows by their style.
    assert (
        document.styles["表题"].paragraph_format.keep_with_next
        and document.styles["Heading 1"].paragraph_format.keep_with_next
    )


def test_breaks_and_room_below_a_table() -> None:
    rows = "<tr><td>甲</td></tr>"
    body = f'{table_with(rows)}<p>乙</p>{table_with(rows)}<h2 class="page-break">丙</h2><p>丁</p>'
    document = opened(from_html(page(body), {}))
    paragraphs = {one.text: one.paragraph_format for one in document.paragraphs if one.text != "表"}
    assert [round(one.space_before.mm) if one.space_before else 0 for one in paragraphs.values()] == [4, 0, 0]
    assert [bool(one.page_break_before) for one in paragraphs.values()] == [False, True, False]


def test_columns_may_begin_the_document_and_follow_each_other() -> None:
    pair = f'<div class="pair"><div>{table_with("<tr><td>甲</td></tr>")}</div></div>'
    sections = list(opened(from_html(page(f"{pair}{pair}<p>乙</p>"), {})).element.body.iter(qn("w:sectPr")))
    assert [one.find(qn("w:cols")).get(qn("w:num")) for one in sections] == ["2", "2", "1"]
    assert [len(one.findall(qn("w:footerReference"))) for one in sections] == [2, 0, 0]


def test_a_wide_table_has_a_page_on_its_side() -> None:
    wide = f'<div class="wide">{table_with("<tr><td>甲</td></tr>")}</div>'
    sections = list(opened(from_html(page(f"<p>乙</p>{wide}<p>丙</p>"), {})).element.body.iter(qn("w:sectPr")))
    sizes = [
        tuple(round(int(one.find(qn("w:pgSz")).get(qn(f"w:{side}"))) / TWIPS_A_MM) for side in "wh") for one in sections
    ]
    assert sizes == [(210, 297), (297, 210), (210, 297)]
    assert [one.find(qn("w:type")).get(qn("w:val")) for one in sections] == ["nextPage"] * 3
    assert [one.find(qn("w:pgSz")).get(qn("w:orient")) for one in sections] == [None, "landscape", None]


def test_two_columns_are_as_wide_as_the_block_allows(document: Document) -> None:
    widths = {
        round(sum(int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))) / TWIPS_A_MM, 1)
        for table in document.element.body.iter(qn("w:tbl"))
    }
    assert widths == {156.0, 75.0, 225.0}


@pytest.mark.slow
@pytest.mark.skipif(not WRITER, reason="没有安装 LibreOffice Writer")
def test_libreoffice_opens_it_on_about_as_many_pages(issue: bytes, june_pdf: Path, tmp_path: Path) -> None:
    source = tmp_path / "briefing.docx"
    source.write_bytes(issue)
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    fonts = tmp_path / "fonts.conf"
    folders = f"<dir>{ROOT / '.fonts'}</dir><cachedir>{tmp_path / 'cache'}</cachedir>"
    fonts.write_text(f"<fontconfig>{folders}</fontconfig>", encoding="utf-8")
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "out"), str(source)],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
        check=True,
        capture_output=True,
        timeout=600,
    )
    with pdfplumber.open(tmp_path / "out" / "briefing.pdf") as ours, pdfplumber.open(june_pdf) as printed:
        text = "".join("".join(one.extract_text() or "" for one in ours.pages).split())
        assert abs(len(ours.pages) - len(printed.pages)) <= 4
    assert "需领导关注" in text and "印发" in text
