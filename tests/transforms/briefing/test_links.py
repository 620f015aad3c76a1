"""Links of the finished file: every printed figure leads to its entry in annex 2, and says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from transforms.briefing import links, printing
from transforms.briefing.view import View


@pytest.fixture(scope="module")
def pdf(june_pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(june_pdf) as opened:
        yield opened


@pytest.fixture(scope="module")
def places(pdf: pikepdf.Pdf) -> dict[str, tuple[int, float]]:
    """Destinations: page from 0, and height in points."""
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    names = pdf.Root.Names.Dests.Names.as_list()
    return {
        str(name): (pages[place[0].objgen], float(place[3]))
        for name, place in zip(names[::2], names[1::2], strict=True)
    }


def notes(pdf: pikepdf.Pdf) -> Iterator[tuple[int, pikepdf.Object]]:
    for number, page in enumerate(pdf.pages):
        for note in page.obj.get("/Annots", pikepdf.Array()).as_list():
            yield number, note


def test_every_figure_that_is_printed_leads_to_its_entry(
    pdf: pikepdf.Pdf, places: dict[str, tuple[int, float]], view: View
) -> None:
    printed = set(re.findall(r'class="n" href="#(f-[^"]+)"', printing.html(view)))
    led = {str(note.Dest) for _, note in notes(pdf) if str(note.Dest).startswith("f-")}
    assert led == printed
    assert led <= set(places)
    assert led <= {f"f-{entry.code}" for _, rows in view.entries for entry in rows}


def test_the_place_is_the_row_of_that_figure(
    pdf: pikepdf.Pdf, june_pdf: Path, places: dict[str, tuple[int, float]], view: View
) -> None:
    """Annex 2 begins on one page and every place lies behind it, each at a height of its own."""
    with pdf.open_outline() as outline:
        annex = next(item.destination for item in outline.root if str(item.title).startswith("附件2"))
    start = next(number for number, page in enumerate(pdf.pages) if page.obj.objgen == annex[0].objgen)
    entries = [place for name, place in places.items() if name.startswith("f-")]
    assert min(page for page, _ in entries) >= start
    assert len(set(entries)) == len(entries)
    order = [places[f"f-{entry.code}"] for _, rows in view.entries for entry in rows if f"f-{entry.code}" in places]
    assert order == sorted(order, key=lambda place: (place[0], -place[1]))


def test_every_link_says_where_it_leads(pdf: pikepdf.Pdf, view: View) -> None:
    for number, note in notes(pdf):
        assert note.Subtype == "/Link"
        assert "/A" not in note
        code = str(note.Dest).removeprefix("f-")
        told = f"{view.figures[code].label}：指标解释与来源" if code in view.figures else links.ELSEWHERE
        assert str(note.Contents) == told
        assert int(note.F) == 4  # printed, not hidden, not invisible: ISO 19005-3, 6.3.2
        left, bottom, right, top = (float(edge) for edge in note.Rect.as_list())
        page = pdf.pages[number].mediabox
        assert 0 <= left < right <= float(page[2])
        assert 0 <= bottom < top <= float(page[3])


def annotated(*boxes: tuple[str, tuple[float, ...]]) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    made = [
        pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Dest=to, Rect=pikepdf.Array(box))
        )
        for to, box in boxes
    ]
    if made:
        page.obj.Annots = pikepdf.Array(made)
    return pdf


OUTER = (10, 10, 60.123456, 30)


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        (("f-a", (20, 12, 40, 28)), 1),  # within it, to the same place
        (("f-b", (20, 12, 40, 28)), 2),  # to another
        (("f-a", (50, 12, 80, 28)), 2),  # beside it
        (("f-a", (40, 28, 20, 12)), 1),  # the same box from its other corner
    ],
)
def test_a_link_within_a_link_goes(second: tuple[str, tuple[float, ...]], kept: int) -> None:
    pdf = annotated(("f-a", OUTER), second)
    inner = pdf.pages[0].obj.Annots[1].objgen
    gone = links.mend(pdf, {"f-a": "走访企业"})
    left = pdf.pages[0].obj.Annots.as_list()
    assert (len(left), gone) == (kept, frozenset() if kept == 2 else {inner})
    assert str(left[0].Contents) == "走访企业"
    assert [float(edge) for edge in left[0].Rect.as_list()] == [10, 10, 60.12, 30]


def test_pages_without_links_stay_without() -> None:
    pdf = annotated()
    assert links.mend(pdf, {}) == frozenset()
    assert "/Annots" not in pdf.pages[0].obj
