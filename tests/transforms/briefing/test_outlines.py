"""Contours with fewer points: nobody could tell them from the ones they stand for."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from transforms.briefing.outlines import TOLERANCE, Command, Point, simplified, straightened

COORDINATES = st.tuples(st.integers(-200, 1200), st.integers(-200, 1200))
LINES = st.builds(lambda p: ("lineTo", (p,)), COORDINATES)
CURVES = st.builds(lambda a, b, c: ("curveTo", (a, b, c)), COORDINATES, COORDINATES, COORDINATES)
CONTOURS = st.lists(LINES | CURVES, min_size=1, max_size=12)


def contour(start: Point, parts: list[Command]) -> list[Command]:
    return [("moveTo", (start,)), *parts, ("closePath", ())]


def traced(commands: list[Command], steps: int = 24) -> list[Point]:
    """Points along the contour, evenly by parameter."""
    found: list[Point] = []
    at: Point = (0, 0)
    for name, points in commands:
        if name == "curveTo":
            found += [bezier(at, points, n / steps) for n in range(1, steps + 1)]
        elif name == "lineTo":
            (end,) = points
            found += [
                (at[0] + (end[0] - at[0]) * n / steps, at[1] + (end[1] - at[1]) * n / steps)
                for n in range(1, steps + 1)
            ]
        at = points[-1] if points else at
    return found


def bezier(start: Point, points: tuple[Point, ...], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, (start, *points), strict=True)) for axis in (0, 1))
    return x, y


def apart(point: Point, line: list[Point]) -> float:
    return min(segment(point, a, b) for a, b in zip(line, line[1:] or line, strict=False))


def segment(point: Point, start: Point, end: Point) -> float:
    across, up = end[0] - start[0], end[1] - start[1]
    square = across * across + up * up
    t = ((point[0] - start[0]) * across + (point[1] - start[1]) * up) / square if square else 0
    t = min(1, max(0, t))
    return math.dist(point, (start[0] + t * across, start[1] + t * up))


@given(COORDINATES, CONTOURS)
def test_no_point_moves_further_than_the_tolerance(start: Point, parts: list[Command]) -> None:
    before, after = contour(start, parts), straightened(contour(start, parts))
    were, are = [start, *traced(before)], [start, *traced(after)]
    # A curve that is called flat may run over its ends by a unit, and its neighbour may then lose its end.
    assert max(apart(point, are) for point in were) <= 2 * TOLERANCE + 1.5
    assert len(after) <= len(before)
    assert [c for c in after if c[0] in ("moveTo", "closePath")] == [before[0], before[-1]]


@given(COORDINATES, st.lists(LINES, min_size=1, max_size=12))
def test_lines_keep_their_ends(start: Point, parts: list[Command]) -> None:
    after = straightened(contour(start, parts))
    assert after[-2][1][-1] == parts[-1][1][-1]
    assert {points[-1] for name, points in after if name == "lineTo"} <= {points[-1] for _, points in parts}


def test_a_line_of_many_points_is_one() -> None:
    stroke: list[Command] = [("lineTo", ((n * 10, n % 2),)) for n in range(1, 50)]
    assert straightened(contour((0, 0), stroke)) == contour((0, 0), [("lineTo", ((490, 1),))])


def test_a_flat_curve_is_a_line_and_a_round_one_is_not() -> None:
    flat: list[Command] = [("curveTo", ((30, 1), (60, 1), (90, 0)))]
    round_: list[Command] = [("curveTo", ((30, 9), (60, 9), (90, 0)))]
    back: list[Command] = [("curveTo", ((120, 0), (-30, 0), (90, 0)))]  # to and fro on one line
    assert straightened(contour((0, 0), flat)) == contour((0, 0), [("lineTo", ((90, 0),))])
    assert straightened(contour((0, 0), round_)) == contour((0, 0), round_)
    assert straightened(contour((0, 0), back)) == contour((0, 0), back)


@pytest.mark.parametrize("role", ["fangsong", "kai", "hei", "song", "title"])
def test_a_hanzi_stays_the_hanzi(role: str, fonts: dict[str, Path]) -> None:
    with TTFont(fonts[role], lazy=True) as font:
        top = font["CFF "].cff.topDictIndex[0]
        names = font.getBestCmap()
        for character in "一国企业安置信访促进展情况0A，。":
            glyph = top.CharStrings[names[ord(character)]]
            before, after = RecordingPen(), RecordingPen()
            area, area_after = AreaPen(), AreaPen()
            glyph.draw(before), glyph.draw(area)
            made = simplified(glyph)
            made.draw(after), made.draw(area_after)
            assert made.width == glyph.width
            assert len(after.value) <= len(before.value)
            assert [n for n, _ in after.value if n == "moveTo"] == [n for n, _ in before.value if n == "moveTo"]
            if character not in "，。":
                assert area_after.value == pytest.approx(area.value, rel=0.01)
