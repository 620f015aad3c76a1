"""The elements and classes that the templates use, and the style of each. What is not here is refused, never dropped."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from transforms.errors import ConfigurationError

# (element, its classes as written) → paragraph style
PARAGRAPHS = {
    ("p", ""): "BodyText",
    ("p", "masthead"): "Masthead",
    ("p", "secrecy"): "CopyNumber",
    ("p", "secrecy hei"): "Security",
    ("p", "marks"): "Marks",
    ("p", "subtitle"): "Subtitle",
    ("p", "issue"): "IssueLine",
    ("p", "draft"): "Draft",
    ("p", "note"): "EditorNote",
    ("p", "lead"): "Lead",
    ("p", "more"): "More",
    ("p", "verdict"): "Verdict",
    ("p", "remark"): "Remark",
    ("p", "remark alone"): "Remark",
    ("h1", "title"): "Title",
    ("h2", ""): "Heading1",
    ("h2", "page-break"): "Heading1",
    ("h3", ""): "Heading2",
    ("div", "what"): "StripWhat",
    ("div", "value"): "StripValue",
    ("div", "under"): "StripUnder",
}
# (element, its classes) → character style, or none
INLINE = {
    ("span", "t"): "",
    ("span", "n"): "",
    ("span", "code"): "",
    ("span", "mark"): "",
    ("span", "run-in"): "RunIn",
    ("span", "light red"): "LightRed",
    ("span", "light yellow"): "LightYellow",
    ("span", "light green"): "LightGreen",
    ("a", "n"): "",
    ("a", "page-of"): "",
    ("b", ""): "Strong",
    ("small", ""): "StripUnit",
    ("br", ""): "",
}
BLOCKS = {"p", "h1", "h2", "h3", "div", "table", "figure"}
CONTAINERS = {"", "long", "pair", "ending", "colophon", "red-rule", "wide"}  # classes of `div` that hold blocks
TABLES = {"grid", "grid attention", "grid keep", "grid small", "office", "strip", ""}
CELLS = {"", "c", "r"}
ROWS = {"", "total", "source"}
FIGURES = {""}
STYLES = {"width", "text-align", "break-inside"}


def classes(element: Element) -> str:
    return element.get("class", "")


def known(element: Element, names: set[str]) -> str:
    """The element's classes.

    Raises:
        ConfigurationError: they are not among `names`.
    """
    if classes(element) not in names:
        raise unknown(element)
    return classes(element)


def unknown(element: Element) -> ConfigurationError:
    return ConfigurationError(
        f'模板:1: Word 版不认识 <{element.tag} class="{classes(element)}">，请在 vocabulary.py 中补上'
    )


def content(element: Element) -> Iterator[Element | str]:
    """Text and child elements in their order; comments are left out."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield child
        yield child.tail or ""


def style_of(element: Element) -> dict[str, str]:
    """The inline style, by property.

    Raises:
        ConfigurationError: a property that says more than widths, alignment and where not to break.
    """
    pairs = [part.partition(":") for part in element.get("style", "").split(";") if part.strip()]
    said = {name.strip(): value.strip() for name, _, value in pairs}
    if not said.keys() <= STYLES:
        raise unknown(element)
    return said
