"""500 damaged variants of the sample files: nothing crashes, hangs, or passes a changed number in silence.

Zipped formats (.xlsx, .ods) carry a checksum of every part, so a variant is refused or reads as the original. Text files
and .xls carry none: a digit that became another digit is simply another number, which no reader can know. For those, what
can be known is asserted: the reader never fails otherwise, and a changed table is said in most cases (an unreadable
cell, a line of another length, a wrong total, a rule that fails).
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.configuration import load_configuration
from flows.sandbox import Reader
from flows.settings import load_settings
from tests.pipeline import INBOX
from transforms.errors import UnreadableFile
from transforms.findings import Severity
from transforms.period import Period
from transforms.reading import read_submission
from transforms.submissions import Submission
from transforms.tables import Intake, RawWorkbook

VARIANTS = 500
FILES = [path for path in sorted((INBOX / "350303" / "2014-06").iterdir()) if path.name != "收文登记.csv"]
CONFIGURATION = load_configuration(load_settings().data, "350303")
RECEIVED = dt.datetime(2014, 7, 1, tzinfo=dt.UTC)
LIMIT_SECONDS = 25.0  # the child's wall clock and what is around it

Damage = Callable[[random.Random, bytearray], bytes]


def _piece(chance: random.Random, data: bytearray) -> slice:
    start = chance.randrange(len(data))
    return slice(start, start + chance.choice((16, 64, 512, 4096)))


def cut_off(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data[: chance.randrange(1, len(data))])


def behead(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data[chance.randrange(1, len(data)) :])


def flip(chance: random.Random, data: bytearray) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 4, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def zero(chance: random.Random, data: bytearray) -> bytes:
    piece = _piece(chance, data)
    data[piece] = bytes(len(data[piece]))
    return bytes(data)


def swap(chance: random.Random, data: bytearray) -> bytes:
    one, other = chance.randrange(len(data) - 64), chance.randrange(len(data) - 64)
    data[one : one + 64], data[other : other + 64] = data[other : other + 64], data[one : one + 64]
    return bytes(data)


def double(chance: random.Random, data: bytearray) -> bytes:
    piece = _piece(chance, data)
    return bytes(data[: piece.start] + data[piece] + data[piece.start :])


def append(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data) + chance.randbytes(chance.choice((1, 100, 5000)))


def wound_the_end(chance: random.Random, data: bytearray) -> bytes:
    """Where a zip has its directory."""
    data[-chance.randrange(1, min(800, len(data)))] ^= 0xFF
    return bytes(data)


DAMAGES: tuple[Damage, ...] = (cut_off, behead, flip, zero, swap, double, append, wound_the_end)


def intake_of(raw: RawWorkbook, path: Path, size: int) -> Intake:
    department = path.stem
    submission = Submission("0" * 64, "350303", Period(2014, 6), department, path.name, RECEIVED, size)
    return read_submission(raw, submission, CONFIGURATION.contracts_of(department))


def outcome(reader: Reader, path: Path, data: bytes, original: Intake) -> str:
    """refused, returned, same, said or silent."""
    try:
        found = intake_of(reader.read(data, path.name), path, len(data))
    except UnreadableFile:
        return "refused"
    if any(finding.severity is Severity.BLOCK for finding in found.findings):
        return "returned"
    if len(found.tables) == len(original.tables) and all(
        one.frame.equals(other.frame) for one, other in zip(found.tables, original.tables, strict=True)
    ):
        return "same"
    return "said" if set(found.findings) - set(original.findings) else "silent"


@pytest.mark.slow
def test_no_damage_crashes_hangs_or_changes_a_number_in_silence() -> None:
    chance = random.Random(20140703)
    seen: dict[tuple[str, str], list[str]] = {}
    with Reader() as reader:
        originals = {p: intake_of(reader.read(p.read_bytes(), p.name), p, p.stat().st_size) for p in FILES}
        for number in range(VARIANTS):
            path, damage = FILES[number % len(FILES)], chance.choice(DAMAGES)
            data = damage(chance, bytearray(path.read_bytes()))
            started = time.monotonic()
            told = outcome(reader, path, data, originals[path])
            assert time.monotonic() - started < LIMIT_SECONDS, (path.name, damage.__name__)
            seen.setdefault((path.suffix, damage.__name__), []).append(told)
    silent = {key: told for key, told in seen.items() if "silent" in told}
    assert {suffix for suffix, _ in silent} <= {".csv", ".xls"}, silent
    assert not any(suffix == ".xls" and name == "cut_off" for suffix, name in silent)
    changed = [one for (suffix, _), told in seen.items() if suffix in (".csv", ".xls") for one in told if one != "same"]
    assert changed.count("silent") <= len(changed) * 0.2, silent
    assert sum(map(len, seen.values())) == VARIANTS
