"""A small workbook of every zipped format, and the means to spoil one part of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
ROWS: list[list[object]] = [["企业名称", "金额"], ["某某鞋业", 12.5], ["某某食品", 3]]


def xlsx(rows: Iterable[Iterable[object]] = ROWS) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("明细")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def ods(body: str = "", before: str = "") -> bytes:
    """`body`: rows of the sheet; `before`: what stands before the document element."""
    rows = body or (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>企业名称</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?>{before}<office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="明细">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": content.encode(),
        }
    )


def zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


def with_parts(parts: Mapping[str, bytes], data: bytes | None = None) -> bytes:
    """The workbook with parts put in or replaced."""
    with zipfile.ZipFile(io.BytesIO(data or xlsx())) as old:
        kept = {entry.filename: old.read(entry) for entry in old.infolist()}
    return zipped(kept | parts)


def sheet_xml(rows: str, after: str = "", before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    ).encode()


def with_sheet(rows: str, after: str = "", before: str = "") -> bytes:
    return with_parts({SHEET: sheet_xml(rows, after, before)})


def many_sheets(number: int, one_part: bool) -> bytes:
    """`number` sheets, each in a part of its own or all in one and the same."""
    listed = "".join(f'<sheet name="表{i}" sheetId="{i}" r:id="r{i}"/>' for i in range(1, number + 1))
    part = "sheet1" if one_part else "sheet{}"
    targets = "".join(
        f'<Relationship Id="r{i}" Type="{KINDS}/worksheet" Target="worksheets/{part.format(i)}.xml"/>'
        for i in range(1, number + 1)
    )
    sheets = {f"xl/worksheets/sheet{i}.xml": sheet_xml("") for i in range(1, 2 if one_part else number + 1)}
    return with_parts(
        {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}"><sheets>{listed}</sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{targets}</Relationships>'.encode(),
            **sheets,
        }
    )
