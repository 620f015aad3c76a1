"""`make bundle`: one file that installs the program on a machine without a network: python -m setup.bundle [FOLDER].

    SHA256SUMS     of every other file; install.sh verifies it before anything else
    install.sh     what the administrator runs
    PLATFORM       the kind of machine it is for
    program/       the source, with the lock file of what it needs and the fonts
    wheels/        those packages, each with a hash that the lock file allows
    debs/          Python and the system libraries for the Debian release in CODENAME; absent where apt-get is

The same inputs give the same bytes: names in order, no times, no owners. Typefaces that set-up adopted from this machine
stay out, their licences are not ours to give.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from flows import atomic
from flows.fonts import FACES, REMEDY
from setup import debian, wheels
from setup.fonts import LICENCES
from transforms.errors import EnvironmentFailure

SUMS = "SHA256SUMS"
FONTS = Path(os.environ.get("SANCU_FONTS") or ".fonts")
_TIME = 315532800  # 1980; tar finds 1970 implausible
_TREES = ("data", "docs", "flows", "report_templates", "setup", "transforms")
_FILES = ("CHANGELOG.md", "Makefile", "README.md", "README.zh-CN.md", "prefect.yaml", "pyproject.toml")


def build(out: Path) -> Path:
    """Write the bundle and its `.sha256` into `out`; whole or not at all.

    Raises:
        EnvironmentFailure: something that belongs in it cannot be had.
        OSError: `out` cannot be written.
    """
    version = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    name = f"sancu-{version}-{sysconfig.get_platform()}"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".part-") as scratch:
        folder = Path(scratch, name)
        folder.mkdir()
        _fill(folder)
        part = Path(scratch, "part")
        digest = pack(folder, part)
        atomic.write(out / f"{name}.tar.sha256", f"{digest}  {name}.tar\n".encode())
        os.replace(part, out / f"{name}.tar")
    return out / f"{name}.tar"


def _fill(folder: Path) -> None:
    lock = wheels.lock()
    for source, target in _program():
        _copy(source, folder / "program" / target)
    (folder / "program" / "requirements.lock").write_text(lock, encoding="utf-8")
    for wheel in wheels.fetch(lock):
        _copy(wheel, folder / "wheels" / wheel.name)
    _copy(Path("setup/install.sh"), folder / "install.sh")
    (folder / "PLATFORM").write_text(sysconfig.get_platform() + "\n", encoding="utf-8")
    (folder / "debs").mkdir()
    if said := debian.fetch(folder / "debs"):
        print(f"没有放进 Debian 软件包（{said}）：装的人要自己备好 {'、'.join(debian.NEEDED)}。", file=sys.stderr)
        shutil.rmtree(folder / "debs")
    else:
        _copy(Path("setup/packages.sh"), folder / "debs" / "install.sh")
        (folder / "debs" / "CODENAME").write_text(debian.codename() + "\n", encoding="utf-8")
    (folder / SUMS).write_text(sums(folder), encoding="utf-8")


def sums(folder: Path) -> str:
    """A line for each file, as sha256sum writes them."""
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n"
        for file in _files(folder)
        if file.relative_to(folder) != Path(SUMS)
    )


def _program() -> Iterator[tuple[Path, Path]]:
    """Each file that belongs to the program, and its place there."""
    for name in _FILES:
        yield Path(name), Path(name)
    for tree in _TREES:
        for file in _files(Path(tree)):
            if "__pycache__" not in file.parts:
                yield file, file
    for name in (*(face.file for face in FACES.values()), *LICENCES.values()):
        if not (FONTS / name).is_file():
            raise EnvironmentFailure(f"{FONTS} 中缺少 {name}。{REMEDY}。")
        yield FONTS / name, Path(".fonts", name)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def pack(folder: Path, archive: Path) -> str:
    """The SHA-256 of the archive."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for file in _files(folder):
            tar.add(file, arcname=file.relative_to(folder.parent).as_posix(), filter=_anonymous)
    with archive.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime, member.uid, member.gid = _TIME, 0, 0
    member.uname = member.gname = ""
    member.mode = stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH
    return member


if __name__ == "__main__":
    target = Path(*sys.argv[1:2] or ["dist"])
    try:
        print(build(target))
    except EnvironmentFailure as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    except OSError as error:
        print(atomic.failure(f"写不进 {target}", error), file=sys.stderr)
        sys.exit(3)
