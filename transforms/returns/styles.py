"""styles.xml (ECMA-376 part 1, 18.8): formats are appended, none is changed or moved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from transforms.findings import Severity
from transforms.returns import fills
from transforms.returns.markup import IN_TAG, Document, Edit, Element, attributes, inserted, number, with_attributes
from transforms.returns.unpatchable import Unpatchable

_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
_APPENDED = ("fonts", "fills", "borders", "cellXfs")
_START_TAG = re.compile(rf"<{IN_TAG}>")
_MINIMAL = (
    '<{root} xmlns="{namespace}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></{root}>'
)


@dataclass
class _Section:
    element: Element | None
    items: list[str]
    known: dict[str, int] = field(default_factory=dict)  # an item without what does not matter → its place
    added: list[str] = field(default_factory=list)

    def add(self, xml: str, same: str) -> int:
        """The place of an equal item, else of this one, appended."""
        if (place := self.known.get(same)) is None:
            place = self.known[same] = len(self.items)
            self.items.append(xml)
            self.added.append(xml)
        return place


class Styles:
    def __init__(self, data: bytes) -> None:
        """
        Raises:
            Unpatchable: not a part of styles.
        """
        self._document = document = Document.parse(data)
        if document.root.name != "styleSheet":
            raise Unpatchable("no styles")
        self._sections: dict[str, _Section] = {}
        top = {element.name: element for element in document.within(document.root)}
        for name in _APPENDED:
            element = top.get(name)
            parts = document.within(element) if element else []
            section = _Section(element, [document.text[part.start : part.end] for part in parts])
            for place, item in enumerate(section.items):
                section.known.setdefault(_canonical(item), place)
            self._sections[name] = section
            if name == "fills":
                self._keys = [fills.key(document, part) for part in parts]
        self._top = top

    @property
    def prefix(self) -> str:
        return self._document.prefix

    def add(self, section: str, xml: str) -> int:
        """Place of a font, border or cell format in its list; an equal one that is there already is used."""
        return self._sections[section].add(xml, _canonical(xml))

    def fill(self, key: str) -> int:
        """Place of the fill of that colour."""
        if not key:
            return 0  # the first fill is none in every file (18.8.20)
        if key not in self._keys:
            items = self._sections["fills"]
            items.items.append(xml := fills.xml(key, self.prefix))
            items.added.append(xml)
            self._keys.append(key)
        return self._keys.index(key)

    def fill_of(self, place: int) -> str:
        """The key of a cell format's fill."""
        fill = number(attributes(_start_tag(self._format(place))).get("fillId", ""))
        return self._keys[fill] if fill < len(self._keys) else ""

    def marked(self, place: int, severity: Severity) -> int:
        """The place of the same cell format with a mark's fill."""
        return self.filled(place, f"rgb={fills.COLOURS[severity]}")

    def filled(self, place: int, key: str) -> int:
        """The place of the same cell format with another fill."""
        item = self._format(place)
        tag = _start_tag(item)
        changed = with_attributes(tag, {"fillId": str(self.fill(key)), **({"applyFill": "1"} if key else {})})
        return self.add("cellXfs", changed + item[len(tag) :])

    def _format(self, place: int) -> str:
        items = self._sections["cellXfs"].items
        if place < len(items):
            return items[place]
        return f'<{self.prefix}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'

    def to_bytes(self) -> bytes:
        """The part with what was appended; as it was when nothing was."""
        edits: list[Edit] = []
        for name, section in self._sections.items():
            if not section.added:
                continue
            if section.element is None:
                edits.append(self._new_section(name, section))
                continue
            start, end, text = inserted(self._document, section.element, "".join(section.added))
            tag = self._document.text[section.element.start : section.element.inside]
            counted = with_attributes(tag, {"count": str(len(section.items))}) if " count=" in tag else tag
            if section.element.closed:
                edits.append((start, end, text.replace(tag.removesuffix("/>"), counted.removesuffix("/>"), 1)))
            else:
                edits += [(section.element.start, section.element.inside, counted), (start, end, text)]
        return self._document.with_edits(edits)

    def _new_section(self, name: str, section: _Section) -> Edit:
        later = _ORDER[_ORDER.index(name) + 1 :]
        end = self._document.root.inside_end
        place = min((self._top[each].start for each in later if each in self._top), default=end)
        text = f'<{self.prefix}{name} count="{len(section.items)}">{"".join(section.added)}</{self.prefix}{name}>'
        return place, place, text


def minimal(namespace: str) -> bytes:
    """Styles for a workbook that has none."""
    return _MINIMAL.format(root="styleSheet", namespace=namespace).encode()


def _start_tag(xml: str) -> str:
    match = _START_TAG.match(xml)
    if match is None:
        raise Unpatchable("no start tag")
    return match[0]


def _canonical(item: str) -> str:
    """Equal for items that look the same: order of attributes, and whether a fill is said to apply, do not matter."""
    tag = _start_tag(item)
    written = sorted((name, value) for name, value in attributes(tag).items() if name != "applyFill")
    return f"{written}{tag.endswith('/>')}{item[len(tag) :]}"
