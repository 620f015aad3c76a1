"""Commands about the machine: the service, and what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.terminal import ENVIRONMENT, JsonOption, print_json


def serve(
    port: Annotated[int, typer.Option(metavar="端口", help="本机端口，默认 4200；0 为任选。")] = 4200,
    cron: Annotated[str, typer.Option(metavar="表达式", help="什么时候巡查，如 '*/10 * * * *'；默认每小时整点。")] = "",
    at: Annotated[str, typer.Option(metavar="时刻", help="演练：当作现在是这一时刻，如 2014-06-30T08:05。")] = "",
) -> None:
    """在本机运行调度服务：按时收文、催报、做送审稿、出刊，直到 Ctrl-C。"""
    from flows.roles import Role, require
    from flows.serve import serve as run_service
    from flows.settings import load_settings

    settings = load_settings()
    require(settings, Role.RUN)
    run_service(settings, port, cron, at)


def doctor(as_json: JsonOption = False) -> None:
    """检查这台机器缺什么，怎么补。"""
    from flows.doctor import diagnose
    from flows.settings import load_settings

    checks = diagnose(load_settings())
    if as_json:
        print_json([{"name": c.name, "ok": c.ok, "message": c.message, "remedy": c.remedy} for c in checks])
    else:
        for check in checks:
            print(f"{'✓' if check.ok else '✗'} {check.name}：{check.message}")
            if not check.ok and check.remedy:
                print(f"    办法：{check.remedy}")
    if not all(check.ok for check in checks):
        raise typer.Exit(ENVIRONMENT)
