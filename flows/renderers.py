"""Processes that make documents, as many as there are cores. They end with the command, also when that is killed, and
one that dies takes no other's document with it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Self

from flows.documents import Documents, load
from flows.processes import CORES
from transforms.errors import EnvironmentFailure

Job = Callable[[], Documents]


class Renderers:
    def __init__(self) -> None:
        self._pool, self._renewal = _pool(CORES), threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)

    def warm_up(self, documents: int) -> None:
        """Start the processes that so many documents will keep busy."""
        with suppress(BrokenProcessPool):  # of the district before; `submit` renews it
            for _ in range(min(CORES, documents)):
                self._pool.submit(load)

    def submit(self, job: Job) -> Job:
        """Begin `job`; what is returned waits for its documents.

        Raises (when waiting) what `job` raises, and EnvironmentFailure when its process was killed twice.
        """
        try:
            return partial(self._result, job, self._pool.submit(job), self._pool)
        except BrokenProcessPool:
            self._renew(self._pool)
            return partial(self._result, job, self._pool.submit(job), self._pool)

    def _result(self, job: Job, begun: Future[Documents], pool: ProcessPoolExecutor) -> Documents:
        """A process that dies breaks its pool, and with it what the others were at: that is done again, alone."""
        try:
            return begun.result()
        except BrokenProcessPool:
            self._renew(pool)
        try:
            with _pool(1) as alone:
                return alone.submit(job).result()
        except BrokenProcessPool as error:
            raise EnvironmentFailure("排版的进程两次被系统终止，多半是内存不足，请关掉别的程序后重新运行。") from error

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        with self._renewal:
            if self._pool is broken:
                broken.shutdown(wait=False)
                self._pool = _pool(CORES)


_kept: list[Renderers] = []


@contextmanager
def kept() -> Iterator[Renderers]:
    """Whoever borrows meanwhile, in any thread, gets the same processes: a start costs seconds."""
    with Renderers() as renderers:
        _kept.append(renderers)
        try:
            yield renderers
        finally:
            _kept.remove(renderers)


@contextmanager
def lent() -> Iterator[Renderers]:
    """Those that are kept, or one's own."""
    if _kept:
        yield _kept[-1]
    else:
        with Renderers() as own:
            yield own


def _pool(processes: int) -> ProcessPoolExecutor:
    # A child forked from a process with threads may hang; one that is spawned has none of them.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_bind)


def _bind() -> None:
    """End with the parent: a pool's process waits for work for ever, since it holds both ends of its queue. Ctrl-C is
    for the parent alone. Temporary files, the fonts' copies above all, have a folder that goes with the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = tempfile.mkdtemp(prefix="sancu-")
    atexit.register(_leave_nothing)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        _leave_nothing()
        os._exit(1)


def _leave_nothing() -> None:
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
