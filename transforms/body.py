"""Which rows below a header are data, which are totals, and which are neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms import values
from transforms.contracts import ColumnType, Contract
from transforms.headers import Header, Label
from transforms.tables import Cell, RawSheet

# Labels that hold for all rows of one merged block; a merged number or date counts once, where it stands.
_FILLED_DOWN = (ColumnType.TEXT, ColumnType.CHOICE, ColumnType.ORG_CODE)
_TOTAL = re.compile(r"(?:.{0,8})(?:合计|小计|总计|共计)(?:数|额)?(?::.*|\(.*)?")
_NOTE = re.compile(
    r"(?:\*|※)?(?:[附备]?注[0-9]?(?:$|[:、.])|(?:说明|填表|填报|制表|审核|复核|经办|报送|负责|联系|单位负责|分管|主要领导|签字|签发"
    r"|盖章|电话)[^:]{0,8}:|(?:填表|制表|审核|复核)人)"
)
_LETTERED = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Total:
    """A total row: its place (from 0) and whether it is a 小计."""

    row: int
    partial: bool


@dataclass(frozen=True)
class Body:
    """Places (from 0) of the data rows and the total rows, and of rows that hold something but were not counted."""

    rows: tuple[int, ...]
    totals: tuple[Total, ...]
    strays: tuple[int, ...]


def sort_rows(sheet: RawSheet, header: Header, contract: Contract) -> Body:
    """Each row below the header as data, total, stray or nothing. Blank rows, repeated headers, a line of column
    numbers, rows with a serial number only, and notes (填表人：, 注：) are nothing."""
    rows: list[int] = []
    totals: list[Total] = []
    strays: list[int] = []
    for row in range(header.body, len(sheet.cells)):
        filled = {place: cell for place, cell in enumerate(sheet.cells[row]) if not values.is_blank(cell)}
        if not filled:
            continue
        if label := _total_label(filled, header, contract):
            totals.append(Total(row, "小计" in label))
        elif _is_nothing(filled, header, row):
            continue
        elif _is_stray(filled, header, contract):
            strays.append(row)
        else:
            rows.append(row)
    return Body(tuple(rows), tuple(totals), tuple(strays))


def column_cells(sheet: RawSheet, rows: Sequence[int], place: int, kind: ColumnType) -> list[Cell]:
    """The cells of one column in `rows`; in a label column, cells merged downwards repeat the first."""
    down: dict[int, int] = {}
    if kind in _FILLED_DOWN:
        for top, left, bottom, _ in sheet.merged:
            if left == place and bottom > top:
                down.update(dict.fromkeys(range(top + 1, bottom + 1), top))
    cells: list[Cell] = []
    for row in rows:
        line = sheet.cells[down.get(row, row)]
        cells.append(line[place] if place < len(line) else None)
    return cells


def _total_label(filled: dict[int, Cell], header: Header, contract: Contract) -> str:
    for place, cell in filled.items():
        if not isinstance(cell, str) or "计" not in cell or len(cell) > 40:
            continue
        if _TOTAL.fullmatch(label := values.normalise(cell)):
            keys = {header.columns.get(name) for name in contract.key}
            # A row whose key is complete is data, whatever a text in it says.
            return "" if place not in keys and keys <= filled.keys() else label
    return ""


def _is_nothing(filled: dict[int, Cell], header: Header, row: int) -> bool:
    ours = set(header.columns.values()) & filled.keys()
    cells = list(filled.values())
    if _is_note(cells[0]) and (len(ours) <= max(2, len(header.columns) // 2) or any(map(_is_note, cells[1:]))):
        return True
    if not ours and all(_is_serial(cell) for cell in filled.values()):
        return True
    repeated = sum(_repeats(cell, header.labels.get(place)) for place, cell in filled.items())
    if repeated >= max(2, len(filled) / 2):
        return True
    return row == header.body and len(filled) >= 3 and _numbers_columns(cells)


def _is_note(cell: Cell) -> bool:
    return isinstance(cell, str) and _NOTE.match(values.normalise(cell)) is not None


def _repeats(cell: Cell, label: Label | None) -> bool:
    if label is None or not isinstance(cell, str):
        return False
    text = values.normalise(cell)
    return text in label.forms[0] or text in label.forms[-1]


def _is_stray(filled: dict[int, Cell], header: Header, contract: Contract) -> bool:
    ours = set(header.columns.values()) & filled.keys()
    if len(ours) != 1:
        return not ours
    place = ours.pop()
    cell = filled[place]
    keys = {header.columns.get(name) for name in contract.key}
    if not isinstance(cell, str):
        return False
    return place not in keys or (len(cell) > 20 and bool(re.search("[，。；,;]", cell)))


def _is_serial(cell: Cell) -> bool:
    return re.fullmatch(r"[0-9]{1,5}|[一二三四五六七八九十]{1,3}", values.clean(cell)) is not None


def _numbers_columns(cells: list[Cell]) -> bool:
    """甲 乙 1 2 3 …, the line of column numbers that statistical forms carry below the header."""
    texts = [values.clean(cell).strip("()（）") for cell in cells]
    numbers = [text for text in texts if text not in _LETTERED]
    return len(numbers) < len(texts) * 0.9 + 1 and [str(n) for n in range(1, len(numbers) + 1)] == numbers
