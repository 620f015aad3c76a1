"""The region's issue: which of its districts' figures stand where, who is ahead, who has not reported."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from transforms.briefing import printing, selection
from transforms.briefing.prose import Prose
from transforms.briefing.view import Headline, Ranking, RankingRow
from transforms.figures import Figure, Light, Unit, show
from transforms.period import Period
from transforms.rankings import ranks
from transforms.rollup.figures import Member, lacking
from transforms.rollup.region import Region
from transforms.rollup.ways import WAYS, Way
from transforms.standings import Share

TEMPLATE = "region.html.j2"
LEAST = 1  # a district is ranked from the first thing that is due
MANY = 24  # more districts than one look takes in: page one has those with most red lights, a ranking its two ends
NOTED = 10
ENDS, ENDS_RULE = 5, "只列前五位和后五位，各区县的名次见后表。"
ABREAST = 4  # rankings that stand side by side in the table of all districts


@dataclass(frozen=True)
class RegionView:
    """One issue of a region, ready to print. `previous` are its figures of last month, empty in the first."""

    region: Region
    period: Period
    figures: Mapping[str, Figure]
    previous: Mapping[str, Figure]
    members: tuple[Member, ...]
    rankings: tuple[Ranking, ...]
    places: Mapping[str, tuple[RankingRow | None, ...]]  # code of a district → its row in each ranking
    printed_on: dt.date
    fingerprint: str
    differing: frozenset[tuple[Period, str]] = frozenset()  # none: `previous` are the figures that were printed

    @property
    def title(self) -> str:
        return self.region.masthead.title.replace("{period}", self.period.chinese)

    @property
    def numbers(self) -> tuple[int, int]:
        """第 N 期, 总第 M 期."""
        return self.region.numbering.of(self.period)

    @property
    def strip(self) -> tuple[Headline, ...]:
        return selection.STRIP

    @property
    def absent(self) -> tuple[str, ...]:
        """Districts without an issue of the month."""
        return tuple(member.name for member in self.members if not member.reported)

    @property
    def provisional(self) -> tuple[str, ...]:
        """Districts whose own issue lacks departments."""
        return tuple(member.name for member in self.members if member.provisional)

    @property
    def many(self) -> bool:
        return len(self.members) > MANY

    @property
    def noted(self) -> tuple[Member, ...]:
        """Those with most red lights, then most yellow ones."""

        def lights(member: Member) -> tuple[int, int]:
            found = self.lights(member)
            return -found[Light.RED], -found[Light.YELLOW]

        return tuple(sorted(filter(lambda member: member.reported, self.members), key=lights)[:NOTED])

    def ends(self, ranking: Ranking) -> Ranking:
        """Its first and last rows, where there are many."""
        if not self.many or len(ranking.rows) <= 2 * ENDS:
            return ranking
        return replace(ranking, rows=ranking.rows[:ENDS] + ranking.rows[-ENDS:], rule=ranking.rule + ENDS_RULE)

    @property
    def abreast(self) -> tuple[tuple[int, ...], ...]:
        """Which rankings stand in each of the tables of all districts."""
        numbers = tuple(range(len(self.rankings)))
        return tuple(numbers[at : at + ABREAST] for at in numbers[::ABREAST]) if self.many else ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every figure that is printed, in the order of the registry."""
        printed = {code for cell in self.strip for code in (cell.code, cell.rate) if code}
        printed |= {code for codes in selection.TABLES.values() for code in codes}
        return tuple(code for code in self.figures if code in printed)

    def note(self, code: str) -> str:
        """Why a figure lacks more than the districts that page one names."""
        note = self.figures[code].note
        return "" if note == lacking(self.absent) else note

    def lights(self, member: Member) -> Mapping[Light, int]:
        return Counter(figure.light for figure in member.figures.values() if figure.light)


def compose(
    region: Region,
    period: Period,
    figures: Mapping[str, Figure],
    previous: Mapping[str, Figure],
    members: Sequence[Member],
    earlier: Sequence[Member],
    fingerprint: str,
) -> RegionView:
    """`earlier` are last month's members, for the change of rank; empty in the first month."""
    before = {member.code: member for member in earlier}
    codes = dict.fromkeys(cell.rate for cell in selection.STRIP if _ranks(cell.rate, figures))
    found = [(figures[code], rows) for code in codes if (rows := _ranked(figures[code], members, before))]
    return RegionView(
        region=region,
        period=period,
        figures=figures,
        previous=previous,
        members=tuple(members),
        rankings=tuple(_ranking(figure, tuple(rows.values())) for figure, rows in found),
        places={member.code: tuple(rows.get(member.code) for _, rows in found) for member in members},
        printed_on=period.plus(1).first_day,
        fingerprint=fingerprint,
    )


def html(view: RegionView) -> str:
    """The whole document, on the page of the districts' issues."""
    prose = Prose(view.figures, view.previous, view.period)
    words = prose.vocabulary() | {"date": printing.date, "places": printing.places, "show": printing.shown}
    return printing.filled(TEMPLATE, view=view, selection=selection, charset="utf-8", of=_of, lights=Light, **words)


def _of(member: Member, code: str) -> str:
    """What a district's own figure prints."""
    figure = member.figures.get(code)
    return "—" if figure is None else show(figure.value, figure.unit)


def _ranks(code: str, figures: Mapping[str, Figure]) -> bool:
    return bool(code) and WAYS[code] is Way.RATIO and figures[code].unit is Unit.PERCENT


def _ranked(figure: Figure, members: Sequence[Member], before: Mapping[str, Member]) -> dict[str, RankingRow]:
    """Code of a district → its row, the best first."""
    now = {member.code: share for member in members if (share := _share(member, figure.code))}
    then = {code: share for code, member in before.items() if (share := _share(member, figure.code))}
    ranked, earlier = ranks(now, LEAST), ranks(then, LEAST)
    names = {member.code: member.name for member in members}
    order = {member.code: place for place, member in enumerate(members)}
    return {
        code: RankingRow(
            rank=ranked[code],
            name=names[code],
            value=f"{show(100 * now[code].value, Unit.PERCENT)}%",
            change=earlier[code] - ranked[code] if code in earlier else None,
            base=f"{show(now[code].done, figure.unit)}/{show(now[code].due, figure.unit)}",
            entered=bool(earlier) and code not in earlier,
        )
        for code in sorted(ranked, key=lambda code: (ranked[code], order[code]))
    }


def _ranking(figure: Figure, rows: tuple[RankingRow, ...]) -> Ranking:
    return Ranking(figure.label, f"按{figure.label}从高到低，并列的名次相同，其后顺延。", rows, "完成/应完成")


def _share(member: Member, code: str) -> Share | None:
    figure = member.figures.get(code)
    if figure is None or figure.done is None or not figure.due:
        return None
    return Share(Fraction(figure.done), Fraction(figure.due), LEAST)
