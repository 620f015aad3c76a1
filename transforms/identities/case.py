"""Case: what an identity looks at, and how it says where something stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from transforms.figures import Figure
from transforms.findings import Finding, Severity
from transforms.metrics.month import Month
from transforms.published import Published

_NAMED = 5  # how many keys a message names
_SHOWN = 40  # characters of a cell that a finding repeats


@dataclass(frozen=True)
class Case:
    """One month of one district, with its figures and last month's."""

    month: Month
    figures: Mapping[str, Figure]
    before: Mapping[str, Figure]  # last month's; empty in the first month
    published: Published | None

    def department(self, dataset: str) -> str:
        return self.month.contracts[dataset].department

    def finding(self, rule: str, dataset: str, message: str, severity: Severity = Severity.EXPLAIN) -> Finding:
        """About a whole dataset."""
        return Finding(rule, severity, message, self.department(dataset), dataset)

    def cell(
        self,
        rule: str,
        dataset: str,
        row: Mapping[str, Any],
        column: str,
        message: str,
        severity: Severity = Severity.EXPLAIN,
    ) -> Finding:
        """About the cell of `column` in a row of the facts; the message is led by the column's header."""
        contract = self.month.contracts[dataset]
        source = self.month.facts.sources[(row["submission"], dataset)]
        keys = [name for name in contract.key if not contract.column(name).personal]
        return Finding(
            rule=rule,
            severity=severity,
            message=f"“{contract.column(column).header}”：{message}",
            department=source.department,
            dataset=dataset,
            submission=source.submission,
            filename=source.filename,
            sheet=source.sheet,
            row=int(row["row"]),
            column=source.letters.get(column, ""),
            value=text(row[column])[:_SHOWN],
            field=column,
            subject=" ".join(filter(None, (text(row[name]) for name in keys))),
        )

    def key(self, dataset: str) -> list[str]:
        """The columns that name a row from month to month; a code by its core."""
        return [name.removesuffix("_code") for name in self.month.contracts[dataset].key]

    def last_month(self, dataset: str) -> pd.DataFrame:
        """The rows of last month's file.

        Raises:
            NotReported: nothing was accepted for that month.
        """
        return self.month.earlier(self.month.period.previous).rows(dataset).frame


def text(cell: Any) -> str:
    """A cell of the facts in words: a day as 2014-06-17, an empty one as nothing."""
    if pd.isna(cell):
        return ""
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell)


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows, each by its columns."""
    names = [str(name) for name in frame.columns]
    return (dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None))


def named(keys: Sequence[str]) -> str:
    shown = "、".join(keys[:_NAMED])
    return f"{shown}等{len(keys)}个" if len(keys) > _NAMED else shown
