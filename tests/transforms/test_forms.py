"""Forms: what stands in them, that they repeat byte by byte, and that what is carried over reads back the same."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from flows.configuration import load_configuration
from flows.settings import REPOSITORY
from transforms import headers, values
from transforms.contracts import Column, ColumnType, Contract, template_version
from transforms.facts import typed_columns
from transforms.forms import form
from transforms.forms.columns import Need, heading, need, need_in_words
from transforms.forms.prefill import written
from transforms.headers import Label
from transforms.period import Period

CONFIGURATION = load_configuration(REPOSITORY / "data", "350303")
DISTRICT = CONFIGURATION.district
JULY = Period(2014, 7)
HEADER, BODY = 4, 5  # as a clerk counts


def contract(name: str) -> Contract:
    return next(contract for contract in CONFIGURATION.contracts if contract.id == name)


def frame(dataset: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    dtypes = typed_columns(contract(dataset))
    return pd.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], columns=list(dtypes)).astype(dtypes)


def opened(department: str, previous: dict[str, pd.DataFrame] | None = None) -> Workbook:
    data = form(CONFIGURATION.contracts_of(department), DISTRICT, JULY, previous or {})
    return openpyxl.load_workbook(io.BytesIO(data))


def place_of(dataset: str, name: str) -> int:
    return [column.name for column in contract(dataset).columns].index(name) + 1


def validation(sheet: Worksheet, place: int) -> Any:
    letters = sheet.cell(BODY, place).column_letter
    (found,) = (one for one in sheet.data_validations.dataValidation if f"{letters}{BODY}" in one.sqref)
    return found


@pytest.mark.parametrize("department", CONFIGURATION.departments)
def test_every_department_gets_a_sheet_a_dataset(department: str) -> None:
    book = opened(department)
    contracts = CONFIGURATION.contracts_of(department)
    assert book.sheetnames == ["填报说明", *(contract.sheet for contract in contracts)]
    stamp = {prop.name: prop.value for prop in book.custom_doc_props.props}
    version = template_version(contracts)
    assert stamp == {
        "sancuDistrict": "350303",
        "sancuDepartment": department,
        "sancuPeriod": "2014-07",
        "sancuTemplate": version,
    }
    for each in contracts:
        sheet = book[each.sheet]
        assert sheet["A1"].value == f"涵江区2014年7月{each.title}"
        facts = [cell.value for cell in sheet[2] if cell.value]
        assert facts[:2] == [f"填报单位：{department}", "期别：2014年7月"]
        assert facts[-1] == f"表样：{version}"
        assert [cell.value for cell in sheet[3] if cell.value] == ["填表人：", "审核人：", "填表日期："]
        shown = [cell.value.replace("\n", "") for cell in sheet[HEADER] if cell.value]
        assert shown == [heading(column) for column in each.columns]
        assert all(sheet.cell(HEADER, place + 1).comment for place in range(len(each.columns)))


def test_the_unit_of_the_sheet_stands_above_the_header() -> None:
    told = {
        c.id: [cell.value for cell in opened(c.department)[c.sheet][2] if cell.value] for c in CONFIGURATION.contracts
    }
    assert "单位：万元" in told["tax_growth"]
    assert "单位：平方米" in told["resettlement_projects"]
    assert not any(text.startswith("单位") for text in told["petition_cases"])


@pytest.mark.parametrize("each", CONFIGURATION.contracts, ids=lambda contract: contract.id)
def test_a_unit_in_a_heading_is_read_as_that_unit(each: Contract) -> None:
    for column in each.columns:
        label = Label(heading(column), ())
        if column.type in (ColumnType.MONEY, ColumnType.AREA, ColumnType.PERCENT):
            assert headers.unit_of(label, column.type) == column.unit
        else:
            assert heading(column) == column.header


def test_equal_inputs_give_equal_bytes_and_others_do_not() -> None:
    contracts = CONFIGURATION.contracts_of("财政局")
    once = form(contracts, DISTRICT, JULY, {})
    assert form(contracts, DISTRICT, JULY, {}) == once
    assert form(contracts, DISTRICT, Period(2014, 8), {}) != once
    properties = openpyxl.load_workbook(io.BytesIO(once)).properties
    assert properties.created == properties.modified == dt.datetime(2014, 7, 1)


def test_any_change_of_a_contract_changes_the_version() -> None:
    contracts = CONFIGURATION.contracts_of("经信局")
    changed = (contracts[0].model_copy(update={"due_day": 3}), *contracts[1:])
    assert template_version(contracts) == template_version(tuple(reversed(contracts)))
    assert template_version(changed) != template_version(contracts)
    assert re.fullmatch("[0-9a-f]{8}", template_version(contracts))


def test_a_form_is_for_one_department() -> None:
    with pytest.raises(ValueError, match="one department"):
        form(CONFIGURATION.contracts, DISTRICT, JULY, {})
    with pytest.raises(ValueError, match="one department"):
        form((), DISTRICT, JULY, {})


def test_the_note_on_a_header_says_all_that_a_clerk_needs() -> None:
    sheet = opened("财政局")["即征即奖兑现明细"]
    note = sheet.cell(HEADER, place_of("reward_payments", "amount_fen")).comment.text
    assert note == "含义：本批兑现的奖励金额\n填法：金额，单位：万元\n例：12.5\n必填"
    township = sheet.cell(HEADER, place_of("reward_payments", "township")).comment.text
    assert "填法：从下拉列表中选" in township
    assert township.endswith("选填")


@pytest.mark.parametrize(
    ("dataset", "name", "words", "degree"),
    [
        ("petition_cases", "case_no", "必填", Need.REQUIRED),
        ("petition_cases", "resolved_on", "“状态”为“已化解”时必填", Need.EXPECTED),
        ("petition_cases", "unit", "应填，空着要说明", Need.EXPECTED),
        ("petition_cases", "township", "选填", Need.OPTIONAL),
        (
            "financing",
            "due_on",
            "“类型”为“银行贷款”或“应急周转金”或“助保贷”时应填，空着要说明",
            Need.EXPECTED,
        ),
    ],
)
def test_what_is_asked_for(dataset: str, name: str, words: str, degree: Need) -> None:
    each = contract(dataset)
    assert need_in_words(each, each.column(name)) == words
    assert need(each, each.column(name)) is degree


def test_required_headers_look_different() -> None:
    sheet = opened("信访局")["信访积案台账"]
    fills = {
        name: sheet.cell(HEADER, place_of("petition_cases", name)).fill.fgColor.rgb
        for name in ("case_no", "unit", "township")
    }
    assert len(set(fills.values())) == 3


def test_the_header_is_locked_and_the_body_is_not() -> None:
    sheet = opened("财政局")["即征即奖兑现明细"]
    assert sheet.protection.sheet and not sheet.protection.insertRows and not sheet.protection.deleteRows
    assert not sheet.protection.sort and not sheet.protection.formatColumns
    assert all(sheet.cell(HEADER, place).protection.locked for place in range(1, 11))
    assert sheet["A1"].protection.locked
    assert not sheet["A3"].protection.locked  # 填表人
    for letters in ("A", "J", "K"):  # K, to the right of the table: a row with a locked cell cannot be deleted
        assert not sheet.column_dimensions[letters].protection.locked


def test_lists_for_what_has_a_list() -> None:
    links = opened("经信局")["挂钩联系名册"]
    township = validation(links, place_of("enterprise_links", "township"))
    assert (township.type, township.errorStyle) == ("list", None)  # refuses, which is the default
    assert township.formula1 == f'"{",".join(DISTRICT.townships)}"'
    leader = validation(links, place_of("enterprise_links", "leader"))
    assert (leader.type, leader.errorStyle) == ("list", "warning")
    flag = validation(links, place_of("enterprise_links", "is_monitored"))
    assert flag.formula1 == '"是,否"'
    team = validation(opened("发改局")["工业项目进度表"], place_of("industrial_projects", "team"))
    assert "第10小分队" in team.formula1


def test_a_list_too_long_for_a_rule_stands_on_a_hidden_sheet() -> None:
    original = contract("reward_payments")
    names = tuple(f"第{number}种很长很长的税种名称" for number in range(40))
    tax = original.column("tax").model_copy(update={"allowed": names, "synonyms": {}})
    columns = tuple(tax if column.name == "tax" else column for column in original.columns)
    data = form((original.model_copy(update={"columns": columns}),), DISTRICT, JULY, {})
    book = openpyxl.load_workbook(io.BytesIO(data))
    hidden = book["填报说明_选项"]
    assert hidden.sheet_state == "veryHidden"
    assert [row[0].value for row in hidden.rows] == list(names)
    found = validation(book["即征即奖兑现明细"], 4)
    assert found.formula1 == "'填报说明_选项'!$A$1:$A$40"
    assert len(found.error) <= 255


def test_dates_and_numbers_are_validated() -> None:
    rewards = opened("财政局")["即征即奖兑现明细"]
    paid_on = validation(rewards, place_of("reward_payments", "paid_on"))
    serials = (str((day - dt.date(1899, 12, 30)).days) for day in (JULY.first_day, JULY.last_day))
    assert (paid_on.type, paid_on.formula1, paid_on.formula2, paid_on.errorStyle) == ("date", *serials, "warning")
    amount = validation(rewards, place_of("reward_payments", "amount_fen"))
    assert (amount.type, amount.operator, amount.formula1) == ("decimal", "greaterThanOrEqual", "0.000001")
    homes = opened("住建局")["安置房项目进度表"]
    planned = validation(homes, place_of("resettlement_projects", "planned_bp"))
    assert (planned.type, planned.formula1, planned.formula2) == ("decimal", "0", "100")
    assert validation(homes, place_of("resettlement_projects", "homes")).type == "whole"
    moved = validation(homes, place_of("resettlement_projects", "move_back_planned_on"))
    assert (moved.type, moved.errorStyle) == ("date", None)
    settled = validation(opened("经信局")["企业问题台账"], place_of("enterprise_issues", "settled_on"))
    assert settled.formula2 == str((JULY.last_day - dt.date(1899, 12, 30)).days)


def test_room_for_what_comes() -> None:
    rows = [{"case_no": f"XF-2014-{number:03}"} for number in range(400)]
    sheet = opened("信访局", {"petition_cases": frame("petition_cases", rows)})["信访积案台账"]
    last = {max(each.max_row for each in one.sqref.ranges) for one in sheet.data_validations.dataValidation}
    assert last == {HEADER + 700}
    last = {
        max(each.max_row for each in one.sqref.ranges)
        for one in opened("信访局")["信访积案台账"].data_validations.dataValidation
    }
    assert last == {HEADER + 500}


def test_rows_are_carried_over_in_the_units_of_the_form() -> None:
    carried = frame(
        "resettlement_projects",
        [
            {
                "project_no": "AZ-001",
                "floor_area_dm2": 860_050,
                "homes": 72,
                "planned_bp": 8_550,
                "move_back_planned_on": dt.datetime(2014, 12, 25),
                "checked_on": dt.datetime(2014, 6, 20),
                "verdict": "达标",
                "trouble": "=1+1",
            }
        ],
    )
    sheet = opened("住建局", {"resettlement_projects": carried})["安置房项目进度表"]
    cells = {name: sheet.cell(BODY, place_of("resettlement_projects", name)) for name in carried.columns}
    assert (cells["floor_area_dm2"].value, cells["homes"].value, cells["planned_bp"].value) == (8600.5, 72, 85.5)
    assert cells["move_back_planned_on"].value == dt.datetime(2014, 12, 25)
    assert cells["move_back_planned_on"].number_format == "yyyy-mm-dd"
    assert (cells["trouble"].value, cells["trouble"].data_type) == ("=1+1", "s")
    assert (cells["project_no"].value, cells["project_no"].number_format) == ("AZ-001", "@")
    # The inspection of June says nothing of July.
    assert cells["checked_on"].value is None and cells["verdict"].value is None


def test_no_cell_is_a_formula() -> None:
    rows = [{"case_no": "=A1", "leader": "@SUM(1)", "unit": "+1", "remark": "-1", "petitioner": "=2"}]
    data = form(CONFIGURATION.contracts_of("信访局"), DISTRICT, JULY, {"petition_cases": frame("petition_cases", rows)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_what_was_hidden_stays_empty_and_masked_names_stay_masked() -> None:
    rows = [{"case_no": "XF-1", "petitioner": "徐××", "remark": values.HIDDEN}]
    sheet = opened("信访局", {"petition_cases": frame("petition_cases", rows)})["信访积案台账"]
    assert sheet.cell(BODY, place_of("petition_cases", "petitioner")).value == "徐××"
    assert sheet.cell(BODY, place_of("petition_cases", "remark")).value is None


def test_events_begin_empty() -> None:
    rows = [{"enterprise_name": "甲公司", "amount_fen": 1}]
    sheet = opened("财政局", {"reward_payments": frame("reward_payments", rows)})["即征即奖兑现明细"]
    assert all(cell.value is None for row in sheet.iter_rows(min_row=BODY) for cell in row)


def test_the_instructions_say_what_holds_for_this_form() -> None:
    def told(previous: dict[str, pd.DataFrame]) -> str:
        book = opened("经信局", previous)
        return "\n".join(str(cell.value) for row in book["填报说明"].rows for cell in row if cell.value)

    text = told({"enterprise_issues": frame("enterprise_issues", [{"issue_no": "QW-1"}])})
    assert "请在 2014年8月2日 以前，把填好的整个文件报送涵江区三促活动领导小组办公室。" in text
    lines = {line.split("”")[0].strip("　“"): line for line in text.split("\n") if line.startswith("　")}
    assert "上月的行已经填好" in lines["企业问题台账"]
    assert "上月的行已经填好" not in lines["挂钩联系名册"]
    assert "空表照样报回" in lines["走访记录"]
    assert "橙色" not in text  # no percentages here
    personal = "\n".join(str(cell.value) for row in opened("信访局")["填报说明"].rows for cell in row if cell.value)
    assert "“信访积案台账”的“信访人”" in personal


def column(kind: ColumnType, unit: str) -> Column:
    suffix = {"money": "_fen", "area": "_dm2", "percent": "_bp", "score": "_centi"}.get(kind.value, "")
    return Column.model_validate({"name": f"x{suffix}", "header": "数", "type": kind, "unit": unit})


@given(
    st.sampled_from(
        [
            *((ColumnType.MONEY, unit) for unit in ("元", "千元", "万元", "亿元")),
            *((ColumnType.AREA, unit) for unit in ("平方米", "万平方米", "亩")),
            (ColumnType.PERCENT, "%"),
            (ColumnType.SCORE, "分"),
            (ColumnType.COUNT, "个"),
        ]
    ),
    st.one_of(st.integers(0, 10**9), st.integers(-(10**6), 10**18)),
)
def test_a_number_reads_back_exactly(kind: tuple[ColumnType, str], value: int) -> None:
    cell = written(column(*kind), value)
    if isinstance(cell, float):
        # What the file holds: the number with 16 digits.
        cell = float(f"{cell:.16G}")
    assert not isinstance(cell, dt.date)
    assert values.scaled(cell, column(*kind)) == value
