"""The Data Package of one issue's open files (specifications.frictionlessdata.io, version 1): what each holds, its columns
with types and units, its size and hash. Holds no clock: equal files give an equal package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from transforms.contracts import NUMBERS, ColumnType, Contract
from transforms.districts import District
from transforms.exports import FIGURE_COLUMNS, FINDING_COLUMNS, NUMERIC
from transforms.fact_tables import arrow_schema, describe
from transforms.figures import Light, Scope, Unit
from transforms.findings import Severity
from transforms.period import Period

PACKAGE = "datapackage.json"
FACTS = "facts"  # the folder of accepted rows
CSV_DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET = "application/vnd.apache.parquet"
_SHA = {"pattern": "[0-9a-f]{64}"}
_FIGURE_LIMITS: Mapping[str, Mapping[str, Any]] = {
    "district": {"required": True, "pattern": "[0-9]{6}"},
    "period": {"required": True, "pattern": "[0-9]{4}-(0[1-9]|1[0-2])"},
    "code": {"required": True, "unique": True},
    "label": {"required": True},
    "unit": {"required": True, "enum": [unit.value for unit in Unit]},
    "scope": {"required": True, "enum": [scope.value for scope in Scope]},
    "light": {"enum": [light.value for light in Light]},
    "lineage": {"required": True},
    "printed": {"required": True},
    "mechanism": {"required": True, "minimum": 0, "maximum": 18},
    "definition": {"required": True},
}
_FINDING_LIMITS: Mapping[str, Mapping[str, Any]] = {
    "severity": {"required": True, "enum": [severity.chinese for severity in Severity]},
    "rule": {"required": True, "pattern": "[A-Z]{2}[0-9]{2}"},
    "message": {"required": True},
}
_TYPES = {
    **dict.fromkeys(NUMBERS, "integer"),
    ColumnType.DATE: "date",
    ColumnType.FLAG: "boolean",
}


def run_package(
    district: District, period: Period, title: str, files: Mapping[str, bytes], contracts: Sequence[Contract]
) -> dict[str, Any]:
    """The package of those of `files` (name → bytes) that are data: the figures as CSV and workbook, the findings, and
    the accepted rows of each contract's dataset."""
    resources = [
        _csv("figures", "指标", "一行一个指标", files, figures_schema(district.code, str(period))),
        _csv("findings", "问题", "一行一个问题", files, findings_schema()),
        _workbook(files),
        *(_facts(contract, files) for contract in contracts if f"{FACTS}/{contract.id}.parquet" in files),
    ]
    return {
        "profile": "data-package",
        "name": f"sancu-{district.code}-{period}",
        "title": title,
        "description": f"{district.name}{period.chinese}{district.campaign}活动的指标、问题和采信的各行。个人信息已遮盖。",
        "contributors": [{"title": district.masthead.office, "role": "publisher"}],
        "resources": [resource for resource in resources if resource],
    }


def package_bytes(package: Mapping[str, Any]) -> bytes:
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def figures_schema(district: str, period: str) -> dict[str, Any]:
    """Of figures.csv for one district and month: a missing number is empty."""
    kinds = {**dict.fromkeys(NUMERIC, "number"), "mechanism": "integer"}
    limits = {
        **_FIGURE_LIMITS,
        "district": {**_FIGURE_LIMITS["district"], "enum": [district]},
        "period": {**_FIGURE_LIMITS["period"], "enum": [period]},
    }
    fields = [_field(name, kinds.get(name, "string"), about, limits) for name, about in FIGURE_COLUMNS.items()]
    return {"fields": fields, "missingValues": [""], "primaryKey": ["district", "period", "code"]}


def findings_schema() -> dict[str, Any]:
    fields = [_field(name, "string", about, _FINDING_LIMITS) for name, about in FINDING_COLUMNS.items()]
    return {"fields": fields, "missingValues": [""]}


def facts_schema(contract: Contract) -> dict[str, Any]:
    """Of the accepted rows of a dataset: numbers are integers in the smallest unit, which `description` names."""
    kinds = {column.name: _TYPES.get(column.type, "string") for column in contract.columns} | {"row": "integer"}
    limits = {
        "period": {**_FIGURE_LIMITS["period"]},
        "submission": {"required": True, **_SHA},
        "row": {"required": True, "minimum": 1},
    }
    about = describe(contract)
    names = arrow_schema(contract).names
    fields = [_field(name, kinds.get(name, "string"), about[name], limits) for name in names]
    return {"fields": fields, "missingValues": [""], "primaryKey": ["submission", "row"]}


def _field(name: str, kind: str, about: str, limits: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    constraints = {"constraints": dict(limits[name])} if name in limits else {}
    return {"name": name, "type": kind, "format": "default", "description": about, **constraints}


def _csv(
    name: str, title: str, about: str, files: Mapping[str, bytes], schema: Mapping[str, Any]
) -> dict[str, Any] | None:
    path = f"{name}.csv"
    if path not in files:
        return None
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": title,
        "description": about,
        **_file(path, "csv", "text/csv", files[path]),
        "encoding": "utf-8",
        "dialect": CSV_DIALECT,
        "schema": schema,
    }


def _workbook(files: Mapping[str, bytes]) -> dict[str, Any] | None:
    path = "figures.xlsx"
    if path not in files:
        return None
    return {
        "profile": "data-resource",
        "name": "figures-workbook",
        "type": "file",
        "title": "指标（电子表格）",
        "description": "同样的指标、历月数值和说明，供人阅读",
        **_file(path, "xlsx", _XLSX, files[path]),
    }


def _facts(contract: Contract, files: Mapping[str, bytes]) -> dict[str, Any]:
    # Of type file, so that validators check size and hash: those that read Parquet by way of floats would call an
    # integer column with gaps wrong.
    path = f"{FACTS}/{contract.id}.parquet"
    return {
        "profile": "data-resource",
        "type": "file",
        "name": f"facts-{contract.id.replace('_', '-')}",
        "title": contract.sheet,
        "description": f"{contract.title}，{contract.department}报送：活动以来各月采信的行，一行即原表一行",
        **_file(path, "parquet", _PARQUET, files[path]),
        "schema": facts_schema(contract),
    }


def _file(path: str, kind: str, media: str, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"path": path, "format": kind, "mediatype": media, "bytes": len(data), "hash": f"sha256:{digest}"}
