"""What goes wrong in real sheets, put in on purpose, nearly all of it in the last month.

Three kinds. What a department reports, however odd, is part of the world and of its truth (`in_world`). What a clerk
adds by mistake, a payment typed twice or a row that cannot count, is in the sheet only, never in a total that is made
public (`as_typed`); the clerk's own 合计 row does include it, as a column sum in a spreadsheet would. How a value is
typed, in 元, in full-width digits, in numerals, never alters it.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from data.generator.layouts import Layout, Sheet
from data.generator.world import WAN, YUAN, World
from transforms.period import Period

Row = dict[str, Any]


def in_world(world: World) -> None:
    """Odd but reported in the last month: a reward above the tax paid (RP05), an empty township (RP08), a very low
    rating (DR05), more invested than the whole project costs (IP05)."""
    last = world.periods[-1]
    rewards = world.rows["reward_payments"][last]
    amount = rewards[5]["amount_fen"]
    rewards[5]["tax_paid_fen"] = amount - WAN if amount > 2 * WAN else YUAN
    rewards[9]["township"] = None
    world.rows["department_ratings"][last][3]["score_centi"] = 5800
    projects = world.rows["industrial_projects"][last]
    dear = projects[min(60, len(projects) - 1)]
    dear["investment_done_fen"] = dear["investment_fen"] + 100 * WAN


def layout_of_month(layout: Layout, world: World, period: Period) -> Layout:
    """In the last month but one the finance bureau gives amounts in 元 instead of 万元."""
    if layout.dataset == "reward_payments" and period == world.periods[-1].previous:
        return dataclasses.replace(layout, unit="元", unit_in_header=True)
    if layout.dataset == "meetings" and period.month % 2:
        return dataclasses.replace(layout, left=0, date="dots")
    return layout


def as_typed(dataset: str, world: World, period: Period, rng: random.Random) -> list[Row]:
    """The rows with what a clerk does to them: in the last month a repeat (RP02), a tax that earns no reward (RP03),
    a loan without its amount (FI01)."""
    rows = [dict(row) for row in world.rows[dataset][period]]
    last = period == world.periods[-1]
    if dataset == "reward_payments":
        _type_amounts(rows, "amount_fen", rng, ("grouped", "full_width"))
        if last:
            rows.insert(21, dict(rows[20]))
            rows.append(rows[30] | {"tax": "车船税", "amount_fen": 12_345 * YUAN, "_styles": {}})
    elif dataset == "financing":
        _type_amounts(rows, "amount_fen", rng, ("numerals", "with_unit"))
        if last:
            number = f"RZ-{period.year}-090"
            rows.append(rows[-1] | {"contract_no": number, "amount_fen": None, "remark": None, "_styles": {}})
    elif dataset == "resettlement_projects":
        for row in rows[::7]:
            row["_styles"] = {"move_back_planned_on": "chinese"}
    return rows


def _type_amounts(rows: list[Row], column: str, rng: random.Random, styles: tuple[str, ...]) -> None:
    for row in rows:
        row["_styles"] = {column: rng.choice(styles)} if rng.random() < 0.12 else {}


def extra_sheets(department: str, world: World, period: Period) -> list[Sheet]:
    """A hidden sheet of the clerk's own, once."""
    if department == "经信局" and period == world.periods[0].plus(1):
        return [Sheet("下拉选项", [["融资"], ["用地"], ["用工"]], [], hidden=True)]
    return []
