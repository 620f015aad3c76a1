"""What goes back from a figure to its cells and from a cell to the figures: reads only what each question needs, since a
ledger of ten years holds thousands of lineages."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from flows.ledger import models, records
from transforms.figures import CellRange, Figure
from transforms.findings import Finding
from transforms.period import Period

_AT_ONCE = 500  # values in one IN (…)
_JSON = json.JSONDecoder()
Current = dict[Period, int]  # the current briefing's id, by month


def current(connection: Connection, district: str, since: Period | None = None) -> Current:
    """The current briefing of each month, as `Ledger.latest_briefing` chooses it, earliest month first."""
    table = models.briefing
    wanted = (
        select(table.c.period, table.c.id)
        .where(table.c.district == district, table.c.as_known.is_(None))
        .order_by(table.c.period, table.c.confirmed_at, table.c.id)
    )
    if since is not None:
        wanted = wanted.where(table.c.period >= str(since))
    return {Period.parse(period): key for period, key in connection.execute(wanted)}


def figures(connection: Connection, briefing: int, codes: Collection[str]) -> dict[str, Figure]:
    """Those of a briefing's figures that have one of the codes, in the order recorded."""
    table = models.figure
    found: list[dict[str, Any]] = []
    for part in _parts(codes):
        wanted = select(table).filter_by(briefing_id=briefing).where(table.c.code.in_(part))
        found += [dict(row) for row in connection.execute(wanted).mappings()]
    return {row["code"]: records.figure_of(row) for row in sorted(found, key=lambda row: row["position"])}


def codes(connection: Connection, briefing: int) -> list[str]:
    table = models.figure
    wanted = select(table.c.code).filter_by(briefing_id=briefing).order_by(table.c.position)
    return list(connection.execute(wanted).scalars())


class Traced(NamedTuple):
    """A figure's lineage, its cells only so far as they stand in one submission."""

    code: str
    label: str
    printed: str
    unit: str
    inputs: tuple[str, ...]
    cells: tuple[CellRange, ...]


def lineages(connection: Connection, briefing: int, submission: str) -> Iterator[Traced]:
    """Every figure of a briefing, in its order, with the cells of one submission."""
    columns = models.figure.c
    wanted = select(columns.code, columns.label, columns.printed, columns.unit, columns.lineage)
    for code, label, printed, unit, packed in connection.execute(
        wanted.where(columns.briefing_id == briefing).order_by(columns.position)
    ):
        text = zlib.decompress(packed).decode()
        inputs, _ = _JSON.raw_decode(text, 1)  # `[[inputs],[cells]]`
        own = tuple(_cells_in(text, submission))
        yield Traced(code, label, printed, unit, tuple(inputs), own)


def _cells_in(lineage: str, submission: str) -> Iterator[CellRange]:
    """To parse all the cells of ten years takes seconds. A quotation mark inside a string is written \\", so that what
    is looked for can stand nowhere else."""
    start = f'["{submission}"'
    at = lineage.find(start)
    while at != -1:
        cell, end = _JSON.raw_decode(lineage, at)
        yield CellRange(*cell)
        at = lineage.find(start, end)


class Receipt(NamedTuple):
    """A file as received once."""

    period: Period
    department: str
    filename: str
    sha256: str


def receipts(connection: Connection, district: str, sha256: str) -> list[tuple[Receipt, Receipt]]:
    """Each receipt of these bytes, and the last receipt of the same inbox, month and department: itself, when it is in
    force."""
    table = models.submission
    rows = [
        dict(row) for row in connection.execute(select(table).filter_by(district=district, sha256=sha256)).mappings()
    ]
    found = []
    for row in rows:
        place = {name: row[name] for name in ("inbox", "district", "period", "department")}
        beside = select(table).filter_by(**place).order_by(table.c.received_at.desc(), table.c.id.desc()).limit(1)
        last = connection.execute(beside).mappings().one()
        found.append((_receipt(row), _receipt(dict(last))))
    return found


def _receipt(row: dict[str, Any]) -> Receipt:
    return Receipt(Period.parse(row["period"]), row["department"], row["filename"], row["sha256"])


def findings(connection: Connection, briefings: Collection[int], submissions: Collection[str]) -> list[Finding]:
    """What these briefings found in these submissions."""
    table = models.finding
    found: list[dict[str, Any]] = []
    wanted_in = set(submissions)
    for part in _parts(briefings):
        wanted = select(table).where(table.c.briefing_id.in_(part)).order_by(table.c.briefing_id, table.c.position)
        found += [dict(row) for row in connection.execute(wanted).mappings() if row["submission"] in wanted_in]
    return [records.finding_of(row) for row in found]


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(items)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
