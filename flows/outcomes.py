"""What came of each month of a backfill, for people and for programs."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from rich.cells import cell_len, set_cell_size

from flows.choices import State
from transforms.errors import SancuError
from transforms.figures import Figure, hidden, value_of
from transforms.period import Period

FIGURES_TOLD = 12  # of a month's changed figures; all stand in --json
REASONS_TOLD = 3
HEADINGS = ("区县", "月份", "情况", "结果", "原因")


@dataclass(frozen=True)
class Changed:
    """One figure that is not what the month's issue printed; `old` is empty when it printed none. `hidden` says
    by how much it differs where both print alike."""

    code: str
    label: str
    old: str
    new: str
    hidden: str = ""

    @classmethod
    def between(cls, old: Figure | None, new: Figure) -> Self:
        told = (value_of(old.value, old.unit), hidden(old.value, new.value, new.unit)) if old else ("", "")
        return cls(new.code, new.label, told[0], value_of(new.value, new.unit), told[1])

    def line(self) -> str:
        beside = f"（{self.hidden}）" if self.hidden else ""
        return f"{self.label}（{self.code}）：{self.old or '（无）'} → {self.new}{beside}"


@dataclass(frozen=True)
class Outcome:
    """What a backfill found of one month, and what came of it. There is no state of a month that could not be looked at;
    `failure` is the message of what went wrong."""

    district: str
    period: Period
    state: State | None
    reasons: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()
    planned: bool = False  # among those that are to be made
    made: bool = False
    failure: str = ""

    @property
    def result(self) -> str:
        if self.failure:
            return "没有做成"
        if self.made:
            return "已做好"
        return "将重做" if self.planned else "未做"

    def as_json(self) -> dict[str, Any]:
        state = self.state.name.lower() if self.state else None
        return asdict(self) | {"period": str(self.period), "state": state, "result": self.result}


def failure_of(error: Exception, where: str) -> str:
    """What went wrong, for the person who is to mend it; where nobody at the office can, its traceback goes to the log."""
    if isinstance(error, SancuError):
        return str(error)
    logging.getLogger(__name__).error("%s", where, exc_info=error)
    return f"程序出错：{type(error).__name__}：{error}"


def lines(outcomes: Sequence[Outcome], dry_run: bool) -> Iterator[str]:
    """A table of the months, what would change or has changed in each, and a count at the end."""
    rows = [HEADINGS, *(_row(outcome) for outcome in outcomes)]
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    head, *told = ["  ".join(map(set_cell_size, row, widths)).rstrip() for row in rows]
    yield head
    for outcome, line in zip(outcomes, told, strict=True):
        yield line
        yield from (f"    {change.line()}" for change in outcome.changed[:FIGURES_TOLD])
        if (more := len(outcome.changed) - FIGURES_TOLD) > 0:
            yield f"    另有 {more} 个数有变化，用 --json 看全部"
        yield from (f"    {line}" for line in outcome.failure.splitlines())
    yield _sum(outcomes, dry_run)


def _row(outcome: Outcome) -> tuple[str, ...]:
    unchanged = outcome.state is State.CURRENT and not outcome.made and not outcome.failure
    result = "" if unchanged or outcome.state is State.RELEASED else outcome.result
    return outcome.district, str(outcome.period), outcome.state or "", result, _why(outcome)


def _why(outcome: Outcome) -> str:
    told = "、".join(outcome.reasons[:REASONS_TOLD])
    return f"{told} 等 {len(outcome.reasons)} 处" if len(outcome.reasons) > REASONS_TOLD else told


def _sum(outcomes: Sequence[Outcome], dry_run: bool) -> str:
    counts = Counter(outcome.result for outcome in outcomes)
    if dry_run:
        number = sum(outcome.state is not State.CURRENT for outcome in outcomes)
        told = f"共 {len(outcomes)} 个月，其中 {number} 个月与现有数据不一致，{counts['将重做']} 个月将重做。"
        return f"{told}这次只看不做。"
    parts = [
        f"共 {len(outcomes)} 个月",
        f"做好 {counts['已做好']}",
        f"没有做成 {counts['没有做成']}",
        f"不必做 {counts['未做']}",
    ]
    return "，".join(parts) + "。" + ("没有做成的，改正后重新运行同一条命令。" if counts["没有做成"] else "")
