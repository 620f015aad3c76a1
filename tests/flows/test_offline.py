"""Offline by proof: the main job in a network namespace with nothing but loopback, each attempt to connect counted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.test_cli import SANCU
from tests.pipeline import INBOX

# `unshare -rn` gives a namespace of its own; strace watches every process of the command.
_INSIDE = 'ip link set lo up && exec strace -f --seccomp-bpf -qq -e trace=connect,sendto,sendmsg -o "$0" -- "$@"'
_ADDRESS = re.compile(r'inet_addr\("([0-9.]+)"\)|inet_pton\(AF_INET6, "([0-9a-f:.]+)"')


def elsewhere(trace: str) -> list[str]:
    """Each call that names an address other than loopback's."""
    found = [(line, match[1] or match[2]) for line in trace.splitlines() for match in _ADDRESS.finditer(line)]
    return [line for line, address in found if not address.startswith("127.") and address not in ("::1", "0.0.0.0")]


def offline(folder: Path, *command: str, **given: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a command where nobody can be reached; what it said, and the calls it made."""
    for needed in ("unshare", "strace", "ip"):
        if shutil.which(needed, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            pytest.skip(f"no {needed}")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    trace = folder / "trace"
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", _INSIDE, str(trace), *command],
        cwd=folder,
        env=clean | given | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done, trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else ""


def test_an_attempt_is_counted(tmp_path: Path) -> None:
    """Control: one that goes elsewhere is seen, one to loopback is not, and no address can be reached."""
    code = "import socket, sys; socket.socket().connect_ex((sys.argv[1], 9)); print(socket.if_nameindex())"
    done, trace = offline(tmp_path, sys.executable, "-c", code, "192.0.2.1")
    assert (done.stdout, len(elsewhere(trace))) == ("[(1, 'lo')]\n", 1), done.stderr
    done, trace = offline(tmp_path, sys.executable, "-c", code, "127.0.0.1")
    assert "127.0.0.1" in trace and elsewhere(trace) == []


@pytest.mark.flow
@pytest.mark.slow
def test_the_main_job_speaks_to_nobody(tmp_path: Path) -> None:
    """Prefect's server, its tasks, Great Expectations, the page: 0 attempts to connect elsewhere."""
    home = {"SANCU_HOME": str(tmp_path / "var"), "SANCU_OUT": str(tmp_path / "out")}
    done, trace = offline(tmp_path, str(SANCU), "run", "2014-02", "--inbox", str(INBOX), **home)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[-1]).read_bytes().startswith(b"%PDF")
    assert "127.0.0.1" in trace  # its own server: the trace does see connections
    assert elsewhere(trace) == []
