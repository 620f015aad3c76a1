"""500 damaged variants of the sample files, all formats: nothing crashes, hangs, or passes a changed number in silence.

Zipped formats (.xlsx, .ods) carry a checksum of every part: a variant is refused, returned, or reads as the original.

Text files and .xls carry none. There a digit that became another digit is simply another number, a character another
character. What no reader could know, and is therefore let through here, is this and nothing else:

- single cells that hold another valid value, or nothing at all in a column that may be empty, in rows that stand where
  they stood, when no rule of the contract objects (`bent`);
- a text file cut off exactly at the end of a line (`shorter`).

What can be known is asserted for them too: no row appears or vanishes without a finding, and totals (合计), lines of
another length, a last line that breaks off, and an .xls shorter than it says are noticed.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.configuration import load_configuration
from flows.sandbox import Limits, Reader
from flows.settings import load_settings
from tests.pipeline import INBOX
from transforms import checks
from transforms.errors import UnreadableFile
from transforms.findings import Severity
from transforms.period import Period
from transforms.reading import read_submission
from transforms.submissions import Submission
from transforms.tables import Intake, RawWorkbook, Table

VARIANTS = 500
SEED = 20140703
FILES = [path for path in sorted((INBOX / "350303" / "2014-06").iterdir()) if path.name != "收文登记.csv"]
CONFIGURATION = load_configuration(load_settings().data, "350303")
RECEIVED = dt.datetime(2014, 7, 1, tzinfo=dt.UTC)
CHECKED_BY_SUM = frozenset((".xlsx", ".ods"))

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


def variants(seed: int) -> Iterator[tuple[Path, str, bytes]]:
    """The sample files in turn, each damaged in a way that chance chooses."""
    chance = random.Random(seed)
    for number in range(VARIANTS):
        path, damage = FILES[number % len(FILES)], chance.choice(DAMAGES)
        yield path, damage.__name__, damage(chance, bytearray(path.read_bytes()))


def intake_of(raw: RawWorkbook, path: Path, size: int) -> Intake:
    submission = Submission("0" * 64, "350303", Period(2014, 6), path.stem, path.name, RECEIVED, size)
    return read_submission(raw, submission, CONFIGURATION.contracts_of(path.stem))


def blocks(read: Intake) -> bool:
    return any(finding.severity is Severity.BLOCK for finding in read.findings)


def outcome(reader: Reader, path: Path, data: bytes, original: Intake) -> str:
    """`refused`, `returned` and `same` are right for every format; `said`, `bent` and `shorter` for those without
    checksums; anything else for none."""
    try:
        found = intake_of(reader.read(data, path.name), path, len(data))
    except UnreadableFile as error:
        assert str(error).count("。") == 1
        return "refused"
    if blocks(found):
        return "returned"
    pairs = zip(original.tables, found.tables, strict=True)
    changed = [(one, other) for one, other in pairs if not _same_facts(one, other)]
    if not changed:
        return "same"
    said = {(f.rule, f.message) for f in found.findings} - {(f.rule, f.message) for f in original.findings}
    if said or any(_rules_object(*pair, found) for pair in changed):
        return "said"
    if path.suffix == ".csv" and path.read_bytes().startswith(data) and data.endswith(b"\n"):
        return "shorter"
    if all(one.frame.index.equals(other.frame.index) for one, other in changed):
        return "bent"
    return "lost rows"


def _same_facts(before: Table, after: Table) -> bool:
    """Wherever the rows stand: a doubled blank line moves them and changes nothing."""
    return before.frame.reset_index(drop=True).equals(after.frame.reset_index(drop=True))


def _rules_object(before: Table, after: Table, found: Intake) -> bool:
    """Whether the contract's rules find more in the changed table."""
    contract = next(c for c in CONFIGURATION.contracts if c.id == before.dataset)
    old, new = (checks.check(contract, [table], found.findings) for table in (before, after))
    return bool({(f.rule, f.cell) for f in new} - {(f.rule, f.cell) for f in old})


