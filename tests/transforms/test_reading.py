"""Finding the table and typing it, on small inline sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from transforms.addresses import column_letters
from transforms.contracts import Contract, parse_contract, template_version
from transforms.findings import Finding, Severity
from transforms.headers import is_typo
from transforms.period import Period
from transforms.reading import READING_RULES, read_submission, unreadable
from transforms.tables import Cell, Intake, RawSheet, RawWorkbook, Submission, Table

CONTRACTS = {
    path.stem: parse_contract(path.read_text("utf-8"), path.name)
    for path in sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*.yaml"))
}
REWARDS = CONTRACTS["reward_payments"]
HEADER = ["企业名称", "企业代码", "乡镇街道", "税种", "所属期", "兑现批次", "兑现日期", "已缴税款", "奖励金额", "备注"]

SMALL = parse_contract(
    """
id: small
sheet: 小表
title: 小表
department: 住建局
kind: register
due_day: 2
key: [project_no]
columns:
  - {name: project_no, header: 项目编号, type: text}
  - {name: stage, header: 阶段, type: choice, allowed: [已回迁, 年内回迁], synonyms: {主体完工年内回迁: 年内回迁}}
  - {name: area_dm2, header: 建筑面积, type: area, unit: 平方米}
  - {name: homes, header: 安置套数, type: count, unit: 套}
  - {name: planned_bp, header: 计划进度, type: percent, unit: "%", optional: true}
  - {name: actual_bp, header: 实际进度, type: percent, unit: "%", optional: true}
  - {name: started_on, header: 实际开工日期, aliases: [开工_实际], type: date, optional: true}
  - {name: ended_on, header: 实际竣工日期, aliases: [竣工_实际], type: date, optional: true}
  - {name: contact, header: 联系人, type: text, optional: true, personal: true}
  - {name: remark, header: 备注, type: text, optional: true, personal: true}
rules:
  - {code: SM01, kind: filled, severity: block, columns: [project_no, area_dm2], message: 必填}
  - {code: SM02, kind: filled, severity: block, columns: [ended_on], when: {stage: [已回迁]}, message: 必填}
