"""Generated worlds of as many months as wanted, that end with the sample's last month."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from data.generator import __main__ as generator
from transforms.districts import parse_district
from transforms.period import Period

ROOT = Path(__file__).resolve().parent.parent.parent
LAST = Period(2014, 6)
SEED = 350303
LONG_AGO = 1_400_000_000  # a file of the last seconds is looked at twice, as it may still be growing


@dataclass(frozen=True)
class World:
    """Where the departments' files are, and the contracts and the district file that go with them."""

    data: Path
    inbox: Path
    first: Period
    last: Period = LAST


def generated(months: int, folder: Path) -> World:
    """A campaign of so many months with its departments' files; each year has the targets of the sample's."""
    data, first = folder / "data", LAST.plus(1 - months)
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("sample", "generator", "__pycache__"))
    path = data / "districts/350303.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    given["numbering"]["first_period"] = str(first)
    given["targets"] = [
        {**target, "year": year, "set_on": first.first_day.replace(year=year, month=1)}
        for year in range(first.year, LAST.year + 1)
        for target in given["targets"]
    ]
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    generator.write_sample(parse_district(path.read_text(encoding="utf-8"), path.name), LAST, SEED, folder)
    for sent in (folder / "inbox").rglob("*"):
        os.utime(sent, (LONG_AGO, LONG_AGO))
    return World(data, folder / "inbox", first)
