"""District: what no department reports each month: targets with the date they were frozen, teams, leaders, due
days, thresholds of the lights, numbering and distribution of the issue."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from transforms import yaml_lines
from transforms.contracts import Name, Strict
from transforms.errors import ConfigurationError, UsageError
from transforms.figures import Unit
from transforms.period import Period
from transforms.schedule import Schedule
from transforms.yaml_lines import Misplaced


class Target(Strict):
    """An annual target. Frozen on `set_on`; a changed target is a second entry, not an edit."""

    key: Name
    year: int
    value: Annotated[int | float, Field(ge=0)]
    unit: Unit
    set_on: dt.date
    about: str

    @property
    def exact(self) -> Fraction:
        return Fraction(str(self.value))


class Team(Strict):
    name: str
    departments: Annotated[tuple[str, ...], Field(min_length=1)]


class Thresholds(Strict):
    """When a light turns, and who is ranked. Points are percentage points behind schedule; days are days before the
    deadline."""

    schedule_yellow_points: Annotated[int, Field(ge=0)] = 10
    schedule_red_points: Annotated[int, Field(ge=0)] = 30
    promise_yellow_days: Annotated[int, Field(ge=0)] = 3
    petition_yellow_days: Annotated[int, Field(ge=0)] = 15
    problem_limit_days: Annotated[int, Field(ge=1)] = 7  # 协调不过周
    promise_green_percent: Annotated[int, Field(ge=0, le=100)] = 95
    promise_yellow_percent: Annotated[int, Field(ge=0, le=100)] = 80
    tax_growth_base_wan: Annotated[int, Field(ge=0)] = 300
    tax_growth_percent: Annotated[int, Field(ge=0)] = 15
    ranking_min_base: Annotated[int, Field(ge=1)] = 3  # a unit with a smaller base has no rank

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.schedule_yellow_points > self.schedule_red_points:
            raise ValueError("schedule_yellow_points 不能大于 schedule_red_points")
        return self


def _period(text: str) -> str:
    try:
        Period.parse(text)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return text


class ThresholdsFrom(Thresholds):
    """Thresholds in force from a month on, until the next entry's."""

    since: Annotated[str, AfterValidator(_period), Field(alias="from")]


class Numbering(Strict):
    """第 N 期 counts from the first issue of the year, 总第 M 期 from the first of the campaign."""

    first_period: Annotated[str, AfterValidator(_period)]
    first_total: Annotated[int, Field(ge=1)] = 1

    def of(self, period: Period) -> tuple[int, int]:
        """(N, M) of a month's issue."""
        first = Period.parse(self.first_period)
        passed = (period.year - first.year) * 12 + period.month - first.month
        return (passed if period.year == first.year else period.month - 1) + 1, passed + self.first_total


class Masthead(Strict):
    name: str  # the red name of the briefing
    title: str  # `{period}` stands for 2014年6月
    office: str  # editing office
    report_to: tuple[str, ...]  # 报
    send_to: tuple[str, ...]  # 送
    issue_to: tuple[str, ...]  # 发
    copies: Annotated[int, Field(ge=1)]
    issue_day: Annotated[int, Field(ge=1, le=28)]  # day of the following month that the issue is dated


class Audience(StrEnum):
    """Whom an edition of an issue is for."""

    LEADERS = "leaders"
    DEPARTMENTS = "departments"
    PUBLIC = "public"


class Asked(Strict):
    """An edition that a district asks for. The leaders' is always made; an entry for it is about its marks."""

    audience: Annotated[Audience, Field(alias="for")]
    made: Literal["signed", "always"] = "signed"  # from the signature on, or as a draft too
    # GB/T 9704-2012, 7.2.2: 密级★保密期限
    security: Annotated[str, Field(pattern=r"^((绝密|机密|秘密)(★(长期|\d+[年月日]))?|内部)?$")] = ""
    numbered: bool = False  # 份号
    copies: Annotated[int | None, Field(ge=1)] = None  # 共印几份; the masthead's when None
    # Public: figures that stay in the building, by the first part of their code.
    without: tuple[Name, ...] = ("accountability", "coordination", "duty")

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.audience is Audience.PUBLIC and (self.security or self.numbered):
            raise ValueError("公开版不标密级和份号")
        return self


class Department(Strict):
    name: str
    aliases: tuple[str, ...] = ()
    email: Annotated[
        str, Field(pattern=r"^([A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$")
    ] = ""


def _unless_listed(given: object) -> object:
    return {} if isinstance(given, list | tuple) else given


