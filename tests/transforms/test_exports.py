"""The open files hold what the page prints, and nothing in them runs as a formula."""

import csv
import io
import json
from fractions import Fraction

import pyarrow.parquet as pq

from transforms.exports import figures_csv, figures_parquet, findings_csv
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


def test_a_senders_text_is_never_a_formula() -> None:
    finding = Finding("FI01", Severity.BLOCK, "这一格必须填写", "金融办", value='=HYPERLINK("x")')
    (row,) = rows_of(findings_csv([finding]))
    assert row["value"].startswith("'=")
