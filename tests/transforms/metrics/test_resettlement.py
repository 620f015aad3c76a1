"""二、回迁安置促征迁: every metric on rows that can be added up by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.transforms.metrics.facts_builder import facts, figures
from transforms.figures import Figure, Light

G, Y, R = Light.GREEN, Light.YELLOW, Light.RED
FACILITIES = ("road", "greening", "sewage", "gas", "telecom", "property")


def housing(number: str, stage: str | None, dm2: int, homes: int, **more: object) -> dict[str, object]:
    return {"project_no": number, "stage": stage, "floor_area_dm2": dm2, "homes": homes, **more}


def progress(planned: float, actual: float) -> dict[str, object]:
    return {"planned_bp": round(planned * 100), "actual_bp": round(actual * 100)}


def censured(checked: str, move_back: str) -> dict[str, object]:
    return {"checked_on": checked, "verdict": "处罚", "move_back_planned_on": move_back}


def permit(number: str, accepted: str, issued: str | None, promised: str | None, completed: str | None):
    row = {"permit_no": number, "accepted_on": accepted, "issued_on": issued}
    return {**row, "promised_on": promised, "completed_on": completed}


GIVEN = facts(
    resettlement_projects={
        6: [
            housing(
                "Z1",
                "已回迁",
                1_000_001,
                100,
                **progress(100, 100),
                move_back_planned_on="2014-01-01",
                checked_on="2014-06-30",
                verdict="奖励",
                **dict.fromkeys(FACILITIES, "已完成"),
                quality_found=5,
                quality_mended=3,
            ),
            housing(
                "Z2",
                "已回迁",
                500_000,
                50,
                **progress(100, 90),
                move_back_planned_on="2014-02-01",
                checked_on="2014-06-01",
                verdict="通报",
                road="已完成",
                greening="在建",
                sewage="未建",
                quality_found=2,
                quality_mended=2,
            ),
            housing("Z3", "年内回迁", 2_000_000, 200, **progress(80, 69.99), **censured("2014-05-31", "2014-06-29")),
            housing("Z4", "年内主体封顶", 3_000_000, 300, **progress(60, 30), **censured("2014-06-15", "2014-06-30")),
            housing("Z5", "年内新开工", 4_000_000, 400, **progress(40, 9.99), verdict="奖励", quality_found=9),
            housing("Z6", None, 700_000, 70, planned_bp=1000),
            housing("Z7", "刚拆迁", 300_000, 30, move_back_planned_on="2014-05-01"),  # not one of the four stages
        ]
    },
    resettlement_problems={
        6: [
            {"problem_no": "W1", "raised_on": "2014-06-01", "solved_on": "2014-06-08"},  # on the seventh day
            {"problem_no": "W2", "raised_on": "2014-06-01", "solved_on": "2014-06-09"},
            {"problem_no": "W3", "raised_on": "2014-06-22"},  # eight days old
            {"problem_no": "W4", "raised_on": "2014-06-23"},  # seven days: may still be solved in time
            {"problem_no": "W5", "raised_on": "2014-06-29", "solved_on": "2014-07-02"},
            {"problem_no": "W6", "raised_on": "2014-05-30", "solved_on": "2014-05-31"},
            {"problem_no": "W7", "raised_on": "2014-06-30"},
            {"problem_no": "W8", "raised_on": "2014-06-30", "solved_on": "2014-06-30"},
        ]
    },
    permits={
        6: [
            permit("R1", "2014-06-01", "2014-06-11", "2014-06-30", "2014-06-30"),  # in on the promised and last day
            permit("R2", "2014-06-01", "2014-06-04", "2014-06-20", "2014-06-21"),
            permit("R3", "2014-06-01", "2014-06-02", "2014-06-29", None),
            permit("R4", "2014-06-01", "2014-06-30", "2014-06-30", None),  # promised for the last day
            permit("R5", "2014-06-01", None, "2014-07-01", "2014-06-10"),  # early: its day has not come
            permit("R6", "2014-06-01", "2014-07-01", None, None),
            permit("R7", "2014-05-01", "2014-05-31", None, None),
            permit("R8", "2014-05-01", "2014-05-05", None, None),
            permit("R9", "2014-07-01", None, None, None),  # accepted after the month
        ]
    },
)
EXPECTED: dict[str, tuple[Fraction | int | None, ...]] = {
    "housing.projects": (7,),
    "housing.area": (Fraction(11_500_001, 1_000_000),),
    "housing.homes": (1150,),
    "housing.moved_back": (2,),
    "housing.moved_back_area": (Fraction(1_500_001, 1_000_000),),
    "housing.moved_back_homes": (150,),
    "housing.move_back_this_year": (1,),
    "housing.move_back_this_year_area": (2,),
    "housing.move_back_this_year_homes": (200,),
    "housing.top_out_this_year": (1,),
    "housing.top_out_this_year_area": (3,),
    "housing.top_out_this_year_homes": (300,),
    "housing.start_this_year": (1,),
    "housing.start_this_year_area": (4,),
    "housing.start_this_year_homes": (400,),
    "housing.stage_missing": (2, None, None, Y),
    "housing.stage_missing_area": (1,),
    "housing.stage_missing_homes": (100,),
    "housing.on_schedule_rate": (40, 2, 5, R),  # 10 points behind still counts, 10.01 does not
    "housing.behind_yellow": (2, None, None, Y),  # 10.01 and 30
    "housing.behind_red": (1, None, None, R),  # 30.01
    "housing.mean_lag": (Fraction(16004, 1000),),  # 0 10 10.01 30 30.01
    "housing.move_back_overdue": (2, None, None, R),  # Z3 Z7
    "problem.raised_to_date": (8,),
    "problem.raised_month": (7,),
    "problem.solved_to_date": (4,),
    "problem.solved_month": (3,),
    "problem.open": (4,),
    "problem.overdue": (1, None, None, R),
    "problem.median_days": (4,),  # 0 1 7 8
    "problem.within_limit_rate": (60, 3, 5, R),
    "permit.issued_to_date": (6,),
    "permit.issued_month": (4,),
    "permit.pending": (2,),  # R5 R6
    "permit.median_days": (7,),  # 1 3 4 10 29 30
    "permit.documents_rate": (25, 1, 4, R),
    "permit.documents_overdue": (1, None, None, R),
    "appraisal.checked_rate": (Fraction(300, 7), 3, 7, R),
    "appraisal.rewarded": (1,),
    "appraisal.penalised": (2,),
    "handover.facilities_rate": (Fraction(700, 12), 7, 12, R),
    "handover.quality_found": (7,),
    "handover.quality_mended_rate": (Fraction(500, 7), 5, 7, R),
    "handover.quality_open": (2, None, None, Y),
}


@pytest.fixture(scope="module")
def june() -> dict[str, Figure]:
    return figures(GIVEN)


@pytest.mark.parametrize("code", EXPECTED)
def test_value(code: str, june: dict[str, Figure]) -> None:
    figure = june[code]
    value, done, due, light = (*EXPECTED[code], None, None, None, None)[:4]
    assert figure.value == value
    assert isinstance(figure.value, Fraction)
    assert (figure.light, figure.note) == (light, "")
    if done is not None:
        assert (figure.done, figure.due) == (done, due)


def test_the_residual_is_shown_with_the_projects_that_cause_it(june: dict[str, Figure]) -> None:
    missing = june["housing.stage_missing"]
    assert [(cell.ranges, cell.rows) for cell in missing.cells] == [("A9:A10", 2)]
    assert missing.inputs == (
        "housing.projects",
        "housing.moved_back",
        "housing.move_back_this_year",
        "housing.top_out_this_year",
        "housing.start_this_year",
    )
    assert [cell.ranges for cell in june["housing.stage_missing_area"].cells] == ["G9:G10"]


def test_each_lag_has_one_light() -> None:
    lags = (-5, 0, 10, 10.01, 20, 29, 30, 30.01, 40, 50, 60, 70)
    found = figures(facts(resettlement_projects={6: [progress(80, 80 - lag) for lag in lags]}))
    assert found["housing.on_schedule_rate"].done == 3
    assert found["housing.behind_yellow"].value == 4
    assert found["housing.behind_red"].value == 5


def test_every_stage_reported_leaves_nothing() -> None:
    found = figures(facts(resettlement_projects={6: [housing("Z1", "已回迁", 1, 1)]}))
    assert found["housing.stage_missing"].value == 0
    assert found["housing.stage_missing"].light is G


def test_an_even_number_of_permits_has_the_mean_of_the_middle_two() -> None:
    one = figures(facts(permits={6: [permit("R1", "2014-06-01", "2014-06-04", None, None)]}))
    assert one["permit.median_days"].value == 3


@pytest.mark.parametrize(
    ("dataset", "codes"),
    [
        ("resettlement_projects", ("housing.on_schedule_rate", "handover.facilities_rate", "appraisal.checked_rate")),
        ("resettlement_problems", ("problem.within_limit_rate",)),
        ("permits", ("permit.median_days", "permit.documents_rate")),
    ],
)
def test_nothing_to_divide_by_is_no_value_and_says_why(dataset: str, codes: tuple[str, ...]) -> None:
    found = figures(facts(**{dataset: {6: []}}))
    for code in codes:
        assert (found[code].value, found[code].light) == (None, None)
        assert found[code].note
        assert "未报送" not in found[code].note
