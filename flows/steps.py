"""The verbs of a month as plain functions: what `flows.tasks` wraps for Prefect, and what other commands call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from flows import documents, logs, published_facts, returning
from flows import month as months
from flows import returned as back
from flows.documents import PDF, Documents
from flows.fingerprint import code_version, package_versions
from flows.fonts import font_files
from flows.ledger import Briefing, Status
from flows.month import Issue, Month, Plan
from flows.proving import names_of, prove
from flows.published_facts import Kept
from flows.reader_pool import shared
from flows.readings import keep as keep_readings
from flows.revising import basis, revisions_of, standing_figures
from flows.sandbox import Reader
from flows.sealing import seal
from flows.store import sha256_of, write_outputs
from transforms import checks, exports, facts
from transforms.attention import attention, coming_due, left_the_list
from transforms.board import board, with_corrections
from transforms.briefing import compose as composing
from transforms.briefing import selection
from transforms.briefing.view import BriefingInput, Receipt, ReceiptStatus, View
from transforms.contracts import Contract
from transforms.errors import UnreadableFile
from transforms.figures import Figure, Light
from transforms.figures_workbook import figures_workbook
from transforms.findings import Finding, Severity
from transforms.identities import reconcile
from transforms.metrics import measure as measure_month
from transforms.period import CHINA, Period
from transforms.rankings import rankings
from transforms.reading import read_submission, unreadable
from transforms.run_package import PACKAGE, package_bytes, run_package
from transforms.submissions import Submission
from transforms.suggestions import suggest
from transforms.tables import Facts, Intake, Table
from transforms.tracking import Lists

Readings = tuple[Intake, ...]
ENTERPRISE_NAMES = ("enterprise_name", "owner")
SHORTEST_NAME = 4  # a shorter one is a word that any page may hold


@dataclass(frozen=True)
class Accepted:
    """Rows that count, and everything found in this month's files so far."""

    facts: Facts
    findings: tuple[Finding, ...]  # of this period's submissions, and those that no file caused
    receipts: tuple[Receipt, ...]
    explanations: Mapping[str, tuple[str, str]]  # Finding.key → what the department answered, by whom and when
    answers: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of a file of any month → all that it answered


@dataclass(frozen=True)
class Measured:
    """Figures of every month of the campaign by code, and findings of the identities."""

    history: Mapping[Period, Mapping[str, Figure]]
    findings: tuple[Finding, ...]


def read_files(month: Month, submissions: Sequence[Submission]) -> Readings:
    """Open files in the limited child process and type their sheets, which are kept for `sancu why`; one that cannot
    be read becomes a finding."""
    with shared(month.settings.reader.limits).reader() as reader:
        intakes = tuple(_read(month, reader, submission) for submission in submissions)
    keep_readings(month.store, month.configuration, (table for intake in intakes for table in intake.tables))
    return intakes


def _read(month: Month, reader: Reader, submission: Submission) -> Intake:
    try:
        raw = reader.read(month.store.get(submission.sha256), submission.filename)
    except UnreadableFile as error:
        place = {"district": month.code, "period": str(submission.period), "department": submission.department}
        logs.event("file.unreadable", file=submission.sha256, size=submission.size, **place)
        return unreadable(submission, str(error))
    return read_submission(raw, submission, month.configuration.contracts_of(submission.department))


def check_dataset(contract: Contract, tables: Sequence[Table], findings: Sequence[Finding]) -> list[Finding]:
    """All months of one dataset against its contract, as one batch."""
    return checks.check(contract, tables, findings)


def by_dataset(month: Month, readings: Sequence[Readings]) -> list[tuple[Contract, list[Table], list[Finding]]]:
    """What `check_dataset` takes, for each dataset that any month has a table of."""
    intakes = [intake for reading in readings for intake in reading]
    tables = [table for intake in intakes for table in intake.tables]
    found = [finding for intake in intakes for finding in intake.findings]
    grouped = (
        (contract, [t for t in tables if t.dataset == contract.id], [f for f in found if f.dataset == contract.id])
        for contract in month.configuration.contracts
    )
    return [(contract, own, findings) for contract, own, findings in grouped if own]


