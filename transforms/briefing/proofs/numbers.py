"""Printed figures against the figures: under each link what the figure can print, in prose no digit without a link.

Digits that prose may hold without a link to a figure:
- dates and times, 第N期, 第N页, 附件N;
- counts of what the issue itself holds (items, shortfalls, findings), as the view has them;
- texts that the view quotes whole: ranking rules with their thresholds, matters that are settled, why a figure is
  missing, names of the masthead, of townships and departments (there are those that are called 142团);
- in the editor's note, which a person wrote, anything that a figure of this issue prints, with its unit.
Tables, headings and captions are not prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from html import unescape
from typing import Protocol

from transforms.briefing.amounts import amount
from transforms.briefing.printing import copy_number, shown
from transforms.briefing.proofs.paper import ANCHOR, Block, Paper, close
from transforms.briefing.proofs.refusal import Refusal, refused
from transforms.briefing.proofs.structure import Element
from transforms.briefing.prose import Prose
from transforms.briefing.selection import REVISIONS
from transforms.briefing.view import View
from transforms.figures import Figure, Unit, value_of
from transforms.period import Period

# Of parts of rates, which have no unit of their own: the template says it.
UNITS = (*(str(unit) for unit in Unit), "家周", "")
_LINK = re.compile(r'<a class="n" href="#f-[^"]*">(.*?)</a>')
_DIGITS = re.compile(r"\d[\d.,]*")
_ALLOWED = re.compile(
    r"(?<![\d.])(?:\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月(?:\d{1,2}日(?:\d{1,2}:\d\d)?)?)|第\d+[期页]|附件\d+"
)
_WITH_UNIT = re.compile(r"[+-]?[\d.]+\D+")
_PROSE = frozenset({"P", "Div", "LI", "LBody"})
_HREF = re.compile(rf'href="#{ANCHOR}([^"]+)"')


class Issued(Protocol):
    """What a figure's words depend on beside the figure."""

    @property
    def previous(self) -> Mapping[str, Figure]: ...
    @property
    def period(self) -> Period: ...


class Printable:
    """What each figure can print, in the words of the prose itself."""

    def __init__(self, view: Issued, figures: Mapping[str, Figure]) -> None:
        self._figures = figures
        self._prose = Prose(figures, view.previous, view.period)
        self._known: dict[str, frozenset[str]] = {}

    def of(self, code: str) -> frozenset[str]:
        """Empty for a code that no figure has."""
        if code not in self._known:
            self._known[code] = frozenset(self._forms(code)) if code in self._figures else frozenset()
        return self._known[code]

    @cached_property
    def every(self) -> frozenset[str]:
        """What any figure prints with a unit; a bare number says nothing."""
        return frozenset(form for code in self._figures for form in self.of(code) if _WITH_UNIT.fullmatch(form))

    def _forms(self, code: str) -> Iterator[str]:
        prose, figure = self._prose, self._figures[code]
        phrases = [prose.fig(code), prose.num(code), prose.exact(code), prose.shortfall(code), prose.moved(code)]
        phrases += [prose.signed(code), prose.signed(code, scaled=True), prose.signed_on_year(code)]
        if figure.value is not None:
            phrases += [prose.ahead(code), prose.lead(code)]
            yield amount(figure.value, figure.unit, True, figure.unit.decimals)  # a part of a sum that is told in 亿元
        for unit in UNITS:
            parts = ((prose.done, figure.done), (prose.due, figure.due), (prose.target, figure.target))
            phrases += [phrase(code, unit) for phrase, value in parts if value is not None]
        for phrase in phrases:
            yield from (close(unescape(text)) for text in _LINK.findall(str(phrase)))


def printed_figures(paper: Paper, printable: Printable, html: str) -> Iterator[Refusal]:
    """Under every link what its figure prints; and no link of the page's HTML lost, which happens without an entry."""
    for leaf in paper.leaves:
        for link in leaf.links:
            forms = printable.of(link.code)
            if not forms:
                yield refused("PF04", leaf.number, link.text, f"指向的指标“{link.code}”不存在")
            elif link.text not in forms:
                yield refused("PF04", leaf.number, link.text, f"与指标“{link.code}”的数不一致")
    printed = Counter(link.code for leaf in paper.leaves for link in leaf.links)
    for code, number in Counter(_HREF.findall(html)).items():
        if printed[code] < number:
            yield refused("PF04", 0, code, "这个指标印出的数没有链接到附件中的出处")


