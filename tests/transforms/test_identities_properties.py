"""Generated registers of two months with violations put in: each identity finds those, all of them, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.metrics.facts_builder import ALL, DISTRICT, Months, facts, figures, letters
from tests.transforms.metrics.facts_builder import CONTRACTS as CONTRACT
from transforms.figures import Unit
from transforms.findings import Finding
from transforms.identities import reconcile
from transforms.metrics.petitions import CATEGORIES
from transforms.metrics.resettlement import STAGES
from transforms.period import Period
from transforms.tables import Facts

Fates = list[tuple[str, dt.date, int]]  # what happens to a row, its promised day, by how many days it moves
Row = dict[str, Any]

MAY, JUNE = Period(2014, 5), Period(2014, 6)
NO_TARGETS = DISTRICT.model_copy(update={"targets": tuple(t for t in DISTRICT.targets if t.unit is Unit.MONEY_WAN)})
UNKNOWN = figures(facts())  # no figure has a value, so that only registers are judged
SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)
FEW = settings(derandomize=True, deadline=None, max_examples=12)

DAYS = st.dates(dt.date(2014, 3, 1), dt.date(2014, 12, 31))
AGGREGATED = {"ID02", "ID03", "ID04", "ID06"}  # one finding a register, which names the keys

# register → promised column, what a row holds in both months
REGISTERS: dict[str, tuple[str, Row]] = {
    "enterprise_issues": ("due_on", {"status": "办理中"}),
    "petition_cases": ("due_on", {"category": "土地征用", "status": "化解中", "registered_on": "2014-01-10"}),
    "resettlement_projects": ("move_back_planned_on", {"stage": "年内回迁"}),
    "permits": ("promised_on", {"project_no": "resettlement_projects-0"}),
    "financing": ("due_on", {}),
    "industrial_projects": ("finish_planned_on", {"goal": "竣工", "finished_on": None}),
}
PROMISE_RULE = {"slips": "ID11", "is emptied": "ID12", "vanishes": "ID02"}
CLEAN = ("stays", "comes earlier", "is new", "is promised anew")
# register → the last stage, in its column, as last month and as now, and the rule that it breaks
FINAL = {
    "petition_cases": ({"status": "已化解", "resolved_on": "2014-05-20"}, {"status": "化解中"}, "ID04"),
    "resettlement_projects": ({"stage": "已回迁"}, {"stage": "年内封顶"}, "ID03"),
    "industrial_projects": ({"finished_on": "2014-05-20"}, {"finished_on": None}, "ID14"),
}


def fates(*kinds: str) -> st.SearchStrategy[Fates]:
    return st.lists(st.tuples(st.sampled_from(kinds), DAYS, st.integers(1, 400)), min_size=1, max_size=9)


def registers(*kinds: str) -> st.SearchStrategy[dict[str, Fates]]:
    return st.fixed_dictionaries({name: fates(*kinds) for name in REGISTERS})


def two_months(dataset: str, drawn: Fates) -> tuple[list[Row], list[Row], set[tuple[str, str, str]]]:
    """May's rows, June's rows, and the (rule, dataset, key) that must be found."""
    column, common = REGISTERS[dataset]
    key = CONTRACT[dataset].key[0]
    may: list[Row] = []
    june: list[Row] = []
    wrong: set[tuple[str, str, str]] = set()
    for number, (kind, day, moved) in enumerate(drawn):
        name = f"{dataset}-{number}"
        row = {**common, key: name, column: day}
        then, now = dict(row), dict(row)
        match kind:
            case "slips":
                now[column] = day + dt.timedelta(moved)
            case "comes earlier":
                now[column] = day - dt.timedelta(moved)
            case "is emptied":
                now[column] = None
            case "is promised anew":
                then[column] = None
            case "falls back" if dataset in FINAL:
                last, fallen, rule = FINAL[dataset]
                then |= last
                now |= fallen
                wrong.add((rule, dataset, name))
        may += [] if kind == "is new" else [then]
        june += [] if kind == "vanishes" else [now]
        if kind in PROMISE_RULE:
            wrong.add((PROMISE_RULE[kind], dataset, name))
    return may, june[::-1], wrong


def judged(given: Facts) -> list[Finding]:
    return list(reconcile(given, UNKNOWN, ALL, NO_TARGETS, JUNE))


def built(drawn: dict[str, Fates]) -> tuple[Facts, dict[str, Months], set[tuple[str, str, str]]]:
    rows: dict[str, Months] = {}
    wrong: set[tuple[str, str, str]] = set()
    for dataset, its in drawn.items():
        may, june, broken = two_months(dataset, its)
        rows[dataset] = {MAY: may, JUNE: june}
        wrong |= broken
    projects = {row["project_no"] for row in rows["resettlement_projects"][JUNE]}
    if "resettlement_projects-0" not in projects and rows["permits"][JUNE]:
        wrong.add(("ID06", "permits", "resettlement_projects-0"))
    return facts(**rows), rows, wrong


def by_dataset(wrong: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule, dataset, key in sorted(wrong):
        found[rule, dataset].append(key)
    return found


@SETTINGS
@given(registers(*CLEAN, *PROMISE_RULE, "falls back"))
def test_each_identity_finds_exactly_what_was_broken(drawn: dict[str, Fates]) -> None:
    known, rows, wrong = built(drawn)
    findings = judged(known)
    cells = [f for f in findings if f.rule not in AGGREGATED]
    assert sorted((f.rule, f.dataset, f.subject) for f in cells) == sorted(w for w in wrong if w[0] not in AGGREGATED)
    for finding in cells:
        row = rows[finding.dataset][JUNE][(finding.row or 0) - 4]
        assert row[CONTRACT[finding.dataset].key[0]] == finding.subject
        assert finding.value == str(row[finding.field] or "")
        assert finding.column == letters(CONTRACT[finding.dataset])[finding.field]
    whole = {(f.rule, f.dataset): f.message for f in findings if f.rule in AGGREGATED}
    expected = by_dataset(w for w in wrong if w[0] in AGGREGATED)
    assert set(whole) == set(expected)
    for where, keys in expected.items():
        assert sum(whole[where].count(key) for key in keys) == min(len(keys), 5), whole[where]
        assert (f"等{len(keys)}个" in whole[where]) == (len(keys) > 5)


@SETTINGS
@given(registers(*CLEAN))
def test_a_clean_pair_of_months_has_no_finding(drawn: dict[str, Fates]) -> None:
    known, _, wrong = built(drawn)
    assert wrong <= {("ID06", "permits", "resettlement_projects-0")}
    assert [finding for finding in judged(known) if finding.rule != "ID06"] == []


PAYMENTS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(("房产税", "土地使用税")), st.integers(1, 10**9)), max_size=12
)


def payments(drawn: list[tuple[str, str, int]], batch: str) -> list[Row]:
    once = {(who, tax): fen for who, tax, fen in drawn}
    return [
        {"enterprise": who, "enterprise_code": who, "batch": batch, "tax": tax, "tax_period": "2013", "amount_fen": fen}
        for (who, tax), fen in once.items()
    ]


@FEW
@given(PAYMENTS, PAYMENTS, st.integers(1, 10**6))
def test_rewards_roll_forward_exactly(may: list[Any], june: list[Any], fen: int) -> None:
    then, now = payments(may, "1"), payments(june, "2")
    known = facts(reward_payments={2: [], 3: [], 4: [], 5: then, 6: now})
    before, after = figures(known, MAY), figures(known, JUNE)
    exact = [sum((Fraction(row["amount_fen"], 10**6) for row in rows), Fraction(0)) for rows in (then, now)]
    assert before["reward.amount_to_date"].value == exact[0]
    assert after["reward.amount_month"].value == exact[1]
    assert after["reward.amount_to_date"].value == sum(exact)
    assert not [f for f in reconcile(known, after, ALL, NO_TARGETS, JUNE, before=before) if f.rule == "ID09"]
    published = facts(reward_payments={2: [], 3: [], 4: [], 5: [*then, *payments([("Z", "房产税", fen)], "9")]})
    wrong = figures(published, MAY)  # May as it was known then: a row more
    (finding,) = [f for f in reconcile(known, after, ALL, NO_TARGETS, JUNE, before=wrong) if f.rule == "ID09"]
    assert finding.message.startswith("累计")


@FEW
@given(st.lists(st.tuples(st.sampled_from((*STAGES.values(), None)), st.integers(1, 10**8)), min_size=1, max_size=20))
def test_stages_and_what_they_leave_are_the_whole_exactly(drawn: list[tuple[str | None, int]]) -> None:
    rows = [{"project_no": f"Z{n}", "stage": s, "floor_area_dm2": area} for n, (s, area) in enumerate(drawn)]
    known = facts(resettlement_projects={6: rows})
    now = figures(known)
    for code, stage in (
        *((f"housing.{name}", stage) for name, stage in STAGES.items()),
        ("housing.stage_missing", None),
    ):
        assert now[code].value == sum(s == stage for s, _ in drawn)
        assert now[f"{code}_area"].value == sum((Fraction(a, 10**6) for s, a in drawn if s == stage), Fraction(0))
    assert now["housing.area"].value == Fraction(sum(area for _, area in drawn), 10**6)
    findings = [f for f in reconcile(known, now, ALL, NO_TARGETS, JUNE) if f.rule == "ID01"]
    missing = [row["project_no"] for row in rows if row["stage"] is None]
    assert len(findings) == bool(missing)
    assert all(f"阶段未报{len(missing)}个" in finding.message for finding in findings)


@FEW
@given(st.lists(st.sampled_from((*CATEGORIES.values(), "其他", None)), min_size=1, max_size=20))
def test_categories_leave_what_has_none(drawn: list[str | None]) -> None:
    cases = [{"case_no": f"XF-{n}", "category": category, "status": "化解中"} for n, category in enumerate(drawn)]
    known = facts(petition_cases={6: cases})
    findings = [f for f in reconcile(known, figures(known), ALL, NO_TARGETS, JUNE) if f.rule == "ID10"]
    stray = sum(category not in CATEGORIES.values() for category in drawn)
    assert [f"类别不明{stray}件" in finding.message for finding in findings] == [True] * bool(stray)


@SETTINGS
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("12"), st.integers(1, 9), st.integers(1, 9)), max_size=8)
)
def test_rewards_within_the_tax_against_a_sum_by_hand(drawn: list[tuple[str, str, int, int]]) -> None:
    taxes = ("房产税", "土地使用税", "车船税", "增值税", "契税", "营业税", "印花税", "资源税")
    rows = [
        {"enterprise": w, "enterprise_code": w, "batch": b, "tax": t, "amount_fen": reward, "tax_paid_fen": paid}
        for (w, b, reward, paid), t in zip(drawn, taxes, strict=False)
    ]
    found = {f.subject.rpartition(" ")[0] for f in judged(facts(reward_payments={6: rows})) if f.rule == "ID13"}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for who, batch, reward, paid in drawn:
        sums[f"{batch} {who}"][0] += 1
        sums[f"{batch} {who}"][1] += reward
        sums[f"{batch} {who}"][2] += paid
    assert found == {name for name, (rows_, reward, paid) in sums.items() if rows_ > 1 and reward > paid}
