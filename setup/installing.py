"""What install.sh hands over to: python -m setup.installing BUNDLE TARGET. Runs in the bundle's `program` with the
system's Python alone; the bundle is verified.

    TARGET/sancu        the command
    TARGET/sancu.toml   settings, written once
    TARGET/var, out     ledger, archive, briefings: never touched
    TARGET/current      → versions/…, changed in one step when that version is whole
    TARGET/data         → current/data: contracts and districts; what the office changed there goes along at an upgrade
    TARGET/versions/    this version and the one before

Killed anywhere, the version in use stays in use and the same command goes on.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows import atomic
from transforms.errors import EnvironmentFailure

SUMS = "SHA256SUMS"
SHIPPED = ".shipped"  # in a version: SHA-256 and name of each of its files as they came
SETTINGS = """\
# 三促活动工作简报的设置；有哪些，见 current/docs/settings.md。升级不改这个文件。
home = "var"        # 账本和归档
out = "out"         # 简报
# inbox = "/收文"   # 各部门报表放在哪里
"""
LAUNCHER = """\
#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
export SANCU_CONFIG="${SANCU_CONFIG:-$here/sancu.toml}"
exec "$here/current/.venv/bin/sancu" "$@"
"""


def install(bundle: Path, target: Path) -> Iterator[str]:
    """Make `target` run the bundle's version; lines that tell what was done.

    Raises:
        EnvironmentFailure: it cannot be installed here; what was installed before is as it was.
        OSError: `target` cannot be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        shipped = _shipped(bundle)
        version = target / "versions" / _name(bundle)
        before = (target / "current").resolve() if (target / "current").exists() else None
        upgrade = before != version.resolve()
        mended = place(bundle / "program", version, shipped, keep_data=not upgrade)
        if mended and not upgrade:
            yield f"放回了缺少或改动过的程序文件：{'、'.join(mended)}"
        _run(version, "setup/environment.sh", "--no-index", "--find-links", str(bundle / "wheels"))
        _run(version, "setup/check.sh")
        if before and upgrade:
            _not_serving(target)
            yield from carry(before / "data", version / "data", _read(before / SHIPPED), shipped)
        _settle(target, version)
        if before and upgrade:
            for old in set((target / "versions").resolve().iterdir()) - {before, version.resolve()}:
                shutil.rmtree(old)


def place(program: Path, version: Path, shipped: Mapping[str, str], keep_data: bool) -> list[str]:
    """Bring each file of the program that is absent from `version` or is another there, and name it. In the version in use
    (`keep_data`) the files of `data` are the office's, as they are."""
    placed = []
    for name, digest in shipped.items():
        file = version / name
        if keep_data and name.startswith("data/"):
            continue
        if file.is_file() and _digest(file) == digest:
            continue
        atomic.write(file, (program / name).read_bytes())
        placed.append(name)
    atomic.write(version / SHIPPED, "".join(f"{digest}  {name}\n" for name, digest in shipped.items()).encode())
    return placed


def carry(old: Path, new: Path, was: Mapping[str, str], shipped: Mapping[str, str]) -> Iterator[str]:
    """Take along what the office added, changed and deleted in `data`. Where the new version has changed the same file, its
    own stands beside it as `….新版`, and a line says so."""
    for file in sorted(file for file in old.rglob("*") if file.is_file() and "__pycache__" not in file.parts):
        name, inside = f"data/{file.relative_to(old).as_posix()}", file.relative_to(old)
        digest = _digest(file)
        if digest in (was.get(name), shipped.get(name)):
            continue
        if name in shipped and shipped[name] != was.get(name):
            beside = new / inside.with_name(inside.name + ".新版")
            if (new / inside).is_file() and _digest(new / inside) == shipped[name]:
                atomic.write(beside, (new / inside).read_bytes())
            yield f"{name} 您改过，新版也有变化：用的是您的，新版的在旁边的 {beside.name}，请对照。"
        atomic.write(new / inside, file.read_bytes())
    for name in was.keys() & shipped.keys():
        inside = Path(name).relative_to("data") if name.startswith("data/") else None
        if inside and not (old / inside).exists():
            (new / inside).unlink(missing_ok=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    with (target / ".install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFailure(f"{target} 正有另一个安装在进行，请等它做完。") from None
        yield


def _not_serving(target: Path) -> None:
    """The service would go on with the old program beside a ledger that the new one has migrated."""
    settings = target / "sancu.toml"
    given = tomllib.loads(settings.read_text(encoding="utf-8-sig")) if settings.is_file() else {}
    lock = target / Path(given.get("home", "var")).expanduser() / "serve.lock"
    if not lock.is_file():
        return
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFailure("sancu serve 正在运行：请先停掉它，再运行同一条命令。") from None


def _run(version: Path, script: str, *arguments: str) -> None:
    environment = os.environ | {"PIP_CONFIG_FILE": os.devnull}  # an index that is configured is of no use here
    command = ["bash", script, *arguments]
    done = subprocess.run(command, cwd=version, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise EnvironmentFailure("没有装成，原因见上；原来装好的照旧可用。")


def _settle(target: Path, version: Path) -> None:
    """Everything beside the versions, the switch last."""
    if not (target / "sancu.toml").exists():
        atomic.write(target / "sancu.toml", SETTINGS.encode())
        (target / "sancu.toml").chmod(0o600)  # a password may come to stand there
    atomic.write(target / "sancu", LAUNCHER.encode())
    (target / "sancu").chmod(0o755)
    _link(target / "data", Path("current", "data"))
    _link(target / "current", version.relative_to(target))


def _link(link: Path, to: Path) -> None:
    part = link.with_name(f".{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(to)
    os.replace(part, link)


def _name(bundle: Path) -> str:
    """Of this very bundle: its version and what it holds."""
    project = tomllib.loads((bundle / "program" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['version']}-{_digest(bundle / SUMS)[:12]}"


def _shipped(bundle: Path) -> dict[str, str]:
    """Name in the program → SHA-256."""
    every = _read(bundle / SUMS)
    return {name.removeprefix("program/"): digest for name, digest in every.items() if name.startswith("program/")}


def _read(sums: Path) -> dict[str, str]:
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def farewell(target: Path) -> str:
    return f"""\
装好了：{target}
接下来：
  cd '{target}'
  ./sancu doctor                      # 这台机器还缺什么，怎么补
  SANCU_HOME=试用/var SANCU_OUT=试用/out ./sancu run 2014-06 --inbox data/sample/inbox    # 用样例试做一期
然后在 sancu.toml 里写明收文目录（inbox），每月运行 ./sancu run 年-月，或者 ./sancu serve 按日程自动做。
升级：停掉 sancu serve，用新的安装包再运行 install.sh，目录照旧。说明见 current/docs/offline.md。"""


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    try:
        for line in install(Path(sys.argv[1]), folder):
            print(line, flush=True)
    except EnvironmentFailure as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    except OSError as error:
        print(atomic.failure(f"写不进 {folder}", error), file=sys.stderr)
        sys.exit(3)
    print(farewell(folder))
