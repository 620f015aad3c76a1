"""Recognisable secrets in every setting that can hold one, looked for in all that the program says and leaves behind."""

from __future__ import annotations

import dataclasses
import os
import traceback
import zipfile
from pathlib import Path

import pytest

from flows import cli
from flows.alerts import AlertKind, alert
from flows.choices import Runner
from flows.configuration import load_configuration
from flows.hands import task_runner
from flows.month import now, open_month
from flows.notices import Mail
from flows.server_login import CLIENT, SERVER, server_login
from flows.settings import load_settings
from flows.urls import inbox_credentials, store_credentials
from tests.pipeline import INBOX, environment
from transforms.errors import SancuError
from transforms.period import Period

pytestmark = pytest.mark.xdist_group("issued")
MARK = "geheim"  # in each secret and nowhere else
NOBODY = "127.0.0.1:9"  # where nothing listens
PLACES = {
    "database": {"SANCU_DATABASE": f"postgresql://office:{MARK}-database@{NOBODY}/ledger?sslpassword={MARK}-ssl"},
    "store": {
        "SANCU_STORE": "s3://bucket/ledger",
        "SANCU_STORE_USER": "office",
        "SANCU_STORE_PASSWORD": f"{MARK}-store",
        "SANCU_STORE_ENDPOINT": f"http://{NOBODY}",
    },
    "sftp": {"SANCU_INBOX": f"sftp://office:{MARK}-inbox@{NOBODY}/收文"},
    "smb": {"SANCU_INBOX": f"smb://office:{MARK}-inbox@{NOBODY}/收文"},
    "webdav": {"SANCU_INBOX": f"webdav://office:{MARK}-inbox@{NOBODY}/收文"},
    "http": {"SANCU_INBOX": f"http://office:{MARK}-inbox@{NOBODY}/收文?token={MARK}-token"},
    "unescaped": {"SANCU_INBOX": f"sftp://office:{MARK}/inbox@{NOBODY}/收文"},
    "no such kind": {"SANCU_INBOX": f"gopher://office:{MARK}-inbox@{NOBODY}/收文"},
}
EVERYWHERE = {
    "SANCU_INBOX_PASSWORD": f"{MARK}-inbox-variable",
    "SANCU_STORE_PASSWORD": f"{MARK}-store",
    "SANCU_SMTP_PASSWORD": f"{MARK}-smtp",
    "SANCU_NOTIFY_WEBHOOK": f"http://{NOBODY}/send?key={MARK}-webhook",
    "SANCU_DASK": f"tcp://office:{MARK}-dask@{NOBODY}",
    "PGPASSWORD": f"{MARK}-pg",
    CLIENT: f"sancu:{MARK}-prefect",
    SERVER: f"sancu:{MARK}-prefect",
}
COMMANDS = {
    "database": (
        ("run", "2014-02"),
        ("why", "petition.cases", "2014-02"),
        ("sql", "select 1"),
        ("audit", "list"),
        ("backup", "备份.zip"),
        ("status", "--json"),
        ("doctor", "--json"),
        ("doctor",),
    ),
    "store": (("run", "2014-02"), ("doctor",), ("audit", "verify")),
}
OF_INBOX = (("run", "2014-02"), ("board", "2014-02", "--json"))


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SANCU_", "PREFECT_", "AWS_", "PG"))]:
        monkeypatch.delenv(name)
    for name, value in EVERYWHERE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SANCU_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("SANCU_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("SANCU_INBOX", str(INBOX))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.chdir(tmp_path)


def leaks(folder: Path, mark: str = MARK) -> list[str]:
    """Files that hold the mark, also packed or in UTF-16."""
    spellings = [mark.encode(), mark.encode("utf-16-le")]
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        parts = {path.name: path.read_bytes()}
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                parts = {f"{path.name}/{name}": packed.read(name) for name in packed.namelist()}
        found += [name for name, data in parts.items() if any(spelling in data for spelling in spellings)]
    return sorted(found)


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"cannot reach office:{MARK}-database@db")
    with zipfile.ZipFile(tmp_path / "备份.zip", "w") as packed:
        packed.writestr("settings", f"{MARK}")
    assert leaks(tmp_path) == ["log", "备份.zip/settings"]


