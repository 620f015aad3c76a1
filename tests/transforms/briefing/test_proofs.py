"""The finished PDF read back: each rule sees a document broken in its way, and right ones pass in silence."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pdfplumber
import pikepdf
import pytest

from tests import pipeline
from tests.pipeline import Run
from tests.transforms.briefing.sample_figures import june
from transforms.briefing import printing
from transforms.briefing.compose import compose
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import RULES, Refusal, refusals
from transforms.briefing.proofs.beside import strings
from transforms.briefing.proofs.boxes import Box
from transforms.briefing.proofs.content import MM
from transforms.briefing.proofs.paper import close, read_back
from transforms.briefing.render import print_pdf, render
from transforms.briefing.view import View
from transforms.figures import Figure, Unit

Fonts = dict[str, Path]
Check = Callable[..., list[str]]
HEAD = '<link rel="stylesheet" href="briefing:fonts.css"><link rel="stylesheet" href="page.css">'
ENTRY = '<p id="f-issue.raised_to_date">出处</p>'
CODE = "issue.raised_to_date"


@pytest.fixture(scope="module")
def plain(view: View) -> View:
    """June without its annex: what small documents are held against."""
    return replace(view, entries=())


@pytest.fixture(scope="module")
def check(plain: View, fonts: Fonts) -> Check:
    """Rules that refuse a small document with this body."""

    def rules(body: str, names: tuple[str, ...] = (), against: View = plain, was: str | None = None) -> list[str]:
        html = f'<html lang="zh-CN"><head><title>样张</title>{HEAD}</head><body>{body}</body></html>'
        pdf = print_pdf(html, (), fonts, "00")
        return [r.rule for r in refusals(pdf, against, against.figures, names, html if was is None else was)]

    return rules


def para(text: str) -> str:
    return f'<p><span class="t">{text}</span></p>'


def link(text: str, code: str = CODE) -> str:
    return f'<a class="n" href="#f-{code}">{text}</a>'


def table(rows: str) -> str:
    return f'<table class="grid"><thead><tr><th>甲</th><th>乙</th></tr></thead><tbody>{rows}</tbody></table>'


def told(found: tuple[Refusal, ...]) -> list[tuple[str, str]]:
    return [(refusal.rule, refusal.found) for refusal in found]


def test_june_passes(view: View, june_pdf: Path) -> None:
    assert refusals(june_pdf.read_bytes(), view, view.figures, ("某某某",)) == ()


@pytest.mark.slow
@pytest.mark.xdist_group("months")
@pytest.mark.parametrize("period", ["2014-02", "2014-03", "2014-04", "2014-05", "2014-06"])
def test_every_month_of_the_sample_passes(
    period: str, sample: Callable[[str], Run], month_pdf: Callable[[str], Path]
) -> None:
    run = sample(period)
    assert refusals(month_pdf(period).read_bytes(), run.fitted(), run.figures) == ()


@pytest.mark.slow
@pytest.mark.parametrize("gone", [("信访局", "住建局", "经信局"), ("",)], ids=["three departments", "every department"])
def test_a_month_with_departments_missing_passes(gone: tuple[str, ...], tmp_path: Path) -> None:
    shutil.copytree(pipeline.INBOX, tmp_path / "收文")
    for path in list((tmp_path / "收文" / "350303" / "2014-06").iterdir()):
        if any(name in path.name for name in gone):
            path.unlink()
    run = pipeline.run(tmp_path / "收文", tmp_path / "home")
    assert run.view().missing
    assert refusals(run.pdf(), run.fitted(), run.figures) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"history": {}},
        {"findings": (), "items": (), "coming_due": (), "rankings": (), "departures": ()},
        {"provisional": True, "editor_note": "各责任单位要对照红灯事项逐项销号，" * 9},
    ],
    ids=["first month", "nothing to tell", "a long note"],
)
def test_edge_months_pass(changes: dict[str, object], fonts: Fonts) -> None:
    given = june()
    if changes == {"history": {}}:
        changes = {"history": {given.period: given.figures}}
    view = fit(compose(replace(given, **changes)), fonts)  # type: ignore[arg-type]
    assert refusals(render(view, fonts), view, view.figures) == ()


def test_what_departments_type_is_text(fonts: Fonts) -> None:
    given = june()
    typed = "“nan”<b>{{ x }}</b> file:///x \u202eabc مرحبا 龘𠮷㎡\u200bé "
    view = fit(compose(replace(given, items=tuple(replace(i, what=i.what + typed) for i in given.items))), fonts)
    assert [r for r in refusals(render(view, fonts), view, view.figures) if r.rule != "PF09"] == []


def test_characters_and_places_are_those_of_another_reader(june_pdf: Path) -> None:
    paper = read_back(june_pdf.read_bytes())
    with pdfplumber.open(june_pdf) as pdf:
        for leaf, page in zip(paper.leaves, pdf.pages, strict=True):
            ours = [character for run in leaf.runs for character in run.characters]
            assert [c.text for c in ours] == [c["text"] for c in page.chars]
            assert all(abs(a.box.left - b["x0"] * MM) < 0.05 for a, b in zip(ours, page.chars, strict=True))
            assert all(abs(a.box.right - b["x1"] * MM) < 0.05 for a, b in zip(ours, page.chars, strict=True))


def test_a_small_document_passes(check: Check) -> None:
    assert check(f"<h2>一、样张</h2>{para('文字')}") == []


# PF00


@pytest.mark.parametrize("keep", [0, 100, 20_000, -2000])
def test_a_damaged_file_is_refused(keep: int, view: View, june_pdf: Path) -> None:
    assert [r.rule for r in refusals(june_pdf.read_bytes()[:keep], view, view.figures)] == ["PF00"]


def test_a_file_without_structure_is_refused(view: View, june_pdf: Path) -> None:
    sink = io.BytesIO()
    with pikepdf.open(june_pdf) as pdf:
        del pdf.Root["/StructTreeRoot"]
        pdf.save(sink)
    assert [r.rule for r in refusals(sink.getvalue(), view, view.figures)] == ["PF00"]


# PF01


@pytest.mark.parametrize("character", ["\U00013000", "\u0f40", "\ue000", "\ufffd"])
def test_a_missing_glyph_is_refused(check: Check, character: str) -> None:
    assert check(para(f"字{character}字")) == ["PF01"]


def test_glyph_zero_is_refused(view: View, june_pdf: Path) -> None:
    sink = io.BytesIO()
    with pikepdf.open(june_pdf) as pdf:
        page = pdf.pages[1]
        page.Contents = pdf.make_stream(page.Contents.read_bytes().replace(b"<001a>", b"<0000>", 1))
        pdf.save(sink)
    assert "PF01" in {r.rule for r in refusals(sink.getvalue(), view, view.figures)}


@pytest.mark.parametrize("character", ["e\u0301", "龘𠮷", "⼯", "ﬁ", "·‧・⋯…", "مرحبا", "\x07\u200b"])
def test_rare_characters_that_the_fonts_have_pass(check: Check, character: str) -> None:
    assert check(para(f"字{character}字")) == []


def test_text_that_did_not_get_onto_the_page_is_refused(check: Check) -> None:
    assert check(para("前<span style='display:none'>丢</span>后")) == ["PF01"]


# PF02


@pytest.mark.parametrize("shift", ["left:-4mm", "left:154mm", "top:-8mm", "top:300mm"])
def test_text_outside_the_block_is_refused(check: Check, shift: str) -> None:
    assert "PF02" in check(f'<p style="position:relative;text-indent:0;{shift}"><span class="t">字</span></p>')


def test_a_line_that_runs_over_is_refused(check: Check) -> None:
    assert check(f'<p style="white-space:nowrap"><span class="t">{"长" * 30}</span></p>') == ["PF02"]


def test_only_the_page_number_stands_below_the_block(check: Check) -> None:
    footer = "<style>@page :right {{ @bottom-right {{ content: '{}' }} }}</style>"
    assert check(footer.format("— 1 —") + para("字"), was="<body>字</body>") == []
    assert check(footer.format("— 2 —") + para("字"), was="<body>字</body>") == ["PF02"]


def test_a_landscape_page_has_its_own_block(check: Check) -> None:
    page = '<div class="wide"><p style="position:relative;left:{}mm"><span class="t">字字字</span></p></div>'
    assert check(page.format(0)) == []
    assert check(page.format(-9)) == []
    assert check(page.format(-14)) == ["PF02"]


def test_the_page_number_of_a_landscape_page_stays_at_the_foot_of_the_paper(check: Check) -> None:
    """Left of the block, where the paper's foot is when the page is turned."""
    below = "<style>@page wide:right { @bottom-right { content: '— 1 —' } @left-bottom { content: none } }</style>"
    assert check(f'{below}<div class="wide">{para("字")}</div>', was="<body>字</body>") == ["PF02"]


