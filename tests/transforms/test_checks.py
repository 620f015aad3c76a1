"""Every rule of every contract on a row that breaks just that rule, and what surrounds the rules: months, scopes,
unreadable cells, personal columns, the engine's failures."""

from __future__ import annotations

import datetime as dt
import functools
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd
import pytest

from transforms import checks, values
from transforms.checks import check
from transforms.contracts import (
    Allowed,
    AnyRule,
    Column,
    ColumnType,
    Contract,
    Filled,
    Holds,
    Kind,
    Order,
    Range,
    Unique,
    columns_of,
    parse_contract,
)
from transforms.errors import EnvironmentFailure
from transforms.facts import typed_columns
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.predicates import limits
from transforms.tables import Submission, Table

FILES = sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*.yaml"))
CONTRACTS = {path.stem: parse_contract(path.read_text(encoding="utf-8"), path.name) for path in FILES}
JUNE = Period(2014, 6)
DAY = pd.Timestamp(2014, 6, 10)
Row = dict[str, Any]

NUMBERS = {
    ColumnType.MONEY: 5_000_000,
    ColumnType.AREA: 10_000,
    ColumnType.PERCENT: 5_000,
    ColumnType.SCORE: 8_000,
    ColumnType.COUNT: 5,
}
# What else must change so that a broken row breaks no other rule.
ALONG: dict[str, Row] = {
    "FI08": {"due_on": pd.Timestamp(2014, 7, 2), "repaid_on": None},
    "IP09": {"finished_on": None},
    "PE05": {"completed_on": None},
    "TG04": {"rewarded_fen": None},
}
RAISES_FIRST = {"PE07"}  # order rules that are broken by a later first, not an earlier second


class Case(NamedTuple):
    """A row that breaks `rule`, and the column that the finding must mark."""

    rule: AnyRule
    row: Row
    column: str
    companions: tuple[str, ...] = ()  # rules that such a row cannot but break too


@functools.cache
def code_number(n: int) -> str:
    body = f"{n:08d}"
    return next(body + last for last in "0123456789X" if values.check_digit_ok(body + last))


def valid_cell(column: Column, n: int) -> Any:
    match column.type:
        case ColumnType.TEXT:
            return f"{column.header}{n}"
        case ColumnType.ORG_CODE:
            return code_number(n)
        case ColumnType.DATE:
            return DAY
        case ColumnType.CHOICE:
            return column.allowed[0]
        case ColumnType.FLAG:
            return True
        case _:
            return NUMBERS[column.type]


def valid_row(contract: Contract, n: int) -> Row:
    return {column.name: valid_cell(column, n) for column in contract.columns}


def table(contract: Contract, rows: list[Row], period: Period = JUNE, **changes: Any) -> Table:
    """Rows as a table whose first row stands in row 5 of the sheet."""
    dtypes = typed_columns(contract)
    index = pd.RangeIndex(5, 5 + len(rows)).astype("int64")
    frame = pd.DataFrame(index=index)
    for name, dtype in dtypes.items():
        cells = [row.get(name) for row in rows]
        if name + "_code" in dtypes and name not in rows[0]:
            cells = [values.core(row[f"{name}_code"]) if row[f"{name}_code"] else None for row in rows]
        frame = frame.assign(**{name: pd.Series(cells, index=index, dtype=dtype)})
    submission = Submission(
        sha256=changes.get("sha256", f"{period}-sha"),
        district="350303",
        period=period,
        department=contract.department,
        filename=f"{contract.department}.xlsx",
        received_at=dt.datetime(2014, 7, 1, tzinfo=dt.UTC),
        size=1,
    )
    missing = changes.get("missing", ())
    letters = {c.name: chr(ord("A") + n) for n, c in enumerate(contract.columns) if c.name not in missing}
    written = frame.astype("object").where(frame.notna(), "").astype("str")
    return Table(contract.id, submission, contract.sheet, letters, frame, written)


def judged_in_2014(contract: Contract) -> list[AnyRule]:
    return [rule for rule in contract.rules if not isinstance(rule, Holds) or rule.predicate != "unified_code"]


