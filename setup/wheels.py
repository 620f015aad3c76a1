"""The wheels that the program needs, in `.venv/wheels`: python -m setup.wheels. What is there and right stays, so that a
bundle is made again without a network. Exit code 3 when one cannot be had."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from setup.locked import blocks, cut, hashes, needed
from transforms.errors import EnvironmentFailure

FOLDER = Path(".venv/wheels")


def lock() -> str:
    """The program's part of requirements.lock."""
    return cut(Path("requirements.lock").read_text("utf-8"), needed(Path("pyproject.toml").read_text("utf-8")))


def fetch(wanted: str, folder: Path = FOLDER) -> list[Path]:
    """One file for each package of the lock file `wanted`, with a hash that is allowed there.

    Raises:
        EnvironmentFailure: the package index cannot be reached, or has not got it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = present(wanted, folder)
    if absent := blocks(wanted).keys() - found.keys():
        print(f"下载 {len(absent)} 个程序包…", flush=True)
        _download(cut(wanted, absent), folder)
        found = present(wanted, folder)
    if absent := blocks(wanted).keys() - found.keys():
        raise EnvironmentFailure(f"没有取到 {'、'.join(sorted(absent))} 的程序包。")
    return sorted(found.values())


def present(wanted: str, folder: Path = FOLDER) -> Mapping[str, Path]:
    """Package → its file, for those in `folder` that are what they should be."""
    by_hash = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in sorted(folder.glob("*.whl"))}
    return {
        name: by_hash[digest]
        for name, block in blocks(wanted).items()
        for digest in sorted(hashes(block) & by_hash.keys())[:1]
    }


def _download(wanted: str, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".lock", encoding="utf-8") as file:
        file.write(wanted)
        file.flush()
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
        what = ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--requirement", file.name]
        done = subprocess.run([*pip, *what, "--dest", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"pip {done.returncode}"]
        raise EnvironmentFailure(f"程序包下载失败（{said[-1]}）。请检查网络、代理或 pip 的设置，再运行同一条命令。")


if __name__ == "__main__":
    try:
        fetch(lock())
    except EnvironmentFailure as error:
        print(error, file=sys.stderr)
        sys.exit(3)
