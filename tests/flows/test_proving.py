"""Nothing comes out that was not read back: the gate before publication."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows import proving, steps
from flows.proving import prove
from tests.pipeline import Run
from transforms import personal
from transforms.errors import Stopped
from transforms.tables import RawWorkbook

pytestmark = pytest.mark.xdist_group("june")


@pytest.fixture
def run(june: Run, tmp_path: Path) -> Run:
    """June with an output folder of its own."""
    return replace(june, month=replace(june.month, out=tmp_path))


def test_a_right_briefing_passes_and_leaves_nothing(run: Run, june_pdf: Path) -> None:
    folder = run.month.folder / proving.ASIDE
    folder.mkdir(parents=True)
    (folder / "briefing.pdf").write_bytes(b"refused last time")
    steps.prove_issue(run.month, run.plan, run.measured, run.view(), june_pdf.read_bytes())
    assert not folder.exists()


def test_a_wrong_briefing_is_kept_aside_and_told(run: Run, june_pdf: Path) -> None:
    code = "petition.resolved"
    figures = dict(run.figures)
    figures[code] = replace(figures[code], value=figures[code].value + 1)
    pdf = june_pdf.read_bytes()
    with pytest.raises(Stopped, match="没有通过发布前的核对") as refusal:
        prove(run.month, run.plan, figures, {"briefing.pdf": (run.view(), pdf)})
    folder = run.month.folder / proving.ASIDE
    assert (folder / "briefing.pdf").read_bytes() == pdf
    reasons = (folder / proving.REASONS).read_text("utf-8").splitlines()
    assert any("PF04" in reason and "20件" in reason for reason in reasons)
    told = str(refusal.value).splitlines()
    assert str(folder) in told[-1]
    assert len(told) <= proving.TOLD + 3


def test_the_names_of_petitioners_are_looked_for(run: Run, june_pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = proving._names(run.month, run.plan)
    assert names
    assert all(2 <= len(name) <= 6 for name in names)
    monkeypatch.setattr(personal, "names", lambda raw, contracts: frozenset({"政法委书记"}))
    with pytest.raises(Stopped, match="PF10 第1页：“政法委书记”应当隐去"):
        steps.prove_issue(run.month, run.plan, run.measured, run.view(), june_pdf.read_bytes())


def test_a_workbook_without_personal_columns_names_nobody(run: Run) -> None:
    contracts = run.month.configuration.contracts_of("财政局")
    assert personal.names(RawWorkbook("xlsx", ()), contracts) == frozenset()
