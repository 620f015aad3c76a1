"""The open files beside the briefing, as bytes: figures (CSV and Parquet), findings (CSV)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from transforms.figures import Figure, half_up, show
from transforms.findings import Finding

STORED_DECIMALS = 6  # finer than any unit's own: 0.000001 万元 is one 分
FIGURE_COLUMNS = (
    *("code", "label", "value", "unit", "scope", "target", "light", "lineage"),
    *("printed", "done", "due", "change", "mechanism", "note", "definition"),
)
NUMERIC = ("value", "target", "done", "due", "change")
FINDING_COLUMNS = ("severity", "rule", "department", "dataset", "filename", "sheet", "cell", "value", "message",
                   "explanation", "explained_by")  # fmt: skip


def lineage_json(figure: Figure) -> str:
    """Where a figure came from: cell ranges by file, the figures it was computed from, or the district file's key."""
    origin: dict[str, object] = {}
    if figure.cells:
        origin["cells"] = [
            {
                "submission": item.submission,
                "department": item.department,
                "file": item.filename,
                "sheet": item.sheet,
                "ranges": item.ranges,
                "rows": item.rows,
            }
            for item in figure.cells
        ]
    if figure.inputs:
        origin["inputs"] = list(figure.inputs)
    if figure.from_district_file:
        origin["district_file"] = figure.from_district_file
    return json.dumps(origin, ensure_ascii=False, separators=(",", ":"))


def figure_rows(figures: Iterable[Figure]) -> list[dict[str, str]]:
    """One row a figure, every field as text. A number is exact to six decimals; `printed` is what the page shows."""
    return [
        {
            "code": figure.code,
            "label": figure.label,
            "value": _number(figure.value),
            "unit": figure.unit.value,
            "scope": figure.scope.value,
            "target": _number(figure.target),
            "light": figure.light.value if figure.light else "",
            "lineage": lineage_json(figure),
            "printed": "—" if figure.value is None else f"{show(figure.value, figure.unit)}{figure.unit.value}",
            "done": _number(figure.done),
            "due": _number(figure.due),
            "change": _number(figure.change),
            "mechanism": str(figure.mechanism),
            "note": figure.note,
            "definition": figure.definition,
        }
        for figure in figures
    ]


def figures_csv(figures: Mapping[str, Figure]) -> bytes:
    return _csv(FIGURE_COLUMNS, figure_rows(figures.values()))


def figures_parquet(figures: Mapping[str, Figure]) -> bytes:
    """The same rows; numbers as decimal128(38, 6), an absent number is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = figure_rows(figures.values())
    columns: dict[str, pa.Array] = {}
    for name in FIGURE_COLUMNS:
        texts = [row[name] for row in rows]
        if name in NUMERIC:
            columns[name] = pa.array([_decimal(text) for text in texts], pa.decimal128(38, STORED_DECIMALS))
        elif name == "mechanism":
            columns[name] = pa.array([int(text) for text in texts], pa.int8())
        else:
            columns[name] = pa.array(texts, pa.string())
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def findings_csv(findings: Iterable[Finding]) -> bytes:
    rows = [
        {
            "severity": finding.severity.chinese,
            "rule": finding.rule,
            "department": finding.department,
            "dataset": finding.dataset,
            "filename": finding.filename,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "value": finding.value,
            "message": finding.message,
            "explanation": finding.explanation,
            "explained_by": finding.explained_by,
        }
        for finding in findings
    ]
    return _csv(FINDING_COLUMNS, rows)


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, tuple(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _inert(text) for name, text in row.items()} for row in rows)
    return sink.getvalue().encode("utf-8")


def _inert(text: str) -> str:
    """A sender's text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _number(value: Fraction | None) -> str:
    return "" if value is None else half_up(value, STORED_DECIMALS)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal(1).scaleb(-STORED_DECIMALS), ROUND_HALF_UP) if text else None
