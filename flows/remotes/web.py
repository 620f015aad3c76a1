"""WebDAV, and plain web servers that list a folder as a page of links."""

from __future__ import annotations

import contextlib
import email.utils
import errno
import io
import os
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
from fsspec import AbstractFileSystem
from webdav4.http import Client

from flows.remotes.address import Address, Credentials
from flows.remotes.webdav import WebDAV

_DAV_SCHEMES = {"webdav": "http", "webdavs": "https"}


def open_web(address: Address, login: Credentials, timeout: float) -> tuple[AbstractFileSystem, str]:
    """Ask whether the server speaks WebDAV; else read its pages. `webdav://` must speak it.

    Raises:
        httpx.HTTPError: no answer, or log-in refused.
    """
    scheme = _DAV_SCHEMES.get(address.scheme, address.scheme)
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = f":{address.port}" if address.port else ""
    client = Client(
        base_url=f"{scheme}://{host}{port}",
        timeout=timeout,
        follow_redirects=True,
        headers={"Accept-Encoding": "identity"},  # so that the length is the file's
    )
    try:
        answer = client.request("PROPFIND", _quoted(address.path) + "/", headers={"Depth": "0"})
        if login.user:
            asked = answer.headers.get("WWW-Authenticate", "").lower() if answer.status_code == 401 else ""
            kind = httpx.DigestAuth if "digest" in asked else httpx.BasicAuth
            client.auth = kind(login.user, login.password)
            answer = client.request("PROPFIND", _quoted(address.path) + "/", headers={"Depth": "0"})
        if answer.status_code == 401:
            answer.raise_for_status()
        if answer.status_code == 207 or address.scheme in _DAV_SCHEMES:
            return WebDAV(client), address.path or "/"
        return IndexPages(client), address.path or "/"
    except BaseException:
        client.close()
        raise


class IndexPages(AbstractFileSystem):
    """Files of a web server whose folders are pages of links (http.server, nginx autoindex, Apache mod_autoindex).

    Paths are decoded; bytes that are not UTF-8 are kept as surrogates.
    """

    cachable = False
    protocol = "http"

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self._client = client

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        answer = self._client.get(_quoted(path) + "/")
        _refuse(answer, path)
        folder = urlsplit(str(answer.url)).path.rstrip("/") + "/"
        entries: dict[str, dict[str, Any]] = {}
        for link in _links(answer.text):
            target = urlsplit(urljoin(str(answer.url), link))
            name = target.path.removeprefix(folder)
            same_server = target.netloc == answer.url.netloc.decode()
            if not (same_server and name != target.path and name.strip("/") and "/" not in name.rstrip("/")):
                continue
            full = f"{path.rstrip('/')}/{unquote(name.rstrip('/'), errors='surrogateescape')}"
            with contextlib.suppress(FileNotFoundError):
                entries[full] = (
                    {"name": full, "size": None, "type": "directory"} if name[-1] == "/" else self.info(full)
                )
        return list(entries.values()) if detail else sorted(entries)

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        answer = self._client.head(_quoted(path))
        if answer.status_code in (405, 501):
            return {"name": path, "size": None, "type": "file"}
        _refuse(answer, path)
        if str(answer.url).endswith("/"):
            return {"name": path, "size": None, "type": "directory"}
        length = answer.headers.get("Content-Length", "")
        described: dict[str, Any] = {"name": path, "size": int(length) if length.isdigit() else None, "type": "file"}
        with contextlib.suppress(ValueError, TypeError):
            described["modified"] = email.utils.parsedate_to_datetime(answer.headers.get("Last-Modified"))
        return {**described, "etag": answer.headers.get("ETag")}

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> io.BufferedReader:
        answer = self._client.send(self._client.build_request("GET", _quoted(path)), stream=True)
        try:
            _refuse(answer, path)
        except BaseException:
            answer.close()
            raise
        return io.BufferedReader(_Body(answer))

    def end_connection(self) -> None:
        self._client.close()


class _Body(io.RawIOBase):
    """The answer's bytes as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer, self._chunks, self._rest = answer, answer.iter_bytes(), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._answer.close()
        super().close()


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def _links(page: str) -> list[str]:
    parser = _Links()
    parser.feed(page)
    return parser.found


def _quoted(path: str) -> str:
    return quote(path.rstrip("/").encode("utf-8", "surrogateescape"))


def _refuse(answer: httpx.Response, path: str) -> None:
    if answer.status_code in (404, 410):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if answer.status_code == 403:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    answer.raise_for_status()
