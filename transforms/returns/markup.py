"""XML parts as text that is spliced, never written anew: what is not meant stays as its author wrote it."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from xml.parsers import expat

from transforms.returns.unpatchable import Unpatchable

IN_TAG = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"  # possessive: no text makes it go back and forth
_TAG = re.compile(rf"<(/?)((?:[\w.\-]+:)?)([\w.\-]+)(?=[\s/>])({IN_TAG})>")
_ATTRIBUTE = re.compile(r"(?<![\w.:\-])([\w.:\-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_OPAQUE = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.\-]+)[\"']")
_READABLE = frozenset(("utf-8", "utf8", "us-ascii", "ascii", "utf-16"))
# What no XML 1.0 document may hold, and the marks that turn the direction of writing.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

Edit = tuple[int, int, str]  # from, to, what stands there instead


@dataclass(frozen=True)
class Element:
    """One element of a part, by places in its text: `start`–`end` whole, `inside`–`inside_end` between its tags (both
    `end` when it is written `<a/>`)."""

    name: str  # without prefix
    written: str  # the attributes as written
    start: int
    inside: int
    inside_end: int
    end: int

    @property
    def attributes(self) -> dict[str, str]:
        return attributes(self.written)

    @property
    def closed(self) -> bool:
        """Written `<a/>`."""
        return self.inside_end == self.end


@dataclass(frozen=True)
class Document:
    text: str
    masked: str  # of the same length; comments, CDATA and instructions blanked
    encoding: str
    root: Element
    prefix: str  # of the root, with its colon

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """
        Raises:
            Unpatchable: not well-formed, a document type, or an encoding other than UTF-8 and UTF-16.
        """
        check(data)
        text, encoding = _decoded(data)
        masked = text
        if any(mark in text for mark in ("<!--", "<![CDATA[", "<?")):
            masked = _OPAQUE.sub(lambda match: " " * len(match[0]), text)
        first = _TAG.search(masked)
        if first is None:
            raise Unpatchable("no root")
        end = masked.rindex(">") + 1
        root = Element(
            first[3], first[4], first.start(), first.end(), end if first[4].endswith("/") else masked.rindex("</"), end
        )
        return cls(text, masked, encoding, root, first[2])

    def children(self, start: int, end: int) -> list[Element]:
        """The elements that stand directly between two places."""
        found: list[Element] = []
        depth, opened = 0, None
        for match in _TAG.finditer(self.masked, start, end):
            if match[1]:
                depth -= 1
                if depth == 0 and opened:
                    found.append(_element(opened, match.start(), match.end()))
            elif not match[4].endswith("/"):
                opened = match if depth == 0 else opened
                depth += 1
            elif depth == 0:
                found.append(_element(match, match.end(), match.end()))
        if depth:
            raise Unpatchable("tags do not match")
        return found

    def within(self, element: Element) -> list[Element]:
        return [] if element.closed else self.children(element.inside, element.inside_end)

    def descendants(self, element: Element, name: str) -> list[Element]:
        """Every element of that name inside another, in order; none inside one of these."""
        found: list[Element] = []
        opened: re.Match[str] | None = None
        end = element.start if element.closed else element.inside_end
        for match in _TAG.finditer(self.masked, element.inside, end):
            if match[3] != name:
                continue
            if match[1] and opened:
                found.append(_element(opened, match.start(), match.end()))
                opened = None
            elif match[4].endswith("/"):
                found.append(_element(match, match.end(), match.end()))
            else:
                opened = opened or match
        return found

    def with_edits(self, edits: Iterable[Edit]) -> bytes:
        """
        Raises:
            Unpatchable: the outcome is not well-formed.
        """
        data = spliced(self.text, edits).encode(self.encoding)
        check(data)
        return data

    def namespaces(self) -> dict[str, str]:
        """Prefix without colon (empty for the default) → namespace, as declared on the root."""
        return {
            name.partition(":")[2]: value
            for name, value in self.root.attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }


def _element(opened: re.Match[str], inside_end: int, end: int) -> Element:
    return Element(opened[3], opened[4], opened.start(), opened.end(), inside_end, end)


def _decoded(data: bytes) -> tuple[str, str]:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if wide else "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    text = data.decode(encoding)
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() not in _READABLE:
        raise Unpatchable("another encoding")
    return text, encoding


def check(data: bytes) -> None:
    """
    Raises:
        Unpatchable: not well-formed, or with a document type (entities are never resolved).
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        raise Unpatchable("not well-formed") from None


def _refuse(*_: object) -> None:
    raise Unpatchable("a document type")


def attributes(written: str) -> dict[str, str]:
    return {
        match[1]: html.unescape(match[2] if match[2] is not None else match[3])
        for match in _ATTRIBUTE.finditer(written)
    }


def with_attributes(tag: str, changes: Mapping[str, str]) -> str:
    """A start tag with some attributes set, the others as written."""
    left = dict(changes)
    edits: list[Edit] = []
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] in left:
            edits.append((match.start(), match.end(), f'{match[1]}="{escaped(left.pop(match[1]))}"'))
    end = len(tag) - (2 if tag.endswith("/>") else 1)
    edits += [(end, end, f' {name}="{escaped(value)}"') for name, value in left.items()]
    return spliced(tag, edits)


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """Edits must not overlap; insertions at one place stay in their order."""
    pieces: list[str] = []
    done = 0
    for start, end, instead in sorted(edits, key=lambda edit: edit[:2]):
        pieces += (text[done:start], instead)
        done = end
    return "".join((*pieces, text[done:]))


def inserted(document: Document, element: Element, text: str) -> Edit:
    """Put text at the end of an element, also of one written `<a/>`."""
    if not element.closed:
        return element.inside_end, element.inside_end, text
    tag = document.text[element.start : element.end].removesuffix("/>")
    name = tag[1:].split(None, 1)[0]
    return element.start, element.end, f"{tag}>{text}</{name}>"


def number(text: str, otherwise: int = 0) -> int:
    """A count or place as an attribute states it."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def plain(text: str) -> str:
    """Without what XML forbids and without marks that turn the direction of writing; line breaks as \\n."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped(text: str) -> str:
    return html.escape(plain(text)).replace("\n", "&#10;").replace("\t", "&#9;")


def string(text: str) -> str:
    """For the content of `<t>`: `_x0041_` written by a person would be read as A (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPE_LIKE.sub("_x005F_", escaped(text))
