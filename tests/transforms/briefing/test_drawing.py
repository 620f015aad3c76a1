"""Content streams in fewer bytes: the same operators at the same places."""

from __future__ import annotations

import itertools
import re

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.briefing.drawing import share, slim, slimmed

PLACES = {"m": 2, "l": 2, "c": 6, "re": 4, "Tm": 6, "w": 1, "RG": 3, "rg": 3}
NUMBERS = st.one_of(
    st.floats(-2000, 2000, allow_nan=False).map(lambda number: f"{number:.6f}"),
    st.integers(-2000, 2000).map(str),
)
LINES = st.sampled_from(sorted(PLACES)).flatmap(
    lambda operator: st.lists(NUMBERS, min_size=PLACES[operator], max_size=PLACES[operator]).map(
        lambda numbers: f"{' '.join(numbers)} {operator}"
    )
)
OTHERS = st.sampled_from(["q", "Q", "S", "f", "BT", "ET", "/a0 gs", "<00410042> Tj", "[<0041> 12.3456 <0042>] TJ", "h"])


def drawn(content: bytes) -> list[tuple[str, list[str]]]:
    """Operators with their operands."""
    pdf = pikepdf.new()
    stream = pdf.make_stream(content)
    return [
        (str(operator), [str(one) for one in operands]) for operands, operator in pikepdf.parse_content_stream(stream)
    ]


@given(st.lists(LINES | OTHERS))
def test_every_mark_is_drawn_where_it_was(lines: list[str]) -> None:
    content = "\n".join(lines).encode() + b"\n"
    before, after = drawn(content), drawn(slimmed(content))
    assert [operator for operator, _ in before] == [operator for operator, _ in after]
    for (operator, were), (_, are) in zip(before, after, strict=True):
        if operator in PLACES:
            assert all(abs(float(a) - float(b)) <= 0.005 + 1e-9 for a, b in zip(were, are, strict=True))
        else:
            assert were == are


@given(st.lists(LINES | OTHERS))
def test_slimmed_twice_is_slimmed_once(lines: list[str]) -> None:
    once = slimmed("\n".join(lines).encode() + b"\n")
    assert slimmed(once) == once
    assert not re.search(rb"e-\d", once)  # ISO 32000-1, 7.3.3: no exponents


STATE = b"/a0 gs\n0 0 0 RG\n0.5 w\n"


def rule(x: float, y: float, z: float, w: float, state: bytes = STATE) -> bytes:
    return b"/Artifact\nBMC\nq\nq\n%s%g %g m\n%g %g l\nS\nQ\nQ\nEMC\n" % (state, x, y, z, w)


def lines_of(content: bytes) -> list[tuple[list[str], list[str]]]:
    """From and to of each line that is stroked."""
    found = drawn(content)
    return [
        (operands, found[n + 1][1])
        for n, (operator, operands) in enumerate(found)
        if operator == "m" and found[n + 1][0] == "l"
    ]


def test_rules_that_go_on_are_one() -> None:
    joined = slimmed(rule(0, 5, 10, 5) + rule(10, 5, 20, 5) + rule(20, 5, 42, 5))
    assert lines_of(joined) == [(["0", "5"], ["42", "5"])]
    assert joined.count(b"EMC") == 1
    assert lines_of(slimmed(rule(3, 0, 3, 9) + rule(3, 9, 3, 20))) == [(["3", "0"], ["3", "20"])]


@pytest.mark.parametrize(
    "second",
    [
        rule(11, 5, 20, 5),  # a gap
        rule(10, 6, 20, 6),  # another line
        rule(10, 5, 20, 9),  # aslant
        rule(10, 5, 10, 9),  # round the corner
        rule(10, 5, 20, 5, b"1 0 0 RG\n0.5 w\n"),  # another colour
        b"q\nQ\n" + rule(10, 5, 20, 5),  # something between
    ],
)
def test_other_rules_stay_two(second: bytes) -> None:
    assert len(lines_of(slimmed(rule(0, 5, 10, 5) + second))) == 2


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.booleans())
def test_a_row_of_rules_covers_what_it_covered(steps: list[int], level: bool) -> None:
    ends = [sum(steps[:n]) for n in range(len(steps) + 1)]
    rules = [rule(a, 7, b, 7) if level else rule(7, a, 7, b) for a, b in itertools.pairwise(ends)]
    ((start, end),) = lines_of(slimmed(b"".join(rules)))
    along = 0 if level else 1
    assert (int(start[along]), int(end[along])) == (0, ends[-1])
    assert start[1 - along] == end[1 - along] == "7"


def test_every_page_of_a_file_is_slimmed() -> None:
    pdf = pikepdf.new()
    for _ in range(2):
        page = pdf.add_blank_page()
        page.Contents = pdf.make_stream(b"1.23456 2.34567 m\n")
    slim(pdf)
    assert [page.Contents.read_bytes() for page in pdf.pages] == [b"1.23 2.35 m\n"] * 2


def test_forms_that_are_alike_stand_once() -> None:
    pdf = pikepdf.new()
    for ink in (b"0 g", b"0 g", b"1 g"):
        page = pdf.add_blank_page()
        form = pikepdf.Stream(pdf, ink, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(x0=pdf.make_indirect(form)))
    share(pdf)
    first, second, third = (page.Resources.XObject.x0 for page in pdf.pages)
    assert first.objgen == second.objgen != third.objgen