def cases(contract: Contract) -> Iterator[Case]:
    for n, rule in enumerate(judged_in_2014(contract), start=2):
        row = valid_row(contract, 100 * n) | ALONG.get(rule.code, {})
        match rule:
            case Filled():
                yield from emptied(rule, contract, row, 100 * n)
            case Range():
                yield from out_of_range(rule, contract, row, valid_row(contract, 100 * n + 1))
            case _:
                yield Case(rule, row | broken_cells(rule, contract, row), columns_of(rule)[0])


def emptied(rule: Filled, contract: Contract, row: Row, n: int) -> Iterator[Case]:
    met = {name: allowed[0] for name, allowed in rule.when.items()}
    for place, name in enumerate(rule.columns):
        key = {column: valid_cell(contract.column(column), n + place) for column in contract.key}
        yield Case(rule, row | met | key | {name: None}, name)


def out_of_range(rule: Range, contract: Contract, row: Row, other: Row) -> Iterator[Case]:
    low, high = limits(rule, contract)
    if low is not None:
        yield Case(rule, row | {rule.column: low - 1}, rule.column, ("DR05",) if rule.code == "DR03" else ())
    if high is not None:
        yield Case(rule, other | {rule.column: high + 1}, rule.column)


def broken_cells(rule: AnyRule, contract: Contract, row: Row) -> Row:
    marked = columns_of(rule)[0]
    match rule:
        case Unique():
            first = valid_row(contract, 1)
            return {name: first[name] for name in rule.columns}
        case Allowed():
            return {marked: "别的"}
        case Order():
            step = pd.Timedelta(days=1) if contract.column(marked).type is ColumnType.DATE else 1
            name, change = (rule.first, step) if rule.code in RAISES_FIRST else (rule.second, -step)
            return {name: row[name] + change}
        case Holds() if rule.predicate == "check_digit":
            code = row[marked]
            return {marked: code[:8] + ("0" if code[8] != "0" else "1")}
        case Holds():
            return {marked: pd.Timestamp(2014, 7, 1)}
        case _:
            return {marked: "※"}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
def test_each_rule_finds_the_row_that_breaks_it_and_no_other(contract: Contract) -> None:
    broken = list(cases(contract))
    assert {case.rule.code for case in broken} == {rule.code for rule in judged_in_2014(contract)}
    judged = table(contract, [valid_row(contract, 1), *(case.row for case in broken)])
    expected = set()
    for row, case in enumerate(broken, start=6):
        expected.add((case.rule.code, case.rule.severity, f"{judged.letters[case.column]}{row}"))
        for rule in contract.rules:
            if rule.code in case.companions:
                expected.add((rule.code, rule.severity, f"{judged.letters[case.column]}{row}"))
    found = check(contract, [judged])
    assert {(f.rule, f.severity, f.cell) for f in found} == expected
    assert len(found) == len(expected)


def test_a_finding_says_what_and_where() -> None:
    contract = CONTRACTS["reward_payments"]
    judged = table(contract, [valid_row(contract, 1) | {"amount_fen": 0}])
    assert check(contract, [judged]) == [
        Finding(
            rule="RP04",
            severity=Severity.BLOCK,
            message="“奖励金额”：奖励金额应大于 0",
            department="财政局",
            dataset="reward_payments",
            submission="2014-06-sha",
            filename="财政局.xlsx",
            sheet="即征即奖兑现明细",
            row=5,
            column="I",
            value="0",
            field="amount_fen",
            subject="兑现批次1 000000019 房产税",
        )
    ]


def test_long_cells_are_cut_and_personal_ones_never_shown() -> None:
    contract = CONTRACTS["petition_cases"]
    text = {"code": "ZZ01", "kind": "pattern", "severity": "inform", "column": "", "regex": "x", "message": "不合"}
    rules = [{**text, "column": "unit"}, {**text, "code": "ZZ02", "column": "petitioner"}]
    strict = Contract.model_validate(contract.model_dump() | {"rules": rules})
    judged = table(strict, [valid_row(strict, 1) | {"unit": "长" * 60, "petitioner": "徐××"}])
    found = check(strict, [judged])
    assert [(f.rule, f.value) for f in found] == [("ZZ01", "长" * 40), ("ZZ02", "")]
    assert all("徐" not in f.message for f in found)


