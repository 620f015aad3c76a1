"""`sancu`: the commands. Output for people is Chinese; `--json` gives the same for programs.

Exit codes: 0 done, 1 findings or a release stopped it, 2 bad input or usage, 3 the environment failed, 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

import typer

from flows import logs
from flows.commands import history, intake, issues, machine, tracing, upkeep
from flows.commands.terminal import BAD_INPUT, DONE, ENVIRONMENT, INTERRUPTED, STOPPED
from transforms.errors import EnvironmentFailure, Interrupted, SancuError, Stopped

EXIT_CODES = {Stopped: STOPPED, EnvironmentFailure: ENVIRONMENT, Interrupted: INTERRUPTED}
COMMANDS = (
    *(issues.run, issues.release, issues.backfill, issues.rollup),
    *(intake.check, intake.form, intake.board),
    history.revisions,
    *(tracing.why, tracing.uses, tracing.sql, tracing.metrics, tracing.dictionary),
    *(machine.serve, machine.doctor),
    *(upkeep.backup, upkeep.restore, upkeep.gc, upkeep.status),
)

app = typer.Typer(
    help="三促活动工作简报：收各部门的表，查错，算数，出简报。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(upkeep.audit, name="audit")
NAMES = {command.__name__ for command in COMMANDS} | {"audit"}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point: every error meant for people becomes one message and an exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    with _logged(given):
        _main(given)


def _logged(arguments: list[str]) -> AbstractContextManager[None]:
    """The log of a command; none where help is asked for, or where the settings cannot be read, as the command will say."""
    if not set(arguments[:1]) & NAMES or "--help" in arguments:
        return nullcontext()
    from flows.settings import load_settings

    try:
        logs.begin(load_settings().home)
    except SancuError:
        return nullcontext()
    return logs.command(arguments[0])


def _main(arguments: list[str]) -> NoReturn:
    try:
        app(args=arguments, prog_name="sancu")
    except SancuError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CODES.get(type(error), BAD_INPUT))
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer says nothing of Ctrl-C
            print("已中断。重新运行同一条命令会接着做。", file=sys.stderr)
        raise
    sys.exit(DONE)
