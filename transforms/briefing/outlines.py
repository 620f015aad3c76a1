"""Outlines: a glyph's contour with the points left out that nobody can see.

The free Chinese fonts are traced: a stroke of a hanzi has dozens of points, many within a thousandth of the em of the
line through their neighbours. They are the greater part of a briefing's bytes.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

TOLERANCE = 1.5  # thousandths of the em: 8 µm in 16 pt type, less than half a dot of a 1200 dpi printer
Point = tuple[float, float]
Command = tuple[str, tuple[Point, ...]]
Subroutines = tuple[bytes, ...]


def simplified(glyph: Any) -> Any:
    """The charstring drawn with lines for curves that are flat, and without points that lie on a line; the same width.

    Unhinted glyphs only, as WeasyPrint's subsets are: hints would not fit the new points.
    """
    from fontTools.misc.psCharStrings import T2CharString

    glyph.compile()  # where it was drawn before
    private, shared = glyph.private, glyph.globalSubrs
    subroutines = (
        tuple(bytes(part.bytecode) for part in part_of) for part_of in (getattr(private, "Subrs", ()), shared)
    )
    made = _program(bytes(glyph.bytecode), *subroutines, private.defaultWidthX, private.nominalWidthX)
    return T2CharString(made, private=private, globalSubrs=shared)


@functools.lru_cache(maxsize=8192)  # issues and editions of one process have most of their glyphs in common
def _program(code: bytes, own: Subroutines, shared: Subroutines, default_width: float, nominal_width: float) -> bytes:
    """A charstring's bytecode with its subroutines → the simplified one's, without any."""
    from fontTools.misc.psCharStrings import T2CharString
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    private = SimpleNamespace(
        defaultWidthX=default_width, nominalWidthX=nominal_width, Subrs=[T2CharString(part) for part in own]
    )
    glyph = T2CharString(code, private=private, globalSubrs=[T2CharString(part) for part in shared])
    drawn = RecordingPen()
    glyph.draw(drawn)
    pen = T2CharStringPen(None if glyph.width == default_width else glyph.width - nominal_width, None)
    drawn.value = straightened(drawn.value)
    drawn.replay(pen)
    made = pen.getCharString(private, [])
    made.compile()
    return bytes(made.bytecode)


def straightened(commands: Sequence[Command]) -> list[Command]:
    """`moveTo`, `lineTo`, `curveTo`, `closePath` with their absolute points, in units of a 1000-unit em."""
    kept: list[Command] = []
    run: list[Point] = []  # points of lines that follow one another, the first where they start
    at: Point = (0, 0)
    for name, points in commands:
        if name == "lineTo" or (name == "curveTo" and _flat(at, points)):
            run = run or [at]
            run.append(points[-1])
        else:
            kept += _lines(run)
            run = []
            kept.append((name, points))
        at = points[-1] if points else at
    return kept + _lines(run)


def _flat(start: Point, points: tuple[Point, ...]) -> bool:
    """Whether a curve stays within the tolerance of its chord, and does not run over its ends."""
    end = points[-1]
    return all(_along(point, start, end) and _off(point, start, end) <= TOLERANCE for point in points[:-1])


def _along(point: Point, start: Point, end: Point) -> bool:
    return all(min(a, b) - 1 <= p <= max(a, b) + 1 for p, a, b in zip(point, start, end, strict=True))


def _off(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from the line through two others."""
    across, up = end[0] - start[0], end[1] - start[1]
    x, y = point[0] - start[0], point[1] - start[1]
    length = (across * across + up * up) ** 0.5
    return float(abs(x * up - y * across) / length if length else (x * x + y * y) ** 0.5)


def _lines(run: list[Point]) -> list[Command]:
    return [("lineTo", (point,)) for point in _fewer(run)[1:]]


def _fewer(points: list[Point]) -> list[Point]:
    """Douglas and Peucker: of a chain, the points without which it would move by more than the tolerance."""
    if len(points) < 3:
        return points
    start, end = points[0], points[-1]
    offs = [_off(point, start, end) for point in points[1:-1]]
    most = max(offs)
    if most <= TOLERANCE:
        return [start, end]
    cut = offs.index(most) + 1
    return _fewer(points[: cut + 1])[:-1] + _fewer(points[cut:])
