"""figures.xlsx says what the CSV says, to people who see and people who listen."""

import csv
import io
import time
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipeline import Run
from transforms.exports import figures_csv
from transforms.figures import Figure, Light, Scope, Unit, half_up
from transforms.figures_workbook import figures_workbook
from transforms.period import Period

JUNE = Period(2014, 6)
MAY = JUNE.previous


@pytest.fixture(scope="module")
def data(june: Run) -> bytes:
    return figures_workbook(june.measured.history, june.month.configuration.district, JUNE, "六月<简报>", True)


@pytest.fixture(scope="module")
def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def records(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_each_sheet_is_one_table_with_one_header_row(book: Any) -> None:
    assert book.sheetnames == ["指标", "历月", "说明"]
    for sheet in book:
        (table,) = sheet.tables.values()
        assert table.ref == sheet.dimensions
        assert table.headerRowCount == 1
        assert table.autoFilter.ref == table.ref
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes.endswith("2")
        head = [cell.value for cell in sheet[1]]
        assert all(isinstance(name, str) and name for name in head)
        assert len(set(head)) == len(head)


def test_the_numbers_are_those_of_the_csv(june: Run, book: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(figures_csv(june.figures).decode())))
    shown = records(book["指标"])
    assert [row["code"] for row in rows] == [row["代码"] for row in shown]
    pairs = {"value": "数值", "target": "目标", "done": "分子", "due": "分母", "change": "比上月"}
    for row, cells in zip(rows, shown, strict=True):
        for name, header in pairs.items():
            cell = cells[header]
            assert cell is None or isinstance(cell, int | float)
            assert (None if row[name] == "" else Decimal(row[name])) == (None if cell is None else Decimal(repr(cell)))
        assert cells["单位"] == row["unit"]
        assert (cells["说明"] or "") == row["note"]


def test_the_format_rounds_as_the_unit_asks(book: Any) -> None:
    formats = {row[3].value: row[2].number_format for row in book["指标"].iter_rows(min_row=2)}
    assert formats["万元"] == "#,##0.00"
    assert formats["%"] == "#,##0.0"
    assert formats["家"] == "#,##0"
    assert len(formats) > 8


def test_a_light_is_a_shape_and_a_word(june: Run, book: Any) -> None:
    seen = {row["代码"]: row["亮灯"] for row in records(book["指标"])}
    for code, figure in june.figures.items():
        assert seen[code] == (f"{figure.light.mark} {figure.light.value}" if figure.light else None)
    assert {"▲ 红", "● 绿"} <= set(seen.values())


def test_the_months_stand_side_by_side(june: Run, book: Any) -> None:
    rows = {row["代码"]: row for row in records(book["历月"])}
    assert list(rows) == list(june.figures)
    for period, figures in june.measured.history.items():
        for code, figure in figures.items():
            cell = rows[code][str(period)]
            assert (figure.value is None) == (cell is None)
            if figure.value is not None:
                assert Decimal(repr(cell)) == Decimal(half_up(figure.value, 6))
            elif figure.note:
                assert str(period) in rows[code]["没有数值的原因"]
                assert figure.note in rows[code]["没有数值的原因"]


def test_missing_months_are_explained() -> None:
    figure = Figure("a.b", "某数", "某数", Unit.CASES, Scope.END, 0, Fraction(3))
    absent = replace(figure, value=None, note="信访局未报送")
    gone = replace(figure, code="c.d", value=None)
    first = Period(2014, 4)
    history = {first: {"c.d": gone}, MAY: {"a.b": absent}, JUNE: {"a.b": figure}}
    one, other = records(workbook(history)["历月"])
    assert (one["代码"], one["2014-04"], one["2014-05"], one["2014-06"]) == ("a.b", None, None, 3)
    assert one["没有数值的原因"] == "2014-04：当时没有这个指标；2014-05：信访局未报送"
    assert other["没有数值的原因"] == "2014-04：没有数值；2014-05、2014-06：当时没有这个指标"


