"""What goes into the ledger and comes out of it, and how figures and findings become rows."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from flows.ledger import audit
from transforms.figures import CellRange, Figure, Light, Scope, Unit, show
from transforms.findings import Finding, Severity
from transforms.period import Period


class Status(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"


@dataclass(frozen=True)
class Arrival:
    """One archived file, as found in the inbox. `received_at` is None when no register lists it."""

    sha256: str
    department: str
    filename: str
    size: int
    received_at: dt.datetime | None = None
    sender: str = ""


class Word(StrEnum):
    """What an editorial entry is."""

    NOTE = "note"  # 按语
    SIGN = "sign"  # 签发
    CORRECT = "correct"  # 更正
    CAUSE = "cause"  # why a file changed figures that were out; about it, by its SHA-256


@dataclass(frozen=True)
class Editorial:
    """One word of the office about an issue. `about` is the fingerprint of the draft signed or of the issue corrected,
    the SHA-256 of the file that a cause is told of, empty for a note."""

    kind: Word
    text: str
    by: str
    at: dt.datetime
    about: str = ""

    def digest(self) -> str:
        """Of all that was said, for the audit log; the words themselves stand in one place only."""
        return audit.digest([self.kind.value, self.text, self.by, self.about, self.at.astimezone(dt.UTC).isoformat()])


@dataclass(frozen=True)
class Briefing:
    """One briefing made. `id` is 0 until it is recorded; times have a zone."""

    district: str
    period: Period
    fingerprint: str
    number: int  # 第 N 期
    total_number: int  # 总第 M 期
    provisional: bool  # 未定稿
    made_at: dt.datetime
    pdf_sha256: str
    manifest: Mapping[str, Any]
    as_known: dt.datetime | None = None
    status: Status = Status.DRAFT
    released_at: dt.datetime | None = None
    id: int = 0

    @property
    def folder(self) -> str:
        """Where its files stand in the store."""
        return f"{self.district}/{self.period}/{self.fingerprint}"


@dataclass(frozen=True)
class Attempt:
    """A month that was begun and not made. `ended_at` is None when the run was cut off."""

    started_at: dt.datetime
    ended_at: dt.datetime | None
    message: str = ""


def editorial_of(row: Mapping[Any, Any]) -> Editorial:
    return Editorial(Word(row["kind"]), row["text"], row["by"], row["at"], row["about"])


def figure_row(briefing_id: int, position: int, figure: Figure) -> dict[str, Any]:
    lineage = json.dumps([figure.inputs, figure.cells], ensure_ascii=False, separators=(",", ":"))
    row = {field.name: getattr(figure, field.name) for field in fields(Figure) if field.name not in ("inputs", "cells")}
    return row | {
        "briefing_id": briefing_id,
        "position": position,
        "unit": figure.unit.value,
        "scope": figure.scope.value,
        "light": figure.light.value if figure.light else None,
        "printed": show(figure.value, figure.unit),
        "lineage": zlib.compress(lineage.encode()),
    }


def figure_of(row: Mapping[str, Any]) -> Figure:
    inputs, cells = json.loads(zlib.decompress(row["lineage"])) if "lineage" in row else ((), ())
    values = {field.name: row[field.name] for field in fields(Figure) if field.name in row}
    return Figure(
        **values
        | {
            "unit": Unit(row["unit"]),
            "scope": Scope(row["scope"]),
            "light": Light(row["light"]) if row["light"] else None,
            "inputs": tuple(inputs),
            "cells": tuple(CellRange(*cell) for cell in cells),
        }
    )


def finding_row(briefing_id: int, position: int, finding: Finding) -> dict[str, Any]:
    row = asdict(finding) | {"briefing_id": briefing_id, "position": position, "severity": finding.severity.value}
    # A cell of a text file may hold NUL, which PostgreSQL keeps in no text.
    return {name: value.replace("\0", "") if isinstance(value, str) else value for name, value in row.items()}


def finding_of(row: Mapping[str, Any]) -> Finding:
    values = {field.name: row[field.name] for field in fields(Finding)}
    return Finding(**values | {"severity": Severity(row["severity"])})


def briefing_row(briefing: Briefing) -> dict[str, Any]:
    row = {field.name: getattr(briefing, field.name) for field in fields(Briefing) if field.name != "id"}
    return row | {
        "period": str(briefing.period),
        "status": briefing.status.value,
        "manifest": dict(briefing.manifest),
        "confirmed_at": briefing.made_at,
    }


def briefing_of(row: Mapping[str, Any]) -> Briefing:
    values = {field.name: row[field.name] for field in fields(Briefing)}
    return Briefing(**values | {"period": Period.parse(row["period"]), "status": Status(row["status"])})
