"""Small disks that can be filled or made read-only: tmpfs in a mount namespace that ends with the test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_FILLER = "filler"
_HOLDER = (
    'for name in "$@"; do mkdir -p "$name" && mount -t tmpfs -o size=64m none "$name" || exit; done; echo; exec cat'
)


class Disks:
    """Folders that are disks of their own, for the commands that `enter` begins and, by `seen`, for the test; but SQLite
    takes a path of `seen` for the folder under the disk."""

    def __init__(self, holder: int) -> None:
        self._holder = str(holder)

    def enter(self, command: Sequence[str]) -> list[str]:
        return ["nsenter", "-t", self._holder, *_as_root("-U", "--preserve-credentials"), "-m", "--", *command]

    def seen(self, path: Path) -> Path:
        return Path(f"/proc/{self._holder}/root{path}")

    @contextmanager
    def full(self, disk: Path) -> Iterator[None]:
        """Not a byte can be written to `disk`."""
        filler = self.seen(disk) / _FILLER
        with filler.open("wb", buffering=0) as file:
            chunk = b"\0" * 4096
            try:
                while file.write(chunk):
                    pass
            except OSError as error:
                assert error.strerror == "No space left on device"
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def read_only(self, disk: Path) -> Iterator[None]:
        """For root too."""
        subprocess.run(self.enter(["mount", "-o", "remount,ro", str(disk)]), check=True)
        try:
            yield
        finally:
            subprocess.run(self.enter(["mount", "-o", "remount,rw", str(disk)]), check=True)


@contextmanager
def disks(*folders: Path) -> Iterator[Disks]:
    """A disk of 64 MB at each folder. The test is left out where mounting is not allowed."""
    unshare = ["unshare", *_as_root("-r"), "-m", "--propagation", "private"]
    script = [*unshare, "sh", "-c", _HOLDER, "sh", *map(str, folders)]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin and holder.stdout
        try:
            if holder.stdout.readline() != b"\n":
                pytest.skip("这里不许挂载 tmpfs，写满和只读的磁盘没有试")
            yield Disks(holder.pid)
        finally:
            holder.stdin.close()


def _as_root(*options: str) -> tuple[str, ...]:
    """`options` for those who are not root."""
    return () if os.geteuid() == 0 else options
