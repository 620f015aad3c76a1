"""Flow runs of a worker that has gone, machine and all: seen by the heartbeats that do not come, marked CRASHED, and
planned again at once, so that another worker takes them. Made again they are safe: what is published stays."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flows.crashes import OWN_WORKER, worker_of

if TYPE_CHECKING:
    from prefect.client.schemas.objects import Worker

POOL = "sancu"
BEATS = 3  # not come, a worker is gone
TRIES = 3  # of one run: what brings down each worker must not go round for ever


def redo_lost(pool: str = POOL) -> tuple[str, ...]:
    """The names of the runs that were marked. A worker is told from another by its name, which is therefore new at every
    start (as it is when no name is given): one that came back would hide what it has left."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import AwaitingRetry, Crashed

    found = []
    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING", "PENDING"]}}})
    with get_client(sync_client=True) as client:
        if pool not in {known.name for known in client.read_work_pools()}:
            return ()
        now = dt.datetime.now(dt.UTC)
        there = {worker.name for worker in client.read_workers_for_work_pool(pool) if _is_there(worker, now)}
        for run in client.read_flow_runs(flow_run_filter=wanted):
            worker = worker_of(run)
            if not run.deployment_id or worker in ("", OWN_WORKER) or worker in there:
                continue
            if client.read_flow_run(run.id).state_type != run.state_type:  # it has ended in between
                continue
            crashed = Crashed(message=f"执行程序 {worker} 没有消息了。")
            client.set_flow_run_state(run.id, crashed, force=True)
            if run.run_count < TRIES:
                client.set_flow_run_state(run.id, AwaitingRetry(scheduled_time=now), force=True)
            found.append(run.name)
    return tuple(found)


def _is_there(worker: Worker, now: dt.datetime) -> bool:
    seconds = BEATS * (worker.heartbeat_interval_seconds or 30)
    return worker.last_heartbeat_time is not None and now - worker.last_heartbeat_time < dt.timedelta(seconds=seconds)
