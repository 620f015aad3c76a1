"""Which process holds something, and whether it is still at work; and how many may work at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import socket
from pathlib import Path
from typing import NamedTuple

CORES = len(os.sched_getaffinity(0))  # that this process may use
_FOREIGN_LIMIT = dt.timedelta(hours=6)  # no run takes that long; another machine's process cannot be looked at


class Process(NamedTuple):
    """A process, told apart from a later one that got the same number, also after a restart of the machine."""

    host: str  # with the namespace of process numbers, which containers do not share
    boot: str
    pid: int
    process_started: str


def this_process() -> Process:
    namespace = ""
    if Path("/proc/self/ns/pid").is_symlink():
        namespace = os.readlink("/proc/self/ns/pid")
    return Process(f"{socket.gethostname()} {namespace}".strip(), _boot(), os.getpid(), _started(os.getpid()) or "")


def is_alive(holder: Process, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether `holder` may still be at work; of another machine this is believed for six hours."""
    here = this_process()
    if holder.host != here.host:
        return now - since < _FOREIGN_LIMIT
    return holder.boot == here.boot and _started(holder.pid) == holder.process_started


def signature() -> str:
    """This process as a part of a file's name: machine and boot, number, start."""
    here = this_process()
    return f"{_machine(here)}-{here.pid}-{here.process_started}"


def is_dead(signature: str) -> bool:
    """Whether the process that signed so has certainly ended; False for another machine's, which cannot be looked at."""
    machine, pid, started = signature.split("-")
    return machine == _machine(this_process()) and started != "" and _started(int(pid)) != started


def _machine(process: Process) -> str:
    return hashlib.sha256(f"{process.host} {process.boot}".encode()).hexdigest()[:8]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in ticks since the boot; None when it is gone or a zombie, "" where /proc is not."""
    try:
        # The name in brackets may hold spaces; state is the first field after it, the start the twentieth.
        parts = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if parts[0] in (b"Z", b"X") else parts[19].decode()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except (ProcessLookupError, IndexError):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""
