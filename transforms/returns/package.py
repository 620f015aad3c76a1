"""Parts of an OPC package (ECMA-376 part 2): relationships and content types."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from transforms.returns.markup import Document, Edit, Element, escaped, inserted
from transforms.returns.zip_file import ZipFile

TYPES = "[Content_Types].xml"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONSHIPS}"/>'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT_KINDS = "http://purl.oclc.org/ooxml/officeDocument/relationships/"


@dataclass(frozen=True)
class Relation:
    id: str
    kind: str  # the last word of the type: worksheet, comments, vmlDrawing
    target: str  # name of the part; as written when it lies outside the package
    outside: bool


class Package:
    def __init__(self, data: bytes) -> None:
        """
        Raises:
            Unpatchable: no zip, or an encrypted one.
        """
        self.zip = ZipFile(data)
        self._by_folded = {name.lower(): name for name in self.zip.names}
        self.strict = False

    def find(self, name: str) -> str:
        """The part's name as the zip writes it; names differ in more than case. Empty when there is none."""
        return self._by_folded.get(name.lower(), "")

    def read(self, name: str) -> bytes:
        return self.zip.read(self.find(name) or name)

    def put(self, name: str, content: bytes) -> None:
        name = self._by_folded.setdefault(name.lower(), name)
        self.zip.put(name, content)

    def drop(self, name: str) -> None:
        """Take a part, its relationships and its content type away; relationships to it are the caller's."""
        self.drop_relations(name)
        if found := self._by_folded.pop(name.lower(), ""):
            self.zip.drop(found)
        document, entries = self._types()
        edits: list[Edit] = [
            (entry.start, entry.end, "")
            for entry in entries
            if entry.attributes.get("PartName", "").lower() == f"/{name}".lower()
        ]
        if edits:
            self.put(TYPES, document.with_edits(edits))

    def drop_relations(self, part: str) -> None:
        if found := self._by_folded.pop(_relations_of(part).lower(), ""):
            self.zip.drop(found)

    def unused(self, pattern: str) -> str:
        """The first free name of a pattern like `xl/comments{}.xml`."""
        number = 1
        while self.find(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def relations(self, part: str) -> list[Relation]:
        name = self.find(_relations_of(part))
        if not name:
            return []
        document = Document.parse(self.zip.read(name))
        return [_relation(element, part) for element in document.within(document.root)]

    def related(self, part: str, kind: str) -> Relation | None:
        """The first relation of a kind whose part is there."""
        return next(
            (
                each
                for each in self.relations(part)
                if each.kind == kind and not each.outside and self.find(each.target)
            ),
            None,
        )

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation; gives its id."""
        name = _relations_of(part)
        document = Document.parse(self.read(name) if self.find(name) else _EMPTY.encode())
        used = {each.id for each in self.relations(part)}
        number = next(number for number in range(1, len(used) + 2) if f"rId{number}" not in used)
        base = _STRICT_KINDS if self.strict else _KINDS
        path = posixpath.relpath(f"/{target}", posixpath.dirname(f"/{part}"))
        text = f'<{document.prefix}Relationship Id="rId{number}" Type="{base}{kind}" Target="{escaped(path)}"/>'
        self.put(name, document.with_edits([inserted(document, document.root, text)]))
        return f"rId{number}"

    def unrelate(self, part: str, relation: Relation) -> None:
        name = _relations_of(part)
        document = Document.parse(self.read(name))
        edits: list[Edit] = [
            (element.start, element.end, "")
            for element in document.within(document.root)
            if element.attributes.get("Id") == relation.id
        ]
        self.put(name, document.with_edits(edits))

    def declare(self, part: str, content_type: str) -> None:
        """Say what a part is, unless that is said already."""
        document, entries = self._types()
        if not any(entry.attributes.get("PartName", "").lower() == f"/{part}".lower() for entry in entries):
            text = f'<{document.prefix}Override PartName="/{escaped(part)}" ContentType="{content_type}"/>'
            self.put(TYPES, document.with_edits([inserted(document, document.root, text)]))

    def declare_extension(self, extension: str, content_type: str) -> None:
        document, entries = self._types()
        if not any(entry.attributes.get("Extension", "").lower() == extension for entry in entries):
            text = f'<{document.prefix}Default Extension="{extension}" ContentType="{content_type}"/>'
            place = document.root.inside
            self.put(TYPES, document.with_edits([(place, place, text)]))

    def _types(self) -> tuple[Document, list[Element]]:
        document = Document.parse(self.read(TYPES))
        return document, document.within(document.root)


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relation(element: Element, part: str) -> Relation:
    written = element.attributes
    target = written.get("Target", "")
    outside = written.get("TargetMode") == "External"
    if not outside:
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
    return Relation(written.get("Id", ""), written.get("Type", "").rpartition("/")[2], target, outside)
