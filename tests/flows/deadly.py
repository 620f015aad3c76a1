"""Processes that kill themselves where they are told: `python -m tests.flows.deadly JOB ARGUMENTS…` is `sancu ARGUMENTS…`.

A job names a moment: `{"point": "flows.store:Store.publish", "nth": 2, "when": "after"}` or `{"after_ms": 900}`, and with
`"signal": "SIGSTOP"` the process only stands still there.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def arm(job: Mapping[str, Any]) -> None:
    """Kill this process at the n-th call of a function, before or after it, or after some milliseconds."""
    if "after_ms" in job:
        threading.Thread(target=_kill_later, args=(job["after_ms"] / 1000,), daemon=True).start()
    if "point" in job:
        module, _, name = job["point"].partition(":")
        owner: Any = import_module(module)
        *path, attribute = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, attribute, _deadly(getattr(owner, attribute), job))


def _deadly(function: Callable[..., Any], job: Mapping[str, Any]) -> Callable[..., Any]:
    nth, after, deadly = job.get("nth", 1), job.get("when") == "after", signal.Signals[job.get("signal", "SIGKILL")]
    calls = 0

    @functools.wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), deadly)
        result = function(*arguments, **options)
        if calls == nth and after:
            os.kill(os.getpid(), deadly)
        return result

    return called


def _kill_later(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from flows.cli import main

    arm(json.loads(sys.argv[1]))
    main(sys.argv[2:])
