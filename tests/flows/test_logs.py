"""The log says what happened, and names nobody."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from flows import logs
from tests.flows.test_cli import sancu
from tests.pipeline import INBOX
from transforms.errors import EnvironmentFailure, Stopped

NAMES = ("欧阳测甲", "欧阳测乙", "欧阳测丙", "欧阳测丁")


def told(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(home.glob("logs/*.jsonl")) for line in path.read_text().splitlines()]


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    """The log of this process goes nowhere after the test."""
    yield
    logs._log.handlers = []


def test_a_line_an_event_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "var"
    logs.begin(home)
    logs.event("month.begun", district="350303", period="2014-02", fingerprint="f" * 64)
    assert not home.exists()
    home.mkdir()
    logs.event("month.published", number=3)
    first, second = told(home)
    assert (first["event"], first["period"], first["fingerprint"]) == ("month.begun", "2014-02", "f" * 12)
    assert second["number"] == 3 and first["run"] == second["run"] and first["at"].endswith("+08:00")
    (path,) = (home / "logs").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_old_days_go_when_a_day_begins(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name, days in (("2014-01-01.jsonl", 91), ("2014-03-01.jsonl", 89)):
        (tmp_path / "logs" / name).write_text("{}\n")
        os.utime(tmp_path / "logs" / name, (time.time() - days * 86400,) * 2)
    logs.begin(tmp_path)
    logs.event("service.began")
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert "2014-03-01.jsonl" in names and "2014-01-01.jsonl" not in names and len(names) == 2


def test_an_error_is_told_without_its_words(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    with pytest.raises(SystemExit), logs.command("run"):  # noqa: PT012
        try:
            raise Stopped(f"{NAMES[0]}的信访件")
        except Stopped:
            raise SystemExit(1) from None
    try:
        try:
            raise FileNotFoundError(2, "没有", f"/收文/{NAMES[1]}.xlsx")
        except OSError as error:
            raise EnvironmentFailure(f"读不了 {NAMES[1]}.xlsx") from error
    except EnvironmentFailure as error:
        logs.event("month.failed", **logs.failure(error))
    _, ended, failed = told(tmp_path)
    assert (ended["event"], ended["exit"], ended["error"]) == ("command.ended", 1, "Stopped")
    assert (failed["error"], failed["cause"]) == ("EnvironmentFailure", "FileNotFoundError ENOENT")
    assert failed["place"].startswith("test_logs.py:")
    assert not any(name in path.read_text() for path in (tmp_path / "logs").iterdir() for name in NAMES)


def test_a_disk_that_refuses_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    logs.begin(tmp_path)
    logs.event("service.began")
    assert (tmp_path / "logs").read_text() == "a file"


@pytest.mark.flow
@pytest.mark.slow
def test_a_month_with_errors_names_nobody_in_any_log(tmp_path: Path) -> None:
    """Names stand in rows that are right and wrong, in a cell that a finding quotes, in the names of files and in a file
    that cannot be read."""
    inbox = tmp_path / "收文" / "350303" / "2014-02"
    shutil.copytree(INBOX / "350303" / "2014-02", inbox)
    petitions = (inbox / "信访局.csv").read_text(encoding="gb18030")
    petitions = petitions.replace("林样一", NAMES[0]).replace("2014.1.13", f"{NAMES[0]}说的那天")
    (inbox / "信访局.csv").unlink()
    (inbox / f"信访局（{NAMES[1]}）.csv").write_text(petitions, encoding="gb18030")
    (inbox / f"{NAMES[2]}的来信.xlsx").write_bytes(b"PK")
    (inbox / "财政局.xlsx").unlink()
    (inbox / f"财政局 {NAMES[3]}.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    for attempt in (("run", "2014-02"), ("run", "2014-02", "--district", "999999")):
        done = sancu(tmp_path, *attempt, "--inbox", str(tmp_path / "收文"))
    assert done.returncode == 2
    home = tmp_path / "var"
    events = told(home)
    names = [event["event"] for event in events]
    assert names.count("file.received") == 10
    assert {"command.began", "month.begun", "file.refused", "file.unreadable"} <= set(names)
    assert [event["exit"] for event in events if event["event"] == "command.ended"] == [0, 2]
    written = {path: path.read_bytes() for path in home.rglob("*") if path.suffix in (".log", ".jsonl")}
    assert {path.suffix for path in written} == {".log", ".jsonl"}
    spellings = [spelling for name in NAMES for spelling in (name.encode(), json.dumps(name)[1:-1].encode())]
    assert [path for path, data in written.items() if any(spelling in data for spelling in spellings)] == []
