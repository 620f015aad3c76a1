"""Tagged: the structure tree of a written PDF as ISO 14289-1 (PDF/UA-1) wants it.

WeasyPrint's tree is page by page and word by word. Here the parts of a table, row or paragraph that goes on overleaf
become one; header cells get a scope; what is printed again (header rows) or is no content (page numbers) becomes an
artifact; a table that only lays out is none; and a mark stands in its block itself, not in an element of its own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

from transforms.briefing.origins import TAGS, Origin

_PAIRED = frozenset(TAGS.values())
_MARKED = re.compile(rb"/\w+\s+<<\s*/MCID (\d+)\s*>>\s+BDC")
_PT_PER_PX = 0.75
_LAYOUT = {"Table": "Div", "TR": "NonStruct", "THead": "NonStruct", "TBody": "NonStruct", "TD": "P", "TH": "P"}


class Mark(NamedTuple):
    """Marked content `number` of page `page`, both from 0."""

    page: int
    number: int


class Note(NamedTuple):
    """An annotation on page `page`."""

    page: int
    annotation: pikepdf.Object


@dataclass
class Node:
    """One structure element. `box`: a picture's place in points from the page's lower left corner."""

    tag: str
    kids: list[Node | Mark | Note] = field(default_factory=list)
    alt: str = ""
    spans: dict[str, int] = field(default_factory=dict)
    box: tuple[float, ...] = ()

    def all(self) -> Iterator[Node]:
        """This one and all within, in order; each before its kids."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Node):
                yield from kid.all()

    def marks(self) -> Iterator[Mark]:
        for node in self.all():
            yield from (kid for kid in node.kids if isinstance(kid, Mark))


def retag(pdf: pikepdf.Pdf, origins: Sequence[Origin], without: Container[tuple[int, int]] = ()) -> None:
    """Put a new structure tree into `pdf`. `origins` are those of its blocks, `without` annotations that are gone.

    Raises:
        ValueError: the origins are not those of this file.
    """
    root = _read(pdf, without)
    _join(root, _paired(root, origins))
    _flatten(root)
    _artifacts(pdf, set(root.marks()))
    _write(pdf, root)


def _read(pdf: pikepdf.Pdf, without: Container[tuple[int, int]]) -> Node:
    pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages)}
    heights = [float(page.mediabox[3]) for page in pdf.pages]

    def node(item: pikepdf.Object) -> Node:
        page = pages[item.Pg.objgen] if "/Pg" in item else 0
        found = Node(str(item.S)[1:], alt=str(item.get("/Alt", "")))
        details = item.get("/A", Dictionary())
        found.spans = {key: int(details[key]) for key in ("/ColSpan", "/RowSpan") if key in details}
        if "/BBox" in details:  # WeasyPrint gives it in CSS pixels from the top
            x, y, z, w = (float(edge) * _PT_PER_PX for edge in details.BBox.as_list())
            found.box = (x, heights[page] - w, z, heights[page] - y)
        for kid in item.K.as_list():
            if not isinstance(kid, pikepdf.Object):
                found.kids.append(Mark(page, int(kid)))
            elif "/Obj" in kid:
                found.kids += [] if kid.Obj.objgen in without else [Note(page, kid.Obj)]
            else:
                found.kids.append(node(kid))
        return found

    return node(pdf.Root.StructTreeRoot.K[0])


def _paired(root: Node, origins: Sequence[Origin]) -> dict[int, Origin]:
    """Origins by the identity of their node."""
    nodes = [node for node in root.all() if node.tag in _PAIRED]
    if [node.tag for node in nodes] != [origin.tag for origin in origins]:
        raise ValueError("the blocks of the pages are not those of the structure tree")
    return {id(node): origin for node, origin in zip(nodes, origins, strict=True)}


def _join(root: Node, origins: dict[int, Origin]) -> None:
    """Parts of one element into its first; header rows that are printed again out; layout tables untabled."""
    first: dict[int, Node] = {}

    def joined(node: Node) -> None:
        kids, node.kids = node.kids, []
        for kid in kids:
            origin = origins.get(id(kid))
            if origin and isinstance(kid, Node) and origin.number in first:
                if kid.tag != "THead":
                    joined_into(first[origin.number], kid)
                continue
            if origin and isinstance(kid, Node):
                first[origin.number] = kid
            node.kids.append(kid)
            if isinstance(kid, Node):
                joined(kid)
                kid.tag = _LAYOUT.get(kid.tag, kid.tag) if origin and origin.layout else kid.tag

    def joined_into(earlier: Node, later: Node) -> None:
        joined(later)
        earlier.kids.extend(later.kids)

    joined(root)


