"""The verdict of an issue: how the year's targets stand against the calendar, how many duties are done, what is red.

It counts and orders; the words are the template's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from transforms.briefing.prose import year_gone
from transforms.briefing.selection import PROGRESS, STRIP, WORKSTREAMS
from transforms.briefing.view import AttentionItem, Verdict
from transforms.figures import Figure, Light, half_up
from transforms.period import Period


def verdict(
    figures: Mapping[str, Figure], period: Period, items: Sequence[AttentionItem], duties: int, shortfalls: int
) -> Verdict:
    """`duties` have a light, `shortfalls` of them one that is not green."""
    gone = year_gone(period)
    leads = {(code, label): value - gone for code, label in PROGRESS if (value := figures[code].value) is not None}
    reached = [named for named in leads if leads[named] + gone >= 100]
    furthest = sorted((named for named in leads if named not in reached), key=lambda named: -abs(leads[named]))
    reds = {name: sum(i.workstream == name and i.light is Light.RED for i in items) for name, *_ in WORKSTREAMS}
    return Verdict(
        reached=tuple(reached),
        ahead=tuple(named for named in furthest if _side(leads[named]) > 0),
        level=tuple(named for named in furthest if _side(leads[named]) == 0),
        behind=tuple(named for named in furthest if _side(leads[named]) < 0),
        unknown=tuple(named for named in PROGRESS if named not in leads),
        duties=duties,
        duties_met=duties - shortfalls,
        red=tuple((short, reds[name]) for name, _, _, short in WORKSTREAMS if reds[name]),
        yellow=sum(item.light is Light.YELLOW for item in items),
        year_over=gone == 100,
        compared=any(figures[headline.code].change is not None for headline in STRIP),
    )


def _side(lead: Fraction) -> int:
    return 0 if half_up(lead, 1) == "0" else 1 if lead > 0 else -1
