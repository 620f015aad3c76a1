"""What each reader gets of one issue: everything, one department's own, or what everybody may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from flows import documents
from tests.pipeline import SAMPLE, Run
from tests.transforms.briefing.sample_figures import june as given
from transforms.briefing import editions, pictures, printing, web
from transforms.briefing.compose import compose
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import refusals
from transforms.briefing.proofs.paper import close, read_back
from transforms.briefing.render import render
from transforms.briefing.view import View
from transforms.districts import Asked, Audience, parse_district
from transforms.errors import ConfigurationError
from transforms.findings import Finding, Severity

pytestmark = pytest.mark.xdist_group("june")
Fonts = dict[str, Path]
MM = 25.4 / 72
YEARS = "秘密★1年"


def asking(view: View, *entries: dict[str, object]) -> View:
    asked = tuple(Asked.model_validate(entry) for entry in entries)
    return replace(view, district=view.district.model_copy(update={"editions": asked}))


@pytest.fixture(scope="module")
def whole(june: Run) -> View:
    """June through the real reader, asking for every edition as a draft."""
    both = ({"for": "departments", "made": "always", "numbered": True}, {"for": "public", "made": "always"})
    return asking(june.view(), *both)


@pytest.fixture(scope="module")
def made(whole: View) -> dict[str, View]:
    return dict(editions.others(whole))


def test_the_sample_district_asks_for_them_from_the_signature_on(june: Run) -> None:
    draft = june.view()
    assert list(editions.others(draft)) == []
    names = [name for name, _ in editions.others(replace(draft, signed=True))]
    assert names == ["public", *(d.name for d in draft.district.departments)]


def test_the_leaders_edition_is_the_issue_itself(whole: View) -> None:
    assert editions.leaders(whole) == whole
    assert editions.leaders(asking(whole)) == asking(whole)


# departments


def test_a_department_reads_of_nothing_but_its_own(made: dict[str, View], whole: View) -> None:
    for department in (d.name for d in whole.district.departments):
        view = made[department]
        assert all(department in f.owner.split("、") for f in view.figures.values())
        assert {r.department for r in view.receipts} == {department}
        assert {f.department for f in view.found} <= {department}
        assert {e.code for _, part in view.entries for e in part} == set(view.figures)
        assert view.fingerprint != whole.fingerprint


def test_every_matter_reaches_whoever_must_act_or_keeps_its_sheet(made: dict[str, View], whole: View) -> None:
    departments = {d.name for d in whole.district.departments}
    reached = {id(i) for name, v in made.items() if name != "public" for i in v.candidates}
    assert {id(i) for i in whole.candidates} == reached
    for item in (*whole.candidates, *whole.coming_due):
        if item.whose in departments:
            assert item in (*made[item.whose].candidates, *made[item.whose].coming_due)


def test_every_finding_of_a_department_is_told_to_it_alone(made: dict[str, View], whole: View) -> None:
    assert whole.found
    for finding in whole.found:
        told = [name for name, view in made.items() if finding in view.found]
        assert told == ([finding.department] if finding.department in made else [])


def test_a_department_that_sent_nothing_has_an_edition(whole: View, fonts: Fonts) -> None:
    gone = "信访局"
    figures = {
        code: replace(f, value=None, change=None, cells=(), light=None, done=None, due=None, note=f"{gone}未报送")
        if gone in f.owner else f
        for code, f in whole.figures.items()
    }  # fmt: skip
    items = tuple(item for item in whole.candidates if item.workstream != "petitions")
    short = replace(
        whole, figures=figures, missing=(gone,), provisional=True, candidates=items, attention=items, coming_due=(),
        sections=tuple(replace(s, items=tuple(i for i in s.items if i in items)) for s in whole.sections),
    )  # fmt: skip
    made = dict(editions.others(short))
    for name in (gone, "public"):
        view = fit(made[name], fonts)
        assert refusals(render(view, fonts), view, figures) == ()
    assert f"{gone}未报送" not in printing.html(made["public"])
    assert gone not in printing.html(made["财政局"])


# the public


@pytest.fixture(scope="module")
def open_view(made: dict[str, View], fonts: Fonts) -> View:
    return fit(made["public"], fonts)


@pytest.fixture(scope="module")
def open_pdf(open_view: View, fonts: Fonts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("public") / "public.pdf"
    path.write_bytes(render(open_view, fonts))
    return path


@pytest.fixture(scope="module")
def open_texts(open_view: View, open_pdf: Path, fonts: Fonts) -> dict[str, str]:
    """Everything that can be read of the public edition, without spaces: PDF with what is beside its pages, HTML."""
    paper = read_back(open_pdf.read_bytes())
    beside = "".join((*paper.strings, *(part.decode("utf-8", "replace") for part in paper.attached)))
    shown = "".join((*paper.texts.values(), *(text for _, text in paper.loose)))
    page = web.page(open_view, {c.name: pictures.svg(c, fonts["hei"]) for c in open_view.charts})
    return {"pdf": close(shown + beside), "html": close(page.decode()), "view": close(repr(_without_rules(open_view)))}


def _without_rules(view: View) -> object:
    """What of the view is about the month. The district's own file is no part of the page."""
    return replace(view, district=None, previous={}, edition=None, enterprises=frozenset())  # type: ignore[arg-type]


