"""The verbs of a month wrapped as Prefect tasks. Retries only where the world can fail; readings and checks are kept
under the hash of the content they come from, so that a run that was killed goes on where it was and the next month
reads only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from prefect import Task, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext
from prefect.utilities.annotations import quote

from flows import away, steps
from flows import month as months
from flows.fingerprint import code_version
from flows.month import Issue, Month
from flows.steps import Accepted, Measured
from transforms import exports


class _Verb(Task[Any, Any]):
    """A task of values for this machine: Prefect would look through every field of each, twice, for futures of other tasks,
    which takes longer than most of the work. Dask's tasks are plain ones: there a quote arrives as a tuple."""

    def __call__(self, *values: Any) -> Any:
        return super().__call__(*map(quote, values))

    def map(self, *values: Any) -> Any:  # type: ignore[override]
        return super().map(*map(quote, values))


def announce_issue(month: Month, issue: Issue, measured: Measured, accepted: Accepted) -> None:
    """Prefect artifacts: the table of figures, the findings, a link to the PDF."""
    key = f"{month.code}-{month.period}"
    figures = [
        {name: row[name] for name in ("code", "label", "printed", "scope", "light", "note")}
        for row in exports.figure_rows(measured.history[month.period].values())
    ]
    findings = [
        {"严重程度": f.severity.chinese, "部门": f.department, "位置": f"{f.sheet} {f.cell}", "问题": f.message}
        for f in steps.all_findings(accepted, measured)
    ]
    create_table_artifact(figures, key=f"figures-{key}", description=f"{month.period.chinese}指标")
    create_table_artifact(findings, key=f"findings-{key}", description=f"{month.period.chinese}问题")
    create_link_artifact(issue.pdf.as_uri(), key=f"briefing-{key}", link_text=f"{month.period.chinese}简报")


def _key(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, (code_version(), *parts))).encode()).hexdigest()


def _reading_key(context: TaskRunContext, parameters: Mapping[str, Any]) -> str:
    month = parameters["month"]
    return _key("read", sorted(month.configuration.texts.items()), parameters["submissions"], month.settings.reader)


def _checking_key(context: TaskRunContext, parameters: Mapping[str, Any]) -> str:
    tables = parameters["tables"]
    return _key("check", parameters["contract"], [(table.submission, table.sheet) for table in tables])


_WORLD: dict[str, Any] = {"retries": 2, "retry_delay_seconds": 2, "cache_policy": NO_CACHE}
_ONCE: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}

receive = _Verb(months.receive_all, name="收文", **_WORLD)
read = _Verb(steps.read_files, name="读表", cache_key_fn=_reading_key, persist_result=True)
check = _Verb(steps.check_dataset, name="检查", cache_key_fn=_checking_key, persist_result=True)
accept = _Verb(steps.accept_rows, name="取数", **_ONCE)
measure = _Verb(steps.measure_months, name="计算", **_ONCE)
compose = _Verb(steps.compose_view, name="成文", **_ONCE)
read_away = task(away.read, name="读表", **_WORLD)
check_away = task(away.check, name="检查", **_WORLD)
make_away = task(away.make, name="排版", **_WORLD)
make = _Verb(steps.make_documents, name="排版", **_ONCE)
mark = _Verb(steps.mark_workbooks, name="退回", **_ONCE)
publish = _Verb(steps.publish_issue, name="发布", **_WORLD)
announce = _Verb(announce_issue, name="公告", **_ONCE)
