"""Accepted rows as an issue gives them out: `facts/<dataset>.parquet` in the folder of its outputs.

The store keeps them once, a dataset's month an object named by its own hash: an issue's manifest lists the objects, so
that ten years of issues cost no more room than ten years of rows. Each file is put together from them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from flows.store import Store
from transforms import fact_tables
from transforms.contracts import Contract
from transforms.run_package import FACTS, PACKAGE

if TYPE_CHECKING:
    from transforms.tables import Facts

Listed = dict[str, dict[str, str]]  # dataset → period → SHA-256 of the object
Kept = MutableMapping[tuple[str, str], str]  # the same for what this process has kept, by dataset and period


def keep(
    store: Store, facts: Facts, contracts: Sequence[Contract], kept: Kept | None = None
) -> tuple[Listed, dict[str, bytes]]:
    """Keep the rows; what the manifest lists, and the files by name. A dataset that nobody has sent is a file without
    rows. A month in `kept` is in the store already, as another issue of the same facts was published; new ones are added.

    Raises:
        EnvironmentFailure: the store refuses.
    """
    kept = {} if kept is None else kept
    listed: Listed = {}
    files = {}
    for contract in contracts:
        table = fact_tables.fact_table(facts.frames[contract.id], contract)
        months = [str(period) for dataset, period in facts.received if dataset == contract.id]
        for month, part in fact_tables.by_period(table, months).items():
            if (contract.id, month) not in kept:
                kept[contract.id, month] = store.put_rows(fact_tables.to_parquet(part))
            listed.setdefault(contract.id, {})[month] = kept[contract.id, month]
        files[_name(contract)] = fact_tables.to_parquet(table)
    return listed, files


def restored(
    store: Store, manifest: Mapping[str, Any], files: Mapping[str, bytes], contracts: Sequence[Contract]
) -> dict[str, bytes] | None:
    """The files of an issue put together again; None when a part is lost or damaged, or when they are not what the
    issue's data package says. `files` are the issue's own.

    Raises:
        EnvironmentFailure: the store cannot be read.
    """
    promised = _promised(files)
    made = {}
    for contract in contracts:
        if _name(contract) not in promised:
            continue
        parts = [store.get_rows(sha) for _, sha in sorted(manifest["facts"].get(contract.id, {}).items())]
        whole = [fact_tables.from_parquet(part) for part in parts if part is not None]
        made[_name(contract)] = fact_tables.to_parquet(fact_tables.together(whole, contract))
    hashes = {name: f"sha256:{hashlib.sha256(data).hexdigest()}" for name, data in made.items()}
    return made if hashes == promised else None


def _promised(files: Mapping[str, bytes]) -> dict[str, str]:
    """The hash of each file of rows that an issue's data package names."""
    if PACKAGE not in files:
        return {}
    resources = json.loads(files[PACKAGE])["resources"]
    return {item["path"]: item["hash"] for item in resources if item["path"].startswith(f"{FACTS}/")}


def _name(contract: Contract) -> str:
    return f"{FACTS}/{contract.id}.parquet"
