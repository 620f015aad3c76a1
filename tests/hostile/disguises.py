"""Files that are not what their name says, are locked, or carry what nobody asked for."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib

import xlwt

from tests.hostile.parts import KINDS, RELATIONS, SHEET, sheet_xml, with_parts, xlsx, zipped

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\2\0\1H\xaf\xa4q"
FORMULAS = ("=cmd|'/C calc'!A0", "+1+2", "-1-2", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1/","点")', "\t=1+1")


def ole(stream: str) -> bytes:
    return OLE + bytes(504) + stream.encode("utf-16-le") + bytes(600)


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    sheet.write(0, 0, "企业名称")
    sheet.write(0, 1, 12.5)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xls_with_password(kind: int) -> bytes:
    """[MS-XLS] 2.4.117: a FilePass record among the globals, 0 for XOR, 1 for RC4; here in place of DSF, which is as
    long."""
    record, locked = struct.pack("<HHH", 0x0161, 2, 0), struct.pack("<HHH", 0x002F, 2, kind)
    data = xls()
    assert record in data
    return data.replace(record, locked, 1)


def ods_with_password() -> bytes:
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest><file-entry><encryption-data/></file-entry></manifest>",
            "content.xml": b"\x8f\x01\x02",
        }
    )


def zip_with_password() -> bytes:
    data = bytearray(xlsx())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def docx() -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})


def empty_zip() -> bytes:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    return buffer.getvalue()


def climbing_names() -> bytes:
    """Entries named to be written outside the folder: nothing is ever unpacked to a file."""
    return with_parts({"/etc/sancu-evil": b"x", "../../../sancu-evil": b"x", "C:\\sancu-evil": b"x"})


def one_name_twice(other: str = SHEET) -> bytes:
    """Two sheet parts of one name; which of them counts depends on the reader."""
    buffer = io.BytesIO(xlsx())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as book, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile says that the name is there
        book.writestr(other, sheet_xml('<row r="1"><c r="A1"><v>999</v></c></row>'))
    return buffer.getvalue()


def with_macros() -> bytes:
    return with_parts({"xl/vbaProject.bin": ole("_VBA_PROJECT")})


def with_links(port: int) -> bytes:
    """Every way that a workbook may ask for something from elsewhere, all at one port of this machine."""
    address = f"http://127.0.0.1:{port}/x.xlsx"
    link = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{KINDS}/{{}}" Target="{address}" TargetMode="External"/></Relationships>'
    return with_parts(
        {
            "xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": link.format("externalLinkPath").encode(),
            "xl/worksheets/_rels/sheet1.xml.rels": link.format("hyperlink").encode(),
            "xl/connections.xml": f'<connections><connection id="1"><webPr url="{address}"/></connection></connections>'.encode(),
        }
    )


def cut_gzip() -> bytes:
    return b"\x1f\x8b\x08\0" + zlib.compress(b"1,2\n3,4\n")


NOT_TABLES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "png": PNG,
    "exe": b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(200),
    "html": b"<html><body><table><tr><td>1,2</td></tr>\n<tr><td>3,4</td></tr></table></body></html>",
    "html after white space": "\ufeff\r\n <!DOCTYPE html>\n<table><tr><td>1,2</td></tr>\n<tr><td>3,4</td></tr>".encode(),
    "gzip": cut_gzip(),
    "rar": b"Rar!\x1a\7\1\0" + bytes(60),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(60),
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "word": ole("WordDocument"),
    "docx": docx(),
    "empty zip": empty_zip(),
    "zip of text": zipped({"a.txt": b"1,2"}),
}
