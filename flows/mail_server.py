"""The office's mail server: its URL, a connection that is encrypted where it can be, and what refusals mean.

The password comes from the environment variable `SANCU_SMTP_PASSWORD` only, and stands in no message.
"""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from transforms.errors import ConfigurationError, EnvironmentFailure

PASSWORD = "SANCU_SMTP_PASSWORD"
TIMEOUT_SECONDS = 30.0
_PORTS = {"smtp": 587, "smtps": 465}
_HERE = ("localhost", "127.0.0.1", "::1")
_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_FORM = "邮件服务器的网址不对，应写成 smtp://用户@主机:587 或 smtps://用户@主机。"
# The first that fits counts, so the more special kinds come first.
_MEANINGS: tuple[tuple[type[OSError], str], ...] = (
    (smtplib.SMTPAuthenticationError, f"不接受这个用户名或密码，请核对用户名和环境变量 {PASSWORD}"),
    (smtplib.SMTPRecipientsRefused, "不接受收件地址，请核对区县文件中的 email"),
    (smtplib.SMTPSenderRefused, "不接受发件地址"),
    (smtplib.SMTPDataError, "不接受这封信的内容，附件可能太大"),
    (smtplib.SMTPNotSupportedError, "不支持登录，请核对网址和端口"),
    (smtplib.SMTPServerDisconnected, "断开了连接，或一直没有回答"),
    (smtplib.SMTPException, "没有照办"),
    (ssl.SSLCertVerificationError, "的证书没有通过验证，请核对主机名；单位自己的根证书可用环境变量 SSL_CERT_FILE 指定"),
    (ssl.SSLError, "没能建立加密连接，请核对网址（smtp:// 或 smtps://）和端口"),
    (socket.gaierror, "的主机名找不到"),
    (TimeoutError, "没有回答"),
    (ConnectionResetError, "断开了连接"),
    (BrokenPipeError, "断开了连接"),
)


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    tls: bool  # from the first byte; otherwise STARTTLS when the server offers it
    user: str
    sender: str

    @classmethod
    def parse(cls, url: str, sender: str = "") -> MailServer:
        """Read `smtp://user@host:587` or `smtps://user@host`. Without `sender` the user's name is the address.

        Raises:
            ConfigurationError: another form, a password in the URL, or no sender's address.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigurationError(_FORM) from None
        if parts.password is not None:
            raise ConfigurationError(f"邮件服务器的网址里不要写密码，请放在环境变量 {PASSWORD} 中。")
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ConfigurationError(_FORM)
        user = unquote(parts.username or "")
        tls = parts.scheme == "smtps"
        return cls(parts.hostname, port or _PORTS[parts.scheme], tls, user, address(sender or user))

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


def address(text: str) -> str:
    """`text` itself.

    Raises:
        ConfigurationError: it is no mail address.
    """
    if not _ADDRESS.fullmatch(text):
        raise ConfigurationError("发件人的邮箱地址没有设置，或写得不对，应写成 bangongshi@example.gov.cn。")
    return text


@contextmanager
def connection(server: MailServer, rest: Callable[[], str]) -> Iterator[smtplib.SMTP]:
    """A session with `server`, logged in when its URL names a user. `rest` says, when asked, what has become of the
    letters so far. Every OSError within the session counts as the server's.

    Raises:
        EnvironmentFailure: no connection, no encryption for a password, or the server refuses or goes away.
    """
    try:
        with _connected(server) as smtp:
            _log_in(smtp, server)
            yield smtp
    except OSError as error:  # of which smtplib's errors are a kind
        # The server's own words may repeat what it was sent, so they are neither shown nor chained.
        raise EnvironmentFailure(f"邮件服务器 {server.shown} {reason(error)}。{rest()}。") from None


def reason(error: OSError) -> str:
    """What a refusal means, in words for the person at the machine; never the server's own text."""
    meaning = next((text for kind, text in _MEANINGS if isinstance(error, kind)), "连不上")
    code = getattr(error, "smtp_code", None)
    return f"{meaning}（{code}）" if code else meaning


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _log_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    if not server.user:
        return
    if not isinstance(smtp.sock, ssl.SSLSocket) and server.host not in _HERE:
        raise EnvironmentFailure(
            f"邮件服务器 {server.shown} 没有提供加密，密码不能明文传送，没有登录；信还在发件箱。请改用 smtps:// 或请管理员打开 STARTTLS。"
        )
    password = os.environ.get(PASSWORD, "")
    if not password:
        raise EnvironmentFailure(f"邮件服务器要登录，但没有设置环境变量 {PASSWORD}；信还在发件箱。")
    if not (server.user + password).isascii():
        raise EnvironmentFailure("邮件服务器的用户名和密码只能用英文、数字和符号；信还在发件箱。")
    smtp.login(server.user, password)
