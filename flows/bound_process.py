"""A command that ends with the process that started it: `python -m flows.bound_process PARENT ARGUMENTS…` becomes
`python ARGUMENTS…`. An orphaned worker would go on taking runs that nobody watches."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from flows.server_process import PR_SET_PDEATHSIG


def main() -> None:
    parent = int(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked to be told
        return
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])


if __name__ == "__main__":
    main()
