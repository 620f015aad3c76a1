"""Charts as Vega-Lite specifications. Values come from figures; floats only place marks, every label is printed exactly.

Readable without colour: each mark carries its number, and fills differ in lightness and outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from transforms.briefing.prose import year_gone
from transforms.briefing.selection import CATEGORIES, PROGRESS, STAGES
from transforms.briefing.view import Chart
from transforms.figures import Figure, half_up, show
from transforms.period import Period

WIDTH_PX = 589  # 156 mm, the text block, at 96 px an inch
FONT_PX = 13  # 9.75 pt
FILLS = ("#1f3a5f", "#4f7cac", "#9dbcd4", "#dbe7f0", "#ffffff")


def progress(figures: Mapping[str, Figure], period: Period) -> Chart | None:
    """Share of the annual target done, one bar a target, against the share of the year gone; None without any."""
    if _nothing(figures, [code for code, _ in PROGRESS]):
        return None
    gone = year_gone(period)
    rows: list[dict[str, Any]] = []
    for code, label in PROGRESS:
        figure = figures[code]
        value = figure.value
        rows.append(
            {
                "what": f"{label}　{show(value, figure.unit)}%" if value is not None else f"{label}　暂缺",
                "rate": float(value) if value is not None else 0.0,
            }
        )
    most = max(100.0, *(row["rate"] for row in rows))
    top = 20 * -(-int(most) // 20)
    y = {"field": "what", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    x = {
        "field": "rate",
        "type": "quantitative",
        "title": "完成年度目标（%）",
        "scale": {"domain": [0, top]},
        "axis": {"values": list(range(0, top + 1, 20)), "labelOverlap": False},
    }
    now = {"data": {"values": [{"gone": float(gone), "text": f"时间进度{half_up(gone, 1)}%"}]}}
    place = {**x, "field": "gone"}  # the layers share one axis only when each describes it alike
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "color": FILLS[1], "height": 15}, "encoding": {"y": y, "x": x}},
        {**now, "mark": {"type": "rule", "strokeDash": [5, 3], "color": "#000", "size": 1.3}, "encoding": {"x": place}},
        {
            **now,
            "mark": {"type": "text", "baseline": "bottom", "dy": -4},
            "encoding": {"x": place, "y": {"value": 0}, "text": {"field": "text"}},
        },
    ]
    said = "，".join(row["what"].replace("　", "") for row in rows)
    return Chart(
        "progress",
        "年度目标完成进度与时间进度",
        f"横条图：{said}；时间进度{half_up(gone, 1)}%。",
        _spec({"values": rows}, layers, 130),
    )


def stages(figures: Mapping[str, Figure]) -> Chart | None:
    """All resettlement projects as one bar, cut by stage; the stage that was not reported is a part like any other.

    None when no stage has a value.
    """
    if _nothing(figures, [code for code, _ in STAGES]):
        return None
    rows: list[dict[str, Any]] = []
    start = Fraction(0)
    for code, label in STAGES:
        value = figures[code].value
        text = f"{label} {show(value, figures[code].unit)}{figures[code].unit if value is not None else ''}"
        size = value or Fraction(0)
        rows.append(
            {
                "stage": text,
                "from": float(start),
                "to": float(start + size),
                "mid": float(start + size / 2),
                "text": show(size, figures[code].unit) if size else "",
            }
        )
        start += size
    total = max(float(start), 1.0)
    names = [row["stage"] for row in rows]
    fill = {
        "field": "stage",
        "type": "nominal",
        "scale": {"domain": names, "range": list(FILLS)},
        "legend": {"orient": "top", "title": None, "columns": 5, "symbolType": "square", "symbolStrokeWidth": 0.8},
    }
    x = {
        "field": "from",
        "type": "quantitative",
        "title": "项目数（个）",
        "scale": {"domain": [0, total], "nice": False},
    }
    x["axis"] = {"tickMinStep": 1, "tickCount": 6}
    light_text = {"condition": {"test": f"indexof({names[:2]}, datum.stage) >= 0", "value": "#fff"}, "value": "#000"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 34, "stroke": "#000", "strokeWidth": 0.6},
            "encoding": {"x": x, "x2": {"field": "to"}, "color": fill},
        },
        {
            "mark": {"type": "text"},
            "encoding": {
                "x": {"field": "mid", "type": "quantitative"},
                "text": {"field": "text"},
                "color": light_text,
            },
        },
    ]
    return Chart(
        "stages",
        "安置房项目按阶段分布",
        f"堆叠条图：{'，'.join(names)}。",
        _spec({"values": rows}, layers, 44),
    )


def categories(figures: Mapping[str, Figure]) -> Chart | None:
    """Petition cases by category, resolved and not; None when no category has a value."""
    if _nothing(figures, [f"petition.category.{key}.cases" for key, _ in CATEGORIES]):
        return None
    rows: list[dict[str, Any]] = []
    said = []
    for key, label in CATEGORIES:
        cases, resolved = (figures[f"petition.category.{key}.{part}"] for part in ("cases", "resolved"))
        if cases.value is None or resolved.value is None:
            rows.append({"what": label, "part": "已化解", "order": 0, "from": 0.0, "to": 0.0, "mid": 0.0, "text": ""})
            said.append(f"{label}暂缺")
            continue
        left = cases.value - resolved.value
        said.append(f"{label}已化解{show(resolved.value, resolved.unit)}件、未化解{show(left, cases.unit)}件")
        for order, (part, start, size) in enumerate(
            (("已化解", Fraction(0), resolved.value), ("未化解", resolved.value, left))
        ):
            rows.append(
                {
                    "what": label,
                    "part": part,
                    "order": order,
                    "from": float(start),
                    "to": float(start + size),
                    "mid": float(start + size / 2),
                    "text": show(size, cases.unit) if size else "",
                }
            )
    y = {"field": "what", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    x = {
        "field": "from",
        "type": "quantitative",
        "title": "积案数（件）",
        "scale": {"nice": True},
        "axis": {"tickMinStep": 1, "tickCount": 6, "format": "d"},
    }
    fill = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": ["已化解", "未化解"], "range": [FILLS[1], FILLS[4]]},
        "legend": {"orient": "top", "title": None, "symbolType": "square", "symbolStrokeWidth": 0.8},
    }
    white = {"condition": {"test": "datum.part == '已化解'", "value": "#fff"}, "value": "#000"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 15, "stroke": "#000", "strokeWidth": 0.6},
            "encoding": {"y": y, "x": x, "x2": {"field": "to"}, "color": fill},
        },
        {
            "mark": {"type": "text"},
            "encoding": {
                "y": y,
                "x": {"field": "mid", "type": "quantitative"},
                "text": {"field": "text"},
                "color": white,
            },
        },
    ]
    return Chart(
        "categories", "重点积案按类别化解情况", f"堆叠条图：{'；'.join(said)}。", _spec({"values": rows}, layers, 150)
    )


def _nothing(figures: Mapping[str, Figure], codes: list[str]) -> bool:
    """Whether a chart would be an empty frame."""
    return all(figures[code].value is None for code in codes)


def _spec(data: Mapping[str, Any], layers: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """`font` is left out: whoever draws the chart knows the font that it is measured and drawn with."""
    label = {"labelFontSize": FONT_PX, "titleFontSize": FONT_PX, "titleFontWeight": "normal", "labelColor": "#000"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH_PX,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": "transparent",
        "data": data,
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": {**label, "labelLimit": 200, "titleColor": "#000"},
            "axisX": {"grid": True, "gridColor": "#ccc"},
            "axisY": {"grid": False},
            "legend": {"labelFontSize": FONT_PX, "labelLimit": 260, "labelColor": "#000"},
            "text": {"fontSize": FONT_PX, "color": "#000"},
        },
    }
