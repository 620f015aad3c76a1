"""The title over several lines: broken between words, the lines as even as may be (GB/T 9704-2012, 7.3.1)."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import ceil
from unicodedata import east_asian_width

ROOM_EM = 20  # characters of 2号 that a line of the block holds
_WORDS = re.compile(
    r"(?P<both>\d+年(?:\d+月)?(?:至\d+月)?|（[^）]*）|“[^”]*”|《[^》]*》)"
    r"|(?P<after>活动|工作|行动)"
    r"|(?P<before>(?:进展|完成|落实|推进)?情况)"
)
_STAYS = "的、，：；）”》"  # with the word before it


def balanced(title: str, *names: str) -> tuple[str, ...]:
    """The title's lines; one when it fits, or when there is nowhere to break it. `names` are parts that stay whole."""
    width = _width(title)
    if width <= ROOM_EM:
        return (title,)
    places = _places(title, [name for name in names if name])
    for number in range(ceil(width / ROOM_EM), len(places) + 2):
        cuts = [(0, *chosen, len(title)) for chosen in combinations(places, number - 1)]
        lines = [tuple(title[a:b] for a, b in pairwise(cut)) for cut in cuts]
        fitting = [found for found in lines if max(map(_width, found)) <= ROOM_EM]
        if fitting:
            return min(fitting, key=lambda found: (max(map(_width, found)) - min(map(_width, found)), found))
    return (title,)


def _places(title: str, names: list[str]) -> list[int]:
    """Where a word begins or ends that may be parted from its neighbour, but not within a name."""
    whole = [found.span() for name in names for found in re.finditer(re.escape(name), title)]
    edges = {edge for span in whole for edge in span}
    for found in _WORDS.finditer(title):
        edges |= {"after": {found.end()}, "before": {found.start()}}.get(found.lastgroup or "", set(found.span()))
    inside = {place for start, end in whole for place in range(start + 1, end)}
    return sorted(place for place in edges - inside if 0 < place < len(title) and title[place] not in _STAYS)


def _width(text: str) -> float:
    return sum(1 if east_asian_width(sign) in "WFA" else 0.5 for sign in text)
