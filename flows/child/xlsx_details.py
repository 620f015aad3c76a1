"""Details of .xlsx that python-calamine does not tell, from the XML (ECMA-376 part 1, SpreadsheetML): error cells,
formulas saved without a result, percent formats, struck-through text, hidden rows and columns, our own stamp."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from flows.child.archives import Archive
from flows.child.grids import UNCALCULATED, Details, percent
from flows.child.limits import MAX_COLUMNS
from flows.child.markup import Attributes, parse

_BUILT_IN_PERCENT = frozenset(("9", "10"))  # ECMA-376 part 1, 18.8.30
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = frozenset(("1", "true"))


def details(archive: Archive) -> dict[str, Details]:
    """By sheet name."""
    percents, struck = _styles(archive.part("xl/styles.xml"))
    struck_texts = _struck_strings(archive.part("xl/sharedStrings.xml"))
    found = {}
    for name, part in _sheet_parts(archive).items():
        xml = archive.part(part)
        if _worth_a_look(xml, percents | struck, bool(struck_texts)):
            found[name] = _Sheet(percents, struck, struck_texts).read(xml)
    return found


def stamp(xml: bytes) -> dict[str, str]:
    """Custom document properties whose name begins with `sancu`."""
    properties: dict[str, str] = {}
    name = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal name
        if tag == "property":
            name = attributes.get("name", "")

    def text(data: str) -> None:
        if name.startswith("sancu") and data.strip():
            properties[name] = data.strip()[:100]

    if xml:
        parse(xml, start, text=text)
    return properties


def _worth_a_look(xml: bytes, styles: frozenset[str], struck_texts: bool) -> bool:
    """Whether the slow walk can find anything."""
    if struck_texts or b"hidden=" in xml or b't="e"' in xml or b"t='e'" in xml or _FORMULA.search(xml):
        return True
    wanted = b"|".join(style.encode() for style in styles)
    return bool(styles) and re.search(rb"\bs=[\"'](?:" + wanted + rb")[\"']", xml) is not None


def _sheet_parts(archive: Archive) -> dict[str, str]:
    """Sheet name → part name."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relationship(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            names[attributes.get("name", "")] = ids[0] if ids else ""

    if rels := archive.part("xl/_rels/workbook.xml.rels"):
        parse(rels, relationship)
    parse(archive.part("xl/workbook.xml"), sheet)
    return {
        name: posixpath.normpath(posixpath.join("/xl", targets[key])).lstrip("/")
        for name, key in names.items()
        if key in targets
    }


def _styles(xml: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The indexes of cell formats that show a percentage, and of those that strike the text through."""
    path: list[str] = []
    codes: dict[str, str] = {}
    fonts: list[bool] = []
    formats: list[tuple[str, str]] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and path[-1:] == ["numFmts"]:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "font" and path[-1:] == ["fonts"]:
            fonts.append(False)
        elif tag == "strike" and path[-2:] == ["fonts", "font"]:
            fonts[-1] = attributes.get("val", "1") in _TRUE
        elif tag == "xf" and path[-1:] == ["cellXfs"]:
            formats.append((attributes.get("numFmtId", "0"), attributes.get("fontId", "0")))
        path.append(tag)

    if xml:
        parse(xml, start, lambda tag: path.__delitem__(-1))
    shown = _BUILT_IN_PERCENT | {key for key, code in codes.items() if "%" in _QUOTED.sub("", code)}
    crossed = {str(place) for place, is_struck in enumerate(fonts) if is_struck}
    numbered = [(str(place), *each) for place, each in enumerate(formats)]
    return (
        frozenset(place for place, code, _ in numbered if code in shown),
        frozenset(place for place, _, font in numbered if font in crossed),
    )


def _struck_strings(xml: bytes) -> frozenset[str]:
    """The numbers of shared strings of which every run is struck through."""
    if b"strike" not in xml:
        return frozenset()
    runs: list[tuple[int, int]] = []  # of each string: runs, struck runs

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "si":
            runs.append((0, 0))
        elif tag == "r":
            runs[-1] = (runs[-1][0] + 1, runs[-1][1])
        elif tag == "strike" and attributes.get("val", "1") in _TRUE:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)

    parse(xml, start)
    return frozenset(str(place) for place, (whole, struck) in enumerate(runs) if whole and whole == struck)


class _Sheet:
    """One walk through a sheet's XML."""

    def __init__(self, percents: frozenset[str], struck: frozenset[str], struck_texts: frozenset[str]) -> None:
        self.percents, self.struck, self.struck_texts = percents, struck, struck_texts
        self.found = Details()
        self.row, self.column = -1, -1
        self.cell: Mapping[str, str] = {}
        self.formula, self.collecting, self.value = False, False, ""

    def read(self, xml: bytes) -> Details:
        parse(xml, self._start, self._end, self._text)
        return self.found

    def _start(self, tag: str, attributes: Attributes) -> None:
        match tag:
            case "c":
                self.column = _place(attributes.get("r", ""), self.column + 1)
                self.cell, self.formula, self.value = attributes, False, ""
            case "f":
                self.formula = True
            case "v" | "t":
                self.collecting = True
            case "row":
                self.row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self.row + 1
                self.column = -1
                if attributes.get("hidden") in _TRUE:
                    self.found.hidden_rows.add(self.row)
            case "col" if attributes.get("hidden") in _TRUE:
                self.found.hidden_columns.update(_columns(attributes))

    def _text(self, data: str) -> None:
        if self.collecting:
            self.value += data

    def _end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.collecting = False
        elif tag == "c":
            self._finish()

    def _finish(self) -> None:
        kind, style, value = self.cell.get("t", "n"), self.cell.get("s", ""), self.value
        place = (self.row, self.column)
        if kind == "e":
            self.found.texts[place] = value or "#VALUE!"
        elif self.formula and not value and kind != "str":
            self.found.texts[place] = UNCALCULATED
        elif kind == "n" and value and style in self.percents:
            self.found.texts[place] = percent(float(value))
        if value and (style in self.struck or (kind == "s" and value in self.struck_texts)):
            self.found.struck_rows.add(self.row)


def _place(address: str, otherwise: int) -> int:
    """The column of `BC12`, from 0."""
    if not (match := _ADDRESS.fullmatch(address)):
        return otherwise
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _columns(attributes: Attributes) -> Iterable[int]:
    first, last = attributes.get("min", ""), attributes.get("max", "")
    return range(int(first) - 1, min(int(last), MAX_COLUMNS)) if first.isdigit() and last.isdigit() else ()
