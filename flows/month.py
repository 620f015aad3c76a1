"""One district's month as the shell sees it: where its files come from, what was received, whether anything changed.

Light on purpose: an unchanged month must be known as such before pandas, Great Expectations or Prefect are imported.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from flows import editorials, logs
from flows import fingerprint as prints
from flows.configuration import Configuration, load_configuration
from flows.editorials import Said
from flows.ledger import Arrival, Briefing, Ledger, Status
from flows.returned import stand, write_all
from flows.revising import Past, files_until, method_of, past_of
from flows.sealing import refuse_if_lost, seal
from flows.settings import PREFIX, Settings
from flows.sources import pull
from flows.store import EDITIONS, Store, outputs, write_outputs
from flows.urls import without_credentials
from transforms.errors import Stopped, UsageError
from transforms.findings import Finding, Severity
from transforms.period import CHINA, Period
from transforms.revisions import standing
from transforms.submissions import Submission

INBOX_RULES = {
    "IN01": "文件名认不出是哪个部门的",
    "IN02": "文件没有读取（过大、没有权限或还在复制）",
}
PUBLIC_EDITION = "公开版"


@dataclass(frozen=True)
class Month:
    """A district, a period, and where to read and write."""

    settings: Settings
    configuration: Configuration
    period: Period
    inbox: str = field(repr=False)  # its URL may hold a password
    out: Path
    as_known: dt.datetime | None
    ledger: Ledger
    store: Store
    # What issues depend on beside files and what the office says, name → hash.
    inputs: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> str:
        return self.configuration.district.code

    @property
    def periods(self) -> tuple[Period, ...]:
        """Every month of the campaign up to this one: cumulative figures and registers need them."""
        return tuple(self.configuration.district.first_period.through(self.period))

    @property
    def inbox_name(self) -> str:
        return without_credentials(self.inbox)

    def inbox_to_tell(self) -> str | None:
        """The inbox as a flow run of this process is told it. Prefect keeps what a run is called with and shows it on its page,
        so one that is not fit for a message goes by the environment instead."""
        if self.inbox == self.inbox_name:
            return self.inbox
        os.environ[f"{PREFIX}INBOX"] = self.inbox
        return None

    @property
    def folder(self) -> Path:
        """Where readers look. What was known on a day has a folder of its own within the month's, so that it never
        stands in the place of the current issue."""
        place = self.out / self.code / str(self.period)
        return place / f"as-known-{self.as_known.astimezone(CHINA).date()}" if self.as_known else place

    def issue_folder(self, fingerprint: str) -> str:
        return f"{self.code}/{self.period}/{fingerprint}"

    def in_force(self) -> tuple[Submission, ...]:
        """The submissions of the campaign up to the month that count."""
        return self.ledger.submissions(self.code, self.period, self.as_known, self.inbox_name)


@dataclass(frozen=True)
class Received:
    """What one month's folder held: notes on files that could not become submissions, the names of all files seen, and
    of those that are still being copied."""

    notes: tuple[Finding, ...]
    names: tuple[str, ...]
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a run of the month works on. Equal fingerprints mean equal briefings."""

    submissions: tuple[Submission, ...]
    notes: tuple[Finding, ...]  # about files of the inbox that could not become submissions
    fingerprint: str
    withdrawn: tuple[str, ...] = ()  # received before, no longer in the inbox; the archived copy counts
    waiting: tuple[str, ...] = ()  # still being copied; they count from the next run on
    superseded: tuple[Submission, ...] = ()  # of this month: annex 1 says what was corrected
    inputs: Mapping[str, str] = field(default_factory=dict)  # what else it depends on, name → hash
    said: Said = field(default_factory=Said)  # by the office
    draft: str = ""  # the fingerprint that it would have unsigned
    past: Past = field(default_factory=Past)


def open_month(
    settings: Settings,
    period: str,
    district: str | None = None,
    inbox: str | None = None,
    out: Path | None = None,
    as_known: dt.date | None = None,
) -> Month:
    """Read the configuration and open ledger and store.

    Raises:
        UsageError: no such period or district, no inbox, or a period before the campaign.
        ConfigurationError: a mistake in a contract or district file.
        EnvironmentFailure: ledger or store cannot be opened.
    """
    month = Period.parse(period)
    configuration = load_configuration(settings.data, district or settings.district)
    first = configuration.district.first_period
    if month < first:
        raise UsageError(f"{month} 早于活动开始的月份 {first}，没有简报可做。")
    url = inbox or settings.inbox_url
    if not url:
        raise UsageError("没有指定收文目录：请用 --inbox 指定，或设置 SANCU_INBOX。")
    if "://" not in url:
        url = str(Path(url).expanduser().absolute())
    known = dt.datetime.combine(as_known, dt.time.max, CHINA) if as_known else None
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    refuse_if_lost(ledger, store)
    inputs = prints.current_inputs(configuration.texts, settings.fonts)
    return Month(settings, configuration, month, url, out or settings.out, known, ledger, store, inputs)


