"""The format number of single cells in a sheet's XML; values, formulas and everything else are not touched."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.addresses import COLUMNS, Place, address, place_of
from transforms.returns.markup import IN_TAG, attributes, inserted, number, with_attributes
from transforms.returns.sheet_part import SheetPart

Change = Callable[[int], int]  # the number of a cell's format → of the one that it gets


@dataclass(frozen=True)
class _Tag:
    """A start tag of a row or a cell; `place` is its row or column from 0."""

    place: int
    start: int
    end: int
    closed: bool


def restyle(part: SheetPart, wanted: Mapping[Place, Change]) -> None:
    """Give cells another format; rows and cells that are not there are put in where they belong."""
    if part.cells is None or not wanted:
        return
    by_row: dict[int, dict[int, Change]] = {}
    for (row, column), change in sorted(wanted.items(), key=lambda item: item[0]):
        by_row.setdefault(row, {})[column] = change
    columns = _column_formats(part)
    rows = _tags(part, "row", part.cells.inside, part.cells.inside_end)
    known = {tag.place: tag for tag in rows}
    new: list[tuple[int, str]] = []
    prefix = part.document.prefix
    for row, changes in by_row.items():
        if row in known:
            _restyle_row(part, known[row], changes, columns)
        else:
            cells = "".join(_new_cell(part, (row, at), change, columns.get(at, 0)) for at, change in changes.items())
            new += [(row, f'<{prefix}row r="{row + 1}">{cells}</{prefix}row>')] if cells else []
    if part.cells.closed and new:
        part.edits.append(inserted(part.document, part.cells, "".join(text for _, text in new)))
        return
    numbers = [tag.place for tag in rows]
    for row, text in new:
        after = bisect.bisect_right(numbers, row)
        place = rows[after].start if after < len(rows) else part.cells.inside_end
        part.edits.append((place, place, text))


def _restyle_row(part: SheetPart, row: _Tag, changes: Mapping[int, Change], columns: Mapping[int, int]) -> None:
    document = part.document
    end = row.end if row.closed else document.masked.index(f"</{document.prefix}row", row.end)
    cells = [] if row.closed else _tags(part, "c", row.end, end)
    known = {tag.place: tag for tag in cells}
    new: list[tuple[int, str]] = []
    for column, change in changes.items():
        if tag := known.get(column):
            written = document.text[tag.start : tag.end]
            before = number(attributes(written).get("s", "0"))
            if (after := change(before)) != before:
                part.edits.append((tag.start, tag.end, with_attributes(written, {"s": str(after)})))
        else:
            base = _row_format(part, row)
            before = columns.get(column, 0) if base is None else base
            place = next((tag.start for tag in cells if tag.place > column), end)
            new.append((place, _new_cell(part, (row.place, column), change, before)))
    if row.closed and any(text for _, text in new):
        tag_text = document.text[row.start : row.end].removesuffix("/>")
        cells_text = "".join(text for _, text in new)
        part.edits.append((row.start, row.end, f"{tag_text}>{cells_text}</{document.prefix}row>"))
    else:
        part.edits += [(place, place, text) for place, text in new if text]


def _row_format(part: SheetPart, row: _Tag) -> int | None:
    written = attributes(part.document.text[row.start : row.end])
    return number(written["s"]) if written.get("customFormat") in ("1", "true") and "s" in written else None


def _column_formats(part: SheetPart) -> dict[int, int]:
    """Column from 0 → the format that its empty cells have."""
    found: dict[int, int] = {}
    for element in part.before():
        if element.name != "cols":
            continue
        for column in part.document.within(element):
            written = column.attributes
            if "style" in written:
                span = range(number(written.get("min", "1")) - 1, min(number(written.get("max", "1")), COLUMNS))
                found.update(dict.fromkeys(span, number(written["style"])))
    return found


def _new_cell(part: SheetPart, place: Place, change: Change, before: int) -> str:
    """An empty cell; none where it would look as it does without one."""
    after = change(before)
    return f'<{part.document.prefix}c r="{address(place)}" s="{after}"/>' if after != before else ""


def _tags(part: SheetPart, name: str, start: int, end: int) -> list[_Tag]:
    """Rows or cells in order; one without `r` follows the one before."""
    prefix = re.escape(part.document.prefix)
    pattern = re.compile(rf"<{prefix}{name}(?=[\s/>])(?:\s+r=\"([^\"]*)\")?({IN_TAG})>")
    found: list[_Tag] = []
    place = -1
    for match in pattern.finditer(part.document.masked, start, end):
        written = match[1] or attributes(match[2]).get("r", "")
        if name == "row":
            place = number(written, place + 2) - 1
        else:
            at = place_of(written)
            place = at[1] if at else place + 1
        found.append(_Tag(place, match.start(), match.end(), match[2].endswith("/")))
    return found
