"""`sancu gc`: what nobody needs goes, what somebody may need stays, and the audit log says what went."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from flows.auditing import faults
from flows.backups import backup
from flows.clearing import Kind, clear
from flows.ledger import Ledger, audited
from flows.ledger.audit import Deed
from flows.month import Month, look, now
from flows.objects import Objects
from flows.settings import Retention, load_settings
from flows.store import Store
from tests.flows.issued import moved_to, opened
from tests.flows.test_cli import sancu
from tests.flows.test_ledger import FIGURES, FINDINGS, JUNE, D, briefing, july
from tests.pipeline import ROOT, environment
from transforms.errors import EnvironmentFailure

pytestmark = pytest.mark.xdist_group("issued")

OLD = {"results/run-a": b"12", "readings/a.parquet": b"345", "archive/ab/" + "ab" * 32 + ".bin": b"6"}


def after(**time: int) -> dt.datetime:
    return now() + dt.timedelta(**time)


def counts(kinds: list[Kind]) -> dict[str, int]:
    return {kind.name: kind.number for kind in kinds if kind.number}


@pytest.fixture(params=["folder", "object store"])
def issued(request: pytest.FixtureRequest, copied: Path) -> Month:
    """The issued month in each kind of store."""
    month = opened(copied)
    if request.param == "folder":
        return month
    bucket = request.getfixturevalue("bucket")
    moved_to(bucket, copied)
    with environment(SANCU_HOME=str(copied / "var"), SANCU_OUT=str(copied / "out"), SANCU_STORE=bucket):
        return replace(month, settings=load_settings(), store=Store(bucket))


def test_by_age(issued: Month) -> None:
    objects = Objects(issued.settings.store_url)
    before = sum(size for _, size, _ in objects.listed("readings"))
    assert before
    for key, data in OLD.items():
        objects.write(key, data)
    assert counts(clear(issued.settings)) == {}
    told = clear(issued.settings, dry_run=True, at=after(days=2))
    assert counts(told) == {"Dask 的中间结果": 1} and sum(kind.bytes for kind in told) == 2
    assert objects.read("results/run-a") == b"12"
    assert counts(clear(issued.settings, at=after(days=2))) == {"Dask 的中间结果": 1}
    assert objects.read("results/run-a") is None
    gone = {kind.name: kind for kind in clear(issued.settings, at=after(days=91))}
    assert gone["读数"].bytes == before + 3
    assert list(objects.listed("readings")) == []
    assert objects.read("archive/ab/" + "ab" * 32 + ".bin") == b"6"
    assert next(e.details["others"] for e in issued.ledger.audit_log() if e.deed == Deed.CLEARED) == {
        "Dask 的中间结果": 1
    }
    assert list(faults(issued.ledger, issued.store, issued.out)) == []


def test_a_draft_that_was_released_goes_and_the_issue_stays(issued: Month, tmp_path: Path) -> None:
    draft, out = issued.ledger.every_briefing()
    assert counts(clear(issued.settings, at=after(days=360))).keys() == {"读数"}
    told = clear(issued.settings, dry_run=True, at=after(days=370))[-1]
    assert issued.store.issue(draft.folder) and told.number > 5
    assert clear(issued.settings, at=after(days=370))[-1] == told
    assert issued.store.issue(draft.folder) is None and issued.store.issue(out.folder)
    assert issued.ledger.audit_log()[-1].details["issues"] == [draft.folder]
    assert list(faults(issued.ledger, issued.store, issued.out)) == []
    assert counts(clear(issued.settings, at=after(days=371))) == {}
    issue = look(issued)
    assert issue and issue.unchanged and issue.released
    backup(issued.settings, tmp_path / "a.zip")


def test_a_draft_that_comes_back_is_kept_again(ledger_url: str) -> None:
    ledger = Ledger(ledger_url)
    first = ledger.record_briefing(briefing("f1"), FIGURES, FINDINGS)
    ledger.record_briefing(briefing("f2"), FIGURES, FINDINGS)
    ledger.record_deed(Deed.CLEARED, {"issues": [first.folder], "archived": []})
    assert audited.cleared(ledger.audit_log()) == ({first.folder}, set())
    assert list(ledger.dump().issues) == [briefing("f2").folder]
    ledger.record_briefing(replace(briefing("f1"), made_at=july(30)), FIGURES, FINDINGS)
    assert ledger.audit_log()[-1].deed == Deed.CONFIRMED
    assert ledger.current_briefings(D)[JUNE] == first.id
    assert audited.cleared(ledger.audit_log()) == (set(), set())
    assert set(ledger.dump().issues) == {first.folder, briefing("f2").folder}


def test_killed_midway_the_next_call_finishes(copied: Path) -> None:
    month = opened(copied)
    draft, out = month.ledger.every_briefing()
    with month.ledger._database.writing() as connection:
        connection.exec_driver_sql("UPDATE briefing SET made_at = '2024-01-01 00:00:00.000000'")
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    given |= {"SANCU_HOME": str(copied / "var"), "SANCU_OUT": str(copied / "out"), "PYTHONPATH": str(ROOT)}
    job = json.dumps({"point": "flows.objects:Objects.remove", "nth": 4})
    command = [sys.executable, "-m", "tests.flows.deadly", job, "gc"]
    killed = subprocess.run(command, cwd=copied, env=given, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = list((copied / "var/store/issues" / draft.folder).rglob("*"))
    assert left and not [path for path in left if path.name == "manifest.json"]
    assert list(faults(month.ledger, month.store, month.out)) == []
    done = sancu(copied, "gc")
    assert (done.returncode, "已清理" in done.stdout) == (0, True), done.stderr
    assert not [path for path in (copied / "var/store/issues" / draft.folder).rglob("*") if path.is_file()]
    assert month.store.issue(out.folder) and list(faults(month.ledger, month.store, month.out)) == []
    assert [entry.deed for entry in month.ledger.audit_log()].count(Deed.CLEARED) == 1


def test_nothing_goes_while_a_month_is_being_made(copied: Path) -> None:
    month = opened(copied)
    draft, _ = month.ledger.every_briefing()
    with (
        month.ledger.lock("350304", month.period),
        pytest.raises(EnvironmentFailure, match="350304 2014-02 正由另一次运行"),
    ):
        clear(month.settings, at=after(days=370))
    assert month.store.issue(draft.folder)
    with month.ledger.alone(), pytest.raises(EnvironmentFailure, match="存储 清理 正由另一次运行"):  # noqa: SIM117
        with month.ledger.lock("350303", month.period, timeout=0):
            pass
    with month.ledger.lock("350303", month.period, timeout=0):
        pass


def test_originals_go_only_when_the_settings_say_so(copied: Path) -> None:
    month = opened(copied)
    assert counts(clear(month.settings, at=after(days=9000))).keys() == {"读数", "被替换的送审稿和到期的原件"}
    assert all(map(month.store.has, month.ledger.archived()))
    settings = month.settings.model_copy(update={"retention": Retention(originals_years=2)})
    clear(settings, at=after(days=700))
    assert all(map(month.store.has, month.ledger.archived()))
    clear(settings, at=after(days=800))
    assert not any(map(month.store.has, month.ledger.archived()))
    assert month.ledger.audit_log()[-1].details["archived"] == sorted(month.ledger.archived())
    assert list(faults(month.ledger, month.store, month.out)) == []


def test_letters_and_refused_drafts(copied: Path) -> None:
    month, long_ago = opened(copied), time.time() - 200 * 86400
    places = [month.settings.outbox / "350303/2014-02/a.eml", month.folder / "refused/briefing.pdf"]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        for path in (place, place.with_stem("new")):
            path.write_bytes(b"x")
        os.utime(place, (long_ago, long_ago))
    assert counts(clear(month.settings)) == {"发件箱": 1, "未通过核对的草稿": 1}
    assert [(place.exists(), place.with_stem("new").exists()) for place in places] == [(False, True)] * 2
