"""Shares of Windows and Samba servers."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import smbclient
from fsspec.implementations.smb import SMBFileSystem
from smbprotocol.exceptions import SMBException

from flows.remotes.address import Address, Credentials
from transforms.errors import ConfigurationError

# read when a connection is made; without it a server that falls silent is waited for for 20 minutes
_SILENCE = "SMB_EXPERIMENTAL_TRANSPORT_RECEIVE_TIMEOUT"


class Share(SMBFileSystem):
    """fsspec's SMB without retries of its own and without locking others out of a file being read."""

    cachable = False

    def __init__(self, address: Address, login: Credentials, timeout: float) -> None:
        os.environ.setdefault(_SILENCE, str(max(1, int(timeout / 2))))
        user = login.user.replace(";", "\\", 1)  # smb://DOMAIN;user@host
        try:
            super().__init__(
                address.host,
                port=address.port,
                username=user or None,
                password=login.password or None,
                timeout=max(1, int(timeout)),
                share_access="rwd",
                register_session_retries=0,
            )
        except BaseException:
            self.end_connection()  # else the next log-in would meet what is left of this one
            raise

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        described: dict[str, Any] = super().info(path, **kwargs)
        return {**described, "name": path}

    def end_connection(self) -> None:
        with contextlib.suppress(SMBException, OSError, ValueError):
            smbclient.delete_session(self.host, port=self._port, timeout=2)


def open_smb(address: Address, login: Credentials, timeout: float) -> tuple[SMBFileSystem, str]:
    """Connect; the path begins with the share.

    Raises:
        ConfigurationError: no share in the URL.
    """
    if not address.path.strip("/"):
        raise ConfigurationError("SMB 网址缺少共享名，应写成 smb://服务器/共享名/文件夹。")
    return Share(address, login, timeout), address.path
