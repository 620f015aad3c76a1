"""Embedded fonts of a finished file: only what is printed, as wide as before, and read by other libraries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.misc.psCharStrings import T2WidthExtractor

from tests.transforms.briefing.test_archival import Small
from tests.transforms.briefing.test_page import glyphs
from transforms.briefing.glyphs import compact


@pytest.fixture(scope="module")
def pdf(june_pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(june_pdf) as opened:
        yield opened


def programs(pdf: pikepdf.Pdf) -> Iterator[tuple[pikepdf.Object, CFFFontSet]]:
    """Fonts with CFF outlines, and the outlines."""
    for font in pdf.objects:
        if isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == "/CIDFontType0":
            cff = CFFFontSet()
            cff.decompile(io.BytesIO(font.FontDescriptor.FontFile3.read_bytes()), None)
            yield font, cff


def widths(font: pikepdf.Object) -> dict[int, float]:
    parts = font.W.as_list()
    return {
        int(first) + n: float(width)
        for first, run in zip(parts[::2], parts[1::2], strict=True)
        for n, width in enumerate(run.as_list())
    }


def test_each_font_holds_what_is_printed_and_the_empty_box(pdf: pikepdf.Pdf) -> None:
    found = 0
    for font, cff in programs(pdf):
        assert font.FontDescriptor.FontFile3.Subtype == "/CIDFontType0C"
        assert "/CIDToGIDMap" not in font  # ISO 32000-1, 9.7.4.2: for TrueType only
        top = cff[0]
        assert [f"cid{code:05d}" for code in sorted(widths(font)) if code] == [
            name for name in top.charset if name != ".notdef"
        ]
        assert top.charset[0] == ".notdef"
        assert top.numGlyphs == len(top.CharStrings) == len(top.charset)
        found += 1
    assert found == 6


def test_widths_of_the_program_are_those_of_the_page(pdf: pikepdf.Pdf) -> None:
    """ISO 19005-3, 6.2.11.5: they may differ by a thousandth of the em."""
    for font, cff in programs(pdf):
        strings = cff[0].CharStrings
        for code, width in widths(font).items():
            glyph = strings[f"cid{code:05d}" if code else ".notdef"]
            private = glyph.private
            reader = T2WidthExtractor([], glyph.globalSubrs, private.nominalWidthX, private.defaultWidthX)
            reader.execute(glyph)
            assert abs(reader.width - width) <= 1, (str(font.BaseFont), code)


def test_every_glyph_that_a_page_shows_has_a_width(pdf: pikepdf.Pdf) -> None:
    known = {
        code for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/W" in font for code in widths(font)
    }
    for page in pdf.pages:
        assert set(glyphs(page)) <= known


def test_the_fonts_are_a_part_of_what_was_written(fonts: dict[str, Path]) -> None:
    written = Small(fonts, "<p>字体</p>").written
    with pikepdf.open(io.BytesIO(written)) as pdf:
        before = {str(f.BaseFont): len(f.FontDescriptor.FontFile3.read_bytes()) for f in opentype(pdf)}
        compact(pdf)
        after = {str(font.BaseFont): len(font.FontDescriptor.FontFile3.read_bytes()) for font, _ in programs(pdf)}
        assert not list(opentype(pdf))
        compact(pdf)  # nothing is left to do
    assert before.keys() == after.keys() != set()
    assert all(after[name] < before[name] for name in after)


def opentype(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for font in pdf.objects:
        outlined = isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == "/CIDFontType0"
        if outlined and font.FontDescriptor.FontFile3.Subtype == "/OpenType":
            yield font
