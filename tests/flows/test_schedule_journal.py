"""The journal of the schedule, and the moment it goes by."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from flows.configuration import load_configuration
from flows.ledger import Briefing, Ledger, Status
from flows.schedule_journal import REHEARSAL, Journal, done_of, parse_moment, schedule_now
from flows.settings import Settings, load_settings
from tests.pipeline import ROOT
from transforms.errors import EnvironmentFailure, UsageError
from transforms.period import CHINA, Period

MORNING = dt.datetime(2014, 6, 30, 8, 5, tzinfo=CHINA)
JUNE = Period(2014, 6)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SANCU_HOME", str(tmp_path / "home"))
    return load_settings()


def test_what_is_recorded_is_done_and_later_wins(settings: Settings) -> None:
    journal = Journal(settings, "350303")
    assert journal.done() == {}
    journal.record("draft 2014-06", MORNING)
    journal.record("draft 2014-06", MORNING + dt.timedelta(hours=1))
    assert journal.done() == {"draft 2014-06": MORNING + dt.timedelta(hours=1)}
    assert Journal(settings, "350302").done() == {}


def test_a_damaged_record_counts_as_not_done(settings: Settings) -> None:
    journal = Journal(settings, "350303")
    journal.record("draft 2014-06", MORNING)
    (settings.home / "schedule" / "350303" / "draft_2014-06").write_text("")
    assert journal.done() == {}


def test_a_folder_that_cannot_be_written_is_said(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    (settings.home / "schedule").write_text("")
    with pytest.raises(EnvironmentFailure, match="写不进"):
        Journal(settings, "350303").record("draft 2014-06", MORNING)


def test_only_a_release_makes_an_issue_done(settings: Settings) -> None:
    configuration = load_configuration(ROOT / "data", "350303")
    settings.home.mkdir(parents=True)
    ledger = Ledger(settings.database_url)
    made = Briefing("350303", JUNE, "f" * 64, 5, 5, False, MORNING, "0" * 64, {"summary": {}})
    ledger.record_briefing(made, [], [])
    assert done_of(settings, configuration, [JUNE]) == {}
    signed = replace(made, fingerprint="e" * 64, status=Status.RELEASED, released_at=MORNING)
    ledger.record_briefing(signed, [], [])
    assert done_of(settings, configuration, [JUNE]) == {"issue 2014-06": MORNING}


def test_a_rehearsal_goes_by_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REHEARSAL, "2014-06-30T08:05")
    assert schedule_now() == MORNING
    monkeypatch.setenv(REHEARSAL, "")
    assert abs(schedule_now() - dt.datetime.now(CHINA)) < dt.timedelta(minutes=1)


def test_moments() -> None:
    assert parse_moment("2014-06-30T00:05+00:00") == MORNING
    assert parse_moment("2014-06-30") == MORNING.replace(hour=0, minute=0)
    with pytest.raises(UsageError, match="2014-06-30T08:05"):
        parse_moment("tomorrow")
