"""Paragraphs with a named style, and what keeps them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.oxml.ns import qn
from docx.text.parfmt import ParagraphFormat

from transforms.briefing.word.oxml import Node, bookmark_name, mm, w

_PARAGRAPH = qn("w:p")


def paragraph(
    style: str,
    inside: Iterable[Node] = (),
    anchor: str = "",
    before_mm: float = 0,
    on_new_page: bool = False,
) -> Node:
    """`anchor`: the HTML id that becomes its bookmark. `before_mm`: room above it when the style's own is not enough."""
    properties = w(
        "pPr",
        None,
        w("pStyle", {"val": style}),
        w("pageBreakBefore") if on_new_page else None,
        w("spacing", {"before": mm(before_mm)}) if before_mm else None,
    )
    made = w("p", None, properties, *inside)
    if anchor:
        mark(made, anchor)
    return made


def mark(made: Node, anchor: str) -> None:
    """Bookmark the paragraph. Bookmarks are numbered when the document is whole."""
    made.insert(1, w("bookmarkStart", {"id": 0, "name": bookmark_name(anchor)}))
    made.append(w("bookmarkEnd", {"id": 0}))


def keep_together(elements: Sequence[Node]) -> None:
    """No page break inside."""
    for element in elements[:-1]:
        keep_with_next(element)


def keep_with_next(element: Node) -> None:
    for one in paragraphs(element):
        ParagraphFormat(one).keep_with_next = True


def paragraphs(element: Node) -> list[Node]:
    """The element itself, or those inside it."""
    return [one for one in element.iter() if one.tag == _PARAGRAPH]
