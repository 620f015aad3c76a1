"""Real servers on loopback, each on a free port, with its files in a temporary folder, ended with the test."""

from __future__ import annotations

import contextlib
import functools
import getpass
import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

PASSWORD = "s3cret@收文/#1"  # what breaks URLs that are put together by hand
CLERK = "clerk"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass
class Server:
    """A running server. `url` is the inbox without credentials; `stop` may be called again."""

    url: str
    user: str
    password: str
    stop: Callable[[], None]
    environment: dict[str, str] = field(default_factory=dict)
    process: int = 0  # the server's; 0 for a thread of ours


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"没有程序 {name}（Debian 软件包 openssh-server 或 samba）")
    return found


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def _started(command: list[str], port: int, log: Path) -> Iterator[tuple[int, Callable[[], None]]]:
    """The process group of a program that answers at `port`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop() -> None:
        if process.poll() is None:
            signal_all(process.pid, signal.SIGKILL)
        process.wait(10)
        until = time.monotonic() + 10
        while _answers(port) and time.monotonic() < until:
            time.sleep(0.05)

    try:
        until = time.monotonic() + 20
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        yield process.pid, stop
    finally:
        stop()


@contextmanager
def sftp(inbox: Path, home: Path) -> Iterator[Server]:
    """OpenSSH with a host key of its own. As root also with an account of its own, in a private mount namespace:
    /etc/passwd and /etc/shadow of the machine stay as they are."""
    sshd, keygen = program("sshd"), program("ssh-keygen")
    port = free_port()
    for name in ("host", "other_host", "user", "locked"):
        secret = PASSWORD if name == "locked" else ""
        command = [keygen, "-q", "-t", "ed25519", "-N", secret, "-C", name, "-f", str(home / name)]
        subprocess.run(command, check=True)
    keys = [(home / f"{name}.pub").read_text() for name in ("user", "locked")]
    (home / "authorized_keys").write_text("".join(keys))
    for name, known in (("known_hosts", "host"), ("changed_hosts", "other_host")):
        (home / name).write_text(f"[127.0.0.1]:{port} {(home / f'{known}.pub').read_text()}")
    (home / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {home}/host\nAuthorizedKeysFile {home}/authorized_keys\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    command, user, password = [sshd, "-D", "-e", "-f", str(home / "sshd_config")], getpass.getuser(), ""
    if os.geteuid() == 0:
        command, user, password = _with_account(command, home), CLERK, PASSWORD
    with _started(command, port, home / "sshd.log") as (group, stop):
        url = f"sftp://127.0.0.1:{port}{inbox}"
        yield Server(url, user, password, stop, {"SANCU_INBOX_KNOWN_HOSTS": str(home / "known_hosts")}, group)


def _with_account(command: list[str], home: Path) -> list[str]:
    unshare = program("unshare")
    if subprocess.run([unshare, "-m", "true"], capture_output=True).returncode:
        pytest.skip("这里不许建立挂载命名空间，以 root 身份起不了测试用的 sshd")
    hashed = subprocess.run(
        [program("openssl"), "passwd", "-6", "-stdin"], input=PASSWORD.encode(), capture_output=True, check=True
    )
    for name, line in (
        ("passwd", f"{CLERK}:x:0:0::{home}:/bin/sh\n"),
        ("shadow", f"{CLERK}:{hashed.stdout.decode().strip()}:19000:0:99999:7:::\n"),
    ):
        (home / name).write_text(Path("/etc", name).read_text() + line)
    script = (
        'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/shadow" /etc/shadow && '
        'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"'
    )
    return [unshare, "-m", "--propagation", "private", "sh", "-c", script, str(home), *command]


@contextmanager
def smb(inbox: Path, home: Path) -> Iterator[Server]:
    """Samba with accounts of its own."""
    smbd, smbpasswd = program("smbd"), program("smbpasswd")
    if os.geteuid() != 0:
        pytest.skip("smbd 要以 root 身份才能起")
    port, user = free_port(), getpass.getuser()
    for name in ("private", "lock", "state", "cache", "pid", "rpc"):
        (home / name).mkdir()
    (home / "smb.conf").write_text(
        f"[global]\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nsmb ports = {port}\nserver role = standalone\n"
        f"private dir = {home}/private\nlock directory = {home}/lock\nstate directory = {home}/state\n"
        f"cache directory = {home}/cache\npid directory = {home}/pid\nncalrpc dir = {home}/rpc\n"
        f"passdb backend = tdbsam:{home}/private/passdb.tdb\nlog file = {home}/smb.log\ndisable spoolss = yes\n"
        f"load printers = no\nserver min protocol = SMB2\n\n[收文]\npath = {inbox}\nread only = no\n"
        f"[closed]\npath = {inbox}\nvalid users = nobody\n"
    )
    conf = str(home / "smb.conf")
    secret = f"{PASSWORD}\n{PASSWORD}\n".encode()
    subprocess.run([smbpasswd, "-c", conf, "-s", "-a", user], input=secret, check=True, capture_output=True)
    command = [smbd, "--foreground", "--no-process-group", "--debug-stdout", "-s", conf]
    with _started(command, port, home / "smbd.log") as (group, stop):
        yield Server(f"smb://127.0.0.1:{port}/收文", user, PASSWORD, stop, process=group)


@contextmanager
def webdav(inbox: Path, home: Path, digest: bool = False, certificate: Path | None = None) -> Iterator[Server]:
    """WsgiDAV behind cheroot; it asks for Basic, or for Digest, authentication."""
    wsgidav_app = pytest.importorskip("wsgidav.wsgidav_app", reason="没有 wsgidav")
    wsgi = pytest.importorskip("cheroot.wsgi", reason="没有 cheroot")
    app = wsgidav_app.WsgiDAVApp(
        {
            "provider_mapping": {"/": str(inbox.parent)},  # the share is the realm, which is no Chinese
            "simple_dc": {"user_mapping": {"*": {CLERK: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": not digest, "accept_digest": digest, "default_to_digest": digest},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    if certificate is not None:
        ssl = pytest.importorskip("cheroot.ssl.builtin")
        server.ssl_adapter = ssl.BuiltinSSLAdapter(str(certificate), str(certificate))
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    scheme = "webdavs" if certificate else "webdav"
    try:
        yield Server(f"{scheme}://127.0.0.1:{server.bind_addr[1]}/{inbox.name}", CLERK, PASSWORD, server.stop)
    finally:
        server.stop()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Not on the terminal."""


