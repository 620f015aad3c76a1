"""Sections, page numbers, the mark of a draft, and the document's settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from transforms.briefing.word.looks import BLOCK_HEIGHT_MM, LINES
from transforms.briefing.word.oxml import Node, allowed, line, mm, text, w
from transforms.briefing.word.paragraphs import paragraph
from transforms.briefing.word.runs import field

_Add = Callable[[], tuple[Any, str]]  # a part of the document, and its relationship
PAGE_MM = (210, 297)
COLUMN_GAP_MM = 6
TOP_MM, FOOT_MM, INNER_MM, OUTER_MM = 37, 35, 28, 26
_FOLIO_MM = 7  # from the block to the page number
_FOLIO_HEIGHT_MM = 14 / 72 * 25.4
_WATERMARK = """
<w:r {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
  path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>
  <v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>
  <v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>
  <v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
  <v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"
  o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{number}" type="#_x0000_t136" alt="水印"
  style="position:absolute;margin-left:0;margin-top:0;width:360pt;height:120pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin"
  o:allowincell="f" fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".5"/>
  <v:textpath style="font-family:黑体;font-size:1pt" string=""/></v:shape></w:pict></w:r>
"""


class Layout(NamedTuple):
    """Of a section. A wide one lies on its side, and begins a page."""

    columns: int = 1
    wide: bool = False


UPRIGHT, PAIRED, WIDE = Layout(), Layout(columns=2), Layout(wide=True)


def finish(document: Document, ended: Sequence[tuple[Node, Layout]], watermark: str) -> None:
    """Give every section its page, the first one its page numbers, which the others take over."""
    references = [*(_watermarks(document, watermark) if watermark else ()), *_page_numbers(document)]
    before: Layout | None = None
    for last, layout in ended:
        last.get_or_add_pPr().append(_section(layout, before, references if before is None else []))
        before = layout
    document.element.body.append(_section(UPRIGHT, before, references if before is None else []))


def _section(layout: Layout, before: Layout | None, references: list[Node]) -> Node:
    width, height = reversed(PAGE_MM) if layout.wide else PAGE_MM
    continuous = before is not None and before.wide == layout.wide
    size = {"w": mm(width), "h": mm(height), **({"orient": "landscape"} if layout.wide else {})}
    return w(
        "sectPr",
        None,
        *references,
        w("type", {"val": "continuous" if continuous else "nextPage"}),
        w("pgSz", size),
        w("pgMar", _margins(layout.wide)),
        w("cols", {"num": layout.columns, "space": mm(COLUMN_GAP_MM)}),
        w("docGrid", {"type": "lines", "linePitch": line(BLOCK_HEIGHT_MM / LINES)}),
    )


def _margins(wide: bool) -> dict[str, object]:
    """`left` is the binding side: margins are mirrored. On its side, what is left on the paper is on top."""
    footer = FOOT_MM - _FOLIO_MM - _FOLIO_HEIGHT_MM
    sides = {"top": TOP_MM, "right": OUTER_MM, "bottom": FOOT_MM, "left": INNER_MM, "header": 15, "footer": footer}
    if wide:
        sides |= {"top": INNER_MM, "right": TOP_MM, "bottom": OUTER_MM, "left": FOOT_MM, "footer": _FOLIO_MM}
    return {**{side: mm(length) for side, length in sides.items()}, "gutter": 0}


def _page_numbers(document: Document) -> list[Node]:
    add: _Add = document.part.add_footer_part
    made = []
    for kind, style in (("default", "FolioRight"), ("even", "FolioLeft")):
        part, relation = add()
        folio = field("PAGE", "1")
        dash = [
            w("r", None, w("rPr", None, w("rFonts", {"hint": "eastAsia"})), text("t", words)) for words in ("— ", " —")
        ]
        _fill(part.element, paragraph(style, [dash[0], *folio, dash[1]]))
        made.append(w("footerReference", {"type": kind, "r:id": relation}))
    return made


def _watermarks(document: Document, words: str) -> list[Node]:
    add: _Add = document.part.add_header_part
    made = []
    for number, kind in enumerate(("default", "even")):
        part, relation = add()
        drawing = parse_xml(_WATERMARK.format(ns=nsdecls("w"), number=2049 + number))
        next(one for one in drawing.iter() if one.get("string") is not None).set("string", allowed(words))
        _fill(part.element, paragraph("Mark", [drawing]))
        made.append(w("headerReference", {"type": kind, "r:id": relation}))
    return made


def _fill(element: Node, inside: Node) -> None:
    for child in list(element):
        element.remove(child)
    element.append(inside)


def settings() -> list[Node]:
    """The children of `<w:settings>`: mirrored pages, Chinese, a layout as from Word 2013 on."""
    modes = {"compatibilityMode": 15, "overrideTableStyleFontSizeAndJustification": 1, "enableOpenTypeFeatures": 1}
    uri = "http://schemas.microsoft.com/office/word"
    return [
        w("zoom", {"percent": 100}),
        w("mirrorMargins"),
        w("defaultTabStop", {"val": 420}),
        w("evenAndOddHeaders"),
        w("characterSpacingControl", {"val": "doNotCompress"}),
        w(
            "compat",
            None,
            *(w("compatSetting", {"name": name, "uri": uri, "val": mode}) for name, mode in modes.items()),
        ),
        w("themeFontLang", {"val": "en-US", "eastAsia": "zh-CN"}),
        w("decimalSymbol", {"val": "."}),
        w("listSeparator", {"val": ","}),
    ]
