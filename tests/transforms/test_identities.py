"""Each identity can hold and can fail; what fails is one finding that names department and keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

import pytest

from tests.transforms.metrics.facts_builder import ALL, CONTRACTS, DISTRICT, Months, Row, facts, figures, letters
from transforms.figures import Figure, Unit
from transforms.findings import Finding, Severity
from transforms.identities import IDENTITY_RULES, reconcile
from transforms.metrics.petitions import CATEGORIES
from transforms.metrics.resettlement import STAGES
from transforms.period import Period
from transforms.published import PublicFigure, Published
from transforms.tables import Facts

JUNE = Period(2014, 6)
NO_TARGETS = DISTRICT.model_copy(update={"targets": tuple(t for t in DISTRICT.targets if t.unit is Unit.MONEY_WAN)})


def judged(
    given: Facts,
    now: Mapping[str, Figure] | None = None,
    before: Mapping[str, Figure] | None = None,
    published: Published | None = None,
    targets: bool = False,
) -> list[Finding]:
    now = figures(given) if now is None else now
    district = DISTRICT if targets else NO_TARGETS
    return list(reconcile(given, now, ALL, district, JUNE, published, before))


def found(rule: str, **datasets: Months) -> list[Finding]:
    return [finding for finding in judged(facts(**datasets)) if finding.rule == rule]


def changed(given: Mapping[str, Figure], code: str, value: int) -> dict[str, Figure]:
    return {**given, code: dataclasses.replace(given[code], value=Fraction(value))}


def stages(moved: int, this_year: int, top_out: int, start: int, missing: int) -> list[Row]:
    counts = zip(STAGES.values(), (moved, this_year, top_out, start), strict=True)
    named = [stage for stage, number in counts for _ in range(number)]
    return [{"project_no": f"AZ-{n:03}", "stage": s} for n, s in enumerate([*named, *[None] * missing], 1)]


def test_the_stages_of_june_leave_three_projects() -> None:
    (finding,) = judged(facts(resettlement_projects={6: stages(2, 14, 12, 21, 3)}))
    assert (finding.rule, finding.department, finding.severity) == ("ID01", "住建局", Severity.EXPLAIN)
    assert finding.dataset == "resettlement_projects"
    assert finding.message == ("安置房项目共52个，各阶段之和 2＋14＋12＋21＝49，阶段未报3个：AZ-050、AZ-051、AZ-052")


def test_stages_that_add_up_are_no_finding() -> None:
    assert judged(facts(resettlement_projects={6: stages(2, 14, 12, 21, 0)})) == []


def test_categories_of_petitions() -> None:
    known = [{"case_no": f"XF-{n}", "category": c, "status": "化解中"} for n, c in enumerate(CATEGORIES.values())]
    assert found("ID10", petition_cases={6: known}) == []
    (finding,) = found(
        "ID10", petition_cases={6: [*known, {"case_no": "XF-9", "category": "其他", "status": "化解中"}]}
    )
    assert finding.message.endswith("＝6，类别不明1件：XF-9")
    assert finding.department == "信访局"


def test_a_register_loses_no_key() -> None:
    may = [{"permit_no": f"R{n}", "project_no": "Z1"} for n in range(1, 8)]
    assert found("ID02", permits={5: may, 6: may}) == []
    (finding,) = found("ID02", permits={5: may, 6: may[:1]})
    assert finding.message.startswith("上月在册、本月没有：R2、R3、R4、R5、R6等6个；")
    assert finding.department == "行政服务中心"
    assert found("ID02", permits={4: may, 6: may[:1]}) == []  # last month was not sent: not judged


def test_a_register_of_enterprises_is_compared_by_the_core_of_the_code() -> None:
    old, new = ({"enterprise_code": code, "enterprise": "591712348"} for code in ("591712348", "913503035917123480"))
    assert found("ID02", enterprise_links={5: [old], 6: [new]}) == []


def test_moved_back_is_final() -> None:
    rows = {5: [{"project_no": "Z1", "stage": "已回迁"}, {"project_no": "Z2", "stage": "年内回迁"}]}
    assert found("ID03", resettlement_projects={**rows, 6: [{"project_no": "Z1", "stage": "已回迁"}]}) == []
    assert found("ID03", resettlement_projects={**rows, 6: [{"project_no": "Z2", "stage": "年内新开工"}]}) == []
    for stage in ("年内回迁", None):
        (finding,) = found("ID03", resettlement_projects={**rows, 6: [{"project_no": "Z1", "stage": stage}]})
        assert "Z1" in finding.message


def test_a_resolved_case_stays_resolved() -> None:
    rows = {5: [{"case_no": "XF-1", "status": "已化解"}, {"case_no": "XF-2", "status": "化解中"}]}
    stays = [{"case_no": "XF-1", "status": "已化解"}, {"case_no": "XF-2", "status": "化解中"}]
    assert found("ID04", petition_cases={**rows, 6: stays}) == []
    (finding,) = found("ID04", petition_cases={**rows, 6: [{"case_no": "XF-1", "status": "化解中"}]})
    assert "XF-1" in finding.message


def test_enterprises_stand_in_the_register_one_finding_a_department() -> None:
    strangers = [{"enterprise": f"X{n}", "batch": "1"} for n in range(7)]
    links = {6: [{"enterprise": "A"}]}
    given = {
        "enterprise_visits": {6: [{"enterprise": "A"}]},
        "financing": {6: [{"enterprise": "Y"}, {"enterprise": None}]},
    }
    both = found("ID05", enterprise_links=links, reward_payments={6: strangers}, **given)
    assert [finding.department for finding in both] == ["金融办", "财政局"]
    assert both[0].message == "企业代码不在挂钩联系名册中：Y"
    assert both[1].message == "企业代码不在挂钩联系名册中：X0、X1、X2、X3、X4等7个"
    assert found("ID05", enterprise_links={6: [*links[6], {"enterprise": "Y"}]}, **given) == []
    assert found("ID05", **given) == []  # no register, no judgement


def test_projects_of_problems_and_permits_exist() -> None:
    register = {6: [{"project_no": "Z1", "stage": "已回迁"}]}
    rows = {"resettlement_problems": {6: [{"problem_no": "W1", "project_no": "Z9"}]}}
    assert [f.department for f in found("ID06", resettlement_projects=register, **rows)] == ["住建局"]
    permits = {"permits": {6: [{"permit_no": "R1", "project_no": "Z1"}]}}
    assert found("ID06", resettlement_projects=register, **permits) == []


@pytest.mark.parametrize(
    ("dataset", "row", "number", "words"),
    [
        ("industrial_projects", {"goal": "开工"}, 45, "确定的是45个"),
        ("resettlement_projects", {"stage": "已回迁"}, 52, "确定的是52个"),
        ("petition_cases", {"category": "土地征用", "status": "化解中"}, 27, "确定的是27件"),
        ("enterprise_links", {"is_monitored": True}, 30, "确定的是30家"),
    ],
)
def test_row_counts_match_the_frozen_targets(dataset: str, row: Row, number: int, words: str) -> None:
    def judge(rows: int) -> list[str]:
        given = facts(
            **{dataset: {6: [{**row, "enterprise": str(n)} if "is_monitored" in row else row for n in range(rows)]}}
        )
        return [f.message for f in judged(given, targets=True) if f.rule == "ID07" and words in f.message]

    assert judge(number) == []
    (message,) = judge(number - 1)
    assert f"表中{number - 1}" in message
    assert "2014年2月" in message


def public(**figures: PublicFigure) -> Published:
    named = {code.replace("__", "."): figure for code, figure in figures.items()}
    return Published(period="2014-06", district="350303", published_on="2014-06-23", figures=named)


def test_published_numbers_and_words() -> None:
    given = facts(financing={6: [{"kind": "银行贷款", "amount_fen": 20_000 * 1_000_000}]})
    words = PublicFigure(unit=Unit.MONEY_WAN, exact=False, words="2亿多元", above=20_000, below=30_000)
    (finding,) = judged(given, published=public(loan__bank_to_date=words))
    assert (finding.rule, finding.department) == ("ID08", "金融办")
    assert finding.message == "累计协调银行贷款算得20000万元，公开的是2亿多元"
    exact = PublicFigure(value=20_000, unit=Unit.MONEY_WAN)
    assert judged(given, published=public(loan__bank_to_date=exact)) == []
    (finding,) = judged(given, published=public(loan__bank_to_date=PublicFigure(value=19_999.5, unit=Unit.MONEY_WAN)))
    assert finding.message.endswith("公开的是19999.5万元")


def test_a_figure_that_could_not_be_computed_is_not_compared() -> None:
    assert judged(facts(), published=public(loan__bank_to_date=PublicFigure(value=1, unit=Unit.MONEY_WAN))) == []


def test_to_date_rolls_forward() -> None:
    cases = {
        5: [{"case_no": "XF-1", "status": "已化解", "resolved_on": "2014-05-10", "category": "土地征用"}],
        6: [
            {"case_no": "XF-1", "status": "已化解", "resolved_on": "2014-05-10", "category": "土地征用"},
            {"case_no": "XF-2", "status": "已化解", "resolved_on": "2014-06-10", "category": "土地征用"},
        ],
    }
    given = facts(petition_cases=cases)
    before = figures(given, 5)
    assert judged(given, before=before) == []
    (finding,) = judged(given, before=changed(before, "petition.resolved", 0))
    assert (finding.rule, finding.department) == ("ID09", "信访局")
    assert finding.message == "已化解积案2件，不等于上月累计0加本月1"
    assert judged(given) == []  # the first month has nothing to roll forward from


def test_a_resolution_dated_back_after_the_month_shows() -> None:
    backdated = {"case_no": "XF-1", "status": "已化解", "resolved_on": "2014-05-10", "category": "土地征用"}
    given = facts(petition_cases={5: [{**backdated, "status": "化解中", "resolved_on": None}], 6: [backdated]})
    assert [f.rule for f in judged(given, before=figures(given, 5))] == ["ID09"]


def test_nothing_received_is_nothing_to_reconcile() -> None:
    assert judged(facts(), before=figures(facts(), 5), targets=True) == []


def test_no_finding_holds_a_name_and_every_rule_is_described() -> None:
    rows = [{"case_no": "XF-1", "petitioner": "徐××", "status": "已化解", "category": "土地征用"}]
    given = facts(petition_cases={5: rows, 6: [{**rows[0], "status": "化解中", "category": "其他"}]})
    findings = judged(given, before=figures(given, 5))
    assert {f.rule for f in findings} <= set(IDENTITY_RULES)
    assert not any("徐" in f.message for f in findings)
    assert list(IDENTITY_RULES) == [f"ID{n:02}" for n in range(1, 16)]


PROMISES = [
    ("enterprise_issues", {"issue_no": "W1"}, "due_on", "办理期限"),
    ("petition_cases", {"case_no": "XF-1", "category": "土地征用", "status": "化解中"}, "due_on", "化解时限"),
    ("resettlement_projects", {"project_no": "Z1", "stage": "年内回迁"}, "move_back_planned_on", "计划回迁日期"),
    ("permits", {"permit_no": "R1", "project_no": "Z1"}, "promised_on", "承诺补齐日期"),
    ("financing", {"contract_no": "H1", "enterprise": "A"}, "due_on", "到期日"),
    ("industrial_projects", {"project_no": "G1", "goal": "竣工"}, "start_planned_on", "计划开工日期"),
    ("industrial_projects", {"project_no": "G1", "goal": "竣工"}, "finish_planned_on", "计划竣工日期"),
]


@pytest.mark.parametrize(("dataset", "row", "column", "header"), PROMISES)
def test_a_promised_day_does_not_slip_or_leave_the_form(dataset: str, row: Row, column: str, header: str) -> None:
    def judge(now: str | None, then: str | None = "2014-08-31") -> list[Finding]:
        other = {**row, next(iter(row)): "Q0"}  # stands first, so that the row of this month is another one
        given = facts(**{dataset: {5: [{**row, column: then}], 6: [other, {**row, column: now}]}})
        return [finding for finding in judged(given) if finding.rule in ("ID11", "ID12")]

    assert judge("2014-08-31") == judge("2014-08-01") == judge("2014-09-30", None) == judge(None, None) == []
    (slipped,) = judge("2014-09-30")
    assert (slipped.rule, slipped.severity, slipped.field) == ("ID11", Severity.EXPLAIN, column)
    assert slipped.message == f"“{header}”：上月是 2014-08-31，本月改成 2014-09-30，推后30天，请说明"
    assert (slipped.submission, slipped.row, slipped.value) == (f"{dataset}-2014-06", 5, "2014-09-30")
    assert slipped.subject == next(iter(row.values()))
    assert slipped.column == letters(CONTRACTS[dataset])[column]
    (emptied,) = judge(None)
    assert (emptied.rule, emptied.value, emptied.row) == ("ID12", "", 5)
    assert emptied.message == f"“{header}”：上月是 2014-08-31，本月空着，请补上或说明"


def test_a_promise_of_a_month_that_was_not_sent_is_not_judged() -> None:
    days = {4: [{"permit_no": "R1", "promised_on": "2014-05-01"}], 6: [{"permit_no": "R1", "promised_on": None}]}
    assert [f for f in judged(facts(permits=days)) if f.rule == "ID12"] == []


def payment(amount: int, paid: int | None, **more: str) -> Row:
    named = {"enterprise": "A", "enterprise_code": "A", "batch": "第3批", "tax": "房产税", "tax_period": "2013年度"}
    return {**named, **more, "amount_fen": amount * 1_000_000, "tax_paid_fen": paid and paid * 1_000_000}


LAND = {"tax": "土地使用税"}


@pytest.mark.parametrize(
    ("may", "june", "fires"),
    [
        ([], [payment(6, 10), payment(4, 5, **LAND)], False),
        ([], [payment(11, 10), payment(4, 5, **LAND)], False),  # together within what was paid
        ([], [payment(11, 10), payment(5, 5, **LAND)], True),
        ([payment(6, 10)], [payment(5, 10)], True),  # the same tax again in a later file
        ([payment(6, 10)], [payment(5, 10, tax_period="2014年度")], False),
        ([payment(6, 10)], [payment(5, 10, batch="第4批")], False),
        ([payment(6, 10)], [payment(5, 10, enterprise="B")], False),
        ([payment(6, 10), payment(5, 10)], [], False),  # was May's to say
        ([payment(6, 10)], [payment(5, None, **LAND)], False),
        ([], [payment(11, 10)], False),  # one row: RP05
    ],
)
def test_rewards_of_a_batch_stay_within_the_tax_paid(may: list[Row], june: list[Row], fires: bool) -> None:
    findings = found("ID13", reward_payments={5: may, 6: june})
    assert len(findings) == fires
    if fires:
        (finding,) = findings
        assert (finding.department, finding.field, finding.row) == ("财政局", "amount_fen", 3 + len(june))
        assert finding.subject.startswith("第3批 A")
        assert "奖励合计" in finding.message


def test_the_message_of_rewards_names_both_amounts() -> None:
    (finding,) = found("ID13", reward_payments={5: [payment(6, 10)], 6: [payment(5, 10)]})
    assert finding.message == "“奖励金额”：本企业本批次奖励合计11万元，超过已缴税款10万元，请说明"


@pytest.mark.parametrize(("column", "verb"), [("started_on", "开工"), ("finished_on", "竣工")])
def test_what_started_or_was_completed_stays_so(column: str, verb: str) -> None:
    def judge(then: str | None, now: str | None) -> list[Finding]:
        rows = {n: [{"project_no": "G1", "goal": "开工", column: day}] for n, day in ((5, then), (6, now))}
        return found("ID14", industrial_projects=rows)

    assert judge("2014-05-31", "2014-05-31") == judge(None, "2014-06-01") == judge("2014-05-31", "2014-05-02") == []
    assert judge("2014-06-01", None) == []  # was not so yet at the end of May
    assert judge("2014-05-02", "2014-05-31") == []
    for now in (None, "2014-06-01"):
        (finding,) = judge("2014-05-31", now)
        assert finding.message == f"“实际{verb}日期”：上月已{verb}（2014-05-31），本月又不是，请核对"
        assert (finding.field, finding.subject, finding.row) == (column, "G1", 4)


@pytest.mark.parametrize(
    ("registered", "due", "given", "law"),
    [
        ("2014-06-02", "2014-08-31", None, ""),  # 90 days
        ("2014-06-02", "2014-09-01", 91, "《信访条例》第三十三条"),
        ("2014-01-31", "2014-12-15", None, ""),  # an old case, taken over
        ("2014-02-01", "2014-12-15", 317, "《信访条例》第三十三条"),
        ("2022-04-30", "2022-12-31", 245, "《信访条例》第三十三条"),
        ("2022-05-01", "2022-12-31", 244, "《信访工作条例》第三十四条"),
        ("2014-06-02", None, None, ""),
        (None, "2014-09-01", None, ""),
    ],
)
def test_the_deadline_of_a_case_keeps_to_the_law(
    registered: str | None, due: str | None, given: int | None, law: str
) -> None:
    case = {"case_no": "XF-1", "category": "土地征用", "petitioner": "徐××", "registered_on": registered, "due_on": due}
    findings = found("ID15", petition_cases={6: [{**case, "status": "化解中"}]})
    said = [f"“化解时限”：登记后{given}天，{law}规定60天，经批准最多再延30天，请说明"] if given else []
    assert [finding.message for finding in findings] == said
    assert [(f.field, f.subject, f.value) for f in findings] == [("due_on", "XF-1", due)] * len(said)
    resolved = {**case, "status": "已化解", "resolved_on": "2014-06-20"}
    assert found("ID15", petition_cases={6: [resolved]}) == []
