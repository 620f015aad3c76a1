"""The data dictionary and the Data Package: complete, what is committed, and valid by Frictionless' published rules."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from flows import dictionary as writing
from flows.configuration import load_configuration
from flows.settings import load_settings
from tests.pipeline import ROOT
from transforms import values
from transforms.contracts import Allowed, Contract, Filled, Kind, Pattern, Range, parse_contract
from transforms.dictionary import markdown
from transforms.errors import EnvironmentFailure
from transforms.findings import Severity
from transforms.frictionless import MISSING, datapackage, table_schema
from transforms.identities import IDENTITY_RULES
from transforms.reading import READING_RULES
from transforms.suggestions import SUGGESTION_RULES

CONFIGURATION = load_configuration(ROOT / "data", "350303")
CONTRACTS, DISTRICT = CONFIGURATION.contracts, CONFIGURATION.district
PAGE = markdown(CONTRACTS, DISTRICT)
each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.id for contract in CONTRACTS])

# Table Schema 1: the types, which constraints each admits, and what a format may be.
BOUNDED = {"integer", "number", "date", "time", "datetime", "year", "yearmonth"}
MEASURED = {"string", "array", "object"}
TYPES = BOUNDED | MEASURED | {"boolean", "duration", "geopoint", "geojson", "any"}
CONSTRAINTS = {"required", "unique", "minLength", "maxLength", "minimum", "maximum", "pattern", "enum"}
FIELD = {
    "name",
    "title",
    "description",
    "type",
    "format",
    "example",
    "constraints",
    "trueValues",
    "falseValues",
    "unit",
}
NAME = re.compile(r"[-a-z0-9._/]+")

ODD = """\
id: odd
sheet: 怪表
title: 各种规定都有的表
department: 住建局
kind: events
due_day: 5
key: [number, day_on]
columns:
  - {name: number, header: 编号|次序, type: text}
  - {name: day_on, header: 日期, type: date}
  - {name: cost_fen, header: 费用, type: money, unit: 元, optional: true}
  - {name: kind, header: 类别, type: choice, allowed: [甲, 乙], synonyms: {丙: 乙}}
  - {name: contact, header: 联系人, type: text, personal: true, example: 某甲}
  - {name: sure, header: 是否确定, type: flag}
rules:
  - {code: OD01, kind: pattern, severity: block, column: number, regex: "[0-9]+|无", message: 编号是数字}
  - {code: OD02, kind: range, severity: explain, column: cost_fen, min: 0.5, message: 太少}
  - {code: OD03, kind: range, severity: block, column: cost_fen, max: 1e6, message: 太多}
  - {code: OD04, kind: range, severity: inform, column: cost_fen, max: 900, message: 较多}
  - {code: OD05, kind: filled, severity: block, columns: [cost_fen], when: {kind: [甲, 乙]}, message: 必填}
  - {code: OD06, kind: unique, severity: block, columns: [number, day_on], message: 重复, fails: {}}
