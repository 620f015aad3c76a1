"""Thresholds by the month they are in force from."""

from __future__ import annotations

import pytest

from tests.transforms.metrics.facts_builder import ALL, DATA, DISTRICT, facts, figures
from transforms.attention import attention
from transforms.districts import District, Thresholds, parse_district
from transforms.errors import ConfigurationError
from transforms.figures import Light
from transforms.metrics import measure
from transforms.period import Period

TEXT = (DATA / "districts/350303.yaml").read_text(encoding="utf-8")
HEAD, PLAIN = TEXT.split("thresholds:\n")
FEBRUARY, JUNE, JULY, AUGUST = (Period(2014, month) for month in (2, 6, 7, 8))


def dated(*entries: str) -> District:
    return parse_district(with_entries(*entries), "x.yaml")


def with_entries(*entries: str) -> str:
    return HEAD + "thresholds:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


STRICTER = dated("from: 2014-02, promise_yellow_days: 4", "from: 2014-07, schedule_red_points: 15")


def test_a_plain_mapping_is_in_force_always() -> None:
    assert DISTRICT.thresholds == DISTRICT.thresholds_at(FEBRUARY) == DISTRICT.thresholds_at(Period(2020, 1))
    changed = parse_district(TEXT.replace("schedule_red_points: 30", "schedule_red_points: 25"), "x.yaml")
    assert changed.thresholds_at(JUNE).schedule_red_points == 25
    assert parse_district(HEAD, "x.yaml").thresholds == Thresholds()  # none given: the defaults


@pytest.mark.parametrize(("period", "red"), [(FEBRUARY, 30), (JUNE, 30), (JULY, 15), (Period(2015, 1), 15)])
def test_each_month_has_the_entry_in_force_then(period: Period, red: int) -> None:
    assert STRICTER.thresholds_at(period).schedule_red_points == red
    assert STRICTER.at(period).thresholds.schedule_red_points == red
    assert STRICTER.at(JULY).at(period).thresholds.schedule_red_points == red


def test_an_entry_keeps_what_it_does_not_name() -> None:
    assert STRICTER.thresholds_at(JULY).promise_yellow_days == 4


def test_seen_in_no_month_it_is_the_newest() -> None:
    assert STRICTER.thresholds.schedule_red_points == 15
    assert STRICTER.at(JUNE).model_copy().thresholds.schedule_red_points == 30


LAGGING = {"project_no": "AZ-1", "project_name": "甲", "stage": "年内回迁", "planned_bp": 8000, "actual_bp": 6000}


def test_a_threshold_changed_from_july_leaves_junes_lights_as_they_were() -> None:
    given = facts(resettlement_projects={6: [LAGGING], 7: [LAGGING], 8: [LAGGING]})
    for code, kept, new in (("housing.behind_yellow", 1, 0), ("housing.behind_red", 0, 1)):
        values = [figures(given, period, STRICTER)[code].value for period in (JUNE, JULY, AUGUST)]
        assert values == [kept, new, new], code
    assert figures(given, JUNE, STRICTER) == figures(given, JUNE)
    july = measure(given, ALL, STRICTER, JULY)["housing.behind_red"]
    assert july.change == 1  # against June as June was judged
    lights = [[item.light for item in attention(given, ALL, STRICTER, period)] for period in (JUNE, JULY)]
    assert lights == [[Light.YELLOW], [Light.RED]]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (["from: 2014-13"], "thresholds.0.from：期别“2014-13”不对"),
        (["promise_yellow_days: 3"], "thresholds.0.from：缺少这一项"),
        (["from: 2014-02", "from: 2014-07, problem_limit_days: 0"], "thresholds.1.problem_limit_days：“0”不对"),
        (["from: 2014-02", "from: 2014-07, problem_limit_day: 5"], "thresholds.1.problem_limit_day：没有这一项"),
        (["from: 2014-02", "from: 2014-07, schedule_red_points: 5"], "thresholds.1：schedule_yellow_points 不能大于"),
        (["from: 2014-07", "from: 2014-02"], "应逐条推后"),
        (["from: 2014-02", "from: 2014-02"], "应逐条推后"),
        (["from: 2014-03"], "第一条应从 2014-02 或更早起"),
    ],
)
def test_a_mistake_in_an_entry_is_named_with_its_line(entries: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        dated(*entries)
    (line,) = str(caught.value).splitlines()
    assert said in line
    head = HEAD.count("\n") + 1
    number = head + len(entries) if said.startswith("thresholds.") else head
    assert line.startswith(f"x.yaml:{number}: ")
