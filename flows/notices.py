"""Reminders on their way: a letter is written into the outbox first, then sent from there where a mail server is known.

`OUTBOX/350303/2014-06/` holds the letters that have not been sent, one `.eml` each, which a mail program opens for
sending by hand; `sent/` beside them holds one record for each letter that a server has accepted. A letter is named by
its day, department, kind and contents, so that running the command again neither writes nor sends it twice.

Killed after the server accepted a letter and before the record was written, the next run of that day sends it once
more, with the same Message-ID, by which mailboxes know the copy: a reminder that comes twice does less harm than one
that is lost. The folder is readable by its owner only, since returned workbooks hold what the department wrote.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import mimetypes
import re
import smtplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path

from flows import atomic, logs, returning
from flows.board import Board
from flows.mail_server import MailServer, address, connection, reason
from flows.month import Month
from transforms.board import total
from transforms.districts import District
from transforms.errors import EnvironmentFailure
from transforms.period import CHINA, Period
from transforms.reminders import Notice, needs_answer, reminders

Attachments = Mapping[str, Mapping[str, bytes]]  # department → file name → contents
RECORDS = "sent"
_UNSENT = "X-Unsent"  # mail programs open a letter with this header for sending, not as one received
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Mail:
    """Where letters go. Without `smtp` (`smtp://user@host:587`, `smtps://…`) they stay in the outbox."""

    outbox: Path
    smtp: str = field(default="", repr=False)
    sender: str = ""


class Outcome(StrEnum):
    SENT = "已发送"
    BEFORE = "今天已经发过"
    KEPT = "在发件箱"


@dataclass(frozen=True)
class Delivery:
    """What came of one notice. `path` is the letter in the outbox, or the record that it was sent."""

    notice: Notice
    outcome: Outcome
    path: Path

    def line(self) -> str:
        why = "" if self.notice.to or self.outcome is not Outcome.KEPT else "，没有登记邮箱"
        return f"{self.outcome} {self.notice.department}（{self.notice.kind}{why}）：{self.path}"


@dataclass(frozen=True)
class _Letter:
    """A notice, the bytes of its `.eml` and where they and their record stand."""

    notice: Notice
    identity: str
    folder: Path
    attached: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        return f"{self.slot}_{self.identity[:12]}"

    @property
    def slot(self) -> str:
        name = f"{self.notice.on}_{self.notice.department}_{self.notice.kind}"
        return re.sub(r'[\\/:*?"<>|\[\]\s]', "_", name)

    @property
    def path(self) -> Path:
        return self.folder / f"{self.stem}.eml"

    @property
    def record(self) -> Path:
        return self.folder / RECORDS / f"{self.stem}.json"


def notices_of(month: Month, board: Board, on: dt.date, where: str = "") -> tuple[tuple[Notice, ...], Attachments]:
    """The letters of a day, and the marked workbooks that go with them: each to its own department only.

    Raises:
        EnvironmentFailure: the archive cannot be read, or the child that reads workbooks cannot be started.
    """
    faulty = {receipt.department for receipt in board.receipts if needs_answer(total(receipt))}
    attached = {
        submission.department: marked
        for submission in board.submissions
        if submission.department in faulty
        and (marked := returning.mark_month(month, [submission], board.findings[submission.department]))
    }
    notices = reminders(
        board.receipts,
        board.due,
        on,
        month.configuration.district,
        board.period,
        findings=[finding for found in board.findings.values() for finding in found],
        returned={department: "、".join(marked) for department, marked in attached.items()},
        where=where,
    )
    return notices, attached


def send(
    mail: Mail,
    district: District,
    period: Period,
    notices: Sequence[Notice],
    attachments: Attachments,
    at: dt.datetime,
) -> tuple[Delivery, ...]:
    """Write every letter into the outbox, then send those that have an address. Safe to repeat; two processes must not
    do it at once (hold the month's lock).

    Raises:
        ConfigurationError: the mail server's URL or the sender's address cannot be meant.
        EnvironmentFailure: the outbox cannot be written, or the server refuses; what was not sent is in the outbox.
    """
    if not notices:
        return ()
    server = MailServer.parse(mail.smtp, mail.sender) if mail.smtp else None
    sender = server.sender if server else mail.sender and address(mail.sender)
    signed = str(Address(district.masthead.office, addr_spec=sender)) if sender else ""
    folder = mail.outbox / district.code / str(period)
    letters = [_letter(notice, folder, attachments) for notice in notices]
    with _writing(folder):
        for place in (mail.outbox, folder, folder / RECORDS):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for letter in letters:
            _keep(letter, signed, at)
    waiting = [letter for letter in letters if letter.notice.to and not letter.record.exists()]
    sent = _send_all(server, waiting, at) if server and waiting else set()
    for letter in letters:
        told = {"district": district.code, "period": str(period), "department": letter.notice.department}
        name = "notice.sent" if letter.identity in sent else "notice.kept"
        logs.event(name, kind=letter.notice.kind.value, **told)
    return tuple(_delivery(letter, letter.identity in sent) for letter in letters)


def _letter(notice: Notice, folder: Path, attachments: Attachments) -> _Letter:
    attached = attachments.get(notice.department, {})
    # The workbook's bytes have no part in it: what was found in it stands in the body.
    told = (
        *folder.parts[-2:],
        notice.on.isoformat(),
        notice.department,
        notice.kind,
        notice.to,
        notice.subject,
        notice.body,
        *sorted(attached),
    )
    return _Letter(notice, hashlib.sha256("\0".join(told).encode()).hexdigest(), folder, attached)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise atomic.failure(f"写不进发件箱 {folder}", error) from error


def _keep(letter: _Letter, signed: str, at: dt.datetime) -> None:
    """Leave the letter in the outbox unless it was sent or stands there; another text of the same day goes."""
    if letter.record.exists():
        letter.path.unlink(missing_ok=True)  # killed between the two
        return
    for older in letter.folder.glob(f"{letter.slot}_*.eml"):
        if older != letter.path:
            older.unlink()
    if not letter.path.exists() or str(_stored(letter)["From"] or "") != signed:
        atomic.write(letter.path, _message(letter, signed, at).as_bytes())


def _stored(letter: _Letter) -> EmailMessage:
    return message_from_bytes(letter.path.read_bytes(), policy=policy.SMTP)


def _message(letter: _Letter, signed: str, at: dt.datetime) -> EmailMessage:
    notice = letter.notice
    message = EmailMessage(policy=policy.SMTP)
    if signed:
        message["From"] = signed
    if notice.to:
        message["To"] = Address(notice.department, addr_spec=notice.to)
    message["Subject"] = notice.subject
    message["Date"] = format_datetime(at.astimezone(CHINA))
    message["Message-ID"] = f"<{letter.identity[:32]}@sancu.invalid>"
    message[_UNSENT] = "1"
    message.set_content(notice.body, charset="utf-8", cte="base64")
    for name, data in letter.attached.items():
        kind = mimetypes.guess_type(name)[0] or _XLSX
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def _send_all(server: MailServer, letters: Sequence[_Letter], at: dt.datetime) -> set[str]:
    """The identities of the letters sent. One that the server refuses does not keep the others back.

    Raises:
        EnvironmentFailure: not all were sent, or a record cannot be written.
    """
    sent: set[str] = set()
    refused: list[str] = []

    def rest() -> str:
        return f"已发出 {len(sent)} 封，其余 {len(letters) - len(sent)} 封{_kept(letters)}"

    with connection(server, rest) as smtp:
        for letter in letters:
            with _writing(letter.folder):
                message = _stored(letter)
            del message[_UNSENT]
            try:
                smtp.send_message(message)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                refused.append(f"{letter.notice.department}（{letter.notice.to}）{reason(error)}")
                continue
            with _writing(letter.folder):
                _record(letter, str(message["Message-ID"]), at)
            sent.add(letter.identity)
    if refused:
        raise EnvironmentFailure(
            f"已发出 {len(sent)} 封；邮件服务器没有收下：{'；'.join(refused)}。这几封{_kept(letters)}。"
        )
    return sent


def _kept(letters: Sequence[_Letter]) -> str:
    return f"还在发件箱 {letters[0].folder}，重新运行同一条命令会接着发"


def _record(letter: _Letter, message_id: str, at: dt.datetime) -> None:
    """First the record, then the letter goes: what was sent keeps no copy of the workbook."""
    notice = letter.notice
    told = {
        "message_id": message_id,
        "department": notice.department,
        "kind": notice.kind.value,
        "to": notice.to,
        "subject": notice.subject,
        "attachments": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(letter.attached.items())},
        "sent_at": at.isoformat(),
    }
    atomic.write(letter.record, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    letter.path.unlink()


def _delivery(letter: _Letter, sent: bool) -> Delivery:
    if letter.record.exists():
        return Delivery(letter.notice, Outcome.SENT if sent else Outcome.BEFORE, letter.record)
    return Delivery(letter.notice, Outcome.KEPT, letter.path)
