"""The register of enterprises as something to look names and codes up in, exactly or nearly."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from transforms import values

_FORM = re.compile(r"(股份有限公司|有限公司|公司)$")
_MARKS = re.compile(r"[()\[\]【】〔〕《》·・.,，。\-]")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALIKE = 0.8  # at four characters that differ in one, 0.75, two enterprises are the rule
_CANDIDATES = 8


class Entry(NamedTuple):
    code: str  # as the register has it, 9 or 18 characters
    name: str


class Register:
    """Enterprises by the 9-character core of their code."""

    def __init__(self, entries: Mapping[str, tuple[str, str]], places: Sequence[str]) -> None:
        """`entries`: core → code and name. `places`: province, city and district, which may precede a name."""
        self._entries = {core: Entry(*entry) for core, entry in entries.items()}
        self._places = tuple(places)
        self._plain: dict[str, str] = {}

    def name_of(self, code: str) -> str | None:
        entry = self._entries.get(values.core(code))
        return entry.name if entry else None

    def plain(self, name: str) -> str:
        """`name` for comparing: 莆田市涵江区某某（福建）鞋业有限责任公司 is 某某福建鞋业有限公司."""
        if name not in self._plain:
            text = _MARKS.sub("", values.normalise(name)).replace("有限责任公司", "有限公司")
            for place in self._places:
                text = text.removeprefix(place)
            self._plain[name] = text
        return self._plain[name]

    def same(self, one: str, other: str) -> bool:
        return one == other or self.plain(one) == self.plain(other)

    def named(self, name: str) -> Entry | None:
        """The enterprise of that name, however written; of several the one with the lowest code."""
        return self._by_plain.get(self.plain(name)) if name else None

    def near_code(self, code: str) -> Entry | None:
        """The enterprise whose code differs in one character or in two neighbours' order."""
        core = values.core(code)
        return next((self._entries[near] for near in _variants(core) if near in self._entries), None)

    def near_name(self, name: str) -> Entry | None:
        """The enterprise whose name, without places and 有限公司, is most like `name`; None when none is like it."""
        text = self._own(name)
        shared = Counter(core for pair in _pairs(text) for core in self._by_pair.get(pair, ()))
        best: tuple[float, str] = (0.0, "")
        likeliest = sorted(shared, key=lambda core: (-shared[core], core))[:_CANDIDATES]
        for core in likeliest:
            ratio = difflib.SequenceMatcher(None, text, self._own(self._entries[core].name)).ratio()
            best = max(best, (ratio, core))
        return self._entries[best[1]] if best[0] >= _ALIKE else None

    def _own(self, name: str) -> str:
        return _FORM.sub("", self.plain(name))

    @cached_property
    def _by_plain(self) -> dict[str, Entry]:
        found = {self.plain(entry.name): entry for _, entry in sorted(self._entries.items(), reverse=True)}
        found.pop("", None)
        return found

    @cached_property
    def _by_pair(self) -> dict[str, list[str]]:
        """Two neighbouring characters of a name → who has them, so that one name is not compared with all."""
        index: dict[str, list[str]] = {}
        for core, entry in sorted(self._entries.items()):
            for pair in _pairs(self._own(entry.name)):
                index.setdefault(pair, []).append(core)
        return index


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _variants(core: str) -> Iterator[str]:
    for place in range(len(core)):
        for letter in _ALPHABET:
            yield core[:place] + letter + core[place + 1 :]
    for place in range(len(core) - 1):
        yield core[:place] + core[place + 1] + core[place] + core[place + 2 :]
