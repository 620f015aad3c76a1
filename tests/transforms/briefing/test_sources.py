"""Annex 2 says where each value comes from."""

from __future__ import annotations

from dataclasses import replace

from tests.transforms.briefing.sample_figures import figures
from transforms.briefing.sources import COMPUTED, DISTRICT_FILE, entries, place, source
from transforms.figures import CellRange


def test_cells_of_one_file() -> None:
    cells = (CellRange("a" * 64, "财政局", "财政局.xlsx", "即征即奖兑现明细", "E5:E102", 98),)
    figure = replace(figures()["reward.amount_to_date"], cells=cells)
    assert source(figure) == "财政局：财政局.xlsx·即征即奖兑现明细"
    assert place(figure, {}) == "E5:E102（98行）"


def test_cells_of_several_months_and_long_ranges() -> None:
    ranges = ",".join(f"E{n}" for n in range(10, 60))
    cells = tuple(CellRange(str(n) * 64, "财政局", "财政局.xlsx", "明细", ranges, 50) for n in range(5))
    figure = replace(figures()["reward.amount_to_date"], cells=cells)
    said = place(figure, {})
    assert said.startswith("E10,E11,")
    assert "等（50行）；各期共5份250行" in said
    assert len(said) < 80


def test_computed_from_figures_or_set_by_the_district() -> None:
    known = figures()
    derived = replace(known["guarantee.leverage"], cells=(), inputs=("guarantee.amount_to_date", "guarantee.pool"))
    assert source(derived) == COMPUTED
    assert place(derived, known) == "由助保贷累计贷款、助保贷风险资金池计算"
    assert source(known["team.count"]) == DISTRICT_FILE
    assert place(known["team.count"], known) == "service_teams"


def test_a_missing_figure_says_why() -> None:
    missing = replace(figures()["loan.bank_rate"], value=None, cells=(), note="金融办未报送")
    assert (source(missing), place(missing, {})) == ("金融办未报送", "金融办未报送")


def test_entries_are_grouped_in_order() -> None:
    groups = entries(figures(), ["team.count", "reward.amount_month", "team.departments"])
    assert [(name, [entry.code for entry in rows]) for name, rows in groups] == [
        (DISTRICT_FILE, ["team.count", "team.departments"]),
        ("样例局：样例局.xlsx·样例明细", ["reward.amount_month"]),
    ]


def test_a_zero_says_that_the_sheet_was_searched() -> None:
    cells = (CellRange("a" * 64, "信访局", "信访局.csv", "信访局", "", 0),)
    assert place(replace(figures()["petition.overdue"], cells=cells), {}) == "查过全表，没有符合的行"
