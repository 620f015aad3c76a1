"""Processes that make documents: one that dies takes nothing else with it, and none outlives the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest

from flows.documents import Documents
from flows.renderers import Renderers, kept, lent
from tests.pipeline import ROOT
from transforms.errors import EnvironmentFailure


def made(name: str) -> Documents:
    return Documents({name: str(os.getpid()).encode()})


def killed(after: Path | None = None) -> Documents:
    """By the system; where a file is named, only the first time."""
    if after is None or not after.exists():
        if after:
            after.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return made("second")


def sleeping(seconds: float, told: Path) -> Documents:
    tempfile.mkstemp()
    told.with_name(str(os.getpid())).touch()
    time.sleep(seconds)
    return made("late")


def test_a_process_that_dies_fails_its_own_document_only(tmp_path: Path) -> None:
    with Renderers() as renderers:
        assert list(renderers.submit(partial(killed, tmp_path / "once"))().files) == ["second"]
        jobs = [partial(made, "a"), killed, partial(made, "b"), partial(made, "c")]
        waiting = [renderers.submit(job) for job in jobs]
        assert list(waiting[0]().files) == ["a"]
        with pytest.raises(EnvironmentFailure, match="内存不足"):
            waiting[1]()
        assert [list(wait().files) for wait in waiting[2:]] == [["b"], ["c"]]
        assert list(renderers.submit(partial(made, "d"))().files) == ["d"]


def test_processes_that_are_kept_serve_one_borrower_after_another() -> None:
    with kept(), lent() as first:
        pass
    with kept():
        with lent() as one:
            pass
        with lent() as other:
            assert list(other.submit(partial(made, "a"))().files) == ["a"]
    assert one is other is not first


RENDERING = """
import sys
from functools import partial
from pathlib import Path
from flows.renderers import Renderers
from tests.flows.test_renderers import sleeping
if __name__ == "__main__":
    with Renderers() as renderers:
        for _ in range(2):
            renderers.submit(partial(sleeping, float(sys.argv[1]), Path(sys.argv[2])))
        print("begun", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_none_outlives_the_command(tmp_path: Path, number: signal.Signals) -> None:
    script = tmp_path / "rendering.py"
    script.write_text(RENDERING)
    folder = tmp_path / "children"
    folder.mkdir()
    command = [sys.executable, str(script), "60", str(folder / "x")]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as parent:
        assert parent.stdout and parent.stdout.readline() == b"begun\n"
        deadline = time.monotonic() + 300
        while not list(folder.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        children = [int(path.name) for path in folder.iterdir()]
        assert children
        parent.send_signal(number)
    deadline = time.monotonic() + 300
    while any(runs(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [child for child in children if runs(child)] == []
    while list(temporary.iterdir()) and time.monotonic() < deadline:  # of one that had only begun
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []


PRINTING = """
from functools import partial
from flows.documents import Documents
from flows.fonts import font_files
from flows.renderers import Renderers
from tests.pipeline import ROOT
from transforms.briefing.render import print_pdf
def printed():
    html = '<link rel="stylesheet" href="briefing:fonts.css"><p>简报'
    return Documents({"a.pdf": print_pdf(html, (), font_files(ROOT / ".fonts"), "00")})
if __name__ == "__main__":
    with Renderers() as renderers:
        assert renderers.submit(printed)().files == printed().files
"""


def test_nothing_is_left_of_the_fonts(tmp_path: Path) -> None:
    script = tmp_path / "printing.py"
    script.write_text(PRINTING)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(temporary.iterdir()) == []


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
