"""The store: what was received, what is derived from it, and the issues made, in a folder or an object store.

archive/ab/abcd….bin      a submission, named by its SHA-256; never changed, never removed
readings/<key>.parquet    derived, can be rebuilt
rows/ab/abcd….parquet     a dataset's accepted rows of one month, named by its SHA-256; issues list them
results/<run>-…           between the machines of a run with Dask; removed at its end
issues/<folder>/…         the files of one issue; `manifest.json` comes last and lists the others
audit/head                the audit log's last row when its deeds were kept
audit/deeds/000/000012    the 12th deed and the rows that it put into the ledger (`flows.ledger.journal`)
parts/                    being written; in a folder only
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from flows import atomic
from flows.objects import Objects
from transforms.errors import EnvironmentFailure

MANIFEST = "manifest.json"
ARCHIVE = "archive"
EDITIONS = "editions"  # a folder that not every issue has
_HEAD = "audit/head"
Manifest = dict[str, Any]


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Store:
    """Objects by key under one URL. An object is visible whole or not at all; writing one again does no harm.

    Every method raises EnvironmentFailure when the disk or service refuses.
    """

    def __init__(self, url: str) -> None:
        self._objects = Objects(url)

    def put(self, data: bytes) -> str:
        """Archive `data`, unless it is there; its SHA-256."""
        digest = sha256_of(data)
        if self._objects.size(_archive(digest)) != len(data):
            self._objects.close(ARCHIVE)  # it holds petitioners' names
            self._objects.keep(_archive(digest), data)
        return digest

    def get(self, sha256: str) -> bytes:
        """The archived bytes, verified.

        Raises:
            EnvironmentFailure: not archived, or damaged on the disk.
        """
        data = self._objects.read(_archive(sha256))
        if data is None:
            raise EnvironmentFailure(
                f"归档 {self._objects.shown} 中没有 {sha256}，请检查 SANCU_STORE 是否指向原来的位置。"
            )
        if sha256_of(data) != sha256:
            raise EnvironmentFailure(
                f"归档文件 {self._objects.shown}/{_archive(sha256)} 已损坏，请从备份恢复；"
                "收文目录中还有原件的，删除这个归档文件后重新运行即可。"
            )
        return data

    def has(self, sha256: str) -> bool:
        return self._objects.size(_archive(sha256)) is not None

    def put_reading(self, key: str, data: bytes) -> None:
        """Keep a sheet as read under `key`, the hash of all that reading depends on."""
        self._objects.write(f"readings/{_safe(key)}.parquet", data)

    def get_reading(self, key: str) -> bytes | None:
        return self._objects.read(f"readings/{_safe(key)}.parquet")

    def has_reading(self, key: str) -> bool:
        return self._objects.size(f"readings/{_safe(key)}.parquet") is not None

    def put_rows(self, data: bytes) -> str:
        """Keep accepted rows, unless they are there and whole; their SHA-256."""
        digest = sha256_of(data)
        if self.get_rows(digest) is None:
            self._objects.keep(_rows(digest), data)
        return digest

    def get_rows(self, sha256: str) -> bytes | None:
        """The rows, verified; None when they are lost or damaged."""
        data = self._objects.read(_rows(sha256))
        return data if data is not None and sha256_of(data) == sha256 else None

    def put_result(self, run: str, data: bytes) -> str:
        """Keep what one machine hands to another in the course of a run; its SHA-256."""
        digest = sha256_of(data)
        self._objects.keep(_result(run, digest), data)
        return digest

    def get_result(self, run: str, sha256: str) -> bytes | None:
        """The bytes, verified; None when they are lost or damaged."""
        data = self._objects.read(_result(run, sha256))
        return data if data is not None and sha256_of(data) == sha256 else None

    def forget_result(self, run: str, sha256: str) -> None:
        self._objects.remove(_result(run, sha256))

    def publish(self, folder: str, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Manifest:
        """Keep an issue's files under `issues/<folder>/`, e.g. `350303/2014-06/<fingerprint>`; the manifest as
        written, with `files` (name → sha256, size). An issue without its manifest does not exist."""
        place = _issue(folder)
        whole = _with_files(files, manifest)
        for name, data in files.items():
            self._objects.keep(f"{place}/{_beside(name)}", data)
        self._objects.keep(f"{place}/{MANIFEST}", _json(whole))
        return whole

    def issue(self, folder: str) -> tuple[dict[str, bytes], Manifest] | None:
        """The files and manifest of a published issue; None when there is none, or a file is lost or damaged."""
        place = _issue(folder)
        written = self._objects.read(f"{place}/{MANIFEST}")
        if written is None:
            return None
        manifest: Manifest = json.loads(written)
        files = {name: self._objects.read(f"{place}/{_beside(name)}") for name in manifest["files"]}
        whole = {name: data for name, data in files.items() if data is not None}
        if any(name not in whole or sha256_of(whole[name]) != e["sha256"] for name, e in manifest["files"].items()):
            return None
        return whole, manifest

    def put_deed(self, number: int, record: bytes) -> None:
        """Keep the record of a deed of the audit log."""
        self._objects.keep(_deed(number), record)

    def deed(self, number: int) -> bytes | None:
        return self._objects.read(_deed(number))

    def has_deed(self, number: int) -> bool:
        return self._objects.size(_deed(number)) is not None

    def put_head(self, head: str) -> None:
        """Keep the head of the audit log."""
        self._objects.write(_HEAD, head.encode())

    def head(self) -> str:
        """The head kept last; empty when none was."""
        return (self._objects.read(_HEAD) or b"").decode(errors="replace")


def write_outputs(folder: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Manifest:
    """Put an issue's files where readers look, `OUT/350303/2014-06/`; the manifest as written, with `files`. A name may
    lie in a folder, `facts/permits.parquet`; others of its kind that stand there go.

    All files are written out under temporary names first. Then the old manifest goes, the files are renamed, and the
    new manifest comes last: wherever a manifest stands, the files beside it are the ones that it lists.

    Raises:
        EnvironmentFailure: the folder cannot be written; no temporary file is left.
    """
    whole = _with_files(files, manifest)
    parts: dict[str, Path] = {}
    try:
        atomic.sweep(folder)
        for name, data in {**files, MANIFEST: _json(whole)}.items():
            place = _beside(name)  # before anything is written
            parts[place] = atomic.stage(folder, data)
        (folder / MANIFEST).unlink(missing_ok=True)
        atomic.sync_folder(folder)
        _rename(folder, {name: part for name, part in parts.items() if name != MANIFEST})
        os.replace(parts[MANIFEST], folder / MANIFEST)
        atomic.sync_folder(folder)
    except OSError as error:
        raise atomic.failure(f"写不进输出目录 {folder}", error) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return whole


def outputs(folder: Path) -> Manifest | None:
    """The manifest of what stands in `folder`; None when it or a file is missing or is not as listed."""
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_bytes())
        for name, entry in manifest["files"].items():
            if sha256_of((folder / _beside(name)).read_bytes()) != entry["sha256"]:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest


def _rename(folder: Path, parts: Mapping[str, Path]) -> None:
    """Give the staged files their names, clear their folders of what they replace, and bring both to the disk."""
    for place in {(folder / name).parent for name in parts} - {folder}:
        place.mkdir(exist_ok=True)
        kinds = {Path(name).suffix for name in parts if (folder / name).parent == place}
        _clear(place, kinds, parts)
    if (folder / EDITIONS).is_dir():
        _clear(folder / EDITIONS, {".pdf", ".html"}, parts)
    for name, part in parts.items():
        os.replace(part, folder / name)
    for place in {folder, *((folder / name).parent for name in parts)}:
        atomic.sync_folder(place)


def _clear(place: Path, kinds: Container[str], parts: Container[str]) -> None:
    """Remove files of these kinds that are not among `parts`, names as seen from the folder above."""
    for old in place.iterdir():
        if old.suffix in kinds and f"{place.name}/{old.name}" not in parts:
            old.unlink()


def keys_of(manifests: Mapping[str, Manifest], archived: Iterable[str]) -> set[str]:
    """The keys of the archived files, and of all that these issues consist of; manifests by folder."""
    keys = {_archive(sha256) for sha256 in archived}
    for folder, manifest in manifests.items():
        keys |= {f"{_issue(folder)}/{_beside(name)}" for name in (*manifest["files"], MANIFEST)}
        keys |= {_rows(sha256) for months in manifest.get("facts", {}).values() for sha256 in months.values()}
    return keys


def _archive(sha256: str) -> str:
    return f"{ARCHIVE}/{_safe(sha256)[:2]}/{sha256}.bin"


def _rows(sha256: str) -> str:
    return f"rows/{_safe(sha256)[:2]}/{sha256}.parquet"


def _deed(number: int) -> str:
    return f"audit/deeds/{number // 1000:03d}/{number:06d}"


def _result(run: str, sha256: str) -> str:
    return f"results/{_safe(run)}-{_safe(sha256)}"


def _issue(folder: str) -> str:
    return "/".join(["issues", *(_safe(part) for part in folder.split("/"))])


def _safe(name: str) -> str:
    """`name` as one part of a path.

    Raises:
        ValueError: it would lead elsewhere.
    """
    if name in ("", ".", "..") or any(mark in name for mark in ("/", "\\", "\0")):
        raise ValueError(f"not a plain name: {name!r}")
    return name


def _beside(name: str) -> str:
    """`name` as a file of a folder, or of a folder in it.

    Raises:
        ValueError: it would lead elsewhere.
    """
    folder, separator, file = name.rpartition("/")
    return f"{_safe(folder)}/{_safe(file)}" if separator else _safe(file)


def _with_files(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Manifest:
    if MANIFEST in files:
        raise ValueError(f"{MANIFEST} is written last, from `manifest`")
    return {**manifest, "files": {n: {"sha256": sha256_of(d), "size": len(d)} for n, d in sorted(files.items())}}


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
