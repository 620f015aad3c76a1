"""`sancu audit`: whether everything is as it was when it was done. The log's chain, the ledger's rows against the log, the
store's objects and the files that readers have against the ledger.

What this proves: that no row was changed, removed or added in the middle. That the end was not cut off is known from the
head kept in the store at each issue, from a backup, or from one written down (`--head`). Who can write ledger *and* store
and recompute every hash after the change leaves no trace here; against that only a head that stands elsewhere helps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from flows.ledger import Briefing, Ledger, audited
from flows.ledger.audit import Entry, broken
from flows.store import MANIFEST, Store, sha256_of
from transforms.errors import EnvironmentFailure, UsageError
from transforms.run_package import PACKAGE

_SHORT = 12  # characters of a hash that people write down


def head_of(entry: Entry) -> str:
    """`12:4f0c…`: the number and hash of a row."""
    return f"{entry.number}:{entry.hash}"


def faults(ledger: Ledger, store: Store, out: Path, head: str = "") -> Iterator[str]:
    """Everything that is not as it was, the log's first broken row first.

    Raises:
        UsageError: `head` cannot be meant.
        EnvironmentFailure: ledger or store cannot be read.
    """
    log = ledger.audit_log()
    if fault := broken(log):
        yield fault
    for place, kept in (("存储", store.head()), ("--head", head)):
        if kept and (fault := _cut_off(log, kept)):
            yield f"{fault}（依据：{place}记下的 {kept[: kept.index(':') + 1 + _SHORT]}）"
    yield from ledger.unlike(log)
    made = ledger.every_briefing()
    yield from _stored(ledger, store, log, made)
    yield from _read_by_others(out, made)


def _cut_off(log: tuple[Entry, ...], head: str) -> str:
    number, _, digest = head.partition(":")
    if not number.isdigit() or len(digest) < _SHORT:
        raise UsageError(f"“{head}”不是审计记录的末条，应像 12:4f0c…，见 sancu audit list。")
    if int(number) > len(log):
        return f"审计记录只有 {len(log)} 条，第 {number} 条以前的末尾被截去了。"
    return "" if log[int(number) - 1].hash.startswith(digest) else f"审计记录第 {number} 条不是当时的那一条，被重写过。"


def _stored(ledger: Ledger, store: Store, log: tuple[Entry, ...], made: tuple[Briefing, ...]) -> Iterator[str]:
    cleared, destroyed = audited.cleared(log)
    for briefing in made:
        kept = None if briefing.folder in cleared else store.issue(briefing.folder)
        if briefing.folder not in cleared and (kept is None or kept[1] != briefing.manifest):
            yield f"存储中 issues/{briefing.folder} 缺失或被改过，与账本不符。"
    for sha256 in sorted(ledger.archived().keys() - destroyed):
        try:
            store.get(sha256)
        except EnvironmentFailure as error:
            yield str(error)


def _read_by_others(out: Path, made: tuple[Briefing, ...]) -> Iterator[str]:
    """The files under OUT, where there are any: each must be of an issue that the ledger knows."""
    known = {(b.district, str(b.period), b.fingerprint): b for b in made}
    for district, period in sorted({(b.district, str(b.period)) for b in made}):
        folder = out / district / period
        if not (folder / MANIFEST).is_file():
            continue
        try:
            fingerprint = json.loads((folder / MANIFEST).read_bytes())["fingerprint"]
        except (ValueError, KeyError, TypeError, OSError):
            fingerprint = ""
        briefing = known.get((district, period, str(fingerprint)))
        if briefing is None:
            yield f"{folder / MANIFEST} 不是账本中任何一期的，被改过。"
        else:
            yield from _changed(folder, briefing)


def _changed(folder: Path, briefing: Briefing) -> Iterator[str]:
    promised = {name: entry["sha256"] for name, entry in briefing.manifest["files"].items()}
    try:
        resources = json.loads((folder / PACKAGE).read_bytes())["resources"] if PACKAGE in promised else []
        promised = {item["path"]: item["hash"].removeprefix("sha256:") for item in resources} | promised
    except (ValueError, KeyError, TypeError, OSError):
        pass  # told below: the package itself is not as promised
    for name, sha256 in sorted(promised.items()):
        path = folder / name
        try:
            if sha256_of(path.read_bytes()) != sha256:
                yield f"{path} 被改过，与账本不符。"
        except OSError:
            yield f"{path} 不见了。"