@contextmanager
def pages(inbox: Path, home: Path) -> Iterator[Server]:
    """Python's own web server: a page of links for a folder, no log-in."""
    handler = functools.partial(_Quiet, directory=str(inbox.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/{inbox.name}", "", "", stop)
    finally:
        stop()


@contextmanager
def s3(inbox: Path, home: Path) -> Iterator[Server]:
    """moto's server, which checks keys and signatures once `reset-auth` has told it to."""
    for package in ("moto", "flask", "flask_cors"):
        pytest.importorskip(package, reason=f"没有 Python 程序包 {package}")
    boto3 = pytest.importorskip("boto3")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    anyone = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "anyone")
    with _started(command, port, home / "moto.log") as (group, stop):
        connect = functools.partial(boto3.client, endpoint_url=endpoint, region_name="us-east-1", **anyone)
        iam, bucket = connect("iam"), connect("s3")
        iam.create_user(UserName=CLERK)
        key = iam.create_access_key(UserName=CLERK)["AccessKey"]
        policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
        iam.put_user_policy(UserName=CLERK, PolicyName="s3", PolicyDocument=policy)
        bucket.create_bucket(Bucket="intake")
        for file in inbox.rglob("*"):
            if file.is_file():
                bucket.put_object(Bucket="intake", Key=f"收文/{file.relative_to(inbox)}", Body=file.read_bytes())
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
        user, secret = key["AccessKeyId"], key["SecretAccessKey"]
        yield Server("s3://intake/收文", user, secret, stop, {"SANCU_INBOX_ENDPOINT": endpoint}, group)


def signal_all(process: int, what: signal.Signals) -> None:
    """To a server and those it has started, which may lead groups of their own."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            head, _, rest = file.read_text().rpartition(")")
            parents[int(head.split(" ", 1)[0])] = int(rest.split()[1])
    family = {process}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield int(listener.getsockname()[1])
