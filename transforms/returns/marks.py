"""Where findings stand in a workbook: which cell is marked for which findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transforms.addresses import COLUMNS, ROWS, Place, place_of
from transforms.findings import Finding, Severity
from transforms.tables import RawSheet, RawWorkbook

MOST = 5_000  # findings that are marked and listed: a sheet wrong from top to bottom says the same in each row


@dataclass(frozen=True)
class Marks:
    """Findings worst first; their number in the list is their place here, from 1."""

    findings: tuple[Finding, ...]
    total: int  # before the list was cut
    places: tuple[Place | None, ...]  # of each finding; None for one about a sheet or file
    by_sheet: Mapping[str, Mapping[Place, tuple[int, ...]]] = field(default_factory=dict)  # places in `findings`

    def severity(self, sheet: str, place: Place) -> Severity:
        """The worst at a cell."""
        return self.findings[self.by_sheet[sheet][place][0]].severity


def marks(raw: RawWorkbook, findings: Sequence[Finding]) -> Marks:
    """Worst first, then as they stand in the workbook; of more than `MOST` the worst."""
    order = {sheet.name: number for number, sheet in enumerate(raw.sheets)}
    locators = {sheet.name: _Locator(sheet) for sheet in raw.sheets}

    def rank(finding: Finding) -> tuple[object, ...]:
        column = place_of(f"{finding.column}1")
        return (
            finding.severity.rank, order.get(finding.sheet, -1), finding.row or 0, column[1] if column else -1,
            finding.rule,
        )  # fmt: skip

    kept = tuple(sorted(findings, key=rank)[:MOST])
    places = tuple(locators[each.sheet].place(each) if each.sheet in locators else None for each in kept)
    by_sheet: dict[str, dict[Place, list[int]]] = {}
    for number, (finding, place) in enumerate(zip(kept, places, strict=True)):
        if place is not None:
            by_sheet.setdefault(finding.sheet, {}).setdefault(place, []).append(number)
    fixed = {sheet: {place: tuple(numbers) for place, numbers in cells.items()} for sheet, cells in by_sheet.items()}
    return Marks(kept, len(findings), places, fixed)


class _Locator:
    """Finds the cell of a finding in one sheet. A cell covered by a merged range is the range's first."""

    def __init__(self, sheet: RawSheet) -> None:
        self._sheet = sheet
        self._merged: dict[int, list[tuple[int, int, int, int]]] = {}
        for merged in sheet.merged:
            for row in range(merged[0], min(merged[2], len(sheet.cells)) + 1):
                self._merged.setdefault(row, []).append(merged)

    def place(self, finding: Finding) -> Place | None:
        if finding.row is None or not 1 <= finding.row <= ROWS:
            return None
        row = finding.row - 1
        at = place_of(f"{finding.column}1")
        column = at[1] if at else self._first_used(row)
        for first_row, first_column, _, last_column in self._merged.get(row, ()):
            if first_column <= column <= last_column:
                return first_row, first_column
        return row, column

    def _first_used(self, row: int) -> int:
        cells = self._sheet.cells[row] if row < len(self._sheet.cells) else ()
        return next((place for place, cell in enumerate(cells[:COLUMNS]) if cell not in (None, "")), 0)
