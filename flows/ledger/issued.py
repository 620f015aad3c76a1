"""The issues that were made, by what decides whether their figures still hold; manifests are not unpacked for that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, select

from flows.ledger.models import briefing, figure
from transforms.figures import Unit
from transforms.period import Period
from transforms.revisions import Issued, Printed

_FIGURES = ("files", "figures.csv", "sha256")


def made(connection: Connection, district: str, until: Period, known: Collection[int]) -> Iterator[Issued]:
    """Every issue of the months up to `until`, as current when it was made, but those whose ids are in `known`."""
    place = (briefing.c.district == district) & (briefing.c.period <= str(until)) & briefing.c.as_known.is_(None)
    new = [key for key in connection.execute(select(briefing.c.id).where(place)).scalars() if key not in known]
    columns = briefing.c
    wanted = select(
        *(columns.id, columns.period, columns.number, columns.made_at, columns.released_at, columns.fingerprint),
        columns.manifest["basis"].label("basis"),
        columns.manifest[_FIGURES].as_string().label("figures"),
    )
    for key in new:
        yield _issued(dict(connection.execute(wanted.where(columns.id == key)).mappings().one()))


def _issued(row: dict[str, Any]) -> Issued:
    basis = row["basis"] or {}  # none in issues of earlier versions: their method was another one
    received = dt.datetime.fromisoformat(basis["received"]) if basis.get("received") else row["made_at"]
    return Issued(
        id=row["id"],
        period=Period.parse(row["period"]),
        number=row["number"],
        made_at=row["made_at"],
        released_at=row["released_at"],
        received_at=received,
        fingerprint=row["fingerprint"],
        files=basis.get("files", ""),
        method=basis.get("method", ""),
        figures=row["figures"] or "",
        revised=basis.get("revised", ""),
    )


def printed(connection: Connection, key: int) -> dict[str, Printed]:
    """What an issue printed, by code; lineages stay packed."""
    wanted = select(figure.c.code, figure.c.value, figure.c.unit).filter_by(briefing_id=key)
    return {code: Printed(value, Unit(unit)) for code, value, unit in connection.execute(wanted)}
