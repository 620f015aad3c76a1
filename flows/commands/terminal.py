"""What the commands share: the options that many take, exit codes, the progress bar and JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.choices import Runner

DONE, STOPPED, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3

PeriodArgument = Annotated[str, typer.Argument(metavar="期别", help="月份，如 2014-06。")]
DistrictOption = Annotated[str | None, typer.Option("--district", metavar="代码", help="区划代码，默认 350303。")]
InboxOption = Annotated[str | None, typer.Option("--inbox", metavar="网址或目录", help="收文目录。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序使用。")]
RunnerOption = Annotated[Runner, typer.Option("--runner", help="local 本机做；dask 由 SANCU_DASK 的各台机器做。")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="目录", help="输出目录，默认 out。")]


@contextmanager
def progress(enabled: bool, lines: bool = False) -> Iterator[None]:
    """A bar on the terminal's error stream, so that output can be piped; where there is no terminal nothing, or with
    `lines` one for each change."""
    from flows.progress import Pace, listening

    console, pace = Console(stderr=True), Pace()
    said: list[str] = []

    def say(step: str, done: int, total: int) -> None:
        if (told := pace.tell(step, done, total)) not in said[-1:]:
            print(told, file=sys.stderr, flush=True)
        said.append(told)

    if not (enabled and console.is_terminal):
        with listening(say) if enabled and lines else nullcontext():
            yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("准备", total=None)

        def listen(step: str, done: int, total: int) -> None:
            told = pace.tell(step, done, total)
            bars.update(bar, description=told, completed=done, total=total if total > 1 else None)

        with listening(listen):
            yield


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
