"""Warm readers for the whole process, so that a child's start-up is paid once and not by every month or call."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flows.processes import CORES
from flows.sandbox import Limits, Reader


class ReaderPool:
    """Lends readers to threads, at most `size` at a time; a thread that asks for one more waits. A returned reader
    keeps its child, and the next file is read without a start-up. The one used last is lent first: a quiet time keeps
    only as many children as the work needs. Children end with this process, however it ends: they read until their
    standard input does.

    with pool.reader() as reader:
        workbook = reader.read(data, "财政局.xlsx")
    """

    def __init__(self, limits: Limits | None = None, size: int | None = None) -> None:
        self._limits = limits or Limits()
        self._places = threading.BoundedSemaphore(size or CORES)
        self._idle: list[Reader] = []

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader for this thread alone. Asking for a second one inside may wait for ever."""
        with self._places:
            try:
                reader = self._idle.pop()
            except IndexError:
                reader = Reader(self._limits)
            try:
                yield reader
            except BaseException:  # Ctrl-C between question and answer: the answer must not go to the next file
                reader.close()
                raise
            self._idle.append(reader)

    def close(self) -> None:
        """End the idle children. The pool stays usable."""
        while self._idle:
            self._idle.pop().close()


_POOLS: dict[Limits, ReaderPool] = {}


def shared(limits: Limits | None = None) -> ReaderPool:
    """The process's own pool for these limits, the same for every caller."""
    key = limits or Limits()
    return _POOLS.get(key) or _POOLS.setdefault(key, ReaderPool(key))


def close_shared() -> None:
    """End the idle children of every shared pool."""
    for pool in list(_POOLS.values()):
        pool.close()


atexit.register(close_shared)
