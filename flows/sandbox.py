"""Untrusted workbooks are opened in a child process under limits; what comes back is plain values."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from transforms.errors import EnvironmentFailure, UnreadableFile
from transforms.tables import Cell, RawSheet, RawWorkbook

_CHILD = Path(__file__).parent / "child" / "__main__.py"
_CHUNK = 1 << 16
_FORMATS = frozenset(("xlsx", "xlsb", "xls", "ods", "csv"))
_READY = b"ready..\n"
_START_SECONDS = 30.0
_REAP_SECONDS = 2.0
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_DATES: dict[str, Callable[[str], Cell]] = {
    "d": dt.date.fromisoformat,
    "dt": dt.datetime.fromisoformat,
    "t": dt.time.fromisoformat,
}
_TOO_LARGE = "内容异常庞大，请删去表格以外的行、列和图片，另存为新的 .xlsx 再报"
_REASONS = {
    "empty": "是空文件，请重新发送",
    "encrypted": "加了密码，请取消密码后再报",
    "not_a_workbook": "不是表格文件，请用 Excel 或 WPS 另存为 .xlsx 再报",
    "truncated": "不完整或已损坏，可能没有传完，请重新发送",
    "damaged": "已损坏，读不出来，请打开检查后另存为新的 .xlsx 再报",
    "too_large": _TOO_LARGE,
    "unsafe": "里面夹带了报表不该有的内容（实体声明），没有读取，请用 Excel 或 WPS 另存为新的 .xlsx 再报",
}


class _Died(Exception):
    """The child ended before it answered."""


class _Overrun(Exception):
    """The child took too long or answered too much."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Memory is the child's whole address space."""

    file_bytes: int = 64 * 2**20
    memory_bytes: int = 2**30
    cpu_seconds: int = 15
    wall_seconds: float = 20.0
    reply_bytes: int = 64 * 2**20
    cells: int = 2_000_000


class Reader:
    """Reads workbooks one after another in one child, which is replaced when a file kills it. Use one a thread.

    with Reader() as reader:
        workbook = reader.read(data, "财政局.xlsx")
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next `read` starts another."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    def read(self, data: bytes, filename: str) -> RawWorkbook:
        """Every sheet of the file as it stands, hidden ones too. The format is seen from the content, the name only
        serves messages and, without folders and ending, names a CSV's sheet.

        Raises:
            UnreadableFile: one plain sentence; the reader stays usable.
            EnvironmentFailure: the child cannot be started at all.
        """
        filename = shown_name(filename)
        if len(data) > self._limits.file_bytes:
            raise UnreadableFile(f"“{filename}”超过 {self._limits.file_bytes // 2**20} MB，请删去图片和多余内容再报。")
        try:
            reply = self._ask_again_if_worn_out(data)
            return _workbook(self._parsed(reply), filename)
        except UnreadableFile as error:
            raise UnreadableFile(f"“{filename}”{error}。") from None
        except (_Died, _Overrun):
            self.close()
            raise UnreadableFile(f"“{filename}”{_TOO_LARGE}。") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # not the child's way of answering
            self.close()
            raise UnreadableFile(f"“{filename}”{_REASONS['damaged']}。") from None

    def _ask_again_if_worn_out(self, data: bytes) -> bytearray:
        """A child that has answered before may die of memory that earlier files left behind: a fresh one decides."""
        try:
            return self._ask(data)
        except _Died:
            if not self._answered or self._out_of_time():
                raise
            self.close()
            return self._ask(data)

    def _out_of_time(self) -> bool:
        """Whether the file used up its processor time, which would not help it a second time."""
        assert self._child  # it has just died
        try:
            return self._child.wait(_REAP_SECONDS) == -signal.SIGXCPU
        except subprocess.TimeoutExpired:
            return False

    def _ask(self, data: bytes) -> bytearray:
        child = self._running()
        assert child.stdin and child.stdout  # both are pipes
        deadline = time.monotonic() + self._limits.wall_seconds
        sender, receiver = child.stdin.fileno(), child.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(sender, selectors.EVENT_WRITE)
            selector.register(receiver, selectors.EVENT_READ)
            head = len(data).to_bytes(8, "big")
            sent, reply, expected = 0, bytearray(), None
            while expected is None or len(reply) < expected:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise _Overrun
                for key, _ in ready:
                    if key.fd == sender:
                        sent += _send(sender, head, data, sent)
                        if sent == len(head) + len(data):
                            selector.unregister(sender)
                    else:
                        reply += _receive(receiver)
                if expected is None and len(reply) >= 8:
                    expected = int.from_bytes(reply[:8], "big")
                    del reply[:8]
                    if expected > self._limits.reply_bytes:
                        raise _Overrun
        if len(reply) != expected:
            raise ValueError("the reply is longer than it says")
        self._answered += 1
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._answered = 0
            limits = self._limits
            command = [
                sys.executable,
                "-I",
                "-X",
                "utf8",
                str(_CHILD),
                str(limits.memory_bytes),
                str(limits.cpu_seconds),
            ]
            try:
                self._child = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
                    bufsize=0, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise EnvironmentFailure(f"读表的子进程启动不了：{error.strerror}。") from error
            assert self._child.stdin and self._child.stdout  # both are pipes
            for pipe in (self._child.stdin, self._child.stdout):
                os.set_blocking(pipe.fileno(), False)
            self._await_ready(self._child.stdout.fileno())
        return self._child

    def _await_ready(self, receiver: int) -> None:
        """Tell a child that cannot start, the machine's fault, from one that a file kills."""
        deadline, said = time.monotonic() + _START_SECONDS, b""
        with selectors.DefaultSelector() as selector:
            selector.register(receiver, selectors.EVENT_READ)
            while len(said) < len(_READY):
                try:
                    if not selector.select(max(0.0, deadline - time.monotonic())):
                        raise _Overrun
                    said += _receive(receiver, len(_READY) - len(said))
                except (_Died, _Overrun):
                    self.close()
                    raise EnvironmentFailure(
                        "读表的子进程启动不了，请检查 python-calamine 是否装好、内存是否够用。"
                    ) from None

    def _parsed(self, reply: bytearray) -> dict[str, Any]:
        # Objects cost far more than their JSON: the commas bound their number before any is made.
        if reply.count(b",") > 4 * self._limits.cells:
            raise _Overrun
        parsed = json.loads(reply)
        if code := parsed.get("error"):
            raise UnreadableFile(_REASONS[code])
        if parsed["format"] not in _FORMATS:
            raise ValueError("no such format")
        return dict(parsed)


