"""The folder of workbooks that go back to their senders: `OUT/350303/2014-06/returned/`.

They hold what the department itself wrote, petitioners' names too, and go to that department alone: the folder is
readable by its owner only, and nothing of it enters the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flows import atomic
from flows.store import sha256_of

FOLDER = "returned"


def write_all(folder: Path, workbooks: Mapping[str, bytes]) -> dict[str, str]:
    """Write them, and take away those of an earlier run; their SHA-256 by name.

    Raises:
        EnvironmentFailure: the folder cannot be written.
    """
    place = folder / FOLDER
    try:
        if workbooks:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.sweep(place)
        for name, data in workbooks.items():
            atomic.write(place / name, data)
        for old in place.glob("*（退回）.xls*"):
            if old.name not in workbooks:
                old.unlink()
    except OSError as error:
        raise atomic.failure(f"写不进退回目录 {place}", error) from error
    return {name: sha256_of(data) for name, data in sorted(workbooks.items())}


def stand(folder: Path, listed: Mapping[str, str]) -> bool:
    """Whether every workbook that a manifest lists is there as it was made."""
    try:
        return all(sha256_of((folder / FOLDER / name).read_bytes()) == sha for name, sha in listed.items())
    except OSError:
        return False
