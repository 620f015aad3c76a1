"""What stands in personal columns of a workbook, as written: for taking it out of what is shown, never for showing it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from transforms import coercion, sheets, values
from transforms.contracts import Contract
from transforms.sheets import Place
from transforms.tables import RawWorkbook

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


def names(raw: RawWorkbook, contracts: Sequence[Contract]) -> frozenset[str]:
    """The persons named in the workbook's personal columns; free text (备注) is not searched for names."""
    hidden = hidden_texts(sheets.assign(raw.sheets, contracts), contracts)
    parts = (part for text, shown in hidden.items() if shown != values.HIDDEN for part in _BETWEEN.split(text))
    return frozenset(part for part in parts if _NAME.fullmatch(part) and not _NOBODY.search(part))
