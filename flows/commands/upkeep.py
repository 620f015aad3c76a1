"""Commands that keep the system for years: backup, restoring, the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.terminal import STOPPED, JsonOption, OutOption, print_json
from transforms.errors import UsageError

audit = typer.Typer(help="审计：谁在什么时候做了什么；有没有被改过。", no_args_is_help=True)


@audit.command("list")
def audit_list(
    last: Annotated[int, typer.Option("--last", metavar="条数", min=1, help="只列最后几条。")] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出做过的事，末行是可以抄下来的末条。"""
    from flows.auditing import head_of
    from flows.ledger import Ledger
    from flows.settings import load_settings
    from transforms.period import CHINA

    log = Ledger(load_settings().database_url).audit_log()
    if as_json:
        print_json([vars(entry) for entry in log[-last:]])
        return
    for e in log[-last:]:
        place = "  ".join(filter(None, (e.district, e.period, e.about[:12])))
        print(f"{e.number:>5}  {e.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}  {e.who}  {e.deed}  {place}".rstrip())
    print(f"末条 {head_of(log[-1])}" if log else "还没有审计记录。")


@audit.command("verify")
def audit_verify(
    head: Annotated[str, typer.Option("--head", metavar="末条", help="以前抄下的末条，查末尾有没有被截去。")] = "",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """核对审计记录、账本、存储和已出的简报有没有被改过；有则逐条列出，退出码为 1。"""
    from flows.auditing import faults
    from flows.ledger import Ledger
    from flows.settings import load_settings
    from flows.store import Store

    settings = load_settings()
    ledger = Ledger(settings.database_url)
    found = list(faults(ledger, Store(settings.store_url), out.absolute() if out else settings.out, head))
    number = len(ledger.audit_log())
    if as_json:
        print_json({"entries": number, "faults": found})
    else:
        for line in found or [f"审计记录 {number} 条，账本、存储和已出的简报都与记录相符。"]:
            print(line)
    if found:
        raise typer.Exit(STOPPED)


def backup(
    target: Annotated[Path, typer.Argument(metavar="文件或目录", help="写到哪里；目录里按时间起名。")],
    as_json: JsonOption = False,
) -> None:
    """备份账本、归档、各期文件和规则到一个文件；正在运行时也可以做。"""
    from flows.backups import backup as write_backup
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings = load_settings()
    require(settings, Role.MAINTAIN)
    _tell(write_backup(settings, target.expanduser().absolute()), "已备份", as_json)


def restore(
    source: Annotated[Path | None, typer.Argument(metavar="文件", help="sancu backup 写的文件。")] = None,
    from_archive: Annotated[bool, typer.Option("--from-archive", help="没有备份：用存储里的记录重建账本。")] = False,
    force: Annotated[bool, typer.Option("--force", help="代替现有的账本；不写时只恢复到空的。")] = False,
    as_json: JsonOption = False,
) -> None:
    """从备份恢复；先逐个核对校验值，有一个不对就什么都不动。只丢了账本的，可以从存储重建。"""
    from flows.backups import restore as put_back
    from flows.rebuilding import rebuild
    from flows.roles import Role, require
    from flows.settings import load_settings

    if (source is None) != from_archive:
        raise UsageError("请写明从哪里恢复：sancu restore 备份文件，或 sancu restore --from-archive。")
    settings = load_settings()
    require(settings, Role.MAINTAIN)
    if source is not None:
        _tell(put_back(settings, source.expanduser().absolute(), force), "已恢复", as_json)
        return
    rebuilt = rebuild(settings, force)
    _tell(rebuilt, "已从存储重建", as_json)
    if rebuilt.lost:
        raise typer.Exit(STOPPED)


def _tell(told: Any, done: str, as_json: bool) -> None:
    if as_json:
        print_json(vars(told))
        return
    for line in told.lines(done):
        print(line)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会清理什么、多少，不动。")] = False,
    as_json: JsonOption = False,
) -> None:
    """清理没有用的：中断留下的、旧的读数和信、被替换的送审稿；签发过的和现行的不动。"""
    from flows.clearing import clear
    from flows.roles import Role, require
    from flows.settings import load_settings

    settings = load_settings()
    if not dry_run:
        require(settings, Role.MAINTAIN)
    kinds = clear(settings, dry_run)
    if as_json:
        print_json([vars(kind) for kind in kinds])
        return
    for kind in kinds:
        print(kind.line())
    total = sum(kind.bytes for kind in kinds) / 2**20
    print(f"共 {total:.1f} MB，{'没有清理（--dry-run）' if dry_run else '已清理'}。")


def status(
    prometheus: Annotated[bool, typer.Option("--prometheus", help="按 Prometheus 的格式输出，供监控。")] = False,
    as_json: JsonOption = False,
) -> None:
    """各区做到哪一期、接下来做什么、哪些没做成，磁盘和调度服务怎样。"""
    from flows.prometheus import text
    from flows.settings import load_settings
    from flows.status import lines
    from flows.status import status as look

    told = look(load_settings())
    if as_json:
        print_json(told)
        return
    for line in text(told) if prometheus else lines(told):
        print(line)
