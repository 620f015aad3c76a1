"""`sancu gc`: what nobody needs any more goes.

By age: what killed processes left in the store, readings and checks that are made again when asked for, letters, drafts
that were refused, old logs. By the ledger (`flows.unneeded`): the files of drafts that others took the place of, and, only
where the settings say for how many years, what departments sent. The ledger's rows stay.

Nothing younger than a day goes. What the ledger decides goes under a lock that no month's run can hold at the same time,
after the audit log's entry: killed midway, the next call finishes what the last entry names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flows import atomic
from flows.ledger import Ledger
from flows.ledger.audit import Deed
from flows.month import now
from flows.objects import Objects
from flows.proving import ASIDE
from flows.sealing import refuse_if_lost, seal
from flows.settings import Settings
from flows.store import Store
from flows.unneeded import begun, unneeded

_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """What goes, of one kind."""

    name: str
    number: int
    bytes: int

    def line(self) -> str:
        return f"{self.name}：{self.number} 个，{self.bytes / 2**20:.1f} MB"


@dataclass(frozen=True)
class _Item:
    size: int
    remove: Callable[[], None]


def clear(settings: Settings, dry_run: bool = False, at: dt.datetime | None = None) -> list[Kind]:
    """Clear away what is old at `at` (now), or with `dry_run` only say what would go. Safe to repeat after a kill.

    Raises:
        EnvironmentFailure: a run is at a month (what goes by age alone has gone), the ledger is lost, ledger or store
            refuse, or a file cannot be removed.
    """
    ledger, store, objects = Ledger(settings.database_url), Store(settings.store_url), Objects(settings.store_url)
    at = at or now()
    refuse_if_lost(ledger, store)
    try:
        found = [_count(name, items, dry_run) for name, items in _by_age(settings, objects, at).items()]
    except OSError as error:
        raise atomic.failure("清理不了", error) from error
    if dry_run:
        parts = (begun(ledger).keys, unneeded(ledger, settings.retention, at).keys)
        return [*found, _by_ledger(objects, dict.fromkeys(key for part in parts for key in part), dry_run)]
    with ledger.alone():
        left, new = begun(ledger), unneeded(ledger, settings.retention, at)
        _by_ledger(objects, left.keys)
        if new or any(kind.number for kind in found):
            others = {kind.name: kind.number for kind in found if kind.number}
            details = {"issues": sorted(new.issues), "archived": sorted(new.archived), "others": others}
            ledger.record_deed(Deed.CLEARED, details)
            seal(ledger, store)
        return [*found, _by_ledger(objects, new.keys)]


def _by_age(settings: Settings, objects: Objects, at: dt.datetime) -> dict[str, Iterable[_Item]]:
    keep = settings.retention
    refused = (item for folder in _refused(settings.out) for item in _old_files(folder, at, keep.refused_days))
    return {
        "中断的写入": _old_objects(objects, "parts", at - _A_DAY),
        "Dask 的中间结果": _old_objects(objects, "results", at - _A_DAY),
        "读数": _old_objects(objects, "readings", at - dt.timedelta(days=keep.readings_days)),
        "调度服务的缓存": _old_files(settings.home / "prefect" / "storage", at, keep.readings_days),
        "发件箱": _old_files(settings.outbox, at, keep.outbox_days),
        "未通过核对的草稿": refused,
    }


def _by_ledger(objects: Objects, keys: Iterable[str], dry_run: bool = False) -> Kind:
    sizes = ((key, objects.size(key)) for key in keys)
    items = (_Item(size, partial(objects.remove, key)) for key, size in sizes if size is not None)
    return _count("被替换的送审稿和到期的原件", items, dry_run)


def _count(name: str, items: Iterable[_Item], dry_run: bool) -> Kind:
    number = size = 0
    for item in items:
        if not dry_run:
            item.remove()
        number, size = number + 1, size + item.size
    return Kind(name, number, size)


def _old_objects(objects: Objects, folder: str, before: dt.datetime) -> Iterator[_Item]:
    for key, size, written in objects.listed(folder):
        if written < before:
            yield _Item(size, partial(objects.remove, key))


def _old_files(folder: Path, at: dt.datetime, days: int) -> Iterator[_Item]:
    limit = (at - dt.timedelta(days=days)).timestamp()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < limit:
            yield _Item(path.stat().st_size, partial(_unlink, path, folder))


def _unlink(path: Path, top: Path) -> None:
    """Remove a file, and the folders up to `top` that it leaves empty."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == top.parent or any(folder.iterdir()):
            return
        folder.rmdir()


def _refused(out: Path) -> Iterator[Path]:
    for pattern in (f"[0-9]*/[0-9]*-[0-9]*/{ASIDE}", f"[0-9]*/[0-9]*-[0-9]*/as-known-*/{ASIDE}"):
        yield from sorted(out.glob(pattern))
