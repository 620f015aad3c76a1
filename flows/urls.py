"""URLs of folders: open them with fsspec, and print them without what is secret in them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.remotes import SCHEMES, open_remote
from flows.remotes.address import Address, Credentials
from flows.remotes.reasons import reason
from transforms.errors import ConfigurationError, EnvironmentFailure, SancuError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

NOBODY = Credentials()
LOGIN = ("USER", "PASSWORD", "KEY", "KNOWN_HOSTS", "ENDPOINT")
# a password with a slash in it ends the part of the URL that it should stand in
_UNESCAPED = re.compile(r"(?<=://)[^/@\s\[]*:(?!\d*/)[^@\s]*@")
_USER = re.compile(r"(?<=://)[^/@\s]*(?:@[^/@\s]*)*@")
_QUERY = re.compile(r"(?<=[?&])([^=&\s]+)=[^&\s]*")


def without_credentials(url: str) -> str:
    """`url` fit for a message: user, password and query values are replaced by `***`."""
    return _QUERY.sub(r"\1=***", _USER.sub("***@", _UNESCAPED.sub("***@", url)))


def inbox_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """How to log in to the inbox, from the environment only: a file of settings is copied, mailed and backed up.

    SANCU_INBOX_USER          account; `域名\\账号` for a Windows domain; the access key for S3
    SANCU_INBOX_PASSWORD      password; the secret key for S3; the passphrase where there is a key file
    SANCU_INBOX_KEY           SFTP: file of the private key
    SANCU_INBOX_KNOWN_HOSTS   SFTP: file of known host keys, instead of ~/.ssh/known_hosts
    SANCU_INBOX_ENDPOINT      S3: URL of a service other than Amazon's
    """
    return _credentials("INBOX", environment)


def store_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Likewise for the store on S3: SANCU_STORE_USER, SANCU_STORE_PASSWORD, SANCU_STORE_ENDPOINT."""
    return _credentials("STORE", environment)


def _credentials(place: str, environment: Mapping[str, str]) -> Credentials:
    given = {name: environment.get(f"SANCU_{place}_{name}", "") for name in LOGIN}
    return Credentials(given["USER"], given["PASSWORD"], given["KEY"], given["KNOWN_HOSTS"], given["ENDPOINT"])


def open_folder(url: str, credentials: Credentials = NOBODY) -> tuple[AbstractFileSystem, str]:
    """File system and root path (without a final slash) of a folder's URL; a plain path is a local folder.
    `credentials` count for a server whose URL names no user.

    Raises:
        ConfigurationError: a kind of URL that does not exist, or one with a part missing.
        EnvironmentFailure: the package that serves this kind of URL is not installed, or it cannot connect.
    """
    shown = without_credentials(url)
    try:
        filesystem, root = _open(url, credentials)
        return filesystem, root.rstrip("/") or "/"
    except ImportError as error:
        failure: SancuError = EnvironmentFailure(f"打不开 {shown}：缺少读取这种网址的程序包 {error.name or ''}。")
    except Exception as error:
        if isinstance(error, SancuError):
            raise
        told = failure_of(error, f"连接不上 {shown}")
        if told is None:
            raise
        failure = told
    # raised here so that the library's error, which may quote the password, is not chained to it
    raise failure


def failure_of(error: BaseException, what: str, place: str = "INBOX") -> EnvironmentFailure | None:
    """`what：why。` for an error of the disk or the network; None for a mistake of the program. To be raised outside
    of the `except`, else Python chains the library's error to it. `place` is the part of the variables' names that tell
    how to log in."""
    why = reason(error)
    return None if why is None else EnvironmentFailure(f"{what}：{why.replace('SANCU_INBOX_', f'SANCU_{place}_')}。")


def _open(url: str, credentials: Credentials) -> tuple[AbstractFileSystem, str]:
    kind, separator, _ = url.partition("://")
    if separator and kind.lower() in SCHEMES:
        return open_remote(_address(url), credentials)
    from fsspec.core import url_to_fs

    try:
        filesystem, root = url_to_fs(url)
        return filesystem, root
    except ValueError:
        pass  # its text may quote the URL, so what is raised must not be chained to it
    raise ConfigurationError(f"打不开 {without_credentials(url)}：不认识“{kind}”这种网址。")


def _address(url: str) -> Address:
    try:
        return Address.parse(url)
    except ValueError as error:
        message = f"网址 {without_credentials(url)} 写得不对：{error}。"
    raise ConfigurationError(message)
