"""Work on other machines: what travels is ids and small values; rows and documents go through the store.

A worker opens the store by its own settings, so that no secret travels, and refuses work for another version of program,
templates or fonts. What is large comes back as an object named by its SHA-256: a task that is repeated, since its worker
died, gives the same name again, and the bytes are compared with it before they are opened.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows import documents, logs, steps
from flows import fingerprint as prints
from flows.configuration import Configuration
from flows.documents import Documents
from flows.fonts import font_files
from flows.month import Month
from flows.proving import names_of
from flows.settings import Settings, load_settings
from flows.store import Store
from transforms.briefing.view import View
from transforms.contracts import Contract
from transforms.errors import EnvironmentFailure
from transforms.figures import Figure
from transforms.findings import Finding
from transforms.period import Period
from transforms.submissions import Submission
from transforms.tables import Intake, Table


@dataclass(frozen=True)
class Sent:
    """A table that stands in the store."""

    dataset: str
    sha256: str


@dataclass(frozen=True)
class Errand:
    """A month as it travels. `run` is in the names of what comes back."""

    configuration: Configuration
    period: Period
    version: str
    run: str

    @classmethod
    def for_month(cls, month: Month, run: str) -> Errand:
        return cls(month.configuration, month.period, version(month.settings), run)

    def open(self) -> Month:
        """The month where this process is; no task asks the ledger.

        Raises:
            EnvironmentFailure: this machine would make something else of it.
        """
        settings, store = _here()
        if version(settings) != self.version:
            raise EnvironmentFailure(
                "Dask 执行程序的程序版本、版式、字体或读表限制（SANCU_READER__…）与发出任务的机器不同，请装成一样的再运行。"
            )
        return Month(settings, self.configuration, self.period, "", Path(), None, None, store)  # type: ignore[arg-type]


def read(errand: Errand, submissions: Sequence[Submission]) -> list[tuple[Intake, tuple[Sent, ...]]]:
    """As `steps.read_files`; the tables stand in the store, and their intakes have none."""
    month = errand.open()
    return [
        (replace(intake, tables=()), tuple(Sent(table.dataset, _put(month, errand, table)) for table in intake.tables))
        for intake in steps.read_files(month, submissions)
    ]


def check(errand: Errand, contract: Contract, tables: Sequence[Sent], findings: Sequence[Finding]) -> list[Finding]:
    """As `steps.check_dataset`."""
    store = errand.open().store
    opened: list[Table] = [fetch(store, errand.run, table.sha256) for table in tables]
    return steps.check_dataset(contract, opened, findings)


def make(
    errand: Errand,
    submissions: Sequence[Submission],
    view: View,
    figures: Mapping[str, Figure],
    attached: Mapping[str, bytes],
) -> str:
    """Every document of the month, read back; the name of the `Documents`. Who must not be named in them is looked up
    here, since names do not travel."""
    month = errand.open()
    names = names_of(month, submissions)
    return _put(month, errand, documents.make(view, figures, font_files(month.settings.fonts), names, attached))


def fetch(store: Store, run: str, sha256: str) -> Any:
    """What a worker has put there.

    Raises:
        EnvironmentFailure: it is lost or damaged, or the workers have another store.
    """
    data = store.get_result(run, sha256)
    if data is None:
        raise EnvironmentFailure("存储中没有 Dask 执行程序送回的结果：各机器的 SANCU_STORE 必须指向同一个地方。")
    return pickle.loads(data)


def version(settings: Settings) -> str:
    """What results depend on beside what travels."""
    return prints.hash_json([prints.current_inputs({}, settings.fonts), settings.reader.model_dump()])


@functools.cache
def _here() -> tuple[Settings, Store]:
    settings = load_settings()
    logs.begin(settings.home)
    return settings, Store(settings.store_url)


def _put(month: Month, errand: Errand, value: Table | Documents) -> str:
    return month.store.put_result(errand.run, pickle.dumps(value))
