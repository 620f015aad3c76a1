"""Word to the office: an action of the schedule failed or broke off, or an issue waits for approval.

A letter goes the way of the reminders (outbox, then mail server). Where `SANCU_NOTIFY_WEBHOOK` names an address, the
same text is posted there as JSON, in the form that 企业微信 and 钉钉 take. The address holds a key, so it comes from the
environment only and stands in no message. An alert that cannot be delivered stops nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
import urllib.request
from enum import StrEnum

from flows import notices
from flows.configuration import Configuration
from flows.schedule_journal import Journal
from flows.settings import Settings
from transforms.errors import SancuError
from transforms.period import CHINA, Period
from transforms.reminders import Notice

WEBHOOK = "SANCU_NOTIFY_WEBHOOK"
_TIMEOUT_SECONDS = 10
_log = logging.getLogger("sancu.alerts")


class AlertKind(StrEnum):
    FAILED = "出错"
    BROKEN_OFF = "中断"
    WAITING = "待签发"


def alert(
    settings: Settings, configuration: Configuration, period: Period, kind: AlertKind, text: str, at: dt.datetime
) -> bool:
    """Tell the office, once a day for the same text; whether it was told now. `at` is the moment of the letter."""
    code, office = configuration.district.code, configuration.district.masthead.office
    day = at.astimezone(CHINA).date()
    journal = Journal(settings, code)
    key = f"alert {_digest(str(day), str(period), kind, text)[:20]}"
    if key in journal.done():
        return False
    subject = f"{period.chinese}{configuration.district.campaign}简报：{kind.value}"
    body = f"{office}：\n　　{text}\n"
    # The outbox keeps one letter a day, addressee and kind; alerts that differ must not replace each other.
    letters = [
        Notice(f"办公室-{_digest(to, text)[:6]}", kind, to, subject, body, day)  # type: ignore[arg-type]
        for to in configuration.district.schedule.notify or ("",)
    ]
    try:
        _mail(settings, configuration, period, letters, at)
        _post(f"{subject}\n{text}")
        journal.record(key, at)
    except SancuError as error:
        _log.warning("提醒没有送到：%s", error)
    return True


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _mail(
    settings: Settings, configuration: Configuration, period: Period, letters: list[Notice], at: dt.datetime
) -> None:
    smtp = settings.mail.smtp.get_secret_value() if settings.mail.smtp else ""
    mail = notices.Mail(settings.outbox, smtp, settings.mail.sender)
    for letter in letters:
        notices.send(mail, configuration.district, period, [letter], {}, at)


def _post(text: str) -> None:
    address = os.environ.get(WEBHOOK, "")
    if not address.startswith(("https://", "http://")):
        return
    data = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json; charset=utf-8"})
    try:
        urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS).close()
    except (OSError, ValueError) as error:
        _log.warning("通知没有发到 %s：%s", WEBHOOK, type(error).__name__)
