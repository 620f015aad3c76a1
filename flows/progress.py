"""How far a command is. The shell that runs a flow may listen; without a listener nothing happens."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# (step, done, total), called from any thread
Listener = Callable[[str, int, int], None]

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Report to `listener` all that happens in this context and in the threads started from it."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def among(place: Callable[[], str]) -> Iterator[None]:
    """Tell what is reported inside behind `place()`: how far many are, and which of them it is about."""
    outer = _listener.get()

    def hear(step: str, done: int, total: int) -> None:
        told = f"{place()} {step} {done}/{total}" if total > 1 else f"{place()} {step}"
        if outer:
            outer(told, 0, 1)

    with listening(hear):
        yield


def report(step: str, done: int = 0, total: int = 1) -> None:
    if listener := _listener.get():
        listener(step, done, total)


class Pace:
    """How far a step is, in words, and how long it will still take when its parts take what they have taken so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._step, self._began = clock, "准备", 0.0
        self._done, self._total = 0, 1

    def tell(self, step: str, done: int, total: int) -> str:
        if step != self._step or not done:
            self._step, self._began = step, self._clock()
        self._done, self._total = done, total
        if total <= 1:
            return step
        told = f"{step} {done}/{total}"
        if done in (0, total):
            return told
        return f"{told}，约剩 {_duration((self._clock() - self._began) / done * (total - done))}"

    def interrupted(self) -> str:
        """What Ctrl-C leaves."""
        left = self._total - self._done
        if self._total > 1:
            told = f"做完 {self._done} 个，还有 {left} 个没有做"
        else:
            told = "这一步没有做完，没有出的不留半份" if left else "简报已经出了"
        return f"已中断，停在“{self._step}”：{told}。已经做完的都保存着，重新运行同一条命令会接着做。"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return "不到 1 分钟"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分钟"
