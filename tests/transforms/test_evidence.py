"""The evidence workbook from made-up evidence: text stays text, numbers exact, equal input equal bytes."""

from __future__ import annotations

import dataclasses
import io
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.contracts import ColumnType
from transforms.evidence import Evidence, RangeLine, workbook
from transforms.evidence_rows import SourceRow, SourceSheet, Spot, gather
from transforms.figures import CellRange
from transforms.lineage import compress
from transforms.period import Period
from transforms.readings import ReadColumn, Reading

JUNE = Period(2014, 6)
AMOUNT = ReadColumn("amount_fen", "奖励金额", ColumnType.MONEY, "C", "万元", "元")
NAME = ReadColumn("name", "企业名称", ColumnType.TEXT, "A", "", "")
REMARK = ReadColumn("remark", "备注", ColumnType.TEXT, "D", "", "")
DANGEROUS = ["=1+1", "+86", "-1", "@x", '=HYPERLINK("http://x")', "{=A1}", "http://x", "mailto:x", "007", "\tx"]


def reading(columns: tuple[ReadColumn, ...], rows: dict[int, tuple[object, ...]], dataset: str = "rewards") -> Reading:
    return Reading(
        dataset=dataset,
        title="奖励明细",
        sheet="明细",
        columns=columns,
        rows=tuple(rows),
        written={c.name: [f"w{row[n]}" for row in rows.values()] for n, c in enumerate(columns)},
        values={c.name: [row[n] for row in rows.values()] for n, c in enumerate(columns)},
    )


def place(submission: str, ranges: str, filename: str = "财政局.xlsx") -> CellRange:
    return CellRange(submission, "财政局", filename, "明细", ranges, 1)


def test_rows_are_copied_once_with_every_cell_that_counts() -> None:
    may = reading((NAME, AMOUNT), {4: ("a", 10_000), 5: ("b", 20_000), 6: ("c", None)})
    june = reading((NAME, AMOUNT, REMARK), {2: ("d", 1, "x")})
    places = [
        (JUNE.previous, place("m", "C4,C6"), may),
        (JUNE, place("j", "C2"), june),
        (JUNE.previous, place("m", "A5:A6"), may),
    ]
    (source,), spots = gather(places)
    assert source.headers == ("企业名称", "奖励金额", "备注")
    assert source.units == {1: "万元"}
    assert [(row.period, row.row, row.marked, row.written) for row in source.rows] == [
        ("2014-05", 4, {1}, ("wa", "w10000", "")),
        ("2014-05", 5, {0}, ("wb", "w20000", "")),
        ("2014-05", 6, {0, 1}, ("wc", "wNone", "")),
        ("2014-06", 2, {1}, ("wd", "w1", "wx")),
    ]
    assert [row.numbers for row in source.rows] == [{1: Fraction(1, 100)}, {}, {}, {1: Fraction(1, 1_000_000)}]
    assert spots == (Spot(0, 0), Spot(0, 3), Spot(0, 1))


def test_each_dataset_has_a_sheet() -> None:
    first, second = reading((AMOUNT,), {1: (1,)}), reading((AMOUNT,), {1: (2,)}, "loans")
    sources, spots = gather([(JUNE, place("a", "C1"), first), (JUNE, place("b", "C1"), second)])
    assert len(sources) == 2
    assert spots == (Spot(0, 0), Spot(1, 0))


@given(st.lists(st.sets(st.integers(1, 30), min_size=1), min_size=1, max_size=5))
def test_no_row_is_lost_and_the_sum_stays(months: list[set[int]]) -> None:
    whole = reading((NAME, AMOUNT), {row: ("x", 100 * row) for row in range(1, 31)})
    places = [(JUNE.plus(n), place(str(n), compress(rows, "C")), whole) for n, rows in enumerate(months)]
    (source,), spots = gather(places)
    assert sum(sum(row.numbers.values()) for row in source.rows) == sum(Fraction(sum(r), 10_000) for r in months)
    assert [source.rows[spot.row].row for spot in spots] == [min(rows) for rows in months]
    assert [source.rows[spot.row].period for spot in spots] == [str(JUNE.plus(n)) for n in range(len(months))]


def evidence(texts: list[str], total: Fraction | None = Fraction(3, 2)) -> Evidence:
    rows = tuple(
        SourceRow("2014-06", "财政局.xlsx", "明细", 4 + n, (text, "1.5"), frozenset({1}), {1: Fraction(3, 2)})
        for n, text in enumerate(texts)
    )
    line = RangeLine(
        "2014-06", "财政局.xlsx", "明细", "C4", 1, Fraction(3, 2), "万元", ("元 → 万元，÷10000",), Spot(0, 0)
    )
    return Evidence(
        title="累计兑现奖励",
        about=(("指标", "累计兑现奖励"), ("精确值", "1.5万元")),
        ranges=(line, dataclasses.replace(line, ranges="", rows=0, subtotal=None, spot=None)),
        sources=(SourceSheet("奖励明细", ("企业名称", "奖励金额"), {1: "万元"}, rows),),
        excluded=(("2014-06", "财政局.xlsx", "明细", "E9", "RP03", "税种不对", texts[0]),),
        excluded_note="",
        inputs=(("a.b", "指标", Fraction(1, 3), "%", "33.3%", "本月", "含义"),),
        total=total,
    )


def opened(told: Evidence, cached: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(told)), data_only=cached)


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_written_as_text(text: str) -> None:
    book = opened(evidence([text]))
    for cell in (book["奖励明细"]["E2"], book["没有计入"]["G2"]):
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_what_the_sum_is_of() -> None:
    sheet = opened(evidence(["a", "b"]))["奖励明细"]
    assert [cell.value for cell in sheet[1]] == [
        "期别",
        "文件",
        "工作表",
        "行",
        "企业名称",
        "奖励金额",
        "奖励金额（读作，万元）",
    ]
    assert sheet["F2"].value == "1.5"
    assert sheet["G4"].value == "=SUM(G2:G3)"
    assert opened(evidence(["a", "b"]), cached=True)["奖励明细"]["G4"].value == 3
    assert opened(evidence(["a"]))["说明"].cell(8, 6).value == "=SUM(F6:F7)"
    assert opened(evidence(["a"]), cached=True)["说明"].cell(8, 6).value == 1.5


def test_without_a_total_there_is_no_sum() -> None:
    book = opened(evidence(["a"], total=None))
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_what_was_only_searched_says_so() -> None:
    sheet = opened(evidence(["a"]))["说明"]
    assert [cell.value for cell in sheet[7]][3] == "查过全表，没有符合的行"
    assert sheet["I7"].value is None


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_text() -> None:
    told = dataclasses.replace(evidence(["a"]), inputs=(("a", "b", Fraction(12_345_678_901_234_567), "元"),))
    assert opened(told)["口径"]["C2"].value == "12345678901234567"


def test_a_dataset_may_be_called_like_a_sheet_of_ours() -> None:
    (source,) = evidence(["a"]).sources
    told = dataclasses.replace(evidence(["a"]), sources=(dataclasses.replace(source, title="说明"),))
    assert opened(told).sheetnames == ["说明", "说明（表）", "没有计入", "口径"]


def test_equal_evidence_gives_equal_bytes() -> None:
    assert workbook(evidence(["a"])) == workbook(evidence(["a"]))
