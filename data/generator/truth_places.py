"""The truth by township and by rated department."""

from __future__ import annotations

from data.generator.reckoning import Month, Number, total
from data.generator.world import Row

OTHERS = "其他"


def places(month: Month) -> dict[str, Number]:
    townships = month.world.district.townships
    paid, cases = month.so_far("reward_payments"), month.now("petition_cases")
    numbers: dict[str, Number] = {}
    for name, rows in _parts(paid, "township", townships).items():
        numbers[f"reward.township.{name}.amount"] = total(rows, "amount_fen")
        numbers[f"reward.township.{name}.enterprises"] = len({r["enterprise_code"] for r in rows})
    for name, rows in _parts(cases, "township", townships).items():
        numbers[f"petition.township.{name}.cases"] = len(rows)
        numbers[f"petition.township.{name}.resolved"] = sum(r["status"] == "已化解" for r in rows)
    return numbers


def departments(month: Month) -> dict[str, Number]:
    """Mean ratings; one whom nobody rated has none."""
    district = month.world.district
    names = (*(department.name for department in district.departments), *district.service_departments)
    parts = _parts(month.now("department_ratings"), "rated", tuple(dict.fromkeys(names)))
    return {
        f"rating.department.{name}.average": total(rows, "score_centi", 100) / len(rows) if rows else None
        for name, rows in parts.items()
    }


def _parts(rows: list[Row], column: str, names: tuple[str, ...]) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = {name: [] for name in (*names, OTHERS)}
    for row in rows:
        parts[row[column] if row[column] in names else OTHERS].append(row)
    return parts
