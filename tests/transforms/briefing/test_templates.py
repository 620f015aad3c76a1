"""A number in the document comes from a figure: no template holds a digit of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError, nodes

from tests.transforms.briefing.sample_figures import ROOT
from transforms.briefing import printing

TEMPLATES = sorted((ROOT / "report_templates").rglob("*.j2"))


# A Chinese numeral before a measure word says a number as a digit does; these are names and rules of the campaign.
COUNTED = re.compile(
    r"[零〇一二两三四五六七八九十百千万亿]+(?:家|批次|个|件|次|人|套|万|亿|元|倍|分之|天|成|项|条|期|亩|平方米)"
)
NOT_FIGURES = (
    *("“五个一”", "每周至少走访一次", "每月一次", "两个月一次", "一次未开", "同一期", "一家企业在几个区县只算一家"),
    *("万平方米", "万元", "亿元"),  # units in headings of columns and arguments
    "模板:1:",  # where an error lies
)


def digits_typed(source: str) -> list[str]:
    """Numbers in the text of a template, in its attributes for people, in a string that it prints, or given a name:
    digits of any script, and Chinese numerals that count something."""
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
    named = [
        str(assign.node.value)
        for assign in printing._environment().parse(source).find_all(nodes.Assign)
        if isinstance(assign.node, nodes.Const) and isinstance(assign.node.value, int | float)
        if not isinstance(assign.node.value, bool)
    ]
    people = re.findall(r'(?:alt|title|content)="([^"]*)"', text)
    shown = re.sub(r"<[^>]*>", "", text)
    return named + [part for part in (*re.split(r"\n", shown), *people, *strings) if is_number(part)]


def is_number(text: str) -> bool:
    for words in NOT_FIGURES:
        text = text.replace(words, "")
    return bool(re.search(r"\d", text) or COUNTED.search(text))


WRITTEN = [p for p in TEMPLATES if p.name != "fonts.css.j2"]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.name)
def test_no_digit_is_typed(path: Path) -> None:
    assert digits_typed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("typed", ["共98家", "共９８家", "共九十八家", "{{ '98家' }}", "{% set n = 98 %}"])
@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.name)
def test_a_digit_typed_into_this_template_is_seen(path: Path, typed: str) -> None:
    """Behind any line of its text that begins with a Chinese character or a tag."""
    source = path.read_text(encoding="utf-8")
    lines = [place.end() for place in re.finditer(r"(?m)^(?:[\u4e00-\u9fff]|<).*$", source)]
    for place in lines[:: max(len(lines) // 4, 1)]:
        assert digits_typed(f"{source[:place]}{typed}{source[place:]}"), place


@pytest.mark.parametrize("name", ["prose", "printing", "amounts", "verdict", "naming"])
def test_no_number_stands_in_the_words_of_a_module(name: str) -> None:
    assert numbers_in(ROOT / f"transforms/briefing/{name}.py") == []


def test_a_number_in_the_words_of_a_module_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "words.py"
    path.write_text(
        'def f():\n    """Up to 98."""\n    return "共98家" + f"{1}家三十家" + "<a href=1>"\n', encoding="utf-8"
    )
    assert numbers_in(path) == ["共98家", "家三十家"]


def numbers_in(path: Path) -> list[str]:
    """Strings with a number that has Chinese words around it; docstrings are not printed, codes and markup no words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    texts = [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]
    return [text for text in texts if re.search(r"[\u4e00-\u9fff]", text) and is_number(text)]


@pytest.mark.parametrize(
    "source",
    [
        "<p>共有98家企业</p>",
        "<p>共有９８家企业</p>",
        "<p>共有两家企业</p>",
        "<p>共有一百二十三个项目</p>",
        "<p>共有{{ '98' }}家</p>",
        "<p>共有{{ 98 }}家</p>",
        "{% set n = '98家' %}{{ n }}",
        "{% set n = 98 %}{{ n }}家",
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
