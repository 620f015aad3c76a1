"""Installing and upgrading from a bundle whose program is a small one: what stays, what is switched, what is refused. The
whole bundle is installed in tests/flows/test_offline.py."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from setup import bundle as bundling
from tests.pipeline import ROOT

_PARTS = ("flows/__init__.py", "flows/atomic.py", "flows/libraries.py", "flows/processes.py")
_PARTS += ("transforms/__init__.py", "transforms/errors.py")
_ENVIRONMENT = (
    'mkdir -p .venv/bin && printf "#!/bin/sh\\necho {version} \\"\\$SANCU_CONFIG\\"\\n" >.venv/bin/sancu && {then}'
)
DATA = {"districts/350303.yaml": "targets: 1\n", "contracts/meetings.yaml": "rows: 1\n"}
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def bundle(
        version: str, data: Mapping[str, str] = DATA, then: str = "chmod +x .venv/bin/sancu", **own: str
    ) -> Path:
        folder = tmp_path / f"包 {version}"
        program = folder / "program"
        shutil.copytree(ROOT / "setup", program / "setup", ignore=shutil.ignore_patterns("__pycache__"))
        files = {name: (ROOT / name).read_text(encoding="utf-8") for name in _PARTS}
        files |= {f"data/{name}": text for name, text in data.items()}
        files["pyproject.toml"] = f'[project]\nversion = "{version}"\n'
        files["setup/environment.sh"] = _ENVIRONMENT.format(version=version, then=then)
        files["setup/check.sh"] = ""
        for name, text in files.items():
            _write(program / name, text)
        shutil.copy(ROOT / "setup" / "install.sh", folder)
        for name, text in ({"PLATFORM": f"linux-{os.uname().machine}\n"} | own).items():
            _write(folder / name, text)
        _write(folder / "SHA256SUMS", bundling.sums(folder))
        return folder

    return bundle


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "三促 办公室"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def install(bundle: Path, target: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": path or f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["/bin/bash", str(bundle / "install.sh"), str(target)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def version_of(target: Path) -> str:
    """What the command says; it must know its settings' file from anywhere."""
    said = subprocess.run([target / "sancu"], cwd="/", capture_output=True, text=True, check=True).stdout.split(" ", 1)
    assert said[1] == f"{target}/sancu.toml\n"
    return said[0]


def test_a_second_time_changes_nothing(make: Make, place: Path) -> None:
    bundle = make("1")
    done = install(bundle, place)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"cd '{place}'" in done.stdout and "./sancu doctor" in done.stdout
    _write(place / "var" / "ledger.sqlite", "years of work")
    _write(place / "data" / "districts" / "350303.yaml", "targets: 2\n")
    before = {file: file.stat().st_ino for file in place.rglob("*") if file.is_file() and ".venv" not in file.parts}
    assert install(bundle, place).returncode == 0
    renewed = {place / "sancu", *place.glob("versions/*/.shipped")}
    assert {file for file, inode in before.items() if file.stat().st_ino != inode} <= renewed
    assert version_of(place) == "1"