def receive(month: Month, period: Period, at: dt.datetime) -> Received:
    """Pull one month's folder, archive each file under its SHA-256 and enter it in the ledger: safe to repeat.

    Raises:
        EnvironmentFailure: the inbox, store or ledger refuses; worth another try.
    """
    district = month.configuration.district
    limit = month.settings.reader.file_mb * 1024 * 1024
    incoming = pull(month.inbox, district, period, limit)
    notes, arrivals = [], []
    for item in incoming:
        if item.department is None:
            message = f"{period}“{item.filename}”的文件名认不出是哪个部门的，请改成“部门名.xlsx”后重新放入"
            notes.append(Finding("IN01", Severity.INFORM, message, "办公室", filename=item.filename))
        elif item.problem:
            message = f"{period}“{item.filename}”{item.problem}"
            notes.append(Finding("IN02", Severity.BLOCK, message, item.department, filename=item.filename))
        else:
            sha = month.store.put(item.data)
            size = len(item.data)
            arrivals.append(Arrival(sha, item.department, item.filename, size, item.received_at, item.sender))
    if new := month.ledger.record_submissions(district.code, period, arrivals, at, month.inbox_name):
        seal(month.ledger, month.store)
    for one in new:
        told = {"district": district.code, "period": str(period), "department": one.department}
        logs.event("file.received", file=one.sha256, size=one.size, **told)
    for note in notes:
        told = {"district": district.code, "period": str(period), "department": note.department}
        logs.event("file.refused", rule=note.rule, **told)
    waiting = tuple(item.filename for item in incoming.waiting)
    return Received(tuple(notes), (*(item.filename for item in incoming), *waiting), waiting)


def plan(month: Month, received: dict[Period, Received], submissions: tuple[Submission, ...] | None = None) -> Plan:
    """The fingerprint of all that the briefing depends on. `submissions` are those in force, where they are known."""
    submissions = month.in_force() if submissions is None else submissions
    notes = tuple(note for found in received.values() for note in found.notes)
    present = {(period, name) for period, found in received.items() for name in found.names}
    withdrawn = tuple(f"{s.period} {s.filename}" for s in submissions if (s.period, s.filename) not in present)
    superseded = month.ledger.superseded(month.code, month.period, month.as_known, month.inbox_name)
    beside = {
        "notes": json.dumps([dataclasses.astuple(note) for note in notes]),
        "superseded": json.dumps([(s.sha256, s.received_at.isoformat()) for s in superseded]),
    }
    entries = month.ledger.editorials(month.code, month.period, month.as_known)
    said = editorials.unsigned(entries)
    if said.text:
        beside["editorial"] = said.text
    past = past_of(month, submissions, said, method_of(month.inputs))
    if past.text:
        beside["revisions"] = past.text
    inputs = {**month.inputs, **prints.hashes(beside)}
    draft = fingerprint = prints.fingerprint(submissions, period=month.period, inputs=inputs)
    if signed := editorials.signature(entries, draft):
        said = dataclasses.replace(said, signer=signed.by, signed_at=signed.at)
        fingerprint = editorials.signed_fingerprint(draft, signed.by)
    waiting = tuple(f"{period} {name}" for period, found in received.items() for name in found.waiting)
    return Plan(submissions, notes, fingerprint, withdrawn, waiting, superseded, inputs, said, draft, past)


@dataclass(frozen=True)
class Issue:
    """What a command tells about a briefing that was made, or was there already. `summary` stands in the manifest."""

    briefing: Briefing
    folder: Path
    unchanged: bool
    withdrawn: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def pdf(self) -> Path:
        return self.folder / "briefing.pdf"

    @property
    def released(self) -> bool:
        return self.briefing.status is Status.RELEASED

    @property
    def summary(self) -> dict[str, Any]:
        return dict(self.briefing.manifest["summary"])

    def lines(self) -> list[str]:
        """For people, the PDF's path last."""
        told = self.summary
        findings, lights = told["findings"], told["lights"]
        lines = [
            f"{told['title']} 第{told['number']}期（总第{told['total_number']}期）"
            + ("" if self.released else "【未定稿】" if told["provisional"] else "【送审稿】")
            + ("【更正】" if told["correction"] else ""),
            f"  报送：应报 {told['departments']} 个部门，已收 {told['received']} 个"
            + (f"；缺：{'、'.join(told['missing'])}" if told["missing"] else ""),
            f"  问题：退回 {findings['block']} 条，需说明 {findings['explain']} 条，提示 {findings['inform']} 条",
            f"  指标：{told['figures']} 个，其中红 {lights['红']}、黄 {lights['黄']}、绿 {lights['绿']}",
            *self._returned_lines(),
            *self._edition_lines(),
            *(f"  注意：{name} 已不在收文目录，按归档的原件计" for name in self.withdrawn),
            *(f"  注意：{name} 还在传，这次没有收，下次再收" for name in self.waiting),
        ]
        if self.unchanged:
            lines.append("  数据、规则和程序都没有变化，没有重做。")
        if self.released:
            lines.append("  已签发，不再改动。")
        return [*lines, str(self.pdf)]

    def _edition_lines(self) -> list[str]:
        names = [Path(name) for name in self.briefing.manifest["files"] if name.startswith(f"{EDITIONS}/")]
        made = "、".join(sorted({PUBLIC_EDITION if name.stem == "public" else name.stem for name in names}))
        return [f"  另出：{made}（在 {self.folder / EDITIONS}）"] if made else []

    def _returned_lines(self) -> list[str]:
        returned = self.briefing.manifest.get("returned", {})
        return [f"  退回：{'、'.join(returned)}（在 {self.folder / 'returned'}）"] if returned else []


