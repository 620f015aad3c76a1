"""Months that the sample does not have, made of its rows: registers moved to other months, emptied, or not sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from flows import steps
from tests.pipeline import Run
from tests.transforms.briefing import sample_figures
from transforms.board import board
from transforms.briefing.compose import compose
from transforms.briefing.view import View
from transforms.figures import Figure, Light, Unit
from transforms.period import Period
from transforms.tables import Facts

JUNE = Period(2014, 6)
BAD = (  # ends of codes of what must not be
    *("overdue", "missed", "missed_two_weeks", "behind_yellow", "behind_red", "open", "penalised", "stage_missing"),
    *("wrongly_charged", "low_scores", "due_soon"),
)


def moved(run: Run, months: Mapping[Period, Period]) -> Facts:
    """The facts, and the rows of each month once more in another one, their days as many months on."""
    facts = run.accepted.facts
    frames = {}
    for name, frame in facts.frames.items():
        parts = [frame]
        for source, to in months.items():
            rows = frame[frame["period"] == str(source)]
            by = pd.DateOffset(months=12 * (to.year - source.year) + to.month - source.month)
            days = rows.select_dtypes("datetime").columns
            parts.append(rows.assign(period=str(to), **{day: rows[day] + by for day in days}))
        frames[name] = pd.concat(parts, ignore_index=True)
    received = {(dataset, to) for to in months.values() for dataset in frames}
    return replace(facts, frames=frames, received=facts.received | received)


def view_of(run: Run, period: Period, facts: Facts, *, sent: bool = True) -> View:
    """The issue of a month, as the pipeline composes it; the months before it that it needs are measured."""
    configuration = run.month.configuration
    again = [t.model_copy(update={"year": 2015}) for t in configuration.district.targets]
    district = configuration.district.model_copy(update={"targets": (*configuration.district.targets, *again)})
    month = replace(run.month, period=period, configuration=replace(configuration, district=district))
    receipts = run.accepted.receipts
    if not sent:
        receipts = board(configuration.contracts, configuration.departments, period, (), ())
    accepted = replace(run.accepted, facts=facts, findings=(), receipts=receipts)
    history = {p: figures for p, figures in run.measured.history.items() if p < period}
    for before in (period.previous, period):
        if before not in history:
            history[before] = steps.figures_of(month, facts, before, history)
    return steps.compose_view(month, run.plan, accepted, replace(run.measured, history=history, findings=()))


def changed(run: Run, change: Callable[[Figure], Figure]) -> View:
    """June with its figures changed, and nothing listed or ranked."""
    figures = {code: change(figure) for code, figure in run.figures.items()}
    given = replace(sample_figures.june(), figures=figures, history={JUNE.previous: run.figures, JUNE: figures})
    return compose(replace(given, items=(), coming_due=(), rankings=(), findings=(), departures=()))


def met(figure: Figure) -> Figure:
    """Every rate whole, every target reached, nothing that must not be."""
    if figure.unit is Unit.PERCENT and figure.due is not None:
        light = Light.GREEN if figure.light else None
        return replace(figure, value=Fraction(100), done=figure.due, light=light, change=Fraction(0))
    if figure.code.endswith(BAD):
        return replace(figure, value=Fraction(0), light=Light.GREEN if figure.light else None, change=Fraction(0))
    return figure


def behind(figure: Figure) -> Figure:
    """Nothing done, and everything red that has a light."""
    light = Light.RED if figure.light else None
    if figure.unit is Unit.SCORE or figure.code.endswith(BAD):
        return replace(figure, light=light)
    if figure.unit is Unit.PERCENT and figure.due is not None:
        return replace(figure, value=Fraction(0), done=Fraction(0), light=light, change=-(figure.value or Fraction(0)))
    if figure.scope == "本月" and figure.value is not None:
        return replace(figure, value=Fraction(0), light=light, change=-figure.value)
    return replace(figure, light=light)


def unchanged(figure: Figure) -> Figure:
    return replace(figure, change=None if figure.value is None else Fraction(0))


def _emptied(run: Run) -> View:
    facts = run.accepted.facts
    received = facts.received | {(dataset, JUNE.plus(1)) for dataset in facts.frames}
    return view_of(run, JUNE.plus(1), replace(facts, received=received))


def _shifted(run: Run, by: int, period: Period) -> View:
    sources = [month for month in JUNE.plus(-4).through(JUNE) if month.plus(by) <= period]
    return view_of(run, period, moved(run, {month: month.plus(by) for month in sources}))


EDGES: dict[str, Callable[[Run], View]] = {
    "nothing_sent": lambda run: view_of(run, JUNE.plus(1), run.accepted.facts, sent=False),
    "no_rows": _emptied,
    "all_met": lambda run: changed(run, met),
    "all_behind": lambda run: changed(run, behind),
    "unchanged": lambda run: changed(run, unchanged),
    "falling": lambda run: view_of(run, JUNE.plus(1), moved(run, {JUNE.plus(-1): JUNE.plus(1)})),
    "december": lambda run: _shifted(run, 6, Period(2014, 12)),
    "january": lambda run: _shifted(run, 7, Period(2015, 1)),
    "second_year": lambda run: _shifted(run, 13, Period(2015, 6)),
}
