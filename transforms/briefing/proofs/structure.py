"""The structure tree of a finished PDF: what is a paragraph, a heading, a cell, and which marked content it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pikepdf

INLINE = frozenset({"Span", "Link", "NonStruct", "Em", "Strong", "Code", "Quote", "Note", "Annot"})
HEADINGS = {f"H{level}": level for level in range(1, 7)}


class Piece(NamedTuple):
    """Marked content `mark` of a page, counted from 1."""

    page: int
    mark: int


@dataclass
class Element:
    """`tag` without its slash. `alt` is the alternative text of a picture."""

    tag: str
    alt: str = ""
    kids: list[Element | Piece] = field(default_factory=list)

    @property
    def level(self) -> int:
        """1–6 of a heading; 0 of anything else."""
        return HEADINGS.get(self.tag, 0)

    def pieces(self) -> Iterator[Piece]:
        """All marked content within, in reading order."""
        for kid in self.kids:
            if isinstance(kid, Piece):
                yield kid
            else:
                yield from kid.pieces()

    def own_pieces(self) -> Iterator[Piece]:
        """Marked content of this block itself, without that of the blocks within it."""
        for kid in self.kids:
            if isinstance(kid, Piece):
                yield kid
            elif kid.tag in INLINE:
                yield from kid.own_pieces()

    def all(self) -> Iterator[Element]:
        """This element and all within, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.all()

    def named(self, *tags: str) -> Iterator[Element]:
        return (element for element in self.all() if element.tag in tags)

    def elements(self) -> list[Element]:
        return [kid for kid in self.kids if isinstance(kid, Element)]


def structure(pdf: pikepdf.Pdf) -> Element:
    """The whole tree; without elements when the document has none."""
    root = Element("Root")
    if "/StructTreeRoot" in pdf.Root:
        pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        _add(root, pdf.Root.StructTreeRoot.get("/K"), 0, pages)
    return root


def _add(parent: Element, kid: Any, page: int, pages: dict[Any, int]) -> None:
    """`page` is the one that marks without their own are on."""
    if isinstance(kid, pikepdf.Array):
        for part in kid.as_list():
            _add(parent, part, page, pages)
    elif isinstance(kid, pikepdf.Dictionary):
        if "/Pg" in kid:
            page = pages.get(kid.Pg.objgen, page)
        if "/S" in kid:
            element = Element(str(kid.S).lstrip("/"), str(kid.get("/Alt", "")))
            parent.kids.append(element)
            _add(element, kid.get("/K"), page, pages)
        elif "/MCID" in kid:
            parent.kids.append(Piece(page, int(kid.MCID)))
    elif kid is not None:
        parent.kids.append(Piece(page, int(kid)))
