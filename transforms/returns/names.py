"""The name under which a workbook goes back."""

from __future__ import annotations

import re
import unicodedata

_MARK = "（退回）"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_LONGEST = 80  # characters of the stem: 255 bytes are the most a file system takes


def returned_name(filename: str, format: str) -> str:  # noqa: A002 - RawWorkbook's word
    """`财政局.xls` → `财政局（退回）.xlsx`; `.xlsm` stays. Folders, control characters and marks that turn the direction of
    writing are dropped, and a name that says 退回 already does not say it twice."""
    name = re.split(r"[/\\]", filename)[-1]
    name = "".join(each for each in name if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = _FORBIDDEN.sub("", name)
    stem, dot, ending = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z]{2,5}", ending):
        stem, ending = name, ""
    kept = "xlsm" if format == "xlsx" and ending.lower() == "xlsm" else "xlsx"
    stem = stem.strip(" .")[:_LONGEST] or "报表"
    return f"{stem.removesuffix(_MARK)}{_MARK}.{kept}"
