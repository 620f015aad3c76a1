"""Public figures: numbers and bounds, and mistakes with their line."""

from __future__ import annotations

from fractions import Fraction

import pytest

from transforms.errors import ConfigurationError
from transforms.figures import Unit
from transforms.published import PublicFigure, parse_published

TEXT = """period: "2014-06"
district: "350303"
published_on: 2014-06-23
figures:
  reward.amount_to_date: {value: 11411, unit: 万元}
  loan.bank_to_date: {unit: 万元, exact: false, words: 2亿多元, above: 20000, below: 30000}
"""


def test_a_number_and_a_bound() -> None:
    figures = parse_published(TEXT, "2014-06.yaml").figures
    amount, loans = figures["reward.amount_to_date"], figures["loan.bank_to_date"]
    assert [amount.admits(Fraction(v)) for v in (11411, Fraction(114110001, 10000))] == [True, False]
    assert [loans.admits(Fraction(v)) for v in (20000, Fraction(200000001, 10000), 29999, 30000)] == [
        False,
        True,
        True,
        False,
    ]
    assert (loans.words, loans.unit) == ("2亿多元", Unit.MONEY_WAN)


def test_one_bound_is_enough() -> None:
    assert PublicFigure(unit=Unit.ENTERPRISES, exact=False, above=10).admits(Fraction(11))
    assert not PublicFigure(unit=Unit.ENTERPRISES, exact=False, below=10).admits(Fraction(11))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"2014-06"', '"2014-13"', "2014-06.yaml:1:"),
        ("{value: 11411, unit: 万元}", "{unit: 万元}", "2014-06.yaml:5: figures.reward.amount_to_date：确数要写 value"),
        (", above: 20000, below: 30000", "", "2014-06.yaml:6: figures.loan.bank_to_date：约数要写 above 或 below"),
        ("unit: 万元}", "unit: 万}", "2014-06.yaml:5:"),
    ],
)
def test_a_mistake_names_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        parse_published(TEXT.replace(old, new), "2014-06.yaml")
