"""The truth by township, leader and rated department."""

from __future__ import annotations

from data.generator.reckoning import Month, Number, percent, total
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


def leaders(month: Month) -> dict[str, Number]:
    """What each leader owed and held; one who owed nothing has no figure."""
    names = month.world.district.leaders
    held = month.now("meetings")
    before = [p for p in month.world.periods if p == month.period.previous]
    recent = month.so_far("meetings", before[0]) if before else held
    numbers: dict[str, Number] = {}
    linked = {r["leader"] for r in month.now("enterprise_links")}
    housing = {r["leader"] for r in month.now("resettlement_projects")}
    for name in (*names, OTHERS):
        own = {leader for leader in linked | housing if (leader not in names if name == OTHERS else leader == name)}
        halves = {(r["leader"], r["held_on"].day > 15) for r in held if r["kind"] == "企业协调会"}
        done = sum(leader in own & linked for leader, _ in halves)
        numbers[f"coordination.leader.{name}.rate"] = percent(done, 2 * len(own & linked))
        for code, kind, meetings in (
            ("symposium", "安置房座谈会", held),
            ("on_site", "安置房现场协调会", held),
            ("return_visit", "安置户回访", recent),
        ):
            who = {r["leader"] for r in meetings if r["kind"] == kind}
            numbers[f"duty.leader.{name}.{code}_rate"] = percent(len(own & housing & who), len(own & housing))
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
