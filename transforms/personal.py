"""What stands in personal columns of a workbook, as written: for taking it out of what is shown. Only `as_written` is for
showing it, to those who have the role."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from transforms import coercion, values
from transforms.addresses import place_of
from transforms.contracts import Contract
from transforms.readings import Reading
from transforms.sheets import Place
from transforms.tables import RawSheet, RawWorkbook

_NAME = re.compile(r"[㐀-鿿·]{2,6}")
# Several persons in one cell, or an addition: 张三、李四 等2人 (代)
_BETWEEN = re.compile(r"[\s、，,；;/和及（）()等]+")
# What departments write where no one person complains; as a name it would forbid an everyday word.
_NOBODY = re.compile("[某户]|村民|居民|群众|业主|职工|工人|家属|代表|匿名|集体|单位|公司")


def hidden_texts(places: Mapping[str, Place], contracts: Sequence[Contract]) -> dict[str, str]:
    """Each text of a personal column → what may be shown of it. `places` are by contract id."""
    hidden: dict[str, str] = {}
    for contract in contracts:
        place = places.get(contract.id)
        for column in contract.columns if place and place.header else ():
            if column.personal and place and place.header and column.name in place.header.columns:
                where = place.header.columns[column.name]
                cells = (row[where] for row in place.sheet.cells[place.header.body :] if where < len(row))
                hidden |= {text: coercion.masked(column, text) for cell in cells if len(text := values.clean(cell)) > 1}
    return hidden


def names(places: Mapping[str, Place], contracts: Sequence[Contract]) -> frozenset[str]:
    """The persons named in a workbook's personal columns; free text (备注) is not searched for names. `places` are by
    contract id."""
    hidden = hidden_texts(places, contracts)
    parts = (part for text, shown in hidden.items() if shown != values.HIDDEN for part in _BETWEEN.split(text))
    return frozenset(part for part in parts if _NAME.fullmatch(part) and not _NOBODY.search(part))


def as_written(reading: Reading, raw: RawWorkbook, contract: Contract) -> Reading:
    """The reading with what the department wrote in its personal columns."""
    (sheet,) = (sheet for sheet in raw.sheets if sheet.name == reading.sheet)
    letters = {column.name: column.letters for column in reading.columns if column.name in reading.written}
    told = {
        column.name: [_text(sheet, f"{letters[column.name]}{row}") for row in reading.rows]
        for column in contract.columns
        if column.personal and column.name in letters
    }
    return replace(reading, written={**reading.written, **told}, values={**reading.values, **told})


def _text(sheet: RawSheet, address: str) -> str:
    place = place_of(address)
    row = sheet.cells[place[0]] if place and place[0] < len(sheet.cells) else ()
    return values.clean(row[place[1]]) if place and place[1] < len(row) else ""
