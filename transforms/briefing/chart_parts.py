"""What the charts share: type, fills, round ticks, and room for labels. Lengths are CSS pixels, 96 to the inch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor, log10
from typing import Any
from unicodedata import east_asian_width

WIDTH_PX = 589  # 156 mm, the text block
FONT_PX = 13  # 9.75 pt
FILLS = ("#1f3a5f", "#4f7cac", "#9dbcd4", "#dbe7f0", "#ffffff")
INK = "#000"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def ticks(low: Fraction, high: Fraction, most: int = 6, finest: Fraction = Fraction(1)) -> tuple[list[float], float]:
    """Round ticks from at or below `low` to at or above `high`, at most about `most`, and their step: 1, 2 or 5 times
    a power of ten, not finer than `finest`. Zero is one of them where it lies between."""
    span = max(high - low, finest)
    power = Fraction(10) ** floor(log10(span / most))
    step = next(power * n for n in (1, 2, 5, 10) if power * n * most >= span)
    step = max(step, finest)
    first, last = low // step, -(-high // step)
    return [float(n * step) for n in range(first, max(last, first + 1) + 1)], float(step)


def text_px(text: str) -> float:
    """About how wide a label is, a little more than it can be in 黑体."""
    return sum(FONT_PX if east_asian_width(c) in "WFA" else FONT_PX * 0.62 for c in text)


def spread(wanted: Sequence[float], widths: Sequence[float], room: float) -> list[float]:
    """Centres as near to the `wanted` as labels of these widths can stand in a row of `room` without touching.

    Labels that are wider than the room altogether share what there is.
    """
    widths = [width * min(1, room / sum(widths)) for width in widths]
    lefts: list[float] = []
    edge = 0.0
    for centre, width in zip(wanted, widths, strict=True):
        lefts.append(max(edge, centre - width / 2))
        edge = lefts[-1] + width
    edge = room
    for place in reversed(range(len(lefts))):
        lefts[place] = min(lefts[place], edge - widths[place])
        edge = lefts[place]
    return [left + width / 2 for left, width in zip(lefts, widths, strict=True)]


def layered(data: Mapping[str, Any], layers: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """One picture of the block's width."""
    return {
        "$schema": _SCHEMA,
        "width": WIDTH_PX,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": "transparent",
        "data": data,
        "layer": layers,
        "config": config(),
    }


def beside(panels: list[dict[str, Any]], spacing: int) -> dict[str, Any]:
    """Pictures in a row."""
    return {
        "$schema": _SCHEMA,
        "background": "transparent",
        "hconcat": panels,
        "spacing": spacing,
        "config": config(),
    }


def config() -> dict[str, Any]:
    """`font` is left out: whoever draws the chart knows the font that it is measured and drawn with."""
    label = {"labelFontSize": FONT_PX, "titleFontSize": FONT_PX, "titleFontWeight": "normal", "labelColor": INK}
    return {
        "view": {"stroke": None},
        "axis": {**label, "labelLimit": 220, "titleColor": INK},
        "axisX": {"grid": True, "gridColor": "#ccc"},
        "axisY": {"grid": False},
        "legend": {"labelFontSize": FONT_PX, "labelLimit": 260, "labelColor": INK},
        "text": {"fontSize": FONT_PX, "color": INK},
        "title": {"fontSize": FONT_PX, "fontWeight": "normal", "color": INK, "anchor": "start"},
    }
