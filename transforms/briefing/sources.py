"""Where a printed figure comes from, in plain Chinese for annex 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from transforms.briefing.view import Entry
from transforms.figures import Figure

INPUTS_NAMED = 4
RANGES_LENGTH = 24
COMPUTED = "由其他指标计算"
DISTRICT_FILE = "区级设定文件"
NOTHING_FOUND = "查过全表，没有符合的行"


def entries(figures: Mapping[str, Figure], codes: Iterable[str]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """One entry a code, grouped by source; groups and entries in the order of `codes`."""
    groups: dict[str, list[Entry]] = {}
    for code in codes:
        groups.setdefault(source(figures[code]), []).append(Entry(code, place(figures[code], figures)))
    return tuple((name, tuple(rows)) for name, rows in groups.items())


def source(figure: Figure) -> str:
    """File and sheet of the latest cells; what else the value comes from; who did not report it."""
    if figure.cells:
        latest = figure.cells[-1]
        return f"{latest.department}：{latest.filename}·{latest.sheet}"
    if figure.inputs:
        return COMPUTED
    if figure.from_district_file:
        return DISTRICT_FILE
    return figure.note or "没有来源"


def place(figure: Figure, figures: Mapping[str, Figure]) -> str:
    """The cells, the figures computed with, or the key in the district file; and why a value is missing."""
    parts = []
    if figure.cells:
        latest, submissions = figure.cells[-1], {c.submission for c in figure.cells}
        parts.append(f"{_cut(latest.ranges)}（{latest.rows}行）" if latest.rows else NOTHING_FOUND)
        if len(submissions) > 1:
            parts.append(f"各期共{len(submissions)}份{sum(c.rows for c in figure.cells)}行")
    elif figure.inputs:
        labels = [figures[code].label if code in figures else code for code in figure.inputs]
        parts.append(f"由{'、'.join(labels[:INPUTS_NAMED])}{'等' if len(labels) > INPUTS_NAMED else ''}计算")
    if figure.from_district_file:
        parts.append(figure.from_district_file)
    if figure.note:
        parts.append(figure.note)
    return "；".join(parts) or "—"


def _cut(ranges: str) -> str:
    """Whole ranges up to about `RANGES_LENGTH` characters; the rest stands in figures.csv."""
    if len(ranges) <= RANGES_LENGTH:
        return ranges
    return f"{ranges[:RANGES_LENGTH].rpartition(',')[0]}等"
