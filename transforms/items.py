"""Item: one matter that somebody must act on, and how rows become items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from transforms.contracts import ColumnType, Contract
from transforms.figures import Light
from transforms.metrics import duties, resettlement
from transforms.metrics.month import Month, NotReported, Rows
from transforms.period import Period

ENTERPRISES, RESETTLEMENT, PETITIONS = "enterprises", "resettlement", "petitions"


@dataclass(frozen=True)
class Item:
    """One matter. `days` past its deadline, negative before it, None without one. Dataset, submission and row say
    which row of which sheet it stands in; several rows grouped, or none found, name no row. Source and key say which
    matter it is, whatever its wording; since, months and turned say how long it has been on the list."""

    light: Light
    workstream: str  # enterprises, resettlement, petitions
    what: str
    whose: str  # the unit that must act
    leader: str  # by office, empty when none is named
    due_on: dt.date | None
    days: int | None
    ask: str  # what is asked, in one short sentence
    dataset: str = ""
    submission: str = ""
    row: int | None = None
    subject: str = ""  # what it is about, without how it stands
    key: str = ""  # of the row among its dataset's; of grouped rows the leader, or empty
    source: str = ""  # the rule that listed it
    since: Period | None = None  # the first month of its present stay on the list; None unless it was looked up
    months: int = 0  # on the list since then, this one included; 0 unless it was looked up
    turned: bool = False  # the light is another than when it was last listed

    @property
    def identity(self) -> tuple[str, str]:
        return self.source, self.key


Items = Callable[[Month], Iterator[Item]]


def gather(month: Month, sources: Iterable[Items]) -> Iterator[Item]:
    """The items of every source whose rows were sent."""
    for source in sources:
        try:
            yield from source(month)
        except NotReported:
            continue


@dataclass(frozen=True)
class Case:
    """One row as plain values: an empty cell is an empty string, a day a date."""

    month: Month
    dataset: str
    values: Mapping[str, Any]
    _leaders: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def today(self) -> dt.date:
        return self.month.period.last_day

    def item(
        self,
        light: Light,
        workstream: str,
        subject: str,
        state: str,
        ask: str,
        due_on: dt.date | None = None,
        whose: str = "",
    ) -> Item:
        """`subject` names the matter, `state` says how it stands; `whose` is the row's own responsible unit,
        else the department that keeps the sheet; the leader is the row's own, else the one linked to its enterprise or
        housing project."""
        contract = self.month.contracts[self.dataset]
        return Item(
            light=light,
            workstream=workstream,
            what=f"{subject}{state}",
            whose=whose or self.values.get("unit") or contract.department,
            leader=self.values.get("leader") or self._leaders.get(self._link(), ""),
            due_on=due_on,
            days=(self.today - due_on).days if due_on else None,
            ask=ask,
            dataset=self.dataset,
            submission=self.values["submission"],
            row=self.values["row"],
            subject=subject,
            key=_joined(self.values[column] for column in key_columns(contract)),
        )

    def _link(self) -> str:
        return str(self.values.get("project_no") or self.values.get("enterprise") or "")


def cases(month: Month, rows: Rows) -> list[Case]:
    """Rows one by one, in the order of the sheet."""
    leaders: Mapping[str, str] = {}
    if len(rows) and "leader" not in rows.frame:
        linked = "project_no" if "project_no" in rows.frame else "enterprise"
        leaders = _leaders(month, duties.LINKS if linked == "enterprise" else resettlement.PROJECTS, linked)
    return [
        Case(month, rows.dataset, {str(name): _plain(value) for name, value in record.items()}, leaders)
        for record in rows.frame.to_dict(orient="records")
    ]


def key_columns(contract: Contract) -> list[str]:
    """The columns that tell a dataset's rows apart from month to month: an organisation code by its core, which is the
    same in both of its forms."""
    codes = {column.name for column in contract.columns if column.type is ColumnType.ORG_CODE}
    return [name.removesuffix("_code") if name in codes else name for name in contract.key]


def keys(month: Month, rows: Rows) -> set[str]:
    """The keys of rows, as their items have them."""
    columns = [map(_plain, rows[name]) for name in key_columns(month.contracts[rows.dataset])]
    return {_joined(values) for values in zip(*columns, strict=True)}


def _joined(values: Iterable[Any]) -> str:
    return "/".join(map(str, values))


def _leaders(month: Month, dataset: str, key: str) -> Mapping[str, str]:
    """The leader linked to each enterprise or housing project; empty where that register was not sent."""
    try:
        rows = month.rows(dataset).frame.dropna(subset=[key, "leader"])
    except NotReported:
        return {}
    return dict(zip(map(str, rows[key]), map(str, rows["leader"]), strict=True))


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return ""
    return value.date() if isinstance(value, pd.Timestamp) else value
