"""The colours of marks, and a fill written short so that a later return can put it back."""

from __future__ import annotations

import re

from transforms.findings import Severity
from transforms.returns.markup import Document, Element, escaped

COLOURS = {Severity.BLOCK: "FFFFC7CE", Severity.EXPLAIN: "FFFFEB9C", Severity.INFORM: "FFDDEBF7"}
_OURS = frozenset(colour[2:] for colour in COLOURS.values())
_KEY = re.compile(r"(?:rgb=[0-9A-Fa-f]{8}|theme=[0-9]{1,3}|indexed=[0-9]{1,3})(?:,tint=-?[0-9.eE+\-]{1,25})?")
_NAMED = ("rgb", "theme", "indexed")


def key(document: Document, fill: Element) -> str:
    """`rgb=FFFFC7CE`, `theme=4,tint=0.8`; empty for no fill and for patterns and gradients, which are not told."""
    pattern = next(iter(document.within(fill)), None)
    if pattern is None or pattern.attributes.get("patternType") != "solid":
        return ""
    colour = next((each.attributes for each in document.within(pattern) if each.name == "fgColor"), {})
    name = next((each for each in _NAMED if each in colour), "")
    tint = f",tint={colour['tint']}" if "tint" in colour else ""
    return checked(f"{name}={colour.get(name, '')}{tint}")


def checked(text: str) -> str:
    """A key that came back in a sender's file; empty when it is none."""
    return text if _KEY.fullmatch(text) else ""


def is_ours(fill_key: str) -> bool:
    return fill_key.startswith("rgb=") and fill_key[6:].upper() in _OURS


def xml(fill_key: str, prefix: str) -> str:
    """A `<fill>` of that colour."""
    if not fill_key:
        return f'<{prefix}fill><{prefix}patternFill patternType="none"/></{prefix}fill>'
    pairs = (pair.split("=", 1) for pair in fill_key.split(","))
    colour = " ".join(f'{name}="{escaped(value)}"' for name, value in pairs)
    return (
        f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor {colour}/>'
        f'<{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
    )
