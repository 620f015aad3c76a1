"""The body of the HTML as paragraphs and tables, one after another, in sections of one or two columns, or lying on their
side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from transforms.briefing.word import vocabulary
from transforms.briefing.word.looks import BLOCK_HEIGHT_MM, BLOCK_MM
from transforms.briefing.word.oxml import Node, w
from transforms.briefing.word.paragraphs import keep_together, paragraph
from transforms.briefing.word.runs import pieces, runs
from transforms.briefing.word.sections import COLUMN_GAP_MM, PAIRED, UPRIGHT, WIDE, Layout
from transforms.briefing.word.tables import table
from transforms.briefing.word.vocabulary import classes, content, known, unknown
from transforms.errors import ConfigurationError

_AFTER_TABLE_MM = 4  # a table has no room of its own below it
_CLOSE = {"TableCaption", "FigureCaption", "Lead", "More", "Remark", "Mark"}  # have their own room above


@dataclass
class Body:
    """What has been written so far. `sections`: the layout of each section that has ended, with its last paragraph."""

    picture: Callable[[str, str], Node]  # chart name, words for it → run
    pages: Mapping[str, int]
    written: list[Node] = field(default_factory=list)
    sections: list[tuple[Node, Layout]] = field(default_factory=list)
    width_mm: float = BLOCK_MM

    def flow(self, container: Element) -> None:
        """Every block in it; text between blocks becomes a paragraph.

        Raises:
            ConfigurationError: an element that the vocabulary does not have.
        """
        inline: list[Element | str] = []
        for node in content(container):
            if isinstance(node, str) or node.tag not in vocabulary.BLOCKS:
                inline.append(node)
                continue
            self._loose(inline)
            inline = []
            self._block(node)
        self._loose(inline)

    def end(self) -> None:
        """Word wants a paragraph after the last table."""
        if self._after_table():
            self.written.append(paragraph("Mark"))

    def _loose(self, inline: list[Element | str]) -> None:
        shown = pieces(inline)
        if shown:
            self._paragraph("BodyText", runs(shown, self.pages))

    def _block(self, element: Element) -> None:
        if element.tag == "div":
            self._container(element)
        elif element.tag == "table":
            self._table(element)
        elif element.tag == "figure":
            self._figure(element)
        else:
            self._text(element)

    def _text(self, element: Element) -> None:
        style = vocabulary.PARAGRAPHS.get((element.tag, classes(element)))
        if style is None:
            raise unknown(element)
        shown = pieces(content(element))
        if style == "Heading1" and shown and shown[0].text.startswith("附件"):
            style = "Annex"
        self._paragraph(style, runs(shown, self.pages), element.get("id", ""), "page-break" in classes(element))

    def _paragraph(self, style: str, inside: list[Node], anchor: str = "", on_new_page: bool = False) -> None:
        before = _AFTER_TABLE_MM if self._after_table() and style not in _CLOSE and not on_new_page else 0
        self.written.append(paragraph(style, inside, anchor, before, on_new_page))

    def _container(self, element: Element) -> None:
        name = known(element, vocabulary.CONTAINERS)
        if name == "red-rule":  # the rule is the office line's lower border
            if len(element) or (element.text or "").strip():
                raise ConfigurationError("模板:1: 红线里不能有文字")
        elif name == "pair":
            self._section(element, PAIRED, (BLOCK_MM - COLUMN_GAP_MM) / 2)
        elif name == "wide":
            self._section(element, WIDE, BLOCK_HEIGHT_MM)
        else:
            start = len(self.written)
            self.flow(element)
            if name == "":
                keep_together(self.written[start:])

    def _section(self, element: Element, layout: Layout, width_mm: float) -> None:
        self._end_section(UPRIGHT)
        self.width_mm = width_mm
        self.flow(element)
        self.width_mm = BLOCK_MM
        self._end_section(layout)

    def _end_section(self, layout: Layout) -> None:
        self.end()
        ended = self.sections[-1][0] if self.sections else None
        if self.written and self.written[-1] is not ended:
            self.sections.append((self.written[-1], layout))

    def _table(self, element: Element) -> None:
        if classes(element) == "office":
            self._office(element)
            return
        for caption in element.findall("caption"):
            self._paragraph("TableCaption", runs(pieces(content(caption)), self.pages))
        self.end()  # two tables without a paragraph between them would be one
        self.written.append(table(element, self.width_mm, self.pages))

    def _office(self, element: Element) -> None:
        """One line: the office at the left, the date at the right, each behind a tab."""
        inside: list[Node] = []
        for cell in element.iter("td"):
            inside += [w("r", None, w("tab")), *runs(pieces(content(cell)), self.pages)]
        self._paragraph("OfficeLine", inside)

    def _figure(self, element: Element) -> None:
        known(element, vocabulary.FIGURES)
        for child in element:
            if child.tag == "figcaption":
                self._paragraph("FigureCaption", runs(pieces(content(child)), self.pages))
            elif child.tag == "img":
                name = child.get("src", "").removeprefix("chart:")
                self._paragraph("Figure", [self.picture(name, child.get("alt", ""))])
            else:
                raise unknown(child)

    def _after_table(self) -> bool:
        return bool(self.written) and self.written[-1].tag.endswith("}tbl")
