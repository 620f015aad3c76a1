"""Charts drawn: a Vega-Lite specification as SVG for the page, as PNG where vectors are not taken.

The text is measured and drawn with the font at the given path, not with whatever the machine has.
"""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from types import ModuleType

from transforms.briefing.view import Chart

PNG_SCALE = 2  # pixels a CSS pixel: 192 to the inch


def svg(chart: Chart, font: Path) -> bytes:
    """`chart` as SVG; its font is called `hei`, as the page's style sheet does."""
    family, _ = _engine(str(font))
    return _drawn(_specification(chart, family), str(font)).replace(family, "hei").encode()


def png(chart: Chart, font: Path) -> bytes:
    family, engine = _engine(str(font))
    return bytes(engine.svg_to_png(_drawn(_specification(chart, family), str(font)), scale=PNG_SCALE))


@functools.lru_cache(maxsize=16)
def _drawn(specification: str, font: str) -> str:
    """Kept, since each document of an issue has the same charts and drawing one takes longer than anything done with it."""
    return str(_engine(font)[1].vegalite_to_svg(specification))


def _specification(chart: Chart, family: str) -> str:
    specification = copy.deepcopy(dict(chart.spec))
    specification["config"] = {**specification["config"], "font": family}
    return json.dumps(specification, ensure_ascii=False)


@functools.cache
def _engine(font: str) -> tuple[str, ModuleType]:
    """The font's family name, and the converter that has registered it."""
    import vl_convert
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as opened:
        family = str(opened["name"].getDebugName(16) or opened["name"].getDebugName(1))
    vl_convert.register_font_directory(str(Path(font).parent))
    return family, vl_convert
