"""Details of .xls (BIFF) that python-calamine does not tell, by xlrd: error cells, percent formats, struck-through
text, hidden rows and columns."""

from __future__ import annotations

import io
from typing import Any

from flows.child.grids import Details, percent
from flows.child.refused import Refused


def details(data: bytes) -> dict[str, Details] | None:
    """By sheet name; None when xlrd cannot make sense of what python-calamine may."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ignore_workbook_corruption=True, logfile=io.StringIO()
        )
        return {sheet.name: _of(book, sheet, xlrd) for sheet in book.sheets()}
    except MemoryError:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):  # python-calamine reads on, and gives garbage
            raise Refused("encrypted") from None
        return None
    except Exception:  # xlrd raises whatever a broken record leads to
        return None


def _of(book: Any, sheet: Any, xlrd: Any) -> Details:
    found = Details(
        hidden_rows={row for row, about in sheet.rowinfo_map.items() if about.hidden},
        hidden_columns={column for column, about in sheet.colinfo_map.items() if about.hidden},
        short=sheet.nrows < getattr(sheet, "_dimnrows", 0),  # the DIMENSIONS record says that there should be more
    )
    struck = {place for place, xf in enumerate(book.xf_list) if book.font_list[xf.font_index].struck_out}
    percents = {place for place, xf in enumerate(book.xf_list) if "%" in book.format_map[xf.format_key].format_str}
    for row in range(sheet.nrows):
        kinds, formats = sheet.row_types(row), book_formats(sheet, row)
        for column, (kind, xf) in enumerate(zip(kinds, formats, strict=True)):
            if kind == xlrd.XL_CELL_ERROR:
                found.texts[row, column] = xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#VALUE!")
            elif kind == xlrd.XL_CELL_NUMBER and xf in percents:
                found.texts[row, column] = percent(sheet.cell_value(row, column))
            if xf in struck and kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                found.struck_rows.add(row)
    return found


def book_formats(sheet: Any, row: int) -> list[int]:
    """The cell formats of a row."""
    return [sheet.cell_xf_index(row, column) for column in range(sheet.row_len(row))]
