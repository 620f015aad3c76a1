"""A workbook of any format, by its content, as plain values."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import python_calamine

from flows.child import ods_details, xls_details, xlsx_details
from flows.child.archives import OLE, Archive, ole_kind, ole_remarks, zip_kind, zip_remarks
from flows.child.grids import Details, Rows, plain, trimmed
from flows.child.limits import MAX_CELLS, MAX_MERGED, MAX_SHEETS
from flows.child.refused import Refused
from flows.child.texts import text_rows

_DATE_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)[\"']")


def read(data: bytes) -> dict[str, Any]:
    """`{"format", "date_1904", "stamp", "remarks", "sheets": [{"name", "hidden", "merged", "cells", "hidden_rows",
    "hidden_columns", "struck_rows", "ragged_rows"}]}`. Cells that JSON has no type for are pairs: ["d", "2014-06-17"], ["dt", …],
    ["t", …], ["td", seconds].

    Raises:
        Refused: nothing that a department's sheet would be.
    """
    if not data.strip(b"\0 \r\n\t"):
        raise Refused("empty")
    if data[:4] in (b"PK\3\4", b"PK\5\6"):
        return _zipped(data)
    if data.startswith(OLE):
        kind = ole_kind(data)
        details = xls_details.details(data)
        remarks = ole_remarks(data) + ["unseen"] * (details is None)
        remarks += ["short"] * any(sheet.short for sheet in (details or {}).values())
        return _book(kind, _sheets(data, details or {}), remarks=remarks)
    rows, ragged, cut = text_rows(data)
    cells = trimmed(rows)
    sheet = {"name": "", "hidden": False, "cells": cells, **_described(cells, Details(ragged_rows=set(ragged)), [])}
    return _book("csv", [sheet], remarks=["cut"] * cut)


def _zipped(data: bytes) -> dict[str, Any]:
    archive = Archive(data)
    kind = zip_kind(archive)
    archive.verify()
    remarks = zip_remarks(archive)
    if kind == "ods":
        return _book(kind, _sheets(data, ods_details.details(archive.part("content.xml"))), remarks=remarks)
    if kind == "xlsb":
        return _book(kind, _sheets(data, {}), remarks=[*remarks, "unseen"])
    details = xlsx_details.details(archive)
    return _book(
        kind,
        _sheets(data, details),
        remarks=remarks,
        date_1904=bool(_DATE_1904.search(archive.part("xl/workbook.xml"))),
        stamp=xlsx_details.stamp(archive.part("docProps/custom.xml")),
    )


def _book(kind: str, sheets: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"format": kind, "date_1904": False, "stamp": {}, "remarks": [], **more, "sheets": sheets}


def _sheets(data: bytes, details: Mapping[str, Details]) -> list[dict[str, Any]]:
    sheets, left = [], MAX_CELLS
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        if len(workbook.sheets_metadata) > MAX_SHEETS:
            raise Refused("too_large")
        for index, about in enumerate(workbook.sheets_metadata):
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_index(index)
            # The dense grid is what costs memory: refuse it before it is made.
            if (sheet.total_height + 1) * (sheet.total_width + 1) > 10 * MAX_CELLS:
                raise Refused("too_large")
            rows = [[plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            more = details.get(about.name, Details())
            more.put_into(rows)
            cells = trimmed(rows)
            left -= sum(len(row) for row in cells) + len(cells)
            if left < 0:
                raise Refused("too_large")
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
            sheets.append({"name": about.name, "hidden": hidden, "cells": cells, **_described(cells, more, merged)})
    return sheets


def _described(cells: Rows, details: Details, merged: list[tuple[int, ...]]) -> dict[str, Any]:
    """What is known of the rows and columns that hold something."""
    height, width = len(cells), max(map(len, cells), default=0)
    if len(merged) + len(details.merged) > MAX_MERGED:
        raise Refused("too_large")
    ranges = [each for each in (*merged, *details.merged) if each[0] < height and each[1] < width]
    return {
        "merged": ranges,
        "hidden_rows": sorted(row for row in details.hidden_rows if row < height),
        "hidden_columns": sorted(column for column in details.hidden_columns if column < width),
        "struck_rows": sorted(row for row in details.struck_rows if row < height),
        "ragged_rows": sorted(row for row in details.ragged_rows if row < height),
    }
