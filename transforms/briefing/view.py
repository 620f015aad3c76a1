"""What a briefing is made from (`BriefingInput`) and what its page shows (`View`). Values only, no behaviour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from transforms.districts import Audience, District
from transforms.figures import Figure, Light
from transforms.findings import Finding
from transforms.period import Period
from transforms.revisions import Group, Revision

PRELIMINARY, REVISED = "p", "r"  # marks at printed values, as statistics offices set them

Named = tuple[str, str]  # a figure's code, and what it is called in a sentence


class AttentionItem(Protocol):
    """One red or yellow matter, or one that falls due. `days` past its deadline; negative before it; None without.
    `months` on the list without a break, this one included, 0 when that was not looked up; `turned`: with another
    light than last month's. `dataset`: of the sheet that it stands in."""

    @property
    def light(self) -> Light: ...
    @property
    def workstream(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def whose(self) -> str: ...
    @property
    def leader(self) -> str: ...
    @property
    def due_on(self) -> dt.date | None: ...
    @property
    def days(self) -> int | None: ...
    @property
    def ask(self) -> str: ...
    @property
    def since(self) -> Period | None: ...
    @property
    def months(self) -> int: ...
    @property
    def turned(self) -> bool: ...
    @property
    def dataset(self) -> str: ...


@dataclass(frozen=True)
class Departure:
    """A matter of last month's list that is not on this month's: settled, or only no longer listed."""

    workstream: str
    subject: str
    settled: bool


COUNTS_FIT = 10  # characters in the column of a ranking's base


@dataclass(frozen=True)
class RankingRow:
    """`rank` is None for a unit whose base is too small to rank it. `base` is what the value was computed from:
    `12/15`, or a count. `change`: places gained since last month, negative when lost, None when it had no rank;
    `entered`: others had a rank last month, this one had not. `missed`: the value lies below what is asked of every
    unit."""

    rank: int | None
    name: str
    value: str
    change: int | None = None
    base: str = ""
    entered: bool = False
    missed: bool = False


@dataclass(frozen=True)
class Ranking:
    """Ranked rows first. `base_label` heads their base."""

    title: str
    rule: str
    rows: tuple[RankingRow, ...]
    base_label: str = "基数"

    @property
    def wide(self) -> bool:
        """Whether a base is an amount of money, which takes more room than a count."""
        return any(len(row.base) > COUNTS_FIT for row in self.rows)


class Stage(StrEnum):
    """How far an issue has come; what stands across an unsigned one."""

    PROVISIONAL = "未定稿"  # departments are missing
    REVIEW = "送审稿"
    SIGNED = "签发"


class ReceiptStatus(StrEnum):
    RECEIVED = "已收"
    LATE = "迟报"
    MISSING = "未报"
    RETURNED = "退回"


class SheetStatus(StrEnum):
    RECEIVED = "已收"
    CORRECTED = "已更正"  # an earlier file of the month had it returned, wholly or in part
    PARTLY = "部分退回"  # some of its rows are set aside
    RETURNED = "退回"
    MISSING = "未报"


@dataclass(frozen=True)
class Tally:
    """Findings by severity; `explained` counts those of `explain` that the department has answered."""

    block: int = 0
    explain: int = 0
    inform: int = 0
    explained: int = 0


@dataclass(frozen=True)
class SheetReceipt:
    """What came of one sheet that a department owes. `blocked_rows`, of its `rows`, are set aside."""

    dataset: str
    sheet: str
    rows: int
    blocked_rows: int
    status: SheetStatus
    tally: Tally = Tally()


@dataclass(frozen=True)
class Receipt:
    """What one department sent for the period. One per department, also when nothing came."""

    department: str
    datasets: tuple[str, ...]  # sheet names
    received_at: dt.datetime | None
    sender: str
    late_days: int
    rows: int
    blocked_rows: int
    status: ReceiptStatus
    sheets: tuple[SheetReceipt, ...] = ()  # one a sheet that it owes
    file_tally: Tally = Tally()  # findings about the file, or the department, as a whole
    earlier: tuple[dt.datetime, ...] = ()  # when the files that this one supersedes were received


@dataclass(frozen=True)
class BriefingInput:
    """Everything that one issue says. `history` holds every month up to and including `period`."""

    district: District
    period: Period
    figures: Mapping[str, Figure]
    history: Mapping[Period, Mapping[str, Figure]]
    items: tuple[AttentionItem, ...]  # worst first
    coming_due: tuple[AttentionItem, ...]  # earliest first
    rankings: tuple[Ranking, ...]
    findings: tuple[Finding, ...]
    receipts: tuple[Receipt, ...]
    printed_on: dt.date
    fingerprint: str  # hexadecimal
    editor_note: str = ""
    provisional: bool = False
    correction: str = ""
    signed: bool = False
    revisions: tuple[Revision, ...] = ()
    departures: tuple[Departure, ...] = ()
    enterprises: frozenset[str] = frozenset()  # names that the public must not read
    differing: frozenset[tuple[Period, str]] = frozenset()  # figures that their own month's issue printed otherwise
    incomplete: frozenset[Period] = frozenset()  # months of which a sheet is still missing


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification; `alt` says its data in words."""

    name: str
    title: str
    alt: str
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Headline:
    """One cell of page one's strip. `rate` is the code whose target and light stand under the value, or empty."""

    label: str
    code: str
    rate: str


@dataclass(frozen=True)
class Trend:
    """One row of the month-by-month table: printed values, one for each month of the view, and the mark at each."""

    code: str
    values: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One row of annex 2. `place` says which cells, or how the value is computed."""

    code: str
    place: str


@dataclass(frozen=True)
class SeverityCount:
    department: str
    counts: tuple[int, ...]  # in the order of Severity


@dataclass(frozen=True)
class Section:
    """One workstream."""

    name: str
    ordinal: str
    title: str
    short: str
    items: tuple[AttentionItem, ...]  # by responsible leader, worst first
    held_back: int  # of its items, how many page one had no room for
    chart: Chart | None  # None when there is nothing to draw
    settled: tuple[str, ...] = ()  # of last month's items, those settled since
    dropped: int = 0  # of last month's items, those no longer listed and not known to be settled


# Templates of sections/, in the order of the page.
PARTS = (
    *("first_page", "enterprises", "resettlement", "petitions", "supervision", "next_month"),
    *("annex_receipts", "annex_figures", "annex_revisions"),
)


@dataclass(frozen=True)
class Edition:
    """Whom the view is for, and what of the page is theirs. The defaults are the leaders'."""

    audience: Audience = Audience.LEADERS
    department: str = ""  # whose own edition it is
    parts: tuple[str, ...] = PARTS
    items: bool = True  # whether matters are listed one by one
    security: str = ""  # 密级★保密期限
    numbered: bool = False  # the first line is for the copy number
    copy: int | None = None  # printed there; None leaves it to the numbering machine
    sent: tuple[tuple[str, tuple[str, ...]], ...] = ()  # 报、送、发, in the colophon
    copies: int = 0  # 共印; 0 is not printed

    @property
    def chapters(self) -> tuple[str, ...]:
        """Parts that are numbered 一、二、三."""
        return tuple(part for part in self.parts if part != "first_page" and not part.startswith("annex"))

    @property
    def annexes(self) -> tuple[str, ...]:
        return tuple(part for part in self.parts if part.startswith("annex"))


@dataclass(frozen=True)
class Verdict:
    """How the year's targets stand against the calendar, each once and those furthest from it first; how many duties
    are done; what is red."""

    reached: tuple[Named, ...]
    ahead: tuple[Named, ...]
    level: tuple[Named, ...]  # as printed: less than half a tenth of a point off
    behind: tuple[Named, ...]
    unknown: tuple[Named, ...]
    duties: int  # with a light
    duties_met: int
    red: tuple[tuple[str, int], ...]  # workstreams that have any, with how many
    yellow: int
    year_over: bool
    compared: bool  # whether any headline figure has a change on last month

    @property
    def targets(self) -> int:
        groups = (self.reached, self.ahead, self.level, self.behind, self.unknown)
        return sum(len(group) for group in groups)

    @property
    def reds(self) -> int:
        return sum(number for _, number in self.red)

    @property
    def counts(self) -> tuple[int, ...]:
        """Every number that it may print."""
        groups = (self.reached, self.ahead, self.level, self.behind, self.unknown)
        on_time = len(self.ahead) + len(self.level)
        numbers = (*(len(group) for group in groups), on_time, self.targets, self.duties, self.duties_met)
        return (*numbers, *(number for _, number in self.red), self.reds, self.yellow)


@dataclass(frozen=True)
class View:
    """One issue, ready to print: every choice made, nothing looked up any more."""

    district: District
    period: Period
    figures: Mapping[str, Figure]
    number: int
    total_number: int
    title: str
    printed_on: dt.date
    fingerprint: str
    editor_note: str
    provisional: bool
    missing: tuple[str, ...]  # departments that did not send, or whose file went back
    verdict: Verdict
    strip: tuple[Headline, ...]
    attention: tuple[AttentionItem, ...]  # as many as page one holds
    sections: tuple[Section, ...]
    shortfalls: tuple[str, ...]  # codes of duties below what is due
    measured_duties: int
    rankings: tuple[Ranking, ...]
    coming_due: tuple[AttentionItem, ...]
    receipts: tuple[Receipt, ...]
    severity_counts: tuple[SeverityCount, ...]
    findings: tuple[Finding, ...]  # the ones printed, worst first
    findings_more: int
    explained: tuple[Finding, ...]  # with what their department answered
    trend_months: tuple[Period, ...]
    trends: tuple[Trend, ...]
    entries: tuple[tuple[str, tuple[Entry, ...]], ...]  # annex 2, by source
    revisions: tuple[Revision, ...]  # all; annex 3 prints `revised`, by what brought them
    previous: Mapping[str, Figure] = field(default_factory=dict)  # last month's figures; empty in the first month
    candidates: tuple[AttentionItem, ...] = ()  # what page one would list if it had no end, red before yellow
    trend: Chart | None = None  # None in the first month
    correction: str = ""  # why the issue is given out again
    signed: bool = False
    edition: Edition = Edition()
    found: tuple[Finding, ...] = ()  # every finding, of which some are printed
    enterprises: frozenset[str] = frozenset()  # names that the public must not read
    verdict_first: bool = True  # on page one, else at the head of the first section

    @property
    def has_verdict(self) -> bool:
        """The verdict is the leaders': it speaks of every department's matters."""
        return self.edition.audience is Audience.LEADERS

    revised: tuple[Group, ...] = ()
    revised_more: int = 0  # revisions that annex 3 has no room for
    differing: frozenset[tuple[Period, str]] = frozenset()
    incomplete: frozenset[Period] = frozenset()

    @property
    def stage(self) -> Stage:
        if self.signed:
            return Stage.SIGNED
        return Stage.PROVISIONAL if self.provisional else Stage.REVIEW

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every picture, in the order of the page."""
        return tuple(chart for chart in (*(section.chart for section in self.sections), self.trend) if chart)
