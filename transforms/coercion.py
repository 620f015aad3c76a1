"""One column's cells to typed values, with the text as written and a reason for each cell that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from transforms import values
from transforms.contracts import Column, ColumnType
from transforms.tables import Cell
from transforms.values import LostDigits, NotAValue

NUMBERS = (ColumnType.MONEY, ColumnType.AREA, ColumnType.PERCENT, ColumnType.SCORE, ColumnType.COUNT)
_DTYPE: dict[ColumnType, Any] = {**dict.fromkeys(NUMBERS, "Int64"), ColumnType.FLAG: "boolean"}
_NOTHING = frozenset(("无", "暂无", "没有"))
LONGEST_TEXT = 500  # characters of a text cell
_PUNCTUATION = re.compile(r"[、,;.。·:_\-/]")


@dataclass(frozen=True)
class Coerced:
    """`values[i]` and `written[i]` belong to `cells[i]`; `failures` gives the reason for each that was not read,
    whose value is None; `lost` are those of which Excel kept only a part."""

    column: Column
    cells: Sequence[Cell]
    values: list[Any]
    written: list[str]
    failures: dict[int, str]
    lost: frozenset[int] = frozenset()


def as_array(kind: ColumnType, items: Sequence[Any]) -> Any:
    """Int64, boolean, datetime64[s] or str, as the column's type asks; None is missing."""
    if kind is ColumnType.DATE:
        return np.array(items, dtype="datetime64[s]")
    return pd.array(items, dtype=_DTYPE.get(kind, "str"))


def coerce(cells: Sequence[Cell], column: Column, unit: str | None, date_1904: bool, joins: bool) -> Coerced:
    """Type `cells` as `column` says. `unit` is what header or sheet state; `joins` marks a text column that rows are
    joined by, which is brought to one spelling. Personal columns come back masked."""
    parse = _parser(column, unit, date_1904, joins)
    # Columns repeat themselves: each distinct cell is parsed once. 1, 1.0 and True are equal, hence the type.
    seen: dict[tuple[type, Cell], tuple[Any, str, NotAValue | None]] = {}
    typed, written, failures, lost = [], [], {}, set()
    for index, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in seen:
            seen[key] = _one(cell, column, parse)
        value, text, reason = seen[key]
        typed.append(value)
        written.append(text)
        if reason:
            failures[index] = str(reason)
        if isinstance(reason, LostDigits):
            lost.add(index)
    return Coerced(column, cells, typed, written, failures, frozenset(lost))


def masked(column: Column, text: str) -> str:
    """A personal column's text as it may be shown: a name by its surname, anything else not at all."""
    if not text:
        return ""
    # Names stand in columns headed 信访人, 联系人, 姓名; every other personal column is free text.
    return values.mask_name(text) if re.search("人|姓名", column.header) else values.HIDDEN


def percent_unit(columns: Sequence[Sequence[Cell]]) -> list[tuple[str | None, bool]]:
    """For each percent column of a sheet, the unit that its cells show and whether that is doubtful.

    A percent-formatted cell arrives as 0.855. A column is read as fractions when every number in it lies within 0–1
    and one strictly between; a column of bare 0 and 1 follows a neighbour that is read so. It is doubtful when
    numbers strictly between 0 and 1 stand beside larger ones.
    """
    shapes = []
    for cells in columns:
        numbers = [number for cell in cells if (number := _bare_number(cell)) is not None]
        between = any(0 < n < 1 for n in numbers)
        within = bool(numbers) and all(0 <= n <= 1 for n in numbers)
        shapes.append((within, between, any(numbers)))
    some = any(within and between for within, between, _ in shapes)
    return [
        (values.FRACTION if within and (between or (some and filled)) else None, between and not within)
        for within, between, filled in shapes
    ]


def _bare_number(cell: Cell) -> float | None:
    if isinstance(cell, str):
        return float(cell) if re.fullmatch(r"\s*[0-9]+(?:\.[0-9]+)?\s*", cell, re.ASCII) else None
    return cell if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _one(cell: Cell, column: Column, parse: Callable[[Cell], Any]) -> tuple[Any, str, NotAValue | None]:
    text = values.clean(cell)
    shown = masked(column, text) if column.personal else text
    if values.is_blank(cell):
        return None, shown, None
    try:
        if fault := values.formula_fault(cell):
            raise NotAValue(fault)
        value = parse(cell)
    except NotAValue as error:
        return None, shown, error
    return (masked(column, value) if column.personal else value), shown, None


def _parser(column: Column, unit: str | None, date_1904: bool, joins: bool) -> Callable[[Cell], Any]:
    match column.type:
        case ColumnType.TEXT:
            parse = _key if joins else values.clean
            return parse if column.personal else _printable(parse)
        case ColumnType.CHOICE:
            return _choice(column)
        case ColumnType.FLAG:
            return values.parse_flag
        case ColumnType.ORG_CODE:
            return values.parse_org_code
        case ColumnType.DATE:
            return _or_nothing(lambda cell: values.parse_date(cell, date_1904))
        case _:
            return _or_nothing(lambda cell: values.scaled(cell, column, unit))


def _printable(parse: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """A text that a page can hold: one row's must not keep the whole issue from coming out."""

    def printable(cell: Cell) -> Any:
        text = parse(cell)
        if text and len(text) > LONGEST_TEXT:
            raise NotAValue(f"这一格有{len(text)}个字，超过{LONGEST_TEXT}个，请缩短，详情另附")
        if text and values.printable(text) != text:
            raise NotAValue("有表情符号、自造的字或层层叠加的符号，印不出来，请改用汉字")
        return text

    return printable


def _key(cell: Cell) -> str | None:
    values.keep_digits(cell)
    return values.as_key(values.clean(cell)) or None


def _or_nothing(parse: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """无 in a column of dates or numbers says that there is none, which is not 0."""
    return lambda cell: None if isinstance(cell, str) and cell.strip() in _NOTHING else parse(cell)


def _choice(column: Column) -> Callable[[Cell], str]:
    """The allowed value that the text stands for; unknown text as it is, for the `allowed` rule to find."""
    spellings = {word: word for word in column.allowed} | column.synonyms
    plain = {values.normalise(written): value for written, value in spellings.items()}
    bare = {_PUNCTUATION.sub("", written): value for written, value in plain.items()}

    def choose(cell: Cell) -> str:
        text = values.clean(cell)
        key = values.normalise(text)
        return plain.get(key) or bare.get(_PUNCTUATION.sub("", key)) or text

    return choose
