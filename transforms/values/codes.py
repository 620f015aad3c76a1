"""Codes of organisations: GB 11714-1997 (9 characters) and GB 32100-2015 (18, with the old code at 9–17)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from transforms.values.texts import NotAValue, clean, keep_digits

if TYPE_CHECKING:
    from transforms.tables import Cell

_OLD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997, 附录 A
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 1: no I O S V Z
_NEW_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_OLD = re.compile(r"[0-9A-Z]{8}[0-9X]")
_NEW = re.compile(rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}")


def parse_org_code(cell: Cell) -> str:
    """The code in capitals without hyphens, 9 or 18 characters; its check digit is not judged here.

    Raises:
        NotAValue: another length or alphabet.
        LostDigits: digits that Excel lost by making a number of it.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise NotAValue("不是企业代码，请填 9 位组织机构代码或 18 位统一社会信用代码")
    keep_digits(cell)
    if isinstance(cell, float) and not cell.is_integer():
        raise NotAValue(f"“{clean(cell)}”不是企业代码")
    if not isinstance(cell, str):
        return _from_number(int(cell))
    shown = clean(cell)
    text = unicodedata.normalize("NFKC", shown).upper().lstrip("'’‘`")
    text = re.sub(r"[\s\-‐‑‒–—―−]", "", re.sub(r"(?<=[0-9])\.0$", "", text))
    if _OLD.fullmatch(text) or _NEW.fullmatch(text):
        return text
    if len(text) == 18 and text.isascii() and text.isalnum():
        raise NotAValue(f"“{shown}”里有统一社会信用代码不用的字母（I、O、S、V、Z）或第 3—8 位不是数字")
    if len(text) == 15:
        raise NotAValue(f"“{shown}”是 15 位，像是工商注册号或税号，请填 9 位组织机构代码或 18 位统一社会信用代码")
    if text.isascii() and text.isalnum():
        raise NotAValue(f"“{shown}”是 {len(text)} 位，应为 9 位或 18 位")
    raise NotAValue(f"“{shown}”不是企业代码，请填 9 位组织机构代码或 18 位统一社会信用代码")


def _from_number(number: int) -> str:
    text = str(number)
    if len(text) == 9 and number > 0:
        return text
    raise NotAValue(f"“{text}”是 {len(text)} 位数字，可能丢了开头的 0，请把单元格改成“文本”格式重填")


def core(code: str) -> str:
    """The 9-character code that both vintages share; `code` as `parse_org_code` gives it."""
    return code[8:17] if len(code) == 18 else code


def check_digit_ok(code: str) -> bool:
    """Whether the check digits hold: position 9 by GB 11714, of 18 characters also position 18 by GB 32100."""
    if _OLD.fullmatch(code):
        return code[8] == _old_check(code[:8])
    if _NEW.fullmatch(code):
        total = sum(_ALPHABET.index(c) * w for c, w in zip(code[:17], _NEW_WEIGHTS, strict=True))
        return code[17] == _ALPHABET[-total % 31] and code[16] == _old_check(code[8:16])
    return False


def _old_check(body: str) -> str:
    total = sum(int(c, 36) * w for c, w in zip(body, _OLD_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
