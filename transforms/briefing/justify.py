"""Justified: full lines that end short are stretched to the block's edge, between hanzi as well as at spaces.

WeasyPrint stretches spaces alone. A line of hanzi and digits fills no whole number of places, has no space, and ends up
to 13 mm short. Where lines break stays as it is; here the lines that are laid out already are placed anew, before they
are drawn. Nothing of WeasyPrint is replaced: its boxes are moved, and a text layout of our own draws the wider text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import weasyprint
from weasyprint.document import Page
from weasyprint.formatting_structure.boxes import InlineBox, LineBox, TextBox
from weasyprint.text.ffi import TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout

if TYPE_CHECKING:
    from weasyprint import Document

# Versions whose boxes and text layouts were read and measured; with another, lines end where they end.
KNOWN = ("70.0",)
MOST = 0.5  # em between two characters; a line that needs more is left alone
# Hanzi, their punctuation, dashes, quotes, full-width forms, spaces. Each takes half of the stretch at either side.
_ELASTIC = re.compile("[ \xa0\u2014\u2018-\u201d\u2026\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")


def justify(document: Document) -> None:
    """Stretch the lines of justified text, but the last of a paragraph. In a version not in `KNOWN`: nothing."""
    if weasyprint.__version__ in KNOWN:
        sheets = [page._page_box for page in document.pages]
        for line, edge in (found for sheet in sheets for found in _full_lines(sheet)):
            _stretch(line, edge)
        document.pages = [Page(sheet) for sheet in sheets]  # links are where their text is now


def _full_lines(box: Any) -> Iterator[tuple[Any, float]]:
    """Lines that text goes on after, with the right edge of their block."""
    for child in getattr(box, "children", ()):
        if not isinstance(child, LineBox):
            yield from _full_lines(child)
        elif child.style["text_align_all"] == "justify" and child.resume_at is not None:
            yield child, box.content_box_x() + box.width


def _stretch(line: Any, edge: float) -> None:
    texts = list(_texts(line))
    if not texts or None in texts:
        return
    ends = sum(bool(_ELASTIC.match(text[at])) for text, at in ((texts[0].text, 0), (texts[-1].text, -1)))
    places = sum(_elastic(box.text) for box in texts) - ends / 2
    lacking = edge - (texts[-1].position_x + texts[-1].width) + sum(_spread(box) for box in texts)
    if 0 < lacking <= places * MOST * line.style["font_size"]:
        _place(line, lacking / places, 0.0, texts[0], texts[-1])


def _texts(box: Any) -> Iterator[Any]:
    """The line's text boxes; None for what is not text."""
    for child in box.children:
        if isinstance(child, InlineBox):
            yield from _texts(child)
        else:
            yield child if isinstance(child, TextBox) else None


def _place(box: Any, share: float, moved: float, first: Any, last: Any) -> float:
    """Move a box by `moved` and widen it by `share` for each elastic character; how far that moves what follows."""
    if not isinstance(box, TextBox):
        box.position_x += moved
        before = moved
        for child in box.children:
            moved = _place(child, share, moved, first, last)
        box.width += moved - before
        return moved
    leads, trails = (share / 2 * bool(_ELASTIC.match(box.text[at])) for at in (0, -1))
    wider = share * _elastic(box.text) - leads - trails - _spread(box)
    box.position_x += moved + (leads if box is not first else 0)
    box.width += wider
    box.justification_spacing = 0
    box.pango_layout = _Stretched(box.style, share, box.text)
    return float(moved + wider + (leads if box is not first else 0) + (trails if box is not last else 0))


def _elastic(text: str) -> int:
    return sum(len(found[0]) for found in _ELASTIC.finditer(text))


def _spread(box: Any) -> float:
    """What WeasyPrint has stretched the spaces of a text by."""
    return float(box.justification_spacing * (box.text.count(" ") + box.text.count("\xa0")))


class _Stretched(Layout):  # type: ignore[misc]
    """A text's layout with more space around its elastic characters. Pango sets half of it at either side of each, and
    none at the ends of the text."""

    def __init__(self, style: Any, share: float, text: str) -> None:
        super().__init__(style)
        self.share = share
        self.set_text(text, justify=True)
        self.deactivate()

    def set_text(self, text: str, justify: bool = False) -> None:
        super().set_text(text, justify)
        spacing = self.style["letter_spacing"]
        units = int((self.share + (0 if spacing == "normal" else spacing)) * TO_UNITS)
        attributes = pango.pango_layout_get_attributes(self.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        for found in _ELASTIC.finditer(self.text):
            attribute = pango.pango_attr_letter_spacing_new(units)
            attribute.start_index = len(self.text[: found.start()].encode())
            attribute.end_index = attribute.start_index + len(found[0].encode())
            pango.pango_attr_list_change(attributes, attribute)
        pango.pango_layout_set_attributes(self.layout, attributes)
