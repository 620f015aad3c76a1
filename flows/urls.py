"""URLs of folders: open them with fsspec, and print them without what is secret in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.errors import ConfigurationError, EnvironmentFailure

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_USER = re.compile(r"(?<=://)[^/@\s]*(?:@[^/@\s]*)*@")
_QUERY = re.compile(r"(?<=[?&])([^=&\s]+)=[^&\s]*")


def without_credentials(url: str) -> str:
    """`url` fit for a message: user, password and query values are replaced by `***`."""
    return _QUERY.sub(r"\1=***", _USER.sub("***@", url))


def open_folder(url: str) -> tuple[AbstractFileSystem, str]:
    """File system and root path (without a final slash) of a folder's URL; a plain path is a local folder.

    Raises:
        ConfigurationError: a kind of URL that does not exist.
        EnvironmentFailure: the package that serves this kind of URL is not installed, or it cannot connect.
    """
    from fsspec.core import url_to_fs

    try:
        filesystem, root = url_to_fs(url)
    except ImportError as error:
        raise EnvironmentFailure(f"打不开 {without_credentials(url)}：缺少读取这种网址的程序包（{error}）。") from error
    except ValueError as error:
        kind = url.split("://", 1)[0]
        raise ConfigurationError(f"打不开 {without_credentials(url)}：不认识“{kind}”这种网址。") from error
    except OSError as error:
        raise EnvironmentFailure(
            f"连接不上 {without_credentials(url)}：{error.strerror or '网络或服务不通'}。"
        ) from error
    return filesystem, root.rstrip("/") or "/"
