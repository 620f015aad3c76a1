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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from s3fs import S3FileSystem

from flows import atomic
from flows.objects import Objects
from flows.settings import REPOSITORY
from flows.store import MANIFEST, Store, outputs, sha256_of, write_outputs
from flows.urls import open_folder, store_credentials
from tests.flows.servers import Server
from tests.pipeline import environment
from transforms.errors import ConfigurationError, EnvironmentFailure


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "三促 store"


@pytest.fixture(params=["file", "memory", "s3"])
def url(request: pytest.FixtureRequest, root: Path) -> str:
    return request.getfixturevalue("bucket") if request.param == "s3" else f"{request.param}://{root}"


def files_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_archive_and_readings(url: str) -> None:
    store = Store(url)
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


def test_issue_exists_only_with_its_manifest_and_undamaged(url: str) -> None:
    store = Store(url)
    folder = "350303/2014-06/abc"
    assert store.issue(folder) is None
    written = store.publish(folder, {"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, {"fingerprint": "abc"})
    assert written["files"]["briefing.pdf"] == {"sha256": sha256_of(b"%PDF"), "size": 4}
    assert store.issue(folder) == ({"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, written)
    Objects(url).write(f"issues/{folder}/briefing.pdf", b"%PD")
    assert store.issue(folder) is None
    store.publish(folder, {"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, {"fingerprint": "abc"})
    assert store.issue(folder) == ({"briefing.pdf": b"%PDF", "figures.csv": b"a,b"}, written)
    Objects(url).remove(f"issues/{folder}/{MANIFEST}")
    Objects(url).remove(f"issues/{folder}/{MANIFEST}")  # again does no harm
    assert store.issue(folder) is None


def test_the_archive_is_not_for_everybody(root: Path) -> None:
    """It holds what departments sent, petitioners' names too; a group may share it."""
    before = os.umask(0)
    try:
        Store(f"file://{root}").put(b"abc")
        (root / "archive").chmod(0o777)
        Store(f"file://{root}").put(b"def")
    finally:
        os.umask(before)
    assert [(root / name).stat().st_mode & 0o777 for name in ("archive", "parts")] == [0o770, 0o770]


def test_layout_and_no_leftovers(root: Path) -> None:
    digest = Store(f"file://{root}").put(b"abc")
    assert files_in(root) == [f"archive/{digest[:2]}/{digest}.bin"]


def test_damage_is_noticed_on_reading_and_a_cut_object_is_mended_by_putting(url: str) -> None:
    store = Store(url)
    digest = store.put(b"abc")
    key = f"archive/{digest[:2]}/{digest}.bin"
    Objects(url).write(key, b"abd")
    with pytest.raises(EnvironmentFailure, match="已损坏"):
        store.get(digest)
    Objects(url).write(key, b"")
    assert store.get(store.put(b"abc")) == b"abc"


def test_an_object_store_is_asked_never_to_replace_what_is_whole(
    bucket: str, object_store: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every PUT of something that does not change says If-None-Match; the service refused the second one."""
    folder, store = "350303/2014-06/abc", Store(bucket)
    puts: list[tuple[str, str | None]] = []

    answer = S3FileSystem._call_s3

    async def call(self: S3FileSystem, method: str, *arguments: Any, **options: Any) -> Any:
        if method == "put_object":
            puts.append((options["Key"].partition("/")[2], options.get("IfNoneMatch")))
        return await answer(self, method, *arguments, **options)

    monkeypatch.setattr(S3FileSystem, "_call_s3", call)
    for _ in range(2):
        digest = store.put(b"abc")
        store.publish(folder, {"briefing.pdf": b"%PDF"}, {"fingerprint": "abc"})
    issue = [f"issues/{folder}/briefing.pdf", f"issues/{folder}/{MANIFEST}"]
    assert puts == [(name, "*") for name in (f"archive/{digest[:2]}/{digest}.bin", *issue, *issue)]


def test_two_writers_of_equal_content_do_each_other_no_harm(url: str) -> None:
    stores = [Store(url) for _ in range(2)]
    body = b"x" * 300_000
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(stores[n % 2].publish, "350303/2014-06/f", {"briefing.pdf": body}, {}) for n in range(8)]
    assert len({str(one.result()) for one in done}) == 1
    assert stores[0].issue("350303/2014-06/f") == ({"briefing.pdf": body}, done[0].result())


def test_an_object_store_that_refuses_is_told_in_words(bucket: str, object_store: Server) -> None:
    for changed, message in (
        ({"SANCU_STORE_PASSWORD": "hunter2"}, "账号或口令不对"),
        ({"SANCU_STORE_USER": "nosuch"}, "账号或口令不对"),
        ({"SANCU_STORE_ENDPOINT": "http://127.0.0.1:1"}, "连接中断|没有开"),
    ):
        with environment(**changed), pytest.raises(EnvironmentFailure, match=message) as caught:
            Store(bucket).put(b"abc")
        assert "hunter2" not in str(caught.value)
    with pytest.raises(EnvironmentFailure, match="没有这个存储桶"):
        Store("s3://nosuch-bucket/x").put(b"abc")


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
store = Store(sys.argv[2])
for n in range(10_000):
    body = bytes([n % 251]) * 300_000
    store.put(body)
    files = {"briefing.pdf": body, "figures.csv": body[:1000]}
    store.publish(f"350303/2014-06/{n}", files, {"n": n})
    write_outputs(root / "out", files, {"n": n})
    if not n:  # one is whole, however slow the machine is
        print("ready", flush=True)
"""


def test_killed_at_any_moment_nothing_half_is_visible(tmp_path: Path) -> None:
    moments = random.Random(20140630)
    for _ in range(10):
        command = [sys.executable, "-c", WRITER, str(tmp_path), f"file://{tmp_path}/store"]
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


def test_killed_at_any_moment_nothing_half_is_visible_in_an_object_store(bucket: str, tmp_path: Path) -> None:
    moments = random.Random(20140701)
    seen = 0
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path), bucket]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
        assert child.stdout and child.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.05, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        filesystem, root = open_folder(bucket, store_credentials())
        for path in filesystem.find(root):
            key = path.removeprefix(f"{root}/")
            if key.startswith("archive/"):
                digest = Path(key).stem
                assert sha256_of(Store(bucket).get(digest)) == digest
            elif key.endswith(MANIFEST):
                issue = Store(bucket).issue(key.removeprefix("issues/").removesuffix(f"/{MANIFEST}"))
                assert issue and set(issue[0]) == {"briefing.pdf", "figures.csv"}
                seen += 1
            else:
                assert key.startswith("issues/")
    assert seen
