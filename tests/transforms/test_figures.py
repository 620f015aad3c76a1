"""How a number is printed, and what its rounding hides."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from transforms.figures import Unit, hidden, show

VALUES = st.one_of(st.none(), st.fractions())


@given(VALUES, VALUES, st.sampled_from(Unit))
def test_what_rounding_hides_is_told_when_it_hides_something(
    old: Fraction | None, new: Fraction | None, unit: Unit
) -> None:
    assert bool(hidden(old, new, unit)) == (old != new and show(old, unit) == show(new, unit))


def test_it_is_told_to_its_first_digit() -> None:
    yuan = Fraction(1, 10_000)
    assert hidden(Fraction(701), 701 + yuan, Unit.MONEY_WAN) == "印出来一样，相差0.0001万元"
    assert hidden(Fraction(1, 3), Fraction(1, 3) - Fraction(2, 10**9), Unit.PERCENT) == "印出来一样，相差0.000000002%"