def _flatten(node: Node) -> None:
    """Elements that say nothing give way to their kids; a picture's caption stands before it as a paragraph."""
    kids: list[Node | Mark | Note] = []
    for kid in node.kids:
        if not isinstance(kid, Node):
            kids.append(kid)
            continue
        _flatten(kid)
        if kid.tag == "Caption" and node.tag != "Table":
            kid.tag = "P"
        if kid.tag in ("NonStruct", "Span") or _leads_nowhere(kid):
            kids.extend(kid.kids)
        elif kid.kids or kid.tag in ("TD", "TH"):  # an empty cell keeps its place in the row
            kids.append(kid)
    node.kids = kids


def _leads_nowhere(node: Node) -> bool:
    """A link whose annotation is gone: one within a link, to the same place."""
    return node.tag == "Link" and not any(isinstance(kid, Note) for kid in node.kids)


def _artifacts(pdf: pikepdf.Pdf, kept: set[Mark]) -> None:
    """Marks that no element holds, as artifacts (ISO 32000-1 14.8.2.2.2)."""
    for number, page in enumerate(pdf.pages):

        def marked(found: re.Match[bytes], number: int = number) -> bytes:
            return found[0] if Mark(number, int(found[1])) in kept else b"/Artifact <</Type /Pagination>> BDC"

        stream = page.Contents
        stream.write(_MARKED.sub(marked, bytes(stream.get_stream_buffer())))


def _write(pdf: pikepdf.Pdf, root: Node) -> None:
    """Parents before kids; an element is on the page of its first mark."""
    pages = [page.obj for page in pdf.pages]
    parents: list[dict[int, pikepdf.Object]] = [{} for _ in pages]
    notes: list[tuple[pikepdf.Object, pikepdf.Object]] = []

    def element(node: Node, parent: pikepdf.Object) -> pikepdf.Object:
        made = pdf.make_indirect(Dictionary(S=Name("/" + node.tag), P=parent))
        page = next((kid.page for kid in node.kids if not isinstance(kid, Node)), None)
        if page is not None:
            made.Pg = pages[page]
        _describe(made, node)
        kids: list[pikepdf.Object | int] = []
        for kid in node.kids:
            if isinstance(kid, Node):
                kids.append(element(kid, made))
            elif isinstance(kid, Note):
                kids.append(Dictionary(Type=Name.OBJR, Obj=kid.annotation, Pg=pages[kid.page]))
                notes.append((kid.annotation, made))
            else:
                parents[kid.page][kid.number] = made
                same = kid.page == page
                kids.append(kid.number if same else Dictionary(Type=Name.MCR, Pg=pages[kid.page], MCID=kid.number))
        made.K = kids[0] if len(kids) == 1 else Array(kids)
        return made

    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    tree.K = element(root, tree)
    numbers: list[pikepdf.Object | int] = []
    for number, page in enumerate(pages):
        page.StructParents = number
        by_mark = parents[number]
        marks = [by_mark.get(mark) for mark in range(max(by_mark, default=-1) + 1)]
        numbers += [number, pdf.make_indirect(Array(marks))]
    for number, (annotation, made) in enumerate(notes, len(pages)):
        annotation.StructParent = number
        numbers += [number, made]
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    tree.ParentTreeNextKey = len(pages) + len(notes)
    pdf.Root.StructTreeRoot = tree


def _spans(node: Node) -> dict[str, Any]:
    return {key.lstrip("/"): count for key, count in node.spans.items()}


def _describe(made: pikepdf.Object, node: Node) -> None:
    if node.alt:
        made.Alt = node.alt
    if node.tag == "TH":
        made.A = Dictionary(O=Name.Table, Scope=Name.Column, **_spans(node))
    elif node.tag == "TD" and node.spans:
        made.A = Dictionary(O=Name.Table, **_spans(node))
    elif node.box:
        made.A = Dictionary(O=Name.Layout, BBox=Array([round(edge, 2) for edge in node.box]))