# PF03


def test_text_upon_text_is_refused(check: Check) -> None:
    upon = '<p style="margin-top:-{}mm"><span class="t">下文</span></p>'
    assert check(para("上文") + upon.format(10)) == ["PF03"]
    assert check(para("上文") + upon.format(3)) == []


def test_a_cell_that_runs_into_the_next_is_refused(check: Check) -> None:
    row = '<tr><td style="white-space:nowrap;overflow-wrap:normal">{}</td><td>乙乙乙乙</td></tr>'
    assert check(table(row.format("甲" * 12))) == []
    assert check(table(row.format("甲" * 24))) == ["PF03"]


def test_a_watermark_may_lie_upon_text(check: Check) -> None:
    mark = '<div style="position:absolute;top:80mm;left:30mm;font-size:40pt;transform:rotate(-30deg)">送审稿</div>'
    assert check(mark + para("字" * 600)) == []


# PF04


@pytest.mark.parametrize(
    ("text", "expected"),
    [("45个", []), ("45", []), ("46个", ["PF04"]), ("45件", ["PF04"]), ("4 5 6", ["PF04"]), ("", ["PF04"])],
)
def test_a_printed_figure_that_differs_is_refused(check: Check, plain: View, text: str, expected: list[str]) -> None:
    figure = replace(plain.figures[CODE], value=Fraction(45), unit=Unit.ITEMS, done=None, due=None, target=None)
    figures = MappingProxyType({**plain.figures, CODE: replace(figure, change=None, change_on_year=None)})
    assert check(para(f"共{link(text)}。") + ENTRY, against=replace(plain, figures=figures)) == expected


