"""The schedule of a district: when files are pulled, departments reminded, the draft and the issue made.

What is due follows from the moment and from what was done last, so an hourly look is enough, and a machine that was
off makes up for it at the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from transforms.contracts import Strict
from transforms.errors import UsageError
from transforms.period import CHINA, Period
from transforms.working_days import WorkingDays
from transforms.yaml_lines import Misplaced

Email = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$")]


def _time(given: object) -> object:
    """`08:00`; YAML reads one without quotes as the number 480 (base 60)."""
    if isinstance(given, int) and 0 <= given < 24 * 60:
        return dt.time(given // 60, given % 60)
    try:
        return dt.datetime.strptime(str(given), "%H:%M").time()
    except ValueError:
        raise ValueError(f"“{given}”不对，应为时刻，例如 08:00") from None


def _working_day(number: int) -> int:
    if number == 0:
        raise ValueError("不能是 0：3 是月末后第三个工作日，-1 是当月最后一个工作日")
    return number


def _month(text: str) -> str:
    try:
        Period.parse(text)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return text


Time = Annotated[dt.time, BeforeValidator(_time)]
Month = Annotated[str, AfterValidator(_month)]


class OnWorkingDay(Strict):
    """A moment of each month. `working_day` counts from the month's end: 3 is the third after it, -1 the last in it."""

    working_day: Annotated[int, Field(ge=-15, le=15), AfterValidator(_working_day)]
    at: Time = dt.time(8)


class Reminding(Strict):
    """Days from a department's due day on which it is reminded: -3 three days before, 0 the day itself."""

    days: tuple[Annotated[int, Field(ge=-28, le=28)], ...] = (-3, 0, 1)
    at: Time = dt.time(9)


class Schedule(Strict):
    """Times are China's. Everything has a default; `active: false` switches the district's schedule off."""

    active: bool = True
    since: Month | None = None  # first month that is made by schedule; else the campaign's
    through: Month | None = None  # last month
    pull_hours: Annotated[int, Field(ge=1, le=24)] = 1
    remind: Reminding = Reminding()
    draft: OnWorkingDay = OnWorkingDay(working_day=-1)
    issue: OnWorkingDay = OnWorkingDay(working_day=3)
    days_off: tuple[dt.date, ...] = ()
    days_on: tuple[dt.date, ...] = ()
    catch_up_months: Annotated[int, Field(ge=1, le=24)] = 3  # older months are left to `sancu backfill`
    notify: tuple[Email, ...] = ()  # who hears of failures and of issues that wait for approval

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.draft.working_day, self.draft.at) >= (self.issue.working_day, self.issue.at):
            raise Misplaced("draft 应早于 issue", "draft")
        if both := sorted({str(day) for day in self.days_off if day in self.days_on}):
            raise Misplaced(f"days_off 和 days_on 中都有：{'、'.join(both)}", "days_on")
        return self

    @property
    def working_days(self) -> WorkingDays:
        return WorkingDays(frozenset(self.days_off), frozenset(self.days_on))

    def moment(self, which: OnWorkingDay, period: Period) -> dt.datetime:
        """When a month's draft or issue is made."""
        return dt.datetime.combine(self.working_days.from_end(period, which.working_day), which.at, CHINA)


class Kind(StrEnum):
    PULL = "收文"
    REMIND = "催报"
    DRAFT = "送审稿"
    ISSUE = "出刊"


@dataclass(frozen=True)
class Action:
    """Something to do for a month since `moment`. `departments` are those to be reminded."""

    kind: Kind
    period: Period
    moment: dt.datetime
    departments: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind.name.lower()} {self.period}"

    def line(self) -> str:
        about = f"（{'、'.join(self.departments)}）" if self.departments else ""
        return f"{self.moment.astimezone(CHINA):%Y-%m-%d %H:%M} {self.period.chinese}{self.kind.value}{about}"


_REMINDED_LATE = dt.timedelta(days=7)  # after that a round that was missed is let go
Done = Mapping[str, dt.datetime]  # an action's key → the moment it was done last
DueDays = Mapping[str, int]  # department → day of the following month