def accept_rows(
    month: Month, plan: Plan, readings: Sequence[Readings], checked: Sequence[Sequence[Finding]]
) -> Accepted:
    """Set aside what blocks; gather this period's findings, worst first."""
    intakes = [intake for reading in readings for intake in reading]
    found = [finding for intake in intakes for finding in intake.findings] + [f for part in checked for f in part]
    tables = [table for intake in intakes for table in intake.tables]
    known = facts.accept(tables, found, month.configuration.contracts)
    return accepted_of(month, plan, known, intakes, found, answers_of(intakes))


def answers_of(intakes: Sequence[Intake]) -> dict[str, str]:
    """SHA-256 of a file → what its department wrote into 情况属实/说明, each text once."""
    found = {one.submission.sha256: "；".join(dict.fromkeys(one.explanations.values())) for one in intakes}
    return {sha: text for sha, text in found.items() if text}


def accepted_of(
    month: Month,
    plan: Plan,
    known: Facts,
    intakes: Sequence[Intake],
    found: Sequence[Finding],
    answers: Mapping[str, str],
) -> Accepted:
    """`known` are the rows up to the month; `intakes` and `found` may be of other months too."""
    current = {s.sha256 for s in plan.submissions if s.period == month.period}
    own = [finding for finding in found if finding.submission in current]
    receipts = receipts_of(month, plan, intakes, own)
    explanations = {
        key: (text, f"{intake.submission.sender or intake.submission.department} {_day(intake.submission)}")
        for intake in intakes
        if intake.submission.sha256 in current
        for key, text in intake.explanations.items()
    }
    return Accepted(known, (*plan.notes, *own), receipts, explanations, answers)


def receipts_of(month: Month, plan: Plan, intakes: Sequence[Intake], own: Sequence[Finding]) -> tuple[Receipt, ...]:
    """What became of each department's file; `own` are the findings in this month's files."""
    configuration = month.configuration
    receipts = board(configuration.contracts, configuration.departments, month.period, intakes, own)
    return with_corrections(receipts, plan.superseded, _findings_in(month, plan.superseded))


def _findings_in(month: Month, submissions: Sequence[Submission]) -> list[Finding]:
    """What reading and checking each of these files by itself finds."""
    found: list[Finding] = []
    for submission in submissions:
        readings = [read_files(month, [submission])]
        found += [f for intake in readings[0] for f in intake.findings]
        found += [f for part in by_dataset(month, readings) for f in check_dataset(*part)]
    return found


def _day(submission: Submission) -> str:
    return submission.received_at.astimezone(CHINA).date().isoformat()


def measure_months(month: Month, plan: Plan, accepted: Accepted) -> Measured:
    """Every figure of every month of the campaign, and whether the identities hold. Earlier months that stand are not
    measured again."""
    known = standing_figures(month, plan, month.periods[:-1], plan.past.restated)
    history: dict[Period, Mapping[str, Figure]] = {}
    for period in month.periods:
        history[period] = known.get(period) or figures_of(month, accepted.facts, period, history)
    return reconcile_month(month, accepted, history)


def figures_of(
    month: Month, known: Facts, period: Period, history: Mapping[Period, Mapping[str, Figure]]
) -> Mapping[str, Figure]:
    """One month's figures; `history` has those of the months before it. Rows of later months change nothing."""
    return measure_month(known, month.configuration.contracts, month.configuration.district, period, history)


def reconcile_month(month: Month, accepted: Accepted, history: Mapping[Period, Mapping[str, Figure]]) -> Measured:
    """The month's figures with those before them, and what the identities and names find."""
    configuration = month.configuration
    findings = reconcile(
        accepted.facts,
        history[month.period],
        configuration.contracts,
        configuration.district,
        month.period,
        configuration.published.get(month.period),
        history.get(month.period.previous),
    )
    named = suggest(accepted.facts, configuration.contracts, configuration.district, month.period)
    return Measured(history, (*findings, *named))


