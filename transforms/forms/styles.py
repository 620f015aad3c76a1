"""How a form looks: every cell format, made once a workbook."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from transforms import values
from transforms.contracts import Column, ColumnType
from transforms.forms.columns import Need

FONT = "宋体"
HEADING_FONT = "黑体"
NUMBER_FORMATS = {
    ColumnType.DATE: "yyyy-mm-dd",
    ColumnType.PERCENT: "0.0#",
    ColumnType.SCORE: "0.0#",
    ColumnType.COUNT: "0",
}
_CENTRED = (ColumnType.DATE, ColumnType.FLAG, ColumnType.CHOICE)
_EDGE = "#A6A6A6"
_HEADER_COLOURS: dict[Need, dict[str, Any]] = {
    Need.REQUIRED: {"bg_color": "#1F4E79", "font_color": "#FFFFFF", "bold": True},
    Need.EXPECTED: {"bg_color": "#BDD7EE"},
    Need.OPTIONAL: {"bg_color": "#EDEDED"},
}
_MARKS = {"empty": "#FFE699", "twice": "#F8CBAD", "doubtful": "#F4B183"}


class Styles:
    """The formats of one workbook. Only body cells and the signature line are unlocked."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._bodies: dict[tuple[str, bool], Format] = {}
        middle = {"valign": "vcenter"}
        heading = {"font_name": HEADING_FONT, "valign": "vcenter"}
        self.title = self._make({**heading, "font_size": 16, "align": "center"})
        self.plain = self._make(middle)
        self.corner = self._make({**middle, "align": "right", "font_color": "#7F7F7F"})
        self.signature = self._make({**middle, "locked": False})
        self.unlocked = self._make({"locked": False})
        self.text = self._make({"valign": "top", "text_wrap": True})
        self.section = self._make({**heading, "font_size": 12, "bold": True})
        self.cell = self._make({"valign": "top", "text_wrap": True, "border": 1, "border_color": _EDGE})
        self.headers = {
            need: self._make(
                {**heading, **colours, "align": "center", "text_wrap": True, "border": 1, "border_color": _EDGE}
            )
            for need, colours in _HEADER_COLOURS.items()
        }
        self.marks = {name: self._make({"bg_color": colour}) for name, colour in _MARKS.items()}
        self.swatches = {
            name: self._make({"bg_color": colour, "border": 1, "border_color": _EDGE})
            for name, colour in _MARKS.items()
        }

    def body(self, column: Column) -> Format:
        """Of a column's cells: text as text, so that 007 and 18 digits stay; numbers with every digit that counts."""
        number_format = _number_format(column)
        look = (number_format, column.type in _CENTRED)
        if look not in self._bodies:
            self._bodies[look] = self._make(
                {
                    "num_format": number_format,
                    "text_wrap": number_format == "@",
                    "align": "center" if column.type in _CENTRED else "",
                    "locked": False,
                    "valign": "vcenter",
                    "border": 1,
                    "border_color": _EDGE,
                }
            )
        return self._bodies[look]

    def _make(self, properties: dict[str, Any]) -> Format:
        return self._book.add_format(properties)


def _number_format(column: Column) -> str:
    if column.type in (ColumnType.MONEY, ColumnType.AREA):
        finest = len(str(int(values.exact(1, column)))) - 1
        return "#,##0.00" + "#" * max(0, finest - 2)
    return NUMBER_FORMATS.get(column.type, "@")
