"""The audit log: every deed is in it, and whatever is changed behind the program's back is found."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.actors import user
from flows.auditing import faults, head_of
from flows.ledger import Ledger
from flows.ledger.audit import Deed, broken
from flows.month import Month
from tests.flows.databases import Postgres
from tests.flows.issued import opened
from transforms.errors import UsageError

pytestmark = pytest.mark.xdist_group("issued")  # the month is made once


@pytest.fixture
def issued(copied: Path) -> Month:
    return opened(copied)


def found(month: Month, head: str = "") -> list[str]:
    return list(faults(month.ledger, month.store, month.out, head))


def change(month: Month, statement: str, *values: Any) -> None:
    """What somebody with the file and SQL could do."""
    with sqlite3.connect(month.settings.database_url.removeprefix("sqlite:///")) as connection:
        assert connection.execute(statement, values).rowcount


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def test_every_deed_is_entered_with_who_and_what(issued: Month) -> None:
    log = issued.ledger.audit_log()
    assert [e.deed for e in log] == [Deed.RECEIVED, Deed.MADE, Deed.NOTED, Deed.SIGNED, Deed.RELEASED]
    assert {e.who.split("@")[0] for e in log} == {user()}
    assert (log[-1].district, log[-1].period) == ("350303", "2014-02")
    assert log[-1].about == issued.ledger.every_briefing()[-1].fingerprint
    assert found(issued) == []
    assert issued.store.head() == head_of(log[-1])


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE number = 2", "第 2 条（.*成稿）被改过"),
        ("UPDATE audit SET details = replace(details, '1', '2') WHERE number = 5", "第 5 条.*被改过"),
        ("UPDATE audit SET at = '2014-01-01 00:00:00.000000' WHERE number = 4", "第 4 条.*被改过"),
        ("DELETE FROM audit WHERE number = 3", "之前缺第 3 条，被删过"),
        ("DELETE FROM audit WHERE number = 5", "只有 4 条，第 5 条以前的末尾被截去了"),
        ("DELETE FROM audit", "只有 0 条"),
        ("UPDATE briefing SET status = 'released' WHERE status = 'draft'", "签发状态与审计记录第 2 条不符"),
        ("UPDATE briefing SET manifest = replace(manifest, '350303', '350304')", "与审计记录第 2 条不符，被改过"),
        ("UPDATE figure SET value = '1' WHERE position = 5", "指标与审计记录第 2 条不符"),
        ("UPDATE editorial SET \"by\" = '别人' WHERE kind = 'sign'", "按语或签发（别人）与审计记录不符"),
        ("DELETE FROM editorial WHERE kind = 'note'", "第 3 条的按语.*不在账本中"),
    ],
)
def test_a_row_changed_by_hand_is_found(issued: Month, statement: str, told: str) -> None:
    change(issued, statement)
    (first, *_) = found(issued)
    assert re.search(told, first), first


@pytest.fixture
def served(copied: Path, postgres_server: Postgres) -> Month:
    """The same with its ledger in PostgreSQL; the sixth deed is that it was put there."""
    month, ledger = opened(copied), Ledger(postgres_server.database())
    ledger.fill(month.ledger.dump().tables, {"file": "dump"})
    return replace(month, ledger=ledger)


def test_in_postgresql_too(served: Month) -> None:
    assert found(served) == []
    for statement, told in (
        ("UPDATE editorial SET \"by\" = '别人' WHERE kind = 'sign'", "按语或签发（别人）与审计记录不符"),
        ("UPDATE figure SET value = '1' WHERE position = 5", "指标与审计记录第 2 条不符"),
        ("UPDATE briefing SET status = 'released' WHERE status = 'draft'", "签发状态与审计记录第 2 条不符"),
        ("UPDATE audit SET details = '{}' WHERE number = 6", "第 6 条.*被改过"),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE number = 4", "第 4 条.*被改过"),
        ("UPDATE audit SET who = 'nobody' WHERE number = 2", "第 2 条（.*成稿）被改过"),
        ("DELETE FROM audit WHERE number = 1", "之前缺第 1 条，被删过"),
    ):
        with served.ledger._database.writing() as connection:
            assert connection.exec_driver_sql(statement).rowcount
        assert any(re.search(told, fault) for fault in found(served)), statement


@pytest.mark.parametrize(
    ("which", "told"),
    [
        (lambda m: m.folder / "briefing.pdf", "briefing.pdf 被改过"),
        (lambda m: m.folder / "facts" / "permits.parquet", "permits.parquet 被改过"),
        (lambda m: next((m.settings.home / "store").rglob("briefing.pdf")), "缺失或被改过"),
        (lambda m: next((m.settings.home / "store" / "archive").rglob("*.bin")), "已损坏"),
    ],
)
def test_a_flipped_byte_is_found(issued: Month, which: Callable[[Month], Path], told: str) -> None:
    flip(which(issued))
    (fault,) = found(issued)
    assert told in fault


def test_a_file_that_is_gone_or_foreign_is_found(issued: Month) -> None:
    (issued.folder / "figures.csv").unlink()
    assert [line for line in found(issued) if "figures.csv 不见了" in line]
    (issued.folder / "manifest.json").write_text("{}")
    assert [line for line in found(issued) if "不是账本中任何一期的" in line]


def test_a_log_written_anew_is_known_from_a_head_written_down(issued: Month) -> None:
    """The chain itself is then whole: only what stands elsewhere tells."""
    log = issued.ledger.audit_log()
    assert broken(log) == ""
    assert found(issued, f"5:{log[-1].hash[:12]}") == []
    assert "不是当时的那一条" in found(issued, f"5:{'0' * 64}")[0]
    assert "末尾被截去了" in found(issued, f"6:{'0' * 64}")[0]
    with pytest.raises(UsageError, match="不是审计记录的末条"):
        found(issued, "5")


def test_issues_from_before_the_log_began_are_no_fault(issued: Month) -> None:
    change(issued, "DELETE FROM audit")
    issued.store.put_head("")
    assert found(issued) == []
