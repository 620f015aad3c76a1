"""Readers lent to threads: children are reused, replaced when a file kills one, and end with the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows import reader_pool
from flows.reader_pool import ReaderPool
from flows.sandbox import Limits, Reader
from transforms.errors import UnreadableFile

ROOT = Path(__file__).resolve().parents[2]
TABLE = "企业名称,金额\r\n某某鞋业,12.5\r\n".encode()


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    pool = ReaderPool(size=2)
    yield pool
    pool.close()


def child_of(reader: Reader) -> int:
    assert reader._child
    return reader._child.pid


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_one_child_serves_one_borrower_after_another(pool: ReaderPool) -> None:
    children = set()
    for _ in range(5):
        with pool.reader() as reader:
            reader.read(TABLE, "a.csv")
            children.add(child_of(reader))
    assert len(children) == 1


def test_threads_get_their_own_answers_and_never_more_children_than_places(pool: ReaderPool) -> None:
    children = set()

    def work(number: int) -> bool:
        with pool.reader() as reader:
            read = reader.read(f"编号,值\r\n{number},{'x' * number * 50}\r\n".encode(), "a.csv")
            children.add(child_of(reader))
        return read.sheets[0].cells[1] == (str(number), "x" * number * 50)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(1, 100)))
    assert 1 <= len(children) <= 2


def test_a_borrower_beyond_the_last_place_waits(pool: ReaderPool) -> None:
    entered, leave = threading.Barrier(3), threading.Event()

    def hold() -> None:
        with pool.reader():
            entered.wait(5)
            leave.wait(5)

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for holder in holders:
        holder.start()
    entered.wait(5)
    third = threading.Event()

    def ask() -> None:
        with pool.reader():
            third.set()

    waiting = threading.Thread(target=ask)
    waiting.start()
    assert not third.wait(0.2)
    leave.set()
    assert third.wait(5)
    for thread in (*holders, waiting):
        thread.join()


def test_a_child_that_was_killed_is_replaced(pool: ReaderPool) -> None:
    with pool.reader() as reader:
        reader.read(TABLE, "a.csv")
        first = child_of(reader)
    os.kill(first, signal.SIGKILL)
    with pool.reader() as reader:
        assert reader.read(TABLE, "a.csv").sheets
        assert child_of(reader) != first


def test_a_borrower_that_fails_leaves_no_half_answer_behind(pool: ReaderPool) -> None:
    children = []

    def interrupted() -> None:
        with pool.reader() as reader:
            reader.read(TABLE, "a.csv")
            children.append(child_of(reader))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not alive(children[0])
    with pool.reader() as reader:
        assert reader.read(TABLE, "a.csv").sheets


def test_an_unreadable_file_costs_no_start_up(pool: ReaderPool) -> None:
    with pool.reader() as reader:
        reader.read(TABLE, "a.csv")
        first = child_of(reader)
        with pytest.raises(UnreadableFile):
            reader.read(b"%PDF-1.7\n", "b.xlsx")
    with pool.reader() as reader:
        reader.read(TABLE, "a.csv")
        assert child_of(reader) == first


def test_everyone_with_the_same_limits_shares_a_pool() -> None:
    assert reader_pool.shared() is reader_pool.shared(Limits())
    assert reader_pool.shared(Limits(cpu_seconds=7)) is not reader_pool.shared()
    assert reader_pool.shared(Limits(cpu_seconds=7)) is reader_pool.shared(Limits(cpu_seconds=7))


SCRIPT = """
import os, signal, sys, time
from flows import reader_pool
with reader_pool.shared().reader() as reader:
    reader.read({table!r}, "a.csv")
    print(reader._child.pid, flush=True)
    {inside}
{after}
"""
ENDS = {
    "normal": ("pass", ""),
    "killed": ("pass", "os.kill(os.getpid(), signal.SIGKILL)"),
    "killed while lent": ("os.kill(os.getpid(), signal.SIGKILL)", ""),
    "no clean-up": ("os._exit(3)", ""),
}


@pytest.mark.parametrize("end", ENDS)
def test_children_end_with_the_process_however_it_ends(end: str) -> None:
    inside, after = ENDS[end]
    script = SCRIPT.format(table=TABLE, inside=inside, after=after)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + 60
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid)


def test_a_forked_process_starts_children_of_its_own() -> None:
    """On shared pipes two askers would get each other's answers."""
    limits = Limits(cpu_seconds=9)
    with reader_pool.shared(limits).reader() as reader:
        reader.read(TABLE, "a.csv")
        parents = child_of(reader)
    receiver, sender = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            with reader_pool.shared(limits).reader() as reader:
                reader.read(TABLE, "a.csv")
                os.write(sender, str(child_of(reader)).encode())
            reader_pool.close_shared()
        finally:
            os._exit(0)
    os.close(sender)
    os.waitpid(pid, 0)
    assert int(os.read(receiver, 20)) != parents
    os.close(receiver)
    with reader_pool.shared(limits).reader() as reader:
        assert reader.read(TABLE, "a.csv").sheets
        assert child_of(reader) == parents


def test_twenty_milliseconds_a_file_is_the_most_that_the_child_adds() -> None:
    """Pipe, JSON and all, warm, for a sheet of a usual size; the whole call, of which reading itself is a part."""
    data = (ROOT / "data" / "sample" / "inbox" / "350303" / "2014-06" / "财政局.xlsx").read_bytes()
    with reader_pool.shared().reader() as reader:
        reader.read(data, "财政局.xlsx")
        fastest = min(_seconds(reader, data) for _ in range(20))
    assert fastest < 0.02


def _seconds(reader: Reader, data: bytes) -> float:
    start = time.perf_counter()
    reader.read(data, "财政局.xlsx")
    return time.perf_counter() - start
