"""Glyphs: embedded fonts without what a PDF reader does not use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name

from transforms.briefing.outlines import simplified


def compact(pdf: pikepdf.Pdf) -> None:
    """OpenType fonts with CID-keyed outlines as bare CFF (/CIDFontType0C) of the glyphs that are used.

    WeasyPrint keeps a subset's glyph numbers, with an empty glyph for each that is left out, and the tables of a whole
    font. In a CID-keyed CFF the character set maps the same numbers to the few glyphs that are there.
    """
    fonts = [font for font in pdf.objects if _has_outlines(font)]
    used: dict[tuple[int, int], set[int]] = {}
    for font in fonts:
        used.setdefault(font.FontDescriptor.FontFile3.objgen, {0}).update(_codes(font.W))
    made: dict[tuple[int, int], pikepdf.Object] = {}
    for font in fonts:
        program = font.FontDescriptor.FontFile3
        if program.objgen not in made:
            if not (outlines := _bare(bytes(program.get_stream_buffer()), used[program.objgen])):
                continue
            made[program.objgen] = pdf.make_indirect(pikepdf.Stream(pdf, outlines, Subtype=Name.CIDFontType0C))
        font.FontDescriptor.FontFile3 = made[program.objgen]
        del font.CIDToGIDMap


def _has_outlines(item: pikepdf.Object) -> bool:
    if not isinstance(item, pikepdf.Dictionary) or item.get("/Subtype") != Name.CIDFontType0:
        return False
    program = item.FontDescriptor.get("/FontFile3")
    return program is not None and program.get("/Subtype") == Name.OpenType


def _codes(widths: pikepdf.Object) -> Iterator[int]:
    """The codes that a font's /W gives a width: those that are printed. WeasyPrint writes `first [w w …]` only."""
    parts = widths.as_list()
    for first, run in zip(parts[::2], parts[1::2], strict=True):
        yield from range(int(first), int(first) + len(run))


def _bare(font: bytes, used: set[int]) -> bytes:
    """The font's CFF with the glyphs of `used`; empty when its glyphs have names instead of numbers."""
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(font), lazy=True, recalcBBoxes=False) as opened:
        table = opened["CFF "]
        top = table.cff.topDictIndex[0]
        if not hasattr(top, "ROS"):
            return b""
        _keep(top, used)
        return bytes(table.compile(opened))


def _keep(top: Any, used: set[int]) -> None:
    strings = top.CharStrings
    selected = top.FDSelect
    wanted = {".notdef", *(f"cid{code:05d}" for code in used)}
    kept = [n for n, name in enumerate(top.charset) if name in wanted]
    index = strings.charStringsIndex
    index.items = [simplified(strings[top.charset[n]]) for n in kept]
    del index.file, index.offsets
    selected.format, selected.gidArray = None, [selected[n] for n in kept]
    top.charset = [top.charset[n] for n in kept]
    top.numGlyphs = len(kept)
    strings.charStrings = {name: n for n, name in enumerate(top.charset)}
