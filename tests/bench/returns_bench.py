"""Returning a workbook of 5,000 rows with 200 findings, against loading, marking and saving it with openpyxl."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from transforms.findings import Finding, Severity
from transforms.returns import mark
from transforms.tables import RawSheet, RawWorkbook

ROWS, COLUMNS, FINDINGS = 5_000, 16, 200


def measure() -> list[tuple[str, float]]:
    """What was measured, and seconds (or the ratio of two of them)."""
    data, raw = _workbook()
    step = ROWS // FINDINGS
    findings = [
        Finding("RP01", Severity.BLOCK, "这一格必须填写", "财政局", sheet="表", row=row, column="E", subject=str(row))
        for row in range(2, ROWS, step)
    ][:FINDINGS]

    def with_openpyxl() -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheet, fill = book["表"], PatternFill("solid", fgColor="FFC7CE")
        problems = book.create_sheet("问题清单")
        for finding in findings:
            cell = sheet[finding.cell]
            cell.fill, cell.comment = fill, Comment(finding.message, "督查室")
            problems.append([finding.severity.chinese, finding.sheet, finding.cell, finding.message])
        sink = io.BytesIO()
        book.save(sink)
        return sink.getvalue()

    ours = _seconds(lambda: mark(data, raw, findings, ()), 5)
    theirs = _seconds(with_openpyxl, 1)
    name = f"return {ROWS} x {COLUMNS} with {FINDINGS} findings"
    return [(name, ours), (f"{name}: openpyxl load-mark-save", theirs), (f"{name}: times faster", theirs / ours)]


def _workbook() -> tuple[bytes, RawWorkbook]:
    rows = tuple((f"第{row}行", *(row * 1.25 + column for column in range(COLUMNS - 1))) for row in range(ROWS))
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return sink.getvalue(), RawWorkbook("xlsx", (RawSheet("表", rows),))


def _seconds(work: Callable[[], object], repeats: int) -> float:
    """Median of several calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