def now() -> dt.datetime:
    """The moment, to the second: what the ledger calls `seen at` and `made at`."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def receive_all(month: Month, periods: Sequence[Period], at: dt.datetime) -> dict[Period, Received]:
    """`receive` of each of these months."""
    return {period: receive(month, period, at) for period in periods}


def by_year(periods: Iterable[Period]) -> list[list[Period]]:
    """The months of each year together, earliest year first."""
    return [list(months) for _, months in groupby(sorted(periods), key=lambda period: period.year)]


def by_batch(submissions: tuple[Submission, ...]) -> list[tuple[Submission, ...]]:
    """The submissions of each month of the last year together, and of each year before: those hardly change any more, and
    a task of their own for each month would cost more than what it keeps."""
    *years, last = by_year({submission.period for submission in submissions}) or [[]]
    return [tuple(s for s in submissions if s.period in part) for part in (*years, *([period] for period in last))]


def by_period(submissions: tuple[Submission, ...]) -> list[tuple[Submission, ...]]:
    """The submissions of each month together, earliest month first."""
    periods = sorted({submission.period for submission in submissions})
    return [tuple(s for s in submissions if s.period == period) for period in periods]


def look(month: Month) -> Issue | None:
    """Pull, and say whether this month's briefing stands already; None when it must be made."""
    return unchanged(month, plan(month, received_of(month)))


def received_of(month: Month) -> dict[Period, Received]:
    """Every month's folder, pulled."""
    return receive_all(month, month.periods, now())


def unchanged(month: Month, planned: Plan) -> Issue | None:
    """The issue that this plan has given before, its files put back if they are not there; None when it must be made.

    Raises:
        Stopped: the month is released and this plan would change it.
    """
    briefing = made_then(month, planned) or month.ledger.find_briefing(month.code, month.period, planned.fingerprint)
    if briefing is None:
        refuse_if_released(month, planned)
        return None
    if (outputs(month.folder) or {}).get("fingerprint") != briefing.fingerprint:
        kept = month.store.issue(month.issue_folder(briefing.fingerprint))
        if kept is None:
            return None
        from flows.published_facts import restored

        files, manifest = kept
        rows = restored(month.store, manifest, files, month.configuration.contracts)
        if rows is None:
            return None
        contents = {name: value for name, value in manifest.items() if name != "files"}
        write_outputs(month.folder, {**files, **rows}, contents)
    if not stand(month.folder, briefing.manifest.get("returned", {})):
        from flows.returning import mark_month

        write_all(month.folder, mark_month(month, planned.submissions, month.ledger.findings_of(briefing)))
    if month.as_known is None:
        month.ledger.confirm(briefing, now())
    seal(month.ledger, month.store)  # the run that made it may have been killed before
    return Issue(briefing, month.folder, True, planned.withdrawn, planned.waiting)


def made_then(month: Month, planned: Plan) -> Briefing | None:
    """The issue that stood on the day of `as_known`, if it was made from what had been received by then: it is given as
    it was, whatever has become of program, templates and district file since. None when it is not kept whole."""
    if month.as_known is None:
        return None
    files = files_until(planned.submissions, [month.period])[month.period]
    made = [
        one
        for one in month.ledger.issued(month.code, month.period)
        if one.period == month.period and one.made_at <= month.as_known and one.files == files
    ]
    stood = standing(made, month.as_known, month.as_known)
    if stood is None or month.store.issue(month.issue_folder(stood.fingerprint)) is None:
        return None
    return month.ledger.find_briefing(month.code, month.period, stood.fingerprint)


def refuse_if_released(month: Month, planned: Plan, what: str = "现有数据") -> None:
    """
    Raises:
        Stopped: the month's issue is out, and this plan does not correct it; `what` is not as it was.
    """
    latest = month.ledger.latest_briefing(month.code, month.period)
    if month.as_known is not None or latest is None or latest.status is not Status.RELEASED:
        return
    if planned.said.corrects != latest.fingerprint:
        raise Stopped(
            f"{month.period.chinese}第{latest.number}期已经签发，不能改写；{what}与签发时不同。"
            f"要看签发时的版本，请用 --as-known；要更正重发，请用 sancu release {month.period} --correct 原因。"
        )
