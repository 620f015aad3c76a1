"""Sample workbooks changed in the ways that departments change forms: the facts read stay equal.

Every mutation alone on every department's workbook, then up to six of them one after another, chosen by hypothesis.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.configuration import load_configuration
from flows.sandbox import Reader
from flows.settings import load_settings
from tests.mutations import MUTATIONS, Book
from tests.pipeline import INBOX
from transforms.contracts import Contract
from transforms.findings import Severity
from transforms.period import Period
from transforms.reading import read_submission
from transforms.submissions import Submission
from transforms.tables import Intake, RawWorkbook

FOLDER = INBOX / "350303" / "2014-06"
PATHS = {path.stem: path for path in sorted(FOLDER.iterdir()) if path.name != "收文登记.csv"}
RECEIVED = dt.datetime(2014, 7, 1, tzinfo=dt.UTC)
CONFIGURATION = load_configuration(load_settings().data, "350303")
EXAMPLES = 250

steps = st.lists(st.tuples(st.sampled_from(sorted(MUTATIONS)), st.integers(0, 9999)), min_size=1, max_size=6)


def contracts_of(department: str) -> list[Contract]:
    return list(CONFIGURATION.contracts_of(department))


@cache
def sample() -> dict[str, RawWorkbook]:
    with Reader() as reader:
        return {name: reader.read(path.read_bytes(), path.name) for name, path in PATHS.items()}


def intake(department: str, raw: RawWorkbook) -> Intake:
    name = f"{department}2014年6月.xlsx"
    submission = Submission("0" * 64, "350303", Period(2014, 6), department, name, RECEIVED, 1)
    return read_submission(raw, submission, contracts_of(department))


@cache
def original(department: str) -> Intake:
    return intake(department, sample()[department])


def facts(read: Intake) -> dict[str, pd.DataFrame]:
    """Each dataset's typed rows in their order, without row numbers."""
    return {table.dataset: table.frame.reset_index(drop=True) for table in read.tables}


def blocked(read: Intake) -> Counter[str]:
    return Counter(finding.rule for finding in read.findings if finding.severity is Severity.BLOCK)


def same_facts(department: str, book: Book) -> None:
    read = intake(department, book.raw())
    before, after = facts(original(department)), facts(read)
    assert after.keys() == before.keys(), [f.message for f in read.findings if f.severity is Severity.BLOCK]
    for dataset, frame in before.items():
        pd.testing.assert_frame_equal(after[dataset][frame.columns], frame, obj=dataset)
    assert blocked(read) <= blocked(original(department))


def mutated(department: str, chosen: list[tuple[str, int]]) -> Book:
    book = Book.of(sample()[department], contracts_of(department))
    for name, seed in chosen:
        MUTATIONS[name](book, random.Random(seed))
    return book


@pytest.mark.parametrize("department", PATHS)
def test_the_book_is_the_workbook(department: str) -> None:
    same_facts(department, mutated(department, []))


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_alone_leaves_the_facts_as_they_are(name: str) -> None:
    changed = 0
    for department in PATHS:
        for seed in range(2):
            book = mutated(department, [(name, seed)])
            changed += book.raw() != mutated(department, []).raw()
            same_facts(department, book)
    assert changed, "the mutation never applies"


@pytest.mark.slow
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(department=st.sampled_from(sorted(PATHS)), chosen=steps)
def test_mutations_one_after_another_leave_the_facts_as_they_are(
    department: str, chosen: list[tuple[str, int]]
) -> None:
    same_facts(department, mutated(department, chosen))


def test_a_mistyped_header_is_not_passed_over_for_the_right_one_further_down() -> None:
    """Two sheets pasted one below the other with their headers: the rows above the second count too."""
    book = mutated("财政局", [])
    (grid,) = book.grids
    grid.insert_rows(grid.rows[15], [grid.lines[grid.top]])
    grid.lines[grid.top] = list(grid.lines[grid.top])
    grid.put(grid.top, grid.columns["amount_fen"], "奖励X金额")
    same_facts("财政局", book)


@pytest.mark.parametrize("department", PATHS)
def test_another_number_is_another_fact(department: str) -> None:
    """What the tests above compare does see a change: each typed column's first value, one at a time."""
    for number, contract in enumerate(contracts_of(department)):
        for column in contract.columns:
            book = mutated(department, [])
            grid = book.grids[number]
            place = grid.columns.get(column.name)
            rows = [row for row in grid.rows if place is not None and grid.get(row, place) not in (None, "")]
            if rows and not column.personal:
                grid.put(rows[0], grid.columns[column.name], "改了")
                with pytest.raises(AssertionError):
                    same_facts(department, book)
