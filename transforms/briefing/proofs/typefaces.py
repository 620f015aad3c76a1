"""Fonts of a finished PDF: what a code in a content stream stands for, how wide it is, and whether it is a glyph at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pikepdf

_CHARACTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.S)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.S)
_CODES = re.compile(rb"begincidchar(.*?)endcidchar", re.S)
_CODE_RANGES = re.compile(rb"begincidrange(.*?)endcidrange", re.S)
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F\s]*)>")
_TRIPLE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F\s]*)>")
_CODED = re.compile(rb"<([0-9a-fA-F]+)>\s*(\d+)")
_CODED_RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*(\d+)")


LOST = "\ufffd"


class Glyph(NamedTuple):
    """`text` is `LOST` when the font does not say; `width` in ems; `missing`: the font draws its empty box."""

    text: str
    width: float
    missing: bool


@dataclass(frozen=True)
class Typeface:
    code_bytes: int
    texts: dict[int, str]
    widths: dict[int, float]  # by glyph
    usual_width: float
    glyphs: dict[int, int] | None  # code → glyph; None when a code is its glyph

    def glyphs_of(self, codes: bytes) -> Iterator[Glyph]:
        size = self.code_bytes
        for start in range(0, len(codes) - size + 1, size):
            code = int.from_bytes(codes[start : start + size], "big")
            glyph = code if self.glyphs is None else self.glyphs.get(code, 0)
            missing = size == 2 and glyph == 0
            yield Glyph(self.texts.get(code, LOST), self.widths.get(glyph, self.usual_width), missing)


def typeface(font: pikepdf.Object) -> Typeface:
    texts = _texts(bytes(font.ToUnicode.get_stream_buffer())) if "/ToUnicode" in font else {}
    if "/DescendantFonts" not in font:
        first = int(font.get("/FirstChar", 0))
        scale = float(font.FontMatrix[0]) if "/FontMatrix" in font else 0.001
        widths = {first + n: float(width) * scale for n, width in enumerate(_items(font.get("/Widths")))}
        return Typeface(1, texts, widths, 0.0, None)
    described = font.DescendantFonts[0]
    encoding = font.Encoding
    glyphs = _glyphs(bytes(encoding.get_stream_buffer())) if isinstance(encoding, pikepdf.Stream) else None
    return Typeface(2, texts, _widths(described.get("/W")), float(described.get("/DW", 1000)) / 1000, glyphs)


def _items(array: pikepdf.Object | None) -> list[pikepdf.Object]:
    return [] if array is None else list(array.as_list())


def _texts(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in _CHARACTERS.findall(cmap):
        found |= {int(code, 16): _decoded(text) for code, text in _PAIR.findall(block)}
    for block in _RANGES.findall(cmap):
        for low, high, text in _TRIPLE.findall(block):
            start = int(text, 16)
            found |= {code: chr(start + code - int(low, 16)) for code in range(int(low, 16), int(high, 16) + 1)}
    return found


def _decoded(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


def _glyphs(cmap: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    for block in _CODES.findall(cmap):
        found |= {int(code, 16): int(glyph) for code, glyph in _CODED.findall(block)}
    for block in _CODE_RANGES.findall(cmap):
        for low, high, glyph in _CODED_RANGE.findall(block):
            first = int(low, 16)
            found |= {code: int(glyph) + code - first for code in range(first, int(high, 16) + 1)}
    return found


def _widths(array: pikepdf.Object | None) -> dict[int, float]:
    """`first [w w …]` and `first last w` of a font's /W."""
    parts, found, n = _items(array), dict[int, float](), 0
    while n + 1 < len(parts):
        first, second = int(parts[n]), parts[n + 1]
        if isinstance(second, pikepdf.Array):
            found |= {first + k: float(width) / 1000 for k, width in enumerate(second.as_list())}
            n += 2
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(parts[n + 2]) / 1000)
            n += 3
    return found
