"""Letters sent to a real mail server on loopback, or kept in the outbox; each once a day, none lost."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flows import atomic, notices
from flows.board import board_of
from flows.mail_server import PASSWORD, MailServer
from flows.month import open_month
from flows.notices import Delivery, Mail, Outcome, notices_of, send
from flows.settings import load_settings
from tests.pipeline import INBOX, environment
from tests.transforms.briefing.sample_figures import district
from transforms.errors import ConfigurationError, EnvironmentFailure
from transforms.period import Period
from transforms.reminders import Notice, NoticeKind

SECRET = "correct horse"
JUNE = Period(2014, 6)
DAY = dt.date(2014, 7, 4)
AT = dt.datetime(2014, 7, 4, 1, 2, 3, tzinfo=dt.UTC)
WORKBOOK = b"PK\x03\x04" + bytes(range(256)) * 40
NAME = "财政局（退回）.xlsx"
RETURNED = Notice(
    "财政局",
    NoticeKind.RETURNED,
    "caizheng@example.gov.cn",
    "请更正或说明2014年6月三促活动报表（退回2条，待说明1条）——财政局",
    "财政局：\n　　贵单位7月2日16:26报送的报表已经检查，退回2条。\n\n　　涵江区三促活动领导小组办公室\n",
    DAY,
)
OVERDUE = Notice(
    "信访局", NoticeKind.OVERDUE, "xinfang@example.gov.cn", "请尽快报送", "信访局：\n　　已逾期2天。\n", DAY
)
NO_ADDRESS = replace(OVERDUE, department="效能办", to="")
ATTACHED = {"财政局": {NAME: WORKBOOK}}

# The plain server asks for a password without encryption, on loopback.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@dataclass
class Office:
    """What the server accepted. Recipients in `refuses` are turned away; `drop` closes the line at the next letter."""

    received: list[Envelope] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    drop_after: int = 99

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if len(self.received) >= self.drop_after:
            server.transport.abort()
            return "451 going away"
        self.received.append(envelope)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(e.content or b""), policy=policy.default) for e in self.received]


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"office", SECRET.encode())
    return AuthResult(success=right, handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def controller(office: Office, **options: Any) -> Controller:
    return Controller(office, hostname="127.0.0.1", port=free_port(), **options)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def plain(office: Office) -> Iterator[Controller]:
    """A server that wants a name and a password, and offers no encryption."""
    server = controller(office, authenticator=authenticator, auth_required=True, auth_require_tls=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that signs itself, for localhost, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, form, bare) + signed.public_bytes(pem))
    return path


def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def mail_to(server: Controller, tmp_path: Path, user: str = "office@", scheme: str = "smtp") -> Mail:
    return Mail(tmp_path / "outbox", f"{scheme}://{user}localhost:{server.port}", "bangongshi@example.gov.cn")


def sent(mail: Mail, *letters: Notice, password: str = SECRET, at: dt.datetime = AT) -> tuple[Delivery, ...]:
    with environment(**{PASSWORD: password}):
        return send(mail, district(), JUNE, letters or (RETURNED, OVERDUE), ATTACHED, at)


def folder(mail: Mail) -> Path:
    return mail.outbox / "350303" / "2014-06"


def kept(mail: Mail) -> list[str]:
    return sorted(path.name.rsplit("_", 1)[0] for path in folder(mail).glob("*.eml"))


def test_the_letter_arrives_whole(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    deliveries = sent(mail)
    assert [delivery.outcome for delivery in deliveries] == [Outcome.SENT, Outcome.SENT]
    assert [envelope.rcpt_tos for envelope in office.received] == [[RETURNED.to], [OVERDUE.to]]
    assert office.received[0].mail_from == "bangongshi@example.gov.cn"
    first, second = office.messages()
    assert first["Subject"] == RETURNED.subject
    assert first["From"].addresses[0].display_name == "涵江区三促活动领导小组办公室"
    assert first["To"].addresses[0].display_name == "财政局"
    body = first.get_body()
    assert body is not None and body.get_content().replace("\r\n", "\n") == RETURNED.body
    (attachment,) = first.iter_attachments()
    assert attachment.get_filename() == NAME
    assert attachment.get_content() == WORKBOOK
    assert list(second.iter_attachments()) == []
    assert all(message["X-Unsent"] is None for message in (first, second))
    assert all(max(map(len, bytes(e.content or b"").split(b"\r\n"))) <= 998 for e in office.received)


def test_what_was_sent_leaves_a_record_without_the_workbook(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    delivery, _ = sent(mail)
    assert kept(mail) == []
    record = json.loads(delivery.path.read_text(encoding="utf-8"))
    assert record["message_id"] == office.messages()[0]["Message-ID"]
    assert (record["department"], record["to"]) == ("财政局", RETURNED.to)
    assert list(record["attachments"]) == [NAME]
    assert WORKBOOK not in b"".join(path.read_bytes() for path in mail.outbox.rglob("*") if path.is_file())


def test_the_same_letter_goes_once_a_day(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    sent(mail)
    later = sent(mail, at=AT + dt.timedelta(hours=3))
    assert [delivery.outcome for delivery in later] == [Outcome.BEFORE, Outcome.BEFORE]
    assert len(office.received) == 2
    tomorrow = replace(OVERDUE, on=DAY + dt.timedelta(days=1), body="信访局：\n　　已逾期3天。\n")
    assert sent(mail, tomorrow)[0].outcome is Outcome.SENT
    assert len(office.received) == 3


def test_another_text_day_or_month_is_another_letter(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    sent(mail, OVERDUE)
    sent(mail, replace(OVERDUE, body="信访局：\n　　收到的表打不开。\n"))
    sent(mail, replace(OVERDUE, on=DAY + dt.timedelta(days=1)))
    with environment(**{PASSWORD: SECRET}):
        send(mail, district(), JUNE.previous, [OVERDUE], {}, AT)
    assert len({message["Message-ID"] for message in office.messages()}) == 4


def test_starttls_is_used_when_offered(office: Office, certificate: Path, tmp_path: Path) -> None:
    server = controller(
        office,
        authenticator=authenticator,
        auth_required=True,
        require_starttls=True,
        tls_context=context(certificate),
    )
    server.start()
    try:
        with environment(SSL_CERT_FILE=str(certificate)):
            assert sent(mail_to(server, tmp_path))[0].outcome is Outcome.SENT
        assert len(office.received) == 2
        mail = mail_to(server, tmp_path / "untrusted")
        with pytest.raises(EnvironmentFailure, match="证书没有通过验证"):
            sent(mail)
        assert len(office.received) == 2
        assert len(kept(mail)) == 2
    finally:
        server.stop()


def test_smtps(office: Office, certificate: Path, tmp_path: Path) -> None:
    server = controller(office, authenticator=authenticator, auth_require_tls=False, ssl_context=context(certificate))
    server.start()
    try:
        with environment(SSL_CERT_FILE=str(certificate)):
            assert sent(mail_to(server, tmp_path, scheme="smtps"))[0].outcome is Outcome.SENT
    finally:
        server.stop()
    assert len(office.received) == 2


def test_a_wrong_password_is_said_and_not_shown(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    with pytest.raises(EnvironmentFailure, match="不接受这个用户名或密码") as caught:
        sent(mail, password="battery-staple")
    assert "battery" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert (office.received, len(kept(mail))) == ([], 2)
    assert sent(mail)[0].outcome is Outcome.SENT


def test_without_a_password_none_is_guessed(plain: Controller, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match=f"没有设置环境变量 {PASSWORD}"):
        sent(mail_to(plain, tmp_path), password="")


def test_a_password_that_the_protocol_cannot_carry(plain: Controller, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="只能用英文") as caught:
        sent(mail_to(plain, tmp_path), password="密码")
    assert "“密码”" not in str(caught.value)


def test_a_password_never_travels_in_the_clear(
    plain: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.mail_server._HERE", ())
    with pytest.raises(EnvironmentFailure, match="没有提供加密"):
        sent(mail_to(plain, tmp_path))


def test_a_server_that_is_down_leaves_all_in_the_outbox(office: Office, tmp_path: Path) -> None:
    server = controller(office)
    mail = mail_to(server, tmp_path, user="")
    with pytest.raises(EnvironmentFailure, match=r"连不上。已发出 0 封，其余 2 封还在发件箱"):
        sent(mail)
    assert kept(mail) == ["2014-07-04_信访局_逾期未报", "2014-07-04_财政局_退回待更正"]
    server.start()
    try:
        assert [delivery.outcome for delivery in sent(mail)] == [Outcome.SENT, Outcome.SENT]
    finally:
        server.stop()
    assert (len(office.received), kept(mail)) == (2, [])


def test_one_refused_address_does_not_keep_the_others_back(plain: Controller, office: Office, tmp_path: Path) -> None:
    office.refuses = {RETURNED.to}
    mail = mail_to(plain, tmp_path)
    with pytest.raises(EnvironmentFailure, match="已发出 1 封；邮件服务器没有收下：财政局"):
        sent(mail)
    assert [envelope.rcpt_tos for envelope in office.received] == [[OVERDUE.to]]
    assert kept(mail) == ["2014-07-04_财政局_退回待更正"]
    office.refuses = set()
    assert [delivery.outcome for delivery in sent(mail)] == [Outcome.SENT, Outcome.BEFORE]


def test_a_line_that_breaks_in_the_middle_loses_nothing(plain: Controller, office: Office, tmp_path: Path) -> None:
    office.drop_after = 1
    mail = mail_to(plain, tmp_path)
    with pytest.raises(EnvironmentFailure, match="断开了连接，或一直没有回答。已发出 1 封，其余 1 封还在发件箱"):
        sent(mail)
    office.drop_after = 99
    assert [delivery.outcome for delivery in sent(mail)] == [Outcome.BEFORE, Outcome.SENT]
    assert [message["To"].addresses[0].display_name for message in office.messages()] == ["财政局", "信访局"]


def test_killed_before_the_record_the_copy_has_the_same_id(
    plain: Controller, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_to(plain, tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(mail, OVERDUE)
    sent(mail, OVERDUE)
    sent(mail, OVERDUE)
    first, second = office.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_killed_after_the_record_it_is_not_sent_again(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    (delivery,) = sent(mail, OVERDUE)
    left = folder(mail) / f"{delivery.path.stem}.eml"
    left.write_bytes(b"To: x\r\n\r\n")
    assert sent(mail, OVERDUE)[0].outcome is Outcome.BEFORE
    assert (len(office.received), left.exists()) == (1, False)


def test_a_disk_that_is_full_when_a_letter_was_sent(
    plain: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_to(plain, tmp_path)
    write = atomic.write

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".json":
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(atomic, "write", full)
    with pytest.raises(EnvironmentFailure, match=r"写不进发件箱.*磁盘已满"):
        sent(mail, OVERDUE)
    assert len(kept(mail)) == 1


def test_without_a_server_letters_wait_in_a_private_outbox(tmp_path: Path) -> None:
    mail = Mail(tmp_path / "outbox")
    before = send(mail, district(), JUNE, [RETURNED, NO_ADDRESS], ATTACHED, AT)
    assert [delivery.outcome for delivery in before] == [Outcome.KEPT, Outcome.KEPT]
    assert "没有登记邮箱" in before[1].line()
    assert stat.S_IMODE(folder(mail).stat().st_mode) == 0o700
    written = {delivery.path: delivery.path.read_bytes() for delivery in before}
    message = message_from_bytes(written[before[0].path], policy=policy.default)
    assert (message["Subject"], message["X-Unsent"], message["From"]) == (RETURNED.subject, "1", None)
    assert [part.get_filename() for part in message.iter_attachments()] == [NAME]
    send(mail, district(), JUNE, [RETURNED, NO_ADDRESS], ATTACHED, AT + dt.timedelta(hours=1))
    assert {path: path.read_bytes() for path in folder(mail).glob("*.eml")} == written


def test_a_server_configured_later_sends_what_waits(plain: Controller, office: Office, tmp_path: Path) -> None:
    mail = mail_to(plain, tmp_path)
    sent(Mail(mail.outbox), RETURNED, NO_ADDRESS)
    assert [delivery.outcome for delivery in sent(mail, RETURNED, NO_ADDRESS)] == [Outcome.SENT, Outcome.KEPT]
    (message,) = office.messages()
    assert message["From"].addresses[0].addr_spec == "bangongshi@example.gov.cn"
    assert message["X-Unsent"] is None


def test_a_newer_text_of_the_day_takes_the_place_of_one_that_waits(tmp_path: Path) -> None:
    mail = Mail(tmp_path / "outbox")
    yesterday = replace(OVERDUE, on=DAY - dt.timedelta(days=1))
    sent(mail, yesterday, OVERDUE)
    sent(mail, replace(OVERDUE, body="信访局：\n　　收到的表打不开。\n"))
    assert kept(mail) == ["2014-07-03_信访局_逾期未报", "2014-07-04_信访局_逾期未报"]


def test_an_outbox_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file", encoding="utf-8")
    with pytest.raises(EnvironmentFailure, match="写不进发件箱"):
        sent(Mail(tmp_path / "outbox"))


@pytest.mark.parametrize(
    ("url", "sender", "said"),
    [
        ("smtp://office:hunter2@localhost", "a@b", "不要写密码"),
        ("http://localhost", "a@b", "网址不对"),
        ("smtp://localhost:port", "a@b", "网址不对"),
        ("smtp://", "a@b", "网址不对"),
        ("smtp://office@localhost", "", "发件人"),
        ("smtp://office@localhost", "办公室", "发件人"),
    ],
)
def test_a_url_that_cannot_be_meant(url: str, sender: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        sent(Mail(tmp_path / "outbox", url, sender))
    assert "hunter2" not in str(caught.value)


def test_urls() -> None:
    assert MailServer.parse("smtp://a%40b.cn@mail.cn") == MailServer("mail.cn", 587, False, "a@b.cn", "a@b.cn")
    assert MailServer.parse("smtps://mail.cn:4465/", "c@d.cn") == MailServer("mail.cn", 4465, True, "", "c@d.cn")


@pytest.mark.xdist_group("june")
def test_junes_letters_carry_each_departments_own_workbook(tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path / "home")):
        month = open_month(load_settings(), "2014-06", inbox=str(INBOX))
    letters, attached = notices_of(month, board_of(month), dt.date(2014, 7, 3))
    assert {letter.department for letter in letters} == {"财政局", "金融办", "住建局", "发改局"}
    assert {letter.kind for letter in letters} == {NoticeKind.RETURNED}
    assert {name: list(files) for name, files in attached.items()} == {
        name: [f"{name}（退回）.xlsx"] for name in ("财政局", "金融办", "住建局", "发改局")
    }
    assert all(f"打开附件“{letter.department}（退回）.xlsx”" in letter.body for letter in letters)
    first = send(Mail(tmp_path / "outbox"), month.configuration.district, JUNE, letters, attached, AT)
    again, attached = notices_of(month, board_of(month), dt.date(2014, 7, 3))
    second = send(Mail(tmp_path / "outbox"), month.configuration.district, JUNE, again, attached, AT)
    assert [delivery.path for delivery in first] == [delivery.path for delivery in second]
    message = message_from_bytes(first[0].path.read_bytes(), policy=policy.default)
    assert len(list(message.iter_attachments())) == 1
