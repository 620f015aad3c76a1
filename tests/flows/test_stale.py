"""What a backfill would make, and why, without reading a sheet."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from flows import month as months
from flows import steps
from flows.choices import Only, State
from flows.revising import standing_figures
from flows.stale import reasons, survey
from flows.together import changes, gather, month_of
from tests import pipeline
from tests.pipeline import INBOX, Run
from transforms.figures import Figure, untraced
from transforms.period import Period

pytestmark = pytest.mark.xdist_group("june")
APRIL, MAY, JUNE = (Period(2014, month) for month in (4, 5, 6))


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """April, published, in a ledger and inbox of its own."""
    home = tmp_path_factory.mktemp("spring")
    shutil.copytree(INBOX, home / "收文")
    april = pipeline.run(home / "收文", home / "home", "2014-04")
    published(april)
    return april


def published(run: Run) -> None:
    steps.publish_issue(run.month, run.plan, run.accepted, run.measured, run.view(), pipeline.UNPRINTED, {})


def standings(run: Run, last: Period = MAY) -> dict[Period, tuple[State, tuple[str, ...]]]:
    month = replace(run.month, period=last)
    received = months.received_of(month)
    return {one.month.period: (one.state, one.reasons) for one in survey(month, APRIL, received)}


def test_what_stands_and_what_does_not(spring: Run) -> None:
    assert standings(spring) == {APRIL: (State.CURRENT, ()), MAY: (State.MISSING, ())}


def test_a_replaced_file_is_named_in_every_later_month(spring: Run) -> None:
    path = Path(spring.month.inbox) / "350303" / "2014-03" / "财政局.xlsx"
    before = path.read_bytes()
    path.write_bytes((path.parent.parent / "2014-02" / "财政局.xlsx").read_bytes())
    try:
        assert standings(spring)[APRIL] == (State.CHANGED, ("更换 2014-03 财政局.xlsx",))
    finally:
        path.write_bytes(before)


def test_figures_of_a_month_that_stands_are_those_that_it_printed(spring: Run) -> None:
    """To the cell, where that is asked for; one file of any month before it, and they are measured again."""
    month = replace(spring.month, period=MAY)

    def standing(traced: Collection[Period] = ()) -> dict[Period, Mapping[str, Figure]]:
        plan = months.plan(month, months.received_of(month))
        return standing_figures(month, plan, month.periods, traced)

    printed = spring.measured.history[APRIL]
    assert standing([APRIL]) == {APRIL: printed}
    assert standing() == {APRIL: untraced(printed)} != {APRIL: printed}
    path = Path(spring.month.inbox) / "350303" / "2014-02" / "财政局.xlsx"
    before = path.read_bytes()
    path.write_bytes((path.parent.parent / "2014-03" / "财政局.xlsx").read_bytes())
    try:
        assert standing() == {}
    finally:
        path.write_bytes(before)


def test_a_released_month_is_left_and_says_what_has_changed(spring: Run) -> None:
    briefing = spring.month.ledger.latest_briefing("350303", APRIL)
    assert briefing is not None
    changed = replace(spring.plan, inputs={**spring.plan.inputs, "code": "other", "districts/350303.yaml": "other"})
    assert list(reasons(briefing.manifest, changed)) == ["程序改过", "districts/350303.yaml 改过"]
    assert not any(only.wants(State.RELEASED, never) for never in (False, True) for only in Only)


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        (Only.MISSING, {State.MISSING, State.FAILED}),
        (Only.FAILED, {State.FAILED}),
        (Only.CHANGED, {State.MISSING, State.FAILED, State.CHANGED}),
        (Only.ALL, {State.MISSING, State.FAILED, State.CHANGED, State.CURRENT}),
    ],
)
def test_which_months_are_wanted(only: Only, wanted: set[State]) -> None:
    assert {state for state in State if only.wants(state, never_made=True)} == wanted
    assert not any(Only.MISSING.wants(state, never_made=False) for state in State)


def test_a_month_among_others_is_what_it_is_alone(june: Run, spring: Run) -> None:
    """Rows of later months change nothing: neither facts, findings nor figures."""
    readings = [steps.read_files(june.month, part) for part in months.by_period(june.plan.submissions)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(june.month, readings)]
    together = gather(june.month, readings, checked)
    month = replace(june.month, period=APRIL)
    received = months.received_of(month)
    (standing,) = survey(month, APRIL, received)
    accepted, measured = month_of(together, standing)
    own = spring.measured.history
    assert measured.history == {p: own[p] if p == APRIL else untraced(own[p]) for p in own}
    together.history(APRIL.plus(1))
    with pytest.raises(ValueError, match="in their order"):
        together.history(APRIL)
    assert steps.all_findings(accepted, measured) == spring.findings
    assert accepted.receipts == spring.accepted.receipts
    for name, frame in spring.accepted.facts.frames.items():
        assert accepted.facts.frames[name].equals(frame), name
    assert steps.compose_view(month, standing.plan, accepted, measured) == spring.view()


def test_figures_that_would_change_are_told_with_both_values(spring: Run) -> None:
    month = spring.month
    received = months.received_of(month)
    (standing,) = survey(month, APRIL, received)
    readings = [steps.read_files(month, part) for part in months.by_period(spring.plan.submissions)]
    checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
    together = gather(month, readings, checked)
    assert list(changes(together, standing)) == []
    code = "petition.resolved"
    history = together.history(APRIL)
    figures = history[APRIL]
    more = replace(figures[code], value=figures[code].value + 1)
    other = replace(together, _history={**history, APRIL: {**figures, code: more}})
    assert list(changes(other, standing)) == [(untraced(figures)[code], more)]
