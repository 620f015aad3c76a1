"""The flows that the schedule starts: an hourly look at what is due, and the month that it has made.

The look itself pulls and reminds; drafts and issues are flow runs of their own, so that each is seen, limited and
repeated for itself. What was not finished is due again at the next look.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment
from prefect.flow_runs import resume_flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows import approval, logs, notices
from flows import month as months
from flows.alerts import AlertKind, alert
from flows.board import board_of
from flows.configuration import Configuration, district_codes, load_configuration
from flows.crashes import describe, mark_crashed
from flows.lost import redo_lost
from flows.monthly import monthly_briefing
from flows.roles import Role, has
from flows.schedule_journal import Journal, done_of, schedule_now
from flows.settings import Settings, load_settings
from transforms.board import due_on
from transforms.errors import NotAllowed, SancuError
from transforms.period import CHINA, Period
from transforms.schedule import Action, Kind, due_actions
from transforms.working_days import unannounced

BRIEFING = "scheduled-briefing/scheduled"
_OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_DISTRICTS = district_codes(load_settings().data)
DistrictCode = Literal[_DISTRICTS]  # type: ignore[valid-type]
PeriodText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2014-06"])]


@flow(name="briefing-by-hand", flow_run_name="{district}-{period}", task_runner=ThreadPoolTaskRunner(max_workers=2))
def briefing_by_hand(district: DistrictCode, period: PeriodText, as_known: dt.date | None = None) -> str:
    """Make a month from Prefect's page.

    Args:
        district: 区划代码
        period: 期别，如 2014-06
        as_known: 只用这一天为止收到的文件；不填为现在
    """
    return "\n".join(monthly_briefing.fn(district=district, period=period, as_known=as_known).lines())


@flow(
    name="scheduled-briefing",
    flow_run_name="{district}-{period}-{kind}",
    task_runner=ThreadPoolTaskRunner(max_workers=2),
)
def scheduled_briefing(district: DistrictCode, period: PeriodText, kind: Literal["draft", "issue"]) -> str:
    """Make a month's draft, or its issue, which then waits for approval.

    Raises what `monthly_briefing` raises, after the office was told.
    """
    month = months.open_month(load_settings(), period, district)
    now = schedule_now()
    if approval.is_released(month):
        return f"{month.period.chinese}已经签发"
    try:
        issue = monthly_briefing.fn(district=district, period=period)
    except Exception as error:
        alert(month.settings, month.configuration, month.period, AlertKind.FAILED, explained(error), now)
        raise
    if issue.released:  # signed before, by a run that was killed
        return "\n".join(issue.lines())
    if kind == "draft":
        Journal(month.settings, month.code).record(f"{kind} {period}", now)
    else:
        page = "，或在调度页面点 Resume" if has(month.settings, Role.RELEASE) else ""
        waiting = f"{issue.summary['title']}已经排好，等待签发：{issue.pdf}。签发：sancu release {period}{page}。"
        alert(month.settings, month.configuration, month.period, AlertKind.WAITING, waiting, now)
        try:
            approval.sign_when_approved(month, issue)
        except NotAllowed as error:
            alert(month.settings, month.configuration, month.period, AlertKind.FAILED, str(error), now)
            raise
        issue = monthly_briefing.fn(district=district, period=period)
    return "\n".join(issue.lines())


@flow(name="schedule-tick", flow_run_name="look")
def tick() -> list[str]:
    """Do what is due in every district; one that fails does not keep the others from theirs.

    Raises the first failure, after everything else was done.
    """
    log, settings, now = get_run_logger(), load_settings(), schedule_now()
    logs.begin(settings.home)
    names = (*mark_crashed(os.environ.get("PREFECT_API_URL", "")), *redo_lost())
    told = [describe(names)] if names else []
    failed: list[Exception] = []
    for code in _DISTRICTS:
        try:
            look = Look(settings, load_configuration(settings.data, code), now)
            told += look.resume_released()
            for action in look.due():
                told += look.attempt(action, failed)
        except SancuError as error:
            failed.append(error)
    for line in told:
        log.info(line)
    if failed:
        raise failed[0]
    return told


@dataclass(frozen=True)
class Look:
    """One look at one district's schedule."""

    settings: Settings
    configuration: Configuration
    now: dt.datetime

    @property
    def code(self) -> str:
        return self.configuration.district.code

    def due(self) -> tuple[Action, ...]:
        """What is to be done now, in order."""
        district = self.configuration.district
        local = self.now.astimezone(CHINA)
        this = Period(local.year, local.month)
        window = list(this.plus(-district.schedule.catch_up_months).through(this))
        done = done_of(self.settings, self.configuration, window)
        if warning := unannounced({this.year, this.plus(1).year}):
            get_run_logger().warning(warning)
        return due_actions(district.schedule, district.first_period, due_days(self.configuration), self.now, done)

    def attempt(self, action: Action, failed: list[Exception]) -> list[str]:
        """Do one action; a failure is told to the office and added to `failed`."""
        doing: dict[Kind, Callable[[Action], str]] = {Kind.PULL: self.pull, Kind.REMIND: self.remind}
        try:
            return [doing.get(action.kind, self.start)(action)]
        except Exception as error:
            text = f"{action.line()}：{explained(error)}"
            alert(self.settings, self.configuration, action.period, AlertKind.FAILED, text, self.now)
            failed.append(error)
            return []

    def pull(self, action: Action) -> str:
        month = months.open_month(self.settings, str(action.period), self.code)
        seen = months.received_of(month).values()
        Journal(self.settings, self.code).record(action.key, self.now)
        return f"{action.line()}：{sum(len(received.names) for received in seen)} 个文件"

    def remind(self, action: Action) -> str:
        month = months.open_month(self.settings, str(action.period), self.code)
        board, day = board_of(month), self.now.astimezone(CHINA).date()
        letters, attachments = notices.notices_of(month, board, day, where=self.settings.mail.sender)
        wanted = [letter for letter in letters if letter.department in action.departments]
        smtp = self.settings.mail.smtp.get_secret_value() if self.settings.mail.smtp else ""
        mail = notices.Mail(self.settings.outbox, smtp, self.settings.mail.sender)
        with month.ledger.lock(month.code, month.period):
            notices.send(mail, month.configuration.district, month.period, wanted, attachments, self.now)
        Journal(self.settings, self.code).record(action.key, self.now)
        return f"{action.line()}：{len(wanted)} 封"

    def start(self, action: Action) -> str:
        """Start a run for a draft or an issue, unless one is under way."""
        tag = f"{self.code} {action.key}"
        before = runs_tagged(tag)
        if any(run.state_type is None or run.state_type.value not in _OVER for run in before):
            return f"{action.line()}：正在进行或等待签发"
        if before and before[0].state_type is not None and before[0].state_type.value == "CRASHED":
            text = f"{action.line()}：上一次运行中断了（{before[0].id}），已重新开始"
            alert(self.settings, self.configuration, action.period, AlertKind.BROKEN_OFF, text, self.now)
        parameters = {"district": self.code, "period": str(action.period), "kind": action.kind.name.lower()}
        run_deployment(BRIEFING, parameters=parameters, timeout=0, tags=[tag], as_subflow=False)
        return f"{action.line()}：已开始"

    def resume_released(self) -> list[str]:
        """Let the runs go on whose month was released at the command line."""
        resumed = []
        for run in waiting_runs():
            if run.parameters.get("district") == self.code:
                month = months.open_month(self.settings, run.parameters["period"], self.code)
                if approval.is_released(month):
                    resume_flow_run(run.id, run_input={"signer": "sancu release"})
                    resumed.append(f"{month.period.chinese}已用命令签发，等待签发的运行结束")
        return resumed


def explained(error: Exception) -> str:
    """For the office: the message of an error that is meant for people; of another its kind only."""
    return str(error) if isinstance(error, SancuError) else f"程序出错（{type(error).__name__}），详见调度页面"


def due_days(configuration: Configuration) -> dict[str, int]:
    """Department → day of the following month by which its workbook is due."""
    any_month = Period(2014, 6)
    return {name: due_on(configuration.contracts_of(name), any_month).day for name in configuration.departments}


def runs_tagged(tag: str) -> list[FlowRun]:
    """The runs of one action, the newest first."""
    return _runs({"tags": {"all_": [tag]}})


def waiting_runs() -> list[FlowRun]:
    """Scheduled briefings that wait for approval."""
    return [run for run in _runs({"state": {"type": {"any_": ["PAUSED"]}}}) if run.parameters.get("kind") == "issue"]


def _runs(wanted: dict[str, object]) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate(wanted), sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=50
        )
