"""Tracking: how long each matter has been on the list without a break, and what has left the list since last month.

A matter is the same as last month's when the same rule listed it for the same row, whatever its wording and light. A
month whose sheet was not sent neither counts nor breaks: silence settles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass, replace

import pandas as pd

from transforms.briefing.view import Departure
from transforms.figures import Light
from transforms.items import Item, Items, keys
from transforms.metrics.month import Month, NotReported, Rows
from transforms.period import Period

MONTHS_COUNTED = 24  # a matter older than this is 连续24个月以上

# What rules have listed, by month and rule. A month's list depends on rows up to that month only, so that a backfill, which
# looks two years back from every month, lists each once.
Lists = MutableMapping[tuple[Period, str], "list[Item] | None"]


@dataclass(frozen=True)
class Source:
    """One rule that lists matters. `closed` says which rows of the dataset are done with; without it a matter that
    leaves the list is only no longer listed."""

    name: str
    items: Items
    closed: Callable[[Rows, Month], pd.Series] | None = None


def listed(month: Month, source: Source) -> list[Item] | None:
    """What a rule lists in a month; None when the rows that it needs were not sent."""
    try:
        return [replace(item, source=source.name) for item in source.items(month)]
    except NotReported:
        return None


def _known(month: Month, source: Source, lists: Lists) -> list[Item] | None:
    key = (month.period, source.name)
    if key not in lists:
        lists[key] = listed(month, source)
    return lists[key]


def tracked(month: Month, sources: Sequence[Source], lists: Lists) -> list[Item]:
    """What every rule lists in a month, each item with `since`, `months` and `turned`.

    Earlier months are listed only as far back as something of this month was on their lists, and only by the rules
    that listed it.
    """
    found = {source: _known(month, source, lists) or [] for source in sources}
    found = {source: [replace(i, since=month.period, months=1) for i in items] for source, items in found.items()}
    going = {source: {item.key for item in items} for source, items in found.items() if items}
    for earlier in _months_before(month):
        for source in list(going):
            before = _known(earlier, source, lists)
            if before is not None:
                lights = {item.key: item.light for item in before}
                going[source] &= set(lights)
                found[source] = [_carried(i, lights, going[source], earlier.period) for i in found[source]]
        going = {source: left for source, left in going.items() if left}
    return [item for items in found.values() for item in items]


def _months_before(month: Month) -> Iterator[Month]:
    """The months that may be looked at, latest first; none before anything was sent. Each keeps its own selections of
    rows, so that they go when it goes."""
    first = min((period for _, period in month.facts.received), default=month.period)
    for back in range(1, MONTHS_COUNTED):
        period = month.period.plus(-back)
        if period < first:
            break
        yield Month(month.facts, month.contracts, month.district, period)


def _carried(item: Item, lights: Mapping[str, Light], going: Set[str], period: Period) -> Item:
    """`item` with one month more, if it was on the list of `period`, whose lights are given by key."""
    if item.key not in going:
        return item
    turned = item.light is not lights[item.key] if item.months == 1 else item.turned
    return replace(item, since=period, months=item.months + 1, turned=turned)


def departures(month: Month, sources: Sequence[Source], lists: Lists) -> list[Departure]:
    """What was on last month's list and is not on this month's, in the order of the rules. Where the rows were not
    sent this month, nothing is known to have left."""
    found: list[Departure] = []
    earlier = month.earlier(month.period.previous)
    for source in sources:
        before, now = _known(earlier, source, lists), _known(month, source, lists)
        if before and now is not None:
            found += _left(before, {item.key for item in now}, month, source)
    return found


def _left(before: Iterable[Item], still: set[str], month: Month, source: Source) -> list[Departure]:
    gone = [item for item in before if item.key not in still]
    closed = _closed_keys({item.dataset for item in gone}, month, source)
    return [Departure(item.workstream, item.subject, item.key in closed) for item in gone]


def _closed_keys(datasets: set[str], month: Month, source: Source) -> set[str]:
    found: set[str] = set()
    if source.closed is not None:
        for dataset in datasets:
            rows = month.rows(dataset)
            found |= keys(month, rows.where(source.closed(rows, month)))
    return found
