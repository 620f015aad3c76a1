"""Cell addresses: `E12` is (11, 4), counted from 0."""

from __future__ import annotations

import re

Place = tuple[int, int]  # row, column, from 0

ROWS = 1_048_576
COLUMNS = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


def place_of(address: str) -> Place | None:
    """None when it is no cell of a sheet."""
    if not (match := _ADDRESS.fullmatch(address)):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return (row - 1, column - 1) if row <= ROWS and column <= COLUMNS else None


def address(place: Place) -> str:
    row, column = place
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