@pytest.mark.parametrize(
    ("place", "command"),
    [(place, command) for place in PLACES for command in COMMANDS.get(place, OF_INBOX)],
)
def test_what_cannot_be_reached_is_told_without_how_one_logs_in(
    place: str, command: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with environment(**PLACES[place]), pytest.raises(SystemExit) as ended:
        cli.main(list(command))
    said = capfd.readouterr()
    assert ended.value.code in (1, 2, 3), said
    assert MARK not in said.out + said.err
    assert "Traceback" not in said.err
    error = "".join(
        traceback.format_exception(ended.value)
    )  # as a log of Prefect would quote it, with all that is chained
    assert MARK not in error, error
    assert leaks(tmp_path) == []


def test_settings_show_nothing(tmp_path: Path) -> None:
    given = PLACES["database"] | PLACES["store"] | PLACES["sftp"]
    with environment(**given, SANCU_MAIL__SMTP=f"smtps://office:{MARK}-mail@mail"):
        settings = load_settings()
    for text in (repr(settings), str(settings), settings.model_dump_json(), f"{settings.model_dump()}"):
        assert MARK not in text.replace(EVERYWHERE["SANCU_DASK"], "") and "**********" in text
    assert MARK in settings.database_url and MARK in (settings.inbox_url or "")
    assert MARK not in repr(inbox_credentials()) + repr(store_credentials())
    assert MARK not in repr(Mail(tmp_path, f"smtp://office:{MARK}@mail"))


def test_a_file_of_settings_with_a_mistake_is_told_without_its_values(tmp_path: Path) -> None:
    file = tmp_path / "sancu.toml"
    for text in (
        f'databse = "postgresql://office:{MARK}@db/x"\n',
        f'database = "postgresql://office:{MARK}@db/x\n',
        f"database = postgresql://office:{MARK}@db/x\n",
        f'[database]\nurl = "postgresql://office:{MARK}@db/x"\n',
        f'database = ["postgresql://office:{MARK}@db/x"]\n',
    ):
        file.write_text(text)
        file.chmod(0o600)
        with pytest.raises(SancuError) as refused:
            load_settings()
        assert MARK not in "".join(traceback.format_exception(refused.value)), text
    file.unlink()
    with environment(SANCU_MAIL=f'{{"smtp": "smtp://office:{MARK}'), pytest.raises(SancuError) as refused:
        load_settings()
    assert MARK not in str(refused.value)


def test_a_password_as_a_parameter_of_a_url_is_one_too(tmp_path: Path) -> None:
    file = tmp_path / "sancu.toml"
    file.write_text(f'database = "postgresql://db/x?user=office&password={MARK}"\n')
    file.chmod(0o644)
    with pytest.raises(SancuError, match="chmod 600") as refused:
        load_settings()
    assert MARK not in str(refused.value)
    file.chmod(0o600)
    assert load_settings().database_url.endswith(MARK)


def test_an_inbox_with_a_password_is_no_parameter_of_a_flow_run(tmp_path: Path) -> None:
    """Prefect keeps parameters in its database and shows them on its page."""
    url = PLACES["webdav"]["SANCU_INBOX"]
    month = open_month(load_settings(), "2014-02", inbox=url)
    with environment(SANCU_INBOX="before"):
        assert month.inbox_to_tell() is None
        assert open_month(load_settings(), "2014-02").inbox == url
    assert MARK not in repr(month).replace(EVERYWHERE["SANCU_DASK"], "")
    assert open_month(load_settings(), "2014-02").inbox_to_tell() == str(INBOX)


def test_dask_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(SancuError) as refused:
        task_runner(load_settings(), Runner.DASK)
    assert MARK not in str(refused.value)


def test_an_alert_that_does_not_arrive(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with environment(SANCU_MAIL__SMTP=f"smtp://office@{NOBODY}", SANCU_MAIL__SENDER="office@example.gov.cn"):
        settings = load_settings()
    configuration = load_configuration(settings.data, "350303")
    district = configuration.district
    told = district.model_copy(
        update={"schedule": district.schedule.model_copy(update={"notify": ("leader@example.gov.cn",)})}
    )
    alert(settings, dataclasses.replace(configuration, district=told), Period(2014, 2), AlertKind.FAILED, "x", now())
    assert "127.0.0.1:9" in caplog.text and MARK not in caplog.text
    assert leaks(tmp_path) == []


def test_an_issue_and_its_backup_hold_none(copied: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    login = server_login(copied / "var" / "prefect")
    with environment(SANCU_HOME=str(copied / "var"), SANCU_OUT=str(copied / "out"), SANCU_INBOX=str(copied / "收文")):
        for command in (("backup", str(tmp_path / "备份.zip")), ("status", "--json"), ("audit", "list", "--json")):
            with pytest.raises(SystemExit) as ended:
                cli.main(list(command))
            assert ended.value.code == 0
    said = capfd.readouterr()
    assert "2014-02" in said.out and MARK not in said.out + said.err
    assert (tmp_path / "备份.zip").stat().st_size > 100_000
    assert leaks(tmp_path) == []
    secret = login.partition(":")[2]
    assert secret not in said.out + said.err
    assert leaks(tmp_path, secret) == ["login"]  # the copy of the issue lies there too
