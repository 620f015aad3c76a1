"""The catalogue says of each metric what the program does, and nothing is left out."""

from __future__ import annotations

import pytest

from tests.transforms.metrics.facts_builder import ALL, DISTRICT
from transforms.catalogue import MECHANISMS, TOWNSHIP, Entry, catalogue, markdown, matching
from transforms.metrics import HEADLINES, REGISTRY, registry_of

ENTRIES = catalogue(ALL, DISTRICT)
BY_CODE = {entry.code: entry for entry in ENTRIES}


def test_every_metric_has_an_entry_in_order() -> None:
    assert [entry.code for entry in ENTRIES] == [metric.code for metric in registry_of(DISTRICT)]


def test_every_field_that_people_need_is_filled() -> None:
    for entry in ENTRIES:
        needed = (entry.label, entry.label_en, entry.definition, entry.unit, entry.rounding, entry.scope, entry.method)
        assert all(needed), entry.code
        assert entry.light and entry.owner, entry.code
    assert {entry.code for entry in ENTRIES if not entry.sheets} == {"team.count", "team.departments"}


def test_each_english_label_is_used_once() -> None:
    labels = [entry.label_en for entry in ENTRIES]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("code", "method", "target", "owner", "sheets"),
    [
        ("reward.amount_to_date", "求和：奖励金额", "", "财政局", ("即征即奖兑现明细",)),
        ("reward.enterprise_times_to_date", "不重复计数：企业代码、兑现批次", "", "财政局", ("即征即奖兑现明细",)),
        ("petition.cases", "计行数", "", "信访局", ("信访积案台账",)),
        (
            "loan.bank_rate",
            "loan.bank_year ÷ 年度目标",
            "2014年40000万元（2014-02-10 定）",
            "金融办",
            ("融资支持台账",),
        ),
        ("guarantee.leverage", "计算", "2014年10倍（2014-02-10 定）", "金融办", ("融资支持台账",)),
        ("permit.median_days", "中位数：受理日期、发证日期", "", "行政服务中心", ("容缺审批台账",)),
        ("visit.enterprise_weeks_rate", "计算", "", "经信局", ("挂钩联系名册", "走访记录")),
        ("rating.participation_rate", "计算", "", "经信局、效能办", ("挂钩联系名册", "效能监测评议表")),
        ("team.count", "计算", "", "办公室", ()),
    ],
)
def test_entry(code: str, method: str, target: str, owner: str, sheets: tuple[str, ...]) -> None:
    entry = BY_CODE[code]
    assert (entry.method, entry.target, entry.owner, entry.sheets) == (method, target, owner, sheets)


def test_rounding_is_that_of_the_unit() -> None:
    assert BY_CODE["reward.amount_to_date"].rounding == "最多 2 位小数"
    assert BY_CODE["petition.cases"].rounding == "整数"


def test_what_keeps_a_promise_is_marked_once_a_mechanism() -> None:
    assert {entry.mechanism: entry.code for entry in ENTRIES if entry.headline} == dict(HEADLINES)
    assert list(MECHANISMS) == list(HEADLINES)


def found(pattern: str) -> list[Entry]:
    return list(matching(ENTRIES, pattern))


def test_search_by_code_label_english_and_definition() -> None:
    assert BY_CODE["guarantee.leverage"] in found("LEVERAGE")
    assert BY_CODE["guarantee.leverage"] in found("放大倍数")
    assert BY_CODE["reward.enterprise_times_to_date"] in found("只计一家次")
    assert found("没有这个词") == []
    assert found("") == list(ENTRIES)


def test_the_page_has_each_fixed_metric_once_and_one_line_for_all_townships() -> None:
    page = markdown(ALL, DISTRICT)
    for metric in REGISTRY:
        assert page.count(f"| `{metric.code}` |") == 1, metric.code
    assert f"`reward.township.{TOWNSHIP}.amount`" in page
    assert "江口镇" not in page
    assert all(f"## {number}. {name}" in page for number, name in MECHANISMS.items())


def test_lines_for_a_terminal() -> None:
    lines = BY_CODE["reward.amount_rate"].lines()
    assert lines[0] == "reward.amount_rate　年度兑现率（Rewards paid against the annual target）"
    assert any("这项承诺以它为准" in line for line in lines)
    assert BY_CODE["reward.amount_rate"].as_json()["mechanism_name"] == "即征即奖"
