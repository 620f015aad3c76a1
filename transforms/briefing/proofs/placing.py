"""Where text stands: glyphs that are there, within the block, not upon each other, page one on page one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from transforms.briefing.proofs.boxes import Box, Character, Run
from transforms.briefing.proofs.paper import Leaf, Paper, close
from transforms.briefing.proofs.refusal import Refusal, refused
from transforms.briefing.proofs.structure import INLINE, Element, Piece
from transforms.briefing.proofs.typefaces import LOST

TOLERANCE = 1.0  # mm
SHARE = 1 / 3  # of the smaller character
TOP, INNER, OUTER, FOOT = 37.0, 28.0, 26.0, 35.0
FOLIO_DEPTH = 14.0  # mm below the block, the page number's zone


def missing_glyphs(paper: Paper) -> Iterator[Refusal]:
    """Characters that the font has no glyph for, and U+FFFD, which stands for one that was lost before."""
    for leaf in paper.leaves:
        for run in leaf.runs:
            gone = "".join(c.text for c in run.characters if c.missing)
            if any(c.missing for c in run.characters):
                yield refused("PF01", leaf.number, close(run.text), f"中的“{gone}”没有字形，会印成空框")
            elif LOST in run.text:
                yield refused("PF01", leaf.number, close(run.text), "中有不能识别的字")


def block_of(leaf: Leaf) -> Box:
    """The type area. A landscape page is the paper on its side: what is left on the paper is its top."""
    left, right = (INNER, OUTER) if leaf.number % 2 else (OUTER, INNER)
    if leaf.width > leaf.height:
        return Box(FOOT, left, leaf.width - TOP, leaf.height - right)
    return Box(left, TOP, leaf.width - right, leaf.height - FOOT)


def outside_the_block(paper: Paper) -> Iterator[Refusal]:
    """Runs with a character beyond the type area. Only the page number may stand below it, only spaces anywhere."""
    for leaf in paper.leaves:
        area = block_of(leaf)
        for run in leaf.runs:
            outside = [c for c in run.characters if c.text.strip() and _beyond(c.box, area) > TOLERANCE]
            if outside and not _folio(run, leaf, area):
                over = max(_beyond(c.box, area) for c in outside)
                yield refused("PF02", leaf.number, close(run.text), f"超出版心{over:.1f}毫米")


def _beyond(box: Box, area: Box) -> float:
    return max(area.left - box.left, area.top - box.top, box.right - area.right, box.bottom - area.bottom)


def _folio(run: Run, leaf: Leaf, area: Box) -> bool:
    """The page number: `— 7 —` below the block; on a landscape page left of it, where the paper's foot is."""
    if close(run.text) != f"—{leaf.number}—":
        return False
    box = run.box
    if leaf.width > leaf.height:
        return area.left - FOLIO_DEPTH <= box.left < box.right < area.left
    return area.bottom < box.top < box.bottom <= area.bottom + FOLIO_DEPTH


def overlapping(paper: Paper) -> Iterator[Refusal]:
    """Two runs with characters upon each other. Pictures place their own labels; tilted text is a watermark."""
    drawn = {piece for figure in paper.root.named("Figure") for piece in figure.pieces()}
    for leaf in paper.leaves:
        runs = [run for run in leaf.runs if not run.tilted and run.text.strip() and not _drawn(run, leaf, drawn)]
        for first, second in _near(runs):
            if _on_each_other(first, second):
                yield refused("PF03", leaf.number, close(first.text), f"与“{close(second.text)[:40]}”重叠")


def _drawn(run: Run, leaf: Leaf, drawn: set[Piece]) -> bool:
    return run.mark is not None and Piece(leaf.number, run.mark) in drawn


def _near(runs: list[Run]) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs whose boxes touch, each once."""
    boxed = sorted(((run.box, n) for n, run in enumerate(runs)), key=lambda pair: pair[0].top)
    for n, (box, first) in enumerate(boxed):
        for other, second in boxed[n + 1 :]:
            if other.top >= box.bottom:
                break
            if box.common(other):
                yield runs[min(first, second)], runs[max(first, second)]


def _on_each_other(first: Run, second: Run) -> bool:
    return any(_much(a, b) for a in first.characters if a.text.strip() for b in second.characters if b.text.strip())


def _much(a: Character, b: Character) -> bool:
    return a.box.common(b.box) > SHARE * min(a.box.area, b.box.area) > 0


def page_one(paper: Paper) -> Iterator[Refusal]:
    """What stands before the first section: all of it on page one."""
    for element in _before_the_first_section(paper.root):
        over = [piece for piece in element.own_pieces() if piece.page > 1 and paper.texts.get(piece)]
        if over:
            text = "".join(paper.texts[piece] for piece in over)
            yield refused("PF09", over[0].page, text, "应在首页，首页放不下")


def _before_the_first_section(root: Element) -> Iterator[Element]:
    blocks = (element for element in root.all() if element.tag not in INLINE and any(element.own_pieces()))
    return takewhile(lambda element: element.level != 2, blocks)
