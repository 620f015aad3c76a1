"""The .docx file: a document with our styles, fonts and settings, its properties, and its bytes without a clock."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.etree.ElementTree import Element

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from transforms.briefing.word import sections, styles
from transforms.briefing.word.oxml import Node, allowed, w

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # no clock: the earliest that a zip can say
_UNUSED = (
    "stylesWithEffects",
    "customXml",
    "numbering",
    "webSettings",
    "thumbnail",
    "extended-properties",
    "fontTable",
)
_PROGRAM = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>sancu</Application></Properties>"
)


def empty() -> Document:
    """A document without content; what the library's own template brings is replaced or left out."""
    document = docx.Document()
    for owner in (document.part, document.part.package):
        for key, relation in list(owner.rels.items()):
            if any(name in relation.reltype for name in _UNUSED):
                owner.rels.pop(key)
    replace(document.styles.element, styles.styles())
    replace(document.settings.element, sections.settings())
    replace(document.element.body, [])
    fonts = _part(document, "/word/fontTable.xml", CONTENT_TYPE.WML_FONT_TABLE, w("fonts", None, *styles.fonts()))
    document.part.relate_to(fonts, RELATIONSHIP_TYPE.FONT_TABLE)
    program = _part(document, "/docProps/app.xml", CONTENT_TYPE.OFC_EXTENDED_PROPERTIES, parse_xml(_PROGRAM))
    document.part.package.relate_to(program, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
    return document


def replace(element: Node, children: list[Node]) -> None:
    """`children` in place of those that are there."""
    for child in list(element):
        element.remove(child)
    element.extend(children)


def _part(document: Document, name: str, kind: str, root: Node) -> Part:
    return Part(PackURI(name), kind, serialize_part_xml(root), document.part.package)


def describe(document: Document, head: Element, identifier: str) -> None:
    """Core properties, from the head of the HTML."""
    said = {meta.get("name"): meta.get("content", "") for meta in head.iter("meta")}
    properties = document.core_properties
    properties.title = allowed(head.findtext("title", ""))
    properties.author = properties.last_modified_by = allowed(said.get("author", ""))
    properties.subject = allowed(said.get("description", ""))
    properties.language = styles.LANGUAGE
    properties.identifier = identifier
    properties.comments = ""
    properties.created = properties.modified = dt.datetime.fromisoformat(said["dcterms.created"])


def packed(document: Document) -> bytes:
    """The file. Equal documents give equal bytes."""
    sink = io.BytesIO()
    document.save(sink)
    clockless = io.BytesIO()
    with zipfile.ZipFile(sink) as old, zipfile.ZipFile(clockless, "w") as new:
        for part in old.infolist():
            new.writestr(zipfile.ZipInfo(part.filename, _FIRST_DAY), old.read(part), zipfile.ZIP_DEFLATED)
    return clockless.getvalue()
