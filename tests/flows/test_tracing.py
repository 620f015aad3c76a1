"""What the ledger picks out of its lineages is what stands in them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

from flows.ledger import Briefing, Ledger
from transforms.figures import CellRange, Figure, Scope, Unit
from transforms.period import Period

A, B = "a" * 64, "b" * 64
JUNE = Period(2014, 6)
CELLS = (
    CellRange(A, "财政局", f'["{B}",].xlsx', "表]", "J4:J9", 6),
    CellRange(B, "财政局", '\\"财政局\n.xlsx', '"[表', "J4", 1),
    CellRange(A, "财政局", f'["{B}",].xlsx', "另一张", "K4:K5", 2),
)


def figure(code: str, cells: tuple[CellRange, ...], inputs: tuple[str, ...] = ()) -> Figure:
    told = {"label": code, "definition": "x", "unit": Unit.HOMES, "scope": Scope.MONTH, "mechanism": 0}
    return Figure(code=code, value=Fraction(1), cells=cells, inputs=inputs, **told)  # type: ignore[arg-type]


def ledger_of(tmp_path: Path, *figures: Figure) -> tuple[Ledger, Briefing]:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    made = Briefing("350303", JUNE, "f", 1, 1, False, dt.datetime(2014, 7, 1, tzinfo=dt.UTC), "", {})
    return ledger, ledger.record_briefing(made, figures, ())


def test_the_cells_of_one_file_whatever_it_is_called(tmp_path: Path) -> None:
    own = (figure("all", CELLS), figure("none", (), ("all", "b")), figure("one", CELLS[1:2], ("none",)))
    ledger, made = ledger_of(tmp_path, *own)
    for sha in (A, B, "c" * 64):
        traced = ledger.lineages(made.id, sha)
        assert [(t.code, t.inputs) for t in traced] == [(f.code, f.inputs) for f in own]
        assert [t.cells for t in traced] == [tuple(c for c in f.cells if c.submission == sha) for f in own]
    assert (traced[0].printed, traced[0].unit) == ("1", "套")


def test_some_figures_are_as_all_of_them_give_them(tmp_path: Path) -> None:
    ledger, made = ledger_of(tmp_path, *(figure(f"f{n}", CELLS) for n in range(1200)))
    everything = ledger.figures_of(made)
    wanted = [f"f{n}" for n in range(1199, 0, -2)]
    assert ledger.some_figures(made, wanted) == {code: everything[code] for code in wanted}
    assert list(ledger.some_figures(made, wanted)) == sorted(wanted, key=lambda code: int(code[1:]))
    assert ledger.codes_of(made) == list(everything)
    assert ledger.some_figures(made, ["no"]) == {}


def test_the_current_briefing_of_each_month(tmp_path: Path) -> None:
    ledger, _ = ledger_of(tmp_path)
    at = dt.datetime(2014, 7, 2, tzinfo=dt.UTC)
    later = ledger.record_briefing(Briefing("350303", JUNE, "g", 1, 1, False, at, "", {}), (), ())
    known = Briefing("350303", JUNE, "h", 1, 1, False, at, "", {}, as_known=at)
    ledger.record_briefing(known, (), ())
    may = ledger.record_briefing(Briefing("350303", JUNE.previous, "i", 1, 1, False, at, "", {}), (), ())
    assert list(ledger.current_briefings("350303").items()) == [(JUNE.previous, may.id), (JUNE, later.id)]
    assert ledger.current_briefings("350303", JUNE) == {JUNE: later.id}
    assert ledger.current_briefings("350302") == {}
    latest = ledger.latest_briefing("350303", JUNE)
    assert latest is not None
    assert latest.id == later.id
