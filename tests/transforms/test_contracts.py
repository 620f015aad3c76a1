"""The contracts that stand load; every mistake in a contract or district file is named with its line, in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transforms.contracts import ColumnType, Contract, Unique, columns_of, parse_contract
from transforms.districts import District, parse_district
from transforms.errors import ConfigurationError
from transforms.period import Period

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "contracts").glob("*.yaml"))
DISTRICT = (DATA / "districts" / "350303.yaml").read_text(encoding="utf-8")
CONTRACTS = [parse_contract(path.read_text(encoding="utf-8"), path.name) for path in FILES]

SMALL = """\
id: meetings
sheet: 会议台账
title: 会议情况台账
department: 区委办
kind: events
due_day: 2
key: [meeting_no]
columns:
  - name: meeting_no
    header: 会议编号
    type: text
  - {name: kind, header: 会议类型, type: choice, allowed: [协调会, 联席会议], synonyms: {碰头会: 协调会}}
  - {name: held_on, header: 日期, aliases: [召开日期], type: date}
  - {name: cost_fen, header: 费用, type: money, unit: 元}
  - {name: done, header: 已落实数, type: count}
rules:
  - {code: ME01, kind: filled, severity: block, columns: [meeting_no], message: 必须填写}
  - {code: ME02, kind: filled, severity: block, columns: [held_on], when: {kind: [协调会]}, message: 必须填写}
  - {code: ME03, kind: range, severity: block, column: done, min: 0, max: 9, message: 应在 0 到 9 之间}
  - {code: ME04, kind: holds, severity: explain, column: held_on, predicate: within_period, message: 不在本月}
  - {code: ME05, kind: pattern, severity: inform, column: meeting_no, regex: "HY-[0-9]+", message: 编号不合}
  - {code: ME06, kind: order, severity: inform, first: done, second: done, message: 次序不对}
