"""The open files beside the briefing, as bytes: figures (CSV and Parquet), findings (CSV).

Grain of `figures`: one row a figure of a month, so that the files of many months and districts can be stacked.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from transforms.figures import Figure, half_up, value_of
from transforms.findings import Finding

STORED_DECIMALS = 6  # finer than any unit's own: 0.000001 万元 is one 分
FIGURE_COLUMNS = {
    "district": "区划代码",
    "period": "月份，如 2014-06",
    "code": "指标代码",
    "label": "指标名称",
    "value": "数值，精确到6位小数；没有的为空，note 说明原因",
    "unit": "单位",
    "scope": "口径：本月、本年累计、活动以来、期末",
    "target": "目标，单位同数值",
    "light": "亮灯：红、黄、绿；不亮灯的为空",
    "lineage": "来源，JSON：单元格、由哪些指标算出、区县文件中的键",
    "printed": "简报上印出的样子，四舍五入一次，带单位；没有的印作 —",
    "done": "比率的分子",
    "due": "比率的分母",
    "change": "比上月增减，单位同数值；百分数为百分点",
    "mechanism": "第几项机制，1—18；0 为不属于某一项",
    "note": "说明，例如没有数值的原因",
    "definition": "含义",
    "label_en": "英文名称",
    "owner": "报送来源数据的部门",
    "change_on_year": "比上年同月增减，单位同数值；百分数为百分点",
}
NUMERIC = ("value", "target", "done", "due", "change", "change_on_year")
FINDING_COLUMNS = {
    "severity": "级别：退回、需说明、提示",
    "rule": "规则编号，见数据字典",
    "department": "部门",
    "dataset": "数据集；关于整个文件的为空",
    "filename": "文件名",
    "sheet": "工作表",
    "cell": "单元格，如 E12；第12行为整行",
    "value": "所填的内容，个人信息不在内",
    "message": "问题是什么",
    "explanation": "部门的说明",
    "explained_by": "谁在哪一天说明",
}


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


def figure_rows(figures: Iterable[Figure], district: str = "", period: str = "") -> list[dict[str, str]]:
    """One row a figure, every field as text. A number is exact to six decimals; `printed` is what the page shows."""
    return [
        {
            "district": district,
            "period": period,
            "code": figure.code,
            "label": figure.label,
            "value": number(figure.value),
            "unit": figure.unit.value,
            "scope": figure.scope.value,
            "target": number(figure.target),
            "light": figure.light.value if figure.light else "",
            "lineage": lineage_json(figure),
            "printed": value_of(figure.value, figure.unit),
            "done": number(figure.done),
            "due": number(figure.due),
            "change": number(figure.change),
            "mechanism": str(figure.mechanism),
            "note": figure.note,
            "definition": figure.definition,
            "label_en": figure.label_en,
            "owner": figure.owner,
            "change_on_year": number(figure.change_on_year),
        }
        for figure in figures
    ]


def figures_csv(figures: Mapping[str, Figure], district: str = "", period: str = "") -> bytes:
    return _csv(FIGURE_COLUMNS, figure_rows(figures.values(), district, period))


def figures_parquet(figures: Mapping[str, Figure], district: str = "", period: str = "") -> bytes:
    """The same rows; numbers as decimal128(38, 6), an absent number is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = figure_rows(figures.values(), district, period)
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


def number(value: Fraction | None) -> str:
    """Exact to six decimals; empty for a missing value."""
    return "" if value is None else half_up(value, STORED_DECIMALS)


def inert(text: str) -> str:
    """A sender's text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(text):
        return "'" + text
    return text


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, tuple(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: inert(text) for name, text in row.items()} for row in rows)
    return sink.getvalue().encode("utf-8")


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _decimal(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal(1).scaleb(-STORED_DECIMALS), ROUND_HALF_UP) if text else None
