"""Commands that make issues: one month, its signature, many months again."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.choices import EVERY, Only, Runner
from flows.commands.terminal import (
    STOPPED,
    DistrictOption,
    InboxOption,
    JsonOption,
    OutOption,
    PeriodArgument,
    RunnerOption,
    print_json,
    progress,
)
from transforms.errors import UsageError


def run(
    period: PeriodArgument,
    district: DistrictOption = None,
    inbox: InboxOption = None,
    out: OutOption = None,
    as_known: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="日期", help="只用这一天为止收到的文件。")
    ] = None,
    runner: RunnerOption = Runner.LOCAL,
    sign: Annotated[bool, typer.Option("--release", help="签发；签发后不再改动。同 sancu release。")] = False,
    as_json: JsonOption = False,
) -> None:
    """做一个月的简报。没有变化时不重做。"""
    from flows import month as months
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings = load_settings()
    require(settings, Role.RELEASE if sign else Role.RUN)
    known = as_known.date() if as_known else None
    month = months.open_month(settings, period, district, inbox, out.absolute() if out else None, known)
    with progress(enabled=not as_json):
        if sign:
            from flows.releasing import release as release_month

            issue = release_month(month, partial(_make, runner=runner))
        else:
            issue = months.look(month) or _make(month, runner)
    _tell(issue, as_json)


def release(
    period: PeriodArgument,
    note: Annotated[str | None, typer.Option("--note", metavar="文字|@文件", help="按语；空的为去掉按语。")] = None,
    signer: Annotated[str, typer.Option("--by", metavar="签发人", help="职务，记入账本，不印出。")] = "办公室",
    correction: Annotated[str, typer.Option("--correct", metavar="原因", help="已签发的，更正后重发。")] = "",
    district: DistrictOption = None,
    inbox: InboxOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """签发一个月的简报：去掉“送审稿”字样，从此不再改动。可加按语；有错的用 --correct 更正重发。"""
    from flows import month as months
    from flows.releasing import release as release_month
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings = load_settings()
    require(settings, Role.RELEASE)
    month = months.open_month(settings, period, district, inbox, out.absolute() if out else None)
    with progress(enabled=not as_json):
        issue = release_month(month, _make, signer, _text(note), correction)
    _tell(issue, as_json)


def _text(given: str | None) -> str | None:
    """An option's text, or that of the file it names with `@`."""
    if given is None or not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"读不了 {given[1:]}：应是 UTF-8 的文本文件。") from error


def _make(month: Any, runner: Runner = Runner.LOCAL) -> Any:
    """Run the flow. Prefect's server boots while the libraries are imported."""
    from flows.orchestration import prefect_server

    with prefect_server(month.settings.home / "prefect") as server:
        from flows.hands import task_runner
        from flows.monthly import monthly_briefing
        from flows.revising import made_before
        from transforms.checks import warm_up

        made_by = monthly_briefing.with_options(task_runner=task_runner(month.settings, runner))
        if not made_before(month):
            warm_up()
        server.wait()
        return made_by(
            district=month.code,
            period=str(month.period),
            inbox=month.inbox_to_tell(),
            out=str(month.out),
            as_known=month.as_known.date() if month.as_known else None,
            runner=runner.value,
        )


def _tell(issue: Any, as_json: bool) -> None:
    if as_json:
        print_json(issue.summary | {"unchanged": issue.unchanged, "pdf": str(issue.pdf)})
        return
    for line in issue.lines():
        print(line)


def backfill(
    first: Annotated[str, typer.Argument(metavar="起", help="第一个月，如 2014-02。")],
    last: Annotated[str, typer.Argument(metavar="止", help="最后一个月，如 2014-06。")],
    only: Annotated[
        Only, typer.Option("--only", help="missing 没做过的；failed 没做成的；changed 有变化的（含前两种）；all 全部。")
    ] = Only.CHANGED,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看哪些月要重做、哪些数会变，不做。")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="接着做上次没做完的；不写也一样。")] = False,
    runner: RunnerOption = Runner.LOCAL,
    districts: Annotated[
        str, typer.Option("--districts", metavar="代码,…", help="几个区，逗号分开，或“全部”；默认 350303。")
    ] = "",
    inbox: InboxOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """补做或重做几个月的简报：先说哪些月有变化、为什么，再从早到晚做。中断后重新运行会接着做。"""
    from flows.backfilling import backfill_districts
    from flows.configuration import district_codes
    from flows.outcomes import lines
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings, place = load_settings(), out and out.absolute()
    require(settings, Role.RUN)
    codes = tuple(filter(None, (code.strip() for code in districts.split(","))))
    if codes == (EVERY,):
        codes = district_codes(settings.data)
    with progress(enabled=not as_json, lines=True):
        outcomes = backfill_districts(settings, first, last, only, dry_run, codes, inbox, place, runner)
    if as_json:
        print_json([outcome.as_json() for outcome in outcomes])
    else:
        for line in lines(outcomes, dry_run):
            print(line)
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(STOPPED)


def rollup(
    region: Annotated[str, typer.Argument(metavar="代码", help="市或省的代码，如 350300。")],
    period: PeriodArgument,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """把所属区县的简报汇总成市或省的一期：该加的相加，企业不重复计，区县排名，谁没有报。"""
    from flows.roles import Role, require
    from flows.rollup import roll_up_month
    from flows.settings import load_settings

    settings = load_settings()
    require(settings, Role.RUN)
    with progress(enabled=not as_json):
        issue = roll_up_month(settings, region, period, out.absolute() if out else None)
    if as_json:
        print_json(issue.as_json())
        return
    for line in issue.lines():
        print(line)
