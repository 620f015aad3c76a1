"""Numbers: exact, with their unit, or refused."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.contracts import Column
from transforms.values import FRACTION, NotAValue, parse_number, parse_quantity, scaled, unit_type

MONEY = Column(name="a_fen", header="金额", type="money", unit="万元")
AREA = Column(name="a_dm2", header="面积", type="area", unit="平方米")
PERCENT = Column(name="a_bp", header="进度", type="percent", unit="%")
SCORE = Column(name="a_centi", header="评分", type="score", unit="分")
COUNT = Column(name="a", header="套数", type="count", unit="套")

DIGITS = "零一二三四五六七八九"


def hanzi(number: int) -> str:
    """`number` below 10^12 in standard Chinese."""
    if number == 0:
        return "零"
    text, zero = "", False
    for scale, mark in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = number // scale % 10**4
        if not section:
            zero = zero or bool(text)
            continue
        if text and (zero or section < 1000):
            text += "零"
        zero = False
        part, gap = "", False
        for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = section // power % 10
            if digit:
                part += ("零" if gap and part else "") + DIGITS[digit] + unit
                gap = False
            else:
                gap = True
        text += part + mark
    return text


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (3, 3), (12.5, "12.5"), (0.1 + 0.2, "0.3"), (1234.5600000000002, "1234.56"), ("1,234.5", "1234.5"),
        ("１，２３４．５", "1234.5"), ("1 234.5", "1234.5"), ("1,234,567", 1234567), ("-5", -5), ("−5", -5), ("负三", -3),
        ("(1,234.5)", "-1234.5"), ("¥1,234.50", "1234.5"), ("+7", 7), (".5", "0.5"), ("三百万", 3000000),
        ("3.2万亿", 3200000000000), ("1,234万", 12340000), ("一亿二千万", 120000000), ("1亿2000万", 120000000),
        ("1亿500万", 105000000), ("壹仟贰佰元整", 1200), ("廿三", 23), ("卅", 30), ("十七", 17), ("一百一十", 110), ("一百零五", 105),
        ("两万零三十", 20030), ("三点五万", 35000), ("十二点五", "12.5"), ("二〇一四", 2014), ("3千5百", 3500), ("12.5%", "0.125"),
        ("百分之五", "0.05"), ("百分之十二点五", "0.125"), ("八成五", "0.85"), ("八成", "0.8"), ("98家", 98), ("3.5亩", "3.5"),
        ("120万元", 1200000), ("12（万元）", 120000), ("五元三角二分", "5.32"), ("壹佰元零伍分", "100.05"), ("0", 0),
    ],
)  # fmt: skip
def test_a_number_as_people_type_it(cell: object, number: int | str) -> None:
    assert parse_number(cell) == Fraction(number)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2亿多", "确切"), ("10余家", "确切"), ("约300", "确切"), ("数千万", "确切"), ("近百家", "确切"), ("十几", "确切"), ("300左右", "确切"),
        (">300", "确切"), ("十来家", "确切"), ("3~5", "确切"), ("5-10", "范围"), ("1.23E+17", "科学"), ("12 3", "位置"),
        ("1,23", "位置"), ("1234,567", "位置"), ("一百五", "两种"), ("一亿二千", "两种"), ("三万五", "两种"), ("三五", "不确切"),
        ("三四百", "不是数"), ("3²", "不是数"), ("①", "不是数"), ("第3批", "不是数"), ("2014年", "单位"), ("1.2.3", "不是数"),
        ("亿", "不是数"), ("#DIV/0!", "公式"), ("", "不是数"), (None, "空"), (True, "逻辑"), (dt.date(2014, 6, 17), "日期"),
        (float("nan"), "不是数"), ("9" * 41, "不是数"),
    ],
)  # fmt: skip
def test_what_is_no_exact_number_says_why(cell: object, reason: str) -> None:
    with pytest.raises(NotAValue, match=reason):
        parse_number(cell)


def test_a_quantity_has_the_unit_of_its_cell() -> None:
    assert parse_quantity("120万元") == (1200000, "元", True)
    assert parse_quantity("3.5万㎡") == (35000, "平方米", True)
    assert parse_quantity("100m²") == (100, "平方米", False)
    assert parse_quantity("3.5亩") == (Fraction(7, 2), "亩", False)
    assert parse_quantity("85.5％") == (Fraction(171, 2), "%", False)


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_round_trip(number: int) -> None:
    text = hanzi(number)
    assert parse_number(text) == number
    formal = text.translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))
    assert parse_number(formal + "元整") == number


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(["", "元", "亩", "平方米", "套"]))
def test_written_numbers_round_trip(number: object, unit: str) -> None:
    assert parse_quantity(f"{number:,}{unit}").value == Fraction(str(number))
    assert parse_quantity(f"{number}{unit}").value == Fraction(str(number))
    assert parse_quantity(float(f"{number}")).value == Fraction(str(number))


@given(st.one_of(st.text(max_size=30), st.text("一二三十百千万亿零点.,0123456789元%() -", max_size=12), st.floats()))
def test_anything_is_a_number_or_refused(cell: str | float) -> None:
    try:
        assert isinstance(parse_number(cell), Fraction)
    except NotAValue as error:
        assert str(error)


@given(st.integers(-(10**12), 10**12), st.sampled_from([("元", 2), ("千元", 5), ("万元", 6), ("亿元", 10)]))
def test_money_is_exact_in_every_unit(fen: int, unit: tuple[str, int]) -> None:
    name, digits = unit
    sign, text = "-" if fen < 0 else "", str(abs(fen)).rjust(digits + 1, "0")
    written = f"{sign}{text[:-digits]}.{text[-digits:]}"
    assert scaled(written, MONEY, name) == fen
    assert scaled(written + name, MONEY, "元") == fen


@pytest.mark.parametrize(
    ("cell", "column", "stated", "result"),
    [
        (12.5, MONEY, None, 12_500_000),
        (12.5, MONEY, "元", 1250),
        ("12.5元", MONEY, "万元", 1250),
        ("三百万", MONEY, None, 300_000_000),  # a number with 万 counts 元, also under 万元
        ("三百", MONEY, None, 300_000_000),
        ("1.2亿元", MONEY, None, 12_000_000_000),
        (1234.560000000004, MONEY, "元", 123_456),
        (0.1 + 0.2, MONEY, "元", 30),
        (42.46, AREA, "万平方米", 42_460_000),
        ("424600㎡", AREA, None, 42_460_000),
        ("3亩", AREA, None, 200_000),
        ("1亩", AREA, None, 66_667),
        (85.5, PERCENT, None, 8550),
        ("85.5%", PERCENT, FRACTION, 8550),
        (0.855, PERCENT, FRACTION, 8550),
        ("八成五", PERCENT, None, 8500),
        (98.5, SCORE, None, 9850),
        ("98.5分", SCORE, None, 9850),
        (3.0, COUNT, None, 3),
        ("1,200套", COUNT, None, 1200),
    ],
)
def test_scaled_to_the_smallest_unit(cell: object, column: Column, stated: str | None, result: int) -> None:
    assert scaled(cell, column, stated) == result


@pytest.mark.parametrize(
    ("cell", "column", "stated", "reason"),
    [
        ("0.001元", MONEY, None, "还细"),
        (33.33333333, MONEY, None, "还细"),
        ("85.555", PERCENT, None, "还细"),
        (3.5, COUNT, None, "整数"),
        ("3亩", MONEY, None, "单位"),
        ("3元", AREA, None, "单位"),
        ("3%", COUNT, None, "单位"),
        ("98%", SCORE, None, "单位"),
        (1e18, MONEY, None, "太大"),
    ],
)
def test_what_does_not_fit_the_column_says_why(cell: object, column: Column, stated: str | None, reason: str) -> None:
    with pytest.raises(NotAValue, match=reason):
        scaled(cell, column, stated)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("万元", "万元"), (" ㎡ ", "平方米"), ("万㎡", "万平方米"), ("％", "%"), ("人民币元", "元"), ("亩", "亩")],
)
def test_units_by_any_spelling(text: str, unit: str) -> None:
    found = unit_type(text)
    assert found is not None
    assert found[1] == unit
    assert unit_type("财政局") is None