def test_every_form_of_a_figure_may_be_printed(check: Check, plain: View) -> None:
    figure = replace(
        plain.figures[CODE], unit=Unit.PERCENT, value=Fraction(200, 3), done=Fraction(6), due=Fraction(9),
        target=Fraction(80), change=Fraction(-25, 3), change_on_year=Fraction(5, 2),
    )  # fmt: skip
    against = replace(plain, figures={**plain.figures, CODE: figure})
    forms = ("66.7%", "66.7", "6", "9件", "3", "80%", "8.3个百分点", "-8.3个百分点", "+2.5个百分点")
    assert check("".join(para(f"占{link(form)}。") for form in forms) + ENTRY, against=against) == []
    for wrong in ("66.6%", "8.3%", "8个百分点", "7件", "81%"):
        assert check(para(f"占{link(wrong)}。") + ENTRY, against=against) == ["PF04"], wrong


def test_a_figure_that_is_not_in_the_figures_is_refused(check: Check) -> None:
    assert check(para(f"共{link('45个', 'no.such')}。") + '<p id="f-no.such">出处</p>') == ["PF04"]


def test_a_figure_without_an_entry_is_refused(check: Check, plain: View) -> None:
    shown = printing.shown(plain.figures[CODE]) + plain.figures[CODE].unit
    assert check(para(f"共{link(shown)}。") + ENTRY) == []
    assert check(para(f"共{link(shown)}。")) == ["PF04", "PF05"]


