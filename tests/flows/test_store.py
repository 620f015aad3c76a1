"""The store and the output folder: whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import atomic
from flows.settings import REPOSITORY
from flows.store import MANIFEST, Store, outputs, sha256_of, write_outputs
from transforms.errors import ConfigurationError, EnvironmentFailure


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "三促 store"


def files_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_archive_and_readings(root: Path, kind: str) -> None:
    store = Store(f"file://{root}" if kind == "file" else f"memory://{root}")
    digest = store.put(b"abc")
    assert digest == store.put(b"abc") == sha256_of(b"abc")
    assert store.get(digest) == b"abc"
    assert store.has(digest)
    assert not store.has("0" * 64)
    assert store.get_reading("k1") is None
    store.put_reading("k1", b"1")
    store.put_reading("k1", b"22")
    assert store.get_reading("k1") == b"22"
    with pytest.raises(EnvironmentFailure, match="没有"):
        store.get("0" * 64)


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_issue_exists_only_with_its_manifest_and_undamaged(root: Path, kind: str) -> None:
    store = Store(f"file://{root}" if kind == "file" else f"memory://{root}")
    folder = "350303/2014-06/abc"
    assert store.issue(folder) is None
    written = store.publish(folder, {"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, {"fingerprint": "abc"})
    assert written["files"]["briefing.pdf"] == {"sha256": sha256_of(b"%PDF"), "size": 4}
    assert store.issue(folder) == ({"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, written)
    if kind == "file":
        (root / "issues" / folder / "briefing.pdf").write_bytes(b"%PD")
        assert store.issue(folder) is None


def test_layout_and_no_leftovers(root: Path) -> None:
    digest = Store(f"file://{root}").put(b"abc")
    assert files_in(root) == [f"archive/{digest[:2]}/{digest}.bin"]


def test_damage_is_noticed_on_reading_and_a_cut_object_is_mended_by_putting(root: Path) -> None:
    store = Store(f"file://{root}")
    digest = store.put(b"abc")
    path = root / f"archive/{digest[:2]}/{digest}.bin"
    path.write_bytes(b"abd")
    with pytest.raises(EnvironmentFailure, match="已损坏"):
        store.get(digest)
    path.write_bytes(b"")
    assert store.get(store.put(b"abc")) == b"abc"


@pytest.mark.parametrize("key", ["../x", "", "a/b", ".."])
def test_keys_cannot_lead_elsewhere(root: Path, key: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        Store(f"file://{root}").put_reading(key, b"")


@pytest.mark.parametrize(("number", "message"), [(errno.ENOSPC, "磁盘已满"), (errno.EACCES, "没有写入权限")])
def test_failed_rename_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str) -> None:
    store = Store(f"file://{root}")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(EnvironmentFailure, match=message):
        store.put(b"abc")
    assert files_in(root) == []


def test_failed_write_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"file://{root}")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match="磁盘已满"):
        store.put(b"abc")
    assert files_in(root) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("x")
    with pytest.raises(EnvironmentFailure, match=r"写不进存储|读不了存储"):
        Store(f"file://{tmp_path}/store").put(b"abc")


def test_remote_failure_removes_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    store = Store("memory://remote-failure")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(type(memory), "mv", refuse)
    with pytest.raises(EnvironmentFailure, match="没有写入权限"):
        store.put(b"abc")
    assert [path for path in memory.find("/remote-failure") if path.endswith(".part")] == []


def test_unknown_kind_of_url() -> None:
    with pytest.raises(ConfigurationError, match="nosuch"):
        Store("nosuch://x")


def test_abandoned_parts_are_swept(root: Path) -> None:
    old, new = root / "parts/.a.part", root / "parts/.b.part"
    old.parent.mkdir(parents=True)
    for part in (old, new):
        part.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    Store(f"file://{root}")
    assert files_in(root) == ["parts/.b.part"]


def test_outputs_are_replaced_and_listed(tmp_path: Path) -> None:
    folder = tmp_path / "输 出" / "350303" / "2014-06"
    assert outputs(folder) is None
    write_outputs(folder, {"briefing.pdf": b"1", "figures.csv": b"2"}, {"fingerprint": "a"})
    written = write_outputs(folder, {"briefing.pdf": b"one", "figures.csv": b"two"}, {"fingerprint": "b"})
    assert outputs(folder) == written == json.loads((folder / MANIFEST).read_bytes())
    assert written["files"]["briefing.pdf"]["sha256"] == sha256_of(b"one")
    assert files_in(folder) == ["briefing.pdf", "figures.csv", MANIFEST]
    (folder / "figures.csv").unlink()
    assert outputs(folder) is None


@pytest.mark.parametrize("step", [0, 1, 2])
def test_outputs_stopped_at_any_rename_show_no_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    write_outputs(tmp_path, {"briefing.pdf": b"1", "figures.csv": b"2"}, {"fingerprint": "a"})
    rename, calls = os.replace, []

    def stop(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) > step:
            raise OSError(errno.EIO, "broken")
        rename(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(EnvironmentFailure, match="磁盘读写出错"):
        write_outputs(tmp_path, {"briefing.pdf": b"one", "figures.csv": b"two"}, {"fingerprint": "b"})
    assert outputs(tmp_path) is None
    assert files_in(tmp_path) == ["briefing.pdf", "figures.csv"]


def test_outputs_that_cannot_be_staged_leave_the_old_issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = write_outputs(tmp_path, {"briefing.pdf": b"1"}, {"fingerprint": "a"})

    def full(folder: Path, data: bytes) -> Path:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(atomic, "stage", full)
    with pytest.raises(EnvironmentFailure, match="磁盘已满"):
        write_outputs(tmp_path, {"briefing.pdf": b"one"}, {"fingerprint": "b"})
    assert outputs(tmp_path) == old


WRITER = """
import sys
from pathlib import Path
from flows.store import Store, write_outputs
root = Path(sys.argv[1])
store = Store(f"file://{root}/store")
print("ready", flush=True)
for n in range(10_000):
    body = bytes([n % 251]) * 300_000
    store.put(body)
    files = {"briefing.pdf": body, "figures.csv": body[:1000]}
    store.publish(f"350303/2014-06/{n}", files, {"n": n})
    write_outputs(root / "out", files, {"n": n})
"""


def test_killed_at_any_moment_nothing_half_is_visible(tmp_path: Path) -> None:
    moments = random.Random(20140630)
    for _ in range(10):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
        assert child.stdout and child.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.01, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        store = Store(f"file://{tmp_path}/store")
        for path in (tmp_path / "store" / "archive").rglob("*.bin"):
            assert sha256_of(store.get(path.stem)) == path.stem
        for manifest in (tmp_path / "store" / "issues").rglob(MANIFEST):
            issue = store.issue(manifest.parent.relative_to(tmp_path / "store" / "issues").as_posix())
            assert issue and set(issue[0]) == {"briefing.pdf", "figures.csv"}
        if (tmp_path / "out" / MANIFEST).exists():
            assert outputs(tmp_path / "out")
    assert list((tmp_path / "store" / "issues").rglob(MANIFEST))
