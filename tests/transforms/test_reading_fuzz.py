"""The same facts in any layout: the sample's rows, written in ways that departments write them, read back equal.

Each example takes a dataset's typed rows, writes every cell in a drawn spelling (unit, text, date form), and lays the
table out in a drawn shape (titles, notes, spacer rows, other columns, headers of one to three rows, aliases, a typo, …).
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.configuration import load_configuration
from flows.sandbox import Reader
from flows.settings import load_settings
from tests.pipeline import INBOX
from transforms.contracts import Column, ColumnType, Contract
from transforms.findings import Severity
from transforms.headers import is_typo
from transforms.period import Period
from transforms.reading import column_letters, read_submission
from transforms.submissions import Submission
from transforms.tables import Cell, RawSheet, RawWorkbook, Table

CONFIGURATION = load_configuration(load_settings().data, "350303")
FOLDER = INBOX / "350303" / "2014-06"
ROWS = 12
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
MONEY = {"元": 100, "千元": 10**5, "万元": 10**6, "亿元": 10**10}
AREA = {"平方米": 100, "㎡": 100, "万平方米": 10**6}
BASE = {ColumnType.MONEY: MONEY, ColumnType.AREA: AREA}

Draw = Callable[[st.SearchStrategy[Any]], Any]


@functools.cache
def tables() -> dict[str, tuple[Contract, Table]]:
    """The sample's June tables by dataset."""
    found = {}
    with Reader() as reader:
        for path in sorted(FOLDER.iterdir()):
            if path.name != "收文登记.csv":
                contracts = CONFIGURATION.contracts_of(path.stem)
                intake = read_submission(reader.read(path.read_bytes(), path.name), submission(path), contracts)
                found |= {t.dataset: (next(c for c in contracts if c.id == t.dataset), t) for t in intake.tables}
    return found


def submission(path: Path) -> Submission:
    return Submission("0" * 64, "350303", Period(2014, 6), path.stem, f"{path.stem}.xlsx", dt.datetime.now(dt.UTC), 1)


@dataclass
class Layout:
    """A table before it is put on a sheet: a header text and the cells of each column, and what stands around."""

    headers: list[list[str]]  # of each column, from the top row down
    columns: list[list[Cell]]
    kinds: list[ColumnType | None]
    above: list[list[Cell]] = field(default_factory=list)
    below: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    right: int = 0
    spacers: tuple[int, ...] = ()

    def sheet(self, name: str) -> RawSheet:
        height = max(map(len, self.headers))
        rows = [*self.above]
        top = len(rows)
        rows += [[texts[level] if level < len(texts) else None for texts in self.headers] for level in range(height)]
        for number in range(len(self.columns[0])):
            rows += [[]] * self.spacers.count(number)
            rows.append([column[number] for column in self.columns])
        rows += self.below
        shifted = tuple((None,) * self.right + tuple(row) for row in rows)
        merged = tuple((top + a, self.right + b, top + c, self.right + d) for a, b, c, d in self.merged)
        return RawSheet(name, shifted, merged)


def number(value: Fraction, draw: Draw) -> Cell:
    """An exact number as a cell: a number where a float holds it, or text in several spellings."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    plain = f"{exact:f}"
    spellings: list[Cell] = [plain, f"{exact:,f}", plain.translate(FULL_WIDTH), f" {plain} "]
    if len(plain.replace(".", "").lstrip("0")) <= 15:
        spellings += [float(exact), int(exact) if exact == exact.to_integral() else float(exact)]
    return draw(st.sampled_from(spellings))


def date(value: dt.date, draw: Draw) -> Cell:
    y, m, d = value.year, value.month, value.day
    return draw(
        st.sampled_from(
            [
                value,
                dt.datetime(y, m, d),
                (value - dt.date(1899, 12, 30)).days,
                f"{y}年{m}月{d}日",
                f"{y}/{m}/{d}",
                f"{y}.{m:02d}.{d:02d}",
                f"{y}-{m:02d}-{d:02d}",
                f"{y}{m:02d}{d:02d}",
            ]
        )
    )


def cells_of(column: Column, frame: pd.DataFrame, draw: Draw) -> tuple[str, list[Cell]]:
    """The header's unit note and the cells of one column."""
    values = [None if pd.isna(value) else value for value in frame[column.name].tolist()]
    match column.type:
        case ColumnType.MONEY | ColumnType.AREA:
            unit = draw(st.sampled_from(sorted(BASE[column.type])))
            factor = BASE[column.type][unit]
            inside = draw(st.booleans())  # the unit stands in each cell
            written = [None if v is None else number(Fraction(v, factor), draw) for v in values]
            if inside:
                return "", [None if cell is None else f"{cell}".strip() + unit for cell in written]
            return f"（{unit}）", written
        case ColumnType.PERCENT:
            return "", [None if v is None else f"{Decimal(v) / 100:f}%" for v in values]
        case ColumnType.SCORE:
            return "", [None if v is None else number(Fraction(v, 100), draw) for v in values]
        case ColumnType.COUNT:
            return "", [None if v is None else number(Fraction(v), draw) for v in values]
        case ColumnType.DATE:
            return "", [None if v is None else date(v.date(), draw) for v in values]
        case ColumnType.FLAG:
            yes, no = draw(st.sampled_from([("是", "否"), ("√", "×"), ("有", "无"), ("Y", "N")]))
            return "", [None if v is None else (yes if v else no) for v in values]
        case _:
            return "", [None if v is None else str(v) for v in values]


