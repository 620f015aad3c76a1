"""Debian's packages, by apt-get, which checks them against the distribution's signed lists. No root needed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from flows.libraries import LIBRARIES

PYTHON = "python3.11-venv"
NEEDED = (*LIBRARIES.values(), PYTHON)
# On every Debian, together with what they need: never replaced by an installation of ours.
_BASE = ("apt", "bash", "coreutils", "debconf", "dpkg", "libc-bin", "perl-base", "util-linux")
_PATIENCE = ("-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1")
# As on a machine where nothing is installed.
_BARE = ("-s", "-o", "Dir::State::status=/dev/null", "--no-install-recommends", "install")


def apt_get(*arguments: str, folder: Path) -> tuple[str, str]:
    """What it prints; and what it says when it fails, else nothing.

    Raises:
        FileNotFoundError: this is no Debian.
    """
    environment = os.environ | {"LC_ALL": "C"}
    command = ["apt-get", "-qq", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    return done.stdout, "" if done.returncode == 0 else done.stderr.strip() or f"apt-get {done.returncode}"


def fetch(folder: Path) -> str:
    """Bring Python, the system libraries and all that these need beside a bare system; why not, where that fails."""
    try:
        needed, said = apt_get(*_BARE, *NEEDED, folder=folder)
        base, unsaid = apt_get(*_BARE, *_BASE, folder=folder)
        if said or unsaid:
            return (said or unsaid).splitlines()[-1]
        packages = sorted(_names(needed) - _names(base))
        return apt_get(*_PATIENCE, "download", *packages, folder=folder)[1]
    except FileNotFoundError:
        return "没有 apt-get"


def codename() -> str:
    """The distribution's release, such as `bookworm`."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("VERSION_CODENAME=")), "")


def _names(simulated: str) -> set[str]:
    return {line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")}
