"""What a form refuses, warns of and colours while it is being filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from transforms.contracts import NUMBERS, Column, ColumnType, Contract, Filled, Range, Unique
from transforms.districts import District
from transforms.findings import Severity
from transforms.forms.columns import ends_with_month, lies_in_month, names_for
from transforms.forms.styles import Styles
from transforms.guidance import expected
from transforms.period import Period

LISTS_SHEET = "填报说明_选项"  # begins like the instructions, so that intake knows it for our own
_FIRST_DATE, _LAST_DATE = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
_LIST_LENGTH = 255  # characters of a list inside the rule itself
_MESSAGE_LENGTH = 255


class Lists:
    """Drop-down lists: a short one stands in the rule, a long one on a hidden sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._long: list[tuple[str, ...]] = []

    def source(self, names: tuple[str, ...]) -> list[str] | str:
        if len(",".join(names)) <= _LIST_LENGTH and not any("," in name for name in names):
            return list(names)
        if names not in self._long:
            self._long.append(names)
        letters = xl_col_to_name(self._long.index(names), col_abs=True)
        return f"='{LISTS_SHEET}'!{letters}$1:{letters}${len(names)}"

    def write(self) -> None:
        if not self._long:
            return
        worksheet = self._book.add_worksheet(LISTS_SHEET)
        worksheet.very_hidden()
        for place, names in enumerate(self._long):
            for row, name in enumerate(names):
                worksheet.write_string(row, place, name)


def add_validation(
    worksheet: Worksheet,
    contract: Contract,
    district: District,
    period: Period,
    lists: Lists,
    body: tuple[int, int],
) -> None:
    """Give every column that has one its rule, in the rows from `body[0]` to `body[1]` (both counted from 0)."""
    for place, column in enumerate(contract.columns):
        if rule := _validation(contract, column, district, period, lists):
            worksheet.data_validation(body[0], place, body[1], place, {"ignore_blank": True, **rule})


def add_marks(worksheet: Worksheet, styles: Styles, contract: Contract, body: tuple[int, int]) -> None:
    """Colour what is missing, what stands twice, and percentages that look like fractions."""
    places = {column.name: place for place, column in enumerate(contract.columns)}

    def mark(name: str, formula: str, style: str) -> None:
        place = places[name]
        options = {"type": "formula", "criteria": formula, "format": styles.marks[style]}
        worksheet.conditional_format(body[0], place, body[1], place, options)

    for rule in contract.rules:
        if rule.severity is not Severity.BLOCK:
            continue
        if isinstance(rule, Filled):
            for name in rule.columns:
                mark(name, _is_missing(rule, name, places, body[0], len(contract.columns)), "empty")
        elif isinstance(rule, Unique):
            mark(rule.columns[0], _stands_twice([places[name] for name in rule.columns], body), "twice")
    for column in contract.columns:
        if column.type is ColumnType.PERCENT:
            cell = xl_rowcol_to_cell(body[0], places[column.name])
            mark(column.name, f"=AND(ISNUMBER({cell}),{cell}>0,{cell}<1)", "doubtful")


def _validation(
    contract: Contract, column: Column, district: District, period: Period, lists: Lists
) -> dict[str, Any] | None:
    names, only = names_for(column, district)
    if names:
        return {
            "validate": "list",
            "source": lists.source(names),
            **_alert("不在下拉列表中", _names_message(column, names, only), warn=not only),
        }
    if column.type is ColumnType.DATE:
        return _date(contract, column, period)
    return _number(contract, column) if column.type in NUMBERS else None


def _names_message(column: Column, names: Sequence[str], only: bool) -> str:
    if not only:
        return f"“{column.header}”一般从下拉列表中选。确实不在其中的，请核对无误后继续。"
    message = f"“{column.header}”只能填：{'、'.join(names)}。"
    return message if len(message) <= _MESSAGE_LENGTH else f"“{column.header}”只能从下拉列表中选。"


def _date(contract: Contract, column: Column, period: Period) -> dict[str, Any]:
    how = "写成 年-月-日，例如 2014-06-17；没有的空着"
    first, last, warn = _FIRST_DATE, _LAST_DATE, False
    message = f"“{column.header}”请填日期，{how}。"
    if lies_in_month(contract, column):
        first, last, warn = period.first_day, period.last_day, True
        message = f"“{column.header}”应是{period.chinese}内的日期，{how}。确是补报的，可以继续，审核时会请你说明。"
    elif ends_with_month(contract, column):
        last, warn = period.last_day, True
        message = f"“{column.header}”应是{period.chinese}月底以前的日期，{how}。请核对无误后继续。"
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": first,
        "maximum": last,
        **_alert("请核对日期", message, warn),
    }


def _number(contract: Contract, column: Column) -> dict[str, Any]:
    ranges = [
        rule
        for rule in contract.rules
        if isinstance(rule, Range) and rule.column == column.name and rule.severity is Severity.BLOCK
    ]
    low = max((rule.min for rule in ranges if rule.min is not None), default=0)
    high = min((rule.max for rule in ranges if rule.max is not None), default=None)
    between: dict[str, str] = {"criteria": ">=", "value": _plain(low)}
    bounds = "大于 0" if 0 < low < 0.01 else f"不小于 {_plain(low)}"
    if high is not None:
        between = {"criteria": "between", "minimum": _plain(low), "maximum": _plain(high)}
        bounds = f"在 {_plain(low)} 到 {_plain(high)} 之间"
    message = f"“{column.header}”请填{expected(column)}；只写数字，{bounds}；没有的空着。"
    kind = "integer" if column.type is ColumnType.COUNT else "decimal"
    return {"validate": kind, **between, **_alert("请核对数字", message, warn=False)}


def _plain(number: float) -> str:
    """Without an exponent, as Excel writes it in a rule: 0.000001."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def _alert(title: str, message: str, warn: bool) -> dict[str, str]:
    return {"error_title": title, "error_message": message, "error_type": "warning" if warn else "stop"}


def _is_missing(rule: Filled, name: str, places: dict[str, int], row: int, columns: int) -> str:
    """A formula, relative to the first body row: the cell is empty where the rule asks for it."""
    cell = xl_rowcol_to_cell(row, places[name])
    conditions = [
        "OR(" + ",".join(f'{_fixed_column(row, places[other])}="{value}"' for value in wanted) + ")"
        for other, wanted in rule.when.items()
    ]
    if not conditions:
        conditions = [f"COUNTA({_fixed_column(row, 0)}:{_fixed_column(row, columns - 1)})>0"]
    return f"=AND({','.join(conditions)},LEN(TRIM({cell}))=0)"


def _stands_twice(places: list[int], body: tuple[int, int]) -> str:
    """A formula, relative to the first body row: the same values stand in another row too. COUNTIFS would take codes
    of 18 digits for numbers and compare 15 of them."""
    filled = ",".join(f"LEN({_fixed_column(body[0], place)})>0" for place in places)
    same = "*".join(
        f"({xl_rowcol_to_cell(body[0], place, True, True)}:{xl_rowcol_to_cell(body[1], place, True, True)}"
        f"={_fixed_column(body[0], place)})"
        for place in places
    )
    return f"=AND({filled},SUMPRODUCT({same}*1)>1)"


def _fixed_column(row: int, place: int) -> str:
    return str(xl_rowcol_to_cell(row, place, col_abs=True))