def test_patterns_match_the_whole_cell() -> None:
    contract = CONTRACTS["permits"]
    rule = {"code": "ZZ01", "kind": "pattern", "severity": "block", "column": "permit_no", "message": "编号不合"}
    strict = Contract.model_validate(contract.model_dump() | {"rules": [{**rule, "regex": r"RQ-\d{4}|B"}]})
    numbers = ["RQ-2014", "B", "RQ-20145", "xB", None]
    found = check(strict, [table(strict, [valid_row(strict, 1) | {"permit_no": number} for number in numbers])])
    assert [f.row for f in found] == [7, 8]


def test_months_of_one_dataset_are_one_batch_and_come_back_to_their_own_file() -> None:
    contract = CONTRACTS["reward_payments"]
    months = [
        table(
            contract,
            [valid_row(contract, 10 * month + n) | {"paid_on": pd.Timestamp(2014, month, 3)} for n in range(month)],
            Period(2014, month),
        )
        for month in (6, 3, 4)
    ]
    broken = months[2].frame.assign(amount_fen=months[2].frame["amount_fen"].where(months[2].frame.index != 7, -1))
    months[2] = Table(**{**vars(months[2]), "frame": broken})
    found = check(contract, months)
    assert [(f.rule, f.submission, f.cell) for f in found] == [("RP04", "2014-04-sha", "I7")]


def test_a_register_repeats_its_keys_every_month() -> None:
    contract = CONTRACTS["enterprise_links"]
    months = [table(contract, [valid_row(contract, n) for n in range(3)], Period(2014, month)) for month in (5, 6)]
    assert check(contract, months) == []


def test_a_repeat_names_the_first_row_and_an_empty_key_is_no_repeat() -> None:
    contract = CONTRACTS["enterprise_links"]
    same = valid_row(contract, 1)
    empty = {"enterprise_code": None}
    judged = table(contract, [same, same, valid_row(contract, 2), same, same | empty, same | empty])
    repeats = [f for f in check(contract, [judged]) if f.rule == "EL02"]
    assert [(f.cell, f.message) for f in repeats] == [
        ("B6", "“企业代码”：同一企业重复列入名册，只计第一次（第 5 行已有）"),
        ("B8", "“企业代码”：同一企业重复列入名册，只计第一次（第 5 行已有）"),
    ]


def test_old_and_new_code_of_one_enterprise_are_one_key() -> None:
    contract = CONTRACTS["enterprise_links"]
    old = code_number(1)
    new = next(
        code for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if values.check_digit_ok(code := f"91350303{old}{last}")
    )
    judged = table(contract, [valid_row(contract, 1), valid_row(contract, 2) | {"enterprise_code": new}])
    assert [(f.rule, f.row) for f in check(contract, [judged])] == [("EL02", 6)]


@pytest.mark.parametrize(("dataset", "column"), [("reward_payments", "B"), ("meetings", "A")])
def test_an_event_of_an_earlier_month_is_to_be_explained(dataset: str, column: str) -> None:
    contract = CONTRACTS[dataset]
    rule = next(rule for rule in contract.rules if isinstance(rule, Unique))
    assert contract.kind is Kind.EVENTS
    date = next(c.name for c in contract.columns if c.type is ColumnType.DATE)
    may = valid_row(contract, 1) | {date: pd.Timestamp(2014, 5, 20)}
    june = valid_row(contract, 1)
    found = check(
        contract, [table(contract, [valid_row(contract, 7), june, june]), table(contract, [may], Period(2014, 5))]
    )
    header = contract.column(rule.columns[0]).header
    assert [(f.rule, f.severity, f.submission, f.row, f.message) for f in found] == [
        (rule.code, Severity.EXPLAIN, "2014-06-sha", 6, f"“{header}”：与2014年5月表中第 5 行重复，请说明"),
        (rule.code, Severity.BLOCK, "2014-06-sha", 7, f"“{header}”：{rule.message}（第 6 行已有）"),
    ]


def unread(judged: Table, severity: Severity, column: str) -> Finding:
    return Finding("RD06", severity, "读不出来", judged.submission.department, judged.dataset,
                   judged.submission.sha256, judged.submission.filename, judged.sheet, 5, column)  # fmt: skip


