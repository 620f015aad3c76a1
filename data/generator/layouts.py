"""How each department writes its sheets: names, titles, header rows, order of columns, and how dates and amounts are
typed. What a sheet says is the world's; here it only gets its looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data.generator.keyboard import typed
from transforms.contracts import ColumnType, Contract
from transforms.period import Period


@dataclass(frozen=True)
class Layout:
    """One sheet of one department."""

    dataset: str
    order: tuple[str, ...] = ()  # columns that come first; the contract's order after that
    labels: Mapping[str, str] = field(default_factory=dict)  # column → header other than the contract's
    groups: Mapping[str, str] = field(default_factory=dict)  # column → group over it: two header rows
    sheet: str = ""  # name of the tab, when not the contract's
    date: str = "date"  # date, serial, dots, slashes, chinese, dashes
    unit: str = "万元"  # how amounts are given, and what the note above the table says
    unit_in_header: bool = False
    left: int = 0  # empty columns before the table
    numbered: bool = True  # a first column 序号
    total: tuple[str, ...] = ()  # columns added up in a last row 合计
    spacer: bool = False  # an empty row somewhere in the table


def with_headers(layout: Layout, headers: Mapping[str, Sequence[str]]) -> Layout:
    """The layout under a district's own headers: the first of each column's."""
    own = {name: found[0] for name, found in headers.items()}
    return replace(layout, labels={**layout.labels, **own}) if own else layout


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "财政局": (Layout("reward_payments", date="date", total=("tax_paid_fen", "amount_fen")),),
    "经信局": (
        Layout("enterprise_links", sheet="挂钩联系企业名册", labels={"township": "所属镇街"}),
        Layout(
            "enterprise_visits", date="dots", order=("visited_on",), labels={"visited_on": "走访时间"}, numbered=False
        ),
        Layout("enterprise_issues", date="dashes", spacer=True, labels={"remark": "办理情况"}),
    ),
    "区委办": (Layout("meetings", date="chinese", left=1, order=("held_on", "kind")),),
    "金融办": (Layout("financing", date="serial", total=("amount_fen",), labels={"lent_on": "放款日期"}),),
    "发改局": (
        Layout(
            "industrial_projects",
            groups={
                "start_planned_on": "开工",
                "started_on": "开工",
                "finish_planned_on": "竣工",
                "finished_on": "竣工",
                "fee_due_fen": "配套费",
                "fee_paid_fen": "配套费",
            },
            labels={
                "start_planned_on": "计划",
                "started_on": "实际",
                "finish_planned_on": "计划",
                "finished_on": "实际",
                "fee_due_fen": "应缴",
                "fee_paid_fen": "实缴",
            },
            total=("investment_fen", "investment_planned_fen", "investment_done_fen"),
        ),
    ),
    "地税局": (Layout("tax_growth", unit_in_header=True, spacer=True),),
    "效能办": (Layout("department_ratings", date="slashes", numbered=False), Layout("accountability", date="chinese")),
    "住建局": (
        Layout(
            "resettlement_projects",
            date="dashes",
            groups=dict.fromkeys(("road", "greening", "sewage", "gas", "telecom", "property"), "配套")
            | {"planned_bp": "进度", "actual_bp": "进度"},
            labels={
                "road": "小区道路",
                "greening": "绿化",
                "sewage": "污水管道",
                "gas": "燃气",
                "telecom": "通信",
                "property": "物业管理",
                "planned_bp": "计划",
                "actual_bp": "实际",
            },
            total=("floor_area_dm2", "homes"),
        ),
        Layout("resettlement_problems", date="dots", sheet="问题协调台账"),
    ),
    "行政服务中心": (Layout("permits", date="date", left=1),),
    "信访局": (Layout("petition_cases", date="dots", numbered=False),),
}
FORMATS = {"金融办": "xls", "行政服务中心": "ods", "信访局": "csv"}


@dataclass(frozen=True)
class Sheet:
    """A sheet as a grid from A1, with the ranges that are merged (first row, first column, last row, last column)."""

    name: str
    cells: list[list[Any]]
    merged: list[tuple[int, int, int, int]]
    hidden: bool = False


def lay_out(
    layout: Layout, contract: Contract, rows: list[dict[str, Any]], period: Period, plain: bool = False
) -> Sheet:
    """The sheet. `plain` leaves out what a text file cannot hold: titles stay, merged cells do not."""
    present = {name for row in rows for name in row}
    columns = [c for c in contract.columns if not (c.optional and c.name not in present)]
    columns.sort(key=lambda c: layout.order.index(c.name) if c.name in layout.order else len(layout.order))
    labels, groups = layout.labels, layout.groups
    left, number = layout.left, int(layout.numbered)
    width = left + number + len(columns)
    cells: list[list[Any]] = [
        [None] * left + [f"{period.year}年{period.month}月{contract.title}"] + [None] * (width - left - 1)
    ]
    merged = [(0, left, 0, width - 1)]
    money = any(c.type is ColumnType.MONEY for c in columns)
    note = f"单位：{layout.unit}" if money and not layout.unit_in_header else f"填报单位：{contract.department}"
    cells.append([None] * (width - 1) + [note])
    heads = [_label(labels.get(c.name, c.header), c.type, layout) for c in columns]
    top = [None] * left + ["序号"] * number + [groups.get(c.name, head) for c, head in zip(columns, heads, strict=True)]
    if groups and not plain:
        bottom = [None] * (left + number) + [
            head if c.name in groups else None for c, head in zip(columns, heads, strict=True)
        ]
        merged += _merges(top, bottom, len(cells), left)
        cells += [_blank_repeats(top, bottom), bottom]
    else:
        cells.append(top)
    for index, row in enumerate(rows, 1):
        if layout.spacer and index == len(rows) // 2:
            cells.append([None] * width)
        values = [
            typed(row.get(c.name), c.type, layout.unit, layout.date, row.get("_styles", {}).get(c.name))
            for c in columns
        ]
        cells.append([None] * left + [index] * number + values)
    if layout.total and not plain:
        cells.append(_total_row(layout, columns, rows, left, number))
    cells.append([None] * left + ["注：本表由各责任单位填报，经办人核对。"])
    cells.append([None] * left + ["填表人：经办人", None, "审核人：负责人"])
    return Sheet(layout.sheet or contract.sheet, cells, [] if plain else merged)


def _label(head: str, kind: ColumnType, layout: Layout) -> str:
    return f"{head}（{layout.unit}）" if layout.unit_in_header and kind is ColumnType.MONEY else head


def _blank_repeats(top: list[Any], bottom: list[Any]) -> list[Any]:
    """A group's name stands over its first column only; merging spreads it."""
    return [
        None if place and under is not None and bottom[place - 1] is not None and top[place - 1] == text else text
        for place, (text, under) in enumerate(zip(top, bottom, strict=True))
    ]


def _merges(top: list[Any], bottom: list[Any], row: int, left: int) -> list[tuple[int, int, int, int]]:
    merged, place = [], left
    while place < len(top):
        last = place
        if bottom[place] is None:
            merged.append((row, place, row + 1, place))
        else:
            while last + 1 < len(top) and bottom[last + 1] is not None and top[last + 1] == top[place]:
                last += 1
            if last > place:
                merged.append((row, place, row, last))
        place = last + 1
    return merged


def _total_row(layout: Layout, columns: list[Any], rows: list[dict[str, Any]], left: int, number: int) -> list[Any]:
    line: list[Any] = [None] * left + ["合计"] * number
    for column in columns:
        if column.name in layout.total:
            total = sum(row.get(column.name) or 0 for row in rows)
            line.append(typed(total, column.type, layout.unit, layout.date))
        else:
            line.append(None)
    return line
