"""A URL taken apart, and the credentials that go with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Address:
    """`scheme://user:password@host:port/path`, percent-encoding undone. `path` begins with `/` or is empty."""

    scheme: str
    host: str
    port: int | None
    path: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises ValueError, without the URL in its message, when there is no host or the port is not a number."""
        parts = urlsplit(url.replace("#", "%23").replace("?", "%3F"))  # both may stand in a file's name
        try:
            port = parts.port
        except ValueError:
            raise ValueError("端口不是数字；口令里有 @ : / 等符号的，请用 SANCU_INBOX_PASSWORD 给出") from None
        host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}").removesuffix(":").strip("[]")
        if not host:
            raise ValueError("缺少服务器名")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, host, port, unquote(parts.path).rstrip("/"), user, password)


@dataclass(frozen=True)
class Credentials:
    """Who reads a folder. Empty strings stand for what is not given; the password is in no `repr`."""

    user: str = ""
    password: str = field(default="", repr=False)
    key_file: str = ""  # SFTP: private key; `password` is then its passphrase
    known_hosts: str = ""  # SFTP: instead of ~/.ssh/known_hosts
    endpoint: str = ""  # S3: URL of a service other than Amazon's

    def completed(self, address: Address) -> Credentials:
        """These, with user and password of the address where it has a user."""
        return replace(self, user=address.user, password=address.password or self.password) if address.user else self