def test_an_unreadable_cell_is_not_reported_as_empty_too() -> None:
    contract = CONTRACTS["reward_payments"]
    judged = table(contract, [valid_row(contract, 1) | {"paid_on": None, "batch": None}])
    both = [f.cell for f in check(contract, [judged])]
    assert both == ["F5", "G5"]
    assert [f.cell for f in check(contract, [judged], [unread(judged, Severity.BLOCK, "G")])] == ["F5"]
    # A milder finding must not let the row count.
    assert [f.cell for f in check(contract, [judged], [unread(judged, Severity.EXPLAIN, "G")])] == both


def test_an_optional_column_need_not_exist_but_when_it_does_the_rule_holds() -> None:
    contract = CONTRACTS["accountability"]
    rule = {"code": "ZZ01", "kind": "filled", "severity": "inform", "columns": ["subject", "cause"], "message": "请填"}
    asked = Contract.model_validate(contract.model_dump() | {"rules": [rule]})
    rows = [valid_row(asked, 1) | {"subject": None}, valid_row(asked, 2) | {"subject": None, "cause": None}]
    without = table(asked, rows, Period(2014, 5), missing=("subject",))
    found = check(asked, [without, table(asked, rows)])
    assert [(f.submission[:7], f.cell) for f in found] == [
        ("2014-05", "D6"), ("2014-06", "C5"), ("2014-06", "C6"), ("2014-06", "D6"),
    ]  # fmt: skip


def test_conditions_count_only_where_they_are_met() -> None:
    contract = CONTRACTS["financing"]
    fund: Row = {"kind": "政府风险补偿金", "enterprise_code": None, "bank": None, "due_on": None, "repaid_on": None}
    lent: Row = {"kind": "应急周转金", "bank": None}
    unknown: Row = {"kind": None, "enterprise_code": None, "due_on": None}
    rows = [valid_row(contract, n) | change for n, change in enumerate((fund, lent, unknown))]
    assert [(f.rule, f.row) for f in check(contract, [table(contract, rows)])] == [("FI01", 7)]


def test_empty_cells_pass_every_rule_but_filled() -> None:
    for contract in CONTRACTS.values():
        rows: list[Row] = [dict.fromkeys(valid_row(contract, 1)), dict.fromkeys(valid_row(contract, 1))]
        filled = {rule.code for rule in contract.rules if isinstance(rule, Filled) and not rule.when}
        assert {f.rule for f in check(contract, [table(contract, rows)])} == filled, contract.id


def test_nothing_to_judge() -> None:
    contract = CONTRACTS["meetings"]
    assert check(contract, []) == []
    judged = table(contract, [valid_row(contract, 1)])
    empty = Table(**{**vars(judged), "frame": judged.frame.iloc[:0], "written": judged.written.iloc[:0]})
    assert check(contract, [empty]) == []
    assert check(contract, [empty, judged]) == []


def test_dates_are_judged_by_their_own_month() -> None:
    contract = CONTRACTS["meetings"]
    days = [pd.Timestamp(2014, 5, 31), pd.Timestamp(2014, 6, 1), pd.Timestamp(2014, 6, 30), pd.Timestamp(2014, 7, 1)]
    june = table(contract, [valid_row(contract, n) | {"held_on": day} for n, day in enumerate(days)])
    july = table(
        contract, [valid_row(contract, 9 + n) | {"held_on": day} for n, day in enumerate(days)], Period(2014, 7)
    )
    assert [(f.submission[:7], f.row) for f in check(contract, [june, july])] == [
        ("2014-06", 5), ("2014-06", 8), ("2014-07", 5), ("2014-07", 6), ("2014-07", 7),
    ]  # fmt: skip


def test_positions_9_to_17_of_a_new_code_are_checked_as_an_old_one() -> None:
    contract = CONTRACTS["enterprise_links"]

    def whole(core: str) -> str:
        """18 characters whose last is right by GB 32100, whatever those before are."""
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = f"91350303{core}"
        total = sum(alphabet.index(mark) * pow(3, place, 31) for place, mark in enumerate(body))
        return body + alphabet[-total % 31]

    def otherwise(code: str) -> str:
        return code[:-1] + ("0" if code[-1] != "0" else "1")

    one, two, three, four, five = map(code_number, range(1, 6))
    codes = [whole(one), whole(otherwise(two)), otherwise(whole(three)), otherwise(four), five]
    judged = table(contract, [valid_row(contract, n) | {"enterprise_code": code} for n, code in enumerate(codes)])
    assert [(f.rule, f.cell) for f in check(contract, [judged])] == [("EL05", "B6"), ("EL05", "B7"), ("EL05", "B8")]


