"""WebDAV through webdav4, over a client that is logged in already."""

from __future__ import annotations

from urllib.parse import quote

import httpx
from webdav4.client import Client
from webdav4.fsspec import WebdavFileSystem
from webdav4.http import Client as HTTPClient
from webdav4.urls import join_url_path


class _Quoting(Client):
    """webdav4 puts paths into URLs as they are and stumbles over `%` and `#` in a file's name."""

    def join_url(self, path: str, add_trailing_slash: bool = False) -> httpx.URL:
        joined = join_url_path(self.base_url.path, path) + ("/" if add_trailing_slash else "")
        return self.base_url.copy_with(raw_path=quote(joined).encode())


class WebDAV(WebdavFileSystem):
    """webdav4's file system without retries of its own."""

    cachable = False

    def __init__(self, client: HTTPClient) -> None:
        super().__init__(client.base_url, client=_Quoting(client.base_url, http_client=client, retry=False))
        self._http = client

    def end_connection(self) -> None:
        self._http.close()
