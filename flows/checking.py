"""Check single workbooks before they are sent: the same reading and the same rules as in a month's run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows import atomic
from flows.configuration import Configuration, load_configuration
from flows.reader_pool import shared
from flows.returning import marked
from flows.sandbox import Reader
from flows.settings import Settings
from flows.sources import department_of
from flows.store import sha256_of
from transforms.checks import check
from transforms.contracts import Contract
from transforms.errors import UnreadableFile, UsageError
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.reading import read_submission, stated_period
from transforms.sheets import assign
from transforms.submissions import Submission
from transforms.tables import RawWorkbook


@dataclass(frozen=True)
class Checked:
    """What is wrong in one file, worst first. `unread` says why it could not be read at all."""

    path: Path
    department: str = ""
    period: str = ""
    rows: int = 0
    findings: tuple[Finding, ...] = ()
    unread: str = ""
    returned: Path | None = None  # the marked workbook

    @property
    def blocks(self) -> bool:
        return any(finding.severity is Severity.BLOCK for finding in self.findings)

    def lines(self) -> Iterator[str]:
        if self.unread:
            yield self.unread
            return
        counted = "，".join(f"{s.chinese} {sum(f.severity is s for f in self.findings)} 条" for s in Severity)
        yield f"{self.path.name}（{self.department}，{self.period}）：{self.rows} 行，{counted}"
        for finding in self.findings:
            place = " ".join(part for part in (finding.sheet, finding.cell) if part)
            written = f"“{finding.value}” " if finding.value else ""
            yield f"  {finding.severity.chinese} {place} {written}{finding.message}（{finding.rule}）"
        if self.returned:
            yield f"  已标注：{self.returned}"

    def as_json(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "department": self.department,
            "period": self.period,
            "rows": self.rows,
            "unread": self.unread,
            "returned": str(self.returned) if self.returned else None,
            "findings": [
                {
                    "severity": f.severity.value,
                    "rule": f.rule,
                    "sheet": f.sheet,
                    "cell": f.cell,
                    "value": f.value,
                    "message": f.message,
                }
                for f in self.findings
            ],
        }


def check_files(
    settings: Settings,
    paths: list[Path],
    period: str | None,
    department: str | None,
    district: str | None,
    return_to: Path | None = None,
) -> list[Checked]:
    """Check each file by itself. Department and month are taken from the file where they are not given. A file with
    findings is written to `return_to` with its faults marked.

    Raises:
        UsageError: no such district or period.
        EnvironmentFailure: the folder `return_to` cannot be written.
    """
    configuration = load_configuration(settings.data, district or settings.district)
    with shared(settings.reader.limits).reader() as reader:
        return [_check_or_say_why_not(configuration, reader, path, period, department, return_to) for path in paths]


def _check_or_say_why_not(configuration: Configuration, reader: Reader, path: Path, *asked: Any) -> Checked:
    """One file that tells nothing does not keep the others from being checked."""
    try:
        return _check(configuration, reader, path, *asked)
    except UsageError as error:
        return Checked(path, unread=str(error))


def _check(
    configuration: Configuration,
    reader: Reader,
    path: Path,
    period: str | None,
    department: str | None,
    return_to: Path | None,
) -> Checked:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = "没有这个文件" if isinstance(error, FileNotFoundError) else error.strerror
        raise UsageError(f"读不了 {path}：{reason}。") from error
    try:
        raw = reader.read(data, path.name)
    except UnreadableFile as error:
        return Checked(path, unread=str(error))
    sender = _department(configuration, raw, path.name, department)
    contracts = configuration.contracts_of(sender)
    month = Period.parse(period) if period else stated_period(raw, contracts, path.name)
    if month is None:
        raise UsageError(f"看不出“{path.name}”是哪个月的，请用 --period 指定，例如 --period 2014-06。")
    now = dt.datetime.now(dt.UTC)
    submission = Submission(sha256_of(data), configuration.district.code, month, sender, path.name, now, len(data))
    intake = read_submission(raw, submission, contracts)
    findings = list(intake.findings)
    for table in intake.tables:
        contract = next(contract for contract in contracts if contract.id == table.dataset)
        findings += check(contract, [table], intake.findings)
    findings = [
        replace(f, explanation=intake.explanations[f.key])
        if f.severity is Severity.EXPLAIN and f.key in intake.explanations
        else f
        for f in findings
    ]
    findings.sort(key=lambda f: (f.severity.rank, f.dataset, f.sheet, f.row or 0, f.column))
    rows = sum(len(table.frame) for table in intake.tables)
    returned = _give_back(return_to, data, raw, path.name, findings, contracts) if return_to and findings else None
    return Checked(path, sender, month.chinese, rows, tuple(findings), returned=returned)


def _give_back(
    folder: Path,
    data: bytes,
    raw: RawWorkbook,
    filename: str,
    findings: list[Finding],
    contracts: tuple[Contract, ...],
) -> Path:
    name, workbook = marked(data, raw, filename, findings, contracts)
    try:
        atomic.write(folder / name, workbook)
    except OSError as error:
        raise atomic.failure(f"写不进 {folder}", error) from error
    return folder / name


def _department(configuration: Configuration, raw: RawWorkbook, filename: str, given: str | None) -> str:
    """The department given, else named by the file, else the one whose sheets it holds most of."""
    if given:
        known = configuration.district.department(given)
        if known is None:
            raise UsageError(f"没有“{given}”这个部门；现有：{'、'.join(configuration.departments)}。")
        return known.name
    if named := department_of(filename, configuration.district):
        return named
    fitting = {name: len(assign(raw.sheets, configuration.contracts_of(name))) for name in configuration.departments}
    best = max(fitting, key=lambda name: fitting[name])
    if not fitting[best]:
        raise UsageError(f"看不出“{filename}”是哪个部门的，请用 --department 指定。")
    return best
