"""From checked tables to facts: what blocks is set aside, the rest stands in one frame a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from transforms.coercion import as_array
from transforms.contracts import ColumnType, Contract
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.tables import Facts, Source, Table


def typed_columns(contract: Contract) -> dict[str, Any]:
    """The dtype of each column of a table of this contract, in order; `x_code` of type org_code is followed by its
    9-character core `x`."""
    dtypes: dict[str, Any] = {}
    for column in contract.columns:
        dtypes[column.name] = as_array(column.type, []).dtype
        if column.type is ColumnType.ORG_CODE:
            dtypes[column.name.removesuffix("_code")] = dtypes[column.name]
    return dtypes


def fact_columns(contract: Contract) -> dict[str, Any]:
    """The dtype of each column of a frame of `Facts`: the table's, then where the row came from."""
    text = as_array(ColumnType.TEXT, []).dtype
    return typed_columns(contract) | {"period": text, "submission": text, "row": np.dtype("int64")}


def accept(tables: Sequence[Table], findings: Sequence[Finding], contracts: Sequence[Contract]) -> Facts:
    """The rows and sheets that no blocking finding names, every contract's dataset present, even when empty.

    Rows are in order of period, then of the sheet. A blocking finding with a row sets that row aside, one without a
    row the sheet, one without sheet and dataset every sheet of its submission; one that no file caused sets nothing
    aside. A sheet all of whose rows are set aside was still received.

    Raises:
        ValueError: two tables of one dataset and period (every row would count twice; a later file supersedes the
            earlier before this), or a table whose columns are not the contract's.
    """
    blocking = [finding for finding in findings if finding.severity is Severity.BLOCK and finding.submission]
    accepted = [table for table in tables if not any(_sets_aside(finding, table) for finding in blocking)]
    accepted.sort(key=lambda table: (table.dataset, table.submission.period))
    _refuse_double_counting(accepted)
    return Facts(
        frames={
            contract.id: _frame(contract, [table for table in accepted if table.dataset == contract.id], blocking)
            for contract in contracts
        },
        sources={(table.submission.sha256, table.dataset): _source(table) for table in accepted},
        received=frozenset((table.dataset, table.submission.period) for table in accepted),
    )


def until(facts: Facts, period: Period) -> Facts:
    """The rows up to and including `period`, as `accept` gives them for those months alone. Where later rows came from
    is left known."""
    frames = {name: facts.through(name, period) for name in facts.frames}
    received = frozenset((dataset, month) for dataset, month in facts.received if month <= period)
    return Facts(frames, facts.sources, received)


def _frame(contract: Contract, tables: Sequence[Table], blocking: Sequence[Finding]) -> pd.DataFrame:
    # The empty part comes first, so that the frame has its columns and dtypes whatever follows.
    empty = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in typed_columns(contract).items()})
    parts = [_rows(contract, table, blocking) for table in tables]
    rows = pd.concat([empty, *parts])
    lengths = [len(part) for part in parts]
    placed = rows.assign(
        period=np.repeat([str(table.submission.period) for table in tables], lengths),
        submission=np.repeat([table.submission.sha256 for table in tables], lengths),
        row=rows.index,
    )
    return placed.reset_index(drop=True).astype(fact_columns(contract))


def _rows(contract: Contract, table: Table, blocking: Sequence[Finding]) -> pd.DataFrame:
    """The rows that no finding sets aside, under their numbers in the sheet."""
    if list(table.frame.columns) != list(typed_columns(contract)):
        raise ValueError(f"{contract.id}: the table of {table.submission.filename} lacks columns or has others")
    set_aside = {finding.row for finding in blocking if finding.row is not None and _concerns(finding, table)}
    return table.frame[~table.frame.index.isin(list(set_aside))].sort_index()


def _sets_aside(finding: Finding, table: Table) -> bool:
    return finding.row is None and _concerns(finding, table)


def _concerns(finding: Finding, table: Table) -> bool:
    """Whether a finding is about this table; a field that it leaves empty stands for all."""
    return (
        finding.submission == table.submission.sha256
        and finding.dataset in ("", table.dataset)
        and finding.sheet in ("", table.sheet)
    )


def _refuse_double_counting(tables: Sequence[Table]) -> None:
    seen = set()
    for table in tables:
        place = (table.dataset, table.submission.period)
        if place in seen:
            raise ValueError(f"two tables of {table.dataset} for {table.submission.period}")
        seen.add(place)


def _source(table: Table) -> Source:
    submission = table.submission
    return Source(submission.sha256, submission.department, submission.filename, table.sheet, dict(table.letters))
