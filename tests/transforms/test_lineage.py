"""Ranges lose nothing: what is compressed can be expanded again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.metrics.facts_builder import facts
from transforms.figures import CellRange
from transforms.lineage import cell_ranges, compress, expand, merge, searched

LETTERS = st.lists(st.from_regex(r"[A-Z]{1,3}", fullmatch=True), unique=True, max_size=4)
GIVEN = facts(
    reward_payments={5: [{"amount_fen": 1}, {"amount_fen": 2}], 6: [{"amount_fen": 3}, {"amount_fen": 4}]},
)


@pytest.mark.parametrize(
    ("rows", "letters", "ranges"),
    [
        ([5, 6, 7, 20, 22], "E", "E5:E7,E20,E22"),
        ([22, 5, 6, 5], "E", "E5:E6,E22"),
        ([4], ["B", "AA"], "B4,AA4"),
        ([4, 5], "BF", "B4:B5,F4:F5"),
        ([], "B", ""),
        ([4], "", ""),
    ],
)
def test_compress(rows: list[int], letters: list[str] | str, ranges: str) -> None:
    assert compress(rows, letters) == ranges


@given(rows=st.lists(st.integers(1, 300)), letters=LETTERS)
def test_expand_is_the_inverse(rows: list[int], letters: list[str]) -> None:
    assert expand(compress(rows, letters)) == [f"{letter}{row}" for letter in letters for row in sorted(set(rows))]


@pytest.mark.parametrize("text", ["E5:F6", "5", "E", "E5;E6", "E5,", "e5"])
def test_what_is_no_range_of_one_column_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a range of one column"):
        expand(text)


def test_one_entry_a_submission_with_where_it_stood() -> None:
    found = cell_ranges("reward_payments", GIVEN.frames["reward_payments"], ["amount_fen"], GIVEN.sources)
    assert found == (
        CellRange("reward_payments-2014-05", "财政局", "财政局.xlsx", "即征即奖兑现明细", "I4:I5", 2),
        CellRange("reward_payments-2014-06", "财政局", "财政局.xlsx", "即征即奖兑现明细", "I4:I5", 2),
    )


def test_a_column_that_the_sheet_lacks_and_one_named_twice() -> None:
    frame = GIVEN.frames["reward_payments"]
    (found, _) = cell_ranges("reward_payments", frame, ["enterprise_code", "enterprise", "elsewhere"], GIVEN.sources)
    assert found.ranges == "B4:B5"


def test_nothing_found_says_where_it_was_looked_for() -> None:
    frame = GIVEN.frames["reward_payments"]
    (found,) = searched("reward_payments", frame, GIVEN.sources)
    assert (found.submission, found.ranges, found.rows) == ("reward_payments-2014-06", "", 0)
    assert searched("reward_payments", frame.iloc[:0], GIVEN.sources) == ()
    assert expand(found.ranges) == []


def test_merging_names_each_place_once() -> None:
    found = cell_ranges("reward_payments", GIVEN.frames["reward_payments"], ["amount_fen"], GIVEN.sources)
    assert merge(found, found[:1], found[1:]) == found
