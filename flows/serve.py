"""`sancu serve`: Prefect's server, the schedules and a worker on one machine, as one command.

Server and worker are children that end with this process, also when it is killed; one that dies is started again.
The server's database stands in `HOME/prefect`, so schedules, runs and those that wait for approval outlive a restart.
Every ten seconds flow runs whose process is gone are marked, and what is due is looked at then instead of at the next
full hour.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from flows import atomic
from flows.configuration import district_codes, load_configuration
from flows.crashes import OWN_WORKER, end_processes, forget_missed, mark_crashed
from flows.lost import POOL
from flows.orchestration import BOOT_SECONDS, QUIET
from flows.schedule_journal import REHEARSAL, done_of, parse_moment, schedule_now
from flows.server_login import CLIENT, FILE, SERVER, server_login
from flows.settings import FILENAME, PREFIX, REPOSITORY, Settings
from flows.supervision import Child, watch
from transforms.board import due_on
from transforms.errors import EnvironmentFailure
from transforms.period import CHINA, Period
from transforms.schedule import next_actions
from transforms.working_days import unannounced

TICK = "schedule-tick/hourly"
ADDRESS = "serve.json"  # in HOME while the server runs: {"url": …}, for commands that can use it
_WORKER_SECONDS = 15  # a worker that has died is known to the server after three of its heartbeats
_OWN = {
    **QUIET,
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_ENABLED": "1",  # Prefect's page shows what a run said
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "0",
    "PREFECT_WORKER_QUERY_SECONDS": "3",
    "PREFECT_WORKER_HEARTBEAT_SECONDS": str(_WORKER_SECONDS),
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",  # a busy machine; the default of 10 s fails runs
    "PREFECT_SERVER_METRICS_ENABLED": "1",  # Prometheus, at /api/metrics
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # runs and their logs go after 90 days
    "PYTHONUNBUFFERED": "1",
}


def serve(settings: Settings, port: int = 4200, cron: str = "", at: str = "") -> None:
    """Run until interrupted.

    Args:
        port: on loopback; 0 takes any that is free.
        cron: when to look at what is due, instead of the full hour.
        at: the moment that the schedule goes by, for a rehearsal.

    Raises:
        UsageError: `at` cannot be meant.
        EnvironmentFailure: another service uses this folder or port, or the server does not start.
    """
    if at:
        os.environ[REHEARSAL] = parse_moment(at).isoformat()
    folder = settings.home / "prefect"
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts it in the background has it ignored
    with _alone(settings.home, folder):
        number = _free(port)
        url = f"http://127.0.0.1:{number}/api"
        login = server_login(folder)
        _surroundings(settings, folder, url, login)
        start = ["flows.serve_process", str(number), str(os.getpid())]
        server = Child("调度服务", start, folder / "server.log", {SERVER: login})
        command = ["prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", OWN_WORKER]
        worker = Child("执行程序", ["flows.bound_process", str(os.getpid()), "-m", *command], folder / "worker.log")
        try:
            print("正在启动调度服务……", flush=True)
            server.start()
            server.wait_for(f"{url}/health", BOOT_SECONDS)
            _deploy(folder, cron)
            _resume(url)
            worker.start()
            atomic.write(settings.home / ADDRESS, json.dumps({"url": url, "pid": os.getpid()}).encode())
            for line in greeting(settings, url, cron):
                print(line, flush=True)
            watch(url, TICK, server, worker)
        except KeyboardInterrupt:
            print("正在停止……", flush=True)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
            (settings.home / ADDRESS).unlink(missing_ok=True)
            worker.stop()
            end_processes(url)
            server.stop()
    print("调度服务已停止。", flush=True)


def greeting(settings: Settings, url: str, cron: str = "") -> Iterator[str]:
    """What is told at the start: where the page is, and what comes next in each district."""
    now = schedule_now()
    yield f"调度服务已启动：{url.removesuffix('/api')}（只在本机可以打开）"
    yield f"  页面要登录：把 {settings.home / 'prefect' / FILE} 里的一整行粘贴进去（只有本用户能读）"
    yield (
        f"  现在是 {now.astimezone(CHINA):%Y-%m-%d %H:%M}（北京时间{'，演练' if REHEARSAL in os.environ else ''}）；"
        + (f"按 {cron} 巡查" if cron else "每小时整点巡查，停机时错过的现在补做")
    )
    this = Period(now.astimezone(CHINA).year, now.astimezone(CHINA).month)
    if warning := unannounced({this.year}):
        yield f"  注意：{warning}"
    for code in district_codes(settings.data):
        configuration = load_configuration(settings.data, code)
        district = configuration.district
        window = list(this.plus(-district.schedule.catch_up_months).through(this))
        done = done_of(settings, configuration, window)
        days = {name: due_on(configuration.contracts_of(name), this).day for name in configuration.departments}
        coming = next_actions(district.schedule, district.first_period, days, now, done)
        yield f"  {district.name}：" + (
            "；".join(action.line() for action in coming) or "没有要做的（见区县文件的 schedule）"
        )
    if not settings.inbox_url:
        yield "  注意：没有设置收文目录（SANCU_INBOX），不能收文。"
    yield "按 Ctrl-C 停止；没做完的下次启动接着做。"


@contextmanager
def _alone(home: Path, folder: Path) -> Iterator[None]:
    """One service a folder: two would plan every run twice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (home / "serve.lock").open("w")
    except OSError as error:
        raise atomic.failure(f"写不进 {home}", error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFailure(f"{home} 已有一个 sancu serve 在运行，请先停掉它。") from None
        yield


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise EnvironmentFailure(f"端口 {port} 被占用，请用 --port 换一个。") from None
        return int(probe.getsockname()[1])


def _surroundings(settings: Settings, folder: Path, url: str, login: str) -> None:
    """For this process and all its children, whose working folder is another: telemetry off, settings absolute."""
    os.environ.update(_OWN)
    os.environ.update({"PREFECT_HOME": str(folder), "PREFECT_API_URL": url, CLIENT: login})
    file = Path(os.environ.get(PREFIX + "CONFIG", FILENAME)).expanduser().absolute()
    if file.is_file():
        os.environ[PREFIX + "CONFIG"] = str(file)
    for name in ("out", "home", "data", "fonts"):
        os.environ[PREFIX + name.upper()] = str(getattr(settings, name))
    if settings.inbox_url and "://" not in settings.inbox_url:
        os.environ[PREFIX + "INBOX"] = str(Path(settings.inbox_url).expanduser().absolute())


def _deploy(folder: Path, cron: str) -> None:
    """The deployments of `prefect.yaml`, as they stand there."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.client.schemas.schedules import CronSchedule

    with get_client(sync_client=True) as client:
        if POOL not in {pool.name for pool in client.read_work_pools()}:
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            log = folder / "deploy.log"
            log.write_bytes(done.stdout + done.stderr)
            raise EnvironmentFailure(f"prefect.yaml 没有部署成功，原因见 {log}。")
        if cron:
            deployment = client.read_deployment_by_name(TICK)
            for schedule in deployment.schedules:
                changed = CronSchedule(cron=cron, timezone="Asia/Shanghai")
                client.update_deployment_schedule(deployment.id, schedule.id, True, changed)


def _resume(url: str) -> None:
    """Clear away what the last service left, and plan a look at what is due now."""
    from prefect.deployments import run_deployment

    mark_crashed(url, dt.timedelta(0))
    forget_missed(TICK)
    run_deployment(TICK, timeout=0, as_subflow=False)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
