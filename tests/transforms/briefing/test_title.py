"""A title breaks between its words, into lines that are about as long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.briefing.title import ROOM_EM, balanced


@pytest.mark.parametrize(
    ("title", "name", "lines"),
    [
        ("涵江区2014年6月三促活动进展情况", "涵江区", ("涵江区2014年6月三促活动进展情况",)),
        (
            "莆田市涵江区2014年12月服务企业促发展活动进展情况",
            "莆田市涵江区",
            ("莆田市涵江区2014年12月", "服务企业促发展活动进展情况"),
        ),
        (
            "湄洲湾北岸经济开发区2014年11月“三促”活动工作进展情况",
            "湄洲湾北岸经济开发区",
            ("湄洲湾北岸经济开发区2014年11月", "“三促”活动工作进展情况"),
        ),
        (
            "伊犁哈萨克自治州霍城县2014年12月促发展、促征迁和促和谐活动及督查工作完成情况通报",
            "伊犁哈萨克自治州霍城县",
            (
                "伊犁哈萨克自治州霍城县2014年12月",
                "促发展、促征迁和促和谐活动",
                "及督查工作完成情况通报",
            ),
        ),
    ],
)
def test_lines_are_even_and_words_whole(title: str, name: str, lines: tuple[str, ...]) -> None:
    assert balanced(title, name) == lines


def test_what_cannot_be_broken_stays_one() -> None:
    assert balanced("字" * 30) == ("字" * 30,)


@given(st.text(alphabet="区年月三促活动工作进展情况的（）2014", max_size=60))
def test_nothing_is_lost_and_every_line_fits(title: str) -> None:
    lines = balanced(title, "三促")
    assert "".join(lines) == title
    assert len(lines) == 1 or all(len(line) <= 2 * ROOM_EM for line in lines)
