"""Ranks with ties, changes of rank, and units too small to rank."""

from __future__ import annotations

from tests.transforms.metrics.facts_builder import ALL, DISTRICT, Row, facts
from transforms.period import Period
from transforms.rankings import rankings
from transforms.tables import Facts

JUNE = Period(2014, 6)


def cases(**resolved: tuple[int, int]) -> list[Row]:
    """`township=(resolved, cases)`."""
    return [
        {
            "case_no": f"{township}{n}",
            "township": township,
            "status": "已化解" if n < done else "化解中",
            "resolved_on": "2014-04-01" if n < done else None,
        }
        for township, (done, number) in resolved.items()
        for n in range(number)
    ]


def ranked(given: Facts) -> list[list[tuple[int, str, str, int | None]]]:
    found = rankings(given, ALL, DISTRICT, JUNE)
    return [[(row.rank, row.name, row.value, row.change) for row in ranking.rows] for ranking in found]


def test_equal_values_share_a_rank_and_the_next_is_skipped() -> None:
    given = facts(
        petition_cases={
            5: cases(白塘镇=(1, 4), 江口镇=(2, 4), 梧塘镇=(0, 4)),
            6: cases(白塘镇=(3, 4), 江口镇=(2, 4), 梧塘镇=(2, 4), 国欢镇=(1, 4), 大洋乡=(2, 2)),
        }
    )
    assert ranked(given) == [
        [(1, "白塘镇", "75%", 1), (2, "梧塘镇", "50%", 1), (2, "江口镇", "50%", -1), (4, "国欢镇", "25%", None)]
    ]
    (ranking,) = rankings(given, ALL, DISTRICT, JUNE)
    assert ranking.rule == "按积案化解率从高到低；基数不足3的不排名：大洋乡"


def test_townships_by_visits_and_departments_by_ratings() -> None:
    links = [{"enterprise": f"{t}{n}", "township": t} for t in ("江口镇", "白塘镇") for n in range(3)]
    links += [{"enterprise": "X", "township": None}, {"enterprise": None, "township": "大洋乡"}]
    visits = [{"enterprise": "江口镇0", "visited_on": "2014-06-03"}]
    scores = {"环保局": (9000, 9000, 9100), "住建局": (8000, 8000, 8000), "地税局": (10000,)}
    ratings = [{"rated": name, "score_centi": s, "enterprise": "X"} for name, own in scores.items() for s in own]
    given = facts(enterprise_links={6: links}, enterprise_visits={6: visits}, department_ratings={6: ratings})
    assert ranked(given) == [
        [(1, "江口镇", "6.7%", None), (2, "白塘镇", "0%", None)],
        [(1, "环保局", "90.3分", None), (2, "住建局", "80分", None)],
    ]


def test_a_ranking_whose_rows_were_not_sent_is_left_out() -> None:
    assert ranked(facts()) == []
    assert ranked(facts(petition_cases={6: []})) == []