def test_from_2015_on_a_code_has_18_characters() -> None:
    contract = CONTRACTS["enterprise_links"]
    old: list[Row] = [valid_row(contract, 1), valid_row(contract, 2) | {"enterprise_code": None}]
    months = [table(contract, old, period) for period in (Period(2014, 12), Period(2015, 1), Period(2016, 2))]
    found = [(f.submission, f.severity, f.cell) for f in check(contract, months) if f.rule == "EL07"]
    assert found == [("2015-01-sha", Severity.INFORM, "B5"), ("2016-02-sha", Severity.INFORM, "B5")]


def test_limits_are_exact_in_the_smallest_unit() -> None:
    contract = CONTRACTS["reward_payments"]
    rule = Range(
        code="ZZ01",
        severity=Severity.BLOCK,
        message="",
        kind="range",
        column="amount_fen",
        min=0.0000005,
        max=0.07000009,
    )
    assert limits(rule, contract) == (1, 70_000)
    percent = next(rule for rule in CONTRACTS["resettlement_projects"].rules if rule.code == "RH05")
    assert isinstance(percent, Range)
    assert limits(percent, CONTRACTS["resettlement_projects"]) == (0, 10_000)


def test_a_rule_that_the_engine_cannot_run_is_neither_passed_nor_failed() -> None:
    contract = CONTRACTS["reward_payments"]
    judged = table(contract, [valid_row(contract, 1)])
    spoilt = Table(**{**vars(judged), "frame": judged.frame.assign(amount_fen="许多")})
    with pytest.raises(EnvironmentFailure, match=r"规则 RP0[45]（即征即奖奖励资金兑现明细表：.*没有跑成："):
        check(contract, [spoilt])


def test_a_result_that_contradicts_itself_is_refused() -> None:
    contract = CONTRACTS["reward_payments"]
    rule = contract.rules[3]

    hollow = {"unexpected_index_list": [], "unexpected_count": 0}
    result = SimpleNamespace(exception_info={"raised_exception": False}, success=False, result=hollow)
    for doubtful in (result, None):
        with pytest.raises(EnvironmentFailure, match="RP04"):
            checks._rows(rule, contract, doubtful)  # type: ignore[arg-type]


def test_threads_do_not_spoil_each_other() -> None:
    contract = CONTRACTS["meetings"]

    def wrong_row(n: int) -> list[int | None]:
        rows = [valid_row(contract, place) | ({"leader": None} if place == n else {}) for place in range(8)]
        return [f.row for f in check(contract, [table(contract, rows)])]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(wrong_row, range(8))) == [[5 + n] for n in range(8)]


def test_expectations_carry_the_contract() -> None:
    contract = CONTRACTS["financing"]
    suite = checks._suite(contract)
    severities = {"block": "critical", "explain": "warning", "inform": "info"}
    assert len(suite.expectations) == len(contract.rules)
    for rule, expectation in zip(contract.rules, suite.expectations, strict=True):
        assert expectation.meta == {"code": rule.code, "severity": rule.severity.value}
        assert expectation.description == rule.message
        assert expectation.severity == severities[rule.severity]
    assert checks._suite(contract) is suite
    changed = contract.model_copy(update={"rules": contract.rules[:1]})
    assert len(checks._suite(changed).expectations) == 1


def test_the_engine_writes_nothing_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *a, **k: pytest.fail("a folder was made"))
    monkeypatch.chdir(tmp_path)
    checks._batch_definition.cache_clear()
    contract = CONTRACTS["meetings"]
    assert check(contract, [table(contract, [valid_row(contract, 1)])]) == []
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_importing_checks_does_not_import_the_engine() -> None:
    code = "import sys, transforms.checks; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_nothing_that_is_valid_lies_outside_a_limit() -> None:
    for contract in CONTRACTS.values():
        for rule in contract.rules:
            if isinstance(rule, Range):
                low, high = limits(rule, contract)
                number = NUMBERS[contract.column(rule.column).type]
                assert (low if low is not None else -math.inf) <= number <= (high if high is not None else math.inf)
