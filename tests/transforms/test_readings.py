"""What is kept of a sheet comes back as it was read, with the unit that it was written in."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import values
from transforms.coercion import as_array
from transforms.contracts import Column, ColumnType, Contract
from transforms.period import Period
from transforms.readings import ReadColumn, from_parquet, to_parquet, written_in
from transforms.submissions import Submission
from transforms.tables import Table

CONTRACT = Contract.model_validate(
    {
        "id": "rewards", "sheet": "奖励明细", "title": "奖励", "department": "财政局", "kind": "events", "due_day": 2,
        "key": ["enterprise_code"], "rules": [],
        "columns": [
            {"name": "enterprise_code", "header": "企业代码", "type": "org_code"},
            {"name": "paid_on", "header": "兑现日期", "type": "date"},
            {"name": "amount_fen", "header": "奖励金额", "type": "money", "unit": "万元"},
            {"name": "paid", "header": "已兑现", "type": "flag"},
            {"name": "remark", "header": "备注", "type": "text", "optional": True},
        ],
    }
)  # fmt: skip
SUBMISSION = Submission("a" * 64, "350303", Period(2014, 6), "财政局", "财政局.xlsx", dt.datetime.now(dt.UTC), 9)
MONEY = CONTRACT.column("amount_fen")


def table() -> Table:
    """A sheet without the optional column, one amount empty."""
    cells: dict[str, tuple[ColumnType, list[object], list[str]]] = {
        "enterprise_code": (ColumnType.ORG_CODE, ["591712340", "000000035"], ["59171234-0", "000000035"]),
        "enterprise": (ColumnType.ORG_CODE, ["591712340", "000000035"], ["59171234-0", "000000035"]),
        "paid_on": (ColumnType.DATE, [dt.date(2014, 6, 17), None], ["2014.6.17", ""]),
        "amount_fen": (ColumnType.MONEY, [12_345_600, None], ["123,456", ""]),
        "paid": (ColumnType.FLAG, [True, None], ["是", ""]),
        "remark": (ColumnType.TEXT, [None, None], ["", ""]),
    }
    index = pd.Index([5, 7], dtype="int64")
    return Table(
        dataset="rewards",
        submission=SUBMISSION,
        sheet="明细 6月",
        letters={"enterprise_code": "A", "enterprise": "A", "paid_on": "C", "amount_fen": "D", "paid": "AA"},
        frame=pd.DataFrame({name: as_array(kind, typed) for name, (kind, typed, _) in cells.items()}, index=index),
        written=pd.DataFrame({name: text for name, (_, _, text) in cells.items()}, index=index, dtype="str"),
    )


def test_a_sheet_comes_back_as_it_was() -> None:
    reading = from_parquet(to_parquet(table(), CONTRACT))
    assert (reading.dataset, reading.title, reading.sheet, reading.rows) == ("rewards", "奖励明细", "明细 6月", (5, 7))
    assert [(column.name, column.letters) for column in reading.columns] == [
        ("enterprise_code", "A"), ("paid_on", "C"), ("amount_fen", "D"), ("paid", "AA"),
    ]  # fmt: skip
    assert reading.values == {
        "enterprise_code": ["591712340", "000000035"],
        "paid_on": [dt.date(2014, 6, 17), None],
        "amount_fen": [12_345_600, None],
        "paid": [True, None],
    }
    assert reading.written["enterprise_code"] == ["59171234-0", "000000035"]
    assert reading.written["amount_fen"] == ["123,456", ""]


def test_only_the_columns_asked_for_are_read() -> None:
    reading = from_parquet(to_parquet(table(), CONTRACT), ("D",))
    assert (set(reading.values), set(reading.written)) == ({"amount_fen"}, {"amount_fen"})
    assert len(reading.columns) == 4


def test_a_number_and_its_conversion() -> None:
    money = from_parquet(to_parquet(table(), CONTRACT)).columns[2]
    assert money.number(12_345_600) == Fraction("12.3456")
    assert money.number(None) is None
    assert (money.read_in, money.written_in, money.conversion) == ("万元", "元", "元 → 万元，÷10000")


@pytest.mark.parametrize(
    ("kind", "unit", "conversion"),
    [
        (ColumnType.MONEY, "万元", ""),
        (ColumnType.MONEY, "", ""),
        (ColumnType.MONEY, "亿元", "亿元 → 万元，×10000"),
        (ColumnType.AREA, "亩", "亩 → 万平方米，÷15"),
        (ColumnType.AREA, "万亩", "万亩 → 万平方米，×2000/3"),
        (ColumnType.PERCENT, "比例", "比例 → %，×100"),
        (ColumnType.COUNT, "", ""),
    ],
)
def test_conversions_in_words(kind: ColumnType, unit: str, conversion: str) -> None:
    assert ReadColumn("x", "数", kind, "A", "", unit).conversion == conversion


@given(
    st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]),
    st.lists(st.integers(1, 99_999), min_size=1, max_size=20),
)
def test_the_unit_of_a_sheet_is_told_by_its_cells(unit: str, numbers: list[int]) -> None:
    written = [str(number) for number in numbers]
    read = [values.scaled(text, MONEY, unit) for text in written]
    assert written_in(MONEY, written, read) == unit


def test_a_unit_in_a_cell_does_not_tell_that_of_the_sheet() -> None:
    assert written_in(MONEY, ["12万元", "3元", "", "0"], [12_000_000, 300, None, 0]) == ""
    assert written_in(MONEY, ["12万元", "3"], [12_000_000, 300]) == "元"


def test_the_unit_of_areas_in_mu_survives_their_rounding() -> None:
    area = Column(name="site_dm2", header="面积", type=ColumnType.AREA, unit="亩")
    assert written_in(area, ["10"], [values.scaled("10", area, "亩")]) == "亩"


def test_the_same_table_gives_the_same_bytes() -> None:
    assert to_parquet(table(), CONTRACT) == to_parquet(table(), CONTRACT)


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_damaged_file_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="not a reading"):
        from_parquet(to_parquet(table(), CONTRACT)[:cut])


def test_another_parquet_file_is_refused() -> None:
    import io

    sink = io.BytesIO()
    pd.DataFrame({"a": [1]}).to_parquet(sink)
    with pytest.raises(ValueError, match="not a reading"):
        from_parquet(sink.getvalue())
