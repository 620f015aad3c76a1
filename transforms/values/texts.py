"""Text as it stands in a cell: cleaning, comparing, masking, and the yes/no marks."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transforms.tables import Cell


class NotAValue(ValueError):
    """A cell that cannot be read as what its column holds; the message is the reason in plain Chinese."""


class LostDigits(NotAValue):
    """A code or number that Excel kept only 15 digits of: what is left is another code."""


HIDDEN = "（已隐去）"
# Emoji, flags, tags and private use, which no typeface that may be embedded has; marks piled upon a letter.
_UNPRINTABLE = re.compile(
    "[\U0001f000-\U0001faff\U000e0000-\U0010ffff\ue000-\uf8ff]"
    "|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3,}"
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_PLACEHOLDERS = frozenset(("", "/", "／", "\\", "＼", "-", "--", "---", "----", "——", "…", "……"))
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_PADDED_NAME = re.compile(r"([\u4e00-\u9fff])[\s\u3000]+([\u4e00-\u9fff])")
_HANZI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_FORMULA_ERROR = re.compile(r"#(DIV/0!|N/A|REF!|NAME\?|VALUE!|NUM!|NULL!|SPILL!|CALC!|未计算)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+[0-9]+|[0-9]+\.[0-9]+E[0-9]+", re.IGNORECASE)
_EXACT = 10**15  # Excel keeps 15 digits

_YES = frozenset(("是", "有", "√", "✓", "✔", "☑", "对", "1", "y", "yes", "t", "true", "已"))
_NO = frozenset(("否", "无", "×", "✗", "✘", "✕", "☒", "x", "没有", "错", "0", "n", "no", "f", "false", "未"))


def clean(cell: Cell) -> str:
    """The cell as text: outer white space and invisible control characters gone, line breaks inside kept; a number
    with at most 15 digits as Excel shows it; a date as `2014-06-17`; empty for an empty cell.

    Two hanzi held apart by spaces are a name padded to three characters' width and lose the spaces.
    """
    match cell:
        case None:
            return ""
        case str():
            return _clean_text(cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return f"{cell:.15g}" if abs(cell) < 1e15 or not cell.is_integer() else f"{cell:.0f}"
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def printable(text: str) -> str:
    """`text` with 〓, the compositor's sign for a sort he lacks, for what no page can print: a cell is asked to be
    mended, the name of a file or a sheet is not."""
    return text if text.isascii() else _UNPRINTABLE.sub("〓", text)


def _clean_text(text: str) -> str:
    # Plain printable text is the rule; the slow walk is for the rest.
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn"))
    text = text.strip()
    if match := _PADDED_NAME.fullmatch(text):
        return match[1] + match[2]
    return text


def is_blank(cell: Cell) -> bool:
    """Nothing, or a mark that stands for nothing: `/`, `-`, `—`, `……`."""
    return cell is None or (isinstance(cell, str) and _clean_text(cell).translate(_DASHES) in _PLACEHOLDERS)


def formula_fault(cell: Cell) -> str:
    """Why a formula's result cannot be used: `#DIV/0!` and its kind, or saved without a result; empty for others."""
    if not (isinstance(cell, str) and (match := _FORMULA_ERROR.fullmatch(cell.strip()))):
        return ""
    if match[1] == "未计算":
        return "公式没有算出结果，请在 Excel 或 WPS 中打开、保存后再报，或改填数值"
    return f"公式出错（{cell.strip()}），请改填数值或文字"


def keep_digits(cell: Cell) -> None:
    """For a code or number that rows are joined by.

    Raises:
        LostDigits: a number of more than 15 digits, or 1.23E+17.
    """
    long_number = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT
    if long_number or (isinstance(cell, str) and _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", cell.strip()))):
        raise LostDigits(f"“{clean(cell)}”末尾的数字已经丢失（Excel 只保留 15 位），请把单元格改成“文本”格式重填")


@lru_cache(maxsize=8192)  # the same few names stand in every month's sheets, and each is compared many times
def normalise(text: str, brackets: bool = True) -> str:
    """`text` for comparing headers, sheet names and choices: NFKC, no white space or line breaks, one kind of dash,
    no `*` for a compulsory column and no closing colon; without bracketed parts when `brackets` is false."""
    text = "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    if not brackets:
        text = _BRACKETS.sub("", text)
    return text.strip("*※").rstrip(":").casefold()


def as_key(text: str) -> str:
    """`text` for a column that rows are joined by: NFKC, one kind of dash, no white space, capitals."""
    text = unicodedata.normalize("NFKC", _clean_text(text)).translate(_DASHES)
    return "".join(text.split()).upper()


def mask_name(text: str) -> str:
    """A person's name with the surname's first character only: 徐××. Empty stays empty; what does not begin with a
    hanzi shows nothing of itself."""
    text = _clean_text(text)
    if not text:
        return ""
    return f"{text[0]}××" if _HANZI.match(text) else "××"


def parse_flag(cell: Cell) -> bool:
    """是/有/√/1/Y as true, 否/无/×/0/N as false.

    Raises:
        NotAValue: anything else.
    """
    if isinstance(cell, bool):
        return cell
    text = normalise(clean(cell))
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise NotAValue("看不出是或否，请填“是”或“否”")