def secrets(run: Run) -> Iterator[str]:
    """What must not be read by everybody: names in any row, what the office wrote of units, where a figure stands."""
    for dataset, frame in run.accepted.facts.frames.items():
        for column in (
            "enterprise_name",
            "owner",
            "project_name",
            "visitor",
            "petitioner",
            "enterprise_code",
            "remark",
        ):
            if column in frame:
                yield from (str(value) for value in frame[column].dropna().unique())
        for contract in run.month.configuration.contracts:
            if contract.id == dataset:
                keys = [name for name in contract.key if name.endswith("_no") and name in frame]
                yield from (str(value) for name in keys for value in frame[name].dropna().unique())
    yield from (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    yield from run.month.configuration.district.leaders
    view = run.view()
    yield from (item.what for item in (*view.candidates, *view.coming_due))
    yield from (item.ask for item in view.candidates)
    for finding in view.found:
        yield from (finding.message, finding.filename, finding.sheet and f"{finding.sheet}{finding.cell}")
    yield view.fingerprint
    for figure in view.figures.values():
        for cells in figure.cells:
            yield from (cells.filename, cells.submission, cells.ranges and f"{cells.sheet}{cells.ranges}")
    yield from (receipt.sender for receipt in view.receipts)


def test_nothing_inside_is_read_outside(june: Run, open_texts: dict[str, str]) -> None:
    wanted = {close(secret) for secret in secrets(june)}
    wanted = {secret for secret in wanted if len(secret) > 1}
    assert len(wanted) > 400
    for place, text in open_texts.items():
        assert sorted(secret for secret in wanted if secret in text) == [], place
    assert not re.search(r"[A-Z]{1,2}\d+[:,][A-Z]{1,2}\d+", open_texts["pdf"])


def test_the_search_finds_what_it_should(june: Run) -> None:
    """The same search on the leaders' page: it reads names, titles, requests, cells."""
    text = close(printing.html(june.view()))
    found = {secret for secret in map(close, secrets(june)) if len(secret) > 1 and secret in text}
    assert {"区委书记", "区长", close(june.view().candidates[0].what)} <= found
    assert len(found) > 100


def test_the_public_reads_no_note_no_request_and_no_duty(june: Run) -> None:
    view = replace(june.view(), signed=True, editor_note="请某某公司注意", correction="财政局报错了数")
    html = printing.html(dict(editions.others(view))["public"])
    assert not re.search("某某公司|财政局报错|需领导关注|按语|责任领导|送：|报：|共印|内部|问责", html)
    assert "数据更正。本期代替以前签发的同一期" in html
    codes = set(re.findall(r'href="#f-([a-z_.]+)"', html))
    assert len(codes) > 80
    assert not {code for code in codes if code.split(".")[0] in ("duty", "coordination", "accountability")}


def test_its_paragraphs_are_numbered_without_a_gap(made: dict[str, View]) -> None:
    html = printing.html(made["public"])
    for chapter in html.split("<h2")[1:]:
        heads = re.findall(r'class="run-in">（(.)）', chapter)
        assert heads == list("一二三四五六"[: len(heads)])
    assert re.findall(r'<h2[^>]*><span class="t">(.)、', html) == list("一二三四")
    assert re.findall(r"附件(\d)", html) == ["1", "2"]


def test_an_enterprise_in_the_public_edition_is_refused(june: Run, whole: View, fonts: Fonts) -> None:
    """As a mistake in a template would put it there."""
    names = june.view().enterprises
    assert len(names) > 100
    name = sorted(names)[0]
    figures = {code: replace(f, definition=f"{f.definition}（{name}）") if code == "loan.bank_to_date" else f
               for code, f in whole.figures.items()}  # fmt: skip
    leaking = asking(replace(whole, figures=figures), {"for": "public", "made": "always"})
    ((place, view),) = editions.others(leaking)
    made = documents.edition(place, view, figures, fonts)
    assert made.reasons
    assert {reason.split()[1] for reason in made.reasons} == {"PF10"}
    assert all(reason.startswith("editions/public.pdf") and name in reason for reason in made.reasons)


def test_each_edition_passes_the_proofs(
    made: dict[str, View], june: Run, open_view: View, open_pdf: Path, fonts: Fonts
) -> None:
    names = june.view().enterprises
    assert refusals(open_pdf.read_bytes(), open_view, june.figures, tuple(names)) == ()
    for name in ("财政局", "住建局"):
        view = fit(made[name], fonts)
        assert refusals(render(view, fonts), view, june.figures) == ()


def test_an_edition_that_is_a_draft_says_so_and_a_signed_one_does_not(whole: View) -> None:
    for _, view in editions.others(whole):
        assert "briefing:review.svg" in printing.html(view)
    for _, view in editions.others(replace(whole, signed=True, editor_note="抓紧办。")):
        html = printing.html(view)
        assert "送审稿" not in html and "briefing:review.svg" not in html
        assert ("按语：抓紧办。" in html) == (view.edition.audience is Audience.DEPARTMENTS)


# marks


def place_of(pdf: Path, text: str) -> tuple[float, float, float]:
    """Left and top of the block's first page, in mm, and size in points, of a line that is this text."""
    with pdfplumber.open(pdf) as opened:
        lines = opened.pages[0].extract_text_lines(return_chars=True)
        (line,) = (line for line in lines if close(line["text"]) == close(text))
        return line["x0"] * MM - 28, line["chars"][0]["top"] * MM - 37, line["chars"][0]["size"]


def test_copy_number_and_security_stand_where_the_standard_has_them(fonts: Fonts, tmp_path: Path) -> None:
    """GB/T 9704-2012, 7.2.1–7.2.2: six digits and 密级 in 3号, at the left edge of the first and second line."""
    view = asking(compose(given()), {"for": "leaders", "numbered": True, "security": YEARS, "copies": 12})
    view = replace(view, signed=True, correction="更正第五批")
    marked = fit(editions.leaders(view), fonts)
    numbered = replace(marked, edition=replace(marked.edition, copy=7))
    assert refusals(render(numbered, fonts), numbered, view.figures) == ()
    path = tmp_path / "a.pdf"
    path.write_bytes(render(numbered, fonts))
    pitch = 225 / 22
    for text, number in (("000007", 0), (YEARS, 1)):
        left, top, size = place_of(path, text)
        assert abs(left) < 0.6
        assert number * pitch - 0.2 <= top <= number * pitch + pitch - 16 * MM + 0.5
        assert size == pytest.approx(16, abs=0.1)
    assert "共印12份" in printing.html(marked)
    assert "000" not in printing.html(marked).split("masthead")[0]  # its line is free


def test_each_department_has_its_own_copy(made: dict[str, View]) -> None:
    numbers = [re.findall(r'class="secrecy">(\d{6})<', printing.html(v)) for n, v in made.items() if n != "public"]
    assert numbers == [[f"{number:06d}"] for number in range(1, 11)]


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("{for: public, security: 秘密}", "公开版不标"),
        ("{for: leaders, security: 很密}", "security"),
        ("{for: leaders}\n  - {for: leaders}", "重复"),
        ("{for: neighbours}", "for"),
    ],
)
def test_an_edition_that_cannot_be_is_refused_at_its_line(entry: str, wrong: str) -> None:
    text = (SAMPLE.parent / "districts/350303.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("editions:")
    changed = f"{head}editions:\n  - {entry}\n{rest[rest.index('targets:') :]}"
    with pytest.raises(ConfigurationError, match=wrong):
        parse_district(changed, "x.yaml")


def test_findings_beyond_those_printed_are_counted(whole: View) -> None:
    many = tuple(Finding("RD01", Severity.BLOCK, f"第{n}处", "财政局") for n in range(40))
    html = printing.html(dict(editions.others(replace(whole, found=many)))["财政局"])
    assert "全部问题见退回的原表" in html
    assert "财政局" in html and "第0处" in html
