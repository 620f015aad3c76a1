"""The HTML edition: one file that fetches nothing, and in a real browser, readable on a phone, each figure at its source."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
import tinyhtml5

from tests.chromium import MISSING, PROGRAM, Browser
from tests.transforms.briefing.sample_figures import ROOT, june
from transforms.briefing import pictures, printing, web
from transforms.briefing.compose import compose
from transforms.briefing.view import View
from transforms.errors import ConfigurationError

needs_chromium = pytest.mark.skipif(PROGRAM is None, reason=MISSING)
HOSTILE = '<script>window.ran=1;document.title="坏"</script><img src="http://bad.example/x" onerror="window.ran=1">'
WIDTHS = (360, 1280)


def drawn(view: View, fonts: dict[str, Path]) -> dict[str, bytes]:
    return {chart.name: pictures.svg(chart, fonts["hei"]) for chart in view.charts}


@pytest.fixture(scope="module")
def charts(view: View, fonts: dict[str, Path]) -> dict[str, bytes]:
    return drawn(view, fonts)


@pytest.fixture(scope="module")
def page(view: View, charts: dict[str, bytes]) -> bytes:
    return web.page(view, charts)


@pytest.fixture(scope="module")
def tree(page: bytes) -> ET.Element:
    root: ET.Element = tinyhtml5.parse(page.decode(), namespace_html_elements=False)
    return root


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    return Browser(tmp_path_factory.mktemp("chromium"), ROOT / ".fonts")


@pytest.fixture(scope="module")
def file(page: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "briefing.html"
    path.write_bytes(page)
    return path


@pytest.fixture(scope="module")
def hostile(view: View, charts: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """June with markup in an editor's note, in a finding and in the name of a picture's part."""
    findings = (replace(view.findings[0], message=HOSTILE), *view.findings[1:])
    path = tmp_path_factory.mktemp("hostile") / "briefing.html"
    path.write_bytes(web.page(replace(view, editor_note=HOSTILE, findings=findings), charts))
    return path


def test_every_address_is_data_or_a_place_of_the_page(page: bytes, tree: ET.Element) -> None:
    addresses = [e.get(name, "") for e in tree.iter() for name in ("href", "src", "srcset", "action", "data", "poster")]
    assert {a[:5] for a in addresses if a and not a.startswith("#")} <= {"data:"}
    style = "".join(tree.find("head").find("style").itertext())  # type: ignore[union-attr]
    assert not re.search(r"url\(|@import|@font-face", style)
    assert {e.tag for e in tree.iter()}.isdisjoint({"script", "link", "iframe", "object", "embed", "form", "base"})
    assert not [name for e in tree.iter() for name in e.attrib if name.startswith("on")]


def test_the_policy_lets_nothing_be_fetched_or_run(tree: ET.Element) -> None:
    (policy,) = (m.get("content", "") for m in tree.iter("meta") if m.get("http-equiv") == "Content-Security-Policy")
    said = dict(part.split(maxsplit=1) for part in policy.split("; "))
    assert said == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_head_says_language_title_and_viewport(view: View, tree: ET.Element) -> None:
    assert tree.get("lang") == "zh-CN"
    assert [t.text for t in tree.iter("title")] == [view.title]
    assert "width=device-width" in "".join(m.get("content", "") for m in tree.iter("meta"))


def test_headings_go_down_step_by_step_and_the_contents_lead_to_each_part(tree: ET.Element) -> None:
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    contents = {a.get("href"): "".join(a.itertext()) for nav in tree.iter("nav") for a in nav.iter("a")}
    assert contents == {f"#{h.get('id')}": "".join(h.itertext()) for h in tree.iter("h2")}
    assert [title.partition("、")[0] for title in contents.values()][:4] == ["需领导关注", "一", "二", "三"]


def test_every_link_has_its_place_and_an_id_is_one(tree: ET.Element) -> None:
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {a.get("href", "")[1:] for a in tree.iter("a")} - set(ids) == {web.NOWHERE}


def test_the_numbers_are_those_of_the_page(view: View, tree: ET.Element) -> None:
    def numbers(root: ET.Element) -> list[tuple[str | None, str]]:
        return [(a.get("href"), "".join(a.itertext())) for a in root.iter("a") if a.get("class") == "n"]

    assert numbers(tree) == numbers(tinyhtml5.parse(printing.html(view), namespace_html_elements=False))


def test_an_entry_says_what_annex_two_says(view: View, tree: ET.Element) -> None:
    cards = {e.get("id"): " ".join("".join(e.itertext()).split()) for e in tree.iter("article")}
    for source, rows in view.entries:
        for entry in rows:
            f, said = view.figures[entry.code], cards[f"f-{entry.code}"]
            words = (f.label, f.scope, f.definition, source, entry.place, entry.code, printing.shown(f))
            assert [word for word in words if " ".join(word.split()) not in said] == []


def test_page_numbers_become_words(page: bytes, tree: ET.Element) -> None:
    assert [a.text for a in tree.iter("a") if a.get("class") == "page-of"] == ["后文清单"] * 3
    assert b"target-counter" not in page


def test_pictures_are_inside_with_their_words(view: View, tree: ET.Element) -> None:
    assert [i.get("alt") for i in tree.iter("img")] == [chart.alt for chart in view.charts]
    assert all(i.get("src", "").startswith("data:image/svg+xml;base64,") for i in tree.iter("img"))


def test_a_picture_that_was_not_drawn_is_refused(view: View) -> None:
    with pytest.raises(ConfigurationError, match="progress"):
        web.page(view, {})


def test_a_link_to_nowhere_is_refused(view: View, charts: dict[str, bytes]) -> None:
    html = printing.html(view).replace('href="#f-issue.raised_to_date"', 'href="#f-no.such_code"')
    with pytest.raises(ConfigurationError, match=re.escape("#f-no.such_code")):
        web.from_html(html, view, charts)


def test_the_bytes_repeat_and_are_few(view: View, charts: dict[str, bytes], page: bytes) -> None:
    assert web.page(view, charts) == page
    assert len(page) <= 500_000


def test_text_of_a_department_stays_text(hostile: Path) -> None:
    text = hostile.read_text(encoding="utf-8")
    assert text.count("&lt;script&gt;") == 2
    assert "<script" not in text
    tree = tinyhtml5.parse(text, namespace_html_elements=False)
    assert "bad.example" not in "".join(value for e in tree.iter() for value in e.attrib.values())


MEASURE = """
const over = all('body *').filter(e => !e.closest('.scroll, figure, .skip') && e.getClientRects().length
  && e.getBoundingClientRect().right > page.innerWidth + 1);
