"""Settings: `SANCU_…` environment variables before a TOML file before the defaults.

The file is the one that `SANCU_CONFIG` names, else `sancu.toml` in the working folder. Relative paths in it count
from its own folder, all others from the working folder; once loaded every path is absolute.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from transforms.errors import ConfigurationError

if TYPE_CHECKING:
    from flows.sandbox import Limits

PREFIX = "SANCU_"
FILENAME = "sancu.toml"
REPOSITORY = Path(__file__).resolve().parent.parent
OTHERS = 0o077  # what others than the owner may do with a file
_PASSWORD = re.compile(r"://[^/\s:@]*:[^\s@]+@|[?&][^=&\s]*(?:pass|key|secret|token)[^=&\s]*=", re.IGNORECASE)
_PATHS = ("out", "home", "data", "fonts")
_URLS = ("inbox", "store")


class ReaderLimits(BaseModel):
    """What the child process that reads one workbook may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_mb: Annotated[int, Field(ge=1)] = 32
    memory_mb: Annotated[int, Field(ge=128)] = 1024
    cpu_seconds: Annotated[int, Field(ge=1)] = 15
    wall_seconds: Annotated[int, Field(ge=1)] = 20

    @property
    def limits(self) -> Limits:
        from flows.sandbox import Limits

        megabyte = 2**20
        return Limits(self.file_mb * megabyte, self.memory_mb * megabyte, self.cpu_seconds, self.wall_seconds)


class MailSettings(BaseModel):
    """Where letters go: to a server, else into the outbox. The password comes from SANCU_SMTP_PASSWORD alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    smtp: SecretStr | None = None  # smtp://user@host:587, smtps://…
    sender: str = ""
    outbox: Path | None = None


class Retention(BaseModel):
    """How many days `sancu gc` leaves what is not needed any more. Issues that are out or current are never cleared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drafts_days: Annotated[int, Field(ge=1)] = 365  # files of drafts that others took the place of
    readings_days: Annotated[int, Field(ge=1)] = 90  # readings and checks, which are made again when asked for
    outbox_days: Annotated[int, Field(ge=1)] = 90  # letters and records of those that were sent
    refused_days: Annotated[int, Field(ge=1)] = 30  # drafts that did not pass the check
    originals_years: Annotated[int, Field(ge=1)] | None = None  # what departments sent; None: for ever


class Settings(BaseSettings):
    """All settings. URLs may hold a password, so they print as `**********`; read them through `…_url`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    district: Annotated[str, Field(pattern=r"^\d{6}$")] = "350303"
    inbox: SecretStr | None = None  # folder of what departments sent
    out: Path = Path("out")  # briefings for readers
    home: Path = Path("var")  # ledger and store, unless they have a URL of their own
    store: SecretStr | None = None
    database: SecretStr | None = None
    dask: str | None = None  # the scheduler's address, for --runner dask
    data: Path = REPOSITORY / "data"  # contracts, districts, published figures
    fonts: Path = REPOSITORY / ".fonts"
    reader: ReaderLimits = ReaderLimits()
    mail: MailSettings = MailSettings()
    retention: Retention = Retention()

    @field_validator(*_PATHS)
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what `load_settings` read from the file."""
        return env_settings, init_settings

    @property
    def inbox_url(self) -> str | None:
        return self.inbox.get_secret_value() if self.inbox else None

    @property
    def store_url(self) -> str:
        return self.store.get_secret_value() if self.store else f"file://{(self.home / 'store').absolute()}"

    @property
    def outbox(self) -> Path:
        return (self.mail.outbox or self.home / "outbox").expanduser().absolute()

    @property
    def database_url(self) -> str:
        if self.database:
            return self.database.get_secret_value()
        return f"sqlite:///{(self.home / 'ledger.sqlite').absolute()}"


