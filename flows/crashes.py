"""Flow runs whose process is gone are marked CRASHED, whoever should have noticed it.

Prefect's worker marks a run whose process was killed, but not when the worker dies too; heartbeats notice that after
minutes and only with an automation. On one machine the processes can be looked at instead: a process of a flow run
has the run's id in its environment, so a run that is RUNNING without such a process is dead, at once and for certain.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_RUN = b"PREFECT__FLOW_RUN_ID="
_API = b"PREFECT_API_URL="
STARTING = dt.timedelta(seconds=90)
OWN_WORKER = "sancu"  # the one that `sancu serve` starts; others may be on other machines


def processes_of(url: str) -> dict[str, list[int]]:
    """Flow run id → its processes on this machine that report to the server at `url`."""
    found: dict[str, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = path.read_bytes().split(b"\0")
        except OSError:  # gone, or another user's
            continue
        if _API + url.encode() not in variables:
            continue
        for variable in variables:
            if variable.startswith(_RUN):
                found.setdefault(variable.removeprefix(_RUN).decode(), []).append(int(path.parent.name))
    return found


def end_processes(url: str) -> None:
    """Kill what is left of the flow runs of the server at `url`: those that have outlived their worker."""
    for pids in processes_of(url).values():
        for pid in set(pids) - {os.getpid()}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def mark_crashed(url: str, starting: dt.timedelta = STARTING) -> tuple[str, ...]:
    """Mark the dead among the deployed runs that are pending or running; their names. For the time `starting` a
    pending run may be without a process, which is being started; there is no such time when its worker is dead.

    Does nothing for a server on another machine, whose workers' processes cannot be seen from here.
    """
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        return ()
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=_filter({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}}))
        alive = processes_of(url)
        dead = []
        for run in runs:
            if not run.deployment_id or str(run.id) in alive or _is_starting(run.state, starting):
                continue
            if worker_of(run) not in ("", OWN_WORKER):
                continue
            if client.read_flow_run(run.id).state_type == run.state_type:  # it has not ended in between
                client.set_flow_run_state(run.id, Crashed(message="进程已不存在，由巡查标记。"), force=True)
                dead.append(run.name)
    return tuple(dead)


def worker_of(run: Any) -> str:
    """The name of the worker that took a flow run; empty before one did."""
    return str((run.labels or {}).get("prefect.worker.name", ""))


def crashed_since(moment: dt.datetime) -> dict[str, str]:
    """The deployed runs that were marked since `moment`, here or by their worker: id → name."""
    from prefect.client.orchestration import get_client

    wanted = {"state": {"type": {"any_": ["CRASHED"]}}, "end_time": {"after_": moment}}
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=_filter(wanted))
    return {str(run.id): run.name for run in runs if run.deployment_id}


def forget_missed(deployment: str) -> None:
    """Take back the runs of a deployment that were planned for moments at which the machine was off."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        key = client.read_deployment_by_name(deployment).id
        wanted = {
            "deployment_id": {"any_": [key]},
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"before_": dt.datetime.now(dt.UTC)},
        }
        while late := client.read_flow_runs(flow_run_filter=_filter(wanted)):
            for run in late:
                client.delete_flow_run(run.id)


def _filter(wanted: dict[str, Any]) -> Any:
    from prefect.client.schemas.filters import FlowRunFilter

    return FlowRunFilter.model_validate(wanted)


def _is_starting(state: Any, starting: dt.timedelta) -> bool:
    return bool(state.type.value == "PENDING" and dt.datetime.now(dt.UTC) - state.timestamp < starting)


def describe(names: Iterable[str]) -> str:
    return f"{'、'.join(names)} 中断了（进程已不存在），重新检查要做的事"
