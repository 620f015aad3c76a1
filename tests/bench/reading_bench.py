"""Reading in the guarded child against openpyxl and against pandas with calamine; what the guard itself costs a file."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable

import openpyxl
import pandas as pd
import xlsxwriter

from flows.child.workbooks import read
from flows.reader_pool import ReaderPool
from flows.sandbox import Reader
from tests.pipeline import INBOX

COLUMNS = 16
SAMPLE = INBOX / "350303" / "2014-06"


def measure() -> list[tuple[str, float]]:
    """What was measured, and seconds (or the ratio of two of them)."""
    return [*_against_others(5_000, 5), *_against_others(100_000, 1), *_overhead()]


def _against_others(rows: int, repeats: int) -> list[tuple[str, float]]:
    data, pool = _workbook(rows), ReaderPool(size=1)

    def guarded() -> object:
        with pool.reader() as reader:
            return reader.read(data, "表.xlsx")

    def with_openpyxl() -> object:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return list(book.worksheets[0].iter_rows(values_only=True))

    def with_pandas() -> object:
        return pd.read_excel(io.BytesIO(data), engine="calamine", header=None)

    guarded()  # starts the child
    ours, pandas, theirs = _seconds(guarded, repeats), _seconds(with_pandas, repeats), _seconds(with_openpyxl, 1)
    pool.close()
    name = f"read {rows} x {COLUMNS}"
    return [
        (f"{name} in the guarded child", ours),
        (f"{name}: openpyxl, not guarded", theirs),
        (f"{name}: pandas with calamine, not guarded", pandas),
        (f"{name}: times faster than openpyxl", theirs / ours),
        (f"{name}: times the seconds of pandas with calamine", ours / pandas),
    ]


def _overhead() -> list[tuple[str, float]]:
    """A month's sample files, one after another, warm, against the same reading in this process without any guard."""
    files = [(path.read_bytes(), path.name) for path in sorted(SAMPLE.iterdir())]
    pool = ReaderPool(size=1)

    def guarded() -> None:
        for data, name in files:
            with pool.reader() as reader:
                reader.read(data, name)

    def bare() -> None:
        for data, _ in files:
            read(data)

    guarded()
    bare()
    inside, outside = _seconds(guarded, 9), _seconds(bare, 9)
    pool.close()
    return [
        ("a sample file in the guarded child, warm", inside / len(files)),
        ("a sample file in this process, no guard", outside / len(files)),
        ("the guarded child's overhead a file (goal 0.020)", (inside - outside) / len(files)),
        ("start of a child, paid once by the pool", _seconds(_start, 5)),
    ]


def _start() -> None:
    with Reader() as reader:
        reader.read(b"a,b\n1,2\n", "a.csv")


def _workbook(rows: int) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("表")
        for row in range(rows):
            sheet.write_row(row, 0, [f"第{row}行", *(row * 1.25 + column for column in range(COLUMNS - 1))])
    return sink.getvalue()


def _seconds(work: Callable[[], object], repeats: int) -> float:
    """Median of several calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
