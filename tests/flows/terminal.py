"""A terminal: `python -m tests.flows.terminal WORD COMMAND…` runs the command in one, tells what it shows, and types Ctrl-C
when it shows the word."""

from __future__ import annotations

import os
import pty
import signal
import sys


def main() -> None:
    word, *command = sys.argv[1:]
    process, terminal = pty.fork()
    if not process:
        # A script that starts the tests in the background has it ignored, and what is ignored is inherited.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    shown, typed = b"", False
    while chunk := _read(terminal):
        shown += chunk
        if not typed and word.encode() in shown:
            typed = bool(os.write(terminal, b"\x03"))
    sys.stdout.buffer.write(shown)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the command has ended
        return b""


if __name__ == "__main__":
    main()