def test_an_issue_whose_figure_changed_after_printing_is_refused(view: View, june_pdf: Path) -> None:
    figure = view.figures["visit.count_month"]
    assert figure.value is not None
    later: dict[str, Figure] = {**view.figures, figure.code: replace(figure, value=figure.value + 1)}
    found = refusals(june_pdf.read_bytes(), view, later)
    assert {r.rule for r in found} == {"PF04"}
    assert {r.page for r in found} > {2}  # in prose, in its table, in annex 2
    fewer = {code: f for code, f in view.figures.items() if code != figure.code}
    assert {r.rule for r in refusals(june_pdf.read_bytes(), view, fewer)} == {"PF04"}


# PF05


@pytest.mark.parametrize("text", ["共3件", "达到98.5%", "３家企业", "2014年增长3成", "12345", "第3名", "7月15"])
def test_a_number_in_prose_without_a_figure_is_refused(check: Check, text: str) -> None:
    assert set(check(para(f"本月{text}。"))) == {"PF05"}


@pytest.mark.parametrize(
    "text", ["2014年6月", "7月15日", "7月3日09:30", "第5期（总第5期）", "见第12页", "附件2", "五个一", "2014年"]
)
def test_dates_issues_and_pages_are_not_figures(check: Check, text: str) -> None:
    assert check(para(f"本月{text}。")) == []


def test_counts_of_the_issue_itself_are_not_figures(check: Check, plain: View) -> None:
    number = plain.measured_duties
    assert check(para(f"能够考核的{number}项。")) == []
    assert check(para(f"能够考核的{number + 1000}项。")) == ["PF05"]
    assert check(para(f"能够考核的{number}件。")) == ["PF05"]


def test_digits_in_the_name_of_a_place_are_not_figures(check: Check, plain: View) -> None:
    named = replace(plain, district=plain.district.model_copy(update={"townships": ("4团", "142团")}))
    assert check(para("居前的是142团、4团。"), against=named) == []
    assert check(para("居前的是142团、24团。"), against=named) == ["PF05"]
    assert check(para("居前的是142团。")) == ["PF05"]


def test_tables_and_headings_are_not_prose(check: Check) -> None:
    assert check(f"<h2>一、2件事</h2>{table('<tr><td>3</td><td><p>4件</p></td></tr>')}") == []


def test_a_number_that_the_template_types_is_refused(view: View, fonts: Fonts) -> None:
    html = printing.html(view).replace("挂钩联系。</span>", "挂钩联系。</span>7名", 1)
    found = refusals(print_pdf(html, charts(view), fonts, "00"), view, view.figures, (), html)
    assert told(found) == [("PF05", "7")]
    assert found[0].message == "第2页：“7”没有指标（“(二)挂钩联系。7名区领导□□”）。"


def charts(view: View) -> tuple[object, ...]:
    return view.charts


def test_an_editors_note_may_repeat_figures(check: Check, plain: View) -> None:
    figure = plain.figures["visit.count_month"]
    note = f"本月走访{printing.shown(figure)}{figure.unit}，请在7月15日前补齐。"
    assert check(para(f"按语：{note}"), against=replace(plain, editor_note=note)) == []
    assert check(para(f"按语：{note}")) == ["PF05"]
    wrong = "本月走访123456次。"
    assert check(para(f"按语：{wrong}"), against=replace(plain, editor_note=wrong)) == ["PF05"]


# PF06


