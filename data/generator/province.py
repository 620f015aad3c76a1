"""Write a province: `python -m data.generator.province --out DIR [--districts 85] [--from 2014-01] [--through 2014-12]`.

Under DIR stand `data/` (contracts, a file for each district, one for each city and for the province), `inbox/` and
`truth/<district>/`. Each district has its own places, leaders, targets, thresholds and headers. Some enterprises stand in
two districts, as they do: what is counted once cannot be put together from counts.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from data.generator.__main__ import DATA, write
from data.generator.history import build
from data.generator.targets import totals_of
from data.generator.world import Totals, World
from transforms.districts import District, parse_district
from transforms.period import Period

PROVINCE, CITIES, COUNTIES = "99", 9, 99  # codes that GB/T 2260 does not use
FIRST = Period(2014, 2)  # of the sample's campaign
SHARED = 3  # enterprises that each district has in common with the one before it
HEADERS = ({}, {"reward_payments": {"amount_fen": ["实发奖励"]}}, {"petition_cases": {"unit": ["牵头单位"]}})
TARGETS = {
    "starts": (12, 30),
    "completions": (6, 15),
    "monitored": (10, 30),
    "resettlement_projects": (20, 45),
    "petition_cases": (15, 40),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="写出一个省的样例")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--districts", type=int, default=85)
    parser.add_argument("--from", dest="first", default="2014-01")
    parser.add_argument("--through", default="2014-12")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    first, last = Period.parse(given.first), Period.parse(given.through)
    write_province(given.out, given.districts, last, given.seed, first)


def write_province(out: Path, count: int, last: Period, seed: int, first: Period = FIRST) -> list[World]:
    """Every file of the province; the same bytes for the same arguments. The worlds, in the order of their codes."""
    data = out / "data"
    shutil.copytree(DATA / "contracts", data / "contracts", dirs_exist_ok=True)
    for folder in ("districts", "regions"):
        (data / folder).mkdir(parents=True, exist_ok=True)
    worlds: list[World] = []
    for district in _districts(data, count, seed, first):
        own = int(district.code)
        periods = tuple(district.first_period.through(last))
        world = build(district, periods, own, _totals(district, periods, own))
        if worlds:
            _share(worlds[-1], world)
        worlds.append(world)
        write(world, out, random.Random(own + 1), out / "truth" / district.code)
    _regions(data, [world.district for world in worlds])
    return worlds


def _totals(district: District, periods: Sequence[Period], seed: int) -> Totals:
    """A batch pays no enterprise twice: in few months fewer are paid."""
    totals = totals_of(district, periods[-1], None, seed)
    most = totals.latest_batch + (len(periods) - 1) * (totals.enterprises - 10)
    return dataclasses.replace(totals, reward_times=min(totals.reward_times, most))


def _districts(data: Path, count: int, seed: int, first: Period) -> Iterator[District]:
    given = yaml.safe_load((DATA / "districts" / "350303.yaml").read_text(encoding="utf-8"))
    given["numbering"]["first_period"] = str(first)
    for target in given["targets"]:
        target["set_on"] = first.first_day.replace(day=10)
    for number in range(count):
        city, county = divmod(number, -(-count // CITIES))
        path = data / "districts" / f"{PROVINCE}{city + 1:02d}{county + 1:02d}.yaml"
        own = _own(given, path.stem, city, number, random.Random(seed + number))
        path.write_text(yaml.safe_dump(own, allow_unicode=True, sort_keys=False), encoding="utf-8")
        yield parse_district(path.read_text(encoding="utf-8"), path.name)


def _own(given: dict[str, Any], code: str, city: int, number: int, rng: random.Random) -> dict[str, Any]:
    targets = [
        target | {"value": rng.randint(*TARGETS[target["key"]]) if target["key"] in TARGETS else target["value"]}
        for target in given["targets"]
    ]
    thresholds = given["thresholds"] | {
        "schedule_yellow_points": rng.choice((5, 10, 15)),
        "problem_limit_days": rng.choice((5, 7, 10)),
        "petition_yellow_days": rng.choice((10, 15, 20)),
    }
    departments = [
        one | {"aliases": [*one.get("aliases", []), f"样例{number + 1}区{one['name']}"]} for one in given["departments"]
    ]
    name = f"样例{number + 1}区"
    return given | {
        "code": code,
        "name": name,
        "city": f"样例{city + 1}市",
        "province": "样例省",
        "masthead": given["masthead"]
        | {"title": f"{name}{{period}}三促活动进展情况", "office": f"{name}领导小组办公室"},
        "departments": departments,
        "townships": [f"样例{number + 1}区{n + 1}镇" for n in range(rng.randint(3, 14))],
        "leaders": given["leaders"][: rng.randint(8, len(given["leaders"]))],
        "targets": targets,
        "thresholds": thresholds,
        "headers": HEADERS[number % len(HEADERS)],
    }


def _share(before: World, world: World) -> None:
    """Let the first enterprises be those of the district before."""
    pairs = zip(world.enterprises[:SHARED], before.enterprises[-SHARED:], strict=True)
    codes = {own["enterprise_code"]: other["enterprise_code"] for own, other in pairs}
    rows = [row for months in world.rows.values() for month in months.values() for row in month]
    for row in {id(row): row for row in (*world.enterprises, *rows)}.values():
        if row.get("enterprise_code") in codes:
            row["enterprise_code"] = codes[row["enterprise_code"]]


def _regions(data: Path, districts: Sequence[District]) -> None:
    places = {f"{PROVINCE}0000": "样例省"} | {f"{d.code[:4]}00": d.city for d in districts}
    for code, name in places.items():
        members = [d for d in districts if d.code.startswith(code.rstrip("0") if code[2:] == "0000" else code[:4])]
        region = {
            "code": code,
            "name": name,
            "campaign": "三促",
            "numbering": {"first_period": str(districts[0].first_period)},
            "masthead": {
                "name": "三促活动工作简报",
                "title": f"{name}{{period}}各区县三促活动进展汇总",
                "office": f"{name}三促活动领导小组办公室",
            },
            "members": [{"code": d.code, "name": d.name} for d in members],
        }
        text = yaml.safe_dump(region, allow_unicode=True, sort_keys=False)
        (data / "regions" / f"{code}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
