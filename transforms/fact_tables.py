"""Accepted rows as Arrow tables and Parquet files, for any program to open. Light: nothing here imports pandas.

Grain: one row a sheet row. Columns are the contract's, dates as dates, numbers as integers in the smallest unit (分,
square decimetres, hundredths), then `period`, `submission` and `row`. Personal columns are masked in facts already.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.contracts import NUMBERS, ColumnType, Contract

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {
    **dict.fromkeys(NUMBERS, pa.int64()),
    ColumnType.DATE: pa.date32(),
    ColumnType.FLAG: pa.bool_(),
}
STORED_UNITS = {
    ColumnType.MONEY: "分",
    ColumnType.AREA: "平方分米，1平方米=100",
    ColumnType.PERCENT: "百分之一个百分点",
    ColumnType.SCORE: "百分之一分",
}


def arrow_schema(contract: Contract) -> Any:
    """The columns of a frame of `Facts`, in order; `x_code` of type org_code is followed by its core `x`."""
    fields = []
    for column in contract.columns:
        fields.append(pa.field(column.name, _TYPES.get(column.type, pa.string())))
        if column.type is ColumnType.ORG_CODE:
            fields.append(pa.field(column.name.removesuffix("_code"), pa.string()))
    origin = [pa.field("period", pa.string()), pa.field("submission", pa.string()), pa.field("row", pa.int64())]
    return pa.schema(fields + origin)


def fact_table(frame: pd.DataFrame, contract: Contract) -> Any:
    """A frame of `Facts` as an Arrow table, row for row."""
    table = pa.Table.from_pandas(frame, schema=arrow_schema(contract), preserve_index=False)
    return table.replace_schema_metadata(None)


def by_period(table: Any, periods: Iterable[str]) -> dict[str, Any]:
    """The rows of each of `periods`, some of which may have none. The rows of `table` stand in order of period.

    Raises:
        ValueError: a row belongs to none of them.
    """
    counts = Counter(table["period"].to_pylist())
    parts, start = {}, 0
    for period in sorted(periods):
        parts[period] = table.slice(start, counts[period])
        start += counts[period]
    if start != table.num_rows:
        raise ValueError("rows of a month that was not received")
    return parts


def together(parts: Iterable[Any], contract: Contract) -> Any:
    """Tables of one dataset one after the other; none at all gives no rows. A column that an older part lacks is null
    there, and one that the contract no longer has is left out."""
    schema = arrow_schema(contract)
    fitted = [_fit(part, schema) for part in parts]
    return pa.concat_tables([schema.empty_table(), *fitted]).combine_chunks()


def to_parquet(table: Any) -> bytes:
    """The same rows give the same bytes, however they are cut into chunks."""
    sink = io.BytesIO()
    pq.write_table(table.combine_chunks(), sink, compression="zstd")
    return sink.getvalue()


def from_parquet(data: bytes) -> Any:
    # Threads and the machinery of data sets cost more than reading: a month's rows of a dataset are a few kilobytes.
    return pq.ParquetFile(io.BytesIO(data)).read(use_threads=False)


def describe(contract: Contract) -> Mapping[str, str]:
    """What each column of a table holds, with its stored unit, in Chinese."""
    told: dict[str, str] = {}
    for column in contract.columns:
        unit = STORED_UNITS.get(column.type, column.unit)
        parts = [column.header + (f"（{unit}）" if unit else ""), column.about]
        if column.personal:
            parts.append("个人信息，只有遮盖后的样子")
        told[column.name] = "；".join(part for part in parts if part)
        if column.type is ColumnType.ORG_CODE:
            told[column.name.removesuffix("_code")] = f"{column.header}的9位主体，新旧代码由它对上"
    told |= {"period": "报告月份，如 2014-06", "submission": "所在来文的 SHA-256", "row": "在工作表中的行号，从1起"}
    return told


def _fit(table: Any, schema: Any) -> Any:
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
