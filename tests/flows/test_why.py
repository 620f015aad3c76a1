"""From every figure that counts or adds up to its cells, and from the cells by hand to the figure again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import pytest

from flows import steps
from flows.explanation import Explanation
from flows.fingerprint import code_version
from flows.why import explain
from tests import pipeline
from tests.pipeline import ROOT, Run
from transforms import values
from transforms.errors import UsageError
from transforms.figures import Unit, half_up
from transforms.metrics import registry_of
from transforms.metrics.metric import Method, Metric

pytestmark = pytest.mark.xdist_group("june")


@pytest.fixture(scope="module")
def metrics(june: Run) -> dict[str, Metric]:
    return {metric.code: metric for metric in registry_of(june.month.configuration.district)}


@pytest.fixture(scope="module")
def told(june: Run) -> Callable[[str], Explanation]:
    """Explains a figure of the published June."""
    publish(june)
    return lambda code: explain(june.month.settings, code, "2014-06")


def publish(run: Run) -> None:
    if run.month.ledger.latest_briefing(run.month.code, run.month.period) is None:
        steps.publish_issue(run.month, run.plan, run.accepted, run.measured, run.view(), pipeline.UNPRINTED, {})


def codes(metrics: dict[str, Metric], method: Method) -> list[str]:
    return [code for code, metric in metrics.items() if metric.method is method]


def test_every_sum_is_the_sum_of_its_cells(
    june: Run, metrics: dict[str, Metric], told: Callable[[str], Explanation]
) -> None:
    """`number` is what was read; what was written, converted by hand, is in `test_whole`."""
    sums = codes(metrics, Method.TOTAL)
    assert len(sums) >= 25
    for code in sums:
        explanation, value = told(code), june.figures[code].value
        numbers = [cell.number for item in explanation.ranges for cell in item.cells]
        assert None not in numbers, code
        assert sum((n for n in numbers if n is not None), Fraction(0)) == (value or 0), code
        if value and numbers:
            assert explanation.total == value, code
            assert explanation.unit == metrics[code].unit.value or metrics[code].unit is Unit.HOMES, code


def test_every_number_of_rows_is_the_number_of_its_rows(
    june: Run, metrics: dict[str, Metric], told: Callable[[str], Explanation]
) -> None:
    counts = codes(metrics, Method.COUNT)
    assert len(counts) >= 40
    for code in counts:
        rows = {(item.place.submission, row_of(c.address)) for item in told(code).ranges for c in item.cells}
        assert len(rows) == (june.figures[code].value or 0), code


def test_every_number_of_different_things_is_that_of_its_cells(
    june: Run, metrics: dict[str, Metric], told: Callable[[str], Explanation]
) -> None:
    """An enterprise goes by the core of its code, whatever way it is written."""
    distinct = codes(metrics, Method.DISTINCT)
    assert len(distinct) >= 10
    for code in distinct:
        seen = set()
        for item in told(code).ranges:
            rows: dict[int, dict[str, str]] = {}
            for cell in item.cells:
                core = values.core(cell.read) if cell.column.name.endswith("_code") else cell.read
                rows.setdefault(row_of(cell.address), {})[cell.column.name] = core
            seen |= {tuple(row.values()) for row in rows.values() if "（空）" not in row.values()}
        assert len(seen) == (june.figures[code].value or 0), code


def row_of(address: str) -> int:
    return int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def test_every_figure_can_be_told_of(june: Run, told: Callable[[str], Explanation]) -> None:
    for code, figure in june.figures.items():
        lines = list(told(code).lines(every_cell=True))
        assert figure.definition in lines[2]
        if figure.done is not None and figure.due is not None:
            assert f"  公式：{half_up(figure.done, 6)} ÷ {half_up(figure.due, 6)}" in "\n".join(lines)


def test_the_sheets_unit_is_said_where_it_is_another(told: Callable[[str], Explanation]) -> None:
    """May's rewards came in 元, the housing areas stand in ㎡."""
    by_month = {str(item.period): item for item in told("reward.amount_to_date").ranges}
    assert by_month["2014-05"].conversions == ("元 → 万元，÷10000",)
    assert by_month["2014-06"].conversions == ()
    assert by_month["2014-05"].cells[0].read.endswith("万元")
    (place,) = told("housing.area").ranges
    assert place.conversions == ("平方米 → 万平方米，÷10000",)
    assert "      换算：平方米 → 万平方米，÷10000" in list(told("housing.area").lines())


def test_what_was_left_out_is_said_with_its_month(told: Callable[[str], Explanation]) -> None:
    explanation = told("reward.amount_to_date")
    assert [finding.cell for finding in explanation.excluded] == ["G25", "E125"]
    lines = "\n".join(explanation.lines())
    assert "2014-06 财政局.xlsx · 即征即奖兑现明细 · G25：" in lines
    assert "J4:J24,J26:J124" in lines
    assert "J6\t" not in lines
    assert "2014-02、2014-03、2014-04、2014-05 没有做过简报" in lines
    assert explanation.as_json()["unchecked"] == ["2014-02", "2014-03", "2014-04", "2014-05"]


def test_without_what_was_kept_the_archive_is_read_again_and_kept(
    june: Run, told: Callable[[str], Explanation], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told("reward.amount_to_date")
    root = june.month.settings.home / "store" / "readings"
    shutil.rmtree(root)
    assert told("reward.amount_to_date") == before
    assert list(root.glob("*.parquet"))

    def closed(*_: object) -> None:
        raise AssertionError("opened again")

    monkeypatch.setattr("flows.sandbox.Reader.read", closed)
    assert told("reward.amount_to_date") == before


def test_who_asks_for_what_is_not_there(june: Run, told: Callable[[str], Explanation]) -> None:
    with pytest.raises(UsageError, match=r"没有代码为“reward\.amount_to_dat”的指标。相近的有：reward\.amount_to_date"):
        told("reward.amount_to_dat")
    with pytest.raises(UsageError, match="2013-01 还没有做过简报"):
        explain(june.month.settings, "reward.amount_to_date", "2013-01")
    with pytest.raises(UsageError, match="没有区划代码为 999999 的区县"):
        explain(june.month.settings, "reward.amount_to_date", "2014-06", "999999")


def test_the_json_keeps_its_shape(told: Callable[[str], Explanation]) -> None:
    as_json = told("reward.amount_to_date").as_json()
    assert {"code", "label", "period", "value", "printed", "unit", "scope", "definition", "note"} <= set(as_json)
    assert as_json["exact"] == as_json["total"] == "11411"
    first = as_json["cells"][0]
    assert {"submission", "period", "file", "department", "sheet", "ranges", "subtotal", "unit", "cells"} <= set(first)
    assert set(first["cells"][0]) == {"address", "written", "read"}


WITHOUT_PANDAS = """
import sys
from flows import fingerprint
fingerprint.code_version = lambda: sys.argv[1]  # of the process that kept the sheets
from flows.settings import load_settings
from flows.why import explain
explain(load_settings(), "reward.amount_to_date", "2014-06")
print([name for name in ("pandas", "prefect", "great_expectations", "alembic") if name in sys.modules])
"""


def test_explaining_needs_no_pandas(june: Run, told: Callable[[str], Explanation]) -> None:
    """It alone takes a third of a second to import."""
    told("reward.amount_to_date")
    environment = {**os.environ, "SANCU_HOME": str(june.month.settings.home)}
    command = [sys.executable, "-c", WITHOUT_PANDAS, code_version()]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