@pytest.mark.parametrize(
    "text", ["None", "nan", "NaN", "NaT", "undefined", "-inf", "&lt;NA&gt;", "{{ view.title }}", "{% if %}", "#REF!"]
)
def test_an_empty_value_of_a_program_is_refused(check: Check, text: str) -> None:
    assert check(para(f"走访{text}家")) == ["PF06"]
    assert check(table(f"<tr><td>走访</td><td>{text}</td></tr>")) == ["PF06"]


def test_an_empty_value_beside_the_text_is_refused(check: Check) -> None:
    assert check("<h2>一、样张</h2><p style='bookmark-level:2;bookmark-label:\"None\"'>字</p><p>字</p>") == ["PF06"]


def test_a_hash_that_happens_to_read_like_an_empty_value_passes() -> None:
    """Before, one document in some thousands was refused for the checksum of its own attachment."""
    parameters = pikepdf.Dictionary(CheckSum=pikepdf.String(b"{{ None }} \xa3\xe5"), Told=pikepdf.String("{{ None }}"))
    assert list(strings(pikepdf.Dictionary(Params=parameters))) == ["{{ None }}"]


@pytest.mark.parametrize("text", ["“None”", "financial", "nano", "information", "{x}", "inf.xlsx"])
def test_words_and_quotations_are_text(check: Check, text: str) -> None:
    assert check(para(f"走访{text}")) == []


# PF07


def test_a_blank_cell_is_refused(check: Check) -> None:
    assert check(table("<tr><td>甲</td><td>—</td></tr><tr><td>乙</td><td> </td></tr>")) == ["PF07"]
    assert check("<table><tr><th>甲</th><th></th></tr><tr><td>乙</td><td>乙</td></tr></table>") == ["PF07"]
    assert check(table('<tr><td rowspan="2">甲</td><td>乙</td></tr><tr><td>丙</td></tr>')) == []


def test_a_row_about_a_whole_file_has_blank_cells(check: Check) -> None:
    assert check(table("<tr><td>（全文件）</td><td></td></tr>")) == []


def test_a_row_that_goes_on_overleaf_is_not_blank(check: Check) -> None:
    tall = f'<tr style="break-inside:auto"><td>甲</td><td>{"很长的说明" * 700}</td></tr>'
    assert check(f"<h2>一、样张</h2>{table(tall)}") == []
    assert check(f"<h2>一、样张</h2>{table(f'{tall}<tr><td>甲</td><td></td></tr>')}") == ["PF07"]


# PF08


@pytest.mark.parametrize(
    "body",
    [
        "<h2>一、甲</h2><h2>二、乙</h2><p>字</p>",
        "<h2>一、甲</h2><p>字</p><h3>（一）乙</h3><h2>二、丙</h2><p>字</p>",
        "<h2>一、甲</h2><p>字</p><h2>二、乙</h2>",
        "<h2>一、甲</h2><p> </p><h2>二、乙</h2><p>字</p>",
        '<p class="lead">需领导关注</p><h2>一、甲</h2><p>字</p>',
        "<div><h2>一、甲</h2></div><div><h2>二、乙</h2><p>字</p></div>",
        "<h2>一、甲</h2><p>（一）即征即奖。</p><p>字</p>",
    ],
)
def test_an_empty_section_is_refused(check: Check, body: str) -> None:
    assert check(body) == ["PF08"]


@pytest.mark.parametrize(
    "body",
    [
        "<h2>一、甲</h2><h3>（一）乙</h3><p>字</p>",
        f"<h2>一、甲</h2>{table('<tr><td>甲</td><td>乙</td></tr>')}<h2>二、乙</h2><p>字</p>",
        "<h2>一、甲</h2><p>（一）即征即奖。本月没有。</p>",
    ],
)
def test_a_section_with_anything_in_it_passes(check: Check, body: str) -> None:
    assert check(body) == []


