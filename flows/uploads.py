"""Telling a file that is whole from one that somebody is still writing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

STILL_COMING = "还在传，下次再收"
OPENED = "有人正在打开编辑，存盘后的改动下次再收"
FRESH_SECONDS = 10.0  # written “just now”; also how far a server's clock may be off
_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".download", ".downloading", ".xltd")
_LOCKS = ("~$", ".~lock.")  # Excel and WPS; LibreOffice
_TIMES = ("mtime", "modified", "LastModified")  # what fsspec's file systems call it
_MARKS = ("size", *_TIMES, "ETag", "etag")


def why_waiting(name: str) -> str:
    """Why a file of this name is none of a department's; empty when it may be one."""
    if name.startswith(_LOCKS):
        return OPENED
    return STILL_COMING if name.lower().endswith(_SUFFIXES) else ""


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two looks at a file (fsspec's entries) differ in size, time or mark of version."""
    return any(before.get(mark) != after.get(mark) for mark in _MARKS)


def is_fresh(entry: Mapping[str, Any], now: float) -> bool:
    """Whether the file was written to within FRESH_SECONDS of `now`, seconds since 1970."""
    times = [entry[name] for name in _TIMES if entry.get(name) is not None]
    seconds = [at.timestamp() if isinstance(at, dt.datetime) else at for at in times]
    return any(isinstance(at, int | float) and abs(now - at) < FRESH_SECONDS for at in seconds)