@pytest.mark.slow
def test_no_damage_crashes_hangs_or_changes_a_number_in_silence() -> None:
    seen: Counter[tuple[str, str, str]] = Counter()
    with Reader() as reader:
        originals = {p: intake_of(reader.read(p.read_bytes(), p.name), p, p.stat().st_size) for p in FILES}
        for path, damage, data in variants(SEED):
            started = time.monotonic()
            told = outcome(reader, path, data, originals[path])
            assert time.monotonic() - started < Limits().wall_seconds + 5, (path.name, damage)
            seen[path.suffix, damage, told] += 1
    assert sum(seen.values()) == VARIANTS
    assert {damage for _, damage, _ in seen} == {damage.__name__ for damage in DAMAGES}
    summed = {told for suffix, _, told in seen if suffix in CHECKED_BY_SUM}
    others = {told for suffix, _, told in seen if suffix not in CHECKED_BY_SUM}
    assert summed <= {"refused", "returned", "same"}, seen
    assert others <= {"refused", "returned", "same", "said", "bent", "shorter"}, seen
    # An .xls says how long it is; a text file that is cut in a line shows it.
    assert not [
        told
        for suffix, damage, told in seen
        if damage == "cut_off" and told not in ("refused", "returned", "said", "same", "shorter")
    ]


def test_what_is_compared_sees_one_changed_number() -> None:
    """The sample itself is `same`; the same table with one digit changed and a right checksum is `bent`, which would
    fail the test above for .xlsx."""
    path = next(path for path in FILES if path.suffix == ".csv")
    text = path.read_bytes()
    with Reader() as reader:
        original = intake_of(reader.read(text, path.name), path, len(text))
        assert outcome(reader, path, text, original) == "same"
        assert outcome(reader, path, text.replace(b"2014.1.23", b"2014.1.22", 1), original) == "bent"


PAYMENTS = [
    ["企业名称", "企业代码", "乡镇街道", "税种", "所属期", "兑现批次", "兑现日期", "已缴税款", "奖励金额"],
    ["甲鞋业公司", "591712348", "江口镇", "房产税", "2014年1-6月", "2014年第5批", "2014-06-17", "31.25", "12.5"],
    ["乙食品公司", "669022973", "江口镇", "房产税", "2014年1-6月", "2014年第5批", "2014-06-18", "12.76", "6.56"],
    ["合计", "", "", "", "", "", "", "44.01", "19.06"],
]


def test_a_changed_digit_in_a_text_file_shows_in_the_total() -> None:
    """Every digit of every amount, one at a time: the total that the sheet states no longer holds."""
    path = INBOX / "财政局.csv"  # a name; the bytes are made here
    lines = [",".join(row) for row in PAYMENTS]
    tried = 0
    with Reader() as reader:
        clean = intake_of(reader.read("\r\n".join([*lines, ""]).encode(), path.name), path, 1)
        assert not clean.findings
        for number in (1, 2, 3):
            start = lines[number].index(",".join(PAYMENTS[number][7:]))
            for place in range(start, len(lines[number])):
                if lines[number][place].isdigit():
                    digit = str((int(lines[number][place]) + 1) % 10)
                    bent = lines[number][:place] + digit + lines[number][place + 1 :]
                    data = "\r\n".join([*lines[:number], bent, *lines[number + 1 :], ""]).encode()
                    found = intake_of(reader.read(data, path.name), path, len(data))
                    assert "RD08" in {finding.rule for finding in found.findings}, bent
                    tried += 1
    assert tried > 15


@pytest.mark.parametrize("size", [32, 512])
def test_a_hole_in_the_middle_of_an_xls_loses_no_rows_in_silence(size: int) -> None:
    path = next(path for path in FILES if path.suffix == ".xls")
    whole = path.read_bytes()
    with Reader() as reader:
        original = intake_of(reader.read(whole, path.name), path, len(whole))
        for place in range(512, len(whole) - size, 256):
            data = whole[:place] + bytes(size) + whole[place + size :]
            told = outcome(reader, path, data, original)
            assert told in ("refused", "returned", "same", "said", "bent"), (place, told)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".xls", ".csv"])
def test_a_file_without_checksum_that_ends_early_is_noticed(suffix: str, share: float) -> None:
    path = next(path for path in FILES if path.suffix == suffix)
    data = path.read_bytes()
    cut = data[: int(len(data) * share)]
    with Reader() as reader:
        original = intake_of(reader.read(data, path.name), path, len(data))
        assert outcome(reader, path, cut, original) in ("refused", "returned", "said")
