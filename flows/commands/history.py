"""The command about what has changed since it was printed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from flows.commands.terminal import DistrictOption, JsonOption, print_json
from transforms.errors import UsageError


class CauseName(StrEnum):
    """The words of the command line."""

    LATE = "late"
    ERROR = "error"
    METHOD = "method"
    SCOPE = "scope"


def revisions(
    period: Annotated[str, typer.Argument(metavar="期别", help="哪一月的简报；不写为全部。")] = "",
    cause: Annotated[
        CauseName | None,
        typer.Option("--cause", help="说明原因：late 迟报，error 差错，method 口径，scope 范围。重做后印出。"),
    ] = None,
    about: Annotated[str, typer.Option("--about", metavar="部门", help="说的是哪个部门的报表。")] = "",
    note: Annotated[str, typer.Option("--note", metavar="文字", help="补充说明，印在修订说明里。")] = "",
    signer: Annotated[str, typer.Option("--by", metavar="经办人", help="职务，记入账本，不印出。")] = "办公室",
    triangle: Annotated[str, typer.Option("--triangle", metavar="代码", help="一个指标各月在各期的数。")] = "",
    bias: Annotated[bool, typer.Option("--bias", help="各部门的数平均改了多少，谁惯常多报。")] = False,
    district: DistrictOption = None,
    as_json: JsonOption = False,
) -> None:
    """已印出的数后来改成多少、为什么、涉及哪几期；也用来说明原因。"""
    from flows import revision_reports as reports
    from flows.configuration import load_configuration
    from flows.ledger import Ledger
    from flows.roles import Role, require
    from flows.sealing import seal
    from flows.settings import load_settings
    from flows.store import Store
    from transforms.period import Period
    from transforms.revisions import Cause

    settings = load_settings()
    known = load_configuration(settings.data, district or settings.district).district
    ledger = Ledger(settings.database_url)
    month = Period.parse(period) if period else None
    if cause is not None or about:
        if month is None or cause is None or not about:
            raise UsageError(
                "说明原因要写明期别、--cause 和 --about，如：sancu revisions 2014-06 --cause error --about 金融办"
            )
        require(settings, Role.EXPLAIN)
        files = reports.say_why(ledger, known.code, month, about, Cause[cause.name], note, signer)
        seal(ledger, Store(settings.store_url))
        print(f"已记下 {'、'.join(files)} 的原因；重做 {month} 的简报后印出：sancu run {month}")
    elif triangle:
        found = reports.triangle_of(ledger, known, triangle)
        _print(as_json, found, reports.triangle_lines(found))
    elif bias:
        moved = reports.bias_of(ledger, known)
        _print(as_json, moved, reports.bias_lines(moved))
    else:
        told = reports.told(ledger, known.code, month)
        if as_json:
            print_json([one.as_json() for one in told])
            return
        for line in (line for one in told for line in one.lines()):
            print(line)
        if not told:
            print("各期简报都没有修订。")


def _print(as_json: bool, value: Any, lines: Any) -> None:
    if not as_json:
        for line in lines:
            print(line)
    elif isinstance(value, list):
        print_json([_plain(one) for one in value])
    else:
        rows = {
            str(month): [None if one.value is None else str(one.value) for one in row]
            for month, row in value.rows.items()
        }
        print_json({"code": value.code, "issues": [str(one) for one in value.issues], "rows": rows})


def _plain(bias: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(bias) | {"mean": None if bias.mean is None else str(bias.mean)}
