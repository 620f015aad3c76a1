"""Facts from rows written inline: only the columns that a test speaks of, by month of 2014."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pandas as pd

from transforms.contracts import Contract, parse_contract
from transforms.districts import District, parse_district
from transforms.facts import fact_columns
from transforms.figures import Figure
from transforms.metrics import measure
from transforms.period import Period
from transforms.tables import Facts, Source

DATA = Path(__file__).parents[3] / "data"
CONTRACTS: dict[str, Contract] = {
    path.stem: parse_contract(path.read_text(encoding="utf-8"), path.name)
    for path in sorted((DATA / "contracts").glob("*.yaml"))
}
ALL = tuple(CONTRACTS.values())
DISTRICT: District = parse_district((DATA / "districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")
FIRST_ROW = 4  # of the data in every sheet
WAN = 1_000_000  # 分 in 1 万元, and dm² in 1 万平方米

Row = Mapping[str, Any]
Months = Mapping[int | Period, Sequence[Row]]


def month(number: int | Period) -> Period:
    return number if isinstance(number, Period) else Period(2014, number)


def facts(**datasets: Months) -> Facts:
    """Every row of a month stands in one sheet of one file, from row 4 on; column letters follow the contract."""
    frames, sources, received = {}, {}, set()
    for name, contract in CONTRACTS.items():
        rows = []
        for period, given in sorted((month(when), given) for when, given in datasets.get(name, {}).items()):
            sha256 = f"{name}-{period}"
            rows += [
                {**row, "period": str(period), "submission": sha256, "row": FIRST_ROW + n}
                for n, row in enumerate(given)
            ]
            received.add((name, period))
            file = f"{contract.department}.xlsx"
            sources[sha256, name] = Source(sha256, contract.department, file, contract.sheet, letters(contract))
        frames[name] = _frame(contract, rows)
    return Facts(frames, sources, frozenset(received))


def letters(contract: Contract) -> dict[str, str]:
    found = {}
    for place, column in enumerate(contract.columns):
        found[column.name] = ascii_uppercase[place]
        found[column.name.removesuffix("_code")] = ascii_uppercase[place]
    return found


def _frame(contract: Contract, rows: Sequence[Row]) -> pd.DataFrame:
    dtypes = fact_columns(contract)
    if unknown := {name for row in rows for name in row} - set(dtypes):
        raise KeyError(f"{contract.id}: {unknown}")
    columns = {}
    for name, dtype in dtypes.items():
        values = [row.get(name) for row in rows]
        if str(dtype).startswith("datetime"):
            values = [pd.NaT if value is None else pd.Timestamp(value) for value in values]
        columns[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


def figures(given: Facts, when: int | Period = 6, district: District = DISTRICT) -> dict[str, Figure]:
    return measure(given, ALL, district, month(when))
