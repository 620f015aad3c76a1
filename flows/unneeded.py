"""What the ledger does not need of the store: drafts that others took the place of, and originals that nothing counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from flows.ledger import Briefing, Ledger, Status, audited
from flows.ledger.audit import Deed, Entry
from flows.settings import Retention
from flows.store import MANIFEST, keys_of

_YEAR = dt.timedelta(days=366)


@dataclass(frozen=True)
class Unneeded:
    """Folders of issues, hashes of files that departments sent, and the objects that nothing else needs, manifests first:
    an issue without one does not exist."""

    issues: frozenset[str]
    archived: frozenset[str]
    keys: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.issues or self.archived)


@dataclass(frozen=True)
class _Kept:
    """What the ledger names and nobody has cleared away."""

    made: tuple[Briefing, ...]
    log: tuple[Entry, ...]
    issues: dict[str, Briefing]  # by folder
    archived: dict[str, dt.datetime]

    def without(self, issues: Collection[str], archived: Collection[str]) -> Unneeded:
        gone = {b.folder: dict(b.manifest) for b in self.made if b.folder in issues}
        left = {folder: dict(b.manifest) for folder, b in self.issues.items() if folder not in issues}
        keys = keys_of(gone, archived) - keys_of(left, self.archived.keys() - set(archived))
        ordered = sorted(keys, key=lambda key: (not key.endswith(f"/{MANIFEST}"), key))
        return Unneeded(frozenset(issues), frozenset(archived), tuple(ordered))


def begun(ledger: Ledger) -> Unneeded:
    """What the log's last entry about clearing names, and has not come back: it may not all have gone."""
    kept = _kept(ledger)
    issues, archived = audited.cleared(kept.log)
    last = next((entry.details for entry in reversed(kept.log) if entry.deed == Deed.CLEARED), None)
    if last is None:
        return kept.without((), ())
    return kept.without(issues & set(last["issues"]), archived & set(last["archived"]))


def unneeded(ledger: Ledger, retention: Retention, at: dt.datetime) -> Unneeded:
    """What may go at `at`. Never an issue that is out or current, nor an original that a kept issue counts which was
    made in the years that originals are kept for: an issue to come may count it too."""
    kept = _kept(ledger)
    limit = at - dt.timedelta(days=retention.drafts_days)
    old = [b for b in kept.issues.values() if b.status is Status.DRAFT and b.made_at < limit]
    current = {key for code in {b.district for b in old} for key in ledger.current_briefings(code).values()}
    drafts = {b.folder for b in old if b.id not in current}
    if retention.originals_years is None:
        return kept.without(drafts, ())
    limit = at - retention.originals_years * _YEAR
    lately = [b for b in kept.issues.values() if b.made_at >= limit and b.folder not in drafts]
    counted = {entry["sha256"] for b in lately for entry in b.manifest.get("submissions", ())}
    expired = {sha256 for sha256, seen in kept.archived.items() if seen < limit}
    return kept.without(drafts, expired - counted)


def _kept(ledger: Ledger) -> _Kept:
    log, made = ledger.audit_log(), ledger.every_briefing()
    cleared, destroyed = audited.cleared(log)
    archived = {sha256: seen for sha256, seen in ledger.archived().items() if sha256 not in destroyed}
    return _Kept(made, log, {b.folder: b for b in made if b.folder not in cleared}, archived)
