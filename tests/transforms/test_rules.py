"""Every rule of every contract with the row that it ships to fail it: from a sheet's cells through reading and Great
Expectations to one finding in the right cell; and the contract's right row, which nothing is said about."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from transforms import values
from transforms.addresses import column_letters
from transforms.checks import check
from transforms.contracts import AnyRule, ColumnType, Contract, Filled, Unique, columns_of, parse_contract
from transforms.errors import ConfigurationError
from transforms.findings import Finding
from transforms.period import Period
from transforms.reading import read_submission
from transforms.tables import Cell, RawSheet, RawWorkbook, Submission

FILES = sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*.yaml"))
CONTRACTS = {path.stem: parse_contract(path.read_text(encoding="utf-8"), path.name) for path in FILES}
each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())


def right_row(contract: Contract) -> dict[str, str]:
    assert contract.right, f"{contract.id} has no right row"
    return contract.right.cells


def another_key(contract: Contract, n: int) -> dict[str, str]:
    """A key that no other row has, as far as texts and codes make it up."""
    body = f"{n:08d}"
    own = next(body + last for last in "0123456789X" if values.check_digit_ok(body + last))
    code = next(
        whole for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if values.check_digit_ok(whole := f"91350303{own}{last}")
    )
    key = {}
    for name in contract.key:
        match contract.column(name).type:
            case ColumnType.TEXT:
                key[name] = f"{right_row(contract)[name]}之{n}"
            case ColumnType.ORG_CODE:
                key[name] = code
    return key


def failing_row(contract: Contract, rule: AnyRule, n: int) -> dict[str, str]:
    assert rule.fails is not None, f"{rule.code} ships no row that fails it"
    key = {} if isinstance(rule, Unique) else another_key(contract, n)
    return {**right_row(contract), **key, **rule.fails}


def marked(rule: AnyRule) -> str:
    """The column that the finding must stand in."""
    if isinstance(rule, Filled):
        return next(name for name in rule.columns if (rule.fails or {}).get(name) == "")
    return columns_of(rule)[0]


def findings(contract: Contract, rows: list[dict[str, str]]) -> list[Finding]:
    """What is said about a sheet with its header in row 1 and `rows` from row 2 on."""
    assert contract.right
    header: tuple[Cell, ...] = tuple(column.header for column in contract.columns)
    lines = tuple(tuple(row.get(column.name) or None for column in contract.columns) for row in rows)
    submission = Submission(
        sha256="a" * 64,
        district="350303",
        period=Period.parse(contract.right.period),
        department=contract.department,
        filename=f"{contract.department}.xlsx",
        received_at=dt.datetime(2015, 7, 1, tzinfo=dt.UTC),
        size=1,
    )
    raw = RawWorkbook("xlsx", (RawSheet(contract.sheet, (header, *lines)),))
    intake = read_submission(raw, submission, [contract])
    return [*intake.findings, *check(contract, intake.tables, intake.findings)]


@each_contract
def test_each_rule_fires_on_its_row_alone_and_the_right_row_passes_all(contract: Contract) -> None:
    broken = [failing_row(contract, rule, n) for n, rule in enumerate(contract.rules, start=10)]
    found = findings(contract, [right_row(contract), *broken])
    letters = {column.name: column_letters(place) for place, column in enumerate(contract.columns)}
    expected = [
        (rule.code, rule.severity, f"{letters[marked(rule)]}{row}") for row, rule in enumerate(contract.rules, start=3)
    ]
    assert [(f.rule, f.severity, f.cell) for f in found] == expected


def test_a_rule_code_belongs_to_one_rule_of_one_contract() -> None:
    codes = [rule.code for contract in CONTRACTS.values() for rule in contract.rules]
    assert sorted(codes) == sorted(set(codes))
    for contract in CONTRACTS.values():
        own = [rule.code for rule in contract.rules]
        assert own == [f"{own[0][:2]}{n:02d}" for n in range(1, len(own) + 1)]


@each_contract
def test_a_right_row_fills_what_a_sheet_must_have(contract: Contract) -> None:
    cells = right_row(contract)
    demanded = {name for rule in contract.rules if isinstance(rule, Filled) and not rule.when for name in rule.columns}
    assert {name for name in demanded if not cells.get(name)} == set()
    assert not any(contract.column(name).type is ColumnType.ORG_CODE and not cells[name].startswith("913503030000")
                   for name in cells)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("  period: 2015-06\n", "  period: 2015-13\n", "right.period：期别“2015-13”不对"),
        ("    unit: 某某单位\n", "    units: 某某单位\n", "right.cells.units：用到了没有定义的列：units"),
        ('fails: {unit: ""}', 'fails: {units: ""}', "rules.0：用到了没有定义的列：units"),
        ("fails: {action: 口头提醒}", "fails: {action: 7}", "rules.2.allowed.fails.action：“7”不对，应为文字"),
    ],
)
def test_an_example_that_cannot_be_is_refused(written: str, instead: str, message: str) -> None:
    text = (FILES[0]).read_text(encoding="utf-8")
    assert written in text
    with pytest.raises(ConfigurationError) as caught:
        parse_contract(text.replace(written, instead), "accountability.yaml")
    line = text[: text.index(written)].count("\n") + 1
    assert str(caught.value).startswith(f"accountability.yaml:{line}: {message}")
