"""`sancu doctor` finds each fault, says how to mend it, and leaves the machine as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import libraries
from flows.doctor import Check, check_folder, check_libraries, check_python, check_variables, diagnose
from flows.fonts import FACES
from flows.settings import Settings, load_settings


def settings(tmp_path: Path, **changes: object) -> Settings:
    return Settings(**{"home": tmp_path / "var", "out": tmp_path / "out"} | changes)


def failed(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks if not check.ok}


def test_a_sound_machine_and_nothing_is_made(tmp_path: Path) -> None:
    checks = diagnose(settings(tmp_path, fonts=load_settings().fonts))
    assert failed(checks) == {}
    assert list(tmp_path.iterdir()) == []


def test_absent_and_damaged_fonts(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / FACES["kai"].file).write_bytes(b"OTTO" + bytes(40))
    found = failed(diagnose(settings(tmp_path, fonts=fonts)))
    assert found.keys() == {f"字体 {role}" for role in FACES}
    assert "打不开或不完整" in found["字体 kai"].message
    assert "make setup" in found["字体 kai"].message
    assert "make setup" in found["字体 song"].remedy


def test_a_ledger_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ledger.sqlite").write_bytes(b"this is no database" * 100)
    assert "台账数据库" in failed(diagnose(settings(tmp_path, fonts=load_settings().fonts)))


def test_a_district_file_with_a_mistake_is_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "districts").mkdir()
    (tmp_path / "districts" / "350303.yaml").write_text("code: [", encoding="utf-8")
    found = failed(diagnose(settings(tmp_path, data=tmp_path, fonts=load_settings().fonts)))
    assert "350303.yaml:1: " in found["规则文件"].message


def test_a_kind_of_store_that_does_not_exist(tmp_path: Path) -> None:
    found = failed(diagnose(settings(tmp_path, store="nonsense://bucket", fonts=load_settings().fonts)))
    assert "nonsense" in found["存储"].message


def test_a_folder_in_whose_place_stands_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    check = check_folder("输出目录", tmp_path / "out")
    assert (check.ok, check.message) == (False, f"{tmp_path / 'out'} 写不进去：路径中有一段是文件而不是目录")


def test_a_folder_that_will_be_made(tmp_path: Path) -> None:
    check = check_folder("输出目录", tmp_path / "a" / "b")
    assert check.ok
    assert "第一次运行时建立" in check.message


@pytest.mark.parametrize(("version", "ok"), [((3, 11), True), ((3, 12), False), ((3, 10), False)])
def test_python(version: tuple[int, int], ok: bool) -> None:
    check = check_python(version)
    assert check.ok == ok
    assert ok == (check.remedy == "")


def test_a_library_that_cannot_be_loaded() -> None:
    missing = libraries.missing({"libc.so.6": "libc6", "libnowhere.so.0": "libnowhere0"})
    assert missing == ("libnowhere0",)
    check = check_libraries(missing)
    assert (check.ok, check.remedy) == (False, "运行 sudo apt-get install libnowhere0")


def test_misspelt_settings() -> None:
    assert list(check_variables({"SANCU_OUT": "x"})) == []
    assert [check.message for check in check_variables({"SANCU_OOT": "x"})] == ["不认识：SANCU_OOT"]