def compose_view(month: Month, plan: Plan, accepted: Accepted, measured: Measured, lists: Lists | None = None) -> View:
    """Everything that the issue says, chosen and ordered. `lists` are what earlier months list, so far as known."""
    lists = {} if lists is None else lists
    district, period, contracts = month.configuration.district, month.period, month.configuration.contracts
    figures = measured.history[period]
    past = revisions_of(month, plan, measured.history, accepted.answers, selection.reprinted)
    return composing.compose(
        BriefingInput(
            district=district,
            period=period,
            figures=figures,
            history=measured.history,
            items=attention(accepted.facts, contracts, district, period, lists),
            departures=left_the_list(accepted.facts, contracts, district, period, lists),
            coming_due=coming_due(accepted.facts, contracts, district, period),
            rankings=rankings(accepted.facts, contracts, district, period),
            findings=all_findings(accepted, measured),
            receipts=accepted.receipts,
            printed_on=district.dated(period),
            fingerprint=plan.fingerprint,
            provisional=any(r.status in (ReceiptStatus.MISSING, ReceiptStatus.RETURNED) for r in accepted.receipts),
            editor_note=plan.said.note,
            correction=plan.said.correction,
            signed=bool(plan.said.signer),
            enterprises=_enterprises(accepted),
            revisions=past.revisions,
            differing=past.differing,
            incomplete=_incomplete(month, accepted.facts),
        )
    )


def _incomplete(month: Month, known: Facts) -> frozenset[Period]:
    """Months of which a sheet is still missing."""
    owed = [contract.id for contract in month.configuration.contracts]
    return frozenset(p for p in month.periods if any((dataset, p) not in known.received for dataset in owed))


def all_findings(accepted: Accepted, measured: Measured) -> tuple[Finding, ...]:
    """Worst first, then by department, dataset, sheet and row; with what the departments answered."""
    found = [_explained(finding, accepted.explanations) for finding in (*accepted.findings, *measured.findings)]
    return tuple(sorted(found, key=lambda f: (f.severity.rank, f.department, f.dataset, f.sheet, f.row or 0, f.rule)))


def _explained(finding: Finding, explanations: Mapping[str, tuple[str, str]]) -> Finding:
    """Only what a department may explain can be: a fault that blocks stays one."""
    if finding.severity is not Severity.EXPLAIN or finding.key not in explanations:
        return finding
    text, by = explanations[finding.key]
    return replace(finding, explanation=text, explained_by=by)


def to_make(month: Month, plan: Plan, accepted: Accepted, measured: Measured, view: View) -> Callable[[], Documents]:
    """What makes every document of the issue; it may be sent to another process."""
    figures, attached = printed(month, accepted, measured)
    names = names_of(month, plan.submissions)
    return partial(documents.make, view, figures, font_files(month.settings.fonts), names, attached)


def printed(month: Month, accepted: Accepted, measured: Measured) -> tuple[Mapping[str, Figure], Mapping[str, bytes]]:
    """What documents are made of beside the view: the month's figures, and the tables that go into the PDF."""
    figures = measured.history[month.period]
    return figures, _tables(month, figures, all_findings(accepted, measured))


def _enterprises(accepted: Accepted) -> frozenset[str]:
    """Names of enterprises and owners of projects in all rows that count."""
    frames = accepted.facts.frames.values()
    columns = (frame[name].dropna() for frame in frames for name in ENTERPRISE_NAMES if name in frame)
    return frozenset(name for column in columns for name in map(str, column.unique()) if len(name) >= SHORTEST_NAME)


def _tables(month: Month, figures: Mapping[str, Figure], findings: Sequence[Finding]) -> dict[str, bytes]:
    """The tables that are published beside the briefing and within it, by file name."""
    return {
        "figures.csv": exports.figures_csv(figures, month.code, str(month.period)),
        "findings.csv": exports.findings_csv(findings),
    }


def make_documents(month: Month, plan: Plan, accepted: Accepted, measured: Measured, view: View) -> Documents:
    """Every document of the issue, read back.

    Raises:
        Stopped: one is not as it should be; it is kept aside, and nothing may be published.
        EnvironmentFailure: a font or a library is missing.
    """
    made = to_make(month, plan, accepted, measured, view)()
    prove(month, made)
    return made


