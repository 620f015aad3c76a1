"""What is written: no empty values of a program, no blank cells, no empty sections, no masked name, no text lost."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise

from transforms.briefing.proofs.paper import Paper, close
from transforms.briefing.proofs.refusal import Refusal, refused
from transforms.briefing.proofs.structure import INLINE, Element
from transforms.briefing.view import View
from transforms.values import printable

_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_EMPTY_VALUE = re.compile(
    r"(?<![A-Za-z0-9_.])(?:nan|none|null|undefined|nat|-?inf|infinity)(?![A-Za-z0-9_.])|<na>|#(?:ref|div/0|n/a|value|name)[!?]?",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}")
_QUOTED = re.compile(r"“[^”]*”")  # what a department typed is quoted as it stands
_RUN_IN = re.compile(r"\([一二三四五六七八九十]+\)[^。]*。")
_TURNS = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
_NOT_TEXT = frozenset({"title", "style", "script"})
_WHOLE_FILE = close("（全文件）")  # the row about a file as a whole has no sheet's status and rows
LIGHTS = "▲◆●"


def empty_values(paper: Paper, view: View) -> Iterator[Refusal]:
    """`NaN`, `None`, `{{` and their like in any text, alternative text, bookmark or other string. What a department
    typed is text: between “ and ”, or a file's name, a sheet's, a person's explanation. Names in items and rankings may
    hold the braces of a template, but not an empty value, which a program may have put there."""
    texts = _all_texts(paper)
    yield from _with(texts, _EMPTY_VALUE, list(_typed(view)))
    yield from _with(texts, _TEMPLATE, [*_typed(view), *_named(view)])


def _all_texts(paper: Paper) -> list[tuple[int, str]]:
    """Everything with its page; 0 for strings beside the pages."""
    texts = [(block.page, block.text) for block in paper.blocks()]
    return [*texts, *paper.untagged(), *((0, close(text)) for text in sorted(paper.strings))]


def _with(texts: list[tuple[int, str]], wrong: re.Pattern[str], typed: list[str]) -> Iterator[Refusal]:
    guilty = [text for text in dict.fromkeys(map(printable, typed)) if wrong.search(text)]
    own = sorted({close(text) for text in guilty}, key=len, reverse=True)
    turned = [Counter(close(text)) for text in guilty if any(unicodedata.bidirectional(c) in _TURNS for c in text)]
    for page, text in texts:
        rest = text
        for part in own:
            rest = rest.replace(part, "")
        found = wrong.search(_QUOTED.sub("", rest))
        # Text from right to left stands in the file as it is seen.
        if found and not any(letters <= Counter(rest) for letters in turned):
            yield refused("PF06", page, text, f"中有“{found.group()}”")


def _named(view: View) -> Iterator[str]:
    for section in view.sections:
        yield from section.settled
    for item in (*view.attention, *(i for section in view.sections for i in section.items), *view.coming_due):
        yield from (item.what, item.whose, item.leader, item.ask)
    for ranking in view.rankings:
        yield from (row.name for row in ranking.rows)
    yield from (finding.message for finding in (*view.findings, *view.explained))


def _typed(view: View) -> Iterator[str]:
    yield view.editor_note
    for finding in (*view.findings, *view.explained):
        yield from (finding.filename, finding.sheet, finding.explanation, finding.explained_by)
    for figure in view.figures.values():
        for cells in figure.cells:
            yield from (cells.filename, cells.sheet)
    for receipt in view.receipts:
        yield receipt.sender
    for group in view.revised:
        for revision in group.rows:
            yield from (revision.note, revision.filename)


def blank_cells(paper: Paper) -> Iterator[Refusal]:
    """Cells without text: the page prints `—` for what is missing. A row that goes on overleaf may have some."""
    broken = _continued_rows(paper)
    for row in paper.root.named("TR"):
        cells = [paper.text(cell) for cell in row.named("TD", "TH")]
        if all(cells) or _WHOLE_FILE in cells or id(row) in broken:
            continue
        beside = next((cell for cell in cells if cell), "")
        yield refused("PF07", paper.page_of(row), beside, "所在的行有空白格")


def _continued_rows(paper: Paper) -> set[int]:
    """First body rows of the parts of a table that follow overleaf: the only ones that a page break can have cut."""
    found: set[int] = set()
    tables = [kid for kid in paper.root.all() if kid.tag == "Table"]
    for above, below in pairwise(tables):
        last = max((piece.page for piece in above.pieces()), default=0)
        rows = [row for body in below.named("TBody") for row in body.named("TR")]
        if rows and last and paper.page_of(below) == last + 1 and _columns(above) == _columns(below):
            found.add(id(rows[0]))
    return found


def _columns(table: Element) -> list[int]:
    """The widest row's cells: parts of one table have as many."""
    return [max((len(row.elements()) for row in table.named("TR")), default=0)]


