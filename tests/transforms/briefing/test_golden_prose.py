"""The prose of the five sample months and of months at the edges, word for word. Golden files are reviewed like code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edge_months import EDGES
from tests.pipeline import ROOT, Run
from tests.prose_text import prose_of
from transforms.briefing.printing import html
from transforms.briefing.view import View

pytestmark = pytest.mark.xdist_group("months")

GOLDEN = ROOT / "tests" / "golden" / "prose"
MONTHS = ("2014-02", "2014-03", "2014-04", "2014-05", "2014-06")


def reads_as_agreed(view: View, name: str) -> None:
    assert "\n".join(prose_of(html(view))) + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("period", MONTHS)
def test_sample_months(sample: Callable[[str], Run], period: str) -> None:
    reads_as_agreed(sample(period).view(), period)


@pytest.mark.parametrize("edge", EDGES)
def test_edge_months(june: Run, edge: str) -> None:
    reads_as_agreed(EDGES[edge](june), edge)


def test_every_golden_text_is_of_a_month() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*MONTHS, *EDGES}


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.stem)
def test_no_golden_text_reads_badly(path: Path) -> None:
    """Nothing that the eye of a reviewer might pass over."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(
        r"[，。；：、][，。；：、]|（）|None|nan|—|(?<![\d.])0(?:个百分点|家|次|个|件|万元)(?!周)", text
    )
