"""What the shell asks of the ledger. Every method is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from flows.ledger import attempts, audit, audited, issued, journal, models, portable, receipts, records, tracing
from flows.ledger.audit import Deed
from flows.ledger.database import Database
from flows.ledger.locks import run_locked
from flows.ledger.records import Arrival, Attempt, Briefing, Editorial, Status, Word
from flows.ledger.tracing import Receipt, Traced
from transforms.figures import Figure
from transforms.findings import Finding
from transforms.period import Period
from transforms.revisions import Issued, Printed
from transforms.submissions import Submission

_SAID = {Word.NOTE: Deed.NOTED, Word.SIGN: Deed.SIGNED, Word.CORRECT: Deed.CORRECTED, Word.CAUSE: Deed.CAUSE_TOLD}


class Ledger:
    """The ledger at a database URL, created or migrated when it is opened.

    Every method raises EnvironmentFailure when the database cannot be reached, read or written.
    """

    def __init__(self, url: str) -> None:
        """Raises ConfigurationError for a URL that cannot be."""
        self._database = Database(url)
        self._issued: dict[tuple[str, int], Issued] = {}  # what stands in a row of `briefing` about this never changes

    def lock(self, district: str, period: Period, timeout: float = 10.0) -> AbstractContextManager[None]:
        """Keep every other run off this district's month; a lock of a dead process, or on PostgreSQL of a dead machine
        too, is taken over.

        Raises:
            EnvironmentFailure: a live process still holds it after `timeout` seconds.
        """
        return run_locked(self._database, district, period, timeout)

    def alone(self) -> AbstractContextManager[None]:
        """Keep every run off every month.

        Raises:
            EnvironmentFailure: a live process is at one.
        """
        return run_locked(self._database, "", None, 0.0)

    def record_submissions(
        self,
        district: str,
        period: Period,
        arrivals: Iterable[Arrival],
        seen_at: dt.datetime,
        inbox: str = "",
    ) -> tuple[Submission, ...]:
        """Enter the receipts that are new, as one transaction; those that were. `inbox` is its URL without credentials.

        A file that no register lists counts as received at `seen_at`, and a line that the register gets later
        corrects that. A registered time belongs to the content that it was first seen with: other content under the
        same name and time came later, at `seen_at`, so a file replaced in place never rewrites what was known.
        """
        with self._database.writing() as connection:
            new, dated = receipts.enter(connection, inbox, district, period, arrivals, seen_at)
            details = {"files": _told(new)} | ({"dated": _told(dated)} if dated else {})
            if new or dated:
                audit.append(connection, Deed.RECEIVED, district, str(period), details=details)
            return new

    def submissions(
        self, district: str, through: Period, as_known: dt.datetime | None = None, inbox: str = ""
    ) -> tuple[Submission, ...]:
        """For each period up to `through` and each department the submission in force, in that order: the one
        received last in `inbox`, of those received by `as_known`."""
        with self._database.reading() as connection:
            return receipts.in_force(connection, inbox, district, through, as_known)

    def superseded(
        self, district: str, period: Period, as_known: dt.datetime | None = None, inbox: str = ""
    ) -> tuple[Submission, ...]:
        """The files of one period that later ones have taken the place of, latest first."""
        with self._database.reading() as connection:
            return receipts.superseded(connection, inbox, district, period, as_known)

    def submission(self, sha256: str) -> Submission:
        """The last receipt of an archived file.

        Raises:
            EnvironmentFailure: no file with this hash was ever received.
        """
        with self._database.reading() as connection:
            return receipts.of_content(connection, sha256)

    def record_briefing(self, briefing: Briefing, figures: Iterable[Figure], findings: Iterable[Finding]) -> Briefing:
        """Enter a briefing with all its figures and findings: the last step of publication, which ends the month's
        attempt. The briefing as recorded; one that is already there (the step was repeated) is returned as it stands.

        Raises:
            ValueError: two figures with one code.
        """
        figures, findings = list(figures), list(findings)
        if len({figure.code for figure in figures}) != len(figures):
            raise ValueError("two figures with one code")
        with self._database.writing() as connection:
            if briefing.as_known is None:
                attempts.forget(connection, briefing.district, briefing.period)
            if known := _find(connection, briefing.district, briefing.period, briefing.fingerprint):
                if briefing.as_known is None:  # made anew, since its files were lost or cleared away
                    _confirm(connection, known, briefing.made_at)
                return known
            row = insert(models.briefing).values(records.briefing_row(briefing)).returning(models.briefing.c.id)
            key: int = connection.execute(row).scalar_one()
            if figures:
                rows = [records.figure_row(key, n, figure) for n, figure in enumerate(figures)]
                connection.execute(insert(models.figure), rows)
            if findings:
                rows = [records.finding_row(key, n, finding) for n, finding in enumerate(findings)]
                connection.execute(insert(models.finding), rows)
            _audit(connection, briefing, figures, findings)
        return replace(briefing, id=key)

    def find_briefing(self, district: str, period: Period, fingerprint: str) -> Briefing | None:
        with self._database.reading() as connection:
            return _find(connection, district, period, fingerprint)

    def latest_briefing(self, district: str, period: Period) -> Briefing | None:
        """The month's current briefing: the one made or confirmed last, leaving out those made as known on a day."""
        with self._database.reading() as connection:
            return _latest(connection, district, period)

    def confirm(self, briefing: Briefing, at: dt.datetime) -> None:
        """Say that a run at `at` found `briefing` to be what the submissions in force give: it is the current one
        again if another had taken its place in between, or if it was made as known on a day before; an attempt at
        another counts no more. Writes nothing when it is current."""
        latest = self.latest_briefing(briefing.district, briefing.period)
        if latest is None or latest.id != briefing.id or briefing.period in self.attempts(briefing.district):
            with self._database.writing() as connection:
                _confirm(connection, briefing, at)
                attempts.forget(connection, briefing.district, briefing.period)

    def begin(self, district: str, fingerprints: Mapping[Period, str], at: dt.datetime) -> None:
        """Say that these months are being made, under their locks: until they are recorded, they were not."""
        with self._database.writing() as connection:
            attempts.begin(connection, district, fingerprints, at)

    def fail(self, district: str, periods: Collection[Period], message: str, at: dt.datetime) -> None:
        """Say that those of these months that are still being made were not, and why."""
        with self._database.writing() as connection:
            attempts.fail(connection, district, periods, message, at)

    def attempts(self, district: str) -> dict[Period, Attempt]:
        """The months whose last run failed or was cut off, and that were not made since."""
        with self._database.reading() as connection:
            return attempts.unmade(self._database, connection, district)

    def record_editorial(self, district: str, period: Period, entry: Editorial) -> None:
        """Add a word of the office; the same one again adds nothing."""
        row = {"district": district, "period": str(period), "kind": entry.kind.value}
        row |= {"text": entry.text, "by": entry.by, "about": entry.about}
        with self._database.writing() as connection:
            last = _editorials(connection, district, period, entry.kind)[-1:]
            if not last or replace(last[0], at=entry.at) != entry:
                connection.execute(insert(models.editorial).values(**row, at=entry.at))
                details = {"by": entry.by, "entry": entry.digest()}
                audit.append(connection, _SAID[entry.kind], district, str(period), entry.about, details)

    def record_deed(self, deed: Deed, details: Mapping[str, Any], district: str = "", period: str = "") -> None:
        """Add what changes no row of a month to the audit log: done to ledger or store as a whole, seen, or refused."""
        with self._database.writing() as connection:
            audit.append(connection, deed, district, period, details=details)

    def audit_log(self) -> tuple[audit.Entry, ...]:
        """Every deed, the first one first."""
        with self._database.reading() as connection:
            return tuple(audit.entries(connection))

    def deeds(self, since: int) -> Iterator[tuple[int, bytes]]:
        """The number of every deed from number `since` on, and the record that the store keeps of it."""
        with self._database.reading() as connection:
            yield from journal.written(connection, since)

    def has_deed(self, head: str) -> bool:
        """Whether the audit log has the row `12:4f0c…`."""
        number, _, digest = head.partition(":")
        with self._database.reading() as connection:
            wanted = select(models.audit.c.hash).filter_by(number=int(number))
            return connection.execute(wanted).scalar() == digest

    def audit_head(self) -> str:
        """`12:4f0c…`: the newest deed's number and hash; empty when there is none."""
        with self._database.reading() as connection:
            last = audit.last(connection)
        return f"{last[0]}:{last[1]}" if last else ""

    def dump(self) -> portable.Dump:
        """All of it, and what it names, in one consistent view; the audit log may not be empty."""
        with self._database.reading() as connection:
            return portable.dump(connection)

    def is_empty(self) -> bool:
        with self._database.reading() as connection:
            return portable.is_empty(connection)

    def fill(self, tables: Mapping[str, Iterable[bytes]], details: Mapping[str, Any]) -> None:
        """Put a dump in place of all there is, and enter that: one transaction."""
        with self._database.writing() as connection:
            last = audit.last(connection)
            portable.fill(connection, tables)
            replaced = {"replaced": f"{last[0]}:{last[1]}"} if last else {}
            audit.append(connection, Deed.RESTORED, details={**details, **replaced})

    def unlike(self, log: Sequence[audit.Entry]) -> list[str]:
        """What of the ledger is not as the audit log says it was entered."""
        with self._database.reading() as connection:
            return list(audited.unlike(connection, log))

    def every_briefing(self) -> tuple[Briefing, ...]:
        """Of all districts, in the order in which they were made."""
        with self._database.reading() as connection:
            return tuple(audited.briefings(connection))

    def archived(self) -> dict[str, dt.datetime]:
        """The hash of every file that was ever received, and when it was first seen last."""
        table = models.submission.c
        with self._database.reading() as connection:
            wanted = select(table.sha256, func.max(table.first_seen_at)).group_by(table.sha256)
            return {row.sha256: row[1] for row in connection.execute(wanted)}

    def editorials(self, district: str, period: Period, as_known: dt.datetime | None = None) -> tuple[Editorial, ...]:
        """What the office said of a month's issue by `as_known`, in that order."""
        with self._database.reading() as connection:
            found = _editorials(connection, district, period)
        return tuple(entry for entry in found if as_known is None or entry.at <= as_known)

    def figures_of(self, briefing: Briefing | Issued, traced: bool = True) -> dict[str, Figure]:
        """Every figure by code, in the order recorded, exact; with its lineage, unless it is not to be `traced`."""
        table = models.figure
        columns = [column for column in table.c if traced or column is not table.c.lineage]
        wanted = select(*columns).filter_by(briefing_id=briefing.id).order_by(table.c.position)
        with self._database.reading() as connection:
            return {row["code"]: records.figure_of(dict(row)) for row in connection.execute(wanted).mappings()}

    def findings_of(self, briefing: Briefing) -> tuple[Finding, ...]:
        table = models.finding
        wanted = select(table).filter_by(briefing_id=briefing.id).order_by(table.c.position)
        with self._database.reading() as connection:
            return tuple(records.finding_of(dict(row)) for row in connection.execute(wanted).mappings())

    def some_figures(self, briefing: Briefing, codes: Collection[str]) -> dict[str, Figure]:
        """As `figures_of`, those with these codes only: ten years of lineages take seconds to unpack."""
        with self._database.reading() as connection:
            return tracing.figures(connection, briefing.id, codes)

    def codes_of(self, briefing: Briefing) -> list[str]:
        """Every figure's code, in the order recorded."""
        with self._database.reading() as connection:
            return tracing.codes(connection, briefing.id)

    def current_briefings(self, district: str, since: Period | None = None) -> dict[Period, int]:
        """The id of each month's current briefing, earliest month first."""
        with self._database.reading() as connection:
            return tracing.current(connection, district, since)

    def issued(self, district: str, until: Period) -> list[Issued]:
        """Every issue of the months up to `until`, but those made as known on a day."""
        known = {key for place, key in self._issued if place == district}
        with self._database.reading() as connection:
            new = {(district, one.id): one for one in issued.made(connection, district, until, known)}
        self._issued |= new
        return [one for (place, _), one in self._issued.items() if place == district and one.period <= until]

    def printed(self, briefing: int) -> dict[str, Printed]:
        """What the briefing with this id printed, by code."""
        with self._database.reading() as connection:
            return issued.printed(connection, briefing)

    def manifest(self, briefing: int) -> dict[str, Any]:
        """What the briefing with this id was made from."""
        with self._database.reading() as connection:
            wanted = select(models.briefing.c.manifest).filter_by(id=briefing)
            return dict(connection.execute(wanted).scalar_one())

    def causes(self, district: str, as_known: dt.datetime | None = None) -> dict[str, tuple[str, str]]:
        """What the office said by `as_known` of why a file changed figures that were out: its SHA-256 → cause, note."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(models.editorial)
                .filter_by(district=district, kind=Word.CAUSE.value)
                .order_by(models.editorial.c.id)
            ).mappings()
            told = {row["about"]: row["text"].partition("\n") for row in rows if not as_known or row["at"] <= as_known}
        return {sha: (cause, note) for sha, (cause, _, note) in told.items()}

    def lineages(self, briefing: int, submission: str) -> list[Traced]:
        """Every figure of the briefing with this id, with those of its cells that stand in one submission."""
        with self._database.reading() as connection:
            return list(tracing.lineages(connection, briefing, submission))

    def findings_about(self, briefings: Collection[int], submissions: Collection[str]) -> list[Finding]:
        """What the briefings with these ids found in these submissions."""
        with self._database.reading() as connection:
            return tracing.findings(connection, briefings, submissions)

    def receipts(self, district: str, sha256: str) -> list[tuple[Receipt, Receipt]]:
        """Each receipt of these bytes with the receipt that is in force in its place; empty when never received."""
        with self._database.reading() as connection:
            return tracing.receipts(connection, district, sha256)


def _latest(connection: Connection, district: str, period: Period) -> Briefing | None:
    table = models.briefing
    wanted = (
        select(table)
        .where(table.c.district == district, table.c.period == str(period), table.c.as_known.is_(None))
        .order_by(table.c.confirmed_at.desc(), table.c.id.desc())
    )
    row = connection.execute(wanted.limit(1)).mappings().first()
    return records.briefing_of(dict(row)) if row else None


def _confirm(connection: Connection, briefing: Briefing, at: dt.datetime) -> None:
    """Make it the current one, unless it is."""
    latest = _latest(connection, briefing.district, briefing.period)
    if latest is None or latest.id != briefing.id:
        connection.execute(update(models.briefing).filter_by(id=briefing.id).values(confirmed_at=at, as_known=None))
        audit.append(connection, Deed.CONFIRMED, briefing.district, str(briefing.period), briefing.fingerprint)


def _find(connection: Connection, district: str, period: Period, fingerprint: str) -> Briefing | None:
    wanted = select(models.briefing).filter_by(district=district, period=str(period), fingerprint=fingerprint)
    row = connection.execute(wanted).mappings().first()
    return records.briefing_of(dict(row)) if row else None


def _told(submissions: Iterable[Submission]) -> list[list[str]]:
    return [[s.department, s.filename, s.sha256, s.received_at.isoformat()] for s in submissions]


def _editorials(connection: Connection, district: str, period: Period, kind: Word | None = None) -> list[Editorial]:
    wanted = select(models.editorial).filter_by(district=district, period=str(period)).order_by(models.editorial.c.id)
    if kind is not None:
        wanted = wanted.filter_by(kind=kind.value)
    rows = connection.execute(wanted).mappings()
    return [records.editorial_of(row) for row in rows]


def _audit(connection: Connection, made: Briefing, figures: list[Figure], findings: list[Finding]) -> None:
    """The deed of a briefing just entered, with the hashes of all that it says; and what explanations it took."""
    place = (made.district, str(made.period), made.fingerprint)
    details = {
        "number": made.number,
        "pdf": made.pdf_sha256,
        "manifest": audit.digest(made.manifest),
        "figures": audit.figures_digest(figures),
    }
    audit.append(connection, Deed.RELEASED if made.status is Status.RELEASED else Deed.MADE, *place, details)
    if taken := audit.explained(findings):
        audit.append(connection, Deed.EXPLAINED, *place, {"findings": taken})
