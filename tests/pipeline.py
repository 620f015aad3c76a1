"""The month without Prefect: the plain functions one after another, for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows import month as months
from flows import steps
from flows.documents import PDF, Documents
from flows.fonts import font_files
from flows.month import Month, Plan
from flows.settings import load_settings
from flows.steps import Accepted, Measured
from transforms.briefing.fitting import fit
from transforms.briefing.view import View
from transforms.figures import Figure
from transforms.findings import Finding

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
INBOX = SAMPLE / "inbox"
UNPRINTED = Documents({PDF: b"%PDF-1.7"})  # where a test publishes and nobody reads the page


@dataclass(frozen=True)
class Run:
    month: Month
    plan: Plan
    accepted: Accepted
    measured: Measured

    @property
    def figures(self) -> dict[str, Figure]:
        return dict(self.measured.history[self.month.period])

    @property
    def findings(self) -> tuple[Finding, ...]:
        return steps.all_findings(self.accepted, self.measured)

    def finding(self, rule: str) -> Finding:
        """The one finding of a rule."""
        (found,) = (finding for finding in self.findings if finding.rule == rule)
        return found

    def view(self) -> View:
        return steps.compose_view(self.month, self.plan, self.accepted, self.measured)

    def fitted(self) -> View:
        """As it is printed: page one holds what it has room for."""
        return fit(self.view(), font_files(self.month.settings.fonts))

    def documents(self) -> Documents:
        """Made and read back; a refused one stops the test."""
        return steps.make_documents(self.month, self.plan, self.accepted, self.measured, self.view())

    def pdf(self) -> bytes:
        return self.documents().files[PDF]


def run(inbox: Path, home: Path, period: str = "2014-06") -> Run:
    """Everything up to the figures, in a ledger of its own."""
    with environment(SANCU_HOME=str(home), SANCU_OUT=str(home / "out")):
        month = months.open_month(load_settings(), period, inbox=str(inbox))
    return measured(month)


def measured(month: Month) -> Run:
    """The same for a month that is open."""
    plan = months.plan(month, months.received_of(month))
    readings = [steps.read_files(month, part) for part in months.by_period(plan.submissions)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
    accepted = steps.accept_rows(month, plan, readings, checked)
    return Run(month, plan, accepted, steps.measure_months(month, plan, accepted))


@contextmanager
def environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
