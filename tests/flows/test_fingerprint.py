"""The fingerprint: the same for the same things in any order, another for any change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.fingerprint import code_version, fingerprint, fonts_identity, inputs, package_versions, texts_of
from transforms.period import Period
from transforms.submissions import Submission

A = Submission("a" * 64, "350303", Period(2014, 6), "财政局", "财政局.xlsx", dt.datetime(2014, 7, 1, tzinfo=dt.UTC), 9)
B = replace(A, sha256="b" * 64, department="住建局", filename="住建局.xlsx")
BESIDE: dict[str, Any] = {
    "texts": {"contracts/a.yaml": "1", "districts/350303.yaml": "2"},
    "templates": {"briefing.html.j2": "x"},
    "code": "c",
    "fonts": "f",
}
BASE: dict[str, Any] = {"period": Period(2014, 6), "inputs": inputs(**BESIDE)}


def test_order_and_time_zone_do_not_matter() -> None:
    china = A.received_at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    other = BASE | {"inputs": inputs(**BESIDE | {"texts": dict(reversed(BESIDE["texts"].items()))})}
    assert fingerprint([A, B], **BASE) == fingerprint([B, replace(A, received_at=china)], **other)


@pytest.mark.parametrize(
    "change",
    [
        {"texts": {"contracts/a.yaml": "2", "districts/350303.yaml": "2"}},
        {"texts": {"contracts/b.yaml": "1", "districts/350303.yaml": "2"}},
        {"templates": {"briefing.html.j2": "y"}},
        {"code": "d"},
        {"fonts": "g"},
    ],
)
def test_any_input_matters(change: dict[str, Any]) -> None:
    assert fingerprint([A, B], **BASE | {"inputs": inputs(**BESIDE | change)}) != fingerprint([A, B], **BASE)


@pytest.mark.parametrize("change", [{"period": Period(2014, 5)}, {"as_known": dt.datetime(2014, 7, 3, tzinfo=dt.UTC)}])
def test_month_and_day_of_knowledge_matter(change: dict[str, Any]) -> None:
    assert fingerprint([A, B], **BASE | change) != fingerprint([A, B], **BASE)


@pytest.mark.parametrize(
    "other",
    [
        replace(A, sha256="c" * 64),
        replace(A, department="经信局"),
        replace(A, period=Period(2014, 5)),
        replace(A, received_at=dt.datetime(2014, 7, 2, tzinfo=dt.UTC)),
    ],
)
def test_any_part_of_a_submission_matters(other: Submission) -> None:
    assert fingerprint([other, B], **BASE) != fingerprint([A, B], **BASE)


def test_is_a_hash_known_forever() -> None:
    assert len(fingerprint([], **BASE)) == 64


def test_code_version_is_stable() -> None:
    first = code_version()
    code_version.cache_clear()
    package_versions.cache_clear()
    assert code_version() == first
    assert package_versions()["weasyprint"] != "-"


def test_fonts_by_name_and_size(tmp_path: Path) -> None:
    empty = fonts_identity(tmp_path / "none")
    assert fonts_identity(tmp_path) == empty
    (tmp_path / "README").write_bytes(b"x")
    assert fonts_identity(tmp_path) == empty
    (tmp_path / "FandolFang.otf").write_bytes(b"x")
    one = fonts_identity(tmp_path)
    (tmp_path / "FandolFang.otf").write_bytes(b"xy")
    assert len({empty, one, fonts_identity(tmp_path)}) == 3


def test_texts_of(tmp_path: Path) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "page.css").write_text("a", encoding="utf-8")
    (tmp_path / "sections" / "一.html.j2").write_text("b", encoding="utf-8")
    (tmp_path / "x.py").write_text("c", encoding="utf-8")
    assert texts_of(tmp_path, "*.css", "*.j2") == {"page.css": "a", "sections/一.html.j2": "b"}