def due_actions(
    schedule: Schedule, first: Period, due_days: DueDays, now: dt.datetime, done: Done
) -> tuple[Action, ...]:
    """What is to be done at `now`, in the order to do it: earlier months first, so that later ones build on them.

    An action is due when its last moment has passed and it was not done since. Of reminders that were missed in the
    last week one is made up for; a draft is not, once its issue is due; nothing is done for a month whose issue is
    done, except that its files are still pulled.
    """
    if not schedule.active:
        return ()
    months = list(_months(schedule, first, now))
    found = [action for month in months for action in _of_month(schedule, month, due_days, now, done)]
    pull = _pull(schedule, months, now, done)
    return (*pull, *found)


def next_actions(
    schedule: Schedule, first: Period, due_days: DueDays, now: dt.datetime, done: Done, number: int = 3
) -> tuple[Action, ...]:
    """The next reminders, draft and issue after `now`, soonest first; without pulling."""
    if not schedule.active:
        return ()
    today = Period(now.astimezone(CHINA).year, now.astimezone(CHINA).month)
    months = [month for month in _range(schedule, first, today.plus(1)) if month >= today.plus(-2)]
    coming: list[Action] = []
    for month in months:
        if _finished(schedule, month, done):
            continue
        rounds = sorted(moment for _, moment in _rounds(schedule, month, due_days) if moment > now)
        coming += [Action(Kind.REMIND, month, moment) for moment in dict.fromkeys(rounds)]
        for kind, which in ((Kind.DRAFT, schedule.draft), (Kind.ISSUE, schedule.issue)):
            moment = schedule.moment(which, month)
            coming += [Action(kind, month, moment)] if moment > now else []
    return tuple(sorted(coming, key=lambda action: action.moment)[:number])


def _range(schedule: Schedule, first: Period, last: Period) -> Iterator[Period]:
    start = max(first, Period.parse(schedule.since)) if schedule.since else first
    end = min(last, Period.parse(schedule.through)) if schedule.through else last
    return start.through(end)


def _months(schedule: Schedule, first: Period, now: dt.datetime) -> Iterator[Period]:
    """This month and those before it that may be made up for."""
    local = now.astimezone(CHINA)
    this = Period(local.year, local.month)
    earliest = this.plus(-schedule.catch_up_months)
    return (month for month in _range(schedule, first, this) if month >= earliest)


def _of_month(schedule: Schedule, month: Period, due_days: DueDays, now: dt.datetime, done: Done) -> Iterator[Action]:
    if _finished(schedule, month, done):
        return
    issue = Action(Kind.ISSUE, month, schedule.moment(schedule.issue, month))
    draft = Action(Kind.DRAFT, month, schedule.moment(schedule.draft, month))
    missed = [
        (name, moment)
        for name, moment in _rounds(schedule, month, due_days)
        if now - moment < _REMINDED_LATE and _is_due(Action(Kind.REMIND, month, moment), now, done)
    ]
    if missed:
        names = tuple(name for name in due_days if name in {name for name, _ in missed})
        yield Action(Kind.REMIND, month, max(moment for _, moment in missed), names)
    if _is_due(issue, now, done):
        yield issue
    elif _is_due(draft, now, done):
        yield draft


def _pull(schedule: Schedule, months: list[Period], now: dt.datetime, done: Done) -> tuple[Action, ...]:
    if not months:
        return ()
    local = now.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    action = Action(Kind.PULL, months[-1], local - dt.timedelta(hours=local.hour % schedule.pull_hours))
    return (action,) if _is_due(action, now, done) else ()


def _rounds(schedule: Schedule, month: Period, due_days: DueDays) -> Iterator[tuple[str, dt.datetime]]:
    """Each department's moments of being reminded."""
    for name, day in due_days.items():
        due = month.plus(1).first_day.replace(day=day)
        for offset in schedule.remind.days:
            yield name, dt.datetime.combine(due + dt.timedelta(days=offset), schedule.remind.at, CHINA)


def _finished(schedule: Schedule, month: Period, done: Done) -> bool:
    return Action(Kind.ISSUE, month, schedule.moment(schedule.issue, month)).key in done


def _is_due(action: Action, now: dt.datetime, done: Done) -> bool:
    last = done.get(action.key)
    return action.moment <= now and (last is None or last < action.moment)