def test_ten_years_are_not_one_sheet() -> None:
    figure = Figure("a.b", "某数", "某数", Unit.CASES, Scope.END, 0, Fraction(3))
    gone = replace(figure, code="c.d")
    history = {JUNE.plus(-back): {"a.b": figure} for back in range(30)}
    history[JUNE.plus(-29)] = {"c.d": gone}
    (one,) = records(workbook(history)["历月"])
    shown = [name for name in one if name.startswith("20")]
    assert (shown[0], shown[-1], len(shown)) == ("2012-06", "2014-06", 25)


def workbook(history: dict[Period, dict[str, Figure]]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(figures_workbook(history, district(), JUNE, "t", False)))


def district() -> Any:
    from flows.configuration import load_configuration
    from tests.pipeline import ROOT

    return load_configuration(ROOT / "data", "350303").district


def test_text_is_text() -> None:
    text = '=HYPERLINK("http://x")'
    figure = Figure("a.b", text, "@1", Unit.CASES, Scope.END, 0, None, note="http://example.org", light=Light.RED)
    cells = [cell for row in workbook({JUNE: {"a.b": figure}})["指标"].iter_rows(min_row=2) for cell in row]
    assert {cell.value for cell in cells} >= {text, "@1", "http://example.org", "▲ 红"}
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_the_notes_say_what_it_is(june: Run, book: Any) -> None:
    told = {row["项目"]: row["内容"] for row in records(book["说明"])}
    assert told["名称"] == "六月<简报>"
    assert told["是否定稿"].startswith("未定稿")
    assert "不超过10个百分点为绿，不超过30个为黄" in told["亮灯 进度"]
    assert "sancu why" in told["来源"]
    assert {f"口径 {scope.value}" for scope in Scope} <= set(told)
    units = "".join(name for name in told if name.startswith("单位"))
    assert [unit for unit in Unit if unit.value not in units] == []
    final = figures_workbook(june.measured.history, june.month.configuration.district, JUNE, "t", False)
    (status,) = [
        r["内容"] for r in records(openpyxl.load_workbook(io.BytesIO(final))["说明"]) if r["项目"] == "是否定稿"
    ]
    assert "未定稿" not in status


def test_the_thresholds_are_those_in_force() -> None:
    old = district()
    dated = old.model_copy(
        update={"thresholds_always": old.thresholds_always.model_copy(update={"schedule_yellow_points": 5})}
    )
    figures = {"a": Figure("a", "a", "a", Unit.CASES, Scope.END, 0, Fraction(1))}
    told = openpyxl.load_workbook(io.BytesIO(figures_workbook({JUNE: figures}, dated, JUNE, "t", False)))["说明"]
    assert any("不超过5个百分点为绿" in str(row["内容"]) for row in records(told))


def test_the_document_says_title_subject_and_language(book: Any) -> None:
    told = book.properties
    assert (told.title, told.language) == ("六月<简报>", "zh-CN")
    assert told.subject == "涵江区2014年6月三促指标"
    assert told.created.year == 2014


def test_the_bytes_repeat(june: Run, data: bytes) -> None:
    time.sleep(2.1)  # a zip file counts in steps of two seconds
    again = figures_workbook(june.measured.history, june.month.configuration.district, JUNE, "六月<简报>", True)
    assert again == data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert parts.testzip() is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=20))
def test_numbers_up_to_fifteen_digits_are_exact(millionths: list[int]) -> None:
    figures = {
        f"a.{n}": Figure(f"a.{n}", "a", "a", Unit.MONEY_WAN, Scope.END, 0, Fraction(m, 10**6))
        for n, m in enumerate(millionths)
    }
    shown = records(workbook({JUNE: figures})["指标"])
    assert [Decimal(repr(row["数值"])) * 10**6 for row in shown] == millionths
