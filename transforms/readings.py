"""Reading: one sheet as it was written and as it was read, with the unit that it was written in; as a Parquet file of
which single columns can be taken out again without pandas."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from transforms import values
from transforms.contracts import NUMBERS, Column, ColumnType, Contract

if TYPE_CHECKING:
    from transforms.tables import Table

# What one stored integer is worth in the unit that people read.
READ_IN: Mapping[ColumnType, tuple[Fraction, str]] = {
    ColumnType.MONEY: (Fraction(1, 1_000_000), "万元"),
    ColumnType.AREA: (Fraction(1, 1_000_000), "万平方米"),
    ColumnType.PERCENT: (Fraction(1, 100), "%"),
    ColumnType.SCORE: (Fraction(1, 100), "分"),
}
# What one of a unit in which a sheet may be written is worth in the unit that people read.
_WORTH: Mapping[ColumnType, Mapping[str, Fraction]] = {
    ColumnType.MONEY: {
        "元": Fraction(1, 10_000),
        "千元": Fraction(1, 10),
        "万元": Fraction(1),
        "百万元": Fraction(100),
        "亿元": Fraction(10_000),
    },
    ColumnType.AREA: {
        "平方米": Fraction(1, 10_000),
        "万平方米": Fraction(1),
        "亩": Fraction(1, 15),
        "万亩": Fraction(2000, 3),
    },
    ColumnType.PERCENT: {"%": Fraction(1), "比例": Fraction(100)},
}
_LOOKED_AT = 40  # cells of a column, until most agree on a unit
_META = b"sancu"


class ReadColumn(NamedTuple):
    """A column of the contract as this sheet had it. `written_in` is the unit of its numbers in the sheet, empty when
    they do not tell (no numbers, or each with its own unit)."""

    name: str
    header: str
    type: ColumnType
    letters: str
    unit: str
    written_in: str

    @property
    def conversion(self) -> str:
        """`元 → 万元，÷10000`; empty when the sheet is in the unit that people read."""
        worth = _WORTH.get(self.type, {}).get(self.written_in, Fraction(1))
        if worth == 1:
            return ""
        by = f"÷{1 / worth}" if worth < 1 else f"×{worth}"
        return f"{self.written_in} → {READ_IN[self.type][1]}，{by}"

    def number(self, value: Any) -> Fraction | None:
        """The exact number in the unit that people read; None for an empty cell and for what is no number."""
        if value is None or not self.counts:
            return None
        return Fraction(value) * READ_IN.get(self.type, (Fraction(1), ""))[0]

    @property
    def counts(self) -> bool:
        """Whether its cells are numbers."""
        return self.type in NUMBERS

    @property
    def read_in(self) -> str:
        """The unit that people read."""
        return READ_IN.get(self.type, (Fraction(1), self.unit))[1]


@dataclass(frozen=True)
class Reading:
    """One sheet. `rows` are numbers in the sheet from 1; `written[name][i]` and `values[name][i]` belong to `rows[i]`,
    for the columns asked for. Values are the table's: int in the smallest unit, str, bool, date or None. Personal
    columns are masked in both."""

    dataset: str
    title: str  # the contract's name of the sheet
    sheet: str
    columns: tuple[ReadColumn, ...]  # those that the sheet has
    rows: tuple[int, ...]
    written: Mapping[str, Sequence[str]]
    values: Mapping[str, Sequence[Any]]


def to_parquet(table: Table, contract: Contract) -> bytes:
    """The table as a Parquet file. The same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data: dict[str, Any] = {"row": pa.array(table.frame.index.to_numpy(), pa.int64())}
    columns = []
    for column in contract.columns:
        if column.name not in table.letters:
            continue
        written = [str(text) for text in table.written[column.name].tolist()]
        typed = pa.array(table.frame[column.name], from_pandas=True)
        if column.type is ColumnType.DATE:
            typed = typed.cast(pa.date32())
        data[f"w:{column.name}"] = pa.array(written, pa.string())
        data[f"v:{column.name}"] = typed
        unit = written_in(column, written, typed.to_pylist()) if column.type in _WORTH else ""
        letters = table.letters[column.name]
        columns.append(ReadColumn(column.name, column.header, column.type, letters, column.unit, unit))
    told = {"dataset": table.dataset, "title": contract.sheet, "sheet": table.sheet, "columns": columns}
    meta = {_META: json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()}
    sink = io.BytesIO()
    pq.write_table(pa.table(data).replace_schema_metadata(meta), sink, compression="zstd")
    return sink.getvalue()


def from_parquet(data: bytes, letters: Collection[str] | None = None) -> Reading:
    """What `to_parquet` was given; with `letters` the cells of those columns of the sheet only.

    Raises:
        ValueError: not such a file, or a damaged one.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.BufferReader(data)) as file:
            told = json.loads(file.schema_arrow.metadata[_META])
            columns = tuple(ReadColumn(c[0], c[1], ColumnType(c[2]), *c[3:]) for c in told["columns"])
            wanted = [c.name for c in columns if letters is None or c.letters in letters]
            names = ["row", *(f"{kind}:{name}" for name in wanted for kind in "wv")]
            # Arrow's threads may outlive a short command and abort it at its end.
            cells = file.read(names, use_threads=False).to_pydict()
    except (OSError, TypeError, KeyError, pa.ArrowException) as error:
        raise ValueError(f"not a reading: {error}") from error
    return Reading(
        dataset=told["dataset"],
        title=told["title"],
        sheet=told["sheet"],
        columns=columns,
        rows=tuple(cells["row"]),
        written={name: cells[f"w:{name}"] for name in wanted},
        values={name: cells[f"v:{name}"] for name in wanted},
    )


def written_in(column: Column, written: Iterable[str], read: Iterable[int | None]) -> str:
    """The unit in which most cells of a column were written, told by what they were read as; empty when no cell tells
    it, because there is no number or each has a unit of its own."""
    votes: Counter[str] = Counter()
    filled = ((text, value) for text, value in zip(written, read, strict=True) if value)
    for text, value in islice(filled, _LOOKED_AT):
        fitting = [unit for unit in _WORTH[column.type] if _reads_as(text, column, unit, value)]
        if len(fitting) == 1:
            votes[fitting[0]] += 1
    return votes.most_common(1)[0][0] if votes else ""


def _reads_as(text: str, column: Column, unit: str, value: int) -> bool:
    try:
        return values.scaled(text, column, unit) == value
    except values.NotAValue:
        return False
