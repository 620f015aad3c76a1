"""Which enterprises a figure in 家 counted, read back from the cells that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transforms.errors import EnvironmentFailure
from transforms.figures import Figure
from transforms.metrics.metric import Metric
from transforms.ranges import spans

Row = tuple[str, int]  # SHA-256 of the submission, row of the sheet


def counted(metric: Metric, figure: Figure, rows: Mapping[str, Mapping[Row, str | None]]) -> frozenset[str]:
    """The organisation codes (their 9-character core) behind the figure; `rows` has them by dataset.

    Raises:
        EnvironmentFailure: they are not as many as the figure says: its issue and its rows do not belong together.
    """
    known = rows[metric.datasets[0]]
    found = frozenset(code for row in _rows(metric, figure) if (code := known.get(row)))
    if len(found) != (figure.value or 0):
        raise EnvironmentFailure(
            f"{figure.label}（{figure.code}）印的是 {figure.value} 家，明细中却有 {len(found)} 家；"
            "请先把这个区县这个月的简报重做一遍（sancu backfill … --only all）。"
        )
    return found


def _rows(metric: Metric, figure: Figure) -> Iterator[Row]:
    """Of several sheets the first is the one whose enterprises are counted, the others say why."""
    for place in figure.cells:
        if len(metric.datasets) == 1 or place.sheet == figure.cells[0].sheet:
            for span in spans(place.ranges):
                yield from ((place.submission, row) for row in range(span.first, span.last + 1))
