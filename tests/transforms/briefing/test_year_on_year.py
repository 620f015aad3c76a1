"""同比: a column from the second year on, and no column of dashes before."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from transforms.briefing import printing
from transforms.briefing.view import View


def rows_of(html: str, caption: str) -> list[list[str]]:
    """The cells of the table with this caption, as text."""
    (table,) = re.findall(rf"<caption>{caption}</caption>(.*?)</table>", html, re.S)
    lines = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [
        [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.S)] for line in lines
    ]


def test_in_the_first_year_there_is_no_column(view: View) -> None:
    assert "比上年同月" not in printing.html(view)


def test_one_figure_with_a_year_before_brings_the_column(view: View) -> None:
    code = "reward.amount_month"
    figures = {**view.figures, code: replace(view.figures[code], change_on_year=Fraction(-5))}
    html = printing.html(replace(view, figures=figures))
    table = rows_of(html, "服务企业主要指标")
    assert table[0] == ["指标", "口径", "数值", "完成/应完成", "比上月", "比上年同月", "亮灯"]
    assert {row[5] for row in table[1:] if row[0] != figures[code].label} == {"—"}
    assert [row[5] for row in table[1:] if row[0] == figures[code].label] == ["-5万元"]
    assert "比上年同月" not in "".join(map(str, rows_of(html, "化解信访主要指标")))
