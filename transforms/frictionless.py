"""Contracts as Frictionless Table Schemas and one Data Package (specifications.frictionlessdata.io, version 1).

A schema describes a sheet as a department fills it in: fields are named as the contract names its columns, titled by
the Chinese header, numbers stand in the contract's unit. `constraints` say what no finding is raised for; how grave a
finding is, only the contract says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from transforms.contracts import Column, ColumnType, Contract, Filled, Pattern, Range, Unique
from transforms.districts import District
from transforms.findings import Severity
from transforms.guidance import example, expected

# All of them are read as empty; spelt as in `transforms.values.is_blank`.
MISSING = ("", "/", "-", "--", "—", "——", "……")
_TYPES = {
    ColumnType.DATE: "date",
    ColumnType.COUNT: "integer",
    ColumnType.FLAG: "boolean",
    **dict.fromkeys((ColumnType.MONEY, ColumnType.AREA, ColumnType.PERCENT, ColumnType.SCORE), "number"),
}
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CODE = "([0-9A-Z]{8}-?[0-9X]|[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10})"


def table_schema(contract: Contract) -> dict[str, Any]:
    """The Table Schema of one sheet."""
    return {
        "fields": [_field(contract, column) for column in contract.columns],
        "primaryKey": list(contract.key),
        "missingValues": list(MISSING),
    }


def datapackage(contracts: Sequence[Contract], district: District) -> dict[str, Any]:
    """A Data Package with a resource a contract, whose data is the contract's one right row, where it has one."""
    return {
        "profile": "data-package",
        "name": f"sancu-{district.code}",
        "title": f"{district.name}{district.campaign}报表",
        "description": "各部门每月报送的表：列、类型、单位、可填的值。每张表带一行虚构的例子。由报表规定生成，请勿手改。",
        "resources": [_resource(contract) for contract in contracts],
    }


def _resource(contract: Contract) -> dict[str, Any]:
    cells = contract.right.cells if contract.right else {}
    row = {name: _value(contract.column(name), text) for name, text in cells.items() if text}
    return {
        "profile": "tabular-data-resource",
        "name": contract.id,
        "title": contract.sheet,
        "description": f"{contract.title}，{contract.department}报送",
        "data": [row] if row else [],
        "schema": table_schema(contract),
    }


def _value(column: Column, text: str) -> str | int | float:
    if _TYPES.get(column.type) in ("number", "integer") and _PLAIN_NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _field(contract: Contract, column: Column) -> dict[str, Any]:
    # A choice is described by its `enum`, which the sentence would only repeat.
    what = "" if column.type is ColumnType.CHOICE else expected(column)
    described = "；".join(part for part in (column.about, what, "个人信息" * column.personal) if part)
    return {
        "name": column.name,
        "title": column.header,
        **({"description": described} if described else {}),
        "type": _TYPES.get(column.type, "string"),
        "format": "default",
        **({"unit": column.unit} if column.unit else {}),
        **({"example": shown} if (shown := example(column)) and not column.personal else {}),
        **({"trueValues": ["是"], "falseValues": ["否"]} if column.type is ColumnType.FLAG else {}),
        **({"constraints": limits} if (limits := _constraints(contract, column)) else {}),
    }


def _constraints(contract: Contract, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if column.type is ColumnType.ORG_CODE:
        found["pattern"] = _CODE
    if column.allowed:
        found["enum"] = list(column.allowed)
    for rule in contract.rules:
        match rule:
            case Filled() if column.name in rule.columns and rule.severity is Severity.BLOCK and not rule.when:
                found["required"] = True
            case Unique() if rule.columns == (column.name,):
                found["unique"] = True
            case Pattern() if rule.column == column.name:
                found["pattern"] = rule.regex
            case Range() if rule.column == column.name and rule.severity is not Severity.INFORM:
                found |= _bounds(rule)
            case _:
                pass
    return dict(sorted(found.items()))


def _bounds(rule: Range) -> dict[str, int | float]:
    bounds = {"minimum": rule.min, "maximum": rule.max}
    return {name: int(bound) if bound.is_integer() else bound for name, bound in bounds.items() if bound is not None}
