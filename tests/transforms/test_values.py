"""Dates, flags, names, codes: one cell at a time, and round trips."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import values
from transforms.values import NotAValue, parse_date
from transforms.values.codes import _ALPHABET, _NEW_WEIGHTS, _old_check

DAY = dt.date(2014, 6, 17)
HANZI = "〇一二三四五六七八九"
days = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))


def small_hanzi(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else HANZI[tens] + "十") + (HANZI[ones] if ones else "")


@pytest.mark.parametrize(
    "cell",
    [
        DAY, dt.datetime(2014, 6, 17, 23, 59), 41807, 41807.99, "41807", 20140617, 20140617.0,
        "2014.6.17", "2014-6-17", "2014/06/17", "20140617", "2014年6月17日", "2014年6月17号", "2014 年 6 月 17 日",
        "２０１４．６．１７", "２０１４年６月１７日", "二〇一四年六月十七日", "二○一四年六月十七日", "二零一四年六月十七日",
        "2014-06-17 08:30:00", "2014-06-17T08:30:00+08:00", "2014年6月17日上午9时30分", "2014年6月17日（星期二）",
        "14.6.17", "14-06-17", "14年6月17日", "2014。6。17", "2014、6、17", "2014—6—17", " 2014.6.17 ", "2014.6.17.",
    ],
)  # fmt: skip
def test_a_date_as_people_type_it(cell: object) -> None:
    assert parse_date(cell) == DAY


def test_serials_that_count_from_1904() -> None:
    assert parse_date(41807 - 1462, date_1904=True) == DAY


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2014.10", "没有日"), (2014.1, "没有日"), ("2014年6月", "没有日"), ("二〇一四年六月", "没有日"), ("2014-06", "没有日"),
        ("2014年", "只有年份"), (2014, "只有年份"), ("6月17日", "没有写年份"), ("6.17", "没有写年份"), ("六月十七日", "没有写年份"),
        ("17.6.2014", "最前面"), ("6/17/2014", "最前面"), ("2014.6.31", "没有 31 日"), ("2014.13.1", "没有 13 月"),
        ("2013.2.29", "没有 29 日"), ("201406", "六位"), (140617, "六位"), ("1014.6.17", "1990"), ("2100.1.1", "1990"),
        ("未开工", "不是日期"), ("2014.6.17前", "不是日期"), ("2014年6月底", "不是日期"), ("2014.6.1-2014.6.17", "不是日期"),
        (12, "不是日期"), (-5, "不是日期"), (float("inf"), "不是日期"), (True, "不是日期"), (None, "不是日期"), (dt.time(8), "不是日期"),
        ("#N/A", "公式"), ("", "不是日期"), ("6.1.17", "哪一年"),
    ],
)  # fmt: skip
def test_what_is_no_date_says_why(cell: object, reason: str) -> None:
    with pytest.raises(NotAValue, match=reason):
        parse_date(cell)


@given(days)
def test_dates_round_trip(day: dt.date) -> None:
    year = "".join(HANZI[int(digit)] for digit in str(day.year))
    forms = [
        f"{day:%Y-%m-%d}", f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}",
        f"{day.year % 100:02d}.{day.month}.{day.day}", f"{year}年{small_hanzi(day.month)}月{small_hanzi(day.day)}日",
        f"{day:%Y/%m/%d} 00:00",
    ]  # fmt: skip
    # Two digits reach from 1990 to 2089.
    assert {parse_date(form) for index, form in enumerate(forms) if index != 4 or day.year < 2090} == {day}
    assert parse_date((day - dt.date(1899, 12, 30)).days) == day
    assert parse_date((day - dt.date(1904, 1, 1)).days, date_1904=True) == day


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers()))
def test_a_date_is_in_range_or_refused(cell: str | float) -> None:
    try:
        day = parse_date(cell)
    except NotAValue as error:
        assert str(error)
    else:
        assert 1990 <= day.year <= 2099


@given(st.dates())
def test_year_and_month_are_never_completed(day: dt.date) -> None:
    for form in (f"{day.year:04d}.{day.month}", f"{day.year:04d}年{day.month}月", f"{day.month}月{day.day}日"):
        with pytest.raises(NotAValue):
            parse_date(form)


@pytest.mark.parametrize("cell", ["是", "√", "有", "1", 1, 1.0, True, "Y", "y", " 是 ", "ＹＥＳ", "✓"])
def test_yes(cell: object) -> None:
    assert values.parse_flag(cell) is True


@pytest.mark.parametrize("cell", ["否", "×", "无", "0", 0, 0.0, False, "N", "no", "x", "没有"])
def test_no(cell: object) -> None:
    assert values.parse_flag(cell) is False


@pytest.mark.parametrize("cell", ["基本有", "2", 2, "是否", None])
def test_neither(cell: object) -> None:
    with pytest.raises(NotAValue, match="是"):
        values.parse_flag(cell)


def test_names_are_masked_to_the_surname() -> None:
    assert [values.mask_name(name) for name in ("徐某某", "徐某", " 徐　某 ", "徐××", "", "Smith", "徐某等12人")] == [
        "徐××", "徐××", "徐××", "徐××", "", "××", "徐××",
    ]  # fmt: skip


@given(st.text(min_size=1))
def test_a_mask_shows_one_character_at_most(name: str) -> None:
    assert len(values.mask_name(name).replace("×", "")) <= 1


def test_text_keeps_its_characters() -> None:
    assert values.clean("\u3000 （含税）１２㎡，\u200b甲 乙\x07\r\n丙\t ") == "（含税）１２㎡，甲 乙\n丙"
    assert values.clean("张　三") == "张三"
    assert [values.clean(cell) for cell in (3.0, 3, 0.1 + 0.2, None, DAY, dt.datetime(2014, 6, 17))] == [
        "3", "3", "0.3", "", "2014-06-17", "2014-06-17",
    ]  # fmt: skip


def test_headers_compare_without_space_width_or_star() -> None:
    assert values.normalise("*奖励\n金 额（万元）：") == values.normalise("奖励金额(万元)")
    assert values.normalise("奖励金额（万元）", brackets=False) == "奖励金额"


def test_keys_are_brought_to_one_spelling() -> None:
    assert values.as_key(" gy—２０１４-008 ") == "GY-2014-008"


@pytest.mark.parametrize(
    "cell", ["59171234-8", "591712348", 591712348, 591712348.0, "５９１７１２３４－８", "591712348.0", "'59171234-8"]
)
def test_an_organisation_code(cell: object) -> None:
    assert values.parse_org_code(cell) == "591712348"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (12345678, "开头的 0"), (12345678.0, "开头的 0"), (9.1350300591712e17, "末尾"), ("9.135E+17", "末尾"),
        ("1.23E+17", "末尾"), ("350303100012345", "15 位"), ("5917123", "7 位"), ("9135030059171234I8", "字母"),
        ("某公司", "不是企业代码"), ("", "不是企业代码"), (None, "不是企业代码"), (True, "不是企业代码"), (1.5, "不是企业代码"),
        (-591712348, "开头的 0"),
    ],
)  # fmt: skip
def test_what_is_no_code_says_why(cell: object, reason: str) -> None:
    with pytest.raises(NotAValue, match=reason):
        values.parse_org_code(cell)


def test_check_digits_of_the_standards_own_examples() -> None:
    # GB 11714-1997, 附录 A, and GB 32100-2015, 附录 A.
    assert values.check_digit_ok("D2143569X")
    assert values.check_digit_ok("91350100M000100Y43")
    assert not values.check_digit_ok("D21435690")
    assert not values.check_digit_ok("91350100M000100Y44")
    assert not values.check_digit_ok("")


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), st.text("0123456789", min_size=6, max_size=6)
)
def test_both_vintages_share_a_core_and_each_wrong_character_shows(body: str, place: str) -> None:
    old = body + _old_check(body)
    first17 = "91" + place + old
    new = first17 + _ALPHABET[-sum(_ALPHABET.index(c) * w for c, w in zip(first17, _NEW_WEIGHTS, strict=True)) % 31]
    assert (
        values.core(values.parse_org_code(f"{old[:8]}-{old[8]}".lower()))
        == values.core(values.parse_org_code(new))
        == old
    )
    assert values.check_digit_ok(old)
    assert values.check_digit_ok(new)
    swapped = new[:2] + ("1" if new[2] != "1" else "2") + new[3:]
    assert not values.check_digit_ok(swapped)
