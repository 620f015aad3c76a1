"""Ranks with ties, changes of rank, units too small to rank, and sums that agree with the figures."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.pipeline import Run
from tests.transforms.metrics.facts_builder import ALL, DISTRICT, Row, facts
from transforms import standings
from transforms.briefing.view import Ranking
from transforms.districts import District, Thresholds
from transforms.metrics.month import Month
from transforms.period import Period
from transforms.rankings import rankings, ranks
from transforms.standings import Share
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


def ranked(
    given: Facts, district: District = DISTRICT
) -> dict[str, list[tuple[int | None, str, str, str, int | None]]]:
    found = rankings(given, ALL, district, JUNE)
    return {r.title: [(row.rank, row.name, row.value, row.base, row.change) for row in r.rows] for r in found}


def test_equal_values_share_a_rank_and_the_next_is_skipped() -> None:
    given = facts(
        petition_cases={
            5: cases(白塘镇=(1, 4), 江口镇=(2, 4), 梧塘镇=(0, 4)),
            6: cases(白塘镇=(3, 4), 江口镇=(2, 4), 梧塘镇=(2, 4), 国欢镇=(1, 4), 大洋乡=(2, 2), 涵东街道=(1, 2)),
        }
    )
    assert ranked(given) == {
        "乡镇街道积案化解率": [
            (1, "白塘镇", "75%", "3/4", 1),
            (2, "梧塘镇", "50%", "2/4", 1),  # before 江口镇 in the district file
            (2, "江口镇", "50%", "2/4", -1),
            (4, "国欢镇", "25%", "1/4", None),
            (None, "涵东街道", "50%", "1/2", None),
            (None, "大洋乡", "100%", "2/2", None),
        ]
    }
    (ranking,) = rankings(given, ALL, DISTRICT, JUNE)
    assert ranking.rule == "按积案化解率从高到低；并列的名次相同，其后顺延；基数（积案数）不足3的不排名。"
    assert [row.name for row in ranking.rows if row.entered] == ["国欢镇"]


def test_in_the_first_ranking_nobody_is_new() -> None:
    (ranking,) = rankings(facts(petition_cases={6: cases(白塘镇=(3, 4))}), ALL, DISTRICT, JUNE)
    assert [(row.entered, row.change) for row in ranking.rows] == [(False, None)]


def test_the_district_sets_the_smallest_base() -> None:
    given = facts(petition_cases={6: cases(白塘镇=(3, 4), 大洋乡=(2, 2))})
    lower = DISTRICT.model_copy(update={"thresholds_always": Thresholds(ranking_min_base=2)})
    assert [row[:2] for row in ranked(given, lower)["乡镇街道积案化解率"]] == [(1, "大洋乡"), (2, "白塘镇")]
    higher = DISTRICT.model_copy(update={"thresholds_always": Thresholds(ranking_min_base=5)})
    assert ranked(given, higher) == {}


def test_townships_by_visits_and_departments_by_ratings() -> None:
    links = [{"enterprise": f"{t}{n}", "township": t} for t in ("江口镇", "白塘镇") for n in range(3)]
    links += [{"enterprise": "X", "township": None}, {"enterprise": None, "township": "大洋乡"}]
    visits = [{"enterprise": "江口镇0", "visited_on": "2014-06-03"}]
    scores = {"环保局": (9000, 9000, 9100), "住建局": (8000, 8000, 8000), "地税局": (10000,)}
    ratings = [{"rated": name, "score_centi": s, "enterprise": "X"} for name, own in scores.items() for s in own]
    given = facts(enterprise_links={6: links}, enterprise_visits={6: visits}, department_ratings={6: ratings})
    assert ranked(given) == {
        "乡镇街道走访落实率": [(1, "江口镇", "6.7%", "1/15", None), (2, "白塘镇", "0%", "0/15", None)],
        "部门评议得分": [
            (1, "环保局", "90.3分", "3", None),
            (2, "住建局", "80分", "3", None),
            (None, "地税局", "100分", "1", None),
        ],
    }


def test_leaders_by_all_their_duties() -> None:
    links = [{"enterprise": e, "leader": leader} for e, leader in (("A", "区长"), ("B", "区委书记"), ("C", None))]
    seen = [{"enterprise": e, "visited_on": day} for e in "AC" for day in ("2014-06-03", "2014-06-10")]
    held = [
        {"kind": kind, "leader": leader, "held_on": day}
        for kind, leader, day in (
            ("企业协调会", "区长", "2014-06-03"),
            ("企业协调会", "区委书记", "2014-06-03"),
            ("企业协调会", "区委书记", "2014-06-20"),
            ("安置房座谈会", "区长", "2014-06-20"),
            ("安置户回访", "区长", "2014-05-20"),
        )
    ]
    given = facts(
        enterprise_links={6: links},
        enterprise_visits={6: seen},
        meetings={6: held},
        resettlement_projects={6: [{"project_no": "Z", "leader": "区长"}]},
    )
    # 区长: 2 of 5 weeks, 1 of 2 meetings, symposium and return visit but no on-site meeting; 区委书记: 0 of 5, 2 of 2.
    assert ranked(given)["区领导履职"] == [
        (1, "区长", "50%", "5/10", None),
        (2, "区委书记", "28.6%", "2/7", None),
    ]


def test_a_duty_that_was_not_reported_is_named_and_left_out() -> None:
    given = facts(enterprise_links={6: [{"enterprise": "A", "leader": "区长"}]}, enterprise_visits={6: []})
    (ranking,) = (r for r in rankings(given, ALL, DISTRICT, JUNE) if r.title == "区领导履职")
    assert [(row.name, row.base) for row in ranking.rows] == [("区长", "0/5")]
    assert ranking.rule.endswith("不排名；企业协调会、座谈会、现场协调会、回访没有报送，未计入。")


def test_responsible_units_by_what_was_settled_in_time() -> None:
    def case(number: int, unit: str | None, due: str | None, resolved: str | None) -> Row:
        status = "已化解" if resolved else "化解中"
        return {"case_no": f"{number}", "unit": unit, "due_on": due, "resolved_on": resolved, "status": status}

    def issue(number: int, unit: str, due: str, settled: str | None) -> Row:
        status = "已办结" if settled else "办理中"
        return {"issue_no": f"{number}", "unit": unit, "due_on": due, "settled_on": settled, "status": status}

    given = facts(
        petition_cases={
            6: [
                case(1, "江口镇", "2014-06-10", "2014-06-10"),
                case(2, "江口镇", "2014-06-10", "2014-06-11"),
                case(3, "江口镇", "2014-06-10", None),
                case(4, "江口镇", "2014-07-10", None),  # not due yet
                case(5, "江口镇", None, "2014-06-01"),  # without a deadline nothing is in time
                case(6, None, "2014-06-10", None),
            ]
        },
        enterprise_issues={
            6: [issue(n, unit, "2014-06-10", "2014-06-09") for n, unit in enumerate(("住建局", "住房和城乡建设局"))]
        },
        resettlement_problems={
            6: [
                {"problem_no": "1", "unit": "住建局", "raised_on": "2014-06-01", "solved_on": "2014-06-08"},
                {"problem_no": "2", "unit": "住建局", "raised_on": "2014-06-01", "solved_on": "2014-06-09"},
                {"problem_no": "3", "unit": "水务局", "raised_on": "2014-06-01", "solved_on": None},
            ]
        },
    )
    assert ranked(given)["责任单位按期办结率"] == [
        (1, "住建局", "75%", "3/4", None),  # by its official name
        (2, "江口镇", "33.3%", "1/3", None),
        (None, "水务局", "0%", "0/1", None),
    ]


def test_a_ranking_whose_rows_were_not_sent_is_left_out() -> None:
    assert ranked(facts()) == {}
    assert ranked(facts(petition_cases={6: []})) == {}


def june_month(run: Run) -> Month:
    configuration = run.month.configuration
    return Month(run.accepted.facts, {c.id: c for c in configuration.contracts}, configuration.district, JUNE)


@pytest.mark.xdist_group("june")
@pytest.mark.parametrize("code", sorted(standings.LEADERS_DUTIES))
def test_the_sums_over_leaders_are_the_figures(june: Run, code: str) -> None:
    _, compute = standings.LEADERS_DUTIES[code]
    counts, figure = compute(june_month(june)), june.figures[code]
    assert figure.done == sum(done for done, _ in counts.values())
    assert figure.due == sum(due for _, due in counts.values())


@pytest.mark.xdist_group("june")
def test_the_sums_over_units_are_the_figures(june: Run) -> None:
    month = june_month(june)
    for code, compute in (
        ("issue.settled_in_time_rate", standings.issues_in_time),
        ("problem.within_limit_rate", standings.problems_in_time),
    ):
        counts, figure = compute(month), june.figures[code]
        assert figure.done == sum(done for done, _ in counts.values())
        assert figure.due == sum(due for _, due in counts.values())
    for code, whole in (
        ("visit.enterprise_weeks_rate", standings.townships_by_visits(month)),
        ("petition.resolved_rate", standings.townships_by_petitions(month)),
    ):
        assert june.figures[code].done == sum(share.done for share in whole.shares.values())
        assert june.figures[code].due == sum(share.due for share in whole.shares.values())


@pytest.mark.xdist_group("june")
def test_june_has_five_rankings_in_which_every_leader_stands(june: Run) -> None:
    configuration = june.month.configuration
    found = rankings(june.accepted.facts, configuration.contracts, configuration.district, JUNE)
    assert [ranking.title for ranking in found] == [
        "乡镇街道走访落实率",
        "乡镇街道积案化解率",
        "区领导履职",
        "部门评议得分",
        "责任单位按期办结率",
    ]
    assert {row.name for row in found[2].rows} == set(configuration.district.leaders)
    assert all(_in_order(ranking) for ranking in found)


def _in_order(ranking: Ranking) -> bool:
    placed = [row.rank for row in ranking.rows if row.rank is not None]
    return placed == sorted(placed) and all(row.rank is None for row in ranking.rows[len(placed) :])


shares = st.builds(
    lambda done, more: Share(Fraction(done), Fraction(done + more), done + more), st.integers(0, 9), st.integers(1, 9)
)
boards = st.dictionaries(st.sampled_from(DISTRICT.townships), shares)


@drawn(boards, st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_of_the_units(board: dict[str, Share], random: Random) -> None:
    names = list(board)
    random.shuffle(names)
    assert ranks({name: board[name] for name in names}, 3) == ranks(board, 3)


@drawn(boards)
def test_ranks_are_competition_ranks(board: dict[str, Share]) -> None:
    found = ranks(board, 3)
    assert set(found) == {name for name, share in board.items() if share.base >= 3}
    for a, rank in found.items():
        assert rank == 1 + sum(board[b].value > board[a].value for b in found)
        assert all((found[b] == rank) == (board[b].value == board[a].value) for b in found)
    assert 1 in found.values() or not found


townships = st.sampled_from(DISTRICT.townships[:4])


@settings(derandomize=True, deadline=None, max_examples=30)
@drawn(st.lists(st.tuples(townships, st.booleans()), max_size=20), st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_ranking_whose_sums_are_the_whole(
    given: list[tuple[str, bool]], random: Random
) -> None:
    rows: list[Row] = [
        {
            "case_no": str(n),
            "township": township,
            "status": "已化解" if done else "化解中",
            "resolved_on": "2014-04-01" if done else None,
        }
        for n, (township, done) in enumerate(given)
    ]
    mixed = rows.copy()
    random.shuffle(mixed)
    assert ranked(facts(petition_cases={6: rows})) == ranked(facts(petition_cases={6: mixed}))
    contracts = {contract.id: contract for contract in ALL}
    month = Month(facts(petition_cases={6: rows}), contracts, DISTRICT, JUNE)
    whole = standings.townships_by_petitions(month).shares.values()
    assert sum(share.done for share in whole) == sum(done for _, done in given)
    assert sum(share.due for share in whole) == len(given)
