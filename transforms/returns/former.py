"""The sheet 问题清单 of an earlier return, as it stands in the workbook that came back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from transforms import values
from transforms.addresses import Place, place_of
from transforms.returns import fills
from transforms.returns.markup import plain
from transforms.tables import Cell, RawSheet, RawWorkbook

KEY, PROBLEM, ANSWER, SHEET, FILL = "编号", "问题", "情况属实/说明", "工作表", "原底色"
_ANSWER_START = "情况属实"
_LOOKED_AT = 15  # rows in which the header may stand
_FINDING_KEY = re.compile(r"[0-9a-f]{16}")
_LONGEST = 200


@dataclass(frozen=True)
class FormerList:
    """A list that came back. `columns`: header → place from 0."""

    sheet: RawSheet
    header: int
    columns: Mapping[str, int]

    def rows(self) -> Iterator[Mapping[str, Cell]]:
        for row in self.sheet.cells[self.header + 1 :]:
            yield {name: row[place] for name, place in self.columns.items() if place < len(row)}


def is_list(sheet: RawSheet) -> bool:
    """Whether a sheet is the list of an earlier return, and no data."""
    return _header(sheet) is not None


def former_list(raw: RawWorkbook) -> FormerList | None:
    return next((found for sheet in raw.sheets if (found := _header(sheet))), None)


def _header(sheet: RawSheet) -> FormerList | None:
    for number, row in enumerate(sheet.cells[:_LOOKED_AT]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = "".join(cell.split()) if isinstance(cell, str) else ""
            columns.setdefault(ANSWER if name.startswith(_ANSWER_START) else name, place)
        if {KEY, PROBLEM, ANSWER} <= columns.keys():
            return FormerList(sheet, number, columns)
    return None


def explanations(raw: RawWorkbook) -> dict[str, str]:
    """Finding.key → what the department wrote into 情况属实/说明, on one line, at most 200 characters. A finding on
    several rows has the first that is not empty; one without a text is left out."""
    found: dict[str, str] = {}
    former = former_list(raw)
    for row in former.rows() if former else ():
        key = values.clean(row.get(KEY)).lower()
        text = " ".join(plain(values.clean(row.get(ANSWER))).split())[:_LONGEST]
        if text and _FINDING_KEY.fullmatch(key):
            found.setdefault(key, text)
    return found


def original_fills(former: FormerList | None) -> dict[str, dict[Place, str]]:
    """Sheet → marked cell → the key of the fill that it had before it was marked."""
    found: dict[str, dict[Place, str]] = {}
    for row in former.rows() if former else ():
        sheet, (cell, _, fill) = row.get(SHEET), values.clean(row.get(FILL)).partition(" ")
        place = place_of(cell)
        if place and isinstance(sheet, str):
            found.setdefault(sheet, {}).setdefault(place, fills.checked(fill))
    return found
