"""What a clerk is told to write is itself right."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms import values
from transforms.contracts import Column, ColumnType, Contract, parse_contract
from transforms.guidance import example, expected

CONTRACTS = [
    parse_contract(path.read_text("utf-8"), path.name)
    for path in sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*.yaml"))
]
COLUMNS = [(contract, column) for contract in CONTRACTS for column in contract.columns]


@pytest.mark.parametrize(("contract", "column"), COLUMNS, ids=[f"{c.id}.{column.name}" for c, column in COLUMNS])
def test_every_example_could_be_typed_into_its_column(contract: Contract, column: Column) -> None:
    text = example(column)
    assert expected(column)
    match column.type:
        case ColumnType.TEXT:
            return
        case ColumnType.ORG_CODE:
            assert values.check_digit_ok(values.parse_org_code(text))
        case ColumnType.DATE:
            values.parse_date(text)
        case ColumnType.FLAG:
            values.parse_flag(text)
        case ColumnType.CHOICE:
            assert text in column.allowed
        case _:
            values.scaled(text, column)
