"""The system libraries that WeasyPrint loads, by Debian package. Needs nothing but Python's own library."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

# Without the last one documents come out right, but take seven times as long to write.
LIBRARIES: Mapping[str, str] = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def missing(libraries: Mapping[str, str] = LIBRARIES) -> tuple[str, ...]:
    """Debian packages of the libraries that cannot be loaded, whatever dpkg says."""
    return tuple(package for library, package in libraries.items() if not _loads(library))


def remedy(packages: tuple[str, ...]) -> str:
    """The one line to run."""
    return f"sudo apt-get install {' '.join(packages)}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    print(" ".join(missing()))
