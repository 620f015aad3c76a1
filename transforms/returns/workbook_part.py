"""xl/workbook.xml: which sheets there are, and the list put in as a sheet of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from transforms.returns.markup import Document, Edit, Element, escaped, inserted, with_attributes
from transforms.returns.markup import number as as_number
from transforms.returns.package import Package
from transforms.returns.unpatchable import Unpatchable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_OWN = ("comments", "vmlDrawing", "printerSettings", "drawing", "table")  # kinds of parts that one sheet alone has
_RELATIONSHIPS = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    True: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


@dataclass(frozen=True)
class Sheet:
    name: str
    part: str
    element: Element


class WorkbookPart:
    def __init__(self, package: Package) -> None:
        """
        Raises:
            Unpatchable: no workbook of SpreadsheetML.
        """
        self.package = package
        relation = package.related("", "officeDocument")
        self.name = relation.target if relation else "xl/workbook.xml"
        if not package.find(self.name):
            raise Unpatchable("no workbook")
        self.document = document = Document.parse(package.read(self.name))
        spaces = set(document.namespaces().values())
        package.strict = STRICT in spaces
        self.namespace = STRICT if package.strict else MAIN
        if document.root.name != "workbook" or self.namespace not in spaces:
            raise Unpatchable("no workbook")
        self._top = {element.name: element for element in document.within(document.root)}
        if "sheets" not in self._top:
            raise Unpatchable("no sheets")
        targets = {each.id: each.target for each in package.relations(self.name) if not each.outside}
        self.sheets = [
            Sheet(each.attributes.get("name", ""), package.find(targets.get(_relation_id(each), "")), each)
            for each in document.within(self._top["sheets"])
        ]

    def styles(self) -> str:
        """Name of the part of styles; empty when there is none."""
        relation = self.package.related(self.name, "styles")
        return relation.target if relation else ""

    def add_styles(self) -> str:
        usual = "xl/styles.xml"  # some readers look nowhere else
        name = self.package.unused("xl/styles{}.xml") if self.package.find(usual) else usual
        self.package.relate(self.name, "styles", name)
        self.package.declare(name, _STYLES_TYPE)
        return name

    def put_list(self, wanted: str, content: bytes, former: str) -> None:
        """The list as the active sheet: where the former list stands, else last. Its name is made unique."""
        old = next((each for each in self.sheets if each.name == former and each.part), None) if former else None
        if old:
            self._clear(old.part)
            self.package.put(old.part, content)
            tag = self.document.text[old.element.start : old.element.inside]
            shown = with_attributes(tag, {"state": "visible"}) if "state" in old.element.attributes else tag
            edits = [(old.element.start, old.element.inside, shown)]
            self._write([*edits, *self._activate(self.sheets.index(old))])
            return
        part = self.package.unused("xl/worksheets/sheet{}.xml")
        self.package.put(part, content)
        self.package.declare(part, _SHEET_TYPE)
        relation = self.package.relate(self.name, "worksheet", part)
        number = 1 + max((as_number(each.element.attributes.get("sheetId", "")) for each in self.sheets), default=0)
        name = unique(wanted, [each.name for each in self.sheets])
        element = f'<{self.document.prefix}sheet name="{escaped(name)}" sheetId="{number}" {self._id(relation)}/>'
        self._write([inserted(self.document, self._top["sheets"], element), *self._activate(len(self.sheets))])

    def _id(self, relation: str) -> str:
        space = _RELATIONSHIPS[self.package.strict]
        prefix = next((prefix for prefix, known in self.document.namespaces().items() if known == space and prefix), "")
        return f'{prefix}:id="{relation}"' if prefix else f'xmlns:r="{space}" r:id="{relation}"'

    def _clear(self, part: str) -> None:
        """Take away what editors have added to the former list."""
        relations = self.package.relations(part)
        has_formulas = b"<f" in self.package.read(part)
        for each in relations:
            if each.kind in _OWN and not each.outside:
                self.package.drop(each.target)
        self.package.drop_relations(part)
        chain = self.package.related(self.name, "calcChain") if has_formulas else None
        if chain:  # it would name formulas that are gone; a reader makes it anew
            self.package.drop(chain.target)
            self.package.unrelate(self.name, chain)

    def _activate(self, number: int) -> list[Edit]:
        views = self._top.get("bookViews")
        p = self.document.prefix
        if views is None:
            place = self._top["sheets"].start
            return [(place, place, f'<{p}bookViews><{p}workbookView activeTab="{number}"/></{p}bookViews>')]
        edits: list[Edit] = []
        for view in self.document.within(views):
            tag = self.document.text[view.start : view.inside]
            edits.append((view.start, view.inside, with_attributes(tag, {"activeTab": str(number)})))
        return edits

    def _write(self, edits: list[Edit]) -> None:
        self.package.put(self.name, self.document.with_edits(edits))


def unique(wanted: str, taken: Collection[str]) -> str:
    """The name, or the name with a number where it is taken; case makes no difference to a reader."""
    folded = {name.casefold() for name in taken}
    number, name = 2, wanted
    while name.casefold() in folded:
        ending = f"（{number}）"
        number, name = number + 1, wanted[: 31 - len(ending)] + ending
    return name


def _relation_id(element: Element) -> str:
    return next((value for name, value in element.attributes.items() if name.endswith(":id")), "")
