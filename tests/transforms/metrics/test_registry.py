"""What holds for every metric: declared once, exact, traced to cells, never filled in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.metrics import test_duties, test_enterprises, test_petitions, test_resettlement
from tests.transforms.metrics.facts_builder import ALL, CONTRACTS, DATA, DISTRICT, Row, facts, figures
from transforms.figures import Figure, Light, Scope, Unit
from transforms.lineage import expand
from transforms.metrics import HEADLINES, REGISTRY, measure, registry_of
from transforms.metrics.metric import Value, by_schedule
from transforms.metrics.month import Month
from transforms.period import Period
from transforms.published import parse_published
from transforms.tables import Facts

SUITES = (test_enterprises, test_duties, test_resettlement, test_petitions)
CODES = [metric.code for metric in REGISTRY]


def payment(enterprise: str, amount: int, batch: str = "第1批") -> Row:
    return {"enterprise": enterprise, "batch": batch, "amount_fen": amount, "tax": "房产税", "paid_on": "2014-06-01"}


def test_every_metric_has_a_hand_computed_value() -> None:
    covered = [code for suite in SUITES for code in suite.EXPECTED]
    assert sorted(covered) == sorted(CODES)


def test_each_code_is_declared_once_and_every_mechanism_has_one_headline() -> None:
    assert len(CODES) == len(set(CODES))
    assert list(HEADLINES) == list(range(1, 19))
    assert sum(metric.headline for metric in REGISTRY) == 18


def test_figures_come_in_registry_order_by_mechanism() -> None:
    everything = registry_of(DISTRICT)
    assert list(figures(facts())) == [metric.code for metric in everything]
    assert [metric.mechanism for metric in everything] == sorted(metric.mechanism for metric in everything)


# mechanism → how the codes of its figures begin; the longest beginning that fits counts
MECHANISMS = {
    1: "reward",
    2: "link visit",
    3: "coordination bank_meeting meeting issue",
    4: "loan turnover guarantee",
    5: "fee",
    6: "growth",
    7: "rating",
    8: "team project",
    9: "housing",
    10: "duty",
    11: "problem",
    12: "permit",
    13: "appraisal",
    14: "handover",
    15: "petition",
    16: "petition.five_ones",
    17: "petition.channel petition.category petition.township",
    18: "accountability",
}
BEGINNINGS = {start: number for number, starts in MECHANISMS.items() for start in starts.split()}


def test_each_metric_belongs_to_its_mechanism() -> None:
    for metric in registry_of(DISTRICT):
        fitting = [start for start in BEGINNINGS if metric.code.startswith(start)]
        assert metric.mechanism == BEGINNINGS[max(fitting, key=len)], metric.code


def test_every_metric_reads_as_one_chinese_sentence() -> None:
    for metric in registry_of(DISTRICT):
        assert metric.definition.endswith("。")
        assert not set(",;:()") & set(metric.definition + metric.label)
        assert metric.label
        assert metric.label_en


@pytest.mark.parametrize(
    ("value", "target", "light"),
    [
        (Fraction(18100, 365) - 10, None, Light.GREEN),  # half the year and ten points: 181 of 365 days are gone
        (Fraction(18100, 365) - 10 - Fraction(1, 100), None, Light.YELLOW),
        (Fraction(18100, 365) - 30, None, Light.YELLOW),
        (Fraction(18100, 365) - 30 - Fraction(1, 100), None, Light.RED),
        (Fraction(18100, 3650) - 1, Fraction(10), Light.GREEN),  # the same against a target of ten
        (Fraction(18100, 3650) - 1 - Fraction(1, 100), Fraction(10), Light.YELLOW),
        (None, None, None),
        (Fraction(1), Fraction(0), None),
    ],
)
def test_a_yearly_share_is_judged_against_the_share_of_the_year_gone(
    value: Fraction | None, target: Fraction | None, light: Light | None
) -> None:
    month = Month(facts(), CONTRACTS, DISTRICT, Period(2014, 6))
    assert by_schedule.light(Value(value, target=target), month) is light


def test_every_rate_has_a_light_rule_and_both_its_numbers() -> None:
    assert [m.code for m in REGISTRY if m.unit is Unit.PERCENT and m.judge is None] == []
    for suite in SUITES:
        for figure in figures(suite.GIVEN).values():
            if figure.unit is Unit.PERCENT and figure.code in suite.EXPECTED:
                assert figure.done is not None
                assert figure.due
                assert figure.value == 100 * figure.done / figure.due


def test_published_figures_are_metrics_in_the_same_unit() -> None:
    path = DATA / "published/2014-06.yaml"
    units = {metric.code: metric.unit for metric in REGISTRY}
    for code, public in parse_published(path.read_text(encoding="utf-8"), path.name).figures.items():
        assert units[code] is public.unit


def test_nothing_received_is_no_value_and_names_who_owes_it() -> None:
    for code, figure in figures(facts()).items():
        if figure.from_district_file == "service_teams":
            continue
        assert (figure.value, figure.light, figure.change) == (None, None, None), code
        assert figure.note.endswith("未报送")
    assert figures(facts())["reward.amount_rate"].note == "财政局未报送"
    assert figures(facts())["housing.stage_missing"].note == "住建局未报送"


def test_a_sheet_received_empty_is_zero_not_missing() -> None:
    found = figures(facts(reward_payments={6: []}))["reward.amount_month"]
    assert (found.value, found.note) == (0, "")


def test_an_earlier_month_missing_is_said_and_not_filled_in() -> None:
    given_ = facts(reward_payments={2: [payment("A", 1_000_000)], 4: [], 6: [payment("B", 2_000_000)]})
    found = figures(given_)
    for code in ("reward.amount_to_date", "reward.amount_year", "reward.enterprises_to_date"):
        assert found[code].note == "不含2014年3月、2014年5月（未报送）"
    assert found["reward.amount_to_date"].value == 3
    assert found["reward.amount_month"].note == ""
    assert found["reward.amount_rate"].note == "不含2014年3月、2014年5月（未报送）"
    assert found["reward.amount_month"].change is None  # May was not sent


def test_the_month_itself_missing_is_no_cumulative_value_either() -> None:
    found = figures(facts(reward_payments={5: [payment("A", 1_000_000)]}))
    assert found["reward.amount_to_date"].value is None
    assert found["reward.amount_to_date"].note == "财政局未报送"


def test_change_is_on_the_month_before_and_none_in_the_first() -> None:
    given_ = facts(
        reward_payments={2: [payment("A", 5_000_000)], 3: [payment("A", 3_000_000), payment("B", 1_000_000)]}
    )
    march = figures(given_, 3)
    assert march["reward.amount_month"].change == -1
    assert march["reward.amount_to_date"].change == 4
    assert march["reward.enterprises_to_date"].change == 1
    assert all(figure.change is None for figure in figures(given_, 2).values())


def test_year_to_date_starts_anew_in_january() -> None:
    december, january = Period(2014, 12), Period(2015, 1)
    months = dict.fromkeys(DISTRICT.first_period.through(december), ())
    given_ = facts(reward_payments={**months, december: [payment("A", 9_000_000)], january: [payment("A", 1_000_000)]})
    found = figures(given_, january)
    assert (found["reward.amount_year"].value, found["reward.amount_year"].change) == (1, None)
    assert (found["reward.amount_to_date"].value, found["reward.amount_to_date"].change) == (10, 1)


def test_change_on_the_year_is_on_the_same_month() -> None:
    months = {Period(2014, 6).plus(n): [payment("A", (n + 1) ** 2 * 1_000_000)] for n in range(14)}
    found = figures(facts(reward_payments=months), Period(2015, 6))
    assert found["reward.amount_month"].change_on_year == 13**2 - 1
    assert found["reward.amount_month"].change == 13**2 - 12**2
    assert found["reward.amount_to_date"].change_on_year == sum((n + 1) ** 2 for n in range(1, 13))
    assert figures(facts(reward_payments=months), Period(2015, 1))["reward.amount_month"].change_on_year is None


def test_what_was_counted_names_its_cells_and_what_was_not_found_the_sheet_searched() -> None:
    for suite in SUITES:
        for code, figure in figures(suite.GIVEN).items():
            if code in suite.EXPECTED and not figure.from_district_file:
                assert figure.cells, code
                assert any(place.rows for place in figure.cells) or not figure.value, code
            if code in suite.EXPECTED and figure.value == 0 and figure.due is None and not figure.inputs:
                assert all(place.ranges == "" for place in figure.cells), code


def test_a_figure_says_whose_sheets_it_comes_from() -> None:
    found = figures(facts())
    assert found["reward.amount_month"].owner == "财政局"
    assert found["rating.participation_rate"].owner == "经信局、效能办"
    assert found["team.count"].owner == "办公室"
    given_ = facts(reward_payments=dict.fromkeys(range(2, 7), ()))
    assert figures(given_)["reward.amount_rate"].owner == "财政局"


def test_last_months_figures_at_hand_give_the_same_change() -> None:
    for suite in SUITES:
        before = figures(suite.GIVEN, 5)
        assert measure(suite.GIVEN, ALL, DISTRICT, Period(2014, 6), {Period(2014, 5): before}) == figures(suite.GIVEN)


def test_a_register_reads_this_months_list_whatever_the_scope() -> None:
    loans = [{"kind": "助保贷", "enterprise": e, "amount_fen": 1_000_000} for e in "AB"]
    found = figures(facts(financing={5: loans, 6: loans[:1]}))
    assert found["guarantee.amount_to_date"].value == 1
    assert found["guarantee.amount_to_date"].note == ""


def test_the_cells_of_a_sum_are_the_rows_that_passed() -> None:
    rows = [payment("A", 1), {**payment("B", 2), "tax": "土地使用税"}, payment("C", 4), payment("D", 8)]
    found = figures(facts(reward_payments={5: rows[:1], 6: rows}))["reward.amount_property_tax_to_date"]
    assert [(c.submission, c.ranges, c.rows) for c in found.cells] == [
        ("reward_payments-2014-05", "I4", 1),
        ("reward_payments-2014-06", "I4,I6:I7", 3),
    ]
    assert (found.cells[0].department, found.cells[0].sheet) == ("财政局", "即征即奖兑现明细")


def test_distinct_counts_give_each_key_column() -> None:
    rows = [payment("A", 1), payment("A", 1, "第2批")]
    (cells,) = figures(facts(reward_payments={6: rows}))["reward.enterprise_times_to_date"].cells
    assert cells.ranges == "B4:B5,F4:F5"


def test_a_zero_says_where_nothing_was_found() -> None:
    (cells,) = figures(facts(financing={6: [{"kind": "银行贷款", "amount_fen": 1}]}))["turnover.overdue"].cells
    assert (cells.department, cells.sheet, cells.ranges, cells.rows) == ("金融办", "融资支持台账", "", 0)


def cells_with_values(figure: Figure, given_: Facts, dataset: str) -> Iterator[int]:
    """The integers in the cells of a figure, read back by address."""
    frame = given_.frames[dataset]
    for place in figure.cells:
        names = {letter: name for name, letter in given_.sources[place.submission, dataset].letters.items()}
        for cell in expand(place.ranges):
            letter = cell.rstrip("0123456789")
            row = frame[(frame["submission"] == place.submission) & (frame["row"] == int(cell.removeprefix(letter)))]
            yield int(row[names[letter]].iloc[0])


AMOUNTS = st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 10**15)), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(may=AMOUNTS, june=AMOUNTS)
def test_a_sum_is_exact_and_its_cells_add_up_to_it(may: list[tuple[str, int]], june: list[tuple[str, int]]) -> None:
    given_ = facts(reward_payments={5: [payment(*row) for row in may], 6: [payment(*row) for row in june]})
    found = figures(given_)
    assert found["reward.amount_to_date"].value == Fraction(sum(a for _, a in may) + sum(a for _, a in june), 10**6)
    assert found["reward.enterprises_to_date"].value == len({e for e, _ in may} | {e for e, _ in june})
    assert found["reward.amount_month"].change == Fraction(sum(a for _, a in june) - sum(a for _, a in may), 10**6)
    cells = cells_with_values(found["reward.amount_to_date"], given_, "reward_payments")
    assert Fraction(sum(cells), 10**6) == found["reward.amount_to_date"].value


@settings(max_examples=30, deadline=None)
@given(
    progress=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000) | st.none()), min_size=1, max_size=15)
)
def test_a_rate_is_the_exact_quotient_of_its_parts(progress: list[tuple[int, int | None]]) -> None:
    rows = [{"planned_bp": planned, "actual_bp": actual} for planned, actual in progress]
    found = figures(facts(resettlement_projects={6: rows}))["housing.on_schedule_rate"]
    known = [planned - actual for planned, actual in progress if actual is not None]
    kept = sum(lag <= 1000 for lag in known)
    assert found.value == (Fraction(100 * kept, len(known)) if known else None)


def test_every_dataset_and_every_scope_is_measured() -> None:
    assert {metric.scope for metric in REGISTRY} == set(Scope)
    assert set(CONTRACTS) == {name for metric in REGISTRY for name in metric.datasets}
