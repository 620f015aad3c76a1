"""Ledger and published rows as Arrow tables, for `sancu sql` to put under its views. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa

from flows.ledger import models
from flows.ledger.database import Database
from flows.store import Store
from transforms.contracts import Contract
from transforms.errors import EnvironmentFailure
from transforms.exports import STORED_DECIMALS, number
from transforms.fact_tables import from_parquet, together
from transforms.findings import Finding, Severity
from transforms.period import CHINA

_AMOUNT = pa.decimal128(38, STORED_DECIMALS)
_MOMENT = pa.timestamp("us")
_AMOUNTS = ("value", "target", "done", "due", "change", "change_on_year")
_MOMENTS = ("made_at", "confirmed_at", "released_at", "as_known", "received_at", "first_seen_at")
_TYPES = {
    **dict.fromkeys(_AMOUNTS, _AMOUNT),
    **dict.fromkeys(_MOMENTS, _MOMENT),
    **dict.fromkeys(("number", "total_number", "mechanism", "size"), pa.int64()),
    **dict.fromkeys(("provisional", "current", "registered"), pa.bool_()),
}
_AT_ONCE = 500  # values in one IN (…)
_FACTS_AT_ONCE = 8  # threads; a store may be on a server


class Reader:
    """One look at the ledger of one district, or of all when `district` is None.

    Raises:
        EnvironmentFailure: the database cannot be reached or read.
    """

    def __init__(self, url: str, district: str | None) -> None:
        self._database = Database(url)
        self._district = district
        self._issues = self._rows(models.briefing, leave_out=("manifest",))
        # As `Ledger.latest_briefing` chooses: made or confirmed last, leaving out those as known on a day.
        ordered = sorted(self._issues, key=lambda row: (row["confirmed_at"], row["id"]))
        latest = {(row["district"], row["period"]): row for row in ordered if row["as_known"] is None}
        self._current = {row["id"]: row for _, row in sorted(latest.items())}

    def table(self, view: str, columns: Sequence[str]) -> pa.Table:
        """What stands under one of the ledger's views."""
        rows = {
            "figures": self._figures,
            "findings": self._findings,
            "issues": self._briefings,
            "submissions": lambda: iter(self._rows(models.submission, leave_out=("sender", "inbox"))),
        }[view]()
        types = {} if view == "findings" else _TYPES  # all text there, also what a sender wrote as `value`
        found = list(rows)
        arrays = [_array([row[name] for row in found], types.get(name, pa.string())) for name in columns]
        return pa.table(arrays, names=list(columns))

    def listed(self) -> dict[str, dict[str, dict[str, str]]]:
        """District → dataset → period → SHA-256 of the rows: what each district's latest issue knows of all months."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for key, row in reversed(self._current.items()):
            if row["district"] not in found:
                manifest = self._rows(models.briefing, ids=[key])[0]["manifest"]
                if "facts" in manifest:  # a briefing made before rows were given out lists none
                    found[row["district"]] = manifest["facts"]
        return found

    def _figures(self) -> Iterator[dict[str, Any]]:
        for row in self._of_current(models.figure, leave_out=("lineage",)):
            yield row | {"exact": None if row["value"] is None else str(row["value"])}

    def _findings(self) -> Iterator[dict[str, Any]]:
        for row in self._of_current(models.finding):
            severity = Severity(row["severity"])
            place = Finding(row["rule"], severity, "", "", row=row["row"], column=row["column"])
            yield row | {"severity": severity.chinese, "cell": place.cell}

    def _briefings(self) -> Iterator[dict[str, Any]]:
        for row in self._issues:
            yield row | {"current": row["id"] in self._current}

    def _of_current(self, table: Any, leave_out: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Rows of the current briefings, each with its briefing's month and number."""
        keys = list(self._current)
        for start in range(0, len(keys), _AT_ONCE):
            for row in self._rows(table, leave_out, keys[start : start + _AT_ONCE]):
                briefing = self._current[row["briefing_id"]]
                yield row | {name: briefing[name] for name in ("district", "period", "number")}

    def _rows(
        self, table: Any, leave_out: Sequence[str] = (), ids: Sequence[int] | None = None
    ) -> list[dict[str, Any]]:
        wanted = table.select().with_only_columns(*(column for column in table.c if column.name not in leave_out))
        if "briefing_id" in table.c:
            wanted = wanted.order_by(table.c.briefing_id, table.c.position)
        else:
            wanted = wanted.order_by(table.c.district, table.c.period, table.c.id)
            if self._district is not None:
                wanted = wanted.where(table.c.district == self._district)
        if ids is not None:
            wanted = wanted.where((table.c.briefing_id if "briefing_id" in table.c else table.c.id).in_(ids))
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]


def facts(store: Store, contract: Contract, listed: dict[str, dict[str, dict[str, str]]]) -> pa.Table:
    """The accepted rows of a dataset in all months, with their `district`.

    Raises:
        EnvironmentFailure: rows that an issue lists are lost or damaged.
    """
    wanted = [
        (district, period, sha)
        for district, datasets in sorted(listed.items())
        for period, sha in sorted(datasets.get(contract.id, {}).items())
    ]
    with ThreadPoolExecutor(_FACTS_AT_ONCE) as pool:
        parts = list(pool.map(lambda item: _rows_of(store, *item), wanted))
    whole = together(parts, contract)
    districts = [item[0] for item, part in zip(wanted, parts, strict=True) for _ in range(part.num_rows)]
    return whole.append_column("district", pa.array(districts, pa.string()))


def _rows_of(store: Store, district: str, period: str, sha256: str) -> pa.Table:
    data = store.get_rows(sha256)
    if data is None:
        raise EnvironmentFailure(
            f"存储中 {district} {period} 采信的行丢失或损坏：请删去输出目录中该区县最近一个月的文件夹，再运行 sancu run，它会补上。"
        )
    return from_parquet(data)


def _array(values: Sequence[Any], kind: Any) -> Any:
    if kind == _AMOUNT:
        values = [None if value is None else _decimal(value) for value in values]
    elif kind == _MOMENT:
        values = [None if value is None else value.astimezone(CHINA).replace(tzinfo=None) for value in values]
    return pa.array(values, kind)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) if value.denominator == 1 else Decimal(number(value))
