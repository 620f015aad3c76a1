"""Bytes by key under one URL, in a folder or an object store: an object is visible whole or not at all.

A folder gets each file under a temporary name first. An object store shows an object when its upload is complete, so
nothing temporary stands there; `create` is a conditional write (If-None-Match), which never replaces another writer's
object. What is there is asked by key; no listing decides anything.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flows import atomic
from flows.urls import failure_of, open_folder, store_credentials, without_credentials

_OTHERS = 0o007
_TRIES = 4  # for one question to an object store that is busy or silent


class Objects:
    """Every method raises EnvironmentFailure when the disk or service refuses."""

    def __init__(self, url: str) -> None:
        self._filesystem, self._root = open_folder(url, store_credentials())
        self.shown = without_credentials(url)
        protocol = self._filesystem.protocol
        kinds = (protocol,) if isinstance(protocol, str) else tuple(protocol)
        self._local, self._s3 = "file" in kinds, "s3" in kinds
        if self._local:
            atomic.sweep(self._parts)
        if self._s3:
            self._filesystem.retries = _TRIES

    def size(self, key: str) -> int | None:
        """In bytes; None when there is no such object."""
        with self._explained(f"读不了存储 {self.shown}"):
            try:
                if self._local:
                    return Path(self._path(key)).stat().st_size
                self._filesystem.invalidate_cache()
                return int(self._filesystem.info(self._path(key))["size"])
            except FileNotFoundError:
                return None

    def read(self, key: str) -> bytes | None:
        """The bytes; None when there is no such object."""
        with self._explained(f"读不了存储 {self.shown}"):
            try:
                data: bytes = self._filesystem.cat_file(self._path(key))
            except FileNotFoundError:
                return None
            return data

    def write(self, key: str, data: bytes) -> None:
        """Put `data` there, in place of what there is."""
        with self._explained(f"写不进存储 {self.shown}"):
            if self._local:
                atomic.write(Path(self._path(key)), data, staging=self._parts)
            elif self._s3:
                self._filesystem.pipe_file(self._path(key), data)
            else:
                self._move_there(key, data)

    def keep(self, key: str, data: bytes) -> None:
        """Put what never changes under its key there: whole already, it is left as it is; damaged, it is mended."""
        if not self._create(key, data) and self.read(key) != data:
            self.write(key, data)

    def close(self, folder: str) -> None:
        """Let nobody but owner and group enter a folder on a disk, nor the one where its objects are written first; an
        object store has rules of its own."""
        for place in (Path(self._path(folder)), self._parts) if self._local else ():
            with self._explained(f"写不进存储 {self.shown}"):
                place.mkdir(parents=True, exist_ok=True)
                if (mode := place.stat().st_mode) & _OTHERS:
                    with suppress(PermissionError):  # another user's, whose matter it is
                        place.chmod(mode & ~_OTHERS)

    def remove(self, key: str) -> None:
        """Take it away; one that is not there is no matter."""
        with self._explained(f"写不进存储 {self.shown}"):
            try:
                self._filesystem.rm_file(self._path(key))
            except FileNotFoundError:
                return

    def listed(self, folder: str) -> Iterator[tuple[str, int, dt.datetime]]:
        """Key, size and age of what stands in a folder, for clearing away by age: nothing else is decided by a listing."""
        with self._explained(f"读不了存储 {self.shown}"):
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self._path(folder), withdirs=False, detail=True)
        for path, entry in sorted(found.items()):
            yield f"{folder}{path.removeprefix(self._path(folder))}", int(entry["size"]), _written(entry)

    def _create(self, key: str, data: bytes) -> bool:
        """Put `data` there unless something is; whether it was put."""
        if self._s3:
            with self._explained(f"写不进存储 {self.shown}"):
                try:
                    self._filesystem.pipe_file(self._path(key), data, mode="create")
                except FileExistsError:
                    return False
                return True
        if self.size(key) is not None:
            return False
        self.write(key, data)
        return True

    def _move_there(self, key: str, data: bytes) -> None:
        part, target = self._path(f"parts/{secrets.token_hex(8)}{atomic.PART}"), self._path(key)
        try:
            for path in (part, target):
                self._filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            self._filesystem.pipe_file(part, data)
            self._filesystem.mv(part, target)
        except BaseException:
            if self._filesystem.exists(part):
                self._filesystem.rm_file(part)
            raise

    @property
    def _parts(self) -> Path:
        return Path(self._root) / "parts"

    def _path(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            failure = failure_of(error, what, "STORE") if self._s3 else None
            if failure is None and not isinstance(error, OSError):
                raise
            raise failure or atomic.failure(what, error) from error  # type: ignore[arg-type]


def _written(entry: dict[str, Any]) -> dt.datetime:
    """When, as each kind of store says it; now where it does not say."""
    at = next((entry[name] for name in ("LastModified", "mtime", "created") if entry.get(name)), None)
    if isinstance(at, int | float):
        return dt.datetime.fromtimestamp(at, dt.UTC)
    return at if isinstance(at, dt.datetime) and at.tzinfo else dt.datetime.now(dt.UTC)