def test_the_colophon_does_not_fill_the_last_section(view: View, fonts: Fonts) -> None:
    html = printing.html(view).replace("本期没有修订。", "", 1)
    found = refusals(print_pdf(html, charts(view), fonts, "00"), view, view.figures, (), html)
    assert told(found) == [("PF08", "附件3修订说明")]


# PF09


def test_a_first_page_that_runs_over_is_refused(view: View, fonts: Fonts) -> None:
    html = printing.html(view).replace('<table class="strip">', '<table class="strip" style="margin-top:60mm">', 1)
    found = refusals(print_pdf(html, charts(view), fonts, "00"), view, view.figures, (), html)
    assert {r.rule for r in found} == {"PF09"}
    assert any("另有" in r.found for r in found)
    assert {r.page for r in found} == {2}


# PF10


def test_a_name_is_found_wherever_it_stands(check: Check) -> None:
    name = ("徐某甲",)
    assert check(para("信访人徐某甲。"), name) == ["PF10"]
    assert check(para("信访人徐<b>某</b> 甲。"), name) == ["PF10"]
    assert check("<h2>徐某甲</h2><p>字</p>", name) == ["PF10", "PF10"]  # and as a bookmark
    assert check('<p id="徐某甲">字</p><p><a href="#徐某甲">字</a></p>', name) == ["PF10"]  # a link's target
    assert check('<style>@page :right { @bottom-right { content: "徐某甲" } }</style><p>字</p>', name) == [
        "PF02",
        "PF10",
    ]
    assert check(para("信访人徐××。") + table("<tr><td>老徐</td><td>某甲</td></tr>"), name) == []
    assert check(para("字"), ("", "字", " ")) == []


def test_a_name_over_a_page_break_is_found(check: Check) -> None:
    fill = '<h2>一、样张</h2><p style="text-indent:0;orphans:1;widows:1"><span class="t">{}徐某甲</span></p>'
    assert check(fill.format("国" * (21 * 28 - 2)), ("徐某甲",)) == ["PF10"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_name_in_an_attachment_or_the_metadata_is_found(
    encoding: str, packed: bool, view: View, june_pdf: Path
) -> None:
    content = "编号,姓名\n1,徐某甲\n".encode(encoding)
    if packed:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/sharedStrings.xml", content * 20)
        content = archive.getvalue()
    sink = io.BytesIO()
    with pikepdf.open(june_pdf) as pdf:
        pdf.attachments["表"] = pikepdf.AttachedFileSpec(pdf, content, filename="表")
        pdf.docinfo["/Keywords"] = "徐某乙"
        pdf.save(sink)
    found = refusals(sink.getvalue(), view, view.figures, ("徐某甲", "徐某乙", "徐某丙"))
    assert sorted(told(found)) == [("PF10", "徐某乙"), ("PF10", "徐某甲")]


def test_a_name_in_an_alternative_text_is_found(view: View, june_pdf: Path) -> None:
    section = next(section for section in view.sections if section.chart)
    assert section.chart
    found = refusals(june_pdf.read_bytes(), view, view.figures, (section.chart.alt[3:9],))
    assert "PF10" in {r.rule for r in found if r.page == 0}


# the rest


def test_messages_are_plain_and_say_where(view: View, june_pdf: Path) -> None:
    found = refusals(june_pdf.read_bytes(), view, view.figures, (view.title,))
    assert found[0].message.endswith(f"：“{view.title}”应当隐去。")
    assert {r.page for r in found} == {0, 1}  # the metadata, and the title on page one
    assert set(RULES) == {f"PF{n:02d}" for n in range(11)}


def test_boxes() -> None:
    box = Box(0, 0, 2, 1)
    assert box.common(Box(1, 0.5, 3, 3)) == 0.5
    assert box.common(Box(2, 0, 3, 1)) == 0
    assert box.holds(Box(1, 0, 3, 1)) and not box.holds(Box(1.5, 0, 3, 1))
    assert close(" ａ１　“字”\u200b\n") == "a1“字”"