const small = all('body *').filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())
  && parseFloat(page.getComputedStyle(e).fontSize) < 16);
return {wide: doc.documentElement.scrollWidth, inner: page.innerWidth, ran: page.ran === undefined,
  over: over.map(e => e.outerHTML.slice(0, 80)), small: small.map(e => e.outerHTML.slice(0, 80)),
  fetched: page.performance.getEntriesByType('resource').map(e => e.name.slice(0, 5)), text: doc.body.innerText};
"""


@needs_chromium
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_side_and_no_letter_is_small(browser: Browser, file: Path, width: int) -> None:
    found = browser.measure(file, width, MEASURE)
    assert (found["inner"], found["wide"]) == (width, width)
    assert found["over"] == []
    assert found["small"] == []
    assert set(found["fetched"]) <= {"data:"}  # type: ignore[call-overload]


@needs_chromium
def test_markup_typed_by_a_department_shows_and_does_not_run(browser: Browser, hostile: Path) -> None:
    found = browser.measure(hostile, 360, MEASURE)
    assert found["ran"] is True
    assert str(found["text"]).count(HOSTILE) == 2
    assert found["wide"] == 360
    assert set(found["fetched"]) <= {"data:"}  # type: ignore[call-overload]


CARDS = """
const hidden = [], inside = [], links = [...new Set(all('a.n').map(a => a.hash))];
for (const hash of links) {
  page.location.hash = hash;
  const card = doc.querySelector(':target .card'), box = card && card.getBoundingClientRect();
  const close = card && card.querySelector('.close').getBoundingClientRect();
  if (!box || !box.width || page.getComputedStyle(doc.querySelector(':target')).position != 'fixed') hidden.push(hash);
  else if (box.left < 0 || box.right > page.innerWidth || box.top < 0 || box.bottom > page.innerHeight + 1
    || close.height < 44) inside.push(hash);
}
return {links: links.length, hidden, inside};
"""


@needs_chromium
@pytest.mark.parametrize("width", WIDTHS)
def test_each_figure_opens_its_entry_as_a_card(browser: Browser, view: View, file: Path, width: int) -> None:
    found = browser.measure(file, width, CARDS)
    assert found["links"] == len(set(re.findall(r'href="(#f-[^"]+)"', printing.html(view))))
    assert (found["hidden"], found["inside"]) == ([], [])


THERE_AND_BACK = """
const link = all('a.n')[60];
link.scrollIntoView();
const before = page.scrollY;
link.click();
await pause(50);
const opened = doc.querySelector(':target'), at = page.scrollY;
opened.querySelector('.close').click();
await pause(50);
return {before, at, after: page.scrollY, opened: '#' + opened.id == link.hash, closed: !doc.querySelector(':target')};
"""


@needs_chromium
def test_closing_a_card_leaves_the_reader_where_he_was(browser: Browser, file: Path) -> None:
    found = browser.measure(file, 360, THERE_AND_BACK)
    assert found["before"] == found["at"] == found["after"] != 0
    assert found["opened"]
    assert found["closed"]


@needs_chromium
def test_the_page_has_nothing_to_complain_of(browser: Browser, file: Path, tmp_path: Path) -> None:
    assert browser.console(file) == []
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_bytes(file.read_bytes().replace(b"<main>", b'<main><img src="http://bad.example/x">'))
    assert "Content Security Policy" in "".join(browser.console(spoilt))


@needs_chromium
def test_a_first_month_with_nothing_reported_reads_on_a_phone(
    browser: Browser, fonts: dict[str, Path], tmp_path: Path
) -> None:
    given = june()
    nothing = {code: replace(f, value=None, change=None, note="未报送") for code, f in given.figures.items()}
    view = compose(replace(given, figures=nothing, history={given.period: nothing}, items=(), provisional=True))
    path = tmp_path / "briefing.html"
    path.write_bytes(web.page(view, drawn(view, fonts)))
    found = browser.measure(path, 360, MEASURE)
    assert (found["wide"], found["over"], found["small"]) == (360, [], [])
