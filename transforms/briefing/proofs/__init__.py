"""Proofs: the finished PDF read back before it is published, and refused when it is wrong.

What is read is the file itself, not what it was made from: glyphs, places, links, structure, metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pikepdf import PdfError

from transforms.briefing import printing
from transforms.briefing.proofs import numbers, placing, wording
from transforms.briefing.proofs.paper import Paper, read_back
from transforms.briefing.proofs.refusal import RULES, Refusal, refused
from transforms.briefing.view import View
from transforms.figures import Figure

__all__ = ["RULES", "Refusal", "refusals"]


def refusals(
    pdf: bytes, view: View, figures: Mapping[str, Figure], names: Sequence[str] = (), html: str | None = None
) -> tuple[Refusal, ...]:
    """Why this PDF of `view` may not be published, by rule and page; empty when it may.

    `figures` are the issue's, as they go into figures.csv. `names` are of persons, as written, that must not be read
    anywhere in it. `html` is what the PDF was made of, the view's own when None.
    """
    try:
        paper = read_back(pdf)
    except PdfError:
        return (refused("PF00", 0, "", "文件不完整，不能读回"),)
    if not paper.root.kids:
        return (refused("PF00", 0, "", "文件没有结构标记，不能核对"),)
    found = _all(paper, view, figures, names, printing.html(view) if html is None else html)
    return tuple(sorted(dict.fromkeys(found), key=lambda refusal: (refusal.rule, refusal.page)))


def _all(paper: Paper, view: View, figures: Mapping[str, Figure], names: Sequence[str], html: str) -> Iterator[Refusal]:
    printable = numbers.Printable(view, figures)
    yield from placing.missing_glyphs(paper)
    yield from wording.lost_text(paper, html)
    yield from placing.outside_the_block(paper)
    yield from placing.overlapping(paper)
    yield from numbers.printed_figures(paper, printable, html)
    yield from numbers.entries(paper, view, figures)
    yield from numbers.revisions(paper, view)
    yield from numbers.numbers_in_prose(paper, view, printable)
    yield from wording.empty_values(paper, view)
    yield from wording.blank_cells(paper)
    yield from wording.empty_sections(paper)
    yield from placing.page_one(paper)
    yield from wording.masked_names(paper, names)
