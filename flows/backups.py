"""`sancu backup` and `sancu restore`: one zip file with the ledger, every object that it names, the files of rules, the
schedule's journal and `roles.toml`; `manifest.json`, the last one, lists them with their hashes.

Consistent while runs go on: the ledger is read in one view, and what it names was in the store before and never changes.
Restoring puts the objects first and the ledger's rows in one transaction at the end: killed anywhere, the ledger is as it
was, and the same command goes on. Readings are not kept (they are made again), nor Prefect's own database.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flows import atomic
from flows.auditing import head_of
from flows.ledger import Ledger
from flows.ledger.audit import Deed
from flows.ledger.database import HEAD
from flows.month import now
from flows.objects import Objects
from flows.processes import signature
from flows.roles import FILE as ROLES
from flows.sealing import seal
from flows.settings import Settings
from flows.store import ARCHIVE, MANIFEST, Store, keys_of
from transforms.errors import EnvironmentFailure, UsageError

FORMAT = 1
_RULES = ("contracts/*.yaml", "districts/*.yaml", "published/*.yaml", "regions/*.yaml")


@dataclass(frozen=True)
class Told:
    """What came of it, for people and programs."""

    path: Path
    files: int
    rows: int
    head: str
    changed: tuple[str, ...] = ()  # files of rules that are not as they were

    def lines(self, done: str) -> Iterator[str]:
        yield f"{done}：账本 {self.rows} 行，归档和各期文件 {self.files} 个，审计末条 {self.head or '（无）'}"
        if self.changed:
            yield f"  注意：这些规则文件与备份时不同，简报会重做：{'、'.join(self.changed)}；备份里的在 data/ 下"
        yield str(self.path)


def backup(settings: Settings, target: Path) -> Told:
    """Write a backup to the file `target`, or under a name with the time in the folder `target`.

    Raises:
        UsageError: `target` is a file that is there.
        EnvironmentFailure: ledger or store cannot be read or lacks something, or the file cannot be written; nothing is
            left of it.
    """
    if target.is_dir():
        target = target / f"sancu-{now():%Y%m%d-%H%M%S}.zip"
    if target.exists():
        raise UsageError(f"{target} 已经存在，请换一个文件名。")
    ledger, objects = Ledger(settings.database_url), Objects(settings.store_url)
    ledger.record_deed(Deed.BACKED_UP, {"file": target.name})
    part = target.parent / f".{signature()}.backup{atomic.PART}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            os.chmod(part, 0o600)  # it holds what departments sent
            told = _write(file, settings, ledger, objects, target)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
        atomic.sync_folder(target.parent)
    except OSError as error:
        raise atomic.failure(f"写不进备份 {target}", error) from error
    finally:
        part.unlink(missing_ok=True)
    seal(ledger, Store(settings.store_url))
    return told


def _write(file: IO[bytes], settings: Settings, ledger: Ledger, objects: Objects, target: Path) -> Told:
    listed: dict[str, dict[str, Any]] = {}
    counts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(name, data)
            listed[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

        dump = ledger.dump()
        for name, rows in dump.tables.items():
            add(f"ledger/{name}.jsonl", b"".join(rows))
            counts[name] = len(rows)
        for key in sorted(keys_of(dump.issues, dump.archived)):
            data = objects.read(key)
            if data is None:
                raise EnvironmentFailure(
                    f"存储 {objects.shown} 中没有 {key}，备份不全，没有写。请先运行 sancu audit verify。"
                )
            add(f"store/{key}", data)
        for name, path in _rules(settings.data):
            add(f"data/{name}", path.read_bytes())
        for path in sorted((settings.home / "schedule").rglob("*_*")):
            add(f"home/{path.relative_to(settings.home).as_posix()}", path.read_bytes())
        if (roles := settings.home / ROLES).exists():
            add(f"home/{ROLES}", roles.read_bytes())
        head = head_of(dump.last)
        contents = {"format": FORMAT, "revision": HEAD, "head": head, "rows": counts, "files": listed}
        archive.writestr(MANIFEST, json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True))
    return Told(target, len(listed), sum(counts.values()), head)


def restore(settings: Settings, source: Path, force: bool = False) -> Told:
    """Put a backup in place of nothing; with `force` in place of the ledger there is.

    Raises:
        UsageError: not a backup, or the ledger is not empty.
        EnvironmentFailure: damaged, or made by a newer version, or ledger or store refuse; the ledger is as it was.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            contents = _checked(archive, source)
            ledger, objects = Ledger(settings.database_url), Objects(settings.store_url)
            if not force and not ledger.is_empty():
                raise UsageError("账本不是空的，没有恢复。确实要用备份代替现有的账本，请加 --force。")
            objects.close(ARCHIVE)
            for name in contents["files"]:
                if name.startswith("store/"):
                    objects.keep(name.removeprefix("store/"), archive.read(name))
            _put_home(archive, contents, settings.home)
            tables = {Path(name).stem: io.BytesIO(archive.read(name)) for name in contents["files"] if _is_table(name)}
            details = {"file": source.name, "head": contents["head"], "manifest": _hash(archive.read(MANIFEST))}
            ledger.fill(tables, details)
            there = {name: _hash(path.read_bytes()) for name, path in _rules(settings.data)}
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise UsageError(f"{source} 不是完整的备份文件。") from error
    except OSError as error:
        raise atomic.failure(f"读不了备份 {source}", error) from error
    seal(ledger, Store(settings.store_url), anew=True)
    kept = {
        name.removeprefix("data/"): e["sha256"] for name, e in contents["files"].items() if name.startswith("data/")
    }
    changed = tuple(sorted(name for name in kept.keys() | there.keys() if kept.get(name) != there.get(name)))
    return Told(source, len(contents["files"]), sum(contents["rows"].values()), contents["head"], changed)


def _checked(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    """The manifest, after every file was compared with it: nothing is touched before."""
    contents: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if contents["format"] > FORMAT or contents["revision"] > HEAD:
        raise EnvironmentFailure(f"备份 {source} 是更新的程序做的，请先升级程序。")
    for name, entry in contents["files"].items():
        try:
            whole = _hash(archive.read(name)) == entry["sha256"]
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, zlib.error):
            whole = False
        if not whole:
            raise EnvironmentFailure(f"备份 {source} 中的 {name} 已损坏，没有恢复。请用另一份备份。")
    return contents


def _put_home(archive: zipfile.ZipFile, contents: dict[str, Any], home: Path) -> None:
    """The schedule's journal, and who may do what unless that is said there already."""
    if f"home/{ROLES}" in contents["files"] and not (home / ROLES).exists():
        atomic.write(home / ROLES, archive.read(f"home/{ROLES}"), mode=0o644)
    for name in contents["files"]:
        if name.startswith("home/schedule/") and ".." not in Path(name).parts:
            atomic.write(home / name.removeprefix("home/"), archive.read(name))


def _rules(data: Path) -> Iterator[tuple[str, Path]]:
    """The files that say what to expect, by name."""
    for pattern in _RULES:
        for path in sorted(data.glob(pattern)):
            yield path.relative_to(data).as_posix(), path


def _is_table(name: str) -> bool:
    return name.startswith("ledger/")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
