"""Origins: which HTML element each tagged block of the laid-out pages came from.

WeasyPrint tags page by page: a table that goes on overleaf becomes two, its header rows are tagged again, and a table
that only lays out is tagged as data. Its boxes still know their element, so that `tagging` can put this right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from weasyprint import Document

TAGS = {"table": "Table", "thead": "THead", "tbody": "TBody", "tr": "TR", "td": "TD", "th": "TH", "p": "P"}
_PASSED_THROUGH = ("html", "body")


class Origin(NamedTuple):
    """One tagged block. Blocks of one element share `number`; `layout`: of a table with role="presentation"."""

    tag: str
    number: int
    layout: bool


def origins(document: Document) -> tuple[Origin, ...]:
    """One for each structure element with a tag of `TAGS`, in the order in which WeasyPrint tags them."""
    numbers: dict[int, int] = {}
    return tuple(origin for page in document.pages for origin in _walk(page._page_box, "", False, numbers))


def _walk(box: Any, parent: str, layout: bool, numbers: dict[int, int]) -> Iterator[Origin]:
    """`parent` is the tag of the structure element that `box` is put in."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout.absolute import AbsolutePlaceholder

    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox | boxes.TextBox):
        return
    passed = isinstance(box, boxes.PageBox) or box.element_tag in _PASSED_THROUGH
    tag = parent if passed else _tag(box, parent)
    if tag and not passed:
        layout = layout or box.element.attrib.get("role") == "presentation"
        yield Origin(tag, numbers.setdefault(id(box.element), len(numbers)), layout)
    for child in _children(box, tag):
        yield from _walk(child, tag, layout, numbers)


def _tag(box: Any, parent: str) -> str:
    tag = "" if box.element is None else TAGS.get(box.element_tag, "")
    # A cell within a cell is an anonymous box of it.
    return "" if tag in ("TD", "TH") and parent in ("TD", "TH") else tag


def _children(box: Any, tag: str) -> Iterator[Any]:
    """As they are tagged: a table's wrapper, captions included, is one with its table; a line is no element."""
    from weasyprint.formatting_structure import boxes

    inner: Any = box.get_wrapped_table() if tag == "Table" and box.is_table_wrapper else None
    for child in getattr(box, "children", ()):
        yield from child.children if child is inner or isinstance(child, boxes.LineBox) else (child,)
