"""From a cell of a file to the figures that it reached: the way of `flows.why`, backwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from flows import atomic
from flows.explanation import shown
from flows.ledger import Ledger
from flows.ledger.tracing import Receipt, Traced
from flows.readings import Readings
from flows.settings import Settings
from flows.store import sha256_of
from transforms.addresses import address, column_letters, place_of
from transforms.errors import EnvironmentFailure, UsageError
from transforms.figures import CellRange
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.ranges import holds, spans
from transforms.readings import Reading


@dataclass(frozen=True)
class Use:
    """A figure that the cell went into; `via` are the figures among these that it is computed from, if any."""

    period: Period
    code: str
    label: str
    printed: str  # with its unit
    via: tuple[str, ...] = ()

    def line(self) -> str:
        through = f"（经由 {'、'.join(self.via)}）" if self.via else ""
        return f"    {self.label}（{self.code}）= {self.printed}{through}"

    def as_json(self) -> dict[str, Any]:
        told = {"period": str(self.period), "code": self.code, "label": self.label, "printed": self.printed}
        return told | {"via": list(self.via)}


class Place(NamedTuple):
    """A cell of one sheet."""

    sheet: str
    letters: str
    row: int

    def among(self, places: Iterable[CellRange]) -> bool:
        return any(p.sheet == self.sheet and holds(p.ranges, self.letters, self.row) for p in places)

    def row_among(self, places: Iterable[CellRange]) -> bool:
        parts = (span for p in places if p.sheet == self.sheet for span in spans(p.ranges))
        return any(span.first <= self.row <= span.last for span in parts)


@dataclass(frozen=True)
class Uses:
    """What became of one cell. `header`, `written` and `read` are empty where the sheet is not kept or the cell is
    none of its data."""

    receipt: Receipt
    sheet: str
    cell: str
    replaced_by: str  # the file that took this one's place, if one did
    header: str
    written: str
    read: str
    uses: tuple[Use, ...]
    row_uses: tuple[Use, ...]  # by another cell of the same row: it was counted, or this cell only chosen by
    findings: tuple[Finding, ...]  # about the row, the whole sheet or the file
    briefings: int  # months looked through

    @property
    def why_none(self) -> str:
        """Why the cell reached no figure; empty when it did."""
        if self.uses:
            return ""
        if self.replaced_by:
            return f"这个文件后来由“{self.replaced_by}”取代，按后来的文件计。"
        blocking = [finding for finding in self.findings if finding.severity is Severity.BLOCK]
        if blocking:
            what = "这张表" if blocking[0].row is None else "这一行"
            return f"{what}已退回，没有计入：{blocking[0].message}（{blocking[0].rule}）"
        if not self.briefings:
            return f"{self.receipt.period} 起还没有做过简报，请先运行：sancu run {self.receipt.period}"
        if not self.header:
            return "这一格不是数据（是标题、表头、合计、空行，或没有读取的列）。"
        return "没有指标直接用到这一格。"

    def lines(self) -> Iterator[str]:
        """For people, the months in order."""
        yield f"{self.receipt.period} {self.receipt.department} {self.receipt.filename} · {self.sheet} · {self.cell}"
        if self.header:
            yield f"  {self.header}：原文 {self.written or '（空）'} → 读作 {self.read}"
        if self.why_none:
            yield f"  没有进入任何指标：{self.why_none}"
        for period in dict.fromkeys(use.period for use in self.uses):
            yield f"  {period} 简报："
            yield from (use.line() for use in self.uses if use.period == period)
        for period in dict.fromkeys(use.period for use in self.row_uses):
            codes = "、".join(use.code for use in self.row_uses if use.period == period)
            yield f"  {period} 简报按这一行的其他格计入：{codes}"
        if self.findings:
            yield "  检查中发现："
        for finding in self.findings:
            yield f"    {finding.severity.chinese} {finding.cell or '整张表'}：{finding.message}（{finding.rule}）"

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.receipt.filename,
            "submission": self.receipt.sha256,
            "department": self.receipt.department,
            "period": str(self.receipt.period),
            "sheet": self.sheet,
            "cell": self.cell,
            "replaced_by": self.replaced_by,
            "header": self.header,
            "written": self.written,
            "read": self.read,
            "why_none": self.why_none,
            "uses": [use.as_json() for use in self.uses],
            "row_uses": [use.as_json() for use in self.row_uses],
            "findings": [
                {"severity": f.severity.value, "cell": f.cell, "rule": f.rule, "message": f.message}
                for f in self.findings
            ],
        }


def uses(settings: Settings, file: Path, sheet: str, cell: str, district: str | None = None) -> Uses:
    """The figures of every month's current briefing that a cell of a received file went into.

    Raises:
        UsageError: no such file on the disk or in the ledger, no such sheet in it, or no address of a cell.
        EnvironmentFailure: the file, the store or the ledger cannot be read.
    """
    if (place := place_of(cell.strip())) is None:
        raise UsageError(f"“{cell}”不是单元格地址，应写成列字母加行号，如 J6。")
    where, letters, row = district or settings.district, column_letters(place[1]), place[0] + 1
    ledger = Ledger(settings.database_url)
    receipt, in_force = _receipt(ledger, where, file)
    current = ledger.current_briefings(where, receipt.period)
    traced = {period: ledger.lineages(briefing, receipt.sha256) for period, briefing in current.items()}
    own = [briefing for period, briefing in current.items() if period == receipt.period]
    found = ledger.findings_about(own, (receipt.sha256,))
    readings = Readings(settings, where, ledger)
    reading = readings.load(receipt.sha256, sheet, (letters,))
    if reading is None:
        _refuse_unknown_sheet(sheet, receipt, traced, found)
        reading = _read_again(readings, receipt, sheet, letters)
    where_it_is, told = Place(sheet, letters, row), _shown(reading, letters, row)
    # A cell beside the columns that were read chose nothing.
    data = reading is None or told["header"]
    beside = (use for period, figures in traced.items() for use in _beside(period, figures, where_it_is))
    return Uses(
        receipt=receipt,
        sheet=sheet,
        cell=address(place),
        replaced_by=in_force.filename if in_force.sha256 != receipt.sha256 else "",
        **told,
        uses=tuple(use for period, figures in traced.items() for use in reached(period, figures, where_it_is)),
        row_uses=tuple(beside) if data else (),
        findings=tuple(f for f in found if f.sheet in ("", sheet) and f.row in (None, row)),
        briefings=len(current),
    )


def _receipt(ledger: Ledger, district: str, file: Path) -> tuple[Receipt, Receipt]:
    """The receipt of these bytes, one in force rather than another, and what is in force in its place."""
    try:
        sha256 = sha256_of(file.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"没有文件 {file}，请检查路径。") from None
    except OSError as error:
        raise atomic.failure(f"读不了文件 {file}", error) from error
    known = ledger.receipts(district, sha256)
    if not known:
        raise UsageError(
            f"账本里没有收过“{file.name}”这个文件（按内容比对，改动过一个字也算另一个文件）。"
            "请用部门报来的原件；还没有收文的，请先运行 sancu run；区县不同的，请用 --district 指定。"
        )
    return max(known, key=lambda pair: (pair[0].sha256 == pair[1].sha256, pair[0].period))


def _read_again(readings: Readings, receipt: Receipt, sheet: str, letters: str) -> Reading | None:
    """None for a sheet that cannot be read: a finding says why."""
    try:
        return readings.read(receipt.sha256, sheet, (letters,))
    except EnvironmentFailure:
        return None


def _refuse_unknown_sheet(
    sheet: str, receipt: Receipt, traced: Mapping[Period, Sequence[Traced]], found: Sequence[Finding]
) -> None:
    """Unless a figure or a finding names the sheet."""
    used = (place.sheet for figures in traced.values() for figure in figures for place in figure.cells)
    sheets = dict.fromkeys([*used, *(finding.sheet for finding in found if finding.sheet)])
    if sheet not in sheets:
        hint = f"账本里它有：{'、'.join(f'“{name}”' for name in sheets)}。" if sheets else "它没有一张表进入过账本。"
        raise UsageError(f"“{receipt.filename}”里没有“{sheet}”这张表。{hint}")


def _shown(reading: Reading | None, letters: str, row: int) -> dict[str, str]:
    column = next((column for column in reading.columns if column.letters == letters), None) if reading else None
    if reading is None or column is None or row not in reading.rows:
        return {"header": "", "written": "", "read": ""}
    at = reading.rows.index(row)
    read = shown(reading.values[column.name][at], column)
    return {"header": column.header, "written": reading.written[column.name][at], "read": read}


def reached(period: Period, figures: Sequence[Traced], cell: Place) -> list[Use]:
    """Figures whose own cells hold it, and all that are computed from these, in the briefing's order."""
    codes = {figure.code for figure in figures if cell.among(figure.cells)}
    # A figure may stand before one that it is computed from, hence until nothing is added.
    size = -1
    while size != len(codes):
        size = len(codes)
        codes |= {figure.code for figure in figures if not codes.isdisjoint(figure.inputs)}
    return [_use(period, f, tuple(i for i in f.inputs if i in codes)) for f in figures if f.code in codes]


def _beside(period: Period, figures: Sequence[Traced], cell: Place) -> list[Use]:
    """Figures whose cells hold another of the same row."""
    return [_use(period, f) for f in figures if not cell.among(f.cells) and cell.row_among(f.cells)]


def _use(period: Period, figure: Traced, via: tuple[str, ...] = ()) -> Use:
    shown = figure.printed if figure.printed == "—" else figure.printed + figure.unit
    return Use(period, figure.code, figure.label, shown, via)
