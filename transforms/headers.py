"""Where a sheet's header stands, and which column of the sheet holds which column of the contract."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from transforms import values
from transforms.contracts import Column, ColumnType, Contract
from transforms.tables import Cell, RawSheet

SEARCHED_ROWS = 30
_TYPO_LENGTH = 4  # shorter headers are too close to one another to guess
# A header that differs in one of these says something else: 计划开工日期 is not 计划竣工日期 mistyped.
_TELLING = frozenset("上下本去今明前后初末年季月旬周日时应实已未计划开竣完起止始终出入收支增减新旧大小总净左右内外"
                     "正副一二三四五六七八九十甲乙丙丁0123456789不无非男女率数额价量")  # fmt: skip
_SERIAL = frozenset(("序号", "编号", "行次", "项次", "no.", "no"))
_BRACKETED = re.compile(r"[(\[【〔]\s*(?:计量)?(?:单位:?)?\s*([^()\[\]【】〔〕]+?)\s*[)\]】〕]")
_SUFFIXED = re.compile(r"[/:,]([^/:,]+)$")


@dataclass(frozen=True)
class Label:
    """One sheet column's header: `shown` as a person would quote it, `forms` what it may be matched as, the surest
    first: in full, without brackets, its lowest part alone."""

    shown: str
    forms: tuple[frozenset[str], ...]

    def is_one_of(self, names: Mapping[str, object]) -> bool:
        return any(not names.keys().isdisjoint(forms) for forms in self.forms)


class Candidate(NamedTuple):
    row: int
    height: int
    labels: Mapping[int, Label]


@dataclass(frozen=True)
class Header:
    """A header of `height` rows from `row` (from 0). `columns` gives each contract column found its place in the
    sheet; `guesses` those found by a likely typo; `twins` the other places that match equally well."""

    row: int
    height: int
    labels: Mapping[int, Label]
    columns: Mapping[str, int]
    guesses: frozenset[str]
    twins: Mapping[str, tuple[int, ...]]
    score: tuple[int, int]
    passed: tuple[int, ...] = ()  # rows above that look like this header too

    @property
    def body(self) -> int:
        """The first row below."""
        return self.row + self.height

    def missing(self, contract: Contract) -> tuple[Column, ...]:
        return tuple(c for c in contract.columns if not c.optional and c.name not in self.columns)

    def unread(self) -> tuple[str, ...]:
        """The headers that stand for no column of the contract, without serial numbers."""
        taken = set(self.columns.values()) | {place for others in self.twins.values() for place in others}
        free = (label.shown for place, label in sorted(self.labels.items()) if place not in taken)
        return tuple(dict.fromkeys(shown for shown in free if values.normalise(shown) not in _SERIAL))

    def shown(self, name: str) -> str:
        return self.labels[self.columns[name]].shown

    def nearest(self, column: Column) -> str | None:
        """The header of the sheet, not yet taken, that looks most like the column's; None when none does."""
        taken = set(self.columns.values())
        free = {
            values.normalise(label.shown): label.shown for place, label in self.labels.items() if place not in taken
        }
        wanted = (column.header, *column.aliases)
        ranked = [
            (difflib.SequenceMatcher(None, values.normalise(name), seen).ratio(), shown)
            for seen, shown in free.items()
            for name in wanted
        ]
        best = max(ranked, default=(0.0, ""))
        return best[1] if best[0] >= 0.5 else None