"""

# What is written instead of what, the line that the message must name, and what it must say.
MISTAKES = [
    ("sheet: 会议台账\n", "", 1, "sheet：缺少这一项"),
    ("    header: 会议编号\n", "", 9, "columns.0.header：缺少这一项"),
    ("title:", "titel:", 3, "titel：没有这一项，请检查拼写"),
    ("header: 日期,", "headers: 日期,", 13, "columns.2.headers：没有这一项，请检查拼写"),
    ("kind: events", "kind: event", 5, "kind：“event”不在可选值中"),
    ("due_day: 2", "due_day: 31", 6, "due_day：“31”不对，应不大于 28"),
    ("due_day: 2", "due_day: 0", 6, "due_day：“0”不对，应不小于 1"),
    ("due_day: 2", "due_day: 二号", 6, "due_day：“二号”不对，应为整数"),
    ("due_day: 2", "due_day: 2.5", 6, "due_day：“2.5”不对，应为整数"),
    ("sheet: 会议台账", "sheet: 2014", 2, "sheet：“2014”不对，应为文字（数字请加引号）"),
    ("id: meetings", "id: 会议", 1, "id：“会议”不对，应符合"),
    ("key: [meeting_no]", "key: meeting_no", 7, "key：“meeting_no”不对，应为列表"),
    ("key: [meeting_no]", "key: []", 7, "key：“[]”不对，至少要有 1 项"),
    ("key: [meeting_no]", "key: [meeting_id]", 7, "key：用到了没有定义的列：meeting_id"),
    ("    type: text", "    type: txt", 11, "columns.0.type：“txt”不在可选值中"),
    ("unit: 元}", "unit: 美元}", 14, "columns.3.unit：“美元”不在可选值中"),
    (", unit: 元}", "}", 14, "columns.3：money 类型的列要写 unit"),
    ("held_on, header", "held, header", 13, "columns.2：date 类型的列名应以 _on 结尾"),
    (", allowed: [协调会, 联席会议]", "", 12, "columns.1：choice 类型的列要写 allowed"),
    ("type: count}", "type: count, allowed: [一]}", 15, "columns.4：choice 类型的列要写 allowed"),
    ("type: count}", "type: count, optional: 也许}", 15, "columns.4.optional：“也许”不对，应为 true 或 false"),
    ("碰头会: 协调会", "碰头会: 碰面会", 12, "columns.1：synonyms 指向的值不在 allowed 中：碰面会"),
    ("name: done", "name: held_on", 15, "columns.4"),
    ("{name: done, header: 已落实数", "{name: kind, header: 已落实数", 15, "columns.4：列名重复：kind"),
    ("header: 已落实数", "header: 召开日期", 15, "columns.4：表头或别名重复：召开日期"),
    ("code: ME02", "code: ME01", 18, "rules.1：规则编号重复：ME01"),
    ("code: ME02", "code: X1", 18, "rules.1.filled.code：“X1”不对，应符合"),
    ("severity: block, column: done", "severity: fatal, column: done", 19, "rules.2.range.severity：“fatal”不在可选值中"),
    (", message: 必须填写}\n  - {code: ME02", "}\n  - {code: ME02", 17, "rules.0.filled.message：缺少这一项"),
    ("kind: range", "kind: ranges", 19, "rules.2：“ranges”不在可选值中"),
    ("code: ME03, kind: range,", "code: ME03,", 19, "rules.2：缺少 kind"),
    ("min: 0", "min: 零", 19, "rules.2.range.min：“零”不对，应为数"),
    (", min: 0, max: 9", "", 19, "rules.2：规则 ME03：min 和 max 至少要写一个"),
    ("min: 0", "min: 10", 19, "rules.2：规则 ME03：min 不能大于 max"),
    ("column: done, min", "column: undone, min", 19, "rules.2：用到了没有定义的列：undone"),
    ("column: done, min", "column: held_on, min", 19, "规则 ME03：列 held_on 不是数，不能用 range"),
    ("when: {kind: [协调会]}", "when: {kind: [协凋会]}", 18, "规则 ME02：when 中的值不在列 kind 的 allowed 中：协凋会"),
    ("when: {kind: [协调会]}", "when: {done: [协调会]}", 18, "规则 ME02：when 只能用 choice 类型的列，done 不是"),
    ("when: {kind: [协调会]}", "when: [kind]", 18, "rules.1.filled.when：“['kind']”不对，应为若干“键: 值”"),
    ("columns: [held_on]", "columns: []", 18, "rules.1.filled.columns：“[]”不对，至少要有 1 项"),
    ("kind: holds, severity: explain, column: held_on", "kind: holds, severity: explain, column: done", 20,
     "规则 ME04：within_period 只能用于 date 类型的列"),
    ("predicate: within_period", "predicate: check_digit", 20, "规则 ME04：check_digit 只能用于 org_code 类型的列"),
    ("predicate: within_period", "predicate: full_moon", 20, "rules.3.holds.predicate：“full_moon”不在可选值中"),
    ("column: meeting_no, regex", "column: done, regex", 21, "规则 ME05：列 done 不是文字，不能用 pattern"),
    ('"HY-[0-9]+"', '"HY-[0-9+"', 21, "rules.4.pattern.regex：正则表达式写得不对"),
    ("second: done", "second: held_on", 22, "规则 ME06：列 done 和 held_on 应同为日期或同一种数"),
    ("first: done, second: done", "first: kind, second: kind", 22, "规则 ME06"),
    ("kind: pattern, severity: inform, column: meeting_no, regex: \"HY-[0-9]+\"",
     "kind: allowed, severity: inform, column: meeting_no", 21, "规则 ME05：列 meeting_no 没有 allowed"),
    ("title: 会议情况台账", "sheet: 会议情况台账", 3, "“sheet”写了两次"),
    ("    type: text", "    type: text\n    type: date", 12, "“type”写了两次"),
    ("max: 9,", "max: 9, min: 1,", 19, "“min”写了两次"),
    ("title: 会议情况台账", "title: [会议", 4, "不是合法的 YAML"),
    ("title: 会议情况台账", "title: 会议: 台账", 3, "不是合法的 YAML"),
    ("title: 会议情况台账", "title:\t- x", 3, "不是合法的 YAML"),
    ("title: 会议情况台账", "title: !!python/name:os.system", 3, "不是合法的 YAML"),
    ("title: 会议情况台账", "? [会议]\n: 台账", 3, "键只能是一个词"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES, ids=[m[3][:30] for m in MISTAKES])
def test_a_mistake_in_a_contract_is_named_with_its_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in SMALL
    with pytest.raises(ConfigurationError) as caught:
        parse_contract(SMALL.replace(right, wrong, 1), "meetings.yaml")
    lines = str(caught.value).splitlines()
    assert any(each.startswith(f"meetings.yaml:{line}: ") and said in each for each in lines), lines


def test_every_mistake_is_named_at_once() -> None:
    text = (
        SMALL.replace("due_day: 2", "due_day: 二")
        .replace("severity: block", "severity: stop")
        .replace("title", "titel")
    )
    with pytest.raises(ConfigurationError) as caught:
        parse_contract(text, "contracts/meetings.yaml")
    lines = [int(line.split(":")[1]) for line in str(caught.value).splitlines()]
    assert sorted(lines) == [1, 3, 6, 17, 18, 19]


@pytest.mark.parametrize("text", ["", "# 空的\n", "[]", "会议台账", "--- 1\n--- 2\n"])
def test_a_file_that_is_no_contract(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^meetings\.yaml:\d+: .*[一-鿿]"):
        parse_contract(text, "meetings.yaml")


def test_a_control_character_is_named_too() -> None:
    with pytest.raises(ConfigurationError, match=r"^meetings\.yaml:1: 不是合法的 YAML"):
        parse_contract("id: \x00", "meetings.yaml")


def test_the_small_contract_itself_is_right() -> None:
    contract = parse_contract(SMALL, "meetings.yaml")
    assert contract.column("held_on").aliases == ("召开日期",)
    assert [columns_of(rule)[0] for rule in contract.rules] == [
        "meeting_no", "held_on", "done", "held_on", "meeting_no", "done",
    ]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_a_contract_that_stands(contract: Contract) -> None:
    assert f"{contract.id}.yaml" in {path.name for path in FILES}
    assert contract.due_day == 2
    blocking = [rule for rule in contract.rules if isinstance(rule, Unique)]
    # A repeated key counts a row twice, so it is always refused.
    assert [(set(rule.columns), rule.severity.value) for rule in blocking] == [(set(contract.key), "block")]
    assert all(column.type is not ColumnType.CHOICE or column.allowed for column in contract.columns)
    for rule in contract.rules:
        # Half-width commas, semicolons and brackets do not belong in Chinese.
        assert re.search("[一-鿿]", rule.message), rule.code
        assert not re.search(r"[,;:!?()]", rule.message), rule.message


def test_the_contracts_together() -> None:
    assert len(CONTRACTS) == 14
    codes = [rule.code for contract in CONTRACTS for rule in contract.rules]
    assert len(set(codes)) == len(codes)
    for contract in CONTRACTS:
        assert len({rule.code[:2] for rule in contract.rules}) == 1, contract.id
    sheets = [name for contract in CONTRACTS for name in (contract.sheet, *contract.aliases)]
    assert len(set(sheets)) == len(sheets)
    assert not any(code.startswith("RD") for code in codes)  # those belong to reading


def test_each_contract_belongs_to_a_department_of_the_district() -> None:
    district = parse_district(DISTRICT, "350303.yaml")
    assert {contract.department for contract in CONTRACTS} == {department.name for department in district.departments}


def test_only_petitioners_are_personal() -> None:
    personal = {(contract.id, column.name) for contract in CONTRACTS for column in contract.columns if column.personal}
    assert personal == {("petition_cases", "petitioner"), ("petition_cases", "remark")}


DISTRICT_MISTAKES = [
    ('code: "350303"', "code: 350303", "code：“350303”不对，应为文字（数字请加引号）"),
    ('code: "350303"', 'code: "3503"', "code：“3503”不对，应符合"),
    ("first_period: 2014-02", "first_period: 2014-13", "numbering.first_period：期别“2014-13”不对"),
    ("first_total: 1", "first_total: 0", "numbering.first_total：“0”不对，应不小于 1"),
    ("copies: 80", "copies: 八十", "masthead.copies：“八十”不对，应为整数"),
    ("issue_day: 3", "issue_day: 31", "masthead.issue_day：“31”不对，应不大于 28"),
    ("issue_day: 3", "issue_days: 3", "masthead.issue_days：没有这一项，请检查拼写"),
    ("departments: [发改局, 国土分局]", "departments: []", "service_teams.0.departments：“[]”不对，至少要有 1 项"),
    ("第2小分队", "第1小分队", "service_teams：service_teams 中重复：第1小分队"),
    ("set_on: 2014-02-10", "set_on: 2014-02-30", "targets.0.set_on：“2014-02-30”不对，应为日期"),
    ("value: 45", "value: -45", "targets.0.value"),
    ("unit: 个, set_on", "unit: 只, set_on", "targets.0.unit：“只”不在可选值中"),
    ("schedule_yellow_points: 10", "schedule_yellow_points: 40", "thresholds：schedule_yellow_points 不能大于"),
    ("problem_limit_days: 7", "problem_limit_days: 0", "thresholds.problem_limit_days：“0”不对，应不小于 1"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), DISTRICT_MISTAKES, ids=[m[1] for m in DISTRICT_MISTAKES])
def test_a_mistake_in_a_district_file_is_named_with_its_line(right: str, wrong: str, said: str) -> None:
    assert right in DISTRICT
    text = DISTRICT.replace(right, wrong, 1)
    both = zip(text.splitlines(), DISTRICT.splitlines(), strict=True)
    changed = next(number for number, (new, old) in enumerate(both, start=1) if new != old)
    if "重复" in said or "不能大于" in said:  # what concerns a whole list or map is named at its head
        head = said.partition("：")[0] + ":"
        changed = 1 + next(number for number, line in enumerate(text.splitlines()) if line.startswith(head))
    with pytest.raises(ConfigurationError) as caught:
        parse_district(text, "350303.yaml")
    lines = str(caught.value).splitlines()
    assert any(each.startswith(f"350303.yaml:{changed}: ") and said in each for each in lines), lines


def test_the_target_in_force() -> None:
    text = DISTRICT.replace(
        "targets:\n",
        "targets:\n  - {key: starts, year: 2014, value: 50, unit: 个, set_on: 2014-06-15, about: 调整后}\n",
    )
    district: District = parse_district(text, "350303.yaml")
    assert [district.target("starts", Period(2014, month)).value for month in (2, 5, 6, 12)] == [45, 45, 50, 50]
    for key, period in (("starts", Period(2015, 1)), ("starts", Period(2014, 1)), ("nothing", Period(2014, 6))):
        with pytest.raises(ConfigurationError, match="targets 中没有"):
            district.target(key, period)
