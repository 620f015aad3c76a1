"""What happened, a line of JSON an event, in `HOME/logs/2014-07-03.jsonl`: a file a day, its owner's alone.

The ledger is the record, the log is the story. It holds no personal data because it takes none: codes, numbers and words
from closed lists only. Messages, file names and paths may quote what people wrote, so they stay out; a file goes by the
start of its SHA-256, an error by its class and the line of the program that raised it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import logging
import os
import secrets
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from transforms.errors import SancuError
from transforms.period import CHINA

if TYPE_CHECKING:
    from flows.ledger import Briefing

KEPT_DAYS = 90
FOLDER = "logs"
_SHORT = 12  # characters of a hash
_HELD = 20  # events before HOME is there
_RUN = os.environ.get("PREFECT__FLOW_RUN_ID") or secrets.token_hex(8)
_log = logging.getLogger("sancu.events")


class Fields(TypedDict, total=False):
    """All that an event may say."""

    command: str  # its name, without arguments
    exit: int
    seconds: float
    district: str
    period: str
    department: str  # one of the district file's
    file: str  # SHA-256 of its contents, shortened
    size: int
    rule: str
    kind: str
    number: int
    fingerprint: str
    released: bool
    error: str
    cause: str
    place: str
    process: str
    code: int


def event(name: str, **fields: Unpack[Fields]) -> None:
    """Log it, where `begin` has said where to; a log that cannot be written stops nothing."""
    for key in ("file", "fingerprint"):
        if key in fields:
            fields[key] = fields[key][:_SHORT]  # type: ignore[literal-required]
    _log.info(name, extra={"fields": fields})


def published(briefing: Briefing) -> None:
    event(
        "month.published",
        district=briefing.district,
        period=str(briefing.period),
        number=briefing.number,
        released=briefing.released_at is not None,
        fingerprint=briefing.fingerprint,
    )


def failure(error: BaseException) -> Fields:
    """An error without its message."""
    cause = error.__cause__
    number = errno.errorcode.get(getattr(cause, "errno", None) or 0, "")
    frames = traceback.extract_tb(error.__traceback__)
    told: Fields = {"error": type(error).__name__}
    if cause is not None:
        told["cause"] = f"{type(cause).__name__} {number}".strip()
    if frames:
        told["place"] = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return told


def begin(home: Path) -> None:
    """Log this process's events to `home` from now on."""
    _log.setLevel(logging.INFO)
    _log.propagate = False
    _log.handlers = [handler for handler in _log.handlers if isinstance(handler, Daily) and handler.home == home]
    if not _log.handlers:
        _log.addHandler(Daily(home))


@contextmanager
def command(name: str) -> Iterator[None]:
    """Log that a command began, and how it ended."""
    began, code = time.monotonic(), 0
    told: Fields = {}
    event("command.began", command=name)
    try:
        yield
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        told = failure(end.__context__) if isinstance(end.__context__, SancuError) else {}
        raise
    except BaseException as error:
        code, told = 1, failure(error)
        raise
    finally:
        event("command.ended", command=name, exit=code, seconds=round(time.monotonic() - began, 3), **told)


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, CHINA).isoformat(timespec="milliseconds")
        told = {"at": at, "event": record.getMessage(), "run": _RUN, "pid": record.process}
        return json.dumps(told | getattr(record, "fields", {}), ensure_ascii=False)


class Daily(logging.Handler):
    """Many processes write to one day's file: each line is one write at its end. HOME is not made for a log's sake:
    events wait until it is there."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self._waiting: list[bytes] = []
        self.setFormatter(Line())

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting = [*self._waiting, f"{self.format(record)}\n".encode()][-_HELD:]
        if not self.home.is_dir():
            return
        lines, self._waiting = b"".join(self._waiting), []
        folder = self.home / FOLDER
        path = folder / f"{dt.datetime.fromtimestamp(record.created, CHINA).date()}.jsonl"
        with contextlib.suppress(OSError):
            if not path.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
                _forget(folder, record.created)
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, lines)
            finally:
                os.close(handle)


def _forget(folder: Path, at: float) -> None:
    for path in folder.glob("*.jsonl"):
        if path.stat().st_mtime < at - KEPT_DAYS * 86400:
            path.unlink(missing_ok=True)
