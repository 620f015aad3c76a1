"""Elements of WordprocessingML, and the units it measures in."""

from __future__ import annotations

import functools
import math
import re
import zlib
from collections.abc import Mapping
from typing import Any

from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import oxml_parser

Node = Any  # an element of python-docx's tree; lxml has no types
_NAMESPACE = {"w": nsmap["w"]}
TWIPS_A_MM = 1440 / 25.4
TWIPS_A_POINT = 20
_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_A_NAME = re.compile(r"\W")
_LONGEST_NAME = 40  # of a bookmark, in Word


def w(tag: str, attributes: Mapping[str, object] | None = None, *children: Node | None) -> Node:
    """`<w:tag w:attribute="…">`; children that are None are left out."""
    element = oxml_parser.makeelement(_name(tag), nsmap=_NAMESPACE)
    for name, value in (attributes or {}).items():
        element.set(_name(name), str(value))
    element.extend(child for child in children if child is not None)
    return element


@functools.cache
def _name(name: str) -> str:
    return str(qn(name if ":" in name else f"w:{name}"))


def text(tag: str, content: str) -> Node:
    """An element of text, its spaces kept; characters that XML forbids are left out."""
    element = w(tag, {"xml:space": "preserve"})
    element.text = allowed(content)
    return element


def allowed(content: str) -> str:
    """`content` without control characters, lone surrogates, U+FFFE and U+FFFF: no XML can hold them."""
    return _NOT_XML.sub("", content)


def mm(length: float) -> int:
    """Millimetres in twips."""
    return round(length * TWIPS_A_MM)


def line(length: float) -> int:
    """A line's height in twips, rounded down: 22 lines a hair too high would leave 21 a page."""
    return math.floor(length * TWIPS_A_MM)


def points(length: float) -> int:
    """Points in twips."""
    return round(length * TWIPS_A_POINT)


def bookmark_name(anchor: str) -> str:
    """The bookmark for an HTML id, within what Word allows: letters, digits and `_`, 40 of them."""
    name = _NOT_A_NAME.sub("_", anchor)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 9]}_{zlib.crc32(anchor.encode()):08x}"
