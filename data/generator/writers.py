"""Sheets into files with repeatable bytes: .xlsx, .xls, .ods, and .csv in GB 18030."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from data.generator.layouts import Sheet

MADE = dt.datetime(2014, 1, 1)


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        book.set_properties({"created": MADE})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        middle = book.add_format({"align": "center", "valign": "vcenter", "text_wrap": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for row, line in enumerate(sheet.cells):
                for column, value in enumerate(line):
                    if isinstance(value, dt.date):
                        page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
                    elif isinstance(value, str):
                        page.write_string(row, column, value)
                    elif value is not None:
                        page.write(row, column, value)
            for first, left, last, right in sheet.merged:
                page.merge_range(first, left, last, right, sheet.cells[first][left], middle)
            if sheet.hidden:
                page.hide()
    return sink.getvalue()


def xls(sheets: Sequence[Sheet]) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        covered = {
            (row, column)
            for first, left, last, right in sheet.merged
            for row in range(first, last + 1)
            for column in range(left, right + 1)
        }
        for first, left, last, right in sheet.merged:
            page.write_merge(first, last, left, right, sheet.cells[first][left])
        for row, line in enumerate(sheet.cells):
            for column, value in enumerate(line):
                if value is not None and (row, column) not in covered:
                    page.write(row, column, value, *([day] if isinstance(value, dt.date) else []))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def ods(sheets: Sequence[Sheet]) -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    for sheet in sheets:
        spans = {(first, left): (last - first + 1, right - left + 1) for first, left, last, right in sheet.merged}
        covered = {
            (first + down, left + across)
            for (first, left), (rows, columns) in spans.items()
            for down in range(rows)
            for across in range(columns)
        } - set(spans)
        table = Table(name=sheet.name)
        for row, line in enumerate(sheet.cells):
            element = TableRow()
            for column, value in enumerate(line):
                if (row, column) in covered:
                    element.addElement(CoveredTableCell())
                    continue
                rows, columns = spans.get((row, column), (1, 1))
                merged = (
                    {"numberrowsspanned": rows, "numbercolumnsspanned": columns} if (rows, columns) != (1, 1) else {}
                )
                if isinstance(value, dt.date):
                    cell = TableCell(valuetype="date", datevalue=value.isoformat(), **merged)
                elif isinstance(value, int | float):
                    cell = TableCell(valuetype="float", value=value, **merged)
                else:
                    cell = TableCell(valuetype="string", **merged) if value else TableCell(**merged)
                if value is not None:
                    cell.addElement(P(text=str(value)))
                element.addElement(cell)
            table.addElement(element)
        book.spreadsheet.addElement(table)
    sink = io.BytesIO()
    book.save(sink)
    return _same_time(sink.getvalue())


def _same_time(data: bytes) -> bytes:
    """The zip with every entry dated 1980, as xlsx writers do."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(sink, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = entry.compress_type
            target.writestr(fixed, source.read(entry))
    return sink.getvalue()


def csv_gb18030(sheets: Sequence[Sheet]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\r\n")
    for line in sheets[0].cells:
        writer.writerow(["" if value is None else value for value in line])
    return sink.getvalue().encode("gb18030")


WRITERS: Mapping[str, Callable[[Sequence[Sheet]], bytes]] = {"xlsx": xlsx, "xls": xls, "ods": ods, "csv": csv_gb18030}
