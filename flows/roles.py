"""Who may do what, by operating-system user: `HOME/roles.toml`, beside the ledger that it guards. A role that it does not list,
and all of them where there is no such file, is the owner's of HOME.

Not in `sancu.toml`, which each user may have his own of, nor in a district file, which is part of every fingerprint. The wall
is the file system: who can write the ledger needs no command. Roles keep from mistakes, and leave a trace.
"""

from __future__ import annotations

import pwd
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from flows import atomic
from flows.actors import user
from flows.settings import Settings
from transforms.errors import ConfigurationError, NotAllowed, SancuError

FILE = "roles.toml"
_WRITE = 0o022  # group and others


class Role(StrEnum):
    """The keys of the file."""

    RUN = "run"
    RELEASE = "release"
    EXPLAIN = "explain"
    MAINTAIN = "maintain"
    PETITIONS = "petitions"

    @property
    def chinese(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Role.RUN: "做简报",
    Role.RELEASE: "签发",
    Role.EXPLAIN: "说明原因",
    Role.MAINTAIN: "备份、恢复和清理",
    Role.PETITIONS: "看信访人的信息",
}


def has(settings: Settings, role: Role) -> bool:
    """Whether this process's user has the role."""
    return user() in allowed_for(settings.home, role)


def require(settings: Settings, role: Role) -> None:
    """Let this process's user pass, or refuse and enter that in the audit log.

    Raises:
        NotAllowed: the role is others'; the message says whose.
        ConfigurationError: the file cannot be meant, or not only its owner can write it.
    """
    if has(settings, role):
        return
    _enter(settings, role)
    allowed = allowed_for(settings.home, role)
    others = f"能的有：{'、'.join(allowed)}" if allowed else "现在谁都不能"
    raise NotAllowed(
        f"用户 {user()} 不能{role.chinese}，{others}。"
        f'需要的话，请 {_owner(settings.home)} 在 {settings.home / FILE} 中写上：{role.value} = ["{user()}", …]'
    )


def _enter(settings: Settings, role: Role) -> None:
    from flows.ledger import Ledger
    from flows.ledger.audit import Deed
    from flows.sealing import seal
    from flows.store import Store

    with suppress(SancuError):  # who cannot write the ledger leaves no trace in it
        ledger = Ledger(settings.database_url)
        if ledger.audit_head():  # an empty one may be lost, and must stay empty to be made again
            ledger.record_deed(Deed.REFUSED, {"role": role.value})
            seal(ledger, Store(settings.store_url))


def allowed_for(home: Path, role: Role) -> tuple[str, ...]:
    """The users that have the role, as they are listed."""
    try:
        return _listed(home).get(role.value, (_owner(home),))
    except FileNotFoundError:
        return (user(),)  # whose HOME it will be
    except OSError as error:
        raise atomic.failure(f"看不了 {home}", error) from error


def _listed(home: Path) -> Mapping[str, tuple[str, ...]]:
    file = home / FILE
    try:
        text, state = file.read_text(encoding="utf-8-sig"), file.stat()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}:1: 不是 UTF-8 编码，请另存为 UTF-8") from None
    if state.st_mode & _WRITE or state.st_uid not in (0, home.stat().st_uid):
        raise ConfigurationError(f"{file}:1: 应归 {_owner(home)} 所有，别人不能改。请运行：chmod 644 '{file}'")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}:1: 不是合法的 TOML：{error}") from None
    for key, names in values.items():
        line = next((n for n, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith(key)), 1)
        if key not in set(Role):
            raise ConfigurationError(f"{file}:{line}: {key}：没有这一项，可用的有：{'、'.join(Role)}")
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise ConfigurationError(f'{file}:{line}: {key}：应是用户名的列表，如 ["zhang", "li"]')
    return {key: tuple(names) for key, names in values.items()}


def _owner(home: Path) -> str:
    number = home.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
