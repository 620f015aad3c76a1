"""Names that others gave to their files, as text that is safe to show and to store. Never a path."""

from __future__ import annotations

import re
import unicodedata

NAMELESS = "（无名文件）"
_LONGEST = 120
_TAIL = 30
# Cc, Cf: control characters, bidi overrides, zero-width; Zl, Zp: line breaks; Cs: half a character. Private use and
# unassigned stay: rare hanzi in people's names are written with them.
_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def as_text(name: str) -> str:
    """`name` for people: bytes that are not UTF-8 (a zip from Windows) are read as GB18030, what cannot be seen is
    taken out, slashes become `_`, the middle of an endless name becomes `…`."""
    name = re.sub(r"[/\\]", "_", unicodedata.normalize("NFC", _decoded(name)))
    seen = "".join(" " if c in "\t\n\r\u2028\u2029" else c for c in name)
    seen = "".join(c for c in seen if unicodedata.category(c) not in _HIDDEN).strip()
    if len(seen) > _LONGEST:
        seen = f"{seen[: _LONGEST - _TAIL]}…{seen[-_TAIL:]}"
    return NAMELESS if seen in ("", ".", "..") else seen


def _decoded(name: str) -> str:
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a UTF-16 pair, from a Windows share
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
