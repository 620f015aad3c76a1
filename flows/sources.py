"""What departments sent: the files of one month's folder in the inbox, `INBOX/<district>/<period>/`.

Nothing is opened here, only read as bytes. Nothing is dropped silently: a file that no department can be told for,
or that cannot be read, is returned and says so; one that is still being written is named and left for the next pull.
"""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.filenames import as_text
from flows.remotes import close
from flows.uploads import STILL_COMING, changed, is_fresh, why_waiting
from flows.urls import failure_of, inbox_credentials, open_folder, without_credentials
from transforms.errors import ConfigurationError, EnvironmentFailure, SancuError
from transforms.period import CHINA

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from flows.remotes.address import Credentials
    from transforms.districts import District
    from transforms.period import Period

REGISTER = "收文登记.csv"  # 文件名,收到时间,报送人
MAX_BYTES = 100 * 1024 * 1024
SETTLE_SECONDS = 0.5  # between two looks at files that were written to just now
_SHARING_VIOLATION = 0xC0000043  # Windows: whoever writes the file lets nobody else read it
_REGISTER_BYTES = 4 * 1024 * 1024
_LONGEST_SENDER = 100  # characters: it is printed in a narrow column
_COLUMNS = ("文件名", "收到时间", "报送人")


@dataclass(frozen=True)
class Incoming:
    """One file of the month's folder. `received_at` is None when the register does not list it; `problem` says in
    Chinese why `data` is empty."""

    filename: str
    data: bytes
    department: str | None
    received_at: dt.datetime | None = None
    sender: str = ""
    problem: str = ""
    size: int = 0


@dataclass(frozen=True)
class Waiting:
    """A file left for the next pull, and why, in Chinese without a final mark."""

    filename: str
    reason: str


class Pulled(list[Incoming]):
    """The files of a month by name, and beside them those that are not whole yet."""

    def __init__(self, incoming: Iterable[Incoming] = (), waiting: Iterable[Waiting] = ()) -> None:
        super().__init__(incoming)
        self.waiting = tuple(waiting)


@dataclass(frozen=True)
class Receipt:
    """A line of the register: one file, received once. `received_at` has a time zone."""

    filename: str
    received_at: dt.datetime
    sender: str


def pull(
    inbox_url: str,
    district: District,
    period: Period,
    max_bytes: int = MAX_BYTES,
    credentials: Credentials | None = None,
) -> Pulled:
    """Every file of the month's folder, by name; a folder that is not there is a month without files. Without
    `credentials` those of the environment count.

    Left out: subfolders, hidden files and the register. Left for the next pull and listed in `waiting`: what a
    browser or uploader is writing, an editor's lock, a file that changes while it is read. A file over `max_bytes` is
    listed and not read.

    Raises:
        EnvironmentFailure: the inbox itself is not there or cannot be read; worth another try. No library's error is
            chained to it: those may quote the URL.
        ConfigurationError: the register is malformed, with file and line; or the URL is.
    """
    shown = f"{without_credentials(inbox_url).rstrip('/')}/{district.code}/{period}"
    filesystem, root = open_folder(inbox_url, inbox_credentials() if credentials is None else credentials)
    try:
        filesystem.invalidate_cache()
        if not _is_folder(filesystem, root):
            raise EnvironmentFailure(
                f"收文目录 {without_credentials(inbox_url)} 不存在，请检查 --inbox 或 SANCU_INBOX。"
            )
        folder = f"{root.rstrip('/')}/{district.code}/{period}"
        return _pull(filesystem, folder, shown, district, max_bytes)
    except Exception as error:
        failure = None if isinstance(error, SancuError) else failure_of(error, f"读不了收文目录 {shown}")
        if failure is None:
            raise
    finally:
        close(filesystem)
    raise failure


def department_of(filename: str, district: District) -> str | None:
    """The department whose name or alias starts the file's name, with or without 区 or the district's name before
    it; the longest match wins. None when there is none."""
    written = "".join(unicodedata.normalize("NFKC", filename).split())
    starts = {written}
    short = district.name[:-1]  # 涵江: 涵江区委办 is 涵江 and 区委办
    for prefix in (district.city + district.name, district.city + short, district.name, short, "区"):
        if written.startswith(prefix):
            starts.add(written.removeprefix(prefix))
    names = [(name, d.name) for d in district.departments for name in (d.name, *d.aliases)]
    matches = [(len(name), owner) for name, owner in names if any(start.startswith(name) for start in starts)]
    return max(matches)[1] if matches else None


def read_register(data: bytes, place: str) -> dict[str, Receipt]:
    """The register by file name; of several lines for one file the latest counts. A time without a zone is China's.

    Raises:
        ConfigurationError: starts with `place:line: `.
    """
    rows = csv.reader(io.StringIO(_decode(data, place), newline=""), strict=True)
    receipts: dict[str, Receipt] = {}
    where: dict[str, int] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if where is None:
                where = {column: cells.index(column) for column in _COLUMNS if column in cells}
                if missing := [column for column in _COLUMNS[:2] if column not in where]:
                    raise ConfigurationError(
                        f"{place}:{rows.line_num}: 表头缺少“{'”“'.join(missing)}”，应为：{','.join(_COLUMNS)}"
                    )
                continue
            receipt = _receipt(cells, where, f"{place}:{rows.line_num}")
            known = receipts.get(_key(receipt.filename))
            if known is None or known.received_at <= receipt.received_at:
                receipts[_key(receipt.filename)] = receipt
    except csv.Error as error:
        raise ConfigurationError(f"{place}:{rows.line_num}: 不是合法的 CSV：{error}") from error
    return receipts


