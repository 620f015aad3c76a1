"""The open files hold what the page prints, and nothing in them runs as a formula."""

import csv
import io
import json
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.exports import FIGURE_COLUMNS, figures_csv, figures_parquet, findings_csv
from transforms.figures import CellRange, Figure, Light, Scope, Unit
from transforms.findings import Finding, Severity

CELLS = CellRange("a" * 64, "财政局", "财政局.xlsx", "即征即奖兑现明细", "I5:I20", 16)
AMOUNT = Figure(
    code="reward.amount_to_date",
    label="累计兑现奖励",
    definition="活动以来兑现的奖励",
    unit=Unit.MONEY_WAN,
    scope=Scope.CAMPAIGN,
    mechanism=1,
    value=Fraction(114110001, 10000),
    light=Light.GREEN,
    cells=(CELLS,),
)
RATE = Figure(
    code="reward.amount_rate",
    label="年度兑现率",
    definition="本年兑现与年度目标之比",
    unit=Unit.PERCENT,
    scope=Scope.YEAR,
    mechanism=1,
    value=Fraction(200, 3),
    done=Fraction(2),
    due=Fraction(3),
    change=Fraction(-1, 3),
    inputs=("reward.amount_year",),
)
ABSENT = Figure("x.y", "某数", "某数", Unit.CASES, Scope.END, 0, None, note="信访局未报送")
FIGURES = {figure.code: figure for figure in (AMOUNT, RATE, ABSENT)}


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def test_csv_holds_exact_and_printed_values() -> None:
    amount, rate, absent = rows_of(figures_csv(FIGURES))
    assert (amount["value"], amount["printed"], amount["light"]) == ("11411.0001", "11411万元", "绿")
    assert (rate["value"], rate["printed"], rate["done"], rate["due"]) == ("66.666667", "66.7%", "2", "3")
    assert rate["change"] == "-0.333333"
    assert (absent["value"], absent["printed"], absent["note"]) == ("", "—", "信访局未报送")
    assert json.loads(amount["lineage"])["cells"][0]["ranges"] == "I5:I20"


def test_parquet_holds_the_same_numbers() -> None:
    table = pq.read_table(io.BytesIO(figures_parquet(FIGURES))).to_pylist()
    assert [str(row["value"]) for row in table] == ["11411.000100", "66.666667", "None"]
    assert table[0]["mechanism"] == 1


def test_files_of_many_months_can_be_stacked() -> None:
    may, june = (figures_csv(FIGURES, "350303", period) for period in ("2014-05", "2014-06"))
    rows = rows_of(may + june.partition(b"\n")[2])
    assert len({(row["district"], row["period"], row["code"]) for row in rows}) == 6
    assert list(rows[0])[:4] == ["district", "period", "code", "label"]
    tables = [pq.read_table(io.BytesIO(figures_parquet(FIGURES, "350303", p))) for p in ("2014-05", "2014-06")]
    stacked = pa.concat_tables(tables).to_pylist()
    assert [row["period"] for row in stacked] == ["2014-05"] * 3 + ["2014-06"] * 3
    assert {row["district"] for row in stacked} == {"350303"}


def test_every_field_of_a_figure_is_given_out() -> None:
    whole = replace(RATE, label_en="Rate", owner="财政局", change_on_year=Fraction(1, 8), target=Fraction(95))
    (row,) = rows_of(figures_csv({"x": whole}))
    assert (row["label_en"], row["owner"], row["change_on_year"], row["target"]) == ("Rate", "财政局", "0.125", "95")
    (typed,) = pq.read_table(io.BytesIO(figures_parquet({"x": whole}))).to_pylist()
    assert typed["change_on_year"] == Decimal("0.125")
    given = {"inputs": "lineage", "cells": "lineage", "from_district_file": "lineage"}
    assert {given.get(field.name, field.name) for field in fields(Figure)} <= set(FIGURE_COLUMNS)


def test_a_senders_text_is_never_a_formula() -> None:
    finding = Finding("FI01", Severity.BLOCK, "这一格必须填写", "金融办", value='=HYPERLINK("x")')
    (row,) = rows_of(findings_csv([finding]))
    assert row["value"].startswith("'=")
