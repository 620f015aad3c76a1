"""Set-up, in a folder named with a space and hanzi, on machines made of small programs that stand in for the real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [*sorted((ROOT / "setup").glob("*.sh")), ROOT / ".ci" / "run"]

# Each program writes its call to calls.txt beside it. The Python makes an environment whose own `python` plays pip
# (fails when the file `offline` or `broken` is there) and tells the missing libraries from the file `missing`.
PROGRAMS = {
    "python3.11": """
        [ -e "$machine/no-python" ] && exit 1
        [ "$1" = -m ] || exit 0
        mkdir -p .venv/bin && cp "$machine/inner" .venv/bin/python && : >.venv/made""",
    "python3": "exit 1",
    "inner": """
        case "$*" in
          *flows.libraries*) cat "$machine/missing" 2>/dev/null; exit 0;;
        esac
        [ -e "$machine/killed" ] && kill -9 $PPID
        [ -e "$machine/offline" ] && { echo "WARNING: Retrying after NewConnectionError" >&2; exit 1; }
        [ -e "$machine/broken" ] && { echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1; }
        exit 0""",
    "id": 'cat "$machine/uid"',
    "apt-get": """
        [ -e "$machine/apt-fails" ] && exit 100
        case "$*" in *install*) rm -f "$machine/missing" "$machine/no-python";; esac""",
}


def make(*arguments: str) -> str:
    """What make says, also when the tests themselves were started by make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


@dataclass(frozen=True)
class Machine:
    """A checkout and a PATH."""

    checkout: Path
    programs: Path

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.programs}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.programs)}
        command = ["bash", f"setup/{script}"]
        return subprocess.run(
            command, cwd=self.checkout, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def put(self, name: str, text: str = "") -> None:
        (self.programs / name).write_text(text, encoding="utf-8")

    def calls(self) -> list[str]:
        """What was called since the last look."""
        log = self.programs / "calls.txt"
        said = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return said

    def pip(self) -> list[str]:
        return [call for call in self.calls() if " pip " in call]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "新 目录", tmp_path / "bin")
    made.checkout.mkdir()
    shutil.copytree(ROOT / "setup", made.checkout / "setup")
    for name in ("requirements.lock", "pyproject.toml"):
        (made.checkout / name).write_text(name, encoding="utf-8")
    made.programs.mkdir()
    for name, body in PROGRAMS.items():
        made.put(name, f'#!/bin/bash\nmachine="{made.programs}"\necho "{name} $*" >>"$machine/calls.txt"\n{body}\n')
        (made.programs / name).chmod(0o755)
    made.put("uid", "1000")
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = set(re.findall(r"^([a-z]+):", makefile, re.M))
    said = make()
    assert set(re.findall(r"^  make (\w+) ", said, re.M)) == rules
    assert rules == set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    assert rules >= {"briefing", "test", "lint", "bench", "clean", "help"}
    assert all(re.search(r"[一-鿿].* · [a-zA-Z]", line) for line in said.splitlines())


def test_clean_keeps_what_cannot_be_made_again() -> None:
    said = make("-n", "clean")
    assert ".venv" in said
    assert not set(said.split()) & {"var", "out", "data"}


def test_the_environment_is_made_once(machine: Machine) -> None:
    assert machine.run("environment.sh").returncode == 0
    calls = [call for call in machine.calls() if " -m " in call and " venv " not in call]
    assert [call.split(" -m ")[1].split(" --retries 2 ")[-1] for call in calls] == [
        "--no-compile --require-hashes -r requirements.lock",
        "compileall -q -j 0 .venv/lib",
        "--no-deps --no-build-isolation --no-index -e .",
    ]
    again = machine.run("environment.sh")
    assert (again.returncode, again.stderr, machine.calls()) == (0, "", [])


def test_the_locked_pip_installs_the_others(machine: Machine) -> None:
    (machine.checkout / "requirements.lock").write_text(
        "a==1 \\\n    --hash=sha256:a\npip==2 \\\n    --hash=sha256:b\npip-x==3\n"
    )
    assert machine.run("environment.sh").returncode == 0
    first, second, _ = machine.pip()
    assert "--require-hashes -r" in first and "requirements.lock" not in first
    assert "--require-hashes -r requirements.lock" in second


def test_new_versions_are_installed_into_the_same_environment(machine: Machine) -> None:
    machine.run("environment.sh")
    (machine.checkout / "requirements.lock").write_text("newer", encoding="utf-8")
    machine.calls()
    assert machine.run("environment.sh").returncode == 0
    calls = machine.calls()
    assert sum(" pip " in call for call in calls) == 2
    assert not any(call.startswith("python3.11") for call in calls)


