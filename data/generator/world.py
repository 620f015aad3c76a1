"""The truth behind the sample: enterprises, projects, cases, and what happens to them month by month.

Everything follows from one seed. Totals that the district has made public are reached exactly, by splitting them over
rows, never by a row that fills the gap. Nobody and nothing here is real: enterprises and petitioners are invented,
leaders are offices.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from transforms.districts import District
from transforms.period import Period

Row = dict[str, Any]
YUAN, WAN = 100, 1_000_000  # in 分


@dataclass(frozen=True)
class Totals:
    """What the last month must add up to. Money in 万元, area in ㎡. The defaults are invented, within what is plausible
    for a district; `data.generator.targets` puts what a district has made public or set itself in their place."""

    enterprises: int = 120
    latest_batch: int = 98
    reward_times: int = 385
    reward_wan: int = 11411
    bank_wan: int = 21350
    pool_wan: int = 1000
    guarantee_wan: int = 6525
    guarantee_enterprises: int = 13
    turnover_wan: int = 3800
    turnover_enterprises: int = 7
    starts: int = 45
    completions: int = 22
    monitored: int = 30
    stages: tuple[int, int, int, int] = (2, 14, 12, 21)
    housing: int = 52
    move_back_area: int = 424_600
    problems_solved: int = 8
    permits: int = 19
    cases: int = 27
    cases_resolved: int = 20

    def __post_init__(self) -> None:
        if self.latest_batch > min(self.enterprises, self.reward_times):
            raise ValueError("最近一批的企业家数不能多于企业总数和累计家次")
        if sum(self.stages) > self.housing or self.stages[0] < 1 or self.stages[1] < 2:
            raise ValueError("各阶段之和不能多于项目总数；已回迁至少1个，年内回迁至少2个")
        if not self.monitored <= self.enterprises or not self.cases_resolved <= self.cases:
            raise ValueError("监测点不能多于企业，已化解不能多于积案")
        if self.starts + self.completions > self.enterprises:
            raise ValueError("工业项目不能多于企业，每个项目有自己的业主")


@dataclass
class World:
    """Rows of every dataset for every month. `rows[dataset][period]` are what the department reports."""

    district: District
    periods: tuple[Period, ...]
    totals: Totals
    rng: random.Random
    enterprises: list[Row] = field(default_factory=list)
    rows: dict[str, dict[Period, list[Row]]] = field(default_factory=dict)

    def put(self, dataset: str, period: Period, rows: list[Row]) -> None:
        self.rows.setdefault(dataset, {})[period] = rows

    def leader(self, duty: str) -> str:
        """The leader whose office names `duty`, e.g. 城建; the first leader when none does."""
        leaders = self.district.leaders
        return next((leader for leader in leaders if duty in leader), leaders[0])

    @property
    def housing_leaders(self) -> tuple[str, ...]:
        """Who is linked to resettlement projects: the first eight in protocol order."""
        return self.district.leaders[:8]

    @property
    def towns(self) -> tuple[str, ...]:
        """Where resettlement and petition cases are: the first six townships."""
        return self.district.townships[:6]

    def day(self, period: Period, first: int = 1, last: int = 28) -> dt.date:
        """A working day of the month."""
        while True:
            day = period.first_day.replace(day=self.rng.randint(first, min(last, period.last_day.day)))
            if day.weekday() < 5:
                return day


def split(total: int, weights: list[float]) -> list[int]:
    """`total` in whole parts as near as can be to `weights`, every part at least 1, the sum exact."""
    scale = (total - len(weights)) / sum(weights)
    parts = [1 + int(weight * scale) for weight in weights]
    for index in range(total - sum(parts)):
        parts[index % len(parts)] += 1
    return parts


def organisation_code(body: str) -> str:
    """GB 11714-1997: eight characters and a check character (weights 3 7 9 10 5 8 4 2, modulo 11)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = 11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(value, str(value))


def as_of(rows: list[Row], period: Period, born: str, ends: dict[str, dict[str, Any]]) -> list[Row]:
    """A register at a month's end: rows born by then; an end that has not come yet is not known yet.

    `ends` maps the column of an end to what the row says before it.
    """
    today = period.last_day
    seen = []
    for row in rows:
        if row[born] <= today:
            row = dict(row)
            for column, before in ends.items():
                if row[column] is not None and row[column] > today:
                    row |= {column: None, **before}
            seen.append(row)
    return seen
