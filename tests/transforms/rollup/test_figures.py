"""Figures of a region from invented districts."""

import dataclasses
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import EnvironmentFailure
from transforms.figures import CellRange, Figure, Scope, Unit
from transforms.metrics import REGISTRY
from transforms.period import Period
from transforms.rollup.enterprises import counted
from transforms.rollup.figures import Member, roll_up
from transforms.rollup.ways import WAYS, Way, way

JUNE = Period(2014, 6)
AMOUNT, RATE, PAID = "reward.amount_to_date", "project.start_rate", "reward.enterprises_to_date"
METRICS = {metric.code: metric for metric in REGISTRY}


def figure(code: str, value: F | None, done: F | None = None, due: F | None = None) -> Figure:
    metric = METRICS[code]
    return Figure(code, metric.label, metric.definition, metric.unit, metric.scope, 1, value, done=done, due=due)


def member(code: str, *figures: Figure, enterprises: frozenset[str] = frozenset()) -> Member:
    found = {one.code: one for one in figures}
    return Member(code, f"{code}区", found, {PAID: enterprises}, fingerprint="f" if figures else "")


amounts = st.fractions(min_value=0, max_value=10**9, max_denominator=1_000_000)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_money_adds_up_exactly(values: list[F]) -> None:
    members = [member(f"{n:06d}", figure(AMOUNT, value)) for n, value in enumerate(values)]
    assert roll_up(members, JUNE)[AMOUNT].value == sum(values)
    assert roll_up(members[::-1], JUNE)[AMOUNT].value == sum(values)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_a_rate_is_all_that_was_done_over_all_that_was_due(parts: list[tuple[int, int]]) -> None:
    members = [
        member(f"{n:06d}", figure(RATE, F(100 * done, due) if due else None, F(done), F(due)))
        for n, (done, due) in enumerate(parts)
    ]
    done, due = (sum(part[i] for part in parts) for i in (0, 1))
    rolled = roll_up(members, JUNE)[RATE]
    assert rolled.value == (F(100 * done, due) if due else None)
    assert (rolled.done, rolled.due) == (done, due)
    assert due or "没有应办事项" in rolled.note


@given(st.lists(st.frozensets(st.sampled_from("ABCDEF")), min_size=1, max_size=5))
def test_enterprises_are_never_added(sets: list[frozenset[str]]) -> None:
    members = [member(f"{n:06d}", figure(PAID, F(len(found))), enterprises=found) for n, found in enumerate(sets)]
    value = roll_up(members, JUNE)[PAID].value
    assert value == len(frozenset().union(*sets)) and value <= sum(len(found) for found in sets)


def test_a_district_without_a_number_is_named_and_left_out() -> None:
    rolled = roll_up(
        [member("000001", figure(AMOUNT, F(5))), member("000002", figure(AMOUNT, None)), member("3")], JUNE
    )
    assert rolled[AMOUNT].value == 5
    assert rolled[AMOUNT].note == "不含000002区、3区（没有数）"
    assert rolled[AMOUNT].inputs == (f"000001/{AMOUNT}",)
    assert rolled["loan.bank_to_date"].value is None and rolled["loan.bank_to_date"].note == "各区县都没有数"


def test_the_change_is_on_the_regions_own_last_month() -> None:
    before = roll_up([member("000001", figure(AMOUNT, F(5)))], JUNE.previous)
    assert roll_up([member("000001", figure(AMOUNT, F(7)))], JUNE, before)[AMOUNT].change == 2


def test_each_unit_that_is_a_share_or_a_mean_is_not_added() -> None:
    added = {METRICS[code].unit for code, found in WAYS.items() if found is Way.SUM}
    assert added.isdisjoint({Unit.PERCENT, Unit.POINTS, Unit.SCORE, Unit.DAYS, Unit.MULTIPLE, Unit.ENTERPRISES})
    assert {way(metric) for metric in REGISTRY} == set(Way)


def test_enterprises_are_read_back_from_the_cells() -> None:
    cells = (CellRange("sha", "财政局", "a.xlsx", "明细", "C5:C7,C9", 4),)
    paid = dataclasses.replace(figure(PAID, F(2)), cells=cells, scope=Scope.CAMPAIGN)
    rows = {"reward_payments": {("sha", 5): "A", ("sha", 6): "B", ("sha", 7): "A", ("sha", 8): "C", ("sha", 9): None}}
    assert counted(METRICS[PAID], paid, rows) == {"A", "B"}
    with pytest.raises(EnvironmentFailure, match="印的是 3 家，明细中却有 2 家"):
        counted(METRICS[PAID], dataclasses.replace(paid, value=F(3)), rows)