def load_settings() -> Settings:
    """Settings of this process.

    Raises:
        ConfigurationError: a file that is not TOML, an unknown key or a value that cannot be; every mistake on a
            line of its own that starts with `file:line: ` or names the environment variable.
    """
    named = os.environ.get(PREFIX + "CONFIG")
    file = Path(named or FILENAME).expanduser().absolute()
    text = _text_of(file, required=bool(named))
    values = _parse(text, file)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(error, values, text, file))) from None
    except ValueError as error:  # a nested variable such as SANCU_READER that is not JSON
        raise ConfigurationError(f"环境变量 {PREFIX}… 写得不对：{error}") from None


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """`SANCU_…` variables that mean nothing here. Reported, not refused: other programs set such names too."""
    known = {PREFIX + "CONFIG"} | {(PREFIX + name).upper() for name in Settings.model_fields}
    known |= {f"{PREFIX}READER__{name}".upper() for name in ReaderLimits.model_fields}
    known |= {f"{PREFIX}MAIL__{name}".upper() for name in MailSettings.model_fields}
    known |= {f"{PREFIX}RETENTION__{name}".upper() for name in Retention.model_fields}
    known |= {f"{PREFIX}INBOX_{name}" for name in ("USER", "PASSWORD", "KEY", "KNOWN_HOSTS", "ENDPOINT")}
    known |= {f"{PREFIX}STORE_{name}" for name in ("USER", "PASSWORD", "ENDPOINT")}
    known |= {PREFIX + "SMTP_PASSWORD", PREFIX + "NOTIFY_WEBHOOK"}
    return tuple(sorted(n for n in environment if n.upper().startswith(PREFIX) and n.upper() not in known))


def _text_of(file: Path, required: bool) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
        exposed = file.stat().st_mode & OTHERS
    except FileNotFoundError:
        if required:
            raise ConfigurationError(f"{file}:1: 没有这个文件（由环境变量 {PREFIX}CONFIG 指定）") from None
        return ""
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}:1: 不是 UTF-8 编码，请另存为 UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{file}:1: 读不了：{error.strerror}") from None
    lines = (n for n, line in enumerate(text.splitlines(), 1) if _PASSWORD.search(line.partition("#")[0]))
    if exposed and (line := next(lines, 0)):
        raise ConfigurationError(f"{file}:{line}: 这里写着密码，文件却能被别的用户读写。请运行：chmod 600 '{file}'")
    return text


def _parse(text: str, file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else len(text.splitlines()) or 1
        raise ConfigurationError(f"{file}:{line}: 不是合法的 TOML：{error}") from None
    for key in _PATHS + _URLS:
        value = values.get(key)
        if isinstance(value, str) and (key in _PATHS or "://" not in value):
            values[key] = str(file.parent / Path(value).expanduser())
    return values


def _explain(error: ValidationError, values: Mapping[str, Any], text: str, file: Path) -> list[str]:
    lines = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        keys = [str(part) for part in item["loc"]]
        variable = (PREFIX + "__".join(keys)).upper()
        if any(name.upper() == variable for name in os.environ):
            place = f"环境变量 {variable}"
        else:
            place = f"{file}:{_line_of(keys, text)}: {'.'.join(keys)}"
        lines.append(f"{place}：{_reason(item['type'], keys, item['msg'])}")
    return lines


def _reason(kind: str, keys: list[str], message: str) -> str:
    if kind != "extra_forbidden":
        return f"值不对（{message}）"
    nested = {"reader": ReaderLimits.model_fields, "mail": MailSettings.model_fields}
    nested["retention"] = Retention.model_fields
    known = nested.get(keys[0], {}) if len(keys) > 1 else Settings.model_fields
    near = difflib.get_close_matches(keys[-1], list(known), n=1)
    return "没有这一项" + (f"，相近的有“{near[0]}”" if near else f"，可用的有：{'、'.join(known)}")


def _line_of(keys: list[str], text: str) -> int:
    """Line of the last key of `keys` that stands in the file; 1 when none does."""
    line, rest = 1, iter(keys)
    key = next(rest, None)
    for number, written in enumerate(text.splitlines(), 1):
        if key and re.match(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", written):
            line, key = number, next(rest, None)
    return line
