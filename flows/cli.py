"""`sancu`: the commands. Output for people is Chinese; `--json` gives the same for programs.

Exit codes: 0 done, 1 findings or a release stopped it, 2 bad input or usage, 3 the environment failed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows.choices import Only
from transforms.errors import EnvironmentFailure, SancuError, Stopped, UsageError

DONE, STOPPED, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3
EXIT_CODES = {Stopped: STOPPED, EnvironmentFailure: ENVIRONMENT}

app = typer.Typer(
    help="三促活动工作简报：收各部门的表，查错，算数，出简报。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PeriodArgument = Annotated[str, typer.Argument(metavar="期别", help="月份，如 2014-06。")]
DistrictOption = Annotated[str | None, typer.Option("--district", metavar="代码", help="区划代码，默认 350303。")]
InboxOption = Annotated[str | None, typer.Option("--inbox", metavar="网址或目录", help="收文目录。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序使用。")]


@app.command()
def run(
    period: PeriodArgument,
    district: DistrictOption = None,
    inbox: InboxOption = None,
    out: Annotated[Path | None, typer.Option(metavar="目录", help="输出目录，默认 out。")] = None,
    as_known: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="日期", help="只用这一天为止收到的文件。")
    ] = None,
    sign: Annotated[bool, typer.Option("--release", help="签发；签发后不再改动。同 sancu release。")] = False,
    as_json: JsonOption = False,
) -> None:
    """做一个月的简报。没有变化时不重做。"""
    from flows import month as months
    from flows.settings import load_settings

    settings = load_settings()
    known = as_known.date() if as_known else None
    month = months.open_month(settings, period, district, inbox, out.absolute() if out else None, known)
    with _progress(enabled=not as_json):
        if sign:
            from flows.releasing import release as release_month

            issue = release_month(month, _make)
        else:
            issue = months.look(month) or _make(month)
    _tell(issue, as_json)


@app.command()
def release(
    period: PeriodArgument,
    note: Annotated[str | None, typer.Option("--note", metavar="文字|@文件", help="按语；空的为去掉按语。")] = None,
    signer: Annotated[str, typer.Option("--by", metavar="签发人", help="职务，记入账本，不印出。")] = "办公室",
    correction: Annotated[str, typer.Option("--correct", metavar="原因", help="已签发的，更正后重发。")] = "",
    district: DistrictOption = None,
    inbox: InboxOption = None,
    out: Annotated[Path | None, typer.Option(metavar="目录", help="输出目录，默认 out。")] = None,
    as_json: JsonOption = False,
) -> None:
    """签发一个月的简报：去掉“送审稿”字样，从此不再改动。可加按语；有错的用 --correct 更正重发。"""
    from flows import month as months
    from flows.releasing import release as release_month
    from flows.settings import load_settings

    month = months.open_month(load_settings(), period, district, inbox, out.absolute() if out else None)
    with _progress(enabled=not as_json):
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


def _make(month: Any) -> Any:
    """Run the flow. Prefect's server boots while the libraries are imported."""
    from flows.orchestration import prefect_server

    with prefect_server(month.settings.home / "prefect") as server:
        from flows.monthly import monthly_briefing
        from transforms.checks import warm_up

        warm_up()
        server.wait()
        return monthly_briefing(
            district=month.code,
            period=str(month.period),
            inbox=month.inbox,
            out=str(month.out),
            as_known=month.as_known.date() if month.as_known else None,
        )


def _tell(issue: Any, as_json: bool) -> None:
    if as_json:
        _print_json(issue.summary | {"unchanged": issue.unchanged, "pdf": str(issue.pdf)})
        return
    for line in issue.lines():
        print(line)


@app.command()
def backfill(
    first: Annotated[str, typer.Argument(metavar="起", help="第一个月，如 2014-02。")],
    last: Annotated[str, typer.Argument(metavar="止", help="最后一个月，如 2014-06。")],
    only: Annotated[
        Only, typer.Option("--only", help="missing 没做过的；failed 没做成的；changed 有变化的（含前两种）；all 全部。")
    ] = Only.CHANGED,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看哪些月要重做、哪些数会变，不做。")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="接着做上次没做完的；不写也一样。")] = False,
    districts: Annotated[
        str, typer.Option("--districts", metavar="代码,…", help="几个区，逗号分开；默认 350303。")
    ] = "",
    inbox: InboxOption = None,
    out: Annotated[Path | None, typer.Option(metavar="目录", help="输出目录，默认 out。")] = None,
    as_json: JsonOption = False,
) -> None:
    """补做或重做几个月的简报：先说哪些月有变化、为什么，再从早到晚做。中断后重新运行会接着做。"""
    from flows.backfilling import backfill_districts
    from flows.outcomes import lines
    from flows.settings import load_settings

    codes = tuple(filter(None, (code.strip() for code in districts.split(","))))
    with _progress(enabled=not as_json):
        outcomes = backfill_districts(load_settings(), first, last, only, dry_run, codes, inbox, out and out.absolute())
    if as_json:
        _print_json([outcome.as_json() for outcome in outcomes])
    else:
        for line in lines(outcomes, dry_run):
            print(line)
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(STOPPED)


@app.command()
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
        _print_json([one.as_json() for one in checked])
    else:
        for line in (line for one in checked for line in one.lines()):
            print(line)
    if any(one.unread for one in checked):
        raise typer.Exit(BAD_INPUT)
    if any(one.blocks for one in checked):
        raise typer.Exit(STOPPED)


@app.command()
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
        _print_json([dataclasses.asdict(one) for one in written])
        return
    for one in written:
        print(one.line())


