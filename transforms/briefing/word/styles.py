"""The styles part: looks as OOXML, with the defaults that they start from."""

from __future__ import annotations

from transforms.briefing.word.looks import (
    BLOCK_MM,
    CHARACTER_STYLES,
    CHARACTERS,
    PARAGRAPHS,
    TABLES,
    CharacterLook,
    Font,
    Look,
    Rule,
    TableLook,
)
from transforms.briefing.word.oxml import Node, line, mm, points, w

LANGUAGE = "zh-CN"
_BUILT_IN = frozenset({"Normal", "Title", "heading 1", "heading 2"})


def styles() -> list[Node]:
    """The children of `<w:styles>`."""
    others = {"defLockedState": 0, "defUIPriority": 99, "defSemiHidden": 1, "defUnhideWhenUsed": 1, "defQFormat": 0}
    return [
        _defaults(),
        w("latentStyles", others),
        *map(_paragraph, PARAGRAPHS),
        _default_character(),
        *map(_character, CHARACTER_STYLES),
        _default_table(),
        *map(_table, TABLES),
    ]


def fonts() -> list[Node]:
    """The children of `<w:fonts>`: each font with what may stand in for it."""
    return [_font(*font.value) for font in Font]


def _font(name: str, *others: str) -> Node:
    latin = name.isascii()
    return w(
        "font",
        {"name": name},
        w("altName", {"val": ",".join(others)}),
        w("charset", {"val": "00" if latin else "86"}),
        w("family", {"val": "roman"}),
        w("pitch", {"val": "variable"}),
    )


def _defaults() -> Node:
    return w(
        "docDefaults",
        None,
        w("rPrDefault", None, w("rPr", None, _family(Font.FANGSONG), *_size(16), _language())),
        w("pPrDefault"),
    )


def _language() -> Node:
    return w("lang", {"val": "en-US", "eastAsia": LANGUAGE, "bidi": "ar-SA"})


def _paragraph(look: Look) -> Node:
    built_in = look.name in _BUILT_IN
    kind: dict[str, object] = {"type": "paragraph", "styleId": look.key}
    kind |= {"default": 1} if look.key == "Normal" else {} if built_in else {"customStyle": 1}
    heading = look.level is not None
    return w(
        "style",
        kind,
        w("name", {"val": look.name}),
        w("aliases", {"val": look.alias}) if look.alias else None,
        w("basedOn", {"val": look.based_on}) if look.based_on else None,
        w("next", {"val": "BodyText"}) if heading else None,
        w("uiPriority", {"val": 1}),
        w("qFormat"),
        _paragraph_properties(look),
        w("rPr", None, *_character_properties(look)),
    )


def _paragraph_properties(look: Look) -> Node:
    high = {"line": line(look.line_mm), "lineRule": "exact"} if look.line_mm else {"line": 240, "lineRule": "auto"}
    return w(
        "pPr",
        None,
        w("keepNext") if look.keep_next else None,
        _borders(look),
        w("tabs", None, *(w("tab", {"val": a.value, "pos": mm(at)}) for a, at in look.tabs_mm))
        if look.tabs_mm
        else None,
        w("overflowPunct", {"val": 0}),
        w("autoSpaceDE", {"val": 0}),
        w("autoSpaceDN", {"val": 0}),
        w("adjustRightInd", {"val": 0}),
        w("snapToGrid", {"val": int(look.grid)}),
        w("spacing", {"before": mm(look.before_mm), "after": mm(look.after_mm), **high}),
        _indent(look),
        w("jc", {"val": look.align.value}),
        w("outlineLvl", {"val": look.level}) if look.level is not None else None,
    )


def _indent(look: Look) -> Node:
    side = mm(look.side_mm)
    first = mm(look.indent * BLOCK_MM / CHARACTERS)  # for programs that do not know characters
    return w("ind", {"left": side, "right": side, "firstLineChars": look.indent * 100, "firstLine": first})


def _borders(look: Look) -> Node | None:
    if look.box:
        return w("pBdr", None, *(_edge(edge, look.box) for edge in ("top", "left", "bottom", "right")))
    return w("pBdr", None, _edge("bottom", look.below)) if look.below else None


def _edge(name: str, rule: Rule) -> Node:
    """A border; its width is told in eighths of a point."""
    return w(name, {"val": "single", "sz": round(rule.width * 8), "space": rule.space, "color": rule.colour})


def _character_properties(look: Look) -> list[Node]:
    return [
        _family(look.font),
        w("snapToGrid", {"val": int(look.grid)}),
        *_coloured(look.colour),
        *([w("spacing", {"val": points(look.spread)})] if look.spread else []),
        *_size(look.size),
    ]


def _character(look: CharacterLook) -> Node:
    properties = [_family(look.font)] if look.font else []
    properties += [*_coloured(look.colour), *(_size(look.size) if look.size else ())]
    return w(
        "style",
        {"type": "character", "customStyle": 1, "styleId": look.key},
        w("name", {"val": look.name}),
        w("basedOn", {"val": "DefaultParagraphFont"}),
        w("uiPriority", {"val": 2}),
        w("qFormat"),
        w("rPr", None, *properties),
    )


def _table(look: TableLook) -> Node:
    upright, side = look.padding_mm
    edges = {"top": look.outer, "left": look.outer, "bottom": look.outer, "right": look.outer}
    edges |= {"insideH": look.inner, "insideV": look.inner}
    drawn = [name for name in edges if look.sides or name in ("top", "bottom", "insideH")]
    padding = {"top": upright, "left": side, "bottom": upright, "right": side}
    return w(
        "style",
        {"type": "table", "customStyle": 1, "styleId": look.key},
        w("name", {"val": look.name}),
        w("basedOn", {"val": "TableNormal"}),
        w("uiPriority", {"val": 3}),
        w(
            "tblPr",
            None,
            w("tblBorders", None, *(_edge(name, edges[name]) for name in drawn)),
            w("tblCellMar", None, *(w(name, {"w": mm(size), "type": "dxa"}) for name, size in padding.items())),
        ),
    )


def _default_character() -> Node:
    return w(
        "style",
        {"type": "character", "default": 1, "styleId": "DefaultParagraphFont"},
        w("name", {"val": "Default Paragraph Font"}),
        w("uiPriority", {"val": 1}),
        w("semiHidden"),
    )


def _default_table() -> Node:
    return w(
        "style",
        {"type": "table", "default": 1, "styleId": "TableNormal"},
        w("name", {"val": "Normal Table"}),
        w("uiPriority", {"val": 99}),
        w("semiHidden"),
        w("tblPr", None, w("tblInd", {"w": 0, "type": "dxa"})),
    )


def _family(font: Font) -> Node:
    latin = font.value[0] if font is Font.SONG else Font.LATIN.value[0]
    return w("rFonts", {"ascii": latin, "eastAsia": font.value[0], "hAnsi": latin, "cs": Font.LATIN.value[0]})


def _size(size: float) -> list[Node]:
    """In half points."""
    return [w("sz", {"val": round(size * 2)}), w("szCs", {"val": round(size * 2)})]


def _coloured(colour: str) -> list[Node]:
    return [w("color", {"val": colour})] if colour else []
