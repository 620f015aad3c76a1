"""Offline by proof: the bundle is installed in a network namespace with nothing but loopback, and does its work there;
each attempt to connect elsewhere is counted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from setup import bundle, wheels
from transforms.errors import EnvironmentFailure

# `unshare -rn` gives a namespace of its own; strace watches every process of the command.
_INSIDE = 'ip link set lo up && exec strace -f --seccomp-bpf -qq -e trace=connect,sendto,sendmsg -o "$0" -- "$@"'
_ADDRESS = re.compile(r'inet_addr\("([0-9.]+)"\)|inet_pton\(AF_INET6, "([0-9a-f:.]+)"')
_NAMES = "htons(53)"  # asking a name server counts, wherever it is

# The service looks at what is due on the last working day, drafts the month in a process of its worker, and is stopped.
_SERVE = """
import pathlib, signal, subprocess, sys, time
service = subprocess.Popen(["./sancu", "serve", "--port", "0", "--at", "2014-06-30T08:05"])
drafted, until = pathlib.Path("var/schedule/350303/draft_2014-06"), time.monotonic() + 300
while not drafted.exists() and service.poll() is None and time.monotonic() < until:
    time.sleep(0.2)
service.send_signal(signal.SIGINT)
sys.exit(service.wait(60) or not drafted.exists())
"""


def elsewhere(trace: str) -> list[str]:
    """Each call that names an address other than loopback's, or a name server."""
    found = [(line, match[1] or match[2]) for line in trace.splitlines() for match in _ADDRESS.finditer(line)]
    own = ("::1", "0.0.0.0")
    return [line for line, at in found if _NAMES in line or not (at.startswith("127.") or at in own)]


def offline(folder: Path, *command: str, **given: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a command where nobody can be reached; what it said, and the calls it made."""
    for needed in ("unshare", "strace", "ip"):
        if shutil.which(needed, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            pytest.skip(f"no {needed}")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_", "PIP_"))}
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", _INSIDE, str(trace), *command],
        cwd=folder,
        env=clean | given | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    return done, trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else ""


@dataclass(frozen=True)
class Installed:
    """The unpacked bundle, and where it was installed."""

    bundle: Path
    folder: Path

    def does(self, *command: str) -> str:
        """What a command says that ends well, having used loopback and asked nobody elsewhere."""
        done, trace = offline(self.folder, *command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "127.0.0.1" in trace  # its own server: the trace does see connections
        assert elsewhere(trace) == []
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """By its own script, offline too. pip leaves compiling to the first import, which needs less than a tenth of it."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    wanted = wheels.lock()
    if len(wheels.present(wanted)) < wanted.count("=="):
        pytest.skip("没有程序包，见 setup/testing.sh")
    folder = tmp_path_factory.mktemp("离线 安装")
    try:
        made = bundle.build(folder)
    except EnvironmentFailure as error:
        pytest.fail(str(error))
    with tarfile.open(made) as archive:
        archive.extractall(folder, filter="data")
    made.unlink()
    place = Installed(made.with_suffix(""), folder / "三促 办公室")
    done, trace = offline(folder, "bash", str(place.bundle / "install.sh"), str(place.folder), PIP_NO_COMPILE="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert elsewhere(trace) == []
    assert f"cd '{place.folder}'" in done.stdout
    yield place
    shutil.rmtree(folder)  # two gigabytes


def test_an_attempt_is_counted(tmp_path: Path) -> None:
    """Control: one that goes elsewhere is seen, one to loopback is not, and no address can be reached."""
    code = (
        "import socket, sys; socket.socket().connect_ex((sys.argv[1], int(sys.argv[2]))); print(socket.if_nameindex())"
    )
    done, trace = offline(tmp_path, sys.executable, "-c", code, "192.0.2.1", "9")
    assert (done.stdout, len(elsewhere(trace))) == ("[(1, 'lo')]\n", 1), done.stderr
    done, trace = offline(tmp_path, sys.executable, "-c", code, "127.0.0.1", "9")
    assert "127.0.0.1" in trace and elsewhere(trace) == []
    done, trace = offline(tmp_path, sys.executable, "-c", code, "127.0.0.53", "53")
    assert len(elsewhere(trace)) == 1


@pytest.mark.flow
@pytest.mark.slow
def test_an_installed_bundle_does_its_work_and_speaks_to_nobody(installed: Installed) -> None:
    """The main job, a backfill and the service: 0 attempts to connect elsewhere."""
    file = installed.folder / "data" / "districts" / "350303.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("schedule:", "schedule:\n  since: 2014-06", 1), encoding="utf-8")  # one month to draft
    inbox = ("--inbox", "data/sample/inbox")
    said = installed.does("./sancu", "run", "2014-06", *inbox)
    assert Path(said.splitlines()[-1]).read_bytes().startswith(b"%PDF")
    installed.does("./sancu", "backfill", "2014-02", "2014-03", *inbox)
    for period in ("2014-02", "2014-03"):
        assert (installed.folder / "out" / "350303" / period / "briefing.pdf").read_bytes().startswith(b"%PDF")
    with (installed.folder / "sancu.toml").open("a", encoding="utf-8") as settings:
        settings.write('inbox = "data/sample/inbox"\n')
    said = installed.does(sys.executable, "-c", _SERVE)
    assert "调度服务已启动" in said and "调度服务已停止" in said


@pytest.mark.slow
def test_a_flipped_byte_in_a_wheel_is_refused(installed: Installed, tmp_path: Path) -> None:
    wheel = next((installed.bundle / "wheels").glob("alembic-*.whl"))
    whole = wheel.read_bytes()
    try:
        wheel.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
        command = ["bash", str(installed.bundle / "install.sh"), str(tmp_path / "别处")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        wheel.write_bytes(whole)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "安装包不完整或被改动过，什么都没有装。请重新拷贝安装包，再运行同一条命令。不对的文件：",
        f"wheels/{wheel.name}",
    ]
    assert not (tmp_path / "别处").exists()