def mark_workbooks(month: Month, plan: Plan, accepted: Accepted, measured: Measured) -> dict[str, bytes]:
    """This month's workbooks that go back to their senders, marked, by file name."""
    return returning.mark_month(month, plan.submissions, all_findings(accepted, measured))


def publish_issue(
    month: Month,
    plan: Plan,
    accepted: Accepted,
    measured: Measured,
    view: View,
    made: Documents,
    returned: Mapping[str, bytes],
    kept: Kept | None = None,
) -> Issue:
    """Objects first, the ledger's row last. Killed anywhere, the next run repeats it with the same bytes. `kept` are the
    rows of other months that are in the store already."""
    figures = measured.history[month.period]
    findings = all_findings(accepted, measured)
    district, contracts = month.configuration.district, month.configuration.contracts
    place = (month.code, str(month.period))
    listed, rows = published_facts.keep(month.store, accepted.facts, contracts, kept)
    files = {
        **made.files,
        **_tables(month, figures, findings),
        "figures.parquet": exports.figures_parquet(figures, *place),
        "figures.xlsx": figures_workbook(measured.history, district, month.period, view.title, view.provisional),
    }
    files[PACKAGE] = package_bytes(run_package(district, month.period, view.title, {**files, **rows}, contracts))
    contents = _manifest(month, plan, accepted, view, figures, findings)
    contents["returned"] = back.write_all(month.folder, returned)
    contents["facts"] = listed
    manifest = month.store.publish(month.issue_folder(plan.fingerprint), files, contents)
    write_outputs(month.folder, {**files, **rows}, contents)
    briefing = month.ledger.record_briefing(
        Briefing(
            district=month.code,
            period=month.period,
            fingerprint=plan.fingerprint,
            number=view.number,
            total_number=view.total_number,
            provisional=view.provisional,
            made_at=months.now(),
            pdf_sha256=sha256_of(made.files[PDF]),
            manifest=manifest,
            as_known=month.as_known,
            status=Status.RELEASED if view.signed else Status.DRAFT,
            released_at=plan.said.signed_at,
        ),
        figures.values(),
        findings,
    )
    seal(month.ledger, month.store)
    logs.published(briefing)
    return Issue(briefing, month.folder, False, plan.withdrawn, plan.waiting)


def _manifest(
    month: Month,
    plan: Plan,
    accepted: Accepted,
    view: View,
    figures: Mapping[str, Figure],
    findings: Sequence[Finding],
) -> dict[str, Any]:
    """What the issue was made from. Holds no clock, so that equal inputs give equal bytes."""
    missing = [r.department for r in accepted.receipts if r.status is ReceiptStatus.MISSING]
    lights = [figure.light for figure in figures.values()]
    return {
        "fingerprint": plan.fingerprint,
        "district": month.code,
        "period": str(month.period),
        "versions": {"code": code_version(), **package_versions()},
        "inputs": dict(plan.inputs),
        "basis": basis(month, plan, view.revisions),
        "revisions": [revision.as_json() for revision in view.revisions],
        "submissions": [
            {
                "period": str(s.period),
                "department": s.department,
                "file": s.filename,
                "sha256": s.sha256,
                "received_at": s.received_at.isoformat(),
            }
            for s in plan.submissions
        ],
        "summary": {
            "title": view.title,
            "number": view.number,
            "total_number": view.total_number,
            "provisional": view.provisional,
            "note": view.editor_note,
            "correction": view.correction,
            "signer": plan.said.signer,
            "departments": len(accepted.receipts),
            "received": len(accepted.receipts) - len(missing),
            "missing": missing,
            "returned": [r.department for r in accepted.receipts if r.status is ReceiptStatus.RETURNED],
            "findings": {s.value: sum(f.severity is s for f in findings) for s in Severity},
            "figures": len(figures),
            "lights": {light.value: sum(one is light for one in lights) for light in Light},
        },
    }
