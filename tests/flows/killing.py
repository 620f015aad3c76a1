"""A process that does a month's work in children and kills them where it is told: `python -m tests.flows.killing`.

Each line of its input is a job, each line of its output what became of the child: `killed`, `done` or the error. The
libraries are imported once, and what comes before publication is computed once, so that a kill costs about a second.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows import month as months
from flows import reader_pool, steps
from flows.documents import Documents
from flows.ledger import Ledger
from flows.month import Month
from flows.releasing import sign
from flows.settings import load_settings
from flows.store import Store
from tests import pipeline
from tests.flows.deadly import arm
from tests.pipeline import INBOX, ROOT, Run
from transforms.checks import warm_up

PERIOD = "2014-02"


class Killer:
    """The process that works and is killed."""

    def __init__(self, scratch: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.killing", str(scratch)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def __call__(self, home: Path, what: str, **job: Any) -> str:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"home": str(home), "what": what, **job}) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    scratch = Path(sys.argv[1])
    warm_up()
    ready = pipeline.run(INBOX, scratch / "ready", PERIOD)
    made = ready.documents()
    reader_pool.close_shared()  # children are not to share its pipes
    shutil.rmtree(scratch / "ready" / "out", ignore_errors=True)
    print("ready", flush=True)
    for line in sys.stdin:
        print(_forked(json.loads(line), ready, made), flush=True)


def _forked(job: dict[str, Any], ready: Run, made: Documents) -> str:
    child = os.fork()
    if not child:
        code = 1
        os.environ.update(job.get("environment", {}))
        try:
            arm(job)
            _work(job, ready, made)
            code = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGKILL else f"signal {os.WTERMSIG(status)}"
    return "done" if os.WEXITSTATUS(status) == 0 else "failed"


def _work(job: dict[str, Any], ready: Run, made: Documents) -> None:
    """`publish`: from the finished documents on; `run`: from the inbox on, with the documents made beforehand."""
    month = _month(Path(job["home"]), ready.month)
    with month.ledger.lock(month.code, month.period):
        received = months.received_of(month)
        sign(month, months.plan(month, received).draft, "办公室")
        plan = months.plan(month, received)
        if months.unchanged(month, plan):
            return
        run = replace(ready, month=month, plan=plan)
        if job["what"] == "run":
            readings = [steps.read_files(month, part) for part in months.by_period(plan.submissions)]
            checked = [steps.check_dataset(*part) for part in steps.by_dataset(month, readings)]
            accepted = steps.accept_rows(month, plan, readings, checked)
            run = Run(month, plan, accepted, steps.measure_months(month, plan, accepted))
        returned = steps.mark_workbooks(month, plan, run.accepted, run.measured)
        steps.publish_issue(month, plan, run.accepted, run.measured, run.view(), made, returned)


def _month(home: Path, month: Month) -> Month:
    with pipeline.environment(SANCU_HOME=str(home), SANCU_OUT=str(home / "out")):
        settings = load_settings()
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    return replace(month, settings=settings, out=home / "out", ledger=ledger, store=store)


if __name__ == "__main__":
    main()
