"""Cells as typed values: what a text may be."""

from __future__ import annotations

import pytest

from transforms.coercion import LONGEST_TEXT, coerce
from transforms.contracts import Column


def column(**more: object) -> Column:
    return Column.model_validate({"name": "problem", "header": "问题", "type": "text"} | more)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("长" * (LONGEST_TEXT + 1), f"{LONGEST_TEXT + 1}个字"),
        ("施工受阻😀", "表情符号"),
        ("🇨🇳", "表情符号"),
        ("自造\ue000字", "自造的字"),
        ("叠" + "\u0301\u0323\u0489" * 20, "叠加"),
    ],
)
@pytest.mark.parametrize("joins", [False, True])
def test_a_text_that_no_page_can_hold_says_why(cell: str, reason: str, joins: bool) -> None:
    coerced = coerce([cell, "好"], column(), None, False, joins)
    assert coerced.values == [None, "好"]
    assert list(coerced.failures) == [0] and reason in coerced.failures[0]
    assert cell not in coerced.failures[0]  # the reason is printed


@pytest.mark.parametrize(
    "cell", ["长" * LONGEST_TEXT, "龘𠮷㎡é", "e\u0301", "<b>{{7*7}}</b> file:///x", "=cmd|'/C calc'!A0"]
)
def test_any_other_text_is_the_text_that_it_is(cell: str) -> None:
    assert coerce([cell], column(), None, False, joins=False).values == [cell]


def test_free_text_about_a_person_is_hidden_whatever_it_holds() -> None:
    coerced = coerce(["😀" * 1000], column(personal=True), None, False, joins=False)
    assert (coerced.failures, coerced.values) == ({}, ["（已隐去）"])
