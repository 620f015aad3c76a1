"""The HTML edition: one file, from the HTML of the page itself, that fetches nothing and needs no script.

A number leads to its entry in annex 2. The browser shows the entry that the address names as a card over the page, by
`:target`; it is fixed to the window, so the reader stays where he was, and closing it or going back hides it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from transforms.briefing import printing
from transforms.briefing.prose import Prose
from transforms.briefing.view import View
from transforms.errors import ConfigurationError
from transforms.figures import half_up

ENTRY = "f-"
NOWHERE = "page"  # no element has this id: a link to it takes the card away and does not scroll
VIEWPORT = "width=device-width, initial-scale=1"
# A page of a screen has no number.
PLACES = {"#items-": "后文清单"}
ELSEWHERE = "有关部分"
SVG_FONTS = "SimHei, STHeiti, 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
_MARK = "entries-stand-here"


@dataclass(frozen=True)
class Part:
    """One line of the table of contents."""

    id: str
    title: str


def page(view: View, charts: Mapping[str, bytes]) -> bytes:
    """The issue as one HTML file, UTF-8. `charts`: chart name → SVG. The same values give the same bytes.

    Raises:
        ConfigurationError: a picture has no SVG, or a link leads nowhere.
    """
    return from_html(printing.html(view), view, charts)


def from_html(html: str, view: View, charts: Mapping[str, bytes]) -> bytes:
    """The same from a page's whole HTML; `view` has the entries that its numbers lead to.

    Raises:
        ConfigurationError: as `page`.
    """
    _, body = printing.tree(html)
    _entries_out(body)
    _tables(body)
    for image in body.iter("img"):
        image.set("src", _data(image.get("src", "").removeprefix("chart:"), charts))
    for link in body.iter("a"):
        if link.get("class") == "page-of":
            link.text = next((word for to, word in PLACES.items() if link.get("href", "").startswith(to)), ELSEWHERE)
    parts = tuple(_parts(body))
    _links_lead_somewhere(body, view)
    before, _, after = _inside(body).partition(f'<div id="{_MARK}"></div>')
    prose = Prose(view.figures, view.previous, view.period).vocabulary()
    words = {"show": printing.shown, "exact": exact, "figure": prose["figure"], "light": prose["light"]}
    text = printing.filled(
        "web.html.j2",
        view=view,
        charset="utf-8",
        viewport=VIEWPORT,
        stay_here=NOWHERE,
        parts=parts,
        before=Markup(before),
        after=Markup(after),
        **words,
    )
    return text.encode()


def exact(value: Fraction | None) -> str:
    """Part of a rate, or a target, as the page prints it."""
    return "—" if value is None else half_up(value, 2)


def _entries_out(body: Element) -> None:
    """Annex 2's table of four columns becomes a list, which the template writes where the table stood."""
    for parent in list(body.iter()):
        for child in list(parent):
            if child.tag == "table" and any(row.get("id", "").startswith(ENTRY) for row in child.iter("tr")):
                place = Element("div", {"id": _MARK})
                place.tail = child.tail
                parent[list(parent).index(child)] = place


def _tables(body: Element) -> None:
    """Each table in a box of its own, which scrolls when the table is wider than the window; columns have heads."""
    for parent in list(body.iter()):
        for place, child in enumerate(list(parent)):
            if child.tag != "table":
                continue
            box = Element("div", {"class": "scroll"})
            box.tail, child.tail = child.tail, None
            parent[place] = box
            box.append(child)
            caption = child.find("caption")
            if caption is not None:
                box.attrib |= {"tabindex": "0", "role": "region", "aria-label": "".join(caption.itertext())}
            for head in child.iter("th"):
                head.set("scope", "colgroup" if head.get("colspan") else "col")
            _listed(child)


def _listed(table: Element) -> None:
    """A table of words is told line by line on a narrow screen, each line with the name of its column."""
    if "grid" not in table.get("class", "").split() or any(cell.get("class") == "r" for cell in table.iter("td")):
        return
    table.set("class", f"{table.get('class')} listed")
    names = ["".join(head.itertext()) for head in table.iter("th")]
    for row in table.iter("tr"):
        for name, cell in zip(names[1:], row.findall("td")[1:], strict=False):
            cell.set("data-of", name)


def _parts(body: Element) -> Iterator[Part]:
    """The lines of the table of contents; every heading gets an id to be led to."""
    for element in body.iter("p"):
        if element.get("class") == "lead":
            element.tag = "h2"
    for number, element in enumerate(body.iter("h2"), start=1):
        element.set("id", f"part-{number}")
        yield Part(f"part-{number}", "".join(element.itertext()).strip())


def _data(name: str, charts: Mapping[str, bytes]) -> str:
    if name not in charts:
        raise ConfigurationError(f"模板:1: 没有图“{name}”，网页版无法排")
    svg = charts[name].replace(b'"hei"', f'"{SVG_FONTS}"'.encode())
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _links_lead_somewhere(body: Element, view: View) -> None:
    ids = {element.get("id") for element in body.iter()} | {
        f"{ENTRY}{entry.code}" for _, rows in view.entries for entry in rows
    }
    lost = sorted({link.get("href", "") for link in body.iter("a")} - {f"#{name}" for name in ids})
    if lost:
        raise ConfigurationError(f"模板:1: 网页版中没有“{lost[0]}”所指的地方")


def _inside(body: Element) -> str:
    return "".join(tostring(child, encoding="unicode", method="html") for child in body)
