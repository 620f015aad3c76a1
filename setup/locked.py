"""What the program itself needs of requirements.lock, without what only its tests need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_START = re.compile(r"([\w.-]+)(?:\[.*?\])?==")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def needed(pyproject: str) -> frozenset[str]:
    """Names of the packages that the installed `sancu` needs on this machine, and of those that build it."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [("sancu", frozenset[str]())]
    while waiting:
        name, extras = package = waiting.pop()
        if package in seen:
            continue
        seen.add(package)
        for requirement in map(Requirement, requires(name) or ()):
            if _applies(requirement, extras):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    building = tomllib.loads(pyproject)["build-system"]["requires"]
    return frozenset({name for name, _ in seen} - {"sancu"} | {_name(each) for each in building})


def blocks(lock: str) -> Mapping[str, str]:
    """Package → its lines in a lock file, in the file's order."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if start := _START.match(line):
            name = canonicalize_name(start[1])
        if name and not line.lstrip().startswith("#"):
            found[name] = found.get(name, "") + line
    return found


def hashes(block: str) -> frozenset[str]:
    """SHA-256 of each file that a package's lines allow."""
    return frozenset(_HASH.findall(block))


def cut(lock: str, names: Iterable[str]) -> str:
    """The lock file of these packages alone.

    Raises:
        KeyError: one is not locked.
    """
    every = blocks(lock)
    return "".join(every[name] for name in sorted(names))


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)
