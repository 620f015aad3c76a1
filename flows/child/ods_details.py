"""Details of .ods that python-calamine does not tell, from content.xml (ODF 1.2 part 1, chapters 9 and 19): merged
cells, error cells, percentages, struck-through text, hidden rows and columns."""

from __future__ import annotations

import re

from flows.child.grids import Details, percent
from flows.child.limits import MAX_CELLS, MAX_COLUMNS
from flows.child.markup import Attributes, parse
from flows.child.refused import Refused

_ERROR = re.compile(r"#(?:DIV/0!|N/A|REF!|NAME\?|VALUE!|NUM!|NULL!)|(?:Err|错误)[:：][0-9]{3}")
_HIDDEN = frozenset(("collapse", "filter"))
_TOLD = (b"spanned=", b"visibility=", b"percentage", b"line-through", b"error", b"#", b"Err:")


def details(xml: bytes) -> dict[str, Details]:
    """By sheet name."""
    if not any(word in xml for word in _TOLD):
        return {}
    walk = _Walk()
    parse(xml, walk.start, walk.end, walk.text)
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: dict[str, Details] = {}
        self.struck: set[str] = set()
        self.sheet = Details()
        self.style, self.row, self.column, self.rows, self.cells = "", 0, 0, 1, 1
        self.cell: Attributes = {}
        self.words = ""
        self.left = MAX_CELLS

    def start(self, tag: str, attributes: Attributes) -> None:
        match tag:
            case "style":
                self.style = attributes.get("style:name", "")
            case "text-properties" if attributes.get("style:text-line-through-style", "none") != "none":
                self.struck.add(self.style)
            case "table":
                self.sheet = self.found.setdefault(attributes.get("table:name", ""), Details())
                self.row, self.column = 0, 0
            case "table-column":
                self._column(attributes)
            case "table-row":
                self.rows = _count(attributes, "table:number-rows-repeated")
                self.column = 0
                if attributes.get("table:visibility") in _HIDDEN and self.rows < MAX_COLUMNS:
                    self.sheet.hidden_rows.update(range(self.row, self.row + self.rows))
            case "table-cell" | "covered-table-cell":
                self.cells = _count(attributes, "table:number-columns-repeated")
                self.cell, self.words = attributes, ""

    def text(self, data: str) -> None:
        self.words += data

    def end(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            self._cell()
            self.column += self.cells
        elif tag == "table-row":
            self.row += self.rows

    def _column(self, attributes: Attributes) -> None:
        number = _count(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDDEN and number < MAX_COLUMNS:
            self.sheet.hidden_columns.update(range(self.column, self.column + number))
        self.column += number

    def _cell(self) -> None:
        cell, words = self.cell, self.words.strip()
        down, across = _count(cell, "table:number-rows-spanned"), _count(cell, "table:number-columns-spanned")
        if down > 1 or across > 1:
            self.sheet.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        shown = ""
        if _ERROR.fullmatch(words) and cell.get("table:formula"):
            shown = words if words.startswith("#") else "#VALUE!"
        elif cell.get("office:value-type") == "percentage" and cell.get("office:value"):
            shown = percent(float(cell["office:value"]))
        struck = bool(words) and cell.get("table:style-name") in self.struck
        if shown or struck:
            self._repeat(shown, struck)

    def _repeat(self, shown: str, struck: bool) -> None:
        self.left -= self.rows * self.cells
        if self.left < 0:
            raise Refused("too_large")
        for row in range(self.row, self.row + self.rows):
            if struck:
                self.sheet.struck_rows.add(row)
            if shown:
                for column in range(self.column, self.column + self.cells):
                    self.sheet.texts[row, column] = shown


def _count(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdigit() else 1
