"""A disk that is full or cannot be written, under each thing that a run writes: it says which, nothing is lost, and the
same again completes the work when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import steps
from flows.ledger import Ledger
from flows.store import Store
from tests.flows.disks import Disks, disks
from tests.flows.homes import Home
from tests.flows.test_kill import same, state
from tests.pipeline import UNPRINTED, Run
from transforms.errors import EnvironmentFailure

pytestmark = pytest.mark.xdist_group("june")

FULL, READ_ONLY = "磁盘已满，请腾出空间", "(磁盘是只读的|没有写入权限)"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Disks]:
    with disks(*(tmp_path / name for name in ("db", "store", "prefect", "out"))) as own:
        yield own


def publish(june: Run, folder: Path, ledger: Path) -> None:
    month = replace(
        june.month,
        ledger=Ledger(f"sqlite:///{ledger}"),
        store=Store(f"file://{folder}/store"),
        out=folder / "out",
    )
    steps.publish_issue(month, june.plan, june.accepted, june.measured, june.view(), UNPRINTED, {})


def left(folder: Path, ledger: Path) -> dict[str, Any]:
    found = state(folder, ledger)
    files = {name: data for name, data in found["files"].items() if name.startswith(("store/", "out/"))}
    return {"rows": found["rows"], "files": files}


def test_an_issue_comes_out_when_there_is_room(june: Run, tmp_path: Path, own: Disks) -> None:
    folder, ledger = own.seen(tmp_path), tmp_path / "ledger.sqlite"
    for name, said in (("store", "存储"), ("out", "输出目录")):
        for unfit, why in ((own.full, FULL), (own.read_only, READ_ONLY)):
            with unfit(tmp_path / name), pytest.raises(EnvironmentFailure, match=f"{said}.*{why}"):
                publish(june, folder, ledger)
    assert Ledger(f"sqlite:///{ledger}").latest_briefing(june.month.code, june.month.period) is None
    publish(june, folder, ledger)
    publish(june, tmp_path / "undisturbed", tmp_path / "other.sqlite")
    same(left(folder, ledger), left(tmp_path / "undisturbed", tmp_path / "other.sqlite"))


def test_a_command_says_which_disk(tmp_path: Path, own: Disks) -> None:
    """Before anything is made: archive, ledger, and the folder of Prefect's server, which itself would be silent."""
    home = Home(tmp_path, own.enter)

    def refused(command: str) -> str:
        done = home(command, "2014-02")
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        (line,) = done.stderr.splitlines()  # no traceback
        return line

    for name, said in (("db", "账本"), ("store", "写不进存储"), ("prefect", "写不进调度服务的目录")):
        with own.full(tmp_path / name):
            line = refused("run")
            assert said in line and FULL in line
    with own.read_only(tmp_path / "prefect"):
        assert "磁盘是只读的" in refused("run")
    for unfit, why in ((own.full, "磁盘可能已满"), (own.read_only, "账本")):  # one that was begun
        with unfit(tmp_path / "db"):
            assert why in refused("release")
    assert len(list((own.seen(tmp_path) / "store/archive").rglob("*.bin"))) == 10  # what had come in is kept
