"""Children of the service: started, watched, started again when they die, and stopped."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from flows import logs
from flows.crashes import STARTING, crashed_since, describe, mark_crashed
from flows.lost import redo_lost
from transforms.errors import EnvironmentFailure
from transforms.period import CHINA

SWEEP_SECONDS = 10.0
LOOKS_AN_HOUR = 5
_REST_SECONDS = 5.0  # between two starts of a child that dies at once


class Child:
    """One process of the service and its log; `own` is of its environment alone."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, own: Mapping[str, str] | None = None) -> None:
        self.name, self._arguments, self.log, self._own = name, arguments, log, own or {}
        self.process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._arguments],
                env={**os.environ, **self._own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for this command, which ends them in order
            )
        self._started = time.monotonic()

    def wait_for(self, url: str, seconds: float) -> None:
        """Return when `url` answers.

        Raises:
            EnvironmentFailure: the process died, or is silent for `seconds`; the message names its log.
        """
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + seconds
        while self.process and self.process.poll() is None and time.monotonic() < deadline:
            try:
                opener.open(url, timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise EnvironmentFailure(f"{self.name}没有启动，原因见 {self.log}。")

    def revive(self) -> str:
        """Start it again if it has died; what to tell, empty when it lives."""
        if self.process is None or self.process.poll() is None or time.monotonic() - self._started < _REST_SECONDS:
            return ""
        code = self.process.returncode
        logs.event("service.revived", process=self.name, code=code)
        self.start()
        return f"{self.name}停了（退出码 {code}），已重新启动；原因见 {self.log}"

    def stop(self, seconds: float = 15.0) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def watch(url: str, tick: str, *children: Child) -> NoReturn:
    """Revive children that die. Flow runs that broke off are looked after at once, five times an hour at most: a run
    that breaks off each time must not keep the machine busy.

    Args:
        url: of the server's API.
        tick: the deployment that looks at what is due.
    """
    from prefect.deployments import run_deployment

    start, swept = dt.datetime.now(dt.UTC), time.monotonic()
    seen: set[str] = set()
    looks: list[float] = []
    while True:
        time.sleep(0.5)
        told = [line for child in children if (line := child.revive())]
        _say(*told)
        if not told and time.monotonic() - swept < SWEEP_SECONDS:
            continue
        swept = time.monotonic()
        looks = [moment for moment in looks if swept - moment < 3600]
        try:
            mark_crashed(url, dt.timedelta(0) if told else STARTING)
            redo_lost()
            broken = {key: name for key, name in crashed_since(start).items() if key not in seen}
            if not broken:
                continue
            _say(describe(broken.values()))
            if len(looks) < LOOKS_AN_HOUR:
                run_deployment(tick, timeout=0, as_subflow=False)
                looks.append(swept)
            seen |= set(broken)
        except Exception as error:  # the server itself is starting again
            _say(f"调度服务暂时没有回答（{type(error).__name__}）")


def _say(*lines: str) -> None:
    for line in lines:
        print(f"{dt.datetime.now(CHINA):%H:%M:%S} {line}。", flush=True)
