"""Submission: one file from one department for one period. Apart from `tables`, so that naming it needs no pandas."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from transforms.period import Period


@dataclass(frozen=True)
class Submission:
    """One file from one department for one period, immutable, named by its SHA-256."""

    sha256: str
    district: str
    period: Period
    department: str
    filename: str  # as sent, without folders
    received_at: dt.datetime  # with time zone
    size: int
    sender: str = ""