@pytest.mark.parametrize("when", ["first", "update"])
def test_a_killed_set_up_is_made_anew(machine: Machine, when: str) -> None:
    if when == "update":
        machine.run("environment.sh")
        (machine.checkout / "requirements.lock").write_text("newer", encoding="utf-8")
    machine.put("killed")
    assert machine.run("environment.sh").returncode == -9
    (machine.programs / "killed").unlink()
    (machine.checkout / ".venv" / "half").touch()
    assert machine.run("environment.sh").returncode == 0
    assert not (machine.checkout / ".venv" / "half").exists()
    assert machine.run("environment.sh").stderr == ""


def test_a_moved_checkout_is_made_anew(machine: Machine) -> None:
    """Programs of an environment name its folder."""
    machine.run("environment.sh")
    (machine.checkout / ".venv" / "old").touch()
    moved = Machine(machine.checkout.rename(machine.checkout.parent / "别 处"), machine.programs)
    assert moved.run("environment.sh").returncode == 0
    assert not (moved.checkout / ".venv" / "old").exists()


def test_a_link_to_the_checkout_is_no_other_place(machine: Machine) -> None:
    """As `current` of an offline installation is one."""
    machine.run("environment.sh")
    machine.calls()
    (link := machine.checkout.parent / "current").symlink_to(machine.checkout)
    done = subprocess.run(
        ["bash", "-c", 'cd "$0" && bash setup/environment.sh', str(link)],
        env={"PATH": f"{machine.programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr, machine.calls()) == (0, "", [])


@pytest.mark.parametrize(
    ("trouble", "told"), [("offline", "连不上 Python 软件包源"), ("broken", "DO NOT MATCH THE HASHES")]
)
def test_pip_in_trouble_says_one_line(machine: Machine, trouble: str, told: str) -> None:
    machine.put(trouble)
    done = machine.run("environment.sh")
    assert done.returncode == 3
    assert told in done.stderr.splitlines()[-1]
    assert len(done.stderr.splitlines()) == 3  # what it began, twice, and the trouble
    (machine.programs / trouble).unlink()
    assert machine.run("environment.sh").returncode == 0


def test_no_python(machine: Machine) -> None:
    machine.put("no-python")
    done = machine.run("environment.sh")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "sudo apt-get install python3.11 python3.11-venv" in done.stderr
    assert "CPython 3.11 with venv is needed" in done.stderr


def test_root_gets_python(machine: Machine) -> None:
    machine.put("no-python")
    machine.put("uid", "0")
    assert machine.run("environment.sh").returncode == 0
    assert any("install -y" in call and "python3.11-venv" in call for call in machine.calls())


def test_missing_libraries_without_root(machine: Machine) -> None:
    machine.run("environment.sh")
    machine.put("missing", "libpango-1.0-0 libharfbuzz-subset0")
    machine.calls()
    done = machine.run("check.sh")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "缺少系统库，请运行 · system libraries are missing, run: "
        "sudo apt-get install libpango-1.0-0 libharfbuzz-subset0"
    ]
    assert not any(call.startswith("apt-get") for call in machine.calls())


def test_missing_libraries_as_root(machine: Machine) -> None:
    machine.run("environment.sh")
    machine.put("uid", "0")
    machine.put("missing", "libharfbuzz-subset0")
    machine.calls()
    assert machine.run("check.sh").returncode == 0
    assert [call for call in machine.calls() if call.startswith("apt-get")] == [
        "apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends libharfbuzz-subset0"
    ]


def test_missing_libraries_as_root_without_network(machine: Machine) -> None:
    machine.run("environment.sh")
    machine.put("uid", "0")
    machine.put("missing", "libharfbuzz-subset0")
    machine.put("apt-fails")
    done = machine.run("check.sh")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("sudo apt-get install libharfbuzz-subset0")


@pytest.mark.parametrize("status", [0, 2])
def test_ci_says_what_ran_and_fails_with_it(tmp_path: Path, status: int) -> None:
    checkout = tmp_path / "新 目录"
    (checkout / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", checkout / ".ci" / "run")
    make = tmp_path / "make"
    make.write_text(f'#!/bin/bash\necho "CI=$CI in $PWD"\ncat\nexit {status}\n', encoding="utf-8")
    make.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CI": ""}
    done = subprocess.run([str(checkout / ".ci" / "run")], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == status
    lines = done.stdout.splitlines()
    assert lines[:2] == ["▶ make test", f"CI=true in {checkout}"]
    assert lines[2].startswith("✗ make test" if status else "✓ make test")