@app.command()
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
    from flows.settings import load_settings

    month = open_month(load_settings(), period, district, inbox)
    found = board_of(month)
    told = {"notices": _remind(month, found, on, send)} if remind or send else {}
    if as_json:
        _print_json(found.as_json() | told)
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


@app.command()
def why(
    figure: Annotated[str, typer.Argument(metavar="指标代码", help="如 reward.amount_to_date。")],
    period: PeriodArgument,
    district: DistrictOption = None,
    cells: Annotated[bool, typer.Option("--cells", help="逐格列出原文和读数。")] = False,
    xlsx: Annotated[Path | None, typer.Option(metavar="文件", help="把所依据的各行抄出，写成证据工作簿。")] = None,
    as_json: JsonOption = False,
) -> None:
    """说明一个数的含义，以及它来自哪些单元格。"""
    from flows.settings import load_settings
    from flows.why import explain

    if xlsx is not None:
        from flows.evidence import write_evidence

        print(write_evidence(load_settings(), figure, period, xlsx.absolute(), district))
        return
    explanation = explain(load_settings(), figure, period, district)
    if as_json:
        _print_json(explanation.as_json())
        return
    for line in explanation.lines(every_cell=cells):
        print(line)


@app.command()
def uses(
    file: Annotated[Path, typer.Argument(metavar="文件", help="报送过的原件。")],
    sheet: Annotated[str, typer.Argument(metavar="工作表", help="表名。")],
    cell: Annotated[str, typer.Argument(metavar="单元格", help="如 J25。")],
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """倒查：一个单元格进了哪些月份的哪些数。"""
    from flows.settings import load_settings
    from flows.uses import uses as trace

    found = trace(load_settings(), file, sheet, cell, district)
    if as_json:
        _print_json(found.as_json())
        return
    for line in found.lines():
        print(line)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(metavar="语句", help="一条查询；不写时在终端里逐条问，或从标准输入读。")] = "",
    district: DistrictOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV。")] = False,
    as_json: JsonOption = False,
) -> None:
    """用只读的 SQL 查指标、问题、明细和账本（DuckDB）。"""
    from flows.settings import load_settings
    from flows.sql import connect, run_query
    from flows.sql_shell import shell

    connection = connect(load_settings(), district)
    if not query:
        shell(connection)
        return
    result = run_query(connection, query)
    if as_json:
        _print_json(result.as_json())
    elif as_csv:
        print(result.csv(), end="")
    else:
        print("\n".join(result.lines()))


@app.command()
def metrics(
    pattern: Annotated[str, typer.Argument(metavar="词", help="代码、名称或定义里的词；不写时列出全部。")] = "",
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """指标目录：定义、单位、口径、算法、目标、亮灯和责任部门。"""
    from flows.configuration import load_configuration
    from flows.settings import load_settings
    from transforms.catalogue import catalogue, matching

    settings = load_settings()
    configuration = load_configuration(settings.data, district or settings.district)
    found = matching(catalogue(configuration.contracts, configuration.district), pattern)
    if as_json:
        _print_json([entry.as_json() for entry in found])
        return
    if not found:
        raise UsageError(f"没有含“{pattern}”的指标；不带词运行 sancu metrics 列出全部。")
    for line in (line for entry in found for line in entry.lines()):
        print(line)


@app.command()
def dictionary(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="目录", help="写到哪个目录，默认 docs。")] = Path("docs"),
) -> None:
    """生成数据字典、Frictionless 数据包说明、指标目录和 SQL 视图说明。"""
    from flows.dictionary import write
    from flows.settings import load_settings

    for path in write(load_settings(), out.absolute()):
        print(path)


@app.command()
def serve(
    port: Annotated[int, typer.Option(metavar="端口", help="本机端口，默认 4200；0 为任选。")] = 4200,
    cron: Annotated[str, typer.Option(metavar="表达式", help="什么时候巡查，如 '*/10 * * * *'；默认每小时整点。")] = "",
    at: Annotated[str, typer.Option(metavar="时刻", help="演练：当作现在是这一时刻，如 2014-06-30T08:05。")] = "",
) -> None:
    """在本机运行调度服务：按时收文、催报、做送审稿、出刊，直到 Ctrl-C。"""
    from flows.serve import serve as run_service
    from flows.settings import load_settings

    run_service(load_settings(), port, cron, at)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """检查这台机器缺什么，怎么补。"""
    from flows.doctor import diagnose
    from flows.settings import load_settings

    checks = diagnose(load_settings())
    if as_json:
        _print_json([{"name": c.name, "ok": c.ok, "message": c.message, "remedy": c.remedy} for c in checks])
    else:
        for check in checks:
            print(f"{'✓' if check.ok else '✗'} {check.name}：{check.message}")
            if not check.ok and check.remedy:
                print(f"    办法：{check.remedy}")
    if not all(check.ok for check in checks):
        raise typer.Exit(ENVIRONMENT)


@contextmanager
def _progress(enabled: bool) -> Iterator[None]:
    """A bar on the terminal's error stream, so that output can be piped; plain lines where there is no terminal."""
    from flows.progress import listening

    console = Console(stderr=True)
    if not (enabled and console.is_terminal):
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("准备", total=None)

        def listen(step: str, done: int, total: int) -> None:
            bars.update(bar, description=step, completed=done, total=total)

        with listening(listen):
            yield


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point: every error meant for people becomes one message and an exit code."""
    try:
        app(args=arguments, prog_name="sancu")
    except SancuError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CODES.get(type(error), BAD_INPUT))
    except KeyboardInterrupt:
        print("已中断。重新运行同一条命令会接着做。", file=sys.stderr)
        sys.exit(130)
    sys.exit(DONE)
