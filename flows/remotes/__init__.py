"""Folders on other machines, each opened as an fsspec file system: SMB, SFTP, WebDAV, HTTP(S), S3.

Reading only, every step with a time limit. The libraries are imported when a URL needs them; none of them is ever
given a URL with a password in it, so that none can print it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.remotes.address import Address, Credentials

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

SCHEMES = frozenset({"smb", "sftp", "webdav", "webdavs", "http", "https", "s3"})
TIMEOUT_SECONDS = 20.0  # for one answer of the server


def open_remote(address: Address, credentials: Credentials) -> tuple[AbstractFileSystem, str]:
    """File system and root path of a folder on a server. What stands in the URL wins over `credentials`.

    Raises:
        ConfigurationError: a part of the URL is missing.
        EnvironmentFailure: the server's host key is not known, or a key file cannot be used.
        Exception: whatever the library raises; `flows.remotes.reasons` puts it into words.
    """
    login = credentials.completed(address)
    if address.scheme == "sftp":
        from flows.remotes.sftp import open_sftp

        return open_sftp(address, login, TIMEOUT_SECONDS)
    if address.scheme == "smb":
        from flows.remotes.smb import open_smb

        return open_smb(address, login, TIMEOUT_SECONDS)
    if address.scheme == "s3":
        from flows.remotes.s3 import open_s3

        return open_s3(address, login, TIMEOUT_SECONDS)
    from flows.remotes.web import open_web

    return open_web(address, login, TIMEOUT_SECONDS)


def close(filesystem: AbstractFileSystem) -> None:
    """End the connection where there is one; a server that is gone already is no matter."""
    end = getattr(filesystem, "end_connection", None)
    if end is not None:
        end()
