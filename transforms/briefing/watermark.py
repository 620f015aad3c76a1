"""Watermark: the word across every page of an unsigned issue, as outlines: nothing to read, copy or look for there."""

from __future__ import annotations

import functools
from pathlib import Path

from transforms.briefing.view import Stage

WORDS = {f"briefing:{stage.name.lower()}.svg": stage.value for stage in Stage if stage is not Stage.SIGNED}
_PAGE_MM = (210, 297)
_GLYPH_MM = 56
_TURNED = -50  # degrees: along the diagonal of A4
_GREY = "#ececec"  # text in black and in red stays readable on it, in print too


@functools.cache
def svg(word: str, font: Path) -> bytes:
    """`word` across an A4 page, in the glyphs of the font at this path.

    Raises:
        KeyError: the font has no glyph for one of the characters.
    """
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.ttLib import TTFont

    with TTFont(font, fontNumber=0, lazy=True) as opened:
        glyphs, names, em = opened.getGlyphSet(), opened.getBestCmap(), opened["head"].unitsPerEm
        paths = []
        for place, character in enumerate(word):
            pen = SVGPathPen(glyphs)
            glyphs[names[ord(character)]].draw(pen)
            paths.append(f'<path transform="translate({place * em})" d="{pen.getCommands()}"/>')
    width, height = _PAGE_MM
    scale = _GLYPH_MM / em
    across = f"translate({width / 2} {height / 2}) rotate({_TURNED}) scale({scale:.6f} {-scale:.6f})"
    centred = f"translate({-len(word) * em / 2} {-0.38 * em})"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm">'
        f'<g fill="{_GREY}" transform="{across} {centred}">{"".join(paths)}</g></svg>'
    ).encode()
