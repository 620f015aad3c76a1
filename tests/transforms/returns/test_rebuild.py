"""Formats that are not patched come back as .xlsx built from the cells that were read."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import xlwt

from tests.transforms.returns.samples import CONTRACTS, assert_sound, finding, read
from transforms.findings import Severity
from transforms.returns import mark
from transforms.returns.rebuild import rebuilt
from transforms.tables import RawSheet, RawWorkbook

VALUES = (
    "文字", 12.5, 7, True, dt.date(2014, 6, 17), dt.datetime(2014, 6, 17, 8, 30), dt.time(9, 15), None, "=1+1", "007",
    "350303199001011234", 10**17, "https://example.org", "#DIV/0!", "85.5%", "前\x07后\n换行", "甲" * 40_000,
)  # fmt: skip


def test_every_kind_of_cell_reads_back() -> None:
    data, _ = rebuilt(RawWorkbook("xls", (RawSheet("表", (VALUES,)),)))
    cells = read(data).sheets[0].cells[0]
    assert cells[:9] == (*VALUES[:6], dt.time(9, 15), None, "=1+1")
    assert cells[9:15] == ("007", "350303199001011234", str(10**17), "https://example.org", "#DIV/0!", "85.5%")
    assert cells[15] == "前后\n换行" and cells[16] == "甲" * 32_767
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert (
        sheet["I1"].data_type == "s" and sheet["J1"].number_format == "@" and sheet["E1"].number_format == "yyyy-mm-dd"
    )


def test_what_excel_cannot_hold_is_written_as_text() -> None:
    odd = (dt.date(1899, 1, 1), dt.datetime(1, 1, 1), dt.timedelta(hours=30), float("nan"), -(10**16))
    data, _ = rebuilt(RawWorkbook("ods", (RawSheet("表", (odd,)),)))
    assert read(data).sheets[0].cells[0][:2] == ("1899-01-01", "0001-01-01 00:00:00")


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (("a/b:c*[d]", "A/BC*d"), ("abcd", "ABCd（2）")),
        (("", "'"), ("表", "表（2）")),
        (("甲" * 40, "甲" * 41), ("甲" * 31, "甲" * 28 + "（2）")),
        (("history", "换\n行"), ("history（2）", "换 行")),
    ],
)
def test_names_of_sheets_that_excel_refuses(names: tuple[str, ...], kept: tuple[str, ...]) -> None:
    raw = RawWorkbook("csv", tuple(RawSheet(name, (("a",),)) for name in names))
    came_back = mark(b"", raw, [finding("A1", sheet=names[0])], CONTRACTS)
    book = openpyxl.load_workbook(io.BytesIO(came_back))
    assert tuple(book.sheetnames) == (*kept, "问题清单")
    assert book.worksheets[0]["A1"].fill.fgColor.rgb == "FFFFC7CE"
    assert book["问题清单"]["C4"].value == kept[0]


def test_merged_hidden_and_empty_sheets() -> None:
    merged = ((0, 0, 0, 3), (0, 2, 1, 2), (5, 5, 5, 5), (2, 0, 3, 0))
    first = RawSheet("表", (("标题",), (), ("甲", 1), (None, 2)), merged, hidden_rows=(3,), hidden_columns=(1,))
    raw = RawWorkbook("xls", (RawSheet("底稿", (("x",),), hidden=True), first, RawSheet("空", ())))
    came_back = read(mark(b"", raw, [finding("A4", sheet="表")], CONTRACTS))
    assert [(sheet.name, sheet.hidden) for sheet in came_back.sheets] == [
        ("底稿", True), ("表", False), ("空", False), ("问题清单", False),
    ]  # fmt: skip
    again = came_back.sheets[1]
    assert again.cells == first.cells and set(again.merged) == {(0, 0, 0, 3), (2, 0, 3, 0)}
    assert again.hidden_rows == (3,) and again.hidden_columns == (1,)
    assert (
        came_back.sheets[3].cells[3][3] == "A4" and came_back.sheets[3].cells[3][9] == "A3"
    )  # the merged range's first


def test_a_workbook_of_hidden_sheets_or_none_opens() -> None:
    for sheets in ((), (RawSheet("底稿", (("x",),), hidden=True),)):
        came_back = mark(b"", RawWorkbook("xls", sheets), [finding("", sheet="")], CONTRACTS)
        assert_sound(came_back)
        assert openpyxl.load_workbook(io.BytesIO(came_back)).active.title == "问题清单"


def test_xls_goes_round() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("明细")
    sheet.write_merge(0, 0, 0, 2, "标题")
    sheet.write(1, 0, dt.date(2014, 6, 17), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(1, 1, 12.5)
    sheet.write(1, 2, "59171234-0")
    sink = io.BytesIO()
    book.save(sink)
    raw = read(sink.getvalue(), "财政局.xls")
    first = mark(sink.getvalue(), raw, [finding("C2", Severity.EXPLAIN)], CONTRACTS)
    again = read(first)
    assert again.sheets[0] == raw.sheets[0]
    last = openpyxl.load_workbook(io.BytesIO(mark(first, again, [], CONTRACTS))).worksheets[0]
    assert last["C2"].comment is None and last["C2"].fill.fill_type is None
