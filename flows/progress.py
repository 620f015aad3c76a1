"""How far a command is. The shell that runs a flow may listen; without a listener nothing happens."""

from __future__ import annotations

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


def report(step: str, done: int = 0, total: int = 1) -> None:
    if listener := _listener.get():
        listener(step, done, total)
