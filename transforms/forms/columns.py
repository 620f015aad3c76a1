"""What a form says of one column: its heading, whether it must be filled in, its note, what it may hold."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from transforms.contracts import AnyRule, Column, ColumnType, Contract, Filled, Holds
from transforms.districts import District
from transforms.findings import Severity
from transforms.guidance import example, expected

_SHOWN_UNITS = (ColumnType.MONEY, ColumnType.AREA, ColumnType.PERCENT)


class Need(StrEnum):
    """How much a column is asked for."""

    REQUIRED = "必填"  # an empty cell sends the row back
    EXPECTED = "应填"  # it may do so in some rows, or must be explained
    OPTIONAL = "选填"


def heading(column: Column) -> str:
    """`奖励金额（万元）`; a column without money, area or percentages has its header alone."""
    return column.header + unit_note(column)


def header_text(column: Column) -> str:
    """The heading as the header cell holds it: the unit on a line of its own."""
    return "\n".join(part for part in (column.header, unit_note(column)) if part)


def unit_note(column: Column) -> str:
    """`（万元）`, or nothing."""
    return f"（{column.unit}）" if column.unit and column.type in _SHOWN_UNITS else ""


def need(contract: Contract, column: Column) -> Need:
    rules = _asking(contract, column)
    if any(rule.severity is Severity.BLOCK and not rule.when for rule in rules):
        return Need.REQUIRED
    return Need.EXPECTED if any(rule.severity is not Severity.INFORM for rule in rules) else Need.OPTIONAL


def need_in_words(contract: Contract, column: Column) -> str:
    """`必填`; `“状态”为“已化解”时必填`; `应填，空着要说明`; `选填`."""
    asked = need(contract, column)
    if asked is not Need.EXPECTED:
        return asked.value
    rule = min(_asking(contract, column), key=lambda rule: rule.severity.rank)
    verb = "必填" if rule.severity is Severity.BLOCK else "应填，空着要说明"
    conditions = [
        f"“{contract.column(name).header}”为{'或'.join(f'“{value}”' for value in wanted)}"
        for name, wanted in rule.when.items()
    ]
    return "且".join(conditions) + ("时" if conditions else "") + verb


def how(column: Column, district: District) -> str:
    """What to write, in a sentence."""
    names, only = names_for(column, district)
    if names and column.type is ColumnType.TEXT:
        return "从下拉列表中选" if only else "从下拉列表中选，不在其中的可以直接写"
    return expected(column)


def note(contract: Contract, column: Column, district: District) -> str:
    """The lines of the note on a header cell."""
    shown = example(column)
    lines = [
        f"含义：{column.about}" if column.about else "",
        f"填法：{how(column, district)}",
        f"例：{shown}" if shown else "",
        need_in_words(contract, column),
    ]
    return "\n".join(line for line in lines if line)


def names_for(column: Column, district: District) -> tuple[tuple[str, ...], bool]:
    """The values that a column offers, and whether any other is refused (else only warned of); none for free entry."""
    match column.type, column.name:
        case ColumnType.CHOICE, _:
            return column.allowed, True
        case ColumnType.FLAG, _:
            return ("是", "否"), True
        case ColumnType.TEXT, "township":
            return district.townships, True
        case ColumnType.TEXT, "leader":
            return district.leaders, False
        case ColumnType.TEXT, "team":
            return tuple(team.name for team in district.service_teams), False
    return (), False


def lies_in_month(contract: Contract, column: Column) -> bool:
    """Whether the date must lie in the month reported."""
    return any(_holds(rule, column, "within_period") for rule in contract.rules)


def ends_with_month(contract: Contract, column: Column) -> bool:
    """Whether the date must not lie after the month reported."""
    return any(_holds(rule, column, "by_period_end") for rule in contract.rules)


def begins_anew(contract: Contract, column: Column) -> bool:
    """Whether last month's value says nothing of this month, so that it is not carried into the form."""
    return lies_in_month(contract, column) or column.about.startswith("本月")


def width(text: str) -> int:
    """Columns that a text takes on screen: a hanzi two, a letter or digit one; the widest line of several."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(mark) in "WFA" else 1 for mark in line) for line in lines)


def _asking(contract: Contract, column: Column) -> list[Filled]:
    return [rule for rule in contract.rules if isinstance(rule, Filled) and column.name in rule.columns]


def _holds(rule: AnyRule, column: Column, predicate: str) -> bool:
    return isinstance(rule, Holds) and rule.column == column.name and rule.predicate == predicate
