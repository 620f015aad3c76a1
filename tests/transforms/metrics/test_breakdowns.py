"""Parts by township and department: each name of the district's list, the rest under 其他, the parts make the whole."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.metrics.facts_builder import DISTRICT, WAN, facts, figures
from transforms.figures import Figure
from transforms.metrics.breakdowns import OTHERS, breakdowns

BATCH = {"batch": "第1批", "paid_on": "2014-06-01"}
PAYMENTS = [
    {"enterprise": "A", "township": "江口镇", "amount_fen": 3 * WAN, **BATCH},
    {"enterprise": "A", "township": "江口镇", "amount_fen": WAN // 4, **BATCH},
    {"enterprise": "B", "township": "江口镇", "amount_fen": WAN, **BATCH},
    {"enterprise": "C", "township": "外地", "amount_fen": 2 * WAN, **BATCH},
    {"enterprise": "D", "township": None, "amount_fen": 5 * WAN, **BATCH},
]
CASES = [
    {"case_no": "1", "township": "江口镇", "status": "已化解", "resolved_on": "2014-06-30"},
    {"case_no": "2", "township": "江口镇", "status": "已化解", "resolved_on": "2014-07-01"},  # after the month
    {"case_no": "3", "township": None, "status": "已化解", "resolved_on": "2014-05-01"},
]
RATINGS = [
    {"enterprise": "A", "rated": "住建局", "score_centi": 9000},
    {"enterprise": "B", "rated": "住建局", "score_centi": 8001},
    {"enterprise": "B", "rated": "住建局", "score_centi": None},
    {"enterprise": "B", "rated": "环保局", "score_centi": 7000},  # sits on a service team only
    {"enterprise": "B", "rated": "供电公司", "score_centi": 6000},  # on nobody's list
]
EXPECTED = {
    "reward.township.江口镇.amount": Fraction(17, 4),
    "reward.township.江口镇.enterprises": 2,
    "reward.township.大洋乡.amount": 0,
    "reward.township.其他.amount": 7,
    "reward.township.其他.enterprises": 2,
    "petition.township.江口镇.cases": 2,
    "petition.township.江口镇.resolved": 1,
    "petition.township.其他.cases": 1,
    "petition.township.其他.resolved": 1,
    "rating.department.住建局.average": Fraction(17001, 200),
    "rating.department.环保局.average": 70,
    "rating.department.其他.average": 60,
    "rating.department.财政局.average": None,
    "coordination.leader.区长.rate": 50,
    "coordination.leader.区委书记.rate": None,  # linked to no enterprise
    "coordination.leader.其他.rate": 100,
    "duty.leader.区长.symposium_rate": 100,
    "duty.leader.区长.on_site_rate": 0,
    "duty.leader.区长.return_visit_rate": 0,
    "duty.leader.区委书记.symposium_rate": 0,
    "duty.leader.区委书记.on_site_rate": 100,
    "duty.leader.区委书记.return_visit_rate": 100,
    "duty.leader.其他.symposium_rate": None,
}
LINKS = [{"enterprise": "A", "leader": "区长"}, {"enterprise": "B", "leader": "外来领导"}]
HOUSING = [{"project_no": "1", "leader": "区长"}, {"project_no": "2", "leader": "区委书记"}]
MEETINGS = {
    5: [{"meeting_no": "0", "kind": "安置户回访", "leader": "区委书记", "held_on": "2014-05-31"}],
    6: [
        {"meeting_no": "1", "kind": "企业协调会", "leader": "区长", "held_on": "2014-06-10"},
        {"meeting_no": "2", "kind": "企业协调会", "leader": "外来领导", "held_on": "2014-06-10"},
        {"meeting_no": "3", "kind": "企业协调会", "leader": "外来领导", "held_on": "2014-06-20"},
        {"meeting_no": "4", "kind": "安置房座谈会", "leader": "区长", "held_on": "2014-06-10"},
        {"meeting_no": "5", "kind": "安置房现场协调会", "leader": "区委书记", "held_on": "2014-06-10"},
    ],
}
SPARSE = dict.fromkeys((2, 3, 4, 5), ())


@pytest.fixture(scope="module")
def june() -> dict[str, Figure]:
    return figures(
        facts(
            reward_payments={6: PAYMENTS, **SPARSE},
            petition_cases={6: CASES},
            department_ratings={6: RATINGS, **SPARSE},
            enterprise_links={6: LINKS},
            resettlement_projects={6: HOUSING},
            meetings={2: [], 3: [], 4: [], **MEETINGS},
        )
    )


@pytest.mark.parametrize("code", EXPECTED)
def test_value(code: str, june: dict[str, Figure]) -> None:
    assert june[code].value == EXPECTED[code]


def test_nobody_rated_is_no_average_and_says_so(june: dict[str, Figure]) -> None:
    assert june["rating.department.财政局.average"].note == "本月没有评分"


def test_every_name_once_and_no_code_twice() -> None:
    codes = [metric.code for metric in breakdowns(DISTRICT)]
    assert len(codes) == len(set(codes))
    assert len([code for code in codes if code.startswith("reward.township.")]) == 2 * (len(DISTRICT.townships) + 1)
    assert len([code for code in codes if code.startswith("rating.department.")]) == 20


def test_a_district_has_its_own_places() -> None:
    other = DISTRICT.model_copy(update={"townships": ("东样镇",)})
    found = figures(facts(reward_payments={6: PAYMENTS, **SPARSE}), district=other)
    assert found["reward.township.其他.amount"].value == Fraction(45, 4)
    assert found["reward.township.东样镇.amount"].value == 0
    assert "reward.township.江口镇.amount" not in found


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*DISTRICT.townships, "外地", None]), st.integers(min_value=1, max_value=10**12))
    )
)
def test_the_parts_make_the_whole(rows: list[tuple[str | None, int]]) -> None:
    given_ = [
        {"enterprise": str(n), "township": name, "amount_fen": fen, **BATCH} for n, (name, fen) in enumerate(rows)
    ]
    found = figures(facts(reward_payments={6: given_, **SPARSE}))
    parts = [found[f"reward.township.{name}.amount"].value for name in (*DISTRICT.townships, OTHERS)]
    assert sum(parts, Fraction(0)) == found["reward.amount_to_date"].value  # type: ignore[arg-type]
