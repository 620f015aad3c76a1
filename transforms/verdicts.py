"""From failing rows to findings: which cell is marked, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from transforms.contracts import AnyRule, Contract, Filled, Kind, Unique, columns_of
from transforms.findings import Finding, Severity
from transforms.predicates import Batch, empty_cells, key_columns
from transforms.tables import Table

_SHOWN = 40  # characters of a cell that a finding repeats


def findings_of(rule: AnyRule, contract: Contract, batch: Batch, failing: list[int]) -> Iterator[tuple[int, Finding]]:
    """One finding a cell that makes a row of `failing` fail, with the row's place in the batch."""
    match rule:
        case Filled():
            empty = empty_cells(rule, contract, batch)
            for index in failing:
                for place, name in enumerate(rule.columns):
                    if empty[index, place]:
                        yield index, _finding(rule, contract, batch, index, name, rule.severity, rule.message)
        case Unique():
            for index, severity, message in _repeats(rule, contract, batch, failing):
                yield index, _finding(rule, contract, batch, index, rule.columns[0], severity, message)
        case _:
            for index in failing:
                yield index, _finding(rule, contract, batch, index, columns_of(rule)[0], rule.severity, rule.message)


def _repeats(rule: Unique, contract: Contract, batch: Batch, failing: list[int]) -> Iterator[tuple[int, Severity, str]]:
    """The rows that repeat an earlier one, among `failing`, which holds the earlier ones too."""
    within: dict[tuple[Any, ...], int] = {}  # the sheet row that a table had the key in first
    before: dict[tuple[Any, ...], tuple[Table, int]] = {}
    keys = batch.frame.loc[failing, key_columns(rule, contract)].itertuples(index=False, name=None)
    for index, key in zip(failing, keys, strict=True):
        table, row = batch.origin(index)
        here = (batch.numbers[index], *key)
        if here in within:
            yield index, rule.severity, f"{rule.message}（第 {within[here]} 行已有）"
            continue
        within[here] = row
        earlier, earlier_row = before.setdefault(key, (table, row))
        if contract.kind is Kind.EVENTS and earlier.submission.period < table.submission.period:
            severity = max(rule.severity, Severity.EXPLAIN, key=lambda s: s.rank)
            month = earlier.submission.period.chinese
            yield index, severity, f"与{month}表中第 {earlier_row} 行重复，请说明"


def _finding(
    rule: AnyRule, contract: Contract, batch: Batch, index: int, name: str, severity: Severity, message: str
) -> Finding:
    table, row = batch.origin(index)
    column = contract.column(name)
    shown = "" if column.personal else _written(table, row, name)
    return Finding(
        rule=rule.code,
        severity=severity,
        message=f"“{column.header}”：{message}",
        department=table.submission.department,
        dataset=contract.id,
        submission=table.submission.sha256,
        filename=table.submission.filename,
        sheet=table.sheet,
        row=row,
        column=table.letters.get(name, ""),
        value=shown[:_SHOWN],
        field=name,
        subject=subject(table, row, contract),
    )


def subject(table: Table, row: int, contract: Contract) -> str:
    """The row's key as written; a personal column has no part in it."""
    parts = (_written(table, row, name) for name in contract.key if not contract.column(name).personal)
    return " ".join(part for part in parts if part)


def _written(table: Table, row: int, name: str) -> str:
    cells = table.written.get(name)
    text: Any = None if cells is None else cells.loc[row]
    return "" if pd.isna(text) else str(text)
