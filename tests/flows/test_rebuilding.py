"""The drill without a backup: only the ledger is lost, and comes back from the store to the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows import month as months
from flows.auditing import faults
from flows.ledger import Ledger
from flows.ledger.audit import Deed
from flows.month import Month
from flows.rebuilding import rebuild
from flows.releasing import release
from flows.settings import load_settings
from flows.store import Store
from tests.flows.issued import moved_to, opened
from tests.flows.test_cli import sancu
from tests.flows.test_ledger import FIGURES, FINDINGS, JUNE, D, arrival, briefing, july
from tests.flows.test_releasing import change, make
from tests.pipeline import environment
from transforms.errors import EnvironmentFailure, UsageError

pytestmark = pytest.mark.xdist_group("issued")


def lose(month: Month) -> None:
    database = Path(month.settings.database_url.removeprefix("sqlite:///"))
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def rows(ledger: Ledger) -> dict[str, list[bytes]]:
    """All of it in one order, the log without what was restored."""
    tables = ledger.dump().tables
    return {name: sorted(line for line in tables[name] if Deed.RESTORED.encode() not in line) for name in tables}


def test_the_drill(copied: Path) -> None:
    month = opened(copied)
    before = rows(month.ledger)
    assert all(before[name] for name in ("submission", "briefing", "figure", "finding", "editorial"))
    lose(month)
    run = ("run", "2014-02", "--inbox", str(copied / "收文"))
    stopped = sancu(copied, *run)  # instead of a second history that begins with today's receipts
    assert (stopped.returncode, "restore --from-archive" in stopped.stderr) == (3, True), stopped.stderr
    rebuilt = sancu(copied, "restore", "--from-archive")
    assert (rebuilt.returncode, "已从存储重建" in rebuilt.stdout) == (0, True), rebuilt.stderr
    assert rows(opened(copied).ledger) == before
    again = sancu(copied, *run)
    assert "没有重做" in again.stdout and "已签发" in again.stdout, again.stderr
    verified = sancu(copied, "audit", "verify")
    assert (verified.returncode, "都与记录相符" in verified.stdout) == (0, True), verified.stdout


@pytest.fixture
def in_a_bucket(copied: Path, bucket: str, ledger_url: str) -> Iterator[Month]:
    """The issued month with its store in an object store, and an empty ledger."""
    month = opened(copied)
    moved_to(bucket, copied)
    given = {"HOME": str(copied / "var"), "OUT": str(copied / "out"), "STORE": bucket, "DATABASE": ledger_url}
    with environment(**{f"SANCU_{name}": value for name, value in given.items()}):
        yield replace(month, settings=load_settings(), ledger=Ledger(ledger_url), store=Store(bucket))


def test_from_an_object_store_into_each_database(in_a_bucket: Month, copied: Path) -> None:
    month = in_a_bucket
    with pytest.raises(EnvironmentFailure, match="账本是空的"):
        months.open_month(month.settings, "2014-02", inbox=month.inbox)
    rebuild(month.settings)
    assert rows(month.ledger) == rows(Ledger(f"sqlite:///{copied}/var/ledger.sqlite"))
    issue = months.look(month)
    assert issue is not None and issue.unchanged and issue.released
    assert list(faults(month.ledger, month.store, month.out)) == []
    month.ledger.record_submissions(D, JUNE, [arrival("c" * 64)], july(3))  # numbers go on where they were


def test_corrections_and_what_took_its_place_come_back(copied: Path) -> None:
    month = opened(copied)
    change(month)
    release(month, make, correction="财政局更正")
    before, made = rows(month.ledger), month.ledger.latest_briefing(D, month.period)
    lose(month)
    rebuild(month.settings)
    month = opened(copied)
    assert rows(month.ledger) == before
    assert month.ledger.latest_briefing(D, month.period) == made
    assert months.unchanged(month, months.plan(month, months.received_of(month)))


def test_a_time_that_the_register_tells_later_comes_back(tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path), SANCU_DATABASE=f"sqlite:///{tmp_path}/ledger.sqlite"):
        settings = load_settings()
    ledger = Ledger(settings.database_url)
    ledger.record_submissions(D, JUNE, [arrival("a" * 64)], july(10))
    ledger.record_submissions(D, JUNE, [arrival("a" * 64, july(2))], july(11))
    store, before = Store(settings.store_url), rows(ledger)
    for number, record in ledger.deeds(1):
        store.put_deed(number, record)
    (tmp_path / "ledger.sqlite").unlink()
    rebuild(settings)
    assert rows(Ledger(settings.database_url)) == before
    assert Ledger(settings.database_url).submissions(D, JUNE)[0].received_at == july(2)


def test_a_ledger_from_before_deeds_were_kept(copied: Path) -> None:
    """The next run keeps them all, also what is older than the log."""
    month = opened(copied)
    for path in (copied / "var/store/audit/deeds").rglob("0*[0-9]"):
        path.unlink(missing_ok=True) if path.is_file() else None
    with month.ledger._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit")
    month.store.put_head("")
    release(month, make, note="开局之月。")
    change(month)
    release(month, make, correction="财政局更正")
    before = rows(month.ledger)
    lose(month)
    rebuild(month.settings)
    assert rows(Ledger(month.settings.database_url)) == before


def test_a_record_that_is_lost_is_told_and_the_others_come_back(copied: Path) -> None:
    month = opened(copied)
    note = next((copied / "var/store/audit/deeds").rglob("000003"))
    note.write_bytes(note.read_bytes()[:-9])
    lose(month)
    done = sancu(copied, "restore", "--from-archive")
    assert (done.returncode, "没有找回的：第 3 条" in done.stdout) == (1, True), done.stderr
    assert "缺第 3 条" in next(faults(opened(copied).ledger, month.store, month.out))
    assert opened(copied).ledger.latest_briefing(D, month.period).released_at  # type: ignore[union-attr]


def test_another_ledger_does_not_take_the_place_of_what_is_kept(copied: Path, tmp_path: Path) -> None:
    """An old copy of the ledger is told, and what the store knows beyond it is not lost."""
    month = opened(copied)
    old = Ledger(f"sqlite:///{tmp_path}/old.sqlite")
    old.record_briefing(briefing("f1"), FIGURES, FINDINGS)
    kept = month.store.head()
    with pytest.raises(EnvironmentFailure, match="不是这个存储的"):
        months.look(replace(month, ledger=old))
    assert month.store.head() == kept
    with pytest.raises(UsageError, match="--force"):
        rebuild(month.settings)
    rebuild(month.settings, force=True)
    assert list(faults(opened(copied).ledger, month.store, month.out)) == []


@pytest.mark.parametrize("arguments", [(), ("a.zip", "--from-archive")])
def test_where_from_is_said_once(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = sancu(tmp_path, "restore", *arguments)
    assert (done.returncode, "请写明从哪里恢复" in done.stderr) == (2, True)


def test_a_store_that_keeps_nothing_rebuilds_nothing(tmp_path: Path) -> None:
    done = sancu(tmp_path, "restore", "--from-archive")
    assert (done.returncode, "重建不了" in done.stderr) == (2, True)
