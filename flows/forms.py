"""Write the forms that departments fill in, with last month's register rows in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from flows import atomic, steps
from flows import month as months
from flows.choices import EVERY
from flows.configuration import Configuration, load_configuration
from flows.settings import Settings
from transforms.contracts import Kind
from transforms.errors import UsageError
from transforms.facts import accept
from transforms.forms import form
from transforms.period import Period


@dataclass(frozen=True)
class Written:
    """One form on disk. `rows` were carried over from last month, `set_aside` were not because they were returned;
    `unchanged` when the same file was there already."""

    department: str
    path: Path
    rows: int
    unchanged: bool
    set_aside: int = 0

    def line(self) -> str:
        carried = f"预填上月 {self.rows} 行" if self.rows else "没有预填"
        carried += f"，上月退回的 {self.set_aside} 行没有预填，请部门补上" if self.set_aside else ""
        return f"{self.path}（{carried}{'，已有，没有变化' if self.unchanged else ''}）"


def write_forms(
    settings: Settings,
    department: str,
    period: str,
    out: Path,
    district: str | None = None,
    blank: bool = False,
    inbox: str | None = None,
) -> tuple[Written, ...]:
    """Write `OUT/财政局2014年7月报表.xlsx` for one department, or for every one when `department` is 全部.

    Registers carry last month's accepted rows, when an inbox is known and not `blank`. A file that is there with other
    contents is left alone, for a clerk may have filled it in; nothing is then written at all.

    Raises:
        UsageError: no such department, district or period, a period before the campaign, or a form that is there
            already with other contents.
        ConfigurationError: a mistake in a contract or district file.
        EnvironmentFailure: the inbox, ledger or store refuses, or the folder cannot be written.
    """
    month = Period.parse(period)
    configuration = load_configuration(settings.data, district or settings.district)
    first = configuration.district.first_period
    if month < first:
        raise UsageError(f"{month} 早于活动开始的月份 {first}，没有报表可填。")
    departments = _departments(configuration, department)
    known = bool(inbox or settings.inbox_url) and not blank and month > first
    previous = _accepted(settings, configuration, departments, month.previous, inbox) if known else {}
    made = [_made(configuration, name, month, previous, out) for name in departments]
    existing = {one.path: _existing(one.path) for one, _ in made}
    if other := [one.path for one, data in made if existing[one.path] not in (None, data)]:
        raise UsageError(
            f"{'、'.join(map(str, other))} 已经存在，内容不同，可能有人填过，没有改动。请移走或改名后再做，或用 -o 换一个目录。"
        )
    for one, data in made:
        if existing[one.path] is None:
            _write(one.path, data)
    return tuple(replace(one, unchanged=existing[one.path] is not None) for one, _ in made)


def _departments(configuration: Configuration, name: str) -> tuple[str, ...]:
    if name == EVERY:
        return configuration.departments
    found = configuration.district.department(name)
    if found is None or found.name not in configuration.departments:
        raise UsageError(f"没有“{name}”这个部门；现有：{'、'.join(configuration.departments)}，或用“{EVERY}”。")
    return (found.name,)


def _accepted(
    settings: Settings, configuration: Configuration, departments: Sequence[str], period: Period, inbox: str | None
) -> Mapping[str, tuple[pd.DataFrame, int]]:
    """The rows of one month that count, by dataset, as far as these departments have sent them, and how many do not."""
    month = months.open_month(settings, str(period), configuration.district.code, inbox)
    planned = months.plan(month, {period: months.receive(month, period, months.now())})
    own = [s for s in planned.submissions if s.period == period and s.department in departments]
    readings = [steps.read_files(month, own)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
    intakes = [intake for reading in readings for intake in reading]
    tables = [table for intake in intakes for table in intake.tables]
    findings = [f for intake in intakes for f in intake.findings] + [f for part in checked for f in part]
    frames = accept(tables, findings, configuration.contracts).frames
    sent = {table.dataset: len(table.frame) for table in tables}
    return {dataset: (frame, sent.get(dataset, 0) - len(frame)) for dataset, frame in frames.items()}


def _made(
    configuration: Configuration,
    department: str,
    period: Period,
    previous: Mapping[str, tuple[pd.DataFrame, int]],
    out: Path,
) -> tuple[Written, bytes]:
    contracts = configuration.contracts_of(department)
    data = form(contracts, configuration.district, period, {name: frame for name, (frame, _) in previous.items()})
    registers = [previous[c.id] for c in contracts if c.kind is Kind.REGISTER and c.id in previous]
    path = out / f"{department}{period.chinese}报表.xlsx"
    rows, set_aside = sum(len(frame) for frame, _ in registers), sum(number for _, number in registers)
    return Written(department, path, rows, False, set_aside), data


def _existing(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise atomic.failure(f"读不了 {path}", error) from error


def _write(path: Path, data: bytes) -> None:
    try:
        atomic.write(path, data)
    except OSError as error:
        raise atomic.failure(f"写不了 {path}", error) from error
