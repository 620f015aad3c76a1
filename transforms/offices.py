"""Leaders and townships as the district file has them, and which of them a text probably means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from transforms import values
from transforms.districts import District

_SEVERAL = re.compile(r"[、，,;；\n]+")
_OFFICE = re.compile(r"(街道办事处|街道|镇政府|乡政府|镇|乡)$")
_LIKE_A_LEADER = 0.7
_LIKE_A_TOWNSHIP = 0.6
_SHOWN = 40  # characters of a cell that a message repeats


def leader_fault(text: str, district: District, near_only: bool = False) -> str:
    """What is wrong with a cell that names district leaders, one or several; empty when each is on the list.

    `near_only` is for columns where others may stand too: only what is like a leader on the list is said.
    """
    for part in filter(None, map(values.clean, _SEVERAL.split(text))):
        if part in district.leaders or not district.leaders:
            continue
        if near := _nearest(part, district.leaders, _LIKE_A_LEADER):
            return f"区领导名单中没有“{part[:_SHOWN]}”，相近的有{near}，请核对"
        if not near_only:
            return f"区领导名单中没有“{part[:_SHOWN]}”，请填职务，例如“{district.leaders[0]}”"
    return ""


def township_fault(text: str, district: District) -> str:
    """What is wrong with the name of a township. 江口, 涵江区江口镇 and 江口镇政府 mean 江口镇; others are compared
    letter by letter."""
    if text in district.townships or not district.townships:
        return ""
    plain = values.normalise(text)
    for above in (district.province, district.city, district.name):
        plain = plain.removeprefix(above)
    bare = {_OFFICE.sub("", township): township for township in district.townships}
    if meant := bare.get(_OFFICE.sub("", plain)):
        return f"“{text[:_SHOWN]}”应写“{meant}”"
    near = _nearest(plain, district.townships, _LIKE_A_TOWNSHIP)
    return f"本区没有“{text[:_SHOWN]}”{f'，相近的有{near}' if near else ''}，请核对"


def _nearest(text: str, known: Sequence[str], cutoff: float) -> str:
    """`“白沙镇”“白塘镇”`: those most like `text`, all that are equally so; empty when none is like it."""
    ratios = {name: difflib.SequenceMatcher(None, text, name).ratio() for name in known}
    best = max(ratios.values(), default=0.0)
    return "".join(f"“{name}”" for name, ratio in ratios.items() if ratio == best >= cutoff)
