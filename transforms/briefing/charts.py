"""Charts as Vega-Lite specifications. Values come from figures; floats only place marks, every label is printed exactly.

Readable without colour: each mark carries its number, and fills differ in lightness and outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from transforms.briefing.chart_parts import FILLS, FONT_PX, INK, WIDTH_PX, layered, spread, text_px, ticks
from transforms.briefing.prose import year_gone
from transforms.briefing.selection import CATEGORIES, PROGRESS, STAGES
from transforms.briefing.view import Chart
from transforms.figures import Figure, half_up, show, value_of
from transforms.period import Period

NAMES_PX = 160  # beside the bars, about: what the axis leaves is the plot
LABEL_GAP_PX = 10
_NAMES = {"field": "what", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}


def progress(figures: Mapping[str, Figure], period: Period) -> Chart | None:
    """Share of the annual target done, one bar a target, against the share of the year gone; None without any."""
    if _nothing(figures, [code for code, _ in PROGRESS]):
        return None
    gone = year_gone(period)
    rows: list[dict[str, Any]] = []
    for code, label in PROGRESS:
        figure = figures[code]
        value = figure.value
        said = f"{show(value, figure.unit)}%" if value is not None else "暂缺"
        rows.append({"what": f"{label}　{said}", "rate": float(value or 0)})
    known = [figures[code].value or Fraction(0) for code, _ in PROGRESS]
    values, _ = ticks(min(Fraction(0), *known), max(Fraction(100), *known))
    x = {
        "field": "rate",
        "type": "quantitative",
        "title": "完成年度目标（%）",
        "scale": {"domain": [values[0], values[-1]]},
        "axis": {"values": values, "labelOverlap": False},
    }
    now = {"data": {"values": [{"gone": float(gone), "text": f"时间进度{half_up(gone, 1)}%"}]}}
    place = {**x, "field": "gone"}  # the layers share one axis only when each describes it alike
    share = (float(gone) - values[0]) / (values[-1] - values[0])
    align = "left" if share < 0.15 else "right" if share > 0.85 else "center"
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "color": FILLS[1], "height": 15}, "encoding": {"y": _NAMES, "x": x}},
        {**now, "mark": {"type": "rule", "strokeDash": [5, 3], "color": INK, "size": 1.3}, "encoding": {"x": place}},
        {
            **now,
            "mark": {"type": "text", "baseline": "bottom", "dy": -4, "align": align},
            "encoding": {"x": place, "y": {"value": 0}, "text": {"field": "text"}},
        },
    ]
    said = "，".join(row["what"].replace("　", "") for row in rows)
    return Chart(
        "progress",
        "年度目标完成进度与时间进度",
        f"横条图：{said}；时间进度{half_up(gone, 1)}%。",
        layered({"values": rows}, layers, 130),
    )


def stages(figures: Mapping[str, Figure]) -> Chart | None:
    """All resettlement projects as one bar, cut by stage; the stage that was not reported is a part like any other.

    Each part has its name and number above it, with a line to it. None when no stage has a value.
    """
    if _nothing(figures, [code for code, _ in STAGES]):
        return None
    parts = [(label, figures[code].value, figures[code].unit) for code, label in STAGES]
    total = max(sum((value or Fraction(0) for _, value, _ in parts), Fraction(0)), Fraction(1))
    texts = [value_of(value, unit) for _, value, unit in parts]
    rows: list[dict[str, Any]] = []
    start = Fraction(0)
    for (label, value, _), text in zip(parts, texts, strict=True):
        size = value or Fraction(0)
        middle = start + size / 2
        rows.append(
            {"stage": label, "text": text, "from": float(start), "to": float(start + size), "mid": float(middle)}
        )
        start += size
    plot = WIDTH_PX - 2 * FONT_PX
    widths = [max(text_px(row["stage"]), text_px(row["text"])) + LABEL_GAP_PX for row in rows]
    for row, centre in zip(rows, spread([row["mid"] / float(total) * plot for row in rows], widths, plot), strict=True):
        row["at"] = centre / plot * float(total)
    values, _ = ticks(Fraction(0), total)
    x = {
        "field": "from",
        "type": "quantitative",
        "title": "项目数（个）",
        "scale": {"domain": [0, float(total)], "nice": False},
        "axis": {"values": [value for value in values if value <= total], "labelOverlap": False, "grid": False},
    }
    fill = {
        "field": "stage",
        "type": "nominal",
        "scale": {"domain": [row["stage"] for row in rows], "range": list(FILLS)},
        "legend": None,
    }
    there = [{"test": "datum.to > datum.from", "value": 1}]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "stroke": INK, "strokeWidth": 0.6},
            "encoding": {"x": x, "x2": {"field": "to"}, "y": {"value": 56}, "y2": {"value": 88}, "color": fill},
        },
        {
            "mark": {"type": "rule", "color": INK, "size": 0.8},
            "encoding": {
                "x": {**x, "field": "at"},
                "x2": {"field": "mid"},
                "y": {"value": 37},
                "y2": {"value": 56},
                "opacity": {"condition": there[0], "value": 0},
            },
        },
        *(
            {
                "mark": {"type": "text", "baseline": "top"},
                "encoding": {"x": {**x, "field": "at"}, "y": {"value": top}, "text": {"field": field}},
            }
            for field, top in (("stage", 2), ("text", 20))
        ),
    ]
    said = "，".join(f"{row['stage']} {row['text']}" for row in rows)
    return Chart("stages", "安置房项目按阶段分布", f"堆叠条图：{said}。", layered({"values": rows}, layers, 88))


def categories(figures: Mapping[str, Figure]) -> Chart | None:
    """Petition cases by category, resolved and not, each bar with its numbers; None when no category has a value."""
    if _nothing(figures, [f"petition.category.{key}.cases" for key, _ in CATEGORIES]):
        return None
    rows: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    most = Fraction(0)
    for key, label in CATEGORIES:
        cases, resolved = (figures[f"petition.category.{key}.{part}"] for part in ("cases", "resolved"))
        if cases.value is None or resolved.value is None:
            ends.append({"what": label, "end": 0.0, "text": "暂缺"})
            continue
        left = cases.value - resolved.value
        most = max(most, cases.value, resolved.value)
        text = f"已化解{show(resolved.value, resolved.unit)}{resolved.unit}、未化解{show(left, cases.unit)}{cases.unit}"
        ends.append({"what": label, "end": float(max(cases.value, resolved.value)), "text": text})
        for order, (part, start, size) in enumerate(
            (("已化解", Fraction(0), resolved.value), ("未化解", resolved.value, left))
        ):
            rows.append({"what": label, "part": part, "order": order, "from": float(start), "to": float(start + size)})
    values, _ = ticks(Fraction(0), max(most, Fraction(1)))
    plot = WIDTH_PX - NAMES_PX
    room = max(text_px(row["text"]) for row in ends) + LABEL_GAP_PX
    x = {
        "field": "from",
        "type": "quantitative",
        "title": "积案数（件）",
        "scale": {"domain": [0, values[-1] * plot / (plot - room)], "nice": False},
        "axis": {"values": values, "labelOverlap": False, "titleAnchor": "start"},
    }
    fill = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": ["已化解", "未化解"], "range": [FILLS[1], FILLS[4]]},
        "legend": {"orient": "top", "title": None, "symbolType": "square", "symbolStrokeWidth": 0.8},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 15, "stroke": INK, "strokeWidth": 0.6},
            "encoding": {"y": _NAMES, "x": x, "x2": {"field": "to"}, "color": fill},
        },
        {
            "data": {"values": ends},
            "mark": {"type": "text", "align": "left", "dx": 5},
            "encoding": {"y": _NAMES, "x": {**x, "field": "end"}, "text": {"field": "text"}},
        },
    ]
    said = "；".join(f"{row['what']}{row['text']}" for row in ends)
    return Chart("categories", "重点积案按类别化解情况", f"堆叠条图：{said}。", layered({"values": rows}, layers, 150))


def _nothing(figures: Mapping[str, Figure], codes: list[str]) -> bool:
    """Whether a chart would be an empty frame."""
    return all(figures[code].value is None for code in codes)
