"""Write the sample: `python -m data.generator --out data/sample [--seed 350303] [--district 350303]`.

Beside the inbox it writes `truth/`, its own ledger of what the rows must add up to, reckoned from the world's rows and
not by the program that is to be tested. Any district file serves; what the district has made public of the last month
is reached exactly.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from data.generator import layouts, traps, writers
from data.generator.history import build
from data.generator.targets import totals_of
from data.generator.truth import truth
from data.generator.world import World
from transforms.contracts import Contract, parse_contract
from transforms.districts import District, parse_district
from transforms.period import Period
from transforms.published import Published, parse_published

DATA = Path(__file__).resolve().parent.parent
LATE = "住建局"  # once, in the third month


def main() -> None:
    parser = argparse.ArgumentParser(description="写出样例报表")
    parser.add_argument("--out", type=Path, default=DATA / "sample")
    parser.add_argument("--seed", type=int, default=350303)
    parser.add_argument("--district", default="350303", help="区划代码，或区县文件的路径")
    parser.add_argument("--through", default="2014-06")
    given = parser.parse_args()
    named = DATA / "districts" / f"{given.district}.yaml"
    path = named if named.is_file() else Path(given.district)
    district = parse_district(path.read_text(encoding="utf-8"), str(path))
    write_sample(district, Period.parse(given.through), given.seed, given.out)


def write_sample(district: District, last: Period, seed: int, out: Path) -> World:
    """Every file of the sample, from the district's first month to `last`; the same bytes for the same arguments."""
    periods = tuple(district.first_period.through(last))
    world = build(district, periods, seed, totals_of(district, last, published_of(district, last), seed))
    write(world, out, random.Random(seed + 1))
    return world


def published_of(district: District, period: Period) -> Published | None:
    """What the district made public of the month, when it did."""
    path = DATA / "published" / f"{period}.yaml"
    found = parse_published(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None
    return found if found and found.district == district.code else None


def write(world: World, out: Path, rng: random.Random, into: Path | None = None) -> None:
    """Every department's workbook of every month and the register of receipts under `out`; the truth under `into`."""
    contracts, headers, truths = load_contracts(), world.district.headers, into or out / "truth"
    for period in world.periods:
        folder = out / "inbox" / world.district.code / str(period)
        folder.mkdir(parents=True, exist_ok=True)
        register = ["文件名,收到时间,报送人"]
        for department, sheets in layouts.LAYOUTS.items():
            kind = layouts.FORMATS.get(department, "xlsx")
            worn = [layouts.with_headers(layout, headers.get(layout.dataset, {})) for layout in sheets]
            made = [_sheet(world, contracts[layout.dataset], layout, period, kind, rng) for layout in worn]
            made += traps.extra_sheets(department, world, period)
            name = f"{department}.{kind}"
            (folder / name).write_bytes(writers.WRITERS[kind](made))
            register.append(f"{name},{received(world, period, department, rng)},{department}经办人")
        (folder / "收文登记.csv").write_text("\n".join(register) + "\n", encoding="utf-8-sig", newline="\r\n")
    for period in world.periods:
        _write_json(truths / f"{period}.json", truth(world, period))
    names = sorted({row["petitioner"] for row in world.rows["petition_cases"][world.periods[-1]]})
    (truths / "petitioners.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def load_contracts() -> dict[str, Contract]:
    files = sorted((DATA / "contracts").glob("*.yaml"))
    contracts = [parse_contract(path.read_text(encoding="utf-8"), str(path)) for path in files]
    return {contract.id: contract for contract in contracts}


def _sheet(
    world: World, contract: Contract, layout: layouts.Layout, period: Period, kind: str, rng: random.Random
) -> layouts.Sheet:
    rows = traps.as_typed(contract.id, world, period, rng)
    layout = traps.layout_of_month(layout, world, period)
    return layouts.lay_out(layout, contract, rows, period, plain=kind == "csv")


def received(world: World, period: Period, department: str, rng: random.Random) -> str:
    """On the first or second of the next month, in office hours; once a department is late."""
    day, hour, minute = rng.randint(1, 2), rng.randint(8, 17), rng.randint(0, 59)
    if department == LATE and period == world.periods[0].plus(2):
        day, hour, minute = 4, 16, 20
    return f"{period.plus(1)}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00"


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