def _if_listed(given: object) -> object:
    """Entries in full: what an entry does not name is as in the one before it."""
    if not isinstance(given, list | tuple):
        return ()
    full: list[object] = []
    known: dict[str, object] = {}
    for entry in given:
        if isinstance(entry, dict):
            known = {**{name: value for name, value in known.items() if name != "from"}, **entry}
        full.append(known if isinstance(entry, dict) else entry)
    return full


class District(Strict):
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: str
    city: str
    province: str
    campaign: str
    numbering: Numbering
    masthead: Masthead
    departments: tuple[Department, ...]
    townships: tuple[str, ...]
    leaders: tuple[str, ...]  # by office, in protocol order
    service_teams: tuple[Team, ...]
    targets: tuple[Target, ...]
    # The key `thresholds` is a mapping, in force always, or a list of entries with `from`, a month.
    thresholds_always: Annotated[Thresholds, BeforeValidator(_unless_listed), Field(alias="thresholds")] = Thresholds()
    thresholds_dated: Annotated[tuple[ThresholdsFrom, ...], BeforeValidator(_if_listed), Field(alias="thresholds")] = ()
    schedule: Schedule = Schedule()
    # dataset → column → what the district's departments head it with, beside the contract's own aliases
    headers: dict[Name, dict[Name, Annotated[tuple[str, ...], Field(min_length=1)]]] = Field(default={})
    editions: tuple[Asked, ...] = ()
    _seen_in: Period | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for what, values in (
            ("departments", [d.name for d in self.departments]),
            ("townships", list(self.townships)),
            ("leaders", list(self.leaders)),
            ("service_teams", [team.name for team in self.service_teams]),
            ("editions", [str(asked.audience) for asked in self.editions]),
        ):
            if repeated := sorted({v for v in values if values.count(v) > 1}):
                raise Misplaced(f"{what} 中重复：{'、'.join(repeated)}", what)
        return self

    @model_validator(mode="after")
    def _dated(self) -> Self:
        months = [entry.since for entry in self.thresholds_dated]
        if months != sorted(set(months)):
            raise Misplaced("thresholds 的 from 应逐条推后，不能重复", "thresholds")
        if months and months[0] > self.numbering.first_period:
            raise Misplaced(f"thresholds 的第一条应从 {self.numbering.first_period} 或更早起", "thresholds")
        return self

    def at(self, period: Period) -> District:
        """The district as it stood in a month: its `thresholds` are those in force then."""
        seen = self.model_copy()
        seen._seen_in = period
        return seen

    @property
    def thresholds(self) -> Thresholds:
        """Those in force in the month that the district is seen in (`at`), else the newest."""
        if self._seen_in is None and self.thresholds_dated:
            return self.thresholds_dated[-1]
        return self.thresholds_always if self._seen_in is None else self.thresholds_at(self._seen_in)

    def thresholds_at(self, period: Period) -> Thresholds:
        """The thresholds in force in a month: the last entry whose `from` is not after it."""
        past = [entry for entry in self.thresholds_dated if Period.parse(entry.since) <= period]
        return past[-1] if past else next(iter(self.thresholds_dated), self.thresholds_always)

    def edition(self, audience: Audience) -> Asked | None:
        """What the district asks of an edition; None when it does not ask for it."""
        return next((asked for asked in self.editions if asked.audience is audience), None)

    @property
    def first_period(self) -> Period:
        return Period.parse(self.numbering.first_period)

    def dated(self, period: Period) -> dt.date:
        """The day that a month's issue is dated."""
        return period.plus(1).first_day.replace(day=self.masthead.issue_day)

    def target(self, key: str, period: Period) -> Target:
        """The target in force: of the period's year, the last one set on or before the period's end.

        Raises:
            ConfigurationError: no such target.
        """
        known = [t for t in self.targets if t.key == key and t.year == period.year and t.set_on <= period.last_day]
        if not known:
            raise ConfigurationError(f"{self.code}.yaml:1: targets 中没有 {period.year} 年的 {key}")
        return max(known, key=lambda t: t.set_on)

    def department(self, name: str) -> Department | None:
        """The department that goes by `name` or has it as an alias."""
        return next((d for d in self.departments if name == d.name or name in d.aliases), None)

    @property
    def service_departments(self) -> tuple[str, ...]:
        """The distinct departments that sit on the service teams, in order of first mention."""
        return tuple(dict.fromkeys(_flatten(team.departments for team in self.service_teams)))


def _flatten(groups: Iterable[Iterable[str]]) -> Iterable[str]:
    return (item for group in groups for item in group)


@functools.lru_cache(maxsize=128)  # a province of districts in one process
def parse_district(text: str, filename: str) -> District:
    """Read a district file.

    Raises:
        ConfigurationError: with file and line of every mistake.
    """
    return yaml_lines.load(District, text, filename)
