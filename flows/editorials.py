"""What the office says of an issue: its note, its signature, and why it is issued again.

A signature is for one draft, by its fingerprint. When anything that the page depends on changes before the signed issue
has come out, the signature is for another page and does not count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from flows.ledger import Editorial, Word


@dataclass(frozen=True)
class Said:
    """What counts of it. `corrects` is the fingerprint of the issue that this one replaces."""

    note: str = ""
    correction: str = ""
    corrects: str = ""
    signer: str = ""
    signed_at: dt.datetime | None = None

    @property
    def text(self) -> str:
        """What stands on the page, for the fingerprint; empty when nothing was said."""
        printed = (self.note, self.correction, self.corrects)
        return json.dumps(printed, ensure_ascii=False) if any(printed) else ""


def unsigned(entries: Sequence[Editorial]) -> Said:
    """The newest note and correction."""
    last = {entry.kind: entry for entry in entries}
    note, correction = last.get(Word.NOTE), last.get(Word.CORRECT)
    return Said(
        note=note.text if note else "",
        correction=correction.text if correction else "",
        corrects=correction.about if correction else "",
    )


def signature(entries: Sequence[Editorial], draft: str) -> Editorial | None:
    """The one that is for the draft with this fingerprint."""
    return next((entry for entry in entries if entry.kind is Word.SIGN and entry.about == draft), None)


def signed_fingerprint(draft: str, signer: str) -> str:
    """Of the issue that a signature makes of a draft. Who signed counts, when does not: the page says neither."""
    return hashlib.sha256(f"{draft}\n{signer}".encode()).hexdigest()