def _send(fd: int, head: bytes, data: bytes, sent: int) -> int:
    chunk = head[sent:] if sent < len(head) else memoryview(data)[sent - len(head) : sent - len(head) + _CHUNK]
    try:
        return os.write(fd, chunk)
    except BlockingIOError:
        return 0
    except OSError as error:
        raise _Died from error


def _receive(fd: int, size: int = _CHUNK) -> bytes:
    try:
        chunk = os.read(fd, size)
    except BlockingIOError:
        return b""
    if not chunk:
        raise _Died
    return chunk


def shown_name(filename: str) -> str:
    """The name without folders, control characters and marks that turn the writing direction: safe to print."""
    last = re.split(r"[\\/]", filename)[-1]
    return "".join(c for c in last if unicodedata.category(c) not in _UNPRINTABLE)[:200].strip() or "无名文件"


def _workbook(parsed: dict[str, Any], filename: str) -> RawWorkbook:
    stem = Path(filename).stem
    sheets = tuple(
        RawSheet(
            name=str(sheet["name"]) or stem,
            cells=tuple(tuple(map(_cell, row)) for row in sheet["cells"]),
            merged=tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in sheet["merged"]),
            hidden=bool(sheet["hidden"]),
            hidden_rows=tuple(map(int, sheet["hidden_rows"])),
            hidden_columns=tuple(map(int, sheet["hidden_columns"])),
            struck_rows=tuple(map(int, sheet["struck_rows"])),
            ragged_rows=tuple(map(int, sheet["ragged_rows"])),
        )
        for sheet in parsed["sheets"]
    )
    return RawWorkbook(
        format=parsed["format"],
        sheets=sheets,
        date_1904=bool(parsed["date_1904"]),
        stamp={str(name): str(value) for name, value in parsed["stamp"].items()},
        remarks=tuple(map(str, parsed["remarks"])),
    )


def _cell(cell: Any) -> Cell:
    if isinstance(cell, list):
        tag, value = cell
        return dt.timedelta(seconds=value) if tag == "td" else _DATES[tag](value)
    if cell is None or isinstance(cell, str | int | float):
        return cell
    raise TypeError("a cell of no known type")
