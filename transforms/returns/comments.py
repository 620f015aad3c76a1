"""A sheet's comments part (ECMA-376 part 1, 18.7): ours are added, those of an earlier return taken away."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from transforms.addresses import Place, address, place_of
from transforms.returns.markup import Document, Edit, Element, escaped, inserted, number, string
from transforms.returns.unpatchable import Unpatchable
from transforms.returns.wording import AUTHOR, appended, is_ours, own_length


@dataclass(frozen=True)
class Commented:
    content: bytes  # empty when no comment is left
    unmarked: frozenset[Place]  # cells that had a comment of ours, whole or appended
    unboxed: frozenset[Place]  # cells that lost their comment
    boxed: tuple[Place, ...]  # cells that got one


def new(namespace: str) -> bytes:
    return f'<comments xmlns="{namespace}"><authors/><commentList/></comments>'.encode()


def commented(data: bytes, ours: Mapping[Place, str]) -> Commented:
    """
    Raises:
        Unpatchable: no comments part.
    """
    document = Document.parse(data)
    top = {element.name: element for element in document.within(document.root)}
    if not {"authors", "commentList"} <= top.keys():
        raise Unpatchable("no comments")
    authors = [html.unescape(_inner(document, each)) for each in document.within(top["authors"])]
    edits: list[Edit] = []
    unmarked, unboxed, kept, left = set[Place](), set[Place](), set[Place](), 0
    for element in document.within(top["commentList"]):
        place = place_of(element.attributes.get("ref", ""))
        texts = document.descendants(element, "t")
        text = "".join(html.unescape(_inner(document, each)) for each in texts)
        if place and is_ours(text):
            edits.append((element.start, element.end, ""))
            unboxed.add(place)
            unmarked.add(place)
            continue
        left += 1
        if place is None:
            continue
        if (length := own_length(text)) < len(text):
            edits += _cut(document, texts, length)
            unmarked.add(place)
        kept.add(place)
        # The cell of a threaded conversation has a stand-in here that Excel writes itself.
        threaded = _author(authors, element).startswith("tc=")
        if place in ours and not threaded:
            edits += _append(document, element, texts, ours[place])
    boxed = tuple(place for place in ours if place not in kept)
    if not left and not boxed:
        return Commented(b"", frozenset(unmarked), frozenset(unboxed), ())
    edits += _add(document, top, authors, {place: ours[place] for place in boxed})
    return Commented(document.with_edits(edits), frozenset(unmarked), frozenset(unboxed), boxed)


def _add(document: Document, top: Mapping[str, Element], authors: list[str], texts: Mapping[Place, str]) -> list[Edit]:
    if not texts:
        return []
    edits: list[Edit] = []
    p = document.prefix
    if AUTHOR not in authors:
        authors = [*authors, AUTHOR]
        edits.append(inserted(document, top["authors"], f"<{p}author>{AUTHOR}</{p}author>"))
    author = authors.index(AUTHOR)
    comments = "".join(
        f'<{p}comment ref="{address(place)}" authorId="{author}"><{p}text>{_run(text, p)}</{p}text></{p}comment>'
        for place, text in texts.items()
    )
    return [*edits, inserted(document, top["commentList"], comments)]


def _run(text: str, p: str) -> str:
    return (
        f'<{p}r><{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="宋体"/><{p}charset val="134"/></{p}rPr>'
        f'<{p}t xml:space="preserve">{string(text)}</{p}t></{p}r>'
    )


def _append(document: Document, element: Element, texts: list[Element], text: str) -> list[Edit]:
    """Our text as a last run of the sender's comment; a plain text becomes a run first."""
    p = document.prefix
    holder = next((each for each in document.within(element) if each.name == "text"), None)
    if holder is None:
        return []
    edits: list[Edit] = []
    children = document.within(holder)
    place = next((each.start for each in children if each.name in ("rPh", "phoneticPr")), holder.inside_end)
    if children and children[0].name == "t":
        edits += [
            (children[0].start, children[0].start, f"<{p}r>"),
            (children[0].end, children[0].end, f"</{p}r>"),
        ]
    run = _run(appended(text) if texts else text, p)
    return [*edits, inserted(document, holder, run) if holder.closed else (place, place, run)]


def _cut(document: Document, texts: list[Element], length: int) -> list[Edit]:
    """Keep the first characters of a text that may stand in several runs."""
    edits: list[Edit] = []
    left = length
    for each in texts:
        written = html.unescape(_inner(document, each))
        if len(written) > left:
            edits.append((each.inside, each.inside_end, escaped(written[:left])))
        left = max(0, left - len(written))
    return edits


def _author(authors: list[str], element: Element) -> str:
    place = number(element.attributes.get("authorId", ""), len(authors))
    return authors[place] if place < len(authors) else ""


def _inner(document: Document, element: Element) -> str:
    return document.text[element.inside : element.inside_end]
