"""What the commands share: the options that many take, exit codes, the progress bar and JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.choices import Runner
from flows.progress import Pace, listening
from transforms.errors import Interrupted

DONE, STOPPED, BAD_INPUT, ENVIRONMENT, INTERRUPTED = 0, 1, 2, 3, 130
Show = Callable[[str, int, int], None]  # what is told, done, total

PeriodArgument = Annotated[str, typer.Argument(metavar="期别", help="月份，如 2014-06。")]
DistrictOption = Annotated[str | None, typer.Option("--district", metavar="代码", help="区划代码，默认 350303。")]
InboxOption = Annotated[str | None, typer.Option("--inbox", metavar="网址或目录", help="收文目录。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序使用。")]
RunnerOption = Annotated[Runner, typer.Option("--runner", help="local 本机做；dask 由 SANCU_DASK 的各台机器做。")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="目录", help="输出目录，默认 out。")]


@contextmanager
def progress(enabled: bool, lines: bool = False) -> Iterator[None]:
    """A bar on the terminal's error stream, so that output can be piped; where there is no terminal nothing, or with
    `lines` one for each change.

    Raises:
        Interrupted: Ctrl-C; the message tells how far the command came.
    """
    console, pace = Console(stderr=True), Pace()
    shown = nullcontext(_ignore)
    if enabled and console.is_terminal:
        shown = _bar(console)
    elif enabled and lines:
        shown = nullcontext(_line())

    def hear(step: str, done: int, total: int) -> None:
        show(pace.tell(step, done, total), done, total)

    try:
        with shown as show, listening(hear):
            yield
    except KeyboardInterrupt:
        raise Interrupted(pace.interrupted()) from None


def _ignore(told: str, done: int, total: int) -> None:
    pass


def _line() -> Show:
    said: list[str] = []

    def show(told: str, done: int, total: int) -> None:
        if told not in said[-1:]:
            print(told, file=sys.stderr, flush=True)
        said.append(told)

    return show


@contextmanager
def _bar(console: Console) -> Iterator[Show]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("准备", total=None)

        def show(told: str, done: int, total: int) -> None:
            bars.update(bar, description=told, completed=done, total=total if total > 1 else None)

        yield show


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
