"""HTML tables as Word tables: columns in twips, header rows repeated, no row split over two pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from transforms.briefing.word import vocabulary
from transforms.briefing.word.looks import COLOPHON, GRID, STRIP, TableLook
from transforms.briefing.word.oxml import Node, mm, w
from transforms.briefing.word.paragraphs import keep_together, keep_with_next, mark, paragraph, paragraphs
from transforms.briefing.word.runs import pieces, runs
from transforms.briefing.word.vocabulary import classes, content, known, style_of, unknown
from transforms.errors import ConfigurationError

_LOOKS = {"strip": STRIP, "": COLOPHON}
_ALIGNED = {"": "", "c": "Centre", "r": "Right"}


@dataclass(frozen=True)
class Cell:
    """A cell in its row. `element` None: the cell goes on from the row above, or there is none."""

    element: Element | None
    span: int
    merge: str  # "", "restart" or "continue"


def table(element: Element, width_mm: float, pages: Mapping[str, int]) -> Node:
    """The table without its caption.

    Raises:
        ConfigurationError: an element or class that the vocabulary does not have, or a row longer than the table.
    """
    name = known(element, vocabulary.TABLES)
    look = _LOOKS.get(name, GRID)
    parts = [child for child in element if child.tag in ("thead", "tbody")]
    widths = _widths(element, width_mm)
    made = w("tbl", None, _properties(look, widths), w("tblGrid", None, *(w("gridCol", {"w": one}) for one in widths)))
    for part in parts:
        rows = [_row(row, cells, widths, element, pages) for row, cells in _layout(part, len(widths))]
        if "break-inside" in style_of(part):
            keep_together(rows)
        if part.tag == "thead":
            for row in rows:
                keep_with_next(row)
        made.extend(rows)
    if "keep" in name.split():
        keep_together(made.tr_lst)
    if element.get("id"):
        mark(paragraphs(made)[0], element.get("id", ""))
    return made


def _properties(look: TableLook, widths: Sequence[int]) -> Node:
    at_the_foot = {
        "vertAnchor": "margin",
        "horzAnchor": "margin",
        "tblpXSpec": "left",
        "tblpYSpec": "bottom",
        "leftFromText": 0,
        "rightFromText": 0,
    }
    return w(
        "tblPr",
        None,
        w("tblStyle", {"val": look.key}),
        w("tblpPr", at_the_foot) if look is COLOPHON else None,
        w("tblW", {"w": sum(widths), "type": "dxa"}),
        w("tblLayout", {"type": "fixed"}),
        w("tblLook", {"val": "0000"}),
    )


def _widths(element: Element, width_mm: float) -> list[int]:
    """Of the columns, in twips: as said, what is left shared among the others, the whole as wide as the block."""
    columns = [column for group in element.findall("colgroup") for column in group]
    cells = [cell for cell in next(element.iter("tr")) for _ in range(int(cell.get("colspan", "1")))]
    said = [style_of(one).get("width", "") for one in [*columns, *cells[len(columns) :]]]
    lengths = [float(one.removesuffix("mm")) if one else 0.0 for one in said]
    left = max(width_mm - sum(lengths), 0.0)
    lengths = [length or left / lengths.count(0.0) for length in lengths]
    edges = [mm(sum(lengths[:at]) * width_mm / sum(lengths)) for at in range(len(lengths) + 1)]
    return [after - before for before, after in pairwise(edges)]


def _layout(part: Element, columns: int) -> Iterator[tuple[Element, list[Cell]]]:
    held: dict[int, tuple[int, int]] = {}  # column → rows still to come, width, of a cell that goes on
    for row in part:
        if row.tag != "tr":
            raise unknown(row)
        cells: list[Cell] = []
        waiting, column = deque(row), 0
        while column < columns:
            if column in held:
                left, span = held.pop(column)
                if left > 1:
                    held[column] = (left - 1, span)
                cells.append(Cell(None, span, "continue"))
            else:
                cells.append(_next(waiting, column, held))
            column += cells[-1].span
        if waiting or column > columns:
            raise ConfigurationError(f"模板:1: 表格有一行超过 {columns} 列，Word 版无法排")
        yield row, cells


def _next(waiting: deque[Element], column: int, held: dict[int, tuple[int, int]]) -> Cell:
    if not waiting:
        return Cell(None, 1, "")
    element = waiting.popleft()
    span, depth = int(element.get("colspan", "1")), int(element.get("rowspan", "1"))
    if depth > 1:
        held[column] = (depth - 1, span)
    return Cell(element, span, "restart" if depth > 1 else "")


def _row(row: Element, cells: list[Cell], widths: Sequence[int], around: Element, pages: Mapping[str, int]) -> Node:
    name = known(row, vocabulary.ROWS)
    head = all(cell.element is None or cell.element.tag == "th" for cell in cells)
    made = w("tr", None, w("trPr", None, w("cantSplit"), w("tblHeader") if head else None))
    column = 0
    for cell in cells:
        width = sum(widths[column : column + cell.span])
        rule = "bottom" if head or name == "source" else "top" if name == "total" else ""
        made.append(w("tc", None, _cell_properties(cell, width, rule), *_paragraphs(cell, around, name, column, pages)))
        column += cell.span
    if row.get("id"):
        mark(paragraphs(made)[0], row.get("id", ""))
    if name == "source":
        keep_with_next(made)
    return made


def _cell_properties(cell: Cell, width: int, rule: str) -> Node:
    return w(
        "tcPr",
        None,
        w("tcW", {"w": width, "type": "dxa"}),
        w("gridSpan", {"val": cell.span}) if cell.span > 1 else None,
        w("vMerge", {"val": cell.merge}) if cell.merge else None,
        w("tcBorders", None, w(rule, {"val": "single", "sz": 6, "space": 0, "color": "000000"})) if rule else None,
        w("vAlign", {"val": "center"}),
    )


def _paragraphs(cell: Cell, around: Element, row: str, column: int, pages: Mapping[str, int]) -> list[Node]:
    style = _cell_style(cell.element, classes(around), column)
    if cell.element is None:
        return [paragraph(style)]
    blocks = [child for child in cell.element if child.tag == "div"]
    if not blocks:
        return [paragraph(style, runs(pieces(content(cell.element), "Strong" if row else ""), pages))]
    if any(isinstance(node, str) and node.strip() for node in content(cell.element)) or len(blocks) < len(cell.element):
        raise ConfigurationError("模板:1: 表格单元格里文字与段落混排，Word 版无法排")
    for block in blocks:
        if ("div", classes(block)) not in vocabulary.PARAGRAPHS:
            raise unknown(block)
    return [
        paragraph(vocabulary.PARAGRAPHS["div", classes(block)], runs(pieces(content(block)), pages)) for block in blocks
    ]


def _cell_style(element: Element | None, around: str, column: int) -> str:
    if around == "strip":
        return "StripUnder"
    if around == "":
        right = column or (element is not None and "text-align" in style_of(element))
        return "ColophonRight" if right else "Colophon"
    small = "Small" if "small" in around.split() else ""
    if element is None:
        return f"{small}Cell"
    return f"{small}CellHead" if element.tag == "th" else f"{small}Cell{_ALIGNED[known(element, vocabulary.CELLS)]}"
