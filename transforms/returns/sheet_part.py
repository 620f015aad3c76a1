"""A worksheet's XML (ECMA-376 part 1, 18.3): only the format of marked cells, the selected tab and the link to the
comments change."""

from __future__ import annotations

import re

from transforms.returns.markup import Document, Edit, Element, attributes
from transforms.returns.unpatchable import Unpatchable

_SHEETS = frozenset(("worksheet", "chartsheet", "dialogsheet", "macrosheet"))
# What follows <legacyDrawing> in CT_Worksheet; AlternateContent wraps the <controls> of forms.
_LATER = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
     "AlternateContent")
)  # fmt: skip
_RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_SELECTED = re.compile(r"""\stabSelected\s*=\s*(?:"(?:1|true)"|'(?:1|true)')""")


class SheetPart:
    """The part and the edits so far. The many cells lie inside `cells`; what is few stands before and after."""

    def __init__(self, data: bytes) -> None:
        """
        Raises:
            Unpatchable: not a sheet.
        """
        self.document = document = Document.parse(data)
        self.edits: list[Edit] = []
        root, masked = document.root, document.masked
        if root.name not in _SHEETS:
            raise Unpatchable("no sheet")
        name = f"{re.escape(document.prefix)}sheetData"
        opened = re.compile(rf"<{name}(?=[\s/>])([^<>]*?)(/?)>").search(masked, root.inside)
        self.cells: Element | None = None
        if opened:
            inside_end = end = opened.end()
            if not opened[2]:
                inside_end = masked.rindex(f"</{document.prefix}sheetData", opened.end())
                end = masked.index(">", inside_end) + 1
            self.cells = Element("sheetData", opened[1], opened.start(), opened.end(), inside_end, end)
        self._head_end = self.cells.start if self.cells else root.inside
        self._tail_start = self.cells.end if self.cells else root.inside

    def to_bytes(self) -> bytes:
        return self.document.with_edits(self.edits)

    def before(self) -> list[Element]:
        """The elements before the cells."""
        return self.document.children(self.document.root.inside, self._head_end)

    def after(self) -> list[Element]:
        """The elements after the cells; of a chart sheet all."""
        return self.document.children(self._tail_start, self.document.root.inside_end)

    def deselect(self) -> None:
        """The tab is no more among the selected: two selected tabs would be typed into at once."""
        for element in (*self.before(), *self.after()):
            if element.name == "sheetViews":
                matches = _SELECTED.finditer(self.document.masked, element.inside, element.inside_end)
                self.edits += [(match.start(), match.end(), "") for match in matches]

    def legacy_drawing(self) -> str:
        """The relation's id of the drawing that holds the comments' boxes; empty when there is none."""
        for element in self.after():
            if element.name == "legacyDrawing":
                return next((value for name, value in element.attributes.items() if name.endswith(":id")), "")
        return ""

    def add_legacy_drawing(self, relation: str, strict: bool) -> None:
        root = self.document.root
        known = {
            space: name.partition(":")[2]
            for name, space in attributes(root.written).items()
            if name.startswith("xmlns:") and space in _RELATIONSHIPS
        }
        prefix = next(iter(known.values()), "")
        declared = "" if prefix else f' xmlns:r="{_RELATIONSHIPS[strict]}"'
        text = f'<{self.document.prefix}legacyDrawing{declared} {prefix or "r"}:id="{relation}"/>'
        place = min((each.start for each in self.after() if each.name in _LATER), default=root.inside_end)
        self.edits.append((place, place, text))

    def remove_legacy_drawing(self) -> None:
        self.edits += [(each.start, each.end, "") for each in self.after() if each.name == "legacyDrawing"]
