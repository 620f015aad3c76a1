"""Commands about what departments send: forms out, workbooks checked, who has sent."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.terminal import (
    BAD_INPUT,
    STOPPED,
    DistrictOption,
    InboxOption,
    JsonOption,
    PeriodArgument,
    print_json,
)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="文件…", help="要检查的报表。")],
    period: Annotated[str | None, typer.Option(metavar="期别", help="月份，如 2014-06；不写时从表上看。")] = None,
    department: Annotated[str | None, typer.Option(metavar="部门", help="部门；不写时从文件名或内容看。")] = None,
    return_to: Annotated[
        Path | None, typer.Option("--return", metavar="目录", help="把标出问题的原表写到这个目录。")
    ] = None,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """检查报表，逐格列出问题。没有要退回的退出码为 0，有为 1，读不出来为 2。"""
    from flows.checking import check_files
    from flows.settings import load_settings

    checked = check_files(load_settings(), files, period, department, district, return_to)
    if as_json:
        print_json([one.as_json() for one in checked])
    else:
        for line in (line for one in checked for line in one.lines()):
            print(line)
    if any(one.unread for one in checked):
        raise typer.Exit(BAD_INPUT)
    if any(one.blocks for one in checked):
        raise typer.Exit(STOPPED)


def form(
    department: Annotated[str, typer.Argument(metavar="部门", help="部门名；“全部”为每个部门各做一份。")],
    period: PeriodArgument,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="目录", help="写到哪个目录，默认当前目录。")] = Path(),
    blank: Annotated[bool, typer.Option("--blank", help="不预填上月的台账。")] = False,
    district: DistrictOption = None,
    inbox: InboxOption = None,
    as_json: JsonOption = False,
) -> None:
    """做给部门填的空白报表；台账预填上月在册的各行。"""
    from flows.forms import write_forms
    from flows.settings import load_settings

    written = write_forms(load_settings(), department, period, out.absolute(), district, blank, inbox)
    if as_json:
        print_json([dataclasses.asdict(one) for one in written])
        return
    for one in written:
        print(one.line())


def board(
    period: PeriodArgument,
    district: DistrictOption = None,
    inbox: InboxOption = None,
    remind: Annotated[
        bool, typer.Option("--remind", help="写出催报信、退回信：三天内到期、过期和退回未改的部门。")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="发出这些信；没有设置邮件服务器的，放在发件箱里。")] = False,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="日期", help="按这一天算到期，默认今天。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """各部门报送情况：谁报了、迟了、要退回、改好了、没报。"""
    from flows.board import board_of
    from flows.month import open_month
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings = load_settings()
    if send:
        require(settings, Role.RUN)
    month = open_month(settings, period, district, inbox)
    found = board_of(month)
    told = {"notices": _remind(month, found, on, send)} if remind or send else {}
    if as_json:
        print_json(found.as_json() | told)
        return
    for line in (*found.lines(), *told.get("notices", ())):
        print(line)


def _remind(month: Any, board: Any, on: dt.datetime | None, send: bool) -> list[str]:
    """The letters of the day, or what came of sending them."""
    from flows import notices
    from flows.month import now
    from transforms.period import CHINA
    from transforms.reminders import printed

    settings = month.settings
    day = on.date() if on else now().astimezone(CHINA).date()
    letters, attachments = notices.notices_of(month, board, day, where=settings.mail.sender)
    if not send:
        return [line for letter in letters for line in ("", printed(letter))]
    smtp = settings.mail.smtp.get_secret_value() if settings.mail.smtp else ""
    mail = notices.Mail(settings.outbox, smtp, settings.mail.sender)
    with month.ledger.lock(month.code, month.period):
        sent = notices.send(mail, month.configuration.district, month.period, letters, attachments, now())
    return [delivery.line() for delivery in sent]
