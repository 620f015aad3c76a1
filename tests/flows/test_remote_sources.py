"""The inbox on a server: the same files as from the folder, and a plain sentence where there are none.

Every server is a real one, started here; see docs/sources.md for what that leaves unproven.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

import pytest

from flows import remotes, sources
from flows.settings import REPOSITORY
from flows.sources import STILL_COMING, Incoming, Pulled, Waiting, pull
from flows.urls import inbox_credentials, open_folder
from tests.flows import servers
from tests.flows.servers import PASSWORD, Server
from transforms.districts import District, parse_district
from transforms.errors import ConfigurationError, EnvironmentFailure
from transforms.period import Period

for package in ("paramiko", "smbprotocol", "webdav4", "s3fs"):
    pytest.importorskip(package, reason=f"没有 Python 程序包 {package}")

JUNE = Period(2014, 6)
KINDS = ("sftp", "smb", "webdav", "pages", "s3")
LOGGED_IN = ("sftp", "smb", "webdav", "s3")
LIVE = ("sftp", "smb", "webdav", "pages")  # what is written to the folder is seen at once
# percent, hash and plus mean something in a URL; the bracket and the ideographic space come from Windows
ODD_NAME = "财政局　[更正] 100%+1#2.xlsx"


@pytest.fixture(scope="session")
def district() -> District:
    return parse_district((REPOSITORY / "data/districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")


def fill(inbox: Path) -> Path:
    month = inbox / "350303" / "2014-06"
    shutil.copytree(REPOSITORY / "data/sample/inbox/350303/2014-06", month)
    (month / ODD_NAME).write_bytes(b"odd")
    (month / "空.xlsx").write_bytes(b"")
    (month / "旧表").mkdir()
    (month / "旧表" / "住建局.xlsx").write_bytes(b"x")
    for name in ("~$财政局.xlsx", "住建局.xlsx.filepart", ".DS_Store"):
        (month / name).write_bytes(b"x")
    for file in (*month.iterdir(), *(month / "旧表").iterdir()):
        os.utime(file, (1404200000, 1404200000))
    return month


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox") / "收文"
    fill(folder)
    return folder


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith(("SANCU_", "AWS_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(remotes, "TIMEOUT_SECONDS", 3.0)


def running(kind: str, inbox: Path, home: Path) -> AbstractContextManager[Server]:
    return getattr(servers, kind)(inbox, home)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest, inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, inbox, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def server(started: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    log_in(started, monkeypatch)
    return started


def log_in(server: Server, monkeypatch: pytest.MonkeyPatch, password: str | None = None) -> None:
    if server.user and not server.password and password is None:
        pytest.skip("不是 root，测试用的 sshd 没有能用口令登录的账号")
    values = {"SANCU_INBOX_USER": server.user, "SANCU_INBOX_PASSWORD": password or server.password}
    for name, value in {**values, **server.environment}.items():
        monkeypatch.setenv(name, value)


def failure(url: str, district: District) -> str:
    """The message of a failed pull; nothing that a person or a log may see holds the password."""
    with pytest.raises((EnvironmentFailure, ConfigurationError)) as caught:
        pull(url, district, JUNE)
    told = "".join(traceback.format_exception(caught.value))
    one: BaseException | None = caught.value
    while one is not None:
        told += repr(one) + str(one)
        one = one.__cause__ or one.__context__
    assert_secret(told)
    return str(caught.value)


def assert_secret(text: str) -> None:
    for secret in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD), "hunter2"):
        assert secret not in text


over = pytest.mark.parametrize


@over("started", KINDS, indirect=True)
def test_the_same_as_from_the_folder(
    server: Server, inbox: Path, district: District, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    local = pull(str(inbox), district, JUNE)
    assert len(local) == 12 and ODD_NAME in [one.filename for one in local]
    assert [one.filename for one in local.waiting] == ["~$财政局.xlsx", "住建局.xlsx.filepart"]
    remote = pull(server.url, district, JUNE)
    assert remote == local
    assert remote.waiting == local.waiting
    assert pull(server.url, district, Period(2013, 1)) == []
    assert_secret(caplog.text)


@over("started", LOGGED_IN, indirect=True)
def test_user_and_password_in_the_url(
    server: Server, inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANCU_INBOX_USER")
    monkeypatch.delenv("SANCU_INBOX_PASSWORD")
    scheme, rest = server.url.split("://")
    url = f"{scheme}://{quote(server.user)}:{quote(server.password, safe='')}@{quote(rest, safe='/:')}"
    assert pull(url, district, JUNE) == pull(str(inbox), district, JUNE)


@over("started", KINDS, indirect=True)
def test_an_inbox_that_is_not_there(server: Server, district: District) -> None:
    assert "不存在，请检查 --inbox 或 SANCU_INBOX" in failure(f"{server.url}/nowhere", district)


@over("started", LOGGED_IN, indirect=True)
def test_a_wrong_password(
    server: Server, district: District, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pull(server.url, district, JUNE)  # a log-in that succeeded before must not help
    caplog.set_level(logging.DEBUG)
    log_in(server, monkeypatch, "hunter2")
    assert "账号或口令不对" in failure(server.url, district)  # S3 does not tell it from a file that is not ours
    monkeypatch.setenv("SANCU_INBOX_USER", "nobody")
    assert "账号或口令不对" in failure(server.url, district)
    scheme, rest = server.url.split("://")
    assert "***@" in failure(f"{scheme}://{quote(server.user)}:hunter2@{rest}", district)
    assert_secret(caplog.text)


@over("kind", KINDS)
def test_a_server_that_is_down_or_silent(
    kind: str, inbox: Path, tmp_path: Path, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(kind, inbox, tmp_path) as server:
        log_in(server, monkeypatch, PASSWORD)
        server.stop()
        server.stop = lambda: None
        start = time.monotonic()
        assert "服务器没有开，或者拒绝连接" in failure(server.url, district)
    with servers.silent() as port:
        monkeypatch.setenv("SANCU_INBOX_ENDPOINT", f"http://127.0.0.1:{port}")
        url = server.url if kind == "s3" else f"{server.url.split('://')[0]}://127.0.0.1:{port}/x"
        told = failure(url, district)
        assert "没有回答" in told or "连接中断" in told
    assert time.monotonic() - start < 15


@over("started", ("sftp", "smb"), indirect=True)
def test_a_server_that_falls_silent(server: Server, district: District) -> None:
    filesystem, root = open_folder(server.url, inbox_credentials())
    try:
        start = time.monotonic()
        servers.signal_all(server.process, signal.SIGSTOP)
        with pytest.raises(Exception) as caught:  # noqa: PT011 — the library's own
            filesystem.info(root)
        assert remotes.reasons.reason(caught.value) is not None
        assert time.monotonic() - start < 120  # a machine with much to do wakes late; without a limit it waits for ever
    finally:
        servers.signal_all(server.process, signal.SIGCONT)
        remotes.close(filesystem)
    assert pull(server.url, district, JUNE)


@over("kind", LIVE)
def test_a_file_that_is_still_coming(
    kind: str, tmp_path: Path, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = fill(tmp_path / "收文")
    (tmp_path / "home").mkdir()
    target = month / "财政局.xlsx"
    whole = target.read_bytes()
    with running(kind, tmp_path / "收文", tmp_path / "home") as server:
        log_in(server, monkeypatch)
        target.write_bytes(whole[:1000])

        def go_on(seconds: float) -> None:
            with target.open("ab") as file:
                file.write(whole[1000:2000])

        monkeypatch.setattr(sources.time, "sleep", go_on)
        pulled = pull(server.url, district, JUNE)
        assert Waiting("财政局.xlsx", STILL_COMING) in pulled.waiting
        assert "财政局.xlsx" not in names(pulled) and len(pulled) == 11
        target.write_bytes(whole)
        monkeypatch.undo()
        log_in(server, monkeypatch)
        assert by_name(pull(server.url, district, JUNE))["财政局.xlsx"].data == whole


def names(pulled: Pulled) -> list[str]:
    return [one.filename for one in pulled]


def by_name(pulled: Pulled) -> dict[str, Incoming]:
    return {one.filename: one for one in pulled}


@over("started", KINDS, indirect=True)
def test_a_file_that_is_too_large(server: Server, district: District) -> None:
    large = by_name(pull(server.url, district, JUNE, max_bytes=1000))["财政局.xlsx"]
    assert "超过" in large.problem and large.data == b"" and large.size > 1000


@over("started", ("sftp", "smb"), indirect=True)
def test_a_pipe_is_not_waited_for(
    server: Server, inbox: Path, district: District, request: pytest.FixtureRequest
) -> None:
    pipe = inbox / "350303" / "2014-06" / "信访局.pipe.xlsx"
    os.mkfifo(pipe)
    request.addfinalizer(pipe.unlink)
    assert by_name(pull(server.url, district, JUNE))[pipe.name].data == b""


@over("started", ("sftp",), indirect=True)
def test_sftp_host_keys_are_checked(server: Server, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(server.environment["SANCU_INBOX_KNOWN_HOSTS"]).parent
    (home / "empty").write_text("")
    monkeypatch.setenv("SANCU_INBOX_KNOWN_HOSTS", str(home / "empty"))
    told = failure(server.url, district)
    assert "主机密钥不在已知名单里" in told and "SHA256:" in told
    command = told.split("一致后执行：")[1]
    assert command.startswith("ssh-keyscan -p ") and command.endswith(f" 127.0.0.1 >> {home / 'empty'}")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    assert pull(server.url, district, JUNE)
    monkeypatch.setenv("SANCU_INBOX_KNOWN_HOSTS", str(home / "changed_hosts"))
    assert "可能有人冒充" in failure(server.url, district)
    monkeypatch.setenv("SANCU_INBOX_KNOWN_HOSTS", str(home / "none"))
    assert "没有主机名单" in failure(server.url, district)


@over("started", ("sftp",), indirect=True)
def test_sftp_with_a_key(started: Server, inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(started.environment["SANCU_INBOX_KNOWN_HOSTS"]).parent
    monkeypatch.setenv("SANCU_INBOX_KNOWN_HOSTS", str(home / "known_hosts"))
    monkeypatch.setenv("SANCU_INBOX_USER", started.user)
    monkeypatch.setenv("SANCU_INBOX_KEY", str(home / "user"))
    assert pull(started.url, district, JUNE) == pull(str(inbox), district, JUNE)
    (home / "user").chmod(0o640)
    assert "chmod 600" in failure(started.url, district)
    (home / "user").chmod(0o600)
    monkeypatch.setenv("SANCU_INBOX_KEY", str(home / "locked"))
    assert "密钥文件有口令" in failure(started.url, district)
    monkeypatch.setenv("SANCU_INBOX_PASSWORD", PASSWORD)
    assert pull(started.url, district, JUNE)
    monkeypatch.setenv("SANCU_INBOX_KEY", str(home / "other_host"))
    assert "登录被拒绝" in failure(started.url, district)
    monkeypatch.setenv("SANCU_INBOX_KEY", str(home / "gone"))
    assert "没有密钥文件" in failure(started.url, district)


@over("started", ("smb",), indirect=True)
def test_smb_shares(server: Server, inbox: Path, district: District) -> None:
    root = server.url.rpartition("/")[0]
    assert "nosuch 不存在" in failure(f"{root}/nosuch", district)
    assert "没有读取权限" in failure(f"{root}/closed", district)
    assert "缺少共享名" in failure(root, district)


@over("started", ("smb",), indirect=True)
def test_smb_file_that_its_writer_has_locked(server: Server, district: District) -> None:
    """Explorer writes without sharing; Excel shares for reading."""
    filesystem, root = open_folder(server.url, inbox_credentials())
    path = f"{root}/350303/2014-06/财政局.xlsx"
    with filesystem.open(path, "r+b", share_access=None):
        pulled = pull(server.url, district, JUNE)
    assert Waiting("财政局.xlsx", STILL_COMING) in pulled.waiting and "财政局.xlsx" not in names(pulled)
    filesystem, root = open_folder(server.url, inbox_credentials())
    with filesystem.open(path, "r+b", share_access="r"):
        assert "财政局.xlsx" in names(pull(server.url, district, JUNE))
    remotes.close(filesystem)


def test_webdav_with_digest(inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with servers.webdav(inbox, tmp_path, digest=True) as server:
        log_in(server, monkeypatch)
        assert pull(server.url, district, JUNE) == pull(str(inbox), district, JUNE)
        assert len(pull(server.url.replace("webdav", "http"), district, JUNE)) == 12
        log_in(server, monkeypatch, "hunter2")
        assert "登录被拒绝" in failure(server.url, district)


def test_certificate_of_ones_own(
    inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = tmp_path / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "2"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key"), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + (tmp_path / "key").read_text())
    with servers.webdav(inbox, tmp_path, certificate=certificate) as server:
        log_in(server, monkeypatch)
        assert "证书不受信任" in failure(server.url, district)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert len(pull(server.url, district, JUNE)) == 12


@over("scheme", ["sftp", "smb", "webdav", "webdavs", "http", "https"])
def test_a_name_that_nobody_has(scheme: str, district: District) -> None:
    assert "找不到这个服务器名" in failure(f"{scheme}://clerk:hunter2@no-such-host.invalid/x/y", district)


@over(
    "url",
    [
        "sftp://clerk:hunter2@host:port/x",
        "sftp://clerk:hunter2/2@host/x",
        "smb://clerk:hunter2@/x",
        "webdav://clerk:hunter2@",
        "nosuch://clerk:hunter2@host/x",
    ],
)
def test_urls_that_cannot_be(url: str, district: District) -> None:
    assert "***@" in failure(url, district)