def find(candidates: Sequence[Candidate], contract: Contract) -> Header | None:
    """Of a sheet's candidates the header that names most of the contract's columns, the first of several that name as
    many, for what repeats it below is no data; None when none names two."""
    known = _known(contract)
    found: list[Header] = []
    for row, height, labels in candidates:
        alike = {place: label for place, label in labels.items() if label.is_one_of(known)}
        if len(alike) < 2:
            continue
        columns, twins, surest = _match(alike, known)
        if len(columns) >= 2:
            found.append(Header(row, height, labels, columns, frozenset(), twins, (len(columns), surest)))
    if not found:
        return None
    best = _with_guesses(min(found, key=_worth), contract)
    above = [_with_guesses(header, contract) for header in found if header.body <= best.row]
    equals = [header for header in above if len(header.columns) >= len(best.columns)]
    if equals:
        best = min(equals, key=lambda header: (header.row, _worth(header)))
    half = len(best.columns) / 2
    passed = {header.row for header in above if header.body <= best.row and len(header.columns) >= max(3, half)}
    return replace(best, passed=tuple(sorted(passed)))


def _worth(header: Header) -> tuple[int, int, int, int]:
    """The smaller the better: more columns, more of them in full, fewer rows, further up."""
    columns, surest = header.score
    return -columns, -surest, header.height, header.row


def unit_of(label: Label, kind: ColumnType) -> str | None:
    """The unit that a header states, 奖励金额（元） or 建筑面积/㎡, when it is one of `kind`."""
    text = values.normalise(label.shown)
    for match in (*_BRACKETED.finditer(text), *_SUFFIXED.finditer(text)):
        found = values.unit_type(match[1])
        if found and found[0] is kind:
            return found[1]
    return None


def text_at(sheet: RawSheet, row: int, column: int) -> str:
    """The text of a cell, empty outside the sheet and for what is no text."""
    if row >= len(sheet.cells) or column >= len(sheet.cells[row]):
        return ""
    cell: Cell = sheet.cells[row][column]
    return values.clean(cell) if isinstance(cell, str) else ""


def _known(contract: Contract) -> dict[str, tuple[str, int]]:
    """Normalised header or alias → column name and 0 for the header, 1 for an alias."""
    known: dict[str, tuple[str, int]] = {}
    for rank in (0, 1):
        for column in contract.columns:
            for text in (column.header,) if rank == 0 else column.aliases:
                known.setdefault(values.normalise(text), (column.name, rank))
    return known


def candidates(sheet: RawSheet) -> tuple[Candidate, ...]:
    """Every one of the first 30 rows that are not empty, alone, with the next, and with the next two, as a possible
    header."""
    return tuple(_each_candidate(sheet))


def _each_candidate(sheet: RawSheet) -> Iterator[Candidate]:
    first = next((row for row, cells in enumerate(sheet.cells) if cells), 0)
    rows = [_filled(sheet, row) for row in range(first, min(first + SEARCHED_ROWS + 2, len(sheet.cells)))]
    for place, texts in enumerate(rows[:SEARCHED_ROWS]):
        row, below = first + place, rows[place + 1] if place + 1 < len(rows) else {}
        # A line of units, （万元）, belongs to the names above it even though those fit without it.
        if len(texts) >= 2 and not (
            below and all(_BRACKETED.fullmatch(values.normalise(text)) for text in below.values())
        ):
            yield Candidate(row, 1, {column: _label(text) for column, text in texts.items()})
        for height in (2, 3):
            levels = rows[place : place + height]
            if len(levels) == height and all(levels):
                yield Candidate(row, height, _labels(levels))


def _labels(levels: list[dict[int, str]]) -> dict[int, Label]:
    """Labels of a header of several rows, from the top row to the lowest."""
    spread = levels[-1:]
    for level in reversed(levels[:-1]):
        below = {column: "" for each in spread for column in each}
        spread.insert(0, _spread(level, below))
    columns = sorted({column for level in spread for column in level})
    return {column: _label(*(level.get(column, "") for level in spread)) for column in columns}


def _filled(sheet: RawSheet, row: int) -> dict[int, str]:
    """The texts of a row by place; a merged cell's text stands in each of its places."""
    texts = {place: text for place in range(len(sheet.cells[row])) if (text := text_at(sheet, row, place))}
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and right - left < 200 and (text := text_at(sheet, top, left)):
            texts.update(dict.fromkeys(range(left, right + 1), text))
    return texts


