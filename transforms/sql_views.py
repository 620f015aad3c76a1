"""The views of `sancu sql`: names, columns and what each holds, in Chinese. What is written here is what DuckDB shows as
comments and what docs/exports.md lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.contracts import Column, ColumnType, Contract
from transforms.exports import FIGURE_COLUMNS, FINDING_COLUMNS
from transforms.fact_tables import arrow_schema, describe

KEPT = "kept"  # the schema of the tables under the views


@dataclass(frozen=True)
class View:
    """`columns` maps each column to what it holds; `select` gives them from the tables of the schema `kept`."""

    name: str
    about: str
    columns: Mapping[str, str]
    select: str


_DISTRICT = {"district": "区划代码"}
_MONTH = {**_DISTRICT, "period": "月份，如 2014-06"}
_LEDGER = {
    "figures": (
        "各月现行简报的指标，一行一个指标一个月",
        {
            **{name: about for name, about in FIGURE_COLUMNS.items() if name != "lineage"},
            "printed": "简报上印出的样子，不带单位",
            "exact": "数值，精确，如 11411 或 453/7",
            "number": "第几期",
            "from_district_file": "取自区县文件的哪个键；不是的为空",
        },
    ),
    "findings": (
        "各月现行简报的问题，一行一个问题",
        {
            **_MONTH,
            **FINDING_COLUMNS,
            "subject": "这一行的编号",
            "submission": "来文的 SHA-256；与文件无关的为空",
        },
    ),
    "issues": (
        "做过的全部简报，一行一份",
        {
            **_MONTH,
            "number": "第几期",
            "total_number": "总第几期",
            "status": "draft 未签发，released 已签发",
            "provisional": "是否未定稿",
            "current": "是否该月现行的一份",
            "made_at": "做成的时间，北京时间",
            "confirmed_at": "最近一次确认为现行的时间，北京时间",
            "released_at": "签发时间，北京时间；未签发的为空",
            "as_known": "按哪一刻所知重做，北京时间；平常的为空",
            "fingerprint": "所依据的全部输入的指纹",
            "pdf_sha256": "简报 PDF 的 SHA-256",
        },
    ),
    "submissions": (
        "收到的来文，一行一次；寄件人不在内",
        {
            **_MONTH,
            "department": "部门",
            "filename": "文件名",
            "sha256": "内容的 SHA-256",
            "size": "字节数",
            "received_at": "收到时间，北京时间",
            "registered": "收到时间是否取自收文登记；不是的，取首次见到的时间",
            "first_seen_at": "首次见到的时间，北京时间",
        },
    ),
}
OF_LEDGER = frozenset(_LEDGER)
_ORIGIN = ("period", "submission", "row")
# How a stored integer is read: ending of the name, digits after the point, unit
_READ_AS = {
    ColumnType.MONEY: ("_wan", 6, "万元"),
    ColumnType.AREA: ("_wan", 6, "万平方米"),
    ColumnType.PERCENT: ("_pct", 2, "%"),
    ColumnType.SCORE: ("", 2, "分"),
}


def views(contracts: Sequence[Contract]) -> tuple[View, ...]:
    """Every view: those of the ledger, then for each dataset `facts_<dataset>` with the stored integers and
    `<dataset>` with the units that people read."""
    of_ledger = [View(name, about, columns, _all(columns, name)) for name, (about, columns) in _LEDGER.items()]
    stored = [_stored(contract) for contract in contracts]
    readable = [_readable(contract) for contract in contracts if contract.id not in _LEDGER]
    return (*of_ledger, *stored, *readable)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _stored(contract: Contract) -> View:
    name = f"facts_{contract.id}"
    columns = _DISTRICT | _ordered(contract)
    about = f"{contract.title}，{contract.department}报送，采信的各行；金额等为最小单位的整数"
    return View(name, about, columns, _all(columns, name))


def _readable(contract: Contract) -> View:
    columns, chosen = dict(_DISTRICT), [quoted("district")]
    known = {column.name: column for column in contract.columns if column.type in _READ_AS}
    for name, about in _ordered(contract).items():
        if name in known:
            shown, expression = _read(known[name])
            _, _, unit = _READ_AS[known[name].type]
            columns[shown] = "；".join(filter(None, (f"{known[name].header}（{unit}）", known[name].about)))
            chosen.append(f"{expression} AS {quoted(shown)}")
        else:
            columns[name] = about
            chosen.append(quoted(name))
    about = f"{contract.title}，{contract.department}报送，采信的各行；金额用万元，面积用万平方米"
    return View(contract.id, about, columns, f"SELECT {', '.join(chosen)} FROM {KEPT}.facts_{contract.id}")


def _read(column: Column) -> tuple[str, str]:
    """The readable column's name, and the expression that gives it: exact, for DuckDB's `/` would go through floats."""
    ending, digits, _ = _READ_AS[column.type]
    step = f"0.{'0' * (digits - 1)}1::DECIMAL({digits + 1},{digits})"
    stem = column.name.rpartition("_")[0]
    return stem + ending, f"({quoted(column.name)}::DECIMAL(19,0) * {step})::DECIMAL(38,{digits})"


def _ordered(contract: Contract) -> dict[str, str]:
    """The columns of the accepted rows, the month first and the place last."""
    about = describe(contract)
    names = [name for name in arrow_schema(contract).names if name not in _ORIGIN]
    return {name: about[name] for name in ("period", *names, "submission", "row")}


def _all(columns: Mapping[str, str], table: str) -> str:
    return f"SELECT {', '.join(map(quoted, columns))} FROM {KEPT}.{quoted(table)}"