def entries(paper: Paper, view: View, figures: Mapping[str, Figure]) -> Iterator[Refusal]:
    """Annex 2: one row a figure with code, value, unit and scope as the figure has them."""
    cells = [[(paper.text(cell), paper.page_of(cell)) for cell in row.named("TD")] for row in paper.root.named("TR")]
    rows = {row[1][0]: (row[0][0] + row[2][0] + row[3][0], row[2][1]) for row in cells if len(row) > 3}
    for code in (entry.code for _, part in view.entries for entry in part):
        figure = figures.get(code)
        if figure is None:
            yield refused("PF04", 0, code, "附件中的这个指标不存在")
            continue
        text, page = rows.get(close(code), ("", 0))
        unit = figure.unit if figure.value is not None else ""
        if text != close(f"{figure.label}{shown(figure)}{unit}{figure.scope}"):
            yield refused("PF04", page, text, f"与指标“{code}”的数不一致，或附件中没有这个指标")


def revisions(paper: Paper, view: View) -> Iterator[Refusal]:
    """Annex 3: one row a revision that it prints, old and new value as the revision has them, rounded here once more;
    and no other row."""
    wanted = Counter(
        (close(r.label), close(r.period.chinese), _value(r.old, r.unit), _value(r.new, r.unit))
        for group in view.revised
        for r in group.rows
    )
    printed: Counter[tuple[str, str, str, str]] = Counter()
    for row in _rows_of_annex(paper, close(f"附件{view.edition.annexes.index('annex_revisions') + 1}{REVISIONS}")):
        cells = [paper.text(cell) for cell in row.named("TD")]
        if len(cells) < 4:  # what brought the rows below it
            continue
        known = (cells[0], cells[1], cells[2], cells[3])
        printed[known] += 1
        if known not in wanted:
            yield refused("PF04", paper.page_of(row), "".join(known), "不是本期的修订，或与修订的数不一致")
    for missing in wanted - printed:
        yield refused("PF04", 0, "".join(missing), "这一项修订没有照实印出")


def _value(value: Fraction | None, unit: Unit) -> str:
    return close(value_of(value, unit))


def _rows_of_annex(paper: Paper, title: str) -> Iterator[Element]:
    """Rows that stand under a heading, up to the next."""
    within = False
    for element in paper.root.all():
        if element.level:
            within = paper.text(element) == title
        elif within and element.tag == "TR":
            yield element


def numbers_in_prose(paper: Paper, view: View, printable: Printable) -> Iterator[Refusal]:
    """Digits of paragraphs that are not under a figure's link, see above. A cell's paragraphs belong to its table."""
    in_tables = {piece for table in paper.root.named("Table") for piece in table.pieces()}
    quoted = sorted({close(text) for text in _quoted(view) if _DIGITS.search(text)}, key=len, reverse=True)
    note = close(view.editor_note)
    for block in paper.blocks(in_tables):
        if block.tag not in _PROSE or not _DIGITS.search(block.bare):
            continue
        rest = _without(block.bare, quoted)
        if note and block.text.removeprefix("按语:") in note:
            rest = _without(rest, sorted(printable.every, key=len, reverse=True))
        yield from _unfounded(block, _ALLOWED.sub("", rest))


def _unfounded(block: Block, rest: str) -> Iterator[Refusal]:
    for found in _DIGITS.finditer(rest):
        around = rest[max(found.start() - 12, 0) : found.end() + 6].replace("\x00", "□")
        yield refused("PF05", block.page, found.group(), f"没有指标（“{around}”）")


def _without(text: str, parts: Iterable[str]) -> str:
    """`parts` taken out where they are not a piece of a longer number."""
    for part in parts:
        if part in text:
            text = re.sub(rf"(?<![\d.]){re.escape(part)}(?!\d)", "", text)
    return text


def _quoted(view: View) -> Iterator[str]:
    head = view.district.masthead
    yield from (head.name, head.office, view.title, f"共印{view.edition.copies}份", *view.missing)
    yield from (view.edition.security, copy_number(view.edition.copy))
    yield from (*view.district.townships, *(one.name for one in view.district.departments))
    yield from (figure.note for figure in view.figures.values())
    yield from (ranking.rule for ranking in view.rankings)
    for section in view.sections:
        yield from section.settled
        yield from _counts("项", section.held_back, len(section.settled), section.dropped)
    yield from _counts("项", sum(section.held_back for section in view.sections), view.measured_duties)
    yield from _counts("项", len(view.shortfalls), len(view.coming_due), *view.verdict.counts)
    yield from _counts("条", view.findings_more)
    yield from _counts("项", view.revised_more)


def _counts(unit: str, *numbers: int) -> Iterator[str]:
    return (f"{number}{unit}" for number in numbers)