def spelled(column: Column, contract: Contract, draw: Draw) -> str:
    """The header, an alias of it, or either with a line break."""
    text = draw(st.sampled_from([column.header, column.header, *column.aliases]))
    split = draw(st.booleans()) and len(text) > 3 and "_" not in text
    return f"{text[:2]}\n{text[2:]}" if split else text


def misspelled(headers: list[list[str]], contract: Contract, draw: Draw) -> None:
    """One header with a character too many, where no other column could be meant."""
    names = [[c.header, *c.aliases] for c in contract.columns]
    place = draw(st.integers(0, len(headers) - 1))
    text = headers[place][-1].replace("\n", "")
    typo = f"{text[:2]}的{text[2:]}"
    if len(headers[place]) == 1 and "（" not in text:
        near = [own for own in names if any(is_typo(name, typo) for name in own)]
        if len(near) == 1 and text in near[0]:
            headers[place] = [typo]


def grouped(layout: Layout, draw: Draw) -> None:
    """A second, and perhaps a third, header row above: merged group names over runs of columns."""
    width = len(layout.headers)
    for _ in range(draw(st.integers(1, 2))):
        edges = sorted({0, width, *draw(st.lists(st.integers(1, width - 1), max_size=3))})
        level: list[str] = [""] * width
        merged = [(top + 1, left, bottom + 1, right) for top, left, bottom, right in layout.merged]
        for order, (left, right) in enumerate(itertools.pairwise(edges)):
            level[left] = f"第{'一二三四五'[order]}部分"
            if right - left > 1:
                merged.append((0, left, 0, right - 1))
        layout.headers = [[top, *texts] for top, texts in zip(level, layout.headers, strict=True)]
        layout.merged = merged


def laid_out(contract: Contract, frame: pd.DataFrame, draw: Draw) -> Layout:
    columns = [c for c in contract.columns if not c.optional or draw(st.booleans())]
    columns = draw(st.permutations(columns))
    headers, cells = [], []
    for column in columns:
        note, written = cells_of(column, frame, draw)
        headers.append([spelled(column, contract, draw) + note])
        cells.append(written)
    layout = Layout(headers, cells, [column.type for column in columns])
    shapes = draw(st.sets(st.sampled_from(["typo", "groups", "serial", "extra", "above", "below", "right", "spacers"])))
    if "typo" in shapes:
        misspelled(layout.headers, contract, draw)
    if "serial" in shapes:
        _insert(layout, 0, "序号", list(range(1, len(frame) + 1)))
    if "extra" in shapes:
        _insert(layout, len(layout.columns), "联络电话", ["0594-1234567"] * len(frame))
    if "groups" in shapes:
        grouped(layout, draw)
    if "above" in shapes:
        titles: list[list[Cell]] = [
            [f"涵江区2014年6月{contract.title}"],
            [],
            ["填报单位：某局", None, "填报日期：2014年7月1日"],
        ]
        layout.above = titles[: draw(st.integers(1, 3))]
    if "below" in shapes:
        layout.below = [[], ["填表人：某某", None, "审核人：某某"], ["注：本表按月报送。"]][: draw(st.integers(1, 3))]
    if "right" in shapes:
        layout.right = draw(st.integers(1, 3))
    if "spacers" in shapes:
        layout.spacers = tuple(draw(st.lists(st.integers(1, max(1, len(frame) - 1)), max_size=3)))
    return layout


def _insert(layout: Layout, place: int, header: str, cells: list[Cell]) -> None:
    layout.headers.insert(place, [header])
    layout.columns.insert(place, cells)
    layout.kinds.insert(place, None)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_facts_stay_equal_in_every_layout(data: st.DataObject) -> None:
    dataset = data.draw(st.sampled_from(sorted(tables())))
    contract, original = tables()[dataset]
    start = data.draw(st.integers(0, max(0, len(original.frame) - ROWS)))
    frame = original.frame.iloc[start : start + ROWS]
    name = data.draw(st.sampled_from([contract.sheet, *contract.aliases, "Sheet1"]))
    sheet = laid_out(contract, frame, data.draw).sheet(name)
    extra = data.draw(st.sampled_from([(), (RawSheet("草稿", (("随手记",),)),), (RawSheet("Sheet3", ()),)]))
    raw = RawWorkbook("xlsx", data.draw(st.permutations((sheet, *extra))))
    intake = read_submission(raw, original.submission, (contract,))
    blocking = [finding for finding in intake.findings if finding.severity is Severity.BLOCK]
    assert not blocking, (blocking, sheet.cells[:6])
    (table,) = intake.tables
    kept = [column for column in frame.columns if column in table.letters]
    wanted, found = frame[kept].reset_index(drop=True), table.frame[kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted, obj=f"{dataset} {sheet.cells[:6]}")
    assert set(table.letters.values()) <= {column_letters(place) for place in range(60)}
