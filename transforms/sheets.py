"""Which sheet of a workbook, or which part of one, holds which dataset: by name first, else by the header that fits best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms import headers, regions, returns, values
from transforms.contracts import Contract
from transforms.headers import Header
from transforms.tables import RawSheet


@dataclass(frozen=True)
class Place:
    """Where a dataset stands. `header` is None when the sheet goes by the right name but has no header; `rivals`
    are sheets that could be the same dataset and were not read."""

    sheet: RawSheet
    header: Header | None
    rivals: tuple[str, ...] = ()


def assign(whole: Sequence[RawSheet], contracts: Sequence[Contract]) -> Mapping[str, Place]:
    """A place for each dataset (by contract id) that has one; no sheet, or part of one that holds several tables,
    serves two."""
    sheets = [part for sheet in whole if not is_own(sheet) for part in regions.split(sheet, contracts)]
    candidates = [headers.candidates(sheet) for sheet in sheets]
    fits = {contract.id: [headers.find(rows, contract) for rows in candidates] for contract in contracts}
    named = {contract.id: [_name_fit(sheet.name, contract) for sheet in sheets] for contract in contracts}
    chosen: dict[str, int] = {}
    pairs = [
        (_rank(named[contract.id][i], fits[contract.id][i], sheet), contract, i)
        for contract in contracts
        for i, sheet in enumerate(sheets)
        if named[contract.id][i] or _looks_like(fits[contract.id][i], contract)
    ]
    for _, contract, i in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if contract.id not in chosen and i not in chosen.values():
            chosen[contract.id] = i
    places = {}
    for contract in contracts:
        if contract.id in chosen:
            i = chosen[contract.id]
            rivals = tuple(
                sheet.name
                for j, sheet in enumerate(sheets)
                if j not in chosen.values() and _has_rows(sheet, fits[contract.id][j], contract)
            )
            places[contract.id] = Place(sheets[i], fits[contract.id][i], rivals)
    return places


def is_own(sheet: RawSheet) -> bool:
    """Written by us, into a form or a returned workbook."""
    return sheet.name.startswith("填报说明") or returns.is_list(sheet)


def unread(whole: Sequence[RawSheet], places: Mapping[str, Place]) -> tuple[str, ...]:
    """The names of sheets that hold something and were not read. Hidden ones hold the choices of drop-down lists."""
    read = {place.sheet.name for place in places.values()}
    return tuple(
        sheet.name
        for sheet in whole
        if sheet.cells and sheet.name not in read and not sheet.hidden and not is_own(sheet)
    )


def _name_fit(name: str, contract: Contract) -> int:
    """1000 and more for the contract's own name or alias, its length for a name that contains one, 0 for others."""
    seen = values.normalise(name)
    wanted = [values.normalise(text) for text in (contract.sheet, *contract.aliases)]
    if seen in wanted:
        return 1000 + len(wanted) - wanted.index(seen)
    return max((len(text) for text in wanted if text in seen), default=0)


def _rank(name_fit: int, header: Header | None, sheet: RawSheet) -> tuple[int, ...]:
    """The larger the better: a header under the exact name, a header under a name that contains it, a header, a name
    alone; then the better fit, and a visible sheet before a hidden one."""
    score = header.score if header else (0, 0)
    found = header is not None
    return (found and name_fit >= 1000, found and name_fit > 0, found, name_fit, *score, not sheet.hidden)


def _looks_like(header: Header | None, contract: Contract) -> bool:
    """A header without the sheet's name counts when it has the whole key and three fifths of what must be there."""
    if header is None:
        return False
    required = [column.name for column in contract.columns if not column.optional]
    found = sum(name in header.columns for name in required)
    return all(name in header.columns for name in contract.key) and 5 * found >= 3 * len(required)


def _has_rows(sheet: RawSheet, header: Header | None, contract: Contract) -> bool:
    return header is not None and not header.missing(contract) and len(sheet.cells) > header.body
