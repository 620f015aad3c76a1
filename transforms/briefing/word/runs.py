"""Inline HTML as runs of a paragraph: white space as HTML reads it, character styles, links to bookmarks, page references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from xml.etree.ElementTree import Element

from transforms.briefing.word.oxml import Node, bookmark_name, text, w
from transforms.briefing.word.vocabulary import INLINE, classes, content, unknown

_SPACES = re.compile(r"[ \t\n\r\f]+")


class Kind(Enum):
    TEXT = "text"
    BREAK = "break"
    PAGE = "page"  # 第N页, of the link's target


@dataclass(frozen=True)
class Piece:
    """A stretch of text in one style. `link`: the id that it leads to, or empty."""

    text: str = ""
    style: str = ""
    link: str = ""
    kind: Kind = Kind.TEXT


def pieces(nodes: Iterable[Element | str], style: str = "") -> list[Piece]:
    """The text of inline nodes, its white space collapsed; the innermost style that there is holds.

    Raises:
        ConfigurationError: an element that has no place inside a paragraph.
    """
    return _collapsed(_raw(nodes, Piece(style=style)))


def _raw(nodes: Iterable[Element | str], around: Piece) -> list[Piece]:
    found: list[Piece] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(replace(around, text=node))
        else:
            found.extend(_element(node, around))
    return found


def _element(element: Element, around: Piece) -> list[Piece]:
    key = (element.tag, classes(element))
    if key not in INLINE:
        raise unknown(element)
    if element.tag == "br":
        return [replace(around, kind=Kind.BREAK)]
    inside = replace(around, style=INLINE[key] or around.style)
    if element.tag == "a":
        inside = replace(inside, link=element.get("href", "").removeprefix("#"))
    if key == ("a", "page-of"):
        return [replace(inside, kind=Kind.PAGE)]
    return _raw(content(element), inside)


def _collapsed(raw: list[Piece]) -> list[Piece]:
    done: list[Piece] = []
    at_start = True
    for piece in raw:
        if piece.kind is not Kind.TEXT:
            done = _trimmed(done) if piece.kind is Kind.BREAK else done
            done.append(piece)
            at_start = piece.kind is Kind.BREAK
            continue
        shown = _SPACES.sub(" ", piece.text)
        shown = shown.removeprefix(" ") if at_start else shown
        if shown:
            done.append(replace(piece, text=shown))
            at_start = shown.endswith(" ")
    return _trimmed(done)


def _trimmed(done: list[Piece]) -> list[Piece]:
    """Without a space at the end."""
    if done and done[-1].text.endswith(" "):
        last = replace(done[-1], text=done[-1].text[:-1])
        return [*done[:-1], last] if last.text else done[:-1]
    return done


def runs(shown: Iterable[Piece], pages: Mapping[str, int]) -> list[Node]:
    """`pages`: the page of each id, as it stands until Word counts anew."""
    found: list[Node] = []
    for link, group in groupby(shown, key=lambda piece: piece.link):
        inside = [run for piece in group for run in _runs(piece, pages)]
        if link:
            found.append(w("hyperlink", {"anchor": bookmark_name(link), "history": 1}, *inside))
        else:
            found.extend(inside)
    return found


def _runs(piece: Piece, pages: Mapping[str, int]) -> list[Node]:
    if piece.kind is Kind.BREAK:
        return [w("r", None, w("br"))]
    if piece.kind is Kind.TEXT:
        return [_run(piece.text, piece.style)]
    page = str(pages.get(piece.link, "…"))
    return [
        _run("第", piece.style),
        *field(f"PAGEREF {bookmark_name(piece.link)} \\h", page, piece.style),
        _run("页", piece.style),
    ]


def field(instruction: str, result: str, style: str = "") -> list[Node]:
    """A field with the result that stands until it is worked out anew."""
    return [
        w("r", None, w("fldChar", {"fldCharType": "begin"})),
        w("r", None, text("instrText", f" {instruction} ")),
        w("r", None, w("fldChar", {"fldCharType": "separate"})),
        _run(result, style),
        w("r", None, w("fldChar", {"fldCharType": "end"})),
    ]


def _run(shown: str, style: str = "") -> Node:
    # “ ” — … stand in Latin fonts too: the hint makes Word take them from the Chinese one.
    hint = None if shown.isascii() else w("rFonts", {"hint": "eastAsia"})
    named = w("rStyle", {"val": style}) if style else None
    properties = None if hint is None and named is None else w("rPr", None, named, hint)
    return w("r", None, properties, text("t", shown))
