"""Word to the office: once a day, as a letter and to the webhook, and never in the way of the work."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from flows.alerts import WEBHOOK, AlertKind, alert
from flows.configuration import Configuration, load_configuration
from flows.settings import Settings, load_settings
from tests.pipeline import ROOT
from transforms.period import CHINA, Period

JUNE = Period(2014, 6)
MORNING = dt.datetime(2014, 7, 3, 8, 5, tzinfo=CHINA)


class Receiver(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    got: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Receiver]]:
    Receiver.got.clear()
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{server.server_port}/send?key=secret")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield Receiver
        server.shutdown()
    Receiver.status = 200


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SANCU_HOME", str(tmp_path / "home"))
    return load_settings()


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    known = load_configuration(ROOT / "data", "350303")
    schedule = known.district.schedule.model_copy(update={"notify": ("a@example.gov.cn", "b@example.gov.cn")})
    return replace(known, district=known.district.model_copy(update={"schedule": schedule}))


def letters(settings: Settings) -> list[Path]:
    return sorted(settings.outbox.glob("350303/2014-06/*.eml"))


def test_it_is_told_once_a_day_to_everybody(
    settings: Settings, configuration: Configuration, webhook: type[Receiver]
) -> None:
    assert alert(settings, configuration, JUNE, AlertKind.FAILED, "收文目录连不上", MORNING)
    assert not alert(settings, configuration, JUNE, AlertKind.FAILED, "收文目录连不上", MORNING.replace(hour=9))
    assert alert(settings, configuration, JUNE, AlertKind.FAILED, "收文目录连不上", MORNING + dt.timedelta(days=1))
    assert [got["text"]["content"] for got in webhook.got] == ["2014年6月三促简报：出错\n收文目录连不上"] * 2
    text = "".join(letter.read_text() for letter in letters(settings))
    assert (text.count("<a@example.gov.cn>"), text.count("<b@example.gov.cn>")) == (2, 2)


def test_two_alerts_of_one_day_are_two_letters(
    settings: Settings, configuration: Configuration, webhook: type[Receiver]
) -> None:
    assert alert(settings, configuration, JUNE, AlertKind.FAILED, "收文目录连不上", MORNING)
    assert alert(settings, configuration, JUNE, AlertKind.FAILED, "磁盘满了", MORNING)
    assert len(letters(settings)) == 4
    assert len(webhook.got) == 2


def test_without_an_address_it_stays_in_the_outbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WEBHOOK, raising=False)
    plain = load_configuration(ROOT / "data", "350303")
    assert alert(settings, plain, JUNE, AlertKind.WAITING, "等待签发", MORNING)
    (letter,) = letters(settings)
    assert letter.name.startswith("2014-07-03_办公室-") and "_待签发_" in letter.name


def test_a_webhook_that_refuses_stops_nothing_and_its_key_is_not_told(
    settings: Settings, configuration: Configuration, webhook: type[Receiver], caplog: pytest.LogCaptureFixture
) -> None:
    Receiver.status = 500
    with caplog.at_level(logging.WARNING):
        assert alert(settings, configuration, JUNE, AlertKind.BROKEN_OFF, "中断了", MORNING)
    assert "没有发到" in caplog.text
    assert "secret" not in caplog.text


def test_an_outbox_that_cannot_be_written_stops_nothing(
    settings: Settings, configuration: Configuration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WEBHOOK, raising=False)
    settings.home.mkdir(parents=True)
    settings.outbox.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert alert(settings, configuration, JUNE, AlertKind.FAILED, "出错了", MORNING)
    assert "提醒没有送到" in caplog.text
