"""Names and codes against the register and the district file: what is said, in which cell, and what is left alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline import Run
from tests.transforms.metrics import facts_builder
from tests.transforms.metrics.facts_builder import ALL, CONTRACTS, DISTRICT, Months, Row
from transforms import values
from transforms.findings import Finding, Severity
from transforms.nearest import Register
from transforms.offices import leader_fault, township_fault
from transforms.period import Period
from transforms.suggestions import SUGGESTION_RULES, suggest

JUNE = Period(2014, 6)
PLACES = (DISTRICT.province, DISTRICT.city, DISTRICT.name)
SHOES, STONE, FOOD = "000000019", "000000027", "000000035"
LINKED = {
    SHOES: "莆田市涵江区某甲鞋业有限公司",
    STONE: "莆田市涵江区某乙石材（福建）有限公司",
    FOOD: "福建省某丙丁戊食品股份有限公司",
}


def coded(code: str, **cells: object) -> Row:
    return {"enterprise_code": code, "enterprise": values.core(code), **cells}


def links(named: dict[str, str] = LINKED) -> Sequence[Row]:
    return [coded(code, enterprise_name=name, township="江口镇", leader="区长") for code, name in named.items()]


def found(when: int = 6, register: Months | None = None, **datasets: Sequence[Row]) -> list[Finding]:
    sheets = {name: {when: rows} for name, rows in datasets.items()}
    known = {"enterprise_links": register or {when: links()}}
    return list(suggest(facts_builder.facts(**known, **sheets), ALL, DISTRICT, Period(2014, when)))


def said(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(f.rule, f.cell, f.message) for f in findings]


def wrong_digit(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_the_codes_of_these_tests_are_right() -> None:
    assert all(values.check_digit_ok(code) for code in LINKED)
    assert not values.check_digit_ok(wrong_digit(SHOES))


def test_a_name_that_the_register_has_otherwise() -> None:
    rows = [coded(SHOES, enterprise_name="莆田市涵江区某甲鞋服有限公司"), coded(STONE, enterprise_name=LINKED[STONE])]
    (finding,) = found(tax_growth=rows)
    assert finding == Finding(
        rule="NM01",
        severity=Severity.INFORM,
        message=f"“企业名称”：名册中代码 {SHOES} 是“{LINKED[SHOES]}”，请核对名称和代码",
        department="地税局",
        dataset="tax_growth",
        submission="tax_growth-2014-06",
        filename="地税局.xlsx",
        sheet="纳税增长奖励测算表",
        row=4,
        column="A",
        value="莆田市涵江区某甲鞋服有限公司",
        field="enterprise_name",
        subject=SHOES,
    )


def test_a_name_of_another_enterprise_shows_whose_code_it_is() -> None:
    (finding,) = found(tax_growth=[coded(SHOES, enterprise_name=LINKED[FOOD])])
    assert finding.message.endswith(f"；“{LINKED[FOOD]}”在名册中的代码是 {FOOD}")


@pytest.mark.parametrize(
    "written",
    [
        "某甲鞋业有限公司",
        "莆田市涵江区某甲鞋业有限责任公司",
        "涵江区某甲鞋业有限公司",
        " 莆田市涵江区 某甲鞋业有限公司",
        "福建省莆田市涵江区某甲鞋业有限公司",
    ],
)
def test_one_name_in_several_spellings(written: str) -> None:
    assert found(tax_growth=[coded(SHOES, enterprise_name=written)]) == []
    (finding,) = found(tax_growth=[coded("000000108", enterprise_name=written)])
    assert (finding.rule, finding.severity, finding.cell) == ("NM02", Severity.EXPLAIN, "B4")
    assert finding.message == f"“企业代码”：名册中没有代码 000000108，同名的“{LINKED[SHOES]}”代码是 {SHOES}，请核对"


@pytest.mark.parametrize("brackets", ["（福建）", "(福建)", "【福建】", "福建"])
def test_brackets_are_no_difference(brackets: str) -> None:
    assert found(tax_growth=[coded(STONE, enterprise_name=f"某乙石材{brackets}有限公司")]) == []


def test_an_unknown_code_with_a_name_like_one_of_the_register() -> None:
    rows = [coded("000000108", enterprise_name=name) for name in ("某丙丁戊食品公司", "某丙食品厂", "某甲塑胶厂")]
    assert said(found(tax_growth=rows)) == [
        ("NM03", "B4", f"“企业代码”：名册中没有代码 000000108，名称相近的有“{LINKED[FOOD]}”，代码是 {FOOD}，请核对"),
    ]


@pytest.mark.parametrize("written", [wrong_digit(SHOES), "00000010" + "9", "91350303" + "000000018" + "1"])
def test_a_code_with_a_slip_of_the_finger(written: str) -> None:
    assert not values.check_digit_ok(written)
    (finding,) = found(financing=[coded(written, contract_no="RZ-1")])
    hint = f"名册中没有代码 {written}，相近的有 {SHOES}“{LINKED[SHOES]}”，请核对"
    assert (finding.rule, finding.severity, finding.cell, finding.subject) == ("NM04", Severity.INFORM, "C4", "RZ-1")
    assert finding.message == f"“企业代码”：{hint}"


def test_a_right_code_that_is_like_another_is_another_enterprise() -> None:
    near = "B" + SHOES[1:]  # B counts 11, which the check digit, a remainder by 11, does not see
    assert values.check_digit_ok(near)
    assert found(financing=[coded(near, contract_no="RZ-1")]) == []


def test_old_and_new_code_are_one_enterprise() -> None:
    new = next(c for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if values.check_digit_ok(c := f"91350303{SHOES}{last}"))
    assert found(enterprise_visits=[coded(new, visitor="区长", enterprise_name=LINKED[SHOES])]) == []


def test_the_register_of_an_earlier_month_serves_a_later_one_does_not() -> None:
    rows = [coded("000000108", enterprise_name=LINKED[SHOES])]
    assert [f.rule for f in found(register={4: links(), 5: links()}, tax_growth=rows)] == ["NM02"]
    assert found(register={7: links()}, tax_growth=rows) == []
    gone = links({STONE: LINKED[STONE]})
    assert found(register={5: links(), 6: gone}, tax_growth=rows) == []


def test_only_rows_of_the_month_are_judged() -> None:
    rows = [coded("000000108", enterprise_name=LINKED[SHOES])]
    known = facts_builder.facts(enterprise_links={5: links(), 6: links()}, tax_growth={5: rows})
    assert suggest(known, ALL, DISTRICT, JUNE) == ()
    assert len(suggest(known, ALL, DISTRICT, JUNE.previous)) == 1


def test_what_a_meeting_is_about() -> None:
    subjects = {
        SHOES: "",
        "00000001-9": "",
        "全区": "",
        "AZ-012": "",
        "az－012": "",
        f"{SHOES}、AZ-012": "",
        f"{SHOES}、某甲鞋业": f"应填企业代码，名册中“{LINKED[SHOES]}”的代码是 {SHOES}",
        wrong_digit(SHOES): f"名册中没有代码 {wrong_digit(SHOES)}，相近的有 {SHOES}“{LINKED[SHOES]}”，请核对",
        "000000108": "名册中没有代码 000000108，请核对",
        LINKED[STONE]: f"应填企业代码，名册中“{LINKED[STONE]}”的代码是 {STONE}",
        "AZ-0012": "“AZ-0012”不是名册中的企业代码，也不是在册的安置房项目编号，相近的项目编号有“AZ-012”；全区性会议填“全区”",
        "诸事": "“诸事”不是名册中的企业代码，也不是在册的安置房项目编号；全区性会议填“全区”",
    }
    rows = [{"meeting_no": str(n), "leader": "区长", "subject": text} for n, text in enumerate(subjects)]
    projects = [{"project_no": "AZ-012", "leader": "区长"}]
    expected = [
        ("NM05", f"E{row}", f"“对象”：{message}") for row, message in enumerate(subjects.values(), start=4) if message
    ]
    assert said(found(meetings=rows, resettlement_projects=projects)) == expected
    assert found(meetings=rows) == []  # without the list of projects nobody can say


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("区长", ""),
        ("区委书记、区长", ""),
        ("纪委书记", "区领导名单中没有“纪委书记”，相近的有“区纪委书记”，请核对"),
        ("区长,分管工业的副区长", "区领导名单中没有“分管工业的副区长”，相近的有“分管工业副区长”，请核对"),
        ("工业科", "区领导名单中没有“工业科”，请填职务，例如“区委书记”"),
    ],
)
def test_leaders(written: str, message: str) -> None:
    assert leader_fault(written, DISTRICT) == message
    assert bool(leader_fault(written, DISTRICT, near_only=True)) == ("相近" in message)
    assert leader_fault(written, DISTRICT.model_copy(update={"leaders": ()})) == ""


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("江口镇", ""),
        ("江口", "“江口”应写“江口镇”"),
        ("涵江区江口镇", "“涵江区江口镇”应写“江口镇”"),
        ("江口镇政府", "“江口镇政府”应写“江口镇”"),
        ("涵东街道办事处", "“涵东街道办事处”应写“涵东街道”"),
        ("大洋镇", "“大洋镇”应写“大洋乡”"),
        ("三口江镇", "本区没有“三口江镇”，相近的有“三江口镇”，请核对"),
        ("白砂镇", "本区没有“白砂镇”，相近的有“白塘镇”“白沙镇”，请核对"),
        ("外地", "本区没有“外地”，请核对"),
    ],
)
def test_townships(written: str, message: str) -> None:
    assert township_fault(written, DISTRICT) == message
    assert township_fault(written, DISTRICT.model_copy(update={"townships": ()})) == ""


def test_leaders_and_townships_are_judged_in_every_sheet_that_names_them() -> None:
    cases = [{"case_no": "XF-1", "petitioner": "某××", "township": "江口", "leader": "区长长"}]
    visits = [coded(SHOES, visitor="江口镇主要领导"), coded(SHOES, visitor="纪委书记"), coded(SHOES, visitor=None)]
    assert [(f.dataset, f.rule, f.cell, f.value) for f in found(petition_cases=cases, enterprise_visits=visits)] == [
        ("enterprise_visits", "NM06", "D5", "纪委书记"),
        ("petition_cases", "NM07", "C4", "江口"),
        ("petition_cases", "NM06", "G4", "区长长"),
    ]
    named = {column.name for contract in CONTRACTS.values() for column in contract.columns}
    assert {"leader", "visitor", "township", "subject", "enterprise_code", "enterprise_name"} <= named


def test_a_personal_column_is_never_judged() -> None:
    contract = CONTRACTS["petition_cases"]
    hidden = tuple(c.model_copy(update={"personal": c.personal or c.name == "township"}) for c in contract.columns)
    closed = contract.model_copy(update={"columns": hidden})
    known = facts_builder.facts(petition_cases={6: [{"case_no": "XF-1", "township": "某村某号"}]})
    assert suggest(known, [closed], DISTRICT, JUNE) == ()


def test_every_rule_has_its_words() -> None:
    assert list(SUGGESTION_RULES) == [f"NM{n:02d}" for n in range(1, len(SUGGESTION_RULES) + 1)]


def test_the_sample_raises_no_false_alarm(june: Run) -> None:
    configuration = june.month.configuration
    known = (june.accepted.facts, configuration.contracts, configuration.district)
    assert [suggest(*known, period) for period in june.month.periods] == [()] * len(june.month.periods)


@given(st.lists(st.text("甲乙丙丁戊己庚辛鞋业石材", min_size=1, max_size=8), min_size=1, max_size=30))
def test_a_name_of_the_register_is_found_however_many_are_like_it(names: list[str]) -> None:
    entries = {f"{n:09d}": (f"{n:09d}", f"{name}有限公司") for n, name in enumerate(names)}
    register = Register(entries, PLACES)
    for name in names:
        exact = register.named(f"莆田市涵江区{name}有限责任公司")
        assert exact
        assert exact.name == f"{name}有限公司"
        near = register.near_name(name)
        assert near is None if len(name) < 2 else near and near.name == f"{name}有限公司"


def test_nothing_known_nothing_said() -> None:
    empty = Register({}, PLACES)
    assert (empty.name_of(SHOES), empty.named("某"), empty.near_name("某某"), empty.near_code(SHOES)) == (None,) * 4
    assert Register({SHOES: (SHOES, "有限公司")}, PLACES).near_name("有限公司") is None
