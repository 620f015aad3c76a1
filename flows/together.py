"""Many months in one go: files are read once, checked as one batch a dataset, and measured month after month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows import steps
from flows.month import Month
from flows.published_facts import Kept
from flows.stale import Standing
from flows.steps import Accepted, Measured, Readings
from transforms import facts
from transforms.figures import Figure, untraced
from transforms.findings import Finding
from transforms.period import Period
from transforms.tables import Facts, Intake
from transforms.tracking import Lists

History = Mapping[Period, Mapping[str, Figure]]


@dataclass(frozen=True)
class Together:
    """All rows, findings and figures of a campaign up to a month. The figures of a month depend on rows of that month
    and those before it only, so each month's are computed once, when they are first asked for: the first documents are
    made while the last figures are still to come."""

    month: Month
    facts: Facts
    intakes: Mapping[str, tuple[Intake, ...]]  # by SHA-256
    findings: Mapping[str, tuple[Finding, ...]]  # by SHA-256
    lists: Lists = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)
    known: History = field(default_factory=dict)  # figures of months that stand
    traced: frozenset[Period] = frozenset()  # months of issues that no longer hold: their figures keep their lineage
    _history: dict[Period, Mapping[str, Figure]] = field(default_factory=dict)

    def history(self, until: Period) -> History:
        """The figures of every month up to and including one, the earlier ones without lineage: ten years of it would
        fill the memory.

        Raises:
            ValueError: a later month was asked for before.
        """
        periods = [period for period in self.month.periods if period <= until]
        if len(periods) < len(self._history):
            raise ValueError(f"{until}: months are to be asked for in their order")
        for period in periods[len(self._history) :]:
            figures = self.known.get(period) or steps.figures_of(self.month, self.facts, period, self._history)
            if self._history and (last := max(self._history)) not in self.traced:
                self._history[last] = untraced(self._history[last])
            self._history[period] = figures
        return dict(self._history)


def gather(
    month: Month,
    readings: Sequence[Readings],
    checked: Sequence[Sequence[Finding]],
    known: History | None = None,
    traced: frozenset[Period] = frozenset(),
) -> Together:
    """Everything up to `month`, from its files as read and checked. Months that are `known` are not measured again."""
    intakes = [intake for reading in readings for intake in reading]
    found = [finding for intake in intakes for finding in intake.findings] + [f for part in checked for f in part]
    tables = [table for intake in intakes for table in intake.tables]
    rows = facts.accept(tables, found, month.configuration.contracts)
    return Together(month, rows, _by_file(intakes), _by_submission(found), known=known or {}, traced=traced)


def month_of(together: Together, standing: Standing) -> tuple[Accepted, Measured]:
    """What `steps.accept_rows` and `steps.measure_months` give for one of the months alone."""
    month, plan = standing.month, standing.plan
    own = [submission.sha256 for submission in plan.submissions if submission.period == month.period]
    accepted = steps.accepted_of(
        month,
        plan,
        facts.until(together.facts, month.period),
        [intake for sha in own for intake in together.intakes.get(sha, ())],
        [finding for sha in own for finding in together.findings.get(sha, ())],
        steps.answers_of([one for s in plan.submissions for one in together.intakes.get(s.sha256, ())]),
    )
    return accepted, steps.reconcile_month(month, accepted, together.history(month.period))


def changes(together: Together, standing: Standing) -> Iterator[tuple[Figure | None, Figure]]:
    """The figures of a month that are not what its current briefing printed, old and new, in registry order."""
    briefing, month = standing.briefing, standing.month
    old = month.ledger.figures_of(briefing, traced=False) if briefing else {}
    for code, figure in together.history(month.period)[month.period].items():
        before = old.get(code)
        if briefing and (before is None or before.value != figure.value):
            yield before, figure


def _by_file(intakes: Sequence[Intake]) -> dict[str, tuple[Intake, ...]]:
    grouped: dict[str, list[Intake]] = defaultdict(list)
    for intake in intakes:
        grouped[intake.submission.sha256].append(intake)
    return {sha: tuple(group) for sha, group in grouped.items()}


def _by_submission(findings: Sequence[Finding]) -> dict[str, tuple[Finding, ...]]:
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.submission].append(finding)
    return {sha: tuple(group) for sha, group in grouped.items()}
