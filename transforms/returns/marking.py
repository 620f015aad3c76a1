"""The sender's own workbook with wrong cells filled, a comment on each, and the sheet 问题清单."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from transforms.addresses import Place
from transforms.contracts import Contract
from transforms.findings import Finding
from transforms.returns import cells, fills, notes
from transforms.returns.former import former_list, original_fills
from transforms.returns.list_sheet import NAME, list_sheet
from transforms.returns.marks import marks
from transforms.returns.package import TYPES, Package
from transforms.returns.rebuild import rebuilt
from transforms.returns.sheet_part import SheetPart
from transforms.returns.styles import Styles, minimal
from transforms.returns.unpatchable import Unpatchable
from transforms.returns.wording import Columns, columns_of, comment
from transforms.returns.workbook_part import Sheet, WorkbookPart
from transforms.tables import RawWorkbook

_MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_BOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def mark(data: bytes, raw: RawWorkbook, findings: Sequence[Finding], contracts: Sequence[Contract]) -> bytes:
    """An .xlsx or .xlsm with only the intended parts changed; any other format, and one whose parts cannot be
    patched, built anew as .xlsx from `raw`. Marks of an earlier return are taken away first. Equal input gives equal
    bytes."""
    columns = columns_of(contracts)
    if raw.format == "xlsx":
        try:
            return _Return(Package(data), raw, findings, columns).made()
        except (Unpatchable, KeyError):
            pass  # KeyError: a part that the package names is not there
    fresh, named = rebuilt(raw)
    names = {old.name: new.name for old, new in zip(raw.sheets, named.sheets, strict=False)}
    moved = [replace(each, sheet=names.get(each.sheet, each.sheet)) for each in findings]
    package = Package(fresh)
    made = _Return(package, named, moved, columns).made()
    return _with_macro_type(made) if raw.format == "xlsx" and _MACRO_TYPE in _declared_types(data) else made


def _declared_types(data: bytes) -> bytes:
    try:
        return Package(data).read(TYPES)
    except (Unpatchable, KeyError):
        return b""


def _with_macro_type(data: bytes) -> bytes:
    """Excel opens a file named .xlsm only when it says that it may hold macros."""
    package = Package(data)
    package.put(TYPES, package.read(TYPES).replace(_BOOK_TYPE, _MACRO_TYPE))
    return package.zip.to_bytes()


def _column_fills(original: Mapping[str, Mapping[Place, str]]) -> dict[tuple[str, int], str]:
    """(sheet, column) → the fill that all marked cells of a column had; none where they had several."""
    found: dict[tuple[str, int], str] = {}
    for sheet, cells_of_sheet in original.items():
        for (_, column), fill in cells_of_sheet.items():
            if found.setdefault((sheet, column), fill) != fill:
                found[sheet, column] = ""
    return found


class _Return:
    """One return in the making."""

    def __init__(self, package: Package, raw: RawWorkbook, findings: Sequence[Finding], columns: Columns) -> None:
        """
        Raises:
            Unpatchable: no workbook whose parts are understood.
            KeyError: a part is missing.
        """
        self.package, self.columns = package, columns
        self.book = WorkbookPart(package)
        self.styles_name = self.book.styles()
        self.styles = Styles(package.read(self.styles_name) if self.styles_name else minimal(self.book.namespace))
        former = former_list(raw)
        self.former_name = former.sheet.name if former else None
        self.original = original_fills(former)
        self.column_fills = _column_fills(self.original)
        others = tuple(sheet for sheet in raw.sheets if sheet.name != self.former_name)
        self.marks = marks(replace(raw, sheets=others), findings)
        self.fills: dict[tuple[str, Place], str] = {}  # what marked cells were filled with before
        self.blocks = notes.used_blocks(package)

    def made(self) -> bytes:
        for sheet in self.book.sheets:
            if sheet.part and sheet.name != self.former_name:
                self._mark_sheet(sheet)
        content = list_sheet(
            self.marks, self.columns, lambda *at: self.fills.get(at, ""), self.styles, self.book.namespace
        )
        self.book.put_list(NAME, content, self.former_name or "")
        self.package.put(self.styles_name or self.book.add_styles(), self.styles.to_bytes())
        return self.package.zip.to_bytes()

    def _mark_sheet(self, sheet: Sheet) -> None:
        here = self.marks.by_sheet.get(sheet.name, {})
        try:
            part = SheetPart(self.package.read(sheet.part))
        except Unpatchable:
            if here or sheet.name in self.original:
                raise
            return
        part.deselect()
        texts = {
            place: comment([(number + 1, self.marks.findings[number]) for number in numbers], self.columns)
            for place, numbers in here.items()
        }
        had = notes.annotate(self.package, sheet.part, part, texts, self.book.namespace, self.blocks)
        had |= self.original.get(sheet.name, {}).keys()
        wanted = {
            place: functools.partial(self._format, sheet.name, place, place in had) for place in here.keys() | had
        }
        cells.restyle(part, wanted)
        if part.edits:
            self.package.put(sheet.part, part.to_bytes())

    def _format(self, sheet: str, place: Place, had: bool, number: int) -> int:
        """The number of a cell's format without an old mark, with a new one where there is a finding."""
        if had and fills.is_ours(self.styles.fill_of(number)):
            number = self.styles.filled(number, self._former_fill(sheet, place))
        if place not in self.marks.by_sheet.get(sheet, {}):
            return number
        self.fills[sheet, place] = self.styles.fill_of(number)
        return self.styles.marked(number, self.marks.severity(sheet, place))

    def _former_fill(self, sheet: str, place: Place) -> str:
        """Rows move when the sender deletes some: then the fill is that of the column's other marks, if they agree."""
        known = self.original.get(sheet, {})
        if place in known:
            return known[place]
        return self.column_fills.get((sheet, place[1]), "")
