"""`sancu status`: how every district stands, what comes next, what failed, room on the disk, whether the service runs."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.configuration import district_codes, load_configuration
from flows.ledger import Ledger, Status
from flows.schedule_journal import done_of, schedule_now
from flows.settings import Settings
from transforms.board import due_on
from transforms.period import CHINA, Period
from transforms.schedule import Kind, due_actions, next_actions

SERVICE = "serve.json"  # written by `sancu serve` while it runs
_LAST = 3  # issues told of a district
_GIGABYTE = 2**30


def status(settings: Settings) -> dict[str, Any]:
    """Everything, as `--json` gives it.

    Raises:
        ConfigurationError: a mistake in a contract or district file.
        EnvironmentFailure: the ledger cannot be read.
    """
    ledger = Ledger(settings.database_url)
    log = ledger.audit_log()
    return {
        "districts": [_district(settings, ledger, code) for code in district_codes(settings.data)],
        "service": service(settings.home),
        "disk": {"free": shutil.disk_usage(_there(settings.home)).free, "used": _size(settings.home)},
        "audit": {"entries": len(log), "last": log[-1].at.isoformat() if log else None},
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    for one in told["districts"]:
        yield f"{one['name']}（{one['district']}）"
        for issue in one["issues"]:
            yield f"  {issue['period']} 第{issue['number']}期 {'已签发' if issue['released'] else '未签发'}"
        if not one["issues"]:
            yield "  还没有做过简报"
        for failed in one["failed"]:
            yield f"  {failed['period']} 没有做成：{failed['message'].splitlines()[0]}"
        for period in one["late"]:
            yield f"  {period} 出刊时间已过，{'还没有做' if period in one['missing'] else '还没有签发'}"
        for action in one["next"]:
            yield f"  接下来：{action}"
    service_url = told["service"]
    yield f"调度服务：{f'在运行，{service_url}' if service_url else '没有运行（sancu serve）'}"
    yield f"磁盘：已用 {told['disk']['used'] / _GIGABYTE:.1f} GB，还剩 {told['disk']['free'] / _GIGABYTE:.1f} GB"
    yield f"审计记录：{told['audit']['entries']} 条"


def service(home: Path) -> str:
    """The address of the service of this folder, when it answers; empty else."""
    try:
        url = str(json.loads((home / SERVICE).read_bytes())["url"])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"{url}/health", timeout=5).close()
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return ""
    return url.removesuffix("/api")


def _district(settings: Settings, ledger: Ledger, code: str) -> dict[str, Any]:
    configuration = load_configuration(settings.data, code)
    district, now = configuration.district, schedule_now()
    this = Period(now.astimezone(CHINA).year, now.astimezone(CHINA).month)
    window = list(this.plus(-district.schedule.catch_up_months).through(this))
    days = {name: due_on(configuration.contracts_of(name), this).day for name in configuration.departments}
    done = done_of(settings, configuration, window)
    drafts = [p for p in window if (b := ledger.latest_briefing(code, p)) and b.status is Status.DRAFT]
    due = due_actions(district.schedule, district.first_period, days, now, done)
    late = [action.period for action in due if action.kind is Kind.ISSUE]
    known = ledger.current_briefings(code)
    issues = [ledger.latest_briefing(code, period) for period in list(known)[-_LAST:]]
    return {
        "district": code,
        "name": district.name,
        "issues": [
            {"period": str(i.period), "number": i.number, "released": i.released_at is not None, "made_at": i.made_at}
            for i in issues
            if i is not None
        ],
        "failed": [
            {"period": str(period), "started_at": a.started_at, "message": a.message or "中断了，重新运行会接着做"}
            for period, a in sorted(ledger.attempts(code).items())
        ],
        "late": [str(period) for period in late],
        "missing": [str(period) for period in late if period not in known],
        "waiting": [str(period) for period in drafts],
        "next": [a.line() for a in next_actions(district.schedule, district.first_period, days, now, done)],
    }


def _there(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
