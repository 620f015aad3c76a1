"""`sancu status --prometheus`: how everything stands in Prometheus's text format, for node_exporter's textfile collector."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

_Value = Callable[[dict[str, Any]], float | None]


def _made_last(district: dict[str, Any]) -> float | None:
    made: list[dt.datetime] = [issue["made_at"] for issue in district["issues"]]
    return max(made).timestamp() if made else None


_OF_DISTRICT: dict[str, tuple[str, _Value]] = {
    "sancu_months_late": ("months whose issue is due and not released", lambda d: len(d["late"])),
    "sancu_months_missing": ("of these, months without even a draft", lambda d: len(d["missing"])),
    "sancu_drafts_waiting": ("drafts of the last months that wait to be released", lambda d: len(d["waiting"])),
    "sancu_months_failed": ("months whose last run failed or was cut off", lambda d: len(d["failed"])),
    "sancu_last_issue_timestamp_seconds": ("when the newest of the last issues was made", _made_last),
}
_OF_MACHINE: dict[str, tuple[str, _Value]] = {
    "sancu_service_up": ("whether sancu serve answers", lambda told: bool(told["service"])),
    "sancu_disk_free_bytes": ("room under HOME", lambda told: told["disk"]["free"]),
    "sancu_audit_entries": ("rows of the audit log", lambda told: told["audit"]["entries"]),
}


def text(told: dict[str, Any]) -> Iterator[str]:
    """The lines of what `flows.status.status` tells."""
    for name, (help_, value) in _OF_DISTRICT.items():
        values = {district["district"]: value(district) for district in told["districts"]}
        yield from _gauge(name, help_, {f'{{district="{code}"}}': found for code, found in values.items()})
    for name, (help_, value) in _OF_MACHINE.items():
        yield from _gauge(name, help_, {"": value(told)})


def _gauge(name: str, help_: str, values: dict[str, float | None]) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} gauge"
    yield from (f"{name}{label} {value:.15g}" for label, value in values.items() if value is not None)
