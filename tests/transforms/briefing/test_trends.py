"""The trend over the months: its points are figures, its axis names months, and a gap stays a gap."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.briefing.sample_figures import JUNE, figures
from transforms.briefing.chart_parts import spread, ticks
from transforms.briefing.trends import PANELS, axis_labels, trend
from transforms.figures import Figure
from transforms.period import Period

RATE = "petition.resolved_rate"


def history(*values: Fraction | None) -> dict[Period, dict[str, Figure]]:
    """The last `len(values)` months up to June, with these resolved rates and nothing else."""
    period, found = JUNE, {}
    for value in reversed(values):
        found[period] = {RATE: replace(figures()[RATE], value=value)}
        period = period.previous
    return found


def test_each_measure_has_a_panel_of_its_own() -> None:
    before = {code: figures()[code] for code, _ in PANELS}
    chart = trend({JUNE.previous: before, JUNE: before}, JUNE)
    assert chart is not None
    assert [panel["title"].split("（")[0] for panel in chart.spec["hconcat"]] == [name for _, name in PANELS]


def test_the_first_month_has_no_trend() -> None:
    assert trend(history(Fraction(50)), JUNE) is None
    assert trend({}, JUNE) is None


def test_a_month_without_a_value_breaks_the_line() -> None:
    chart = trend(history(Fraction(10), Fraction(20), None, Fraction(40)), JUNE)
    assert chart is not None
    (panel,) = chart.spec["hconcat"]
    assert [(row["month"], row["value"]) for row in panel["data"]["values"]] == [(0, 10.0), (1, 20.0), (3, 40.0)]
    runs = [row["run"] for row in panel["data"]["values"]]
    assert runs[0] == runs[1] != runs[2]
    assert chart.alt == "折线图：重点积案化解率3月10%、4月20%、6月40%。"


def test_many_months_are_told_by_their_ends_and_extremes() -> None:
    chart = trend(history(*(Fraction(n) for n in (50, 3, *[40] * 20, 99, 60))), JUNE)
    assert chart is not None
    assert chart.alt.count("%") == 4


@given(st.integers(2, 400), st.floats(2, 20))
def test_the_axis_never_has_more_labels_than_room(number: int, room: float) -> None:
    months = list(Period(2012, 1).through(_after(Period(2012, 1), number)))
    labels = axis_labels(months, room)
    assert len(labels) <= room
    assert set(labels) <= set(range(len(months)))


def _after(period: Period, number: int) -> Period:
    months = period.year * 12 + period.month - 1 + number
    return Period(months // 12, months % 12 + 1)


@given(st.fractions(-1000, 1000), st.fractions(0, 100000))
def test_ticks_are_round_and_enclose(low: Fraction, size: Fraction) -> None:
    values, step = ticks(low, low + size)
    assert values[0] <= low
    assert values[-1] >= low + size
    assert len(values) <= 9
    assert str(step).strip("0.")[:1] in "125"


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 60)), min_size=1, max_size=6))
def test_labels_in_a_row_do_not_touch(labels: list[tuple[float, float]]) -> None:
    labels.sort()
    places = spread([centre for centre, _ in labels], [width for _, width in labels], 560.0)
    edges = [(place - width / 2, place + width / 2) for place, (_, width) in zip(places, labels, strict=True)]
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= 560 + 1e-6
    assert all(left[1] <= right[0] + 1e-6 for left, right in itertools.pairwise(edges))
