"""Who is named of a ranking, and who is not."""

from __future__ import annotations

from transforms.briefing.naming import all_reached, first, last
from transforms.briefing.view import Ranking, RankingRow


def ranking(*rows: tuple[int | None, bool]) -> Ranking:
    named = (
        RankingRow(rank, name, "", missed=missed) for (rank, missed), name in zip(rows, "甲乙丙丁戊己庚", strict=False)
    )
    return Ranking("", "", tuple(named))


def test_the_last_are_named_only_if_they_missed() -> None:
    rows = ranking((1, False), (2, False), (3, False), (4, True), (5, False), (6, True), (None, True))
    assert first(rows) == ("甲", "乙", "丙")
    assert last(rows) == ("己", "丁")
    assert not all_reached(rows)


def test_all_reached() -> None:
    rows = ranking((1, False), (2, False), (3, False), (4, False), (None, True))
    assert last(rows) == ()
    assert all_reached(rows)


def test_the_first_are_never_among_the_last() -> None:
    assert last(ranking((1, True), (2, True), (3, True))) == ()


def test_ties_at_the_border_stand_together() -> None:
    assert last(ranking((1, False), (2, False), (3, False), (4, True), (4, True), (6, True), (7, True))) == (
        *("庚", "己", "戊", "丁"),
    )


def test_too_many_on_one_place_are_not_named() -> None:
    assert first(ranking(*[(1, False)] * 6)) == ()
    assert last(ranking((1, False), *[(4, True)] * 6)) == ()
