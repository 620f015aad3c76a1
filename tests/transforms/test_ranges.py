from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.lineage import compress, expand
from transforms.ranges import cells, holds, letters_of, spans

ROWS = st.sets(st.integers(1, 60), min_size=1)
LETTERS = st.lists(st.sampled_from(["A", "J", "AA"]), min_size=1, unique=True)


@given(ROWS, LETTERS)
def test_what_compress_wrote_is_read_back(rows: set[int], letters: list[str]) -> None:
    ranges = compress(rows, letters)
    assert [f"{letter}{row}" for letter, row in cells(ranges)] == expand(ranges)
    assert letters_of(ranges) == tuple(letters)
    for row in range(1, 62):
        assert holds(ranges, "J", row) == (row in rows and "J" in letters)


def test_no_range_has_no_cell() -> None:
    assert list(cells("")) == []
    assert not holds("", "A", 1)


@pytest.mark.parametrize("ranges", ["A1:B2", "5", "A", "A1,,A2", "a1"])
def test_what_is_no_range_of_one_column_is_refused(ranges: str) -> None:
    with pytest.raises(ValueError, match="not a range"):
        list(spans(ranges))
