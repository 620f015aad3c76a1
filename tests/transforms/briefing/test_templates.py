"""A number in the document comes from a figure: no template holds a digit of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError

from tests.transforms.briefing.sample_figures import ROOT
from transforms.briefing import printing

TEMPLATES = sorted((ROOT / "report_templates").rglob("*.j2"))


def digits_typed(source: str) -> list[str]:
    """Digits of any script in the text of a template, in its attributes for people, or in a string that it prints."""
    text, strings, inside = "", [], ""
    for _, kind, value in Environment().lex(source):
        if kind == "data":
            text += value
        elif kind in ("variable_begin", "block_begin"):
            inside, text = kind, text + "\x00"
        elif (kind == "string" and not value.strip("'\"").endswith(".j2")) or (
            kind in ("integer", "float") and inside == "variable_begin"
        ):
            strings.append(value)
    people = re.findall(r'(?:alt|title|content)="([^"]*)"', text)
    shown = re.sub(r"<[^>]*>", "", text)
    return [part for part in (*re.split(r"\n", shown), *people, *strings) if re.search(r"\d", part)]


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.name != "fonts.css.j2"], ids=lambda p: p.name)
def test_no_digit_is_typed(path: Path) -> None:
    assert digits_typed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>共有98家企业</p>",
        "<p>共有９８家企业</p>",
        "<p>共有{{ '98' }}家</p>",
        "<p>共有{{ 98 }}家</p>",
        "{% set n = '98家' %}{{ n }}",
        '<img alt="共98家">',
    ],
)
def test_the_scan_finds_a_digit(source: str) -> None:
    assert digits_typed(source)


def test_markup_may_hold_digits() -> None:
    assert digits_typed('<h2 style="width:50mm">{% if n > 1 %}多{% endif %}</h2>') == []


def test_codes_are_found_with_their_place() -> None:
    codes = printing.figure_codes()
    assert codes["guarantee.pool"].startswith("sections/enterprises.j2:")
    assert all(re.fullmatch(r"[\w/.]+\.j2:\d+", place) for place in codes.values())


def test_an_undefined_name_is_an_error() -> None:
    environment = printing._environment()
    assert environment.undefined is StrictUndefined
    assert environment.autoescape is True
    with pytest.raises(UndefinedError):
        environment.from_string("{{ no_such }}").render()


def test_line_breaks_of_a_template_leave_no_space() -> None:
    assert printing.tight("本月\n  走访\n{}次，\n") == "本月走访{}次，"
