"""`sancu doctor`: what this machine lacks to make a briefing, and how to mend it. No network unless a URL names one."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flows import fonts, libraries
from flows.atomic import failure
from flows.settings import Settings, unknown_variables
from transforms.errors import EnvironmentFailure, SancuError

PYTHON = (3, 11)
NOT_YET = "（还没有，第一次运行时建立）"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `remedy` is empty when all is well, or when the message already says it."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def diagnose(settings: Settings) -> tuple[Check, ...]:
    """Every check, in the order in which to mend them. Nothing is raised, and no folder or ledger is made."""
    return (
        check_python(),
        check_libraries(),
        _attempt("排版引擎", _weasyprint, fonts.REMEDY),
        *check_fonts(settings.fonts),
        _attempt("规则文件", lambda: _configuration(settings), "按提示的文件和行号修改"),
        check_folder("工作目录", settings.home),
        check_folder("输出目录", settings.out),
        _ledger(settings),
        _store(settings),
        *check_variables(os.environ),
    )


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Check:
    ok = version == PYTHON and platform.python_implementation() == "CPython"
    wanted = ".".join(map(str, PYTHON))
    found = f"{platform.python_implementation()} {platform.python_version()}"
    return Check("Python", ok, found, "" if ok else f"需要 CPython {wanted}：安装后删除 .venv，再运行 make setup")


def check_libraries(missing: tuple[str, ...] | None = None) -> Check:
    packages = libraries.missing() if missing is None else missing
    if packages:
        return Check("系统库", False, f"缺少 {'、'.join(packages)}", f"运行 {libraries.remedy(packages)}")
    return Check("系统库", True, "、".join(libraries.LIBRARIES.values()))


def check_fonts(folder: Path) -> Iterator[Check]:
    for role in fonts.FACES:
        file = fonts.font_file(folder, role)
        if file.is_file():
            yield _attempt(f"字体 {role}", partial(fonts.family_of, folder, role, file))
        else:
            yield Check(f"字体 {role}", False, f"没有 {file}", fonts.REMEDY)


def check_folder(name: str, folder: Path) -> Check:
    """Whether files can be written in `folder`, or it can be made: tried in the nearest folder that is there."""
    try:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"0")
    except OSError as error:
        return Check(name, False, str(failure(f"{folder} 写不进去", error)).rstrip("。"))
    return Check(name, True, str(folder) if there == folder else f"{folder}{NOT_YET}")


def check_variables(environment: Mapping[str, str]) -> Iterator[Check]:
    """Settings that have no effect, most likely misspelt."""
    if unknown := unknown_variables(environment):
        yield Check("环境变量", False, f"不认识：{'、'.join(unknown)}", "检查拼写；多余的请删除")


def _ledger(settings: Settings) -> Check:
    from flows.ledger import Ledger
    from flows.urls import without_credentials

    url = settings.database_url
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.is_file():
        return check_folder("台账数据库", file)  # opening it would make it

    def probe() -> str:
        Ledger(url)
        return without_credentials(url)

    return _attempt("台账数据库", probe, "检查 SANCU_DATABASE 和目录权限")


def _store(settings: Settings) -> Check:
    from flows.store import Store
    from flows.urls import open_folder, store_credentials, without_credentials

    def probe() -> str:
        Store(settings.store_url).has("0" * 64)  # a service that refuses says so
        filesystem, root = open_folder(settings.store_url, store_credentials())
        state = "" if filesystem.exists(root) else NOT_YET
        return without_credentials(settings.store_url) + state

    return _attempt("存储", probe, "检查 SANCU_STORE、SANCU_STORE_USER 等变量和目录权限")


def _configuration(settings: Settings) -> str:
    from flows.configuration import load_configuration

    loaded = load_configuration(settings.data, settings.district)
    rules = sum(len(contract.rules) for contract in loaded.contracts)
    return f"{loaded.district.name}，{len(loaded.contracts)} 张表，{rules} 条规则"


def _weasyprint() -> str:
    try:
        import weasyprint
    except OSError as error:
        raise EnvironmentFailure(f"WeasyPrint 调不动系统库：{error}") from error
    return f"WeasyPrint {weasyprint.__version__}"


def _attempt(name: str, probe: Callable[[], str], remedy: str = "") -> Check:
    """`probe` says what it found, or raises what is wrong."""
    try:
        return Check(name, True, probe())
    except SancuError as error:
        return Check(name, False, str(error).rstrip("。"), remedy)
    except Exception as error:  # the doctor reports every illness and dies of none
        return Check(name, False, f"{type(error).__name__}：{error}", remedy)
