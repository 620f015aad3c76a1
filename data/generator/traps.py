"""What goes wrong in real sheets, put in on purpose. Extra rows are never part of the totals; altered looks never
alter a value."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from data.generator.layouts import Layout, Sheet
from transforms.period import Period

Row = dict[str, Any]


def layout_of_month(layout: Layout, period: Period) -> Layout:
    """In May the finance bureau gives amounts in 元 instead of 万元."""
    if layout.dataset == "reward_payments" and period == Period(2014, 5):
        return dataclasses.replace(layout, unit="元", unit_in_header=True)
    if layout.dataset == "meetings" and period.month % 2:
        return dataclasses.replace(layout, left=0, date="dots")
    return layout


def as_typed(dataset: str, rows: list[Row], period: Period, rng: random.Random) -> list[Row]:
    """The rows with what a clerk does to them."""
    rows = [dict(row) for row in rows]
    last = period == Period(2014, 6)
    if dataset == "reward_payments":
        _type_amounts(rows, "amount_fen", rng, ("grouped", "full_width"))
        if last:
            rows[5]["tax_paid_fen"] = rows[5]["amount_fen"] - 1_000_000 if rows[5]["amount_fen"] > 2_000_000 else 100
            rows[9]["township"] = None
            rows.insert(21, dict(rows[20]))  # the same payment typed twice
            rows.append(rows[30] | {"tax": "车船税", "amount_fen": 1_234_500, "_styles": {}})
    elif dataset == "financing":
        _type_amounts(rows, "amount_fen", rng, ("numerals", "with_unit"))
        if last:
            rows.append(rows[-1] | {"contract_no": "RZ-2014-090", "amount_fen": None, "_styles": {}})
    elif dataset == "resettlement_projects":
        for row in rows[::7]:
            row["_styles"] = {"move_back_planned_on": "chinese"}
    elif dataset == "department_ratings" and last:
        rows[3]["score_centi"] = 5800
    elif dataset == "industrial_projects" and last:
        rows[60]["investment_done_fen"] = rows[60]["investment_fen"] + 100_000_000
    return rows


def _type_amounts(rows: list[Row], column: str, rng: random.Random, styles: tuple[str, ...]) -> None:
    for row in rows:
        row["_styles"] = {column: rng.choice(styles)} if rng.random() < 0.12 else {}


def extra_sheets(department: str, period: Period) -> list[Sheet]:
    """A hidden sheet of the clerk's own, once."""
    if department == "经信局" and period == Period(2014, 3):
        return [Sheet("下拉选项", [["融资"], ["用地"], ["用工"]], [], hidden=True)]
    return []
