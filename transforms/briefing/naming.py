"""Who is named of a ranking: the first three, and of the last three those who also missed what is asked of every unit."""

from __future__ import annotations

from transforms.briefing.view import Ranking

PLACES = 3
MOST = 5  # where so many share these places, naming some of them would be unfair


def first(ranking: Ranking) -> tuple[str, ...]:
    """Units on the first three places; none when ties make them too many."""
    names = tuple(row.name for row in ranking.rows if row.rank is not None and row.rank <= PLACES)
    return names if len(names) <= MOST else ()


def last(ranking: Ranking) -> tuple[str, ...]:
    """Units on the last three places that missed, the last one first, ties at the border with them; never one that is
    among the first."""
    ranked = [row for row in ranking.rows if row.rank is not None and row.rank > PLACES]
    places = {row.rank for row in ranked[-PLACES:]}
    names = tuple(row.name for row in reversed(ranked) if row.missed and row.rank in places)
    return names if len(names) <= MOST else ()


def all_reached(ranking: Ranking) -> bool:
    return not any(row.missed for row in ranking.rows if row.rank is not None)