def _receipt(cells: list[str], where: dict[str, int], place: str) -> Receipt:
    filename, time, sender = (cells[where[c]] if c in where and where[c] < len(cells) else "" for c in _COLUMNS)
    if not filename:
        raise ConfigurationError(f"{place}: 缺少文件名")
    try:
        received = dt.datetime.fromisoformat(time)
    except ValueError:
        raise ConfigurationError(f"{place}: 收到时间“{time}”不对，应写成 2014-07-01T09:12:00+08:00") from None
    return Receipt(filename, received if received.tzinfo else received.replace(tzinfo=CHINA), sender[:_LONGEST_SENDER])


def _receipts(
    filesystem: AbstractFileSystem, entries: list[tuple[str, dict[str, Any]]], place: str
) -> dict[str, Receipt]:
    for name, entry in entries:
        if name == REGISTER and entry["type"] == "file":
            data = _read(filesystem, entry["name"], _REGISTER_BYTES)
            if len(data) > _REGISTER_BYTES:
                raise ConfigurationError(f"{place}:1: 文件过大，不像是收文登记")
            return read_register(data, place)
    return {}


def _pull(filesystem: AbstractFileSystem, folder: str, shown: str, district: District, max_bytes: int) -> Pulled:
    if not _is_folder(filesystem, folder):
        return Pulled()
    entries = _entries(filesystem, folder)
    receipts = _receipts(filesystem, entries, f"{shown}/{REGISTER}")
    waiting = [Waiting(name, why) for name, entry in entries if (why := why_waiting(name)) and _is_file(entry)]
    wanted = sorted(
        ((name, entry) for name, entry in entries if _is_file(entry) and _is_submission(name)),
        key=lambda one: (one[0], one[1]["name"]),
    )
    read = [(entry, _incoming(filesystem, entry, name, district, receipts, max_bytes)) for name, entry in wanted]
    if any(is_fresh(entry, time.time()) for _, entry in wanted):
        time.sleep(SETTLE_SECONDS)
    filesystem.invalidate_cache()
    now = {entry["name"]: entry for _, entry in _entries(filesystem, folder)} if wanted else {}
    incoming = []
    for entry, item in read:
        if item is None or entry["name"] not in now:
            continue  # taken away since the folder was listed
        if item.problem == STILL_COMING or changed(entry, now[entry["name"]]):
            waiting.append(Waiting(item.filename, STILL_COMING))
        else:
            incoming.append(item)
    return Pulled(incoming, sorted(waiting, key=lambda one: one.filename))


def _incoming(
    filesystem: AbstractFileSystem,
    entry: dict[str, Any],
    name: str,
    district: District,
    receipts: dict[str, Receipt],
    max_bytes: int,
) -> Incoming | None:
    """One file with its bytes; None when it went away since the folder was listed."""
    size = entry["size"]  # None where the service does not say
    data, problem = b"", ""
    if entry["type"] != "file":
        problem = "不是普通文件，没有读取"
    elif size is not None and size > max_bytes:
        problem = _oversized(max_bytes)
    else:
        try:
            data = _read(filesystem, entry["name"], max_bytes)
        except OSError as error:
            if _is_missing(error):
                return None
            problem = _why_not_read(error)
        if len(data) > max_bytes:
            data, problem = b"", _oversized(max_bytes)
        elif not problem and size is not None and len(data) != size:
            problem = STILL_COMING
    receipt = receipts.get(_key(name))
    return Incoming(
        filename=name,
        data=data,
        department=department_of(name, district),
        received_at=receipt.received_at if receipt else None,
        sender=receipt.sender if receipt else "",
        problem=problem,
        size=size if size is not None else len(data),
    )


def _why_not_read(error: OSError) -> str:
    """Raises `error` again when it is not about this one file."""
    if getattr(error, "ntstatus", None) == _SHARING_VIOLATION:
        return STILL_COMING
    if error.errno in (errno.EACCES, errno.EPERM) or isinstance(error, PermissionError):
        return "没有读取权限"
    raise error


def _is_folder(filesystem: AbstractFileSystem, path: str) -> bool:
    """fsspec's own `isdir` says no when the server does not answer."""
    try:
        return bool(filesystem.info(path)["type"] == "directory")
    except OSError as error:
        if _is_missing(error):
            return False
        raise


def _is_missing(error: OSError) -> bool:
    """Some libraries give the class, some the number."""
    return isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in (errno.ENOENT, errno.ENOTDIR)


def _entries(filesystem: AbstractFileSystem, folder: str) -> list[tuple[str, dict[str, Any]]]:
    return [(as_text(_basename(entry["name"])), entry) for entry in filesystem.ls(folder, detail=True)]


def _read(filesystem: AbstractFileSystem, path: str, limit: int) -> bytes:
    """At most one byte more than `limit`, so that a file that grew is noticed and never held whole."""
    with filesystem.open(path, "rb") as file:
        data: bytes = file.read(limit + 1)
    return data


def _oversized(max_bytes: int) -> str:
    return f"文件超过 {max_bytes / 1024 / 1024:g} MiB，没有读取"


def _basename(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _is_file(entry: dict[str, Any]) -> bool:
    return bool(entry["type"] != "directory")


def _is_submission(name: str) -> bool:
    return name != REGISTER and not name.startswith(".") and not why_waiting(name)


def _key(filename: str) -> str:
    return unicodedata.normalize("NFKC", as_text(filename)).strip().casefold()


def _decode(data: bytes, place: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigurationError(f"{place}:1: 编码认不出，请另存为 UTF-8 或 GB18030 的 CSV")
