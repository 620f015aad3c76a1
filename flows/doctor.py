"""What this machine lacks for the work, and how to mend it. Looks only; changes nothing but an empty ledger."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.configuration import load_configuration
from flows.fonts import font_files
from flows.ledger import Ledger
from flows.settings import Settings, unknown_variables
from flows.store import Store
from transforms.errors import SancuError
from transforms.period import Period


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    message: str
    remedy: str = ""


def diagnose(settings: Settings) -> tuple[Check, ...]:
    """Every check, in the order in which to mend them."""
    return (
        _python(),
        _library("排版库", _weasyprint, "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0"),
        _library("字体子集库", _harfbuzz_subset, "sudo apt-get install libharfbuzz-subset0（缺了也能用，但慢七倍）"),
        _attempt("字体", "make setup", lambda: _fonts(settings.fonts)),
        _attempt("规则文件", "按提示的文件和行号修改", lambda: _configuration(settings)),
        _folder("工作目录", settings.home),
        _folder("输出目录", settings.out),
        _attempt("台账数据库", "检查 SANCU_DATABASE 和目录权限", lambda: _ledger(settings)),
        _attempt("存储", "检查 SANCU_STORE 和目录权限", lambda: _store(settings)),
        *_strays(),
    )


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info[:2] == (3, 11), version, "需要 Python 3.11，请运行 make setup")


def _weasyprint() -> str:
    import weasyprint

    return f"WeasyPrint {weasyprint.__version__}"


def _harfbuzz_subset() -> str:
    import ctypes

    ctypes.CDLL("libharfbuzz-subset.so.0")
    return "可用"


def _library(name: str, load: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name, True, load())
    except OSError as error:
        return Check(name, False, f"系统库不全：{error}", remedy)


def _attempt(name: str, remedy: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except SancuError as error:
        return Check(name, False, str(error), remedy)


def _fonts(folder: Path) -> str:
    return "、".join(path.name for path in font_files(folder).values())


def _configuration(settings: Settings) -> str:
    configuration = load_configuration(settings.data, settings.district)
    rules = sum(len(contract.rules) for contract in configuration.contracts)
    return f"{len(configuration.contracts)} 张表，{rules} 条规则，{configuration.district.name}"


def _ledger(settings: Settings) -> str:
    Ledger(settings.database_url).latest_briefing(settings.district, Period(2000, 1))
    return "可以打开"


def _store(settings: Settings) -> str:
    Store(settings.store_url).has("0" * 64)
    return "可以读写"


def _folder(name: str, folder: Path) -> Check:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return Check(name, True, str(folder))
    except OSError as error:
        return Check(name, False, f"{folder} 不能写：{error.strerror}", f"检查 {nearest} 的权限和剩余空间")


def _strays() -> Iterator[Check]:
    if unknown := unknown_variables(os.environ):
        yield Check("环境变量", False, f"不认识：{'、'.join(unknown)}", "检查拼写；多余的请删除")
