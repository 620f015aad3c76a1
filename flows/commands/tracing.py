"""Commands that explain: where a figure comes from, where a cell went, queries, catalogue and dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.terminal import DistrictOption, JsonOption, PeriodArgument, print_json
from transforms.errors import UsageError


def why(
    figure: Annotated[str, typer.Argument(metavar="指标代码", help="如 reward.amount_to_date。")],
    period: PeriodArgument,
    district: DistrictOption = None,
    cells: Annotated[bool, typer.Option("--cells", help="逐格列出原文和读数。")] = False,
    xlsx: Annotated[Path | None, typer.Option(metavar="文件", help="把所依据的各行抄出，写成证据工作簿。")] = None,
    unmask: Annotated[
        bool, typer.Option("--unmask", help="信访人等不遮盖；要有权限，记入审计。只用于 --xlsx。")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """说明一个数的含义，以及它来自哪些单元格。"""
    from flows.settings import load_settings
    from flows.why import explain

    if xlsx is not None:
        from flows.evidence import write_evidence

        print(write_evidence(load_settings(), figure, period, xlsx.absolute(), district, unmask))
        return
    if unmask:
        raise UsageError("--unmask 要与 --xlsx 文件 同用：不遮盖的内容只写进只有本人能读的文件，不在屏幕上显示。")
    explanation = explain(load_settings(), figure, period, district)
    if as_json:
        print_json(explanation.as_json())
        return
    for line in explanation.lines(every_cell=cells):
        print(line)


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
        print_json(found.as_json())
        return
    for line in found.lines():
        print(line)


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
        print_json(result.as_json())
    elif as_csv:
        print(result.csv(), end="")
    else:
        print("\n".join(result.lines()))


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
        print_json([entry.as_json() for entry in found])
        return
    if not found:
        raise UsageError(f"没有含“{pattern}”的指标；不带词运行 sancu metrics 列出全部。")
    for line in (line for entry in found for line in entry.lines()):
        print(line)


def dictionary(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="目录", help="写到哪个目录，默认 docs。")] = Path("docs"),
) -> None:
    """生成数据字典、Frictionless 数据包说明、指标目录和 SQL 视图说明。"""
    from flows.dictionary import write
    from flows.settings import load_settings

    for path in write(load_settings(), out.absolute()):
        print(path)