""",
    "small.yaml",
)
TOP: list[Cell] = ["项目编号", "阶段", "建筑面积", "安置套数"]


def submission(contract: Contract, period: str = "2014-06") -> Submission:
    received = dt.datetime(2014, 7, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    department = contract.department
    return Submission("a" * 64, "350303", Period.parse(period), department, f"{department}.xlsx", received, 1)


def sheet(rows: Sequence[Sequence[Cell]], name: str = "小表", **more: object) -> RawSheet:
    return RawSheet(name, tuple(tuple(row) for row in rows), **more)


def intake(*sheets: RawSheet, contracts: Sequence[Contract] = (SMALL,), date_1904: bool = False) -> Intake:
    return read_submission(RawWorkbook("xlsx", sheets, date_1904), submission(contracts[0]), contracts)


def table(*rows: Sequence[Cell], contract: Contract = SMALL, **more: object) -> Table:
    result = intake(sheet(rows, contract.sheet, **more), contracts=(contract,))
    assert result.tables, result.findings
    return result.tables[0]


def findings(result: Intake, rule: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule]


def test_a_whole_sheet_as_departments_send_it() -> None:
    rows: list[list[Cell]] = [
        ["即征即奖奖励资金兑现明细表（2014年6月）"],
        [None] * 8 + ["单位：万元"],
        ["序号", *HEADER],
        [
            1,
            "某某鞋业",
            "59171234-8",
            "江口镇",
            "房产税",
            "2014年1-6月",
            "2014年第3批",
            "2014.6.17",
            "1,234.5",
            12.5,
            None,
        ],
        [2, "某某鞋业", 591712348.0, "江口镇", "土地税", None, "2014年第3批", 41807, "三百万", "１２．５", "／"],
        ["合计", None, None, None, None, None, None, None, 1534.5, 25, None],
        ["填表人：某某", None, None, "审核人：某某"],
        ["注：本表按月报送。"],
    ]
    result = intake(sheet(rows, "即征即奖兑现明细"), contracts=(REWARDS,))
    assert result.findings == ()
    [read] = result.tables
    assert list(read.frame.index) == [4, 5]
    assert read.frame.index.name is None
    assert read.letters["enterprise_name"] == "B"
    assert read.letters["amount_fen"] == "J"
    assert read.letters["enterprise"] == read.letters["enterprise_code"] == "C"
    assert read.frame["enterprise_code"].tolist() == ["591712348", "591712348"]
    assert read.frame["enterprise"].tolist() == ["591712348", "591712348"]
    assert read.frame["tax"].tolist() == ["房产税", "土地使用税"]
    assert read.frame["tax_paid_fen"].tolist() == [123_450_0000, 300_000_000]
    assert read.frame["amount_fen"].tolist() == [12_500_000, 12_500_000]
    assert read.frame["paid_on"].tolist() == [pd.Timestamp("2014-06-17")] * 2
    assert read.frame["remark"].isna().all()
    assert read.written["paid_on"].tolist() == ["2014.6.17", "41807"]
    assert read.written["enterprise_code"].tolist() == ["59171234-8", "591712348"]
    assert list(read.written.columns) == list(read.frame.columns)


def test_dtypes_also_of_an_empty_table_and_of_absent_columns() -> None:
    expected = {
        "project_no": "str", "stage": "str", "area_dm2": "Int64", "homes": "Int64", "planned_bp": "Int64",
        "actual_bp": "Int64", "started_on": "datetime64[s]", "ended_on": "datetime64[s]", "contact": "str", "remark": "str",
    }  # fmt: skip
    empty = table(TOP)
    filled = table(TOP, ["A1", "已回迁", 12.5, 3])
    for read in (empty, filled):
        assert {name: str(dtype) for name, dtype in read.frame.dtypes.items()} == expected
        assert read.frame.index.dtype == "int64"
    assert len(empty.frame) == 0
    assert filled.frame["planned_bp"].isna().all()
    assert set(filled.letters) == {"project_no", "stage", "area_dm2", "homes"}
    flags = table(["企业名称", "企业代码", "乡镇街道", "挂钩区领导", "乡镇挂钩领导", "包片领导", "是否效能监测点"],
                  ["某某", "591712348", "江口镇", "甲", "乙", "丙", "√"], contract=CONTRACTS["enterprise_links"])  # fmt: skip
    assert str(flags.frame["is_monitored"].dtype) == "boolean"


def test_integers_stay_exact_beside_empty_cells() -> None:
    read = table(TOP, ["A1", None, 90071992547409.93, None], ["A2", None, None, 2**53 + 1])
    assert read.frame["homes"].tolist()[1] == 2**53 + 1
    assert read.frame["area_dm2"].tolist()[0] == 9007199254740990


def test_headers_with_spaces_breaks_stars_units_and_not_in_column_a() -> None:
    read = table(
        [],
        [None, None, "*项 目\n编号", "阶　段", "建筑面积（万㎡）", "安置套数(套)："],
        [None, 1, "A1", "已回迁", 42.46, 5],
    )
    assert read.letters == {"project_no": "C", "stage": "D", "area_dm2": "E", "homes": "F"}
    assert read.frame["area_dm2"].tolist() == [42_460_000]
    assert list(read.frame.index) == [3]


def test_a_two_row_header_with_merged_groups() -> None:
    rows: list[list[Cell]] = [
        ["标题"],
        [*TOP, "开工", None, "竣工", None],
        [None, None, None, None, "计划", "实际", "计划", "实际"],
        ["A1", "已回迁", 1, 1, "2013.1.1", "2013.2.1", "2014.1.1", "2014.2.1"],
    ]
    merged = ((0, 0, 0, 7), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 2, 3), (1, 4, 1, 5), (1, 6, 1, 7))
    for more in ({"merged": merged}, {}):  # CSV and ODS tell nothing of merged cells
        read = table(*rows, **more)
        assert (read.letters["started_on"], read.letters["ended_on"]) == ("F", "H")
        assert read.frame["started_on"].tolist() == [pd.Timestamp("2013-02-01")]
        assert list(read.frame.index) == [4]


def test_a_two_row_header_with_leaves_that_stand_alone_or_carry_the_unit() -> None:
    rows: list[list[Cell]] = [
        ["项目", None, "规模", None],
        ["编号", "阶段", "建筑面积", "安置套数"],
        ["A1", "已回迁", 1, 1],
    ]
    assert table(*rows).letters == {"project_no": "A", "stage": "B", "area_dm2": "C", "homes": "D"}
    below: list[list[Cell]] = [TOP, [None, None, "（万平方米）", "（套）"], ["A1", "已回迁", 1, 1]]
    assert table(*below).frame["area_dm2"].tolist() == [1_000_000]


def test_a_line_of_column_numbers_and_repeated_headers_are_no_data() -> None:
    read = table(TOP, ["甲", "乙", 1, 2], ["A1", "已回迁", 1, 1], TOP, ["A2", "已回迁", 1, 1], [5, None, None, None])
    assert read.frame["project_no"].tolist() == ["A1", "A2", "5"]


def test_prefilled_serial_numbers_and_notes_are_no_data() -> None:
    result = intake(
        sheet(
            [
                ["序号", *TOP, "备注"],
                [1, "A1", "已回迁", 1, 1],
                [],
                [2, None, None, None, None],
                [None, None, None, None, None, "这里多写了一句"],
                ["备注：以上数据截至月底。"],
                ["填表人：", "某某", None, "审核人：", "某某", "联系电话：1234567"],
            ]
        )
    )
    assert result.tables[0].frame["project_no"].tolist() == ["A1"]
    [stray] = result.findings
    assert (stray.rule, stray.severity, stray.row) == ("RD07", Severity.INFORM, 5)


def test_aliases_and_the_sheets_own_name_by_alias() -> None:
    rows = [
        ["纳税人名称", "组织机构代码", "镇街", "奖励税种", "税款所属期", "批次", "拨付日期", "入库税款", "兑现金额"]
    ]
    result = intake(sheet(rows, "2014年6月即征即奖明细"), contracts=(REWARDS,))
    assert result.findings == ()
    assert result.tables[0].letters["amount_fen"] == "I"


def test_the_header_decides_when_no_sheet_has_the_name() -> None:
    projects = CONTRACTS["resettlement_projects"]
    problems = CONTRACTS["resettlement_problems"]
    sheets = (
        sheet([["说明"]], "Sheet1"),
        sheet([[c.header for c in problems.columns], ["WT-1"]], "Sheet2"),
        sheet([[c.header for c in projects.columns], ["AZ-1"]], "Sheet3"),
    )
    result = intake(*sheets, contracts=(projects, problems))
    assert {t.dataset: t.sheet for t in result.tables} == {
        "resettlement_projects": "Sheet3",
        "resettlement_problems": "Sheet2",
    }


def test_a_sheet_named_right_but_empty_yields_to_one_that_has_the_table() -> None:
    result = intake(sheet([], "小表"), sheet([TOP, ["A1", None, 1, 1]], "Sheet2"))
    assert [t.sheet for t in result.tables] == ["Sheet2"]


def test_a_missing_sheet_is_said_with_what_is_there() -> None:
    result = intake(sheet([["别的"]], "Sheet1"))
    [finding] = result.findings
    assert (finding.rule, finding.severity, finding.dataset, finding.row) == ("RD01", Severity.BLOCK, "small", None)
    assert finding.message == "住建局：找不到“小表”这张表，文件里有：“Sheet1”"
    assert result.tables == ()


def test_a_missing_column_sets_the_sheet_aside_and_names_the_nearest() -> None:
    result = intake(sheet([["项目编号", "阶 段名称", "建筑面积", "安置套数"], ["A1", "已回迁", 1, 1]]))
    [finding] = result.findings
    assert (finding.rule, finding.severity, finding.cell) == ("RD02", Severity.BLOCK, "")
    assert finding.message == "住建局·小表：找不到列“阶段”，相近的有“阶 段名称”"
    assert result.tables == ()


def test_a_sheet_of_the_right_name_without_a_header() -> None:
    [finding] = intake(sheet([["本月无数据"]])).findings
    assert (finding.rule, finding.severity) == ("RD02", Severity.BLOCK)
    assert "找不到表头" in finding.message


def test_a_small_typo_is_guessed_and_said() -> None:
    result = intake(sheet([["项目编号", "阶段", "建筑面机", "安置套数"], ["A1", "已回迁", 1, 1]]))
    [finding] = result.findings
    assert (finding.rule, finding.severity, finding.cell) == ("RD05", Severity.INFORM, "C1")
    assert result.tables[0].frame["area_dm2"].tolist() == [100]


@pytest.mark.parametrize(
    ("wanted", "seen", "guessed"),
    [
        ("奖励金额", "奖厉金额", True),
        ("奖励金额", "奖励的金额", True),
        ("建筑面积", "建筑积", False),  # three characters are too few
        ("安置房面积", "安置面积", True),
        ("计划开工日期", "计划竣工日期", False),
        ("上年度纳税额", "本年度纳税额", False),
        ("实缴配套费", "应缴配套费", False),
        ("奖励金额", "奖金额度", False),
    ],
)
def test_what_is_a_typo_and_what_says_something_else(wanted: str, seen: str, guessed: bool) -> None:
    assert is_typo(wanted, seen) is guessed


def test_two_columns_of_one_name_are_said() -> None:
    result = intake(sheet([[*TOP, "建筑面积"], ["A1", "已回迁", 1, 1, 2]]))
    [finding] = result.findings
    assert (finding.rule, finding.severity) == ("RD09", Severity.EXPLAIN)
    assert "C 列和 E 列" in finding.message


def test_a_second_sheet_that_could_be_the_same_is_said() -> None:
    result = intake(sheet([TOP, ["A1", None, 1, 1]]), sheet([TOP, ["A2", None, 1, 1]], "小表（二）"))
    assert result.tables[0].sheet == "小表"
    assert [f.severity for f in findings(result, "RD09")] == [Severity.EXPLAIN]


def test_a_hidden_sheet_is_read_and_said() -> None:
    result = intake(sheet([TOP, ["A1", None, 1, 1]], hidden=True))
    assert len(result.tables) == 1
    assert [(f.rule, f.severity) for f in result.findings] == [("RD07", Severity.INFORM)]


@pytest.mark.parametrize(
    "title", ["小表（2014年5月）", "２０１４年５月小表", "二〇一四年五月", "2014年1—5月", "截至2014年5月31日"]
)
def test_another_month_in_the_title_sets_the_sheet_aside(title: str) -> None:
    result = intake(sheet([[title], TOP, ["A1", None, 1, 1]]))
    assert [(f.rule, f.severity) for f in result.findings] == [("RD03", Severity.BLOCK)]
    assert "2014年5月" in result.findings[0].message
    assert result.tables == ()


@pytest.mark.parametrize(
    "title",
    [
        "2014年6月",
        "2014年1-6月",
        "填报日期：2014年7月1日",
        "2014年",
        "2014年2月至2014年6月",
        "截至2014年6月30日",
        "自2014年2月起按月报送",
    ],
)
def test_this_month_or_none_in_the_title(title: str) -> None:
    assert intake(sheet([[title], TOP, ["A1", None, 1, 1]])).findings == ()


@pytest.mark.parametrize(
    ("note", "header", "cell", "dm2", "rules"),
    [
        (None, "建筑面积", 1, 100, []),
        ("单位：万平方米", "建筑面积", 1, 10**6, []),
        ("单位：套、万㎡", "建筑面积", 1, 10**6, []),
        ("填报单位：住建局", "建筑面积", 1, 100, []),
        ("填报单位：住建局 单位：万平方米", "建筑面积", 1, 10**6, []),
        ("单位：万平方米", "建筑面积（㎡）", 1, 100, ["RD04"]),
        ("单位：万平方米", "建筑面积（㎡）", "1亩", 66_667, ["RD04"]),
        ("单位：万元", "建筑面积", 1, 100, []),
        (None, "建筑面积/万平方米", 1, 10**6, []),
    ],
)
def test_the_unit_in_the_cell_then_header_then_note_then_contract(
    note: str | None, header: str, cell: Cell, dm2: int, rules: list[str]
) -> None:
    result = intake(sheet([[note], ["项目编号", "阶段", header, "安置套数"], ["A1", None, cell, 1]]))
    assert [f.rule for f in result.findings] == rules
    if result.tables:
        assert result.tables[0].frame["area_dm2"].tolist() == [dm2]


def test_percent_formatted_cells_are_fractions_by_column() -> None:
    top = [*TOP, "计划进度", "实际进度"]
    result = intake(
        sheet([top, ["A1", None, 1, 1, 1, 0.855], ["A2", None, 1, 1, 1.0, "90%"], ["A3", None, 1, 1, 0, 0.1]])
    )
    read = result.tables[0].frame
    assert read["actual_bp"].tolist() == [8550, 9000, 1000]
    assert read["planned_bp"].tolist() == [10000, 10000, 0]
    assert [(f.rule, f.severity) for f in result.findings] == [("RD04", Severity.INFORM)] * 2


def test_points_are_points_and_doubt_is_said() -> None:
    top = [*TOP, "计划进度", "实际进度"]
    result = intake(sheet([top, ["A1", None, 1, 1, 1, 0.5], ["A2", None, 1, 1, 100, 85.5]]))
    assert result.tables[0].frame["planned_bp"].tolist() == [100, 10000]
    assert result.tables[0].frame["actual_bp"].tolist() == [50, 8550]
    assert [(f.rule, f.cell) for f in result.findings] == [("RD04", "F1")]


def test_an_unread_cell_is_one_finding_with_its_place_and_text() -> None:
    result = intake(
        sheet(
            [[*TOP, "实际竣工日期"], ["A1", "已回迁", "约300", "10余套", "2014.10"], ["A2", "年内回迁", 1, 1, "六月底"]]
        )
    )
    got = [(f.rule, f.severity, f.cell, f.value) for f in result.findings]
    assert got == [
        ("RD06", Severity.BLOCK, "C2", "约300"),
        ("RD06", Severity.EXPLAIN, "D2", "10余套"),
        ("RD06", Severity.BLOCK, "E2", "2014.10"),  # asked for when the stage is 已回迁
        ("RD06", Severity.EXPLAIN, "E3", "六月底"),
    ]
    frame = result.tables[0].frame
    assert frame.loc[2, ["area_dm2", "homes", "ended_on"]].isna().all()
    assert frame.loc[3, "homes"] == 1
    assert "没有日" in result.findings[2].message
    long = intake(sheet([TOP, ["A1", None, "很" * 60, 1]]))
    assert len(long.findings[0].value) == 40


def test_personal_columns_are_masked_everywhere() -> None:
    result = intake(
        sheet(
            [
                [*TOP, "联系人", "备注"],
                ["A1", None, 1, 1, "徐某某", "徐某某住某村"],
                ["A2", None, 1, 1, "#N/A", "#REF!"],
            ]
        )
    )
    read = result.tables[0]
    assert read.frame["contact"].tolist()[0] == read.written["contact"].tolist()[0] == "徐××"
    assert read.frame["remark"].tolist()[0] == read.written["remark"].tolist()[0] == "（已隐去）"
    assert [(f.rule, f.value) for f in result.findings] == [("RD06", ""), ("RD06", "")]
    shown = repr(result.findings) + read.frame.to_csv() + read.written.to_csv()
    assert "某村" not in shown
    assert "徐某" not in shown


def test_a_name_typed_into_another_column_is_masked_where_a_finding_quotes_it() -> None:
    result = intake(
        sheet(
            [
                [*TOP, "联系人", "实际开工日期"],
                ["A1", None, 1, 1, "林甲乙", "5月林甲乙"],
                ["A2", "林甲乙", 1, 1, "", ""],
            ]
        )
    )
    assert "林××" in result.findings[0].message
    assert result.findings[0].value == "5月林××"
    assert "林甲乙" not in repr(result.findings)
    assert result.tables[0].written.loc[3, "stage"] == "林××"


def test_choices_by_synonym_and_unknown_text_as_it_is() -> None:
    read = table(
        TOP, ["A1", "主体完工、年内回迁", 1, 1], ["A2", " 已 回迁", 1, 1], ["A3", "在建", 1, 1], ["A4", "—", 1, 1]
    )
    assert read.frame["stage"].fillna("").tolist() == ["年内回迁", "已回迁", "在建", ""]


def test_keys_join_and_other_text_stays() -> None:
    read = table(TOP, ["ａz－００１ ", "X（Ｙ）", 1, 1], [12.0, None, 1, 1])
    assert read.frame["project_no"].tolist() == ["AZ-001", "12"]
    assert read.frame["stage"].tolist()[0] == "X（Ｙ）"


def test_merged_labels_are_filled_down_and_numbers_are_not() -> None:
    rows = [TOP, ["A1", "已回迁", 5, 1], ["A2", None, None, 1], ["A3", None, None, None]]
    read = table(*rows, merged=((1, 1, 3, 1), (1, 2, 2, 2)))
    assert read.frame["stage"].tolist() == ["已回迁"] * 3
    assert read.frame["area_dm2"].fillna(-1).tolist() == [500, -1, -1]


def test_total_rows_are_compared_and_not_counted() -> None:
    good = intake(sheet([TOP, ["A1", None, 1.1, 1], ["A2", None, 2.2, 2], ["合 计", None, 3.3, 3]]))
    assert good.findings == ()
    assert len(good.tables[0].frame) == 2
    bad = intake(sheet([TOP, ["A1", None, 1.1, 1], ["A2", None, 2.2, 2], ["合计", None, 3.4, 3]]))
    [finding] = bad.findings
    assert (finding.rule, finding.severity, finding.cell, finding.value) == ("RD08", Severity.EXPLAIN, "C4", "3.4")
    assert (
        finding.message == "住建局·小表：“建筑面积”合计写 3.4平方米，各行相加是 3.3平方米，相差 0.1平方米，请说明或更正"
    )


def test_subtotals_and_totals_above_the_rows() -> None:
    parts = [
        ["A1", None, 1, 1],
        ["江口镇小计", None, 1, 1],
        ["A2", None, 2, 2],
        ["A3", None, 2, 2],
        ["小计", None, 4, 4],
    ]
    assert intake(sheet([TOP, *parts, ["总计", None, 5, 5]])).findings == ()
    assert intake(sheet([TOP, ["合计", None, 5, 5], ["A1", None, 1, 1], ["A2", None, 4, 4]])).findings == ()
    wrong = intake(sheet([TOP, *parts[:2], *parts[2:4], ["小计", None, 5.5, 4], ["总计", None, 5, 5]]))
    assert [f.cell for f in wrong.findings] == ["C6"]


def test_a_total_of_a_column_with_an_unread_cell_says_nothing_more() -> None:
    result = intake(sheet([TOP, ["A1", None, "约1", 1], ["合计", None, 9, 1]]))
    assert [f.rule for f in result.findings] == ["RD06"]


def test_a_total_in_mu_is_compared_before_rounding() -> None:
    rows = [
        ["项目编号", "阶段", "建筑面积（亩）", "安置套数"],
        ["A1", None, 1, 1],
        ["A2", None, 1, 1],
        ["A3", None, 1, 1],
    ]
    assert intake(sheet([*rows, ["合计", None, 3, 3]])).findings == ()


def test_1904_serials() -> None:
    result = intake(sheet([[*TOP, "实际竣工日期"], ["A1", None, 1, 1, 41807 - 1462]]), date_1904=True)
    assert result.tables[0].frame["ended_on"].tolist() == [pd.Timestamp("2014-06-17")]


def test_every_contract_reads_its_own_header() -> None:
    for contract in CONTRACTS.values():
        read = table([column.header for column in contract.columns], contract=contract)
        assert set(read.letters) >= {column.name for column in contract.columns}
        for alias in range(2):
            top = [
                column.aliases[alias] if len(column.aliases) > alias else column.header for column in contract.columns
            ]
            found = table(top, contract=contract).letters
            assert found == read.letters, contract.id


def test_a_file_that_cannot_be_opened_is_one_blocking_finding() -> None:
    result = unreadable(submission(SMALL), "“住建局.xlsx”加了密码，请取消密码后再报。")
    assert [(f.rule, f.severity, f.dataset) for f in result.findings] == [("RD00", Severity.BLOCK, "")]


def test_every_code_has_a_meaning() -> None:
    assert sorted(READING_RULES) == [f"RD{number:02d}" for number in range(16)]


def test_letters() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_a_header_of_three_rows() -> None:
    rows: list[list[Cell]] = [
        ["安置房", None, "规模", None, "工期", None],
        ["编号与阶段", None, "面积与套数", None, "实际", None],
        ["项目编号", "阶段", "建筑面积（平方米）", "安置套数", "实际开工日期", "实际竣工日期"],
        ["A1", "年内回迁", 12.5, 3, "2014-01-02", None],
    ]
    merged = ((0, 0, 0, 1), (0, 2, 0, 3), (0, 4, 0, 5), (1, 0, 1, 1), (1, 2, 1, 3), (1, 4, 1, 5))
    for spans in (merged, ()):
        read = table(*rows, merged=spans)
        assert read.frame["area_dm2"].tolist() == [1250]
        assert list(read.frame.index) == [4]
        assert read.letters["ended_on"] == "F"


def test_a_header_of_three_rows_whose_lowest_say_too_little_alone() -> None:
    rows: list[list[Cell]] = [
        ["项目", None, None, None, "工期", None, None, None],
        ["项目编号", "阶段", "建筑面积", "安置套数", "开工", None, "竣工", None],
        [None, None, None, None, "计划", "实际", "计划", "实际"],
        ["A1", "年内回迁", 12.5, 3, "2014-01-01", "2014-01-02", None, "2014-05-06"],
    ]
    read = table(*rows, merged=((1, 4, 1, 5), (1, 6, 1, 7)))
    assert (read.letters["started_on"], read.letters["ended_on"]) == ("F", "H")


VISITS, ISSUES = CONTRACTS["enterprise_visits"], CONTRACTS["enterprise_issues"]
VISIT_ROWS: list[list[Cell]] = [
    ["走访记录"], ["企业代码", "走访日期", "走访人", "反映问题数"],
    ["591712348", "2014-06-03", "某副区长", 1], ["591712348", "2014-06-10", "某副区长", 0],
]  # fmt: skip
ISSUE_ROWS: list[list[Cell]] = [
    ["企业问题台账"],
    ["问题编号", "企业代码", "问题类别", "提出日期", "责任单位", "办理期限", "办结日期", "状态"],
    ["WT-1", "591712348", "用地", "2014-06-03", "国土分局", "2014-06-30", None, "办理中"],
]


def test_two_tables_one_below_the_other() -> None:
    one = sheet([*VISIT_ROWS, [], *ISSUE_ROWS], "汇总")
    result = intake(one, contracts=(VISITS, ISSUES))
    assert [(t.dataset, list(t.frame.index)) for t in result.tables] == [
        ("enterprise_visits", [3, 4]),
        ("enterprise_issues", [8]),
    ]
    assert result.tables[1].letters["status"] == "H"


def test_two_tables_side_by_side() -> None:
    rows = [
        [*left, *[None] * (5 - len(left)), *right] for left, right in zip(VISIT_ROWS, [*ISSUE_ROWS, []], strict=True)
    ]
    result = intake(sheet(rows, "汇总"), contracts=(VISITS, ISSUES))
    assert [(t.dataset, list(t.frame.index)) for t in result.tables] == [
        ("enterprise_visits", [3, 4]),
        ("enterprise_issues", [3]),
    ]
    assert result.tables[1].letters["enterprise_code"] == "G"


def test_digits_that_excel_lost_block_and_are_never_guessed() -> None:
    rows: list[list[Cell]] = [TOP, [2.0140601123456789e17, "年内回迁", 1, 1], ["1.23E+17", "年内回迁", 1, 1]]
    result = intake(sheet(rows))
    assert [(f.rule, f.severity, f.cell) for f in result.findings] == [
        ("RD10", Severity.BLOCK, "A2"),
        ("RD10", Severity.BLOCK, "A3"),
    ]
    assert result.tables[0].frame["project_no"].isna().all()


def test_extra_columns_and_sheets_are_listed() -> None:
    result = intake(sheet([["序号", *TOP, "联络电话"], [1, "A1", None, 1, 1, "x"]]), sheet([["别的"]], "草稿"))
    assert [(f.rule, f.severity) for f in result.findings] == [("RD11", Severity.INFORM)] * 2
    assert "草稿" in result.findings[0].message
    assert result.findings[1].message.endswith("多出的列没有读取：联络电话")


def test_hidden_and_struck_rows_are_read_and_said() -> None:
    rows: list[list[Cell]] = [TOP, ["A1", None, 1, 1], ["A2", None, 2, 1]]
    result = intake(sheet(rows, hidden_rows=(1,), struck_rows=(2,), hidden_columns=(3,)))
    assert len(result.tables[0].frame) == 2
    assert [f.message.partition("：")[2] for f in findings(result, "RD13")] == [
        "第 2 行是隐藏的，已照常读取；不报的请删去", "第 3 行有删除线，已照常读取；不报的请删去", "D 列是隐藏的，已照常读取"
    ]  # fmt: skip


def test_a_formula_without_result_is_not_an_empty_cell() -> None:
    result = intake(sheet([TOP, ["A1", None, "#未计算", "#REF!"]]))
    [area, homes] = findings(result, "RD06")
    assert (area.severity, area.cell, area.subject) == (Severity.BLOCK, "C2", "A1")
    assert "公式没有算出结果" in area.message
    assert "公式出错（#REF!）" in homes.message


def test_two_notes_of_different_units_are_asked_about() -> None:
    rows: list[list[Cell]] = [["单位：平方米"], ["（单位：亩）"], TOP, ["A1", None, 1, 1]]
    result = intake(sheet(rows))
    [finding] = findings(result, "RD04")
    assert finding.severity is Severity.EXPLAIN
    assert result.tables[0].frame["area_dm2"].tolist() == [100]


def named(filename: str, *rows: Sequence[Cell], stamp: dict[str, str] | None = None) -> Intake:
    raw = RawWorkbook("xlsx", (sheet(rows),), stamp=stamp or {})
    return read_submission(raw, replace(submission(SMALL), filename=filename), (SMALL,))


@pytest.mark.parametrize(
    "filename",
    ["住建局5月.xlsx", "住建局2014年5月报表.xlsx", "住建局201405.xls", "住建局 2014-05.csv", "住建局五月份.xlsx"],
)
def test_the_month_of_the_file_name_counts_when_the_sheet_states_none(filename: str) -> None:
    rows: list[list[Cell]] = [TOP, ["A1", None, 1, 1]]
    assert [f.rule for f in named(filename, *rows).findings] == ["RD03"]
    [said] = named(filename, ["2014年6月"], *rows).findings
    assert (said.rule, said.severity) == ("RD14", Severity.INFORM)
    assert "2014年5月" in said.message


@pytest.mark.parametrize(
    "filename", ["住建局.xlsx", "住建局6月.xlsx", "住建局2014年6月（修改3）.xlsx", "住建局0701.xlsx"]
)
def test_file_names_that_agree_or_say_nothing(filename: str) -> None:
    assert named(filename, TOP, ["A1", None, 1, 1]).findings == ()


def test_last_months_form_is_noticed() -> None:
    rows: list[list[Cell]] = [TOP, ["A1", None, 1, 1]]
    stamp = {"sancuPeriod": "2014-05"}
    assert [f.rule for f in named("住建局6月.xlsx", *rows, stamp=stamp).findings] == ["RD03"]
    assert [f.rule for f in named("住建局.xlsx", ["2014年6月"], *rows, stamp=stamp).findings] == ["RD14"]


def test_a_line_of_a_text_file_that_is_longer_shorter_or_cut_off_is_asked_about() -> None:
    result = intake(sheet([TOP, ["A1", None, 1, 1], ["A2", None, 1]], ragged_rows=(2,)))
    [finding] = findings(result, "RD15")
    assert (finding.severity, finding.row) == (Severity.EXPLAIN, 3)
    assert len(result.tables[0].frame) == 2


def test_an_old_form_is_noticed() -> None:
    rows: list[list[Cell]] = [TOP, ["A1", None, 1, 1]]
    current = template_version([SMALL])
    assert named("住建局.xlsx", *rows, stamp={"sancuTemplate": current}).findings == ()
    [said] = named("住建局.xlsx", *rows, stamp={"sancuTemplate": "00000000"}).findings
    assert (said.rule, said.severity) == ("RD14", Severity.INFORM)
