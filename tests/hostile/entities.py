"""Entities and document types in every part that a reader may parse."""

from __future__ import annotations

import zipfile
from io import BytesIO

from tests.hostile.parts import ods, with_parts, xlsx

LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 '哈哈哈哈哈哈哈哈哈哈'>"
    + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
    + "]>"
)
LOCAL = "<!DOCTYPE x [<!ENTITY a11 SYSTEM 'file:///etc/passwd'>]>"
REMOTE = "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>"
TYPES = {"billion laughs": LAUGHS, "local file": LOCAL, "external DTD": REMOTE}
PARTS = (
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/custom.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml",
)


def in_part(name: str, document_type: str) -> bytes:
    """A workbook with the document type in one part, and the entity used in its text where there is any."""
    data = xlsx()
    with zipfile.ZipFile(BytesIO(data)) as book:
        xml = book.read(name).decode() if name in book.namelist() else "<Properties/>"
    declaration, found, rest = xml.partition("?>")
    xml = declaration + found + document_type + rest if found else document_type + xml
    if document_type != REMOTE:
        xml = xml.replace("<t>企业名称", "<t>&a11;", 1).replace("<v>12.5", "<v>&a11;", 1)
    return with_parts({name: xml.encode()}, data)


def in_ods(document_type: str) -> bytes:
    row = '<table:table-row><table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell></table:table-row>'
    return ods(row.format("一" if document_type == REMOTE else "&a11;"), document_type)
