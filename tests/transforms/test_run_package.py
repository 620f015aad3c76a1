"""The package of a month says truly what the files hold."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from frictionless import Package, Schema, system

from tests.pipeline import Run
from transforms.exports import figures_csv, findings_csv
from transforms.fact_tables import arrow_schema, by_period, describe, fact_table, from_parquet, to_parquet, together
from transforms.run_package import facts_schema, package_bytes, run_package


@pytest.fixture(scope="module")
def files(june: Run) -> dict[str, bytes]:
    contracts, frames = june.month.configuration.contracts, june.accepted.facts.frames
    return {
        "figures.csv": figures_csv(june.figures, "350303", "2014-06"),
        "figures.xlsx": b"PK",
        "findings.csv": findings_csv(june.findings),
        "briefing.pdf": b"%PDF",
        **{f"facts/{c.id}.parquet": to_parquet(fact_table(frames[c.id], c)) for c in contracts},
    }


@pytest.fixture(scope="module")
def package(june: Run, files: dict[str, bytes]) -> dict[str, Any]:
    configuration = june.month.configuration
    return run_package(configuration.district, june.month.period, "六月", files, configuration.contracts)


def test_every_data_file_is_listed_with_size_and_hash(files: dict[str, bytes], package: dict[str, Any]) -> None:
    listed = {item["path"]: item for item in package["resources"]}
    assert set(listed) == set(files) - {"briefing.pdf"}
    for path, item in listed.items():
        assert item["bytes"] == len(files[path])
        assert item["hash"] == f"sha256:{hashlib.sha256(files[path]).hexdigest()}"
    assert package["name"] == "sancu-350303-2014-06"
    assert "created" not in package


def test_the_schemas_name_the_columns_there_are(june: Run, files: dict[str, bytes], package: dict[str, Any]) -> None:
    schemas = {item["path"]: item["schema"] for item in package["resources"] if "schema" in item}
    for path in ("figures.csv", "findings.csv"):
        head = next(csv.reader(io.StringIO(files[path].decode())))
        assert [field["name"] for field in schemas[path]["fields"]] == head
    arrow = {"string": pa.string(), "integer": pa.int64(), "date": pa.date32(), "boolean": pa.bool_()}
    for contract in june.month.configuration.contracts:
        path = f"facts/{contract.id}.parquet"
        table = from_parquet(files[path])
        assert [(f["name"], arrow[f["type"]]) for f in schemas[path]["fields"]] == [
            (field.name, field.type) for field in table.schema
        ]
    for schema in schemas.values():
        assert Schema.from_descriptor(schema).missing_values == [""]
        assert all(field["description"] for field in schema["fields"])


def test_units_and_masks_are_told(june: Run) -> None:
    contracts = {contract.id: contract for contract in june.month.configuration.contracts}
    assert describe(contracts["reward_payments"])["amount_fen"].startswith("奖励金额（分）")
    assert "遮盖" in describe(contracts["petition_cases"])["petitioner"]
    fields = {field["name"]: field for field in facts_schema(contracts["permits"])["fields"]}
    assert fields["row"]["constraints"] == {"required": True, "minimum": 1}


def written(folder: Path, files: dict[str, bytes], package: dict[str, Any]) -> list[str]:
    """What frictionless finds wrong with the package in `folder`."""
    for name, data in {**files, "datapackage.json": package_bytes(package)}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    return [error.type for task in report.tasks for error in task.errors] + [error.type for error in report.errors]


def test_frictionless_accepts_it(tmp_path: Path, files: dict[str, bytes], package: dict[str, Any]) -> None:
    assert written(tmp_path, files, package) == []


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        (",11411,万元,", ",一万,万元,", "type-error"),
        (",11411,万元,", ",11411,亿元,", "constraint-error"),
        ("\n350303,2014-06,", "\n350304,2014-06,", "constraint-error"),
        (",label,", ",name,", "incorrect-label"),
    ],
)
def test_frictionless_refuses_what_is_wrong(
    tmp_path: Path, files: dict[str, bytes], package: dict[str, Any], before: str, after: str, wrong: str
) -> None:
    """Also when size and hash are mended to fit."""
    text = files["figures.csv"].decode()
    assert before in text
    changed = text.replace(before, after, 1).encode()
    for resource in package["resources"]:
        if resource["path"] == "figures.csv":
            facts = {"bytes": len(changed), "hash": f"sha256:{hashlib.sha256(changed).hexdigest()}"}
            told = json.loads(json.dumps(package))
            told["resources"] = [r | facts if r["path"] == "figures.csv" else r for r in told["resources"]]
    assert wrong in written(tmp_path, files | {"figures.csv": changed}, told)


def test_it_is_the_same_for_the_same_files(june: Run, files: dict[str, bytes], package: dict[str, Any]) -> None:
    configuration = june.month.configuration
    again = run_package(configuration.district, june.month.period, "六月", dict(files), configuration.contracts)
    assert package_bytes(again) == package_bytes(package)


def test_rows_cut_by_month_go_together_again(june: Run) -> None:
    for contract in june.month.configuration.contracts:
        frame = june.accepted.facts.frames[contract.id]
        table = fact_table(frame, contract)
        parts = by_period(table, [str(period) for period in june.month.periods])
        assert sum(part.num_rows for part in parts.values()) == len(frame)
        assert all(set(part["period"].to_pylist()) <= {period} for period, part in parts.items())
        kept = [from_parquet(to_parquet(part)) for part in parts.values()]
        assert to_parquet(together(kept, contract)) == to_parquet(table)
        assert together([], contract).schema == arrow_schema(contract)
        with pytest.raises(ValueError, match="not received"):
            by_period(table, ["2014-02"])


def test_rows_of_an_older_contract_are_fitted(june: Run) -> None:
    contract = next(c for c in june.month.configuration.contracts if c.id == "permits")
    table = fact_table(june.accepted.facts.frames["permits"], contract)
    older = table.drop_columns(["remark"]).append_column("dropped", pa.nulls(len(table), pa.string()))
    whole = together([older, table], contract)
    assert whole.schema == arrow_schema(contract)
    assert whole["remark"].to_pylist()[: len(table)] == [None] * len(table)
    assert whole["row"].to_pylist() == table["row"].to_pylist() * 2