def _spread(tops: dict[int, str], bottoms: dict[int, str]) -> dict[int, str]:
    """Group names without merged cells (CSV, ODS): a name with a leaf below it reaches right over leaves that have
    nothing above."""
    spread, group = dict(tops), ""
    for place in range(max(bottoms) + 1):
        if place in tops:
            group = tops[place] if place in bottoms else ""
        elif place not in bottoms:
            group = ""
        elif group:
            spread[place] = group
    return spread


def _label(*levels: str) -> Label:
    parts = [text for place, text in enumerate(levels) if text and text not in levels[:place]]
    if len(parts) == 1:
        (text,) = parts
        return Label(_one_line(text), (frozenset({values.normalise(text)}), frozenset({_bare(text)})))
    full, bare = [values.normalise(text) for text in parts], [_bare(text) for text in parts]
    # The lowest two say enough where a third stands above them: 奖励兑现_企业_名称.
    whole, short = (
        frozenset(join.join(names[start:]) for join in ("_", "") for start in range(len(parts) - 1))
        for names in (full, bare)
    )
    return Label("_".join(map(_one_line, parts)), (whole, short, frozenset({full[-1], bare[-1]})))


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    """Without what stands in brackets and without a unit after a stroke: 建筑面积/㎡."""
    text = values.normalise(text, brackets=False)
    match = _SUFFIXED.search(text)
    return text[: match.start()] if match and values.unit_type(match[1]) else text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _match(
    labels: Mapping[int, Label], known: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, int], dict[str, tuple[int, ...]], int]:
    """Contract columns by place, their twins, and how many were matched in full."""
    columns: dict[str, int] = {}
    twins: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    surest = 0
    for level in range(3):
        for rank in (0, 1):
            found: dict[str, list[int]] = {}
            for place, label in labels.items():
                if place in taken or level >= len(label.forms):
                    continue
                for form in label.forms[level]:
                    name, its_rank = known.get(form, ("", -1))
                    if its_rank == rank and name not in columns:
                        found.setdefault(name, []).append(place)
                        break
            for name, places in found.items():
                columns[name] = places[0]
                taken.update(places)
                surest += level == 0
                if len(places) > 1:
                    twins[name] = tuple(places[1:])
    return columns, twins, surest


def _with_guesses(header: Header, contract: Contract) -> Header:
    """The columns still missing, each by the one free header that is a likely typo of it."""
    columns, guesses = dict(header.columns), set()
    free = {p: lab for p, lab in header.labels.items() if p not in set(columns.values())}
    claims: dict[str, list[int]] = {}
    for column in contract.columns:
        if column.name not in columns:
            wanted = [values.normalise(text) for text in (column.header, *column.aliases)]
            places = [
                p for p, lab in free.items() if any(is_typo(w, f) for w in wanted for s in lab.forms[:2] for f in s)
            ]
            claims[column.name] = places
    for name, places in claims.items():
        rivals = sum(places[0] in others for others in claims.values()) if len(places) == 1 else 0
        if rivals == 1:
            columns[name] = places[0]
            guesses.add(name)
    return replace(header, columns=columns, guesses=frozenset(guesses))


def is_typo(wanted: str, seen: str) -> bool:
    """One character more, less or other, in headers of at least four, and not one that changes the meaning."""
    if min(len(wanted), len(seen)) < _TYPO_LENGTH or abs(len(wanted) - len(seen)) > 1 or wanted == seen:
        return False
    start = next((i for i, (a, b) in enumerate(zip(wanted, seen, strict=False)) if a != b), min(len(wanted), len(seen)))
    a, b = wanted[start:], seen[start:]
    if len(wanted) == len(seen):
        return a[1:] == b[1:] and not {a[0], b[0]} & _TELLING
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[1:] == shorter and longer[0] not in _TELLING
