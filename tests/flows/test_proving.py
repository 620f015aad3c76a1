"""Nothing comes out that was not read back: the gate before publication."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows import documents, proving
from flows.documents import PDF, Documents
from flows.fonts import font_files
from flows.proving import names_of, prove
from tests.pipeline import Run
from transforms import personal
from transforms.briefing.compose import with_attention
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.errors import Stopped

pytestmark = pytest.mark.xdist_group("june")


@pytest.fixture
def run(june: Run, tmp_path: Path) -> Run:
    """June with an output folder of its own."""
    return replace(june, month=replace(june.month, out=tmp_path))


def test_right_documents_pass_and_leave_nothing(run: Run, june_pdf: Path) -> None:
    folder = run.month.folder / proving.ASIDE
    folder.mkdir(parents=True)
    (folder / PDF).write_bytes(b"refused last time")
    prove(run.month, Documents({PDF: june_pdf.read_bytes()}))
    assert not folder.exists()


def test_wrong_documents_are_kept_aside_and_told(run: Run) -> None:
    code = "petition.resolved"
    figures = dict(run.figures)
    figures[code] = replace(figures[code], value=figures[code].value + 1)
    made = documents.make(run.view(), figures, font_files(run.month.settings.fonts), ())
    with pytest.raises(Stopped, match="没有通过发布前的核对") as refusal:
        prove(run.month, made)
    folder = run.month.folder / proving.ASIDE
    for name, data in made.files.items():
        assert (folder / name).read_bytes() == data
    reasons = (folder / proving.REASONS).read_text("utf-8").splitlines()
    assert any("PF04" in reason and "20件" in reason for reason in reasons)
    told = str(refusal.value).splitlines()
    assert str(folder) in told[-1]
    assert len(told) <= proving.TOLD + 3


def test_a_list_one_item_too_long_for_page_one_gives_it_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated month of 2006 was refused: the line under the list needed a line more than its trial had."""
    fitted = run.fitted()
    longer = with_attention(fitted, len(fitted.attention) + 1)
    monkeypatch.setattr(documents, "fit", lambda view, fonts: longer)
    fonts = font_files(run.month.settings.fonts)
    assert any(one.rule == "PF09" for one in refusals(render(longer, fonts), longer, run.figures))
    assert documents.make(longer, run.figures, fonts, ()).reasons == ()


def test_the_names_of_petitioners_are_looked_for(run: Run, june_pdf: Path) -> None:
    names = names_of(run.month, run.plan.submissions)
    assert names
    assert all(2 <= len(name) <= 6 for name in names)
    read = june_pdf.read_bytes()
    view = run.fitted()
    assert not refusals(read, view, run.figures, names)
    found = refusals(read, view, run.figures, (*names, "区委书记"))
    assert {refused.rule for refused in found} == {"PF10"}
    assert "第1页：“区委书记”应当隐去。" in [refused.message for refused in found]


def test_a_place_or_department_in_the_column_of_names_stops_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    district = run.month.configuration.district
    written = {"林甲乙", district.townships[0], district.departments[0].name}
    monkeypatch.setattr(personal, "names", lambda raw, contracts: frozenset(written))
    assert names_of(run.month, run.plan.submissions) == ("林甲乙",)


def test_a_workbook_without_personal_columns_names_nobody(run: Run) -> None:
    assert personal.names({}, run.month.configuration.contracts_of("财政局")) == frozenset()
