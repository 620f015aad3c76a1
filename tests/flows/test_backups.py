"""The drill: everything but the backup is lost, and comes back as it was. A backup is whole or refused."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from flows.actors import user
from flows.backups import backup, restore
from flows.ledger import Ledger
from flows.ledger.audit import Deed, broken
from tests.flows.issued import opened
from tests.flows.test_cli import contents, sancu
from tests.flows.test_ledger import FIGURES, FINDINGS, JUNE, D, arrival, briefing, july
from transforms.errors import EnvironmentFailure, UsageError

pytestmark = pytest.mark.xdist_group("issued")


def test_the_drill(copied: Path, tmp_path: Path) -> None:
    before = contents(copied / "out")
    roles = copied / "var" / "roles.toml"
    roles.write_text(f'release = ["{user()}"]')
    run = ("run", "2014-02", "--inbox", str(copied / "收文"))
    made = sancu(copied, "backup", str(tmp_path / "备份.zip"))
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "备份.zip").stat().st_mode & 0o077 == 0
    head = json.loads(zipfile.ZipFile(tmp_path / "备份.zip").read("manifest.json"))["head"]

    shutil.rmtree(copied / "var")
    shutil.rmtree(copied / "out")
    restored = sancu(copied, "restore", str(tmp_path / "备份.zip"))
    assert restored.returncode == 0, restored.stderr
    assert "已恢复" in restored.stdout
    assert roles.read_text() == f'release = ["{user()}"]'
    again = sancu(copied, *run)
    assert "没有重做" in again.stdout, again.stderr
    assert contents(copied / "out") == before
    verified = sancu(copied, "audit", "verify", "--head", head)
    assert (verified.returncode, "都与记录相符" in verified.stdout) == (0, True), verified.stdout
    assert Deed.RESTORED in [entry.deed for entry in opened(copied).ledger.audit_log()]

    pdf = copied / "out" / "350303" / "2014-02" / "briefing.pdf"
    pdf.write_bytes(pdf.read_bytes()[:-1] + b"x")
    spoilt = sancu(copied, "audit", "verify")
    assert (spoilt.returncode, "briefing.pdf 被改过" in spoilt.stdout) == (1, True)


def test_a_ledger_that_is_not_empty_is_not_touched(copied: Path, tmp_path: Path) -> None:
    month = opened(copied)
    backup(month.settings, tmp_path / "a.zip")
    month.ledger.record_submissions(D, JUNE, [arrival("c" * 64)], july(3))
    with pytest.raises(UsageError, match="--force"):
        restore(month.settings, tmp_path / "a.zip")
    assert "c" * 64 in month.ledger.archived()
    head = month.ledger.audit_log()[-1]
    restore(month.settings, tmp_path / "a.zip", force=True)
    assert "c" * 64 not in month.ledger.archived()
    log = month.ledger.audit_log()
    assert log[-1].details["replaced"] == f"{head.number}:{head.hash}"
    assert broken(log) == ""


def test_a_damaged_backup_is_refused_before_anything_is_touched(copied: Path, tmp_path: Path) -> None:
    month = opened(copied)
    backup(month.settings, tmp_path / "a.zip")
    with pytest.raises(UsageError, match="已经存在"):
        backup(month.settings, tmp_path / "a.zip")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        info = next(i for i in archive.infolist() if i.filename.endswith("briefing.pdf"))
    data[info.header_offset + 30 + len(info.filename.encode()) + info.compress_size // 2] ^= 1
    (tmp_path / "b.zip").write_bytes(data)
    (tmp_path / "c.zip").write_bytes(data[:1000])
    shutil.rmtree(copied / "var")
    empty = opened(copied)
    with pytest.raises(EnvironmentFailure, match=r"briefing\.pdf 已损坏，没有恢复"):
        restore(empty.settings, tmp_path / "b.zip")
    with pytest.raises(UsageError, match="不是完整的备份文件"):
        restore(empty.settings, tmp_path / "c.zip")
    assert empty.ledger.is_empty()
    assert not list((copied / "var" / "store").rglob("briefing.pdf"))


def test_an_object_that_is_lost_is_told_and_no_backup_is_left(copied: Path, tmp_path: Path) -> None:
    next((copied / "var" / "store" / "archive").rglob("*.bin")).unlink()
    (tmp_path / "to").mkdir()
    with pytest.raises(EnvironmentFailure, match="备份不全"):
        backup(opened(copied).settings, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_dump_of_one_database_fills_another(ledger_url: str, tmp_path: Path) -> None:
    """PostgreSQL to SQLite and back, to the last row; numbers go on where they were."""
    ledger = Ledger(ledger_url)
    ledger.record_submissions(D, JUNE, [arrival("a" * 64)], july(3))
    ledger.record_briefing(briefing("f1"), FIGURES, FINDINGS)
    kept = ledger.dump().tables
    other = Ledger(f"sqlite:///{tmp_path}/other.sqlite")
    other.fill(kept, {})
    same = {name: rows for name, rows in other.dump().tables.items() if name != "audit"}
    assert same == {name: rows for name, rows in kept.items() if name != "audit"}
    ledger.fill(other.dump().tables, {})
    assert broken(ledger.audit_log()) == ""
    made = ledger.record_briefing(briefing("f2"), FIGURES, FINDINGS)
    assert ledger.figures_of(made) == {figure.code: figure for figure in FIGURES}
    assert ledger.unlike(ledger.audit_log()) == []


def test_a_dump_that_breaks_off_leaves_the_ledger_as_it_was(ledger_url: str) -> None:
    ledger = Ledger(ledger_url)
    ledger.record_briefing(briefing("f1"), FIGURES, FINDINGS)
    before = ledger.dump()
    with pytest.raises(ValueError):  # noqa: PT011  the line is no JSON
        ledger.fill({**before.tables, "finding": [b"{"]}, {})
    assert ledger.dump() == before
