"""The trend over the months, as a Vega-Lite specification: one small picture a workstream, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from transforms.briefing.chart_parts import FILLS, INK, WIDTH_PX, beside, text_px, ticks
from transforms.briefing.view import Chart
from transforms.figures import Figure, Unit, show
from transforms.period import Period

# One measure of each workstream that says how far it has come.
PANELS = (
    ("reward.amount_to_date", "即征即奖累计兑现"),
    ("housing.on_schedule_rate", "安置房按序时推进率"),
    ("petition.resolved_rate", "重点积案化解率"),
)
HEIGHT_PX = 110
SPACING_PX = 16
MARGIN_PX = 18  # at both sides of a panel: half a label of its axis
LABEL_PX = 46  # of the axis, with the space to the next
POINTS_SHOWN = 24
MONTHS_SAID = 12

History = Mapping[Period, Mapping[str, Figure]]
Points = list[tuple[int, Period, Fraction]]  # place among the months, month, value


def trend(history: History, period: Period) -> Chart | None:
    """Every month of `history` up to `period`; a month without a value leaves a gap. None when no measure has two."""
    months = list(min(history, default=period).through(period))
    known = [(code, name, _points(history, months, code)) for code, name in PANELS]
    shown = [(code, name, points) for code, name, points in known if len(points) > 1]
    if not shown:
        return None
    width = (WIDTH_PX - 10 - (len(shown) - 1) * SPACING_PX) // len(shown)
    panels, said = [], []
    for code, name, points in shown:
        unit = history[points[-1][1]][code].unit
        panels.append(_panel(f"{name}（{unit}）", months, points, unit, width))
        said.append(f"{name}{_said(points, unit, months)}")
    return Chart("trend", "主要指标走势", f"折线图：{'；'.join(said)}。", beside(panels, SPACING_PX))


def _points(history: History, months: Sequence[Period], code: str) -> Points:
    found = ((n, month, history[month][code].value) for n, month in enumerate(months) if code in history.get(month, {}))
    return [(n, month, value) for n, month, value in found if value is not None]


def _panel(title: str, months: Sequence[Period], points: Points, unit: Unit, width: int) -> dict[str, Any]:
    values = [value for _, _, value in points]
    whole = Fraction(100) if unit is Unit.PERCENT else Fraction(0)
    levels, _ = ticks(min(Fraction(0), *values), max(whole, *values), 4, Fraction(1, 100))
    labels = axis_labels(months, (width - 2 * MARGIN_PX) / LABEL_PX)
    x = {
        "field": "month",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, len(months) - 1], "range": [MARGIN_PX, width - MARGIN_PX], "nice": False},
        "axis": {
            "values": list(labels),
            "labelExpr": f"{list(labels.values())}[indexof({list(labels)}, datum.value)]",
            "labelOverlap": False,
            "grid": False,
            "domain": False,
        },
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [levels[0], levels[-1]], "range": [HEIGHT_PX, 20]},
    }
    rows = [{"month": n, "value": float(value), "run": _run(points, at)} for at, (n, _, value) in enumerate(points)]
    dots = rows if len(months) <= POINTS_SHOWN else [rows[0], rows[-1]]
    encoding = {"x": x, "y": y}
    return {
        "title": title,
        "width": width,
        "height": HEIGHT_PX,
        "data": {"values": rows},
        "layer": [
            {"data": {"values": [{"value": 0}]}, "mark": {"type": "rule", "color": INK}, "encoding": {"y": y}},
            {"mark": {"type": "line", "color": FILLS[0]}, "encoding": {**encoding, "detail": {"field": "run"}}},
            {
                "data": {"values": dots},
                "mark": {"type": "point", "color": FILLS[0], "fill": "#fff", "size": 30, "opacity": 1},
                "encoding": encoding,
            },
            *_ends(points, unit, width, encoding),
        ],
    }


def _ends(points: Points, unit: Unit, width: int, encoding: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first and the last value at their points; the last alone where both have no room."""
    ends = [(points[0], "left", -MARGIN_PX // 2), (points[-1], "right", MARGIN_PX // 2)]
    if sum(text_px(show(point[2], unit)) for point, _, _ in ends) > width - 2 * MARGIN_PX:
        ends = ends[1:]
    return [
        {
            "data": {"values": [{"month": n, "value": float(value), "text": show(value, unit)}]},
            "mark": {"type": "text", "align": align, "dx": dx, "dy": -7, "baseline": "bottom"},
            "encoding": {**encoding, "text": {"field": "text"}},
        }
        for (n, _, value), align, dx in ends
    ]


def _run(points: Points, at: int) -> int:
    """The same number for points without a gap between them."""
    return points[at][0] - at


def axis_labels(months: Sequence[Period], room: float) -> dict[int, str]:
    """Place of a month → its label, about `room` of them: every month, every second, third or sixth, or years. The label
    of a January is its year where there are two."""
    most = max(room, 2)
    for every in (1, 2, 3, 6):
        found = {n: _label(month, months) for n, month in enumerate(months) if (month.month - 1) % every == 0}
        if 0 < len(found) <= most:
            return found
    for every in (1, 2, 5, 10, 20, 50):
        found = {n: _label(m, months) for n, m in enumerate(months) if m.month == 1 and m.year % every == 0}
        if len(found) <= most:
            break
    return found


def _label(month: Period, months: Sequence[Period]) -> str:
    return f"{month.year}年" if month.month == 1 and months[0].year != months[-1].year else f"{month.month}月"


def _said(points: Points, unit: Unit, months: Sequence[Period]) -> str:
    """Every value, or of many the first, the highest, the lowest and the last."""
    named = points
    if len(points) > MONTHS_SAID:
        most, least = max(points, key=lambda p: p[2]), min(points, key=lambda p: p[2])
        named = sorted({points[0], most, least, points[-1]})
    one_year = months[0].year == months[-1].year
    return "、".join(
        f"{month.month}月{show(value, unit)}{unit}" if one_year else f"{month.chinese}{show(value, unit)}{unit}"
        for _, month, value in named
    )
