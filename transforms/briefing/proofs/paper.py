"""A finished PDF read back: pages with placed text, links to figures, the structure, and every other string in it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pikepdf
from pikepdf import open as parsed  # from memory: no file is opened

from transforms.briefing.proofs import beside
from transforms.briefing.proofs.boxes import Box, Run
from transforms.briefing.proofs.content import MM, Reader
from transforms.briefing.proofs.structure import INLINE, Element, Piece, structure
from transforms.briefing.proofs.typefaces import Typeface

ANCHOR = "f-"  # of a figure's entry in annex 2
LINKED = "\x00"  # stands for a character under a figure's link
# Spaces, and the signs without a glyph: soft hyphen, zero-width and direction marks, control characters but `LINKED`.
_UNSEEN = re.compile(r"[\s\x01-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")


class Block(NamedTuple):
    """A paragraph, heading, cell or the like, without those within it. `bare`: with `LINKED` under figures' links."""

    tag: str
    page: int
    text: str
    bare: str


class Link(NamedTuple):
    """One printed figure: what stands under the link to its entry."""

    page: int
    code: str
    text: str


@dataclass(frozen=True)
class Leaf:
    """One page; sizes in mm."""

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Paper:
    """`texts` and `bare` are by marked content, without spaces; in `bare` linked characters are `LINKED`. `loose`: text
    of a page outside of the structure. `titles`: bookmarks with their level, from 1. `strings`: every string object of
    the document. `attached`: the attachments' contents, those of archives too."""

    leaves: tuple[Leaf, ...]
    root: Element
    texts: Mapping[Piece, str]
    bare: Mapping[Piece, str]
    loose: tuple[tuple[int, str], ...]
    titles: Mapping[str, int]
    strings: frozenset[str]
    attached: tuple[bytes, ...]

    def text(self, element: Element) -> str:
        return "".join(self.texts.get(piece, "") for piece in element.pieces())

    def untagged(self) -> Iterator[tuple[int, str]]:
        """Page and text of what the structure does not hold: page numbers, watermarks."""
        tagged = set(self.root.pieces())
        yield from ((piece.page, text) for piece, text in self.texts.items() if piece not in tagged)
        yield from self.loose

    def blocks(self, without: Container[Piece] = ()) -> Iterator[Block]:
        """Every element with text of its own, in reading order, but those that start in a piece of `without`. A
        paragraph that goes on overleaf is one."""
        last: Block | None = None
        for element in self.root.all():
            if element.tag in INLINE or not (pieces := list(element.own_pieces())) or pieces[0] in without:
                continue
            block = Block(
                element.tag,
                pieces[0].page,
                *("".join(of.get(piece, "") for piece in pieces) for of in (self.texts, self.bare)),
            )
            if last and last.tag == block.tag == "P" and last.page == block.page - 1:
                last = Block("P", last.page, last.text + block.text, last.bare + block.bare)
                continue
            if last:
                yield last
            last = block
        if last:
            yield last

    def page_of(self, element: Element) -> int:
        """Where it starts; 0 when it has no content."""
        return next((piece.page for piece in element.pieces()), 0)


def read_back(pdf: bytes) -> Paper:
    """
    Raises:
        pikepdf.PdfError: these bytes are not a whole PDF.
    """
    with parsed(io.BytesIO(pdf)) as document:
        if document.get_warnings():
            raise pikepdf.PdfError("damaged")
        faces: dict[tuple[int, int], Typeface] = {}
        read = [_leaf(page, number, faces) for number, page in enumerate(document.pages, 1)]
        texts: dict[Piece, str] = {}
        bare: dict[Piece, str] = {}
        loose: list[tuple[int, str]] = []
        for leaf, covered in read:
            for n, run in enumerate(leaf.runs):
                if run.mark is None:
                    loose.append((leaf.number, close(run.text)))
                    continue
                piece = Piece(leaf.number, run.mark)
                texts[piece] = texts.get(piece, "") + close(run.text)
                hidden = (LINKED if (n, k) in covered else c.text for k, c in enumerate(run.characters))
                bare[piece] = bare.get(piece, "") + close("".join(hidden))
        return Paper(
            leaves=tuple(leaf for leaf, _ in read),
            root=structure(document),
            texts=texts,
            bare=bare,
            loose=tuple(loose),
            titles={close(title): level for title, level in beside.titles(document).items()},
            strings=frozenset(text for item in document.objects for text in beside.strings(item)),
            attached=tuple(beside.attached(document)),
        )


def close(text: str) -> str:
    """Without what is not seen, and with the characters that only differ in form made one, so that it can be compared."""
    return _UNSEEN.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))


def _leaf(
    page: pikepdf.Page, number: int, faces: dict[tuple[int, int], Typeface]
) -> tuple[Leaf, frozenset[tuple[int, int]]]:
    left, low, right, high = (float(edge) for edge in page.mediabox.as_list())
    reader = Reader(high, faces)
    reader.read(page, page.resources)
    runs = tuple(reader.runs)
    boxes = [run.box for run in runs]
    links: list[Link] = []
    covered: set[tuple[int, int]] = set()
    for code, area in _areas(page, high):
        under = [
            (n, k)
            for n, run in enumerate(runs)
            if area.common(boxes[n])
            for k, character in enumerate(run.characters)
            if area.holds(character.box)
        ]
        covered |= set(under)
        links.append(Link(number, code, close("".join(runs[n].characters[k].text for n, k in under))))
    leaf = Leaf(number, (right - left) * MM, (high - low) * MM, runs, tuple(links))
    return leaf, frozenset(covered)


def _areas(page: pikepdf.Page, high: float) -> list[tuple[str, Box]]:
    """Links to figures. A link within a link of the same figure is one of its parts, and left out."""
    found: list[tuple[str, Box]] = []
    for note in page.get("/Annots", pikepdf.Array()).as_list():
        target = str(note.get("/Dest", ""))
        if not target.startswith(ANCHOR):
            continue
        x, y, z, w = (float(edge) for edge in note.Rect.as_list())
        box = Box(min(x, z) * MM, (high - max(y, w)) * MM, max(x, z) * MM, (high - min(y, w)) * MM)
        found.append((target.removeprefix(ANCHOR), box))
    return [
        (code, box)
        for n, (code, box) in enumerate(found)
        if not any(
            other == code and n != m and outer.holds(box) and (outer.area, -m) > (box.area, -n)
            for m, (other, outer) in enumerate(found)
        )
    ]
