"""A month made and released, for tests that spoil, keep or clear it."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows import month as months
from flows.month import Month
from flows.objects import Objects
from flows.releasing import release
from flows.settings import load_settings
from tests.flows.test_releasing import make
from tests.pipeline import INBOX, environment


def issue_in(folder: Path) -> None:
    """February 2014 with `收文`, `var` and `out` in `folder`: a draft, then signed with a note."""
    shutil.copytree(INBOX / "350303" / "2014-02", folder / "收文" / "350303" / "2014-02")
    month = opened(folder)
    make(month)
    release(month, make, "分管主任", "开局之月。")


def moved_to(bucket: str, folder: Path) -> None:
    """Put all that its store holds into an object store."""
    objects, store = Objects(bucket), folder / "var" / "store"
    for path in store.rglob("*"):
        if path.is_file():
            objects.write(path.relative_to(store).as_posix(), path.read_bytes())


def opened(folder: Path) -> Month:
    with environment(SANCU_HOME=str(folder / "var"), SANCU_OUT=str(folder / "out")):
        return months.open_month(load_settings(), "2014-02", inbox=str(folder / "收文"))
