"""The same fingerprint, the same bytes: every file of a signed issue, editions too, made twice: here, and in another
process with another hash seed, time zone, language and umask, from and into folders with spaces and hanzi."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from flows import month as months
from flows import steps
from flows.month import Issue, Month
from flows.releasing import release
from flows.settings import load_settings
from tests import pipeline
from tests.pipeline import INBOX, ROOT

PERIOD = "2014-02"
ELSEWHERE = {"PYTHONHASHSEED": "7", "TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "1"}


def published(home: Path) -> dict[str, str]:
    """Sign the month whose inbox is `home/收文`; each file that came out → its SHA-256."""
    with pipeline.environment(SANCU_HOME=str(home / "var"), SANCU_OUT=str(home / "out")):
        month = months.open_month(load_settings(), PERIOD, inbox=str(home / "收文"))
        release(month, _make, "分管主任", "开局之月。")
    found = (path for path in month.folder.rglob("*") if path.is_file())
    return {str(path.relative_to(month.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _make(month: Month) -> Issue:
    """The flow without Prefect."""
    run = pipeline.measured(month)
    parts = (month, run.plan, run.accepted, run.measured)
    returned = steps.mark_workbooks(*parts)
    return steps.publish_issue(*parts, run.view(), run.documents(), returned)


def _received(home: Path) -> Path:
    shutil.copytree(INBOX / "350303" / PERIOD, home / "收文" / "350303" / PERIOD)
    return home


def test_two_processes_in_two_folders_make_the_same_bytes(tmp_path: Path) -> None:
    here, there = _received(tmp_path / "one"), _received(tmp_path / "另 一 处（二）")
    script = f"import json, os; os.umask(0o077); from pathlib import Path; from {__name__} import published; "
    script += f"print(json.dumps(published(Path({str(there)!r}))))"
    environment = os.environ | ELSEWHERE | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=there, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as other:
        ours = published(here)
        told, complaint = other.communicate(timeout=900)
    assert other.returncode == 0, complaint.decode()
    theirs = json.loads(told.splitlines()[-1])
    assert {name for name in ours if ours[name] != theirs.get(name)} == set()
    assert ours.keys() == theirs.keys()
    kinds = {Path(name).suffix for name in ours}
    assert {".pdf", ".docx", ".html", ".csv", ".parquet", ".xlsx", ".json"} <= kinds
    assert {"editions/public.pdf", "editions/public.html", "editions/财政局.pdf"} <= ours.keys()
