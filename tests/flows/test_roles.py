"""Who may do what: the owner of HOME, or whom the file names; anyone else is told so, and it is entered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows import cli
from flows.actors import user
from flows.auditing import head_of
from flows.ledger import Ledger
from flows.ledger.audit import Deed, broken
from flows.month import open_month
from flows.roles import FILE, Role, allowed_for, require
from flows.settings import Settings, load_settings
from flows.store import Store
from tests.flows.issued import opened
from tests.pipeline import INBOX, environment
from transforms.errors import ConfigurationError, NotAllowed

pytestmark = pytest.mark.xdist_group("issued")
OTHERS = "".join(f'{role} = ["分管主任"]\n' for role in Role)
JUNE = ("2014-06", "--inbox", str(INBOX))
REFUSED = {
    Role.RUN: (
        ("run", *JUNE),
        ("backfill", "2014-02", *JUNE),
        ("rollup", "350300", "2014-06"),
        ("board", *JUNE, "--send"),
        ("serve", "--port", "0"),
    ),
    Role.RELEASE: (("release", *JUNE), ("run", *JUNE, "--release")),
    Role.EXPLAIN: (("revisions", "2014-06", "--cause", "late", "--about", "财政局"),),
    Role.MAINTAIN: (
        ("backup", "备份.zip"),
        ("restore", "备份.zip", "--force"),
        ("restore", "--from-archive", "--force"),
        ("gc",),
    ),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "var").mkdir()
    with environment(SANCU_HOME=str(tmp_path / "var"), SANCU_OUT=str(tmp_path / "out")):
        return load_settings()


def write(settings: Settings, text: str, mode: int = 0o644) -> None:
    file = settings.home / FILE
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def called(settings: Settings, *arguments: str) -> int:
    with environment(SANCU_HOME=str(settings.home), SANCU_OUT=str(settings.out)), pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("role", "command"), [(role, command) for role, all_ in REFUSED.items() for command in all_])
def test_who_is_not_named_is_refused_and_that_is_entered(
    settings: Settings, role: Role, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write(settings, OTHERS)
    ledger = Ledger(settings.database_url)
    ledger.record_deed(Deed.RESTORED, {})
    assert called(settings, *command) == 2
    said = capsys.readouterr()
    assert f"用户 {user()} 不能{role.chinese}，能的有：分管主任。" in said.err and str(settings.home / FILE) in said.err
    assert said.out == ""
    _, entry = log = ledger.audit_log()
    assert (entry.deed, entry.details["role"], entry.who.split("@")[0]) == (Deed.REFUSED, role, user())
    assert broken(log) == ""
    assert Store(settings.store_url).head() == head_of(entry)
    assert not settings.out.exists() and not ledger.archived()


def test_an_empty_ledger_stays_empty(settings: Settings) -> None:
    """It may be one that was lost, which is made again only where nothing was entered since."""
    write(settings, OTHERS)
    with pytest.raises(NotAllowed):
        require(settings, Role.RUN)
    assert Ledger(settings.database_url).is_empty()


def test_looking_is_free(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    write(settings, OTHERS)
    for command in (("status",), ("board", *JUNE), ("audit", "list"), ("revisions",), ("metrics", "周转金")):
        assert called(settings, *command) == 0, capsys.readouterr().err
    assert Deed.REFUSED not in {entry.deed for entry in Ledger(settings.database_url).audit_log()}


def test_a_role_that_is_not_listed_is_the_owners(settings: Settings, tmp_path: Path) -> None:
    assert allowed_for(tmp_path / "none yet", Role.RUN) == (user(),)
    assert {allowed_for(settings.home, role) for role in Role} == {(user(),)}
    write(settings, f'release = ["分管主任"]\npetitions = []\nrun = ["{user()}", "clerk"]\n')
    assert allowed_for(settings.home, Role.MAINTAIN) == (user(),)
    require(settings, Role.RUN)
    with pytest.raises(NotAllowed, match="现在谁都不能"):
        require(settings, Role.PETITIONS)


@pytest.mark.skipif(os.geteuid() != 0, reason="要以 root 身份才能换属主")
def test_whose_home_it_is_decides(settings: Settings) -> None:
    os.chown(settings.home, 12345, 12345)
    with pytest.raises(NotAllowed, match="能的有：12345。需要的话，请 12345 在"):
        require(settings, Role.RUN)
    write(settings, f'run = ["{user()}"]\n')
    require(settings, Role.RUN)
    os.chown(settings.home / FILE, 23456, 23456)
    with pytest.raises(ConfigurationError, match="应归 12345 所有"):
        require(settings, Role.RUN)


def test_on_the_page_nobody_signs_when_the_services_user_may_not(copied: Path) -> None:
    """What was released at the command line lets the waiting run end all the same."""
    from flows.approval import approve

    february = opened(copied)
    month = open_month(february.settings, "2014-03", inbox=february.inbox)
    write(month.settings, OTHERS)
    approve(february, "0" * 64, "分管主任")
    with pytest.raises(NotAllowed, match="不能签发"):
        approve(month, "1" * 64, "分管主任")
    assert month.ledger.editorials(month.code, month.period) == ()
    write(month.settings, f'release = ["{user()}"]\n')
    approve(month, "1" * 64, "分管主任")
    (said,) = month.ledger.editorials(month.code, month.period)
    assert (said.by, said.about) == ("分管主任", "1" * 64)
    deeds = [(entry.deed, entry.period) for entry in month.ledger.audit_log()]
    assert deeds[-2:] == [(Deed.REFUSED, ""), (Deed.SIGNED, "2014-03")]


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ("run = ['a']\nrelaese = ['b']\n", 0o644, "roles.toml:2: relaese：没有这一项，可用的有：run、release"),
        ("run = 'a'\n", 0o644, "roles.toml:1: run：应是用户名的列表"),
        ("run = ['']\n", 0o644, "roles.toml:1: run：应是用户名的列表"),
        ("run =\n", 0o644, "roles.toml:1: 不是合法的 TOML"),
        ("run = ['a']\n", 0o664, "chmod 644"),
        ("run = ['a']\n", 0o606, "chmod 644"),
    ],
)
def test_a_file_that_cannot_be_meant_is_said(settings: Settings, text: str, mode: int, told: str) -> None:
    write(settings, text, mode)
    with pytest.raises(ConfigurationError) as refused:
        require(settings, Role.RUN)
    assert told in str(refused.value)