"""
ODD_ONE = parse_contract(ODD, "odd.yaml")


def section(contract: Contract) -> str:
    return PAGE.split(f"\n## {contract.sheet} {contract.id}\n")[1].split("\n## ")[0]


def test_what_is_committed_is_what_is_generated(tmp_path: Path) -> None:
    written = writing.write(load_settings(), tmp_path / "new")
    assert [path.name for path in written] == ["dictionary.md", "datapackage.json", "metrics.md", "views.md"]
    for path in written:
        committed = ROOT / "docs" / path.name
        assert path.read_bytes() == committed.read_bytes(), f"{path.name} is stale: run sancu dictionary -o docs"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(EnvironmentFailure, match=r"写不了 .*taken.dictionary\.md："):
        writing.write(load_settings(), tmp_path / "taken")


@each_contract
def test_every_name_column_and_rule_of_a_contract_is_told(contract: Contract) -> None:
    told = section(contract)
    assert f"[{contract.sheet}](#{contract.sheet}-{contract.id})" in PAGE
    for text in (contract.title, contract.department, f"次月 {contract.due_day} 日", *contract.aliases):
        assert text in told
    for column in contract.columns:
        (line,) = (line for line in told.splitlines() if f"| `{column.name}` |" in line)
        for text in (column.header, column.about, column.unit, *column.aliases, *column.allowed, *column.synonyms):
            assert text in line
        assert ("个人信息" in line) == column.personal
    for rule in contract.rules:
        (line,) = (line for line in told.splitlines() if line.startswith(f"| {rule.code} |"))
        assert rule.severity.chinese in line
        assert rule.message in line
        assert all(f"“{text}”" in line for text in (rule.fails or {}).values() if text)
        assert not line.endswith("|  |"), "no example"


def test_every_rule_that_no_contract_has_is_told() -> None:
    for code, text in (READING_RULES | IDENTITY_RULES).items():
        assert f"| {code} | {text} |" in PAGE
    for code, (severity, text) in SUGGESTION_RULES.items():
        assert f"| {code} | {severity.chinese} | {text} |" in PAGE


def test_every_rule_code_is_told_once() -> None:
    codes = re.findall(r"^\| ([A-Z]{2}\d{2}) \|", PAGE, re.M)
    assert sorted(codes) == sorted(set(codes))
    assert len(codes) == sum(len(c.rules) for c in CONTRACTS) + sum(
        map(len, (READING_RULES, IDENTITY_RULES, SUGGESTION_RULES))
    )


def test_every_table_of_the_page_is_square() -> None:
    tables = re.findall(r"(?:^\|.*\|\n?)+", PAGE + markdown([ODD_ONE], DISTRICT), re.M)
    assert len(tables) == 2 * (1 + 3) + 2 * (len(CONTRACTS) + 1)
    for table in tables:
        assert len({len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_what_a_rule_asks_is_said_in_words() -> None:
    told = markdown([ODD_ONE], DISTRICT)
    for text in (
        "| OD01 | 退回 | 编号\\|次序符合 `[0-9]+\\|无` | 编号是数字 |  |",
        "| OD02 | 需说明 | 费用不小于 0.5 元 | 太少 |  |",
        "| OD03 | 退回 | 费用不大于 1000000 元 | 太多 |  |",
        "| OD05 | 退回 | 类别为甲或乙时，费用不空 | 必填 |  |",
        "| OD06 | 退回 | 编号\\|次序、日期不与别的行全部相同 | 重复 | 同一行填两次 |",
    ):
        assert text in told
    assert "贷款和周转金应填企业代码和到期日" in PAGE
    assert "| RP05 | 需说明 | 已缴税款不小于奖励金额 |" in PAGE
    assert "| FI06 | 退回 | 到期日不早于发放日期 |" in PAGE
    assert "| RP07 | 需说明 | 企业代码的校验位符合 GB 11714；18 位的还符合 GB 32100" in PAGE


def faults(schema: dict[str, Any]) -> list[str]:
    """What Table Schema 1 forbids in `schema`."""
    names = [field["name"] for field in schema["fields"]]
    found = [] if len(set(names)) == len(names) else ["names repeat"]
    found += [f"primary key {name}" for name in schema["primaryKey"] if name not in names]
    found += [] if all(isinstance(text, str) for text in schema["missingValues"]) else ["missing values"]
    for field in schema["fields"]:
        found += [f"{field['name']}: {fault}" for fault in field_faults(field)]
    return found


def field_faults(field: dict[str, Any]) -> list[str]:
    kind, limits = field["type"], field.get("constraints", {})
    found = [f"property {name}" for name in set(field) - FIELD]
    found += [f"constraint {name}" for name in set(limits) - CONSTRAINTS]
    if kind not in TYPES or field["format"] != "default":
        found.append("type or format")
    if {"minimum", "maximum"} & set(limits) and kind not in BOUNDED:
        found.append("bounds")
    if "pattern" in limits and kind != "string":
        found.append("pattern")
    if ("trueValues" in field) != ("falseValues" in field) or ("trueValues" in field and kind != "boolean"):
        found.append("truth")
    if not all(type(limits.get(name, True)) is bool for name in ("required", "unique")):
        found.append("required or unique")
    return found


def refusals(schema: dict[str, Any], row: dict[str, Any]) -> list[str]:
    """The fields of a row that the schema does not admit, as Table Schema 1 says."""
    names = {field["name"] for field in schema["fields"]}
    found = sorted(set(row) - names)
    for field in schema["fields"]:
        value = row.get(field["name"])
        empty = value is None or value in schema["missingValues"]
        if field.get("constraints", {}).get("required", False) if empty else not admits(field, value):
            found.append(field["name"])
    return found


def admits(field: dict[str, Any], value: Any) -> bool:
    limits = field.get("constraints", {})
    try:
        typed = typed_value(field, value)
    except (TypeError, ValueError):
        return False
    return (
        typed in limits.get("enum", [typed])
        and ("minimum" not in limits or typed >= limits["minimum"])
        and ("maximum" not in limits or typed <= limits["maximum"])
        and ("pattern" not in limits or re.fullmatch(limits["pattern"], typed) is not None)
    )


def typed_value(field: dict[str, Any], value: Any) -> Any:
    match field["type"]:
        case "integer":
            return int(value)
        case "number":
            return float(value)
        case "date":
            return dt.date.fromisoformat(value)
        case "boolean":
            return {**dict.fromkeys(field["trueValues"], True), **dict.fromkeys(field["falseValues"], False)}[value]
        case _:
            return str(value)


@each_contract
def test_a_schema_is_valid_and_admits_the_right_row(contract: Contract) -> None:
    schema = table_schema(contract)
    assert faults(schema) == []
    assert contract.right
    assert refusals(schema, contract.right.cells) == []
    titles = {field["name"]: field["title"] for field in schema["fields"]}
    assert titles == {column.name: column.header for column in contract.columns}


@each_contract
def test_a_schema_refuses_what_fails_the_rules_that_it_can_tell(contract: Contract) -> None:
    schema = table_schema(contract)
    assert contract.right
    for rule in contract.rules:
        blocks = isinstance(rule, Filled) and rule.severity is Severity.BLOCK and not rule.when
        bounds = isinstance(rule, Range) and rule.severity is not Severity.INFORM
        if rule.fails and (blocks or bounds or isinstance(rule, Allowed | Pattern)):
            assert refusals(schema, {**contract.right.cells, **rule.fails}), rule.code


def test_a_schema_of_every_kind_of_rule() -> None:
    fields = {field["name"]: field for field in table_schema(ODD_ONE)["fields"]}
    assert faults(table_schema(ODD_ONE)) == []
    assert fields["number"]["constraints"] == {"pattern": "[0-9]+|无"}
    assert fields["cost_fen"]["constraints"] == {"minimum": 0.5, "maximum": 1000000}
    assert fields["kind"]["constraints"] == {"enum": ["甲", "乙"]}
    assert fields["contact"] == {
        "name": "contact", "title": "联系人", "description": "文字；个人信息", "type": "string", "format": "default",
    }  # fmt: skip
    assert fields["sure"]["trueValues"] == ["是"]
    assert ODD_ONE.kind is Kind.EVENTS


def test_the_package_is_valid() -> None:
    package = json.loads(json.dumps(datapackage(CONTRACTS, DISTRICT)))
    assert package["profile"] == "data-package"
    assert NAME.fullmatch(package["name"])
    names = [resource["name"] for resource in package["resources"]]
    assert names == [contract.id for contract in CONTRACTS]
    for resource in package["resources"]:
        assert NAME.fullmatch(resource["name"])
        assert resource["profile"] == "tabular-data-resource"
        assert ("data" in resource) != ("path" in resource)
        (row,) = resource["data"]
        assert refusals(resource["schema"], row) == []
        kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert not any(isinstance(value, str) for name, value in row.items() if kinds[name] in ("number", "integer"))


def test_a_contract_without_a_right_row_has_no_data() -> None:
    (resource,) = datapackage([ODD_ONE], DISTRICT)["resources"]
    assert resource["data"] == []


def test_the_checks_of_these_tests_see_faults() -> None:
    good = table_schema(ODD_ONE)
    assert faults({**good, "primaryKey": ["nobody"]}) == ["primary key nobody"]
    assert faults({**good, "missingValues": [0]}) == ["missing values"]
    assert faults({**good, "fields": good["fields"] * 2}) == ["names repeat"]
    text = {"name": "a", "title": "b", "type": "string", "format": "default"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"type": "text"}, "type or format"),
        ({"format": "%Y"}, "type or format"),
        ({"constraints": {"minimum": 1}}, "bounds"),
        ({"constraints": {"required": "yes"}}, "required or unique"),
        ({"constraints": {"min": 1}}, "constraint min"),
        ({"trueValues": ["是"]}, "truth"),
        ({"type": "date", "constraints": {"pattern": "."}}, "pattern"),
        ({"titel": "b"}, "property titel"),
    ]
    for change, fault in wrong:
        assert field_faults({**text, **change}) == [fault]


def test_what_the_package_calls_missing_is_read_as_empty() -> None:
    assert all(values.is_blank(text) for text in MISSING)
