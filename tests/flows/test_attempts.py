"""A month that failed or was cut off is said to be so, with its reason, until it is made."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.attempts import attempting, failed, reason
from flows.ledger import Attempt, Ledger
from transforms.errors import EnvironmentFailure, Stopped
from transforms.period import Period

D, MAY, JUNE = "350303", Period(2014, 5), Period(2014, 6)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")


def messages(ledger: Ledger) -> dict[Period, str]:
    return {period: attempt.message for period, attempt in ledger.attempts(D).items()}


def test_an_error_is_told_of_each_month_that_has_none_of_its_own(ledger: Ledger) -> None:
    ledger.begin(D, {MAY: "f0"}, dt.datetime(2014, 7, 3, tzinfo=dt.UTC))
    failed(ledger, D, Stopped("没有通过核对：\n  徐某的名字"), MAY)
    with pytest.raises(EnvironmentFailure), attempting(ledger, D, {JUNE: "f1"}):
        raise EnvironmentFailure("磁盘已满。")
    assert messages(ledger) == {MAY: "没有通过核对", JUNE: "磁盘已满"}


def test_an_error_not_meant_for_people_is_told_by_its_kind(ledger: Ledger) -> None:
    with pytest.raises(KeyError), attempting(ledger, D, {JUNE: "f1"}):
        raise KeyError("徐某")
    assert messages(ledger) == {JUNE: "程序出错（KeyError）"}


def test_an_interrupted_month_was_cut_off(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt), attempting(ledger, D, {JUNE: "f1"}):
        raise KeyboardInterrupt
    attempt = ledger.attempts(D)[JUNE]
    assert attempt.ended_at is None


def test_a_ledger_that_refuses_does_not_hide_the_error(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise EnvironmentFailure("账本磁盘已满。")

    monkeypatch.setattr(ledger, "fail", refuse)
    with pytest.raises(EnvironmentFailure, match="输出"), attempting(ledger, D, {JUNE: "f1"}):
        raise EnvironmentFailure("写不进输出目录。")
    assert messages(ledger) == {JUNE: ""}


def test_what_is_told() -> None:
    started = dt.datetime(2014, 7, 3, 0, 5, tzinfo=dt.UTC)
    assert reason(Attempt(started, None)) == "2014-07-03 08:05 开始，中途断了"
    assert reason(Attempt(started, started, "磁盘已满")) == "2014-07-03 08:05 开始，没有做成：磁盘已满"