def test_an_upgrade_keeps_what_the_office_has_made(make: Make, place: Path) -> None:
    old = {**DATA, "regions/350300.yaml": "old\n", "published/2014-06.yaml": "old\n"}
    assert install(make("1", old), place).returncode == 0
    (place / "sancu.toml").write_text('inbox = "/收文"\n', encoding="utf-8")
    for name, text in (
        ("var/ledger.sqlite", "years of work"),
        ("data/districts/350303.yaml", "targets: 2\n"),
        ("data/districts/350304.yaml", "added\n"),
        ("data/contracts/meetings.yaml", "rows: 9\n"),
    ):
        _write(place / name, text)
    (place / "data" / "published" / "2014-06.yaml").unlink()
    new = {**old, "regions/350300.yaml": "new\n", "contracts/meetings.yaml": "rows: 2\n"}
    done = install(make("2", new), place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("data/contracts/meetings.yaml 您改过，新版也有变化：用的是您的")
    assert version_of(place) == "2"
    assert (place / "sancu.toml").read_text(encoding="utf-8") == 'inbox = "/收文"\n'
    assert (place / "var" / "ledger.sqlite").read_text() == "years of work"
    files = sorted(file for file in (place / "current" / "data").rglob("*") if file.is_file())
    assert {str(file.relative_to(place / "current" / "data")): file.read_text() for file in files} == {
        "contracts/meetings.yaml": "rows: 9\n",
        "contracts/meetings.yaml.新版": "rows: 2\n",
        "districts/350303.yaml": "targets: 2\n",
        "districts/350304.yaml": "added\n",
        "regions/350300.yaml": "new\n",
    }
    assert install(make("3", new), place).returncode == 0
    assert (place / "data" / "districts" / "350304.yaml").read_text() == "added\n"
    assert sorted(path.name[0] for path in (place / "versions").iterdir()) == ["2", "3"]


@pytest.mark.parametrize("then", ["exit 3", "kill -9 $PPID"])
def test_a_version_that_is_not_whole_is_never_used(make: Make, place: Path, then: str) -> None:
    assert install(make("1"), place).returncode == 0
    broken = make("2", then=then)
    done = install(broken, place)
    assert done.returncode == (3 if then == "exit 3" else -9)
    assert version_of(place) == "1"
    shutil.rmtree(broken)
    assert install(make("2"), place).returncode == 0
    assert version_of(place) == "2"


def test_no_switch_under_a_service_that_runs(make: Make, place: Path) -> None:
    assert install(make("1"), place).returncode == 0
    (place / "var").mkdir()
    newer = make("2")
    with (place / "var" / "serve.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = install(newer, place)
    assert (done.returncode, done.stderr) == (3, "sancu serve 正在运行：请先停掉它，再运行同一条命令。\n")
    assert version_of(place) == "1"
    assert install(newer, place).returncode == 0


def test_a_damaged_program_is_mended(make: Make, place: Path) -> None:
    bundle = make("1")
    install(bundle, place)
    (place / "current" / "flows" / "atomic.py").write_text("changed")
    done = install(bundle, place)
    assert done.stdout.startswith("放回了缺少或改动过的程序文件：flows/atomic.py\n")
    assert (place / "current" / "flows" / "atomic.py").read_bytes() == (ROOT / "flows" / "atomic.py").read_bytes()


@pytest.mark.parametrize("damage", ["changed", "absent", "sums"])
def test_a_bundle_that_is_not_whole_installs_nothing(make: Make, place: Path, damage: str) -> None:
    bundle = make("1")
    file = bundle / ("SHA256SUMS" if damage == "sums" else "program/flows/atomic.py")
    if damage == "absent":
        file.unlink()
    else:
        file.write_text("print('changed')" if damage == "changed" else "")
    done = install(bundle, place)
    assert done.returncode == 3 and not place.exists()
    assert done.stderr.startswith("安装包不完整或被改动过，什么都没有装。")
    assert done.stderr.splitlines()[1:] == [str(file.relative_to(bundle))]


def test_another_kind_of_machine(make: Make, place: Path) -> None:
    done = install(make("1", PLATFORM="linux-riscv64\n"), place)
    assert done.returncode == 3 and not place.exists()
    assert done.stderr.startswith("这个安装包是给 linux-riscv64 的，这台机器是 ")


@pytest.mark.parametrize("codename", ["", "another"])
def test_what_the_system_lacks_is_said_in_one_line(make: Make, place: Path, tmp_path: Path, codename: str) -> None:
    here = next(
        line for line in Path("/etc/os-release").read_text().splitlines() if line.startswith("VERSION_CODENAME=")
    )
    bundle = make("1", **{"debs/CODENAME": (codename or here.partition("=")[2]) + "\n"})
    remedy = "apt-get install python3.11 python3.11-venv" if codename else f"sh '{bundle}/debs/install.sh'"
    (programs := tmp_path / "bin").mkdir()
    for name in ("python3.11", "python3"):
        _write(programs / name, "#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    done = install(bundle, place, f"{programs}:/usr/bin:/bin")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "缺少 CPython 3.11（含 venv）。请运行：" in done.stderr and remedy in done.stderr
    _write(bundle / "program" / "flows" / "libraries.py", "print('libpango-1.0-0')")
    _write(bundle / "SHA256SUMS", bundling.sums(bundle))
    done = install(bundle, place)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "缺少系统库 libpango-1.0-0。请运行：" in done.stderr
    assert not place.exists()