def empty_sections(paper: Paper) -> Iterator[Refusal]:
    """Headings, bookmarked lines and run-in headings without anything under them."""
    open_heading: tuple[int, int, str] | None = None  # level, page, text
    for element in _in_order(paper):
        text = paper.text(element)
        level = element.level or (paper.titles[text] + 1 if text in paper.titles else 0)
        if level:
            if open_heading and level <= open_heading[0]:
                yield _empty(open_heading)
            open_heading = (level, paper.page_of(element), text)
        elif text or element.alt:
            open_heading = None
    if open_heading:
        yield _empty(open_heading)
    for block in paper.blocks():
        if block.tag == "P" and _RUN_IN.fullmatch(block.text):
            yield refused("PF08", block.page, block.text, "下面没有内容")


def _empty(heading: tuple[int, int, str]) -> Refusal:
    return refused("PF08", heading[1], heading[2], "下面没有内容")


def _in_order(paper: Paper) -> list[Element]:
    """The body's elements. What floats to the foot of the last page, the colophon, is in none of its sections."""

    def opened(element: Element) -> Iterator[Element]:
        for kid in element.elements():
            if any(inner.level for inner in kid.all()) and not kid.level:
                yield from opened(kid)
            elif kid.tag not in INLINE and not _floats(kid):
                yield kid

    return list(opened(paper.root))


def _floats(element: Element) -> bool:
    """The foot's area around what floats there."""
    return element.tag == "Div" and [kid.tag for kid in element.elements()] == ["Div"]


def masked_names(paper: Paper, names: Sequence[str]) -> Iterator[Refusal]:
    """Names that must not be read anywhere: text, alternative texts, bookmarks, metadata, attachments."""
    wanted = {close(name) for name in names if len(close(name)) > 1}
    if not wanted:
        return
    pattern = re.compile("|".join(re.escape(name) for name in sorted(wanted, key=len, reverse=True)))
    for page, text in _all_texts(paper):
        yield from (refused("PF10", page, name, "应当隐去") for name in dict.fromkeys(pattern.findall(text)))
    for content in paper.attached:
        hidden = (name for name in sorted(wanted) if any(name.encode(code) in content for code in _ENCODINGS))
        yield from (refused("PF10", 0, name, "应当隐去（在附件或元数据中）") for name in hidden)


def lost_text(paper: Paper, html: str) -> Iterator[Refusal]:
    """Letters, digits and lights that the page's HTML has more often than the paper. Other signs may share a glyph,
    and read back as each other; the paper has more than the HTML: page numbers, repeated headers."""
    words = _Words()
    words.feed(html)
    printed = _letters("".join((*paper.texts.values(), *(text for _, text in paper.loose))))
    wanted = _letters("".join(words.found))
    if lost := [letter for letter, number in wanted.items() if printed[letter] < number]:
        yield refused("PF01", 0, "".join(lost), "这些字应印而没有印出，或印少了")


def _letters(text: str) -> Counter[str]:
    """Decomposed: an accent and its letter may be one glyph or two."""
    return Counter(sign for sign in unicodedata.normalize("NFKD", text) if sign.isalnum() or sign in LIGHTS)


class _Words(HTMLParser):
    """The text that a document shows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_TEXT:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open[-1]:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open[-1]:
            self.found.append(data)
