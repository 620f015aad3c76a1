"""The files that say what to expect: read together, cross-checked, and every mistake told with file and line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.configuration import Configuration, load_configuration
from tests.pipeline import ROOT
from transforms.errors import ConfigurationError
from transforms.period import Period


@pytest.fixture(scope="module")
def whole() -> Configuration:
    return load_configuration(ROOT / "data", "350303")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy that a test may spoil, in a folder named as people name folders."""
    copy = tmp_path / "规则 副本"
    for folder in ("contracts", "districts", "published"):
        shutil.copytree(ROOT / "data" / folder, copy / folder)
    return copy


def test_fourteen_datasets_of_ten_departments(whole: Configuration) -> None:
    assert len(whole.contracts) == len({contract.id for contract in whole.contracts}) == 14
    assert len(whole.departments) == 10
    assert set(whole.department_of.values()) == set(whole.departments)
    assert [c.id for c in whole.contracts_of("经信局")] == [
        "enterprise_issues",
        "enterprise_links",
        "enterprise_visits",
    ]
    assert whole.contracts_of("没有这个部门") == ()


def test_every_file_is_in_the_fingerprint(whole: Configuration) -> None:
    files = [p for folder in ("contracts", "published") for p in (ROOT / "data" / folder).glob("*.yaml")]
    files.append(ROOT / "data/districts/350303.yaml")
    assert dict(whole.texts) == {
        path.relative_to(ROOT / "data").as_posix(): path.read_text(encoding="utf-8") for path in files
    }


def test_published_figures_count_for_their_district_only(whole: Configuration, data: Path) -> None:
    assert set(whole.published) == {Period(2014, 6)}
    path = data / "published" / "2014-06.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"350303"', '"350302"'), encoding="utf-8")
    assert load_configuration(data, "350303").published == {}


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


MISTAKES: dict[str, tuple[str, Callable[[str], str], str]] = {
    # file, what is done to it, a part of the line that the message must name
    "severity": ("contracts/permits.yaml", swap("severity: block", "severity: blok"), "blok"),
    "column type": ("contracts/permits.yaml", swap("type: date", "type: dato"), "dato"),
    "rule on no column": ("contracts/permits.yaml", swap("second: issued_on", "second: issued_at"), "issued_at"),
    "unknown field": ("contracts/permits.yaml", swap("due_day: 2", "due_dya: 2"), "due_dya"),
    "unknown department": ("contracts/permits.yaml", swap("department: 行政服务中心", "department: 服务局"), "服务局"),
    "same id": ("contracts/permits.yaml", swap("id: permits", "id: meetings"), "id: meetings"),
    "not YAML": ("contracts/permits.yaml", swap("kind: register", "kind: [register"), ""),
    "target": ("districts/350303.yaml", swap("value: 45", "value: many"), "many"),
    "public figure": ("published/2014-06.yaml", swap("value: 98", "value: 98家"), "98家"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_and_line(data: Path, mistake: str) -> None:
    name, spoil, wrong = MISTAKES[mistake]
    path = data / name
    sound = path.read_text(encoding="utf-8")
    path.write_text(spoil(sound), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != sound
    with pytest.raises(ConfigurationError) as raised:
        load_configuration(data, "350303")
    told = re.findall(rf"{re.escape(path.name)}:(\d+): ?(.+)", str(raised.value))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any(wrong in lines[int(number) - 1] for number, _ in told), str(raised.value)
    assert all(re.search(r"[\u4e00-\u9fff]", reason) for _, reason in told), "the reason is told in Chinese"


def test_a_file_in_another_encoding_is_told_with_its_line(data: Path) -> None:
    path = data / "contracts" / "permits.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(ConfigurationError, match=r"permits\.yaml:2: 不是 UTF-8"):
        load_configuration(data, "350303")


def test_an_empty_file_is_a_mistake(data: Path) -> None:
    (data / "contracts" / "permits.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"permits\.yaml:1"):
        load_configuration(data, "350303")


def head(data: Path, headers: str) -> None:
    path = data / "districts" / "350303.yaml"
    text = path.read_text(encoding="utf-8").replace("schedule:", f"headers: {{{headers}}}\nschedule:", 1)
    path.write_text(text, encoding="utf-8")


def test_a_district_may_head_its_columns_otherwise(data: Path) -> None:
    head(data, "reward_payments: {amount_fen: [实发奖励]}")
    contracts = {contract.id: contract for contract in load_configuration(data, "350303").contracts}
    assert "实发奖励" in contracts["reward_payments"].column("amount_fen").aliases


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("nothing: {amount_fen: [奖励]}", "headers 中没有这张表：nothing"),
        ("reward_payments: {nothing: [奖励]}", "用到了没有定义的列：nothing"),
        ("reward_payments: {amount_fen: [税种]}", "表头或别名重复：税种"),
    ],
)
def test_a_header_that_cannot_be_is_refused(data: Path, headers: str, told: str) -> None:
    head(data, headers)
    with pytest.raises(ConfigurationError, match=rf"350303\.yaml:\d+: .*{told}"):
        load_configuration(data, "350303")
