"""From a cell to the figures that it reached, or why it reached none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import readings, steps
from flows.ledger import Arrival, Ledger
from flows.ledger.tracing import Traced
from flows.store import sha256_of
from flows.uses import Place, Uses, reached, uses
from tests import pipeline
from tests.pipeline import INBOX, Run
from transforms.errors import UsageError
from transforms.figures import CellRange
from transforms.lineage import expand
from transforms.period import Period

pytestmark = pytest.mark.xdist_group("june")
FILE = INBOX / "350303/2014-06/财政局.xlsx"
SHEET = "即征即奖兑现明细"


@pytest.fixture(scope="module")
def ask(june: Run) -> Callable[[str], Uses]:
    """Asks about a cell of the finance bureau's sheet of the published June."""
    if june.month.ledger.latest_briefing(june.month.code, june.month.period) is None:
        steps.publish_issue(
            june.month,
            june.plan,
            june.accepted,
            june.measured,
            june.view(),
            pipeline.UNPRINTED,
            {},
        )
    own = [s for s in june.plan.submissions if s.period == june.month.period and s.department == "财政局"]
    for intake in steps.read_files(june.month, own):
        readings.keep(june.month.store, june.month.configuration, intake.tables)
    return lambda cell: uses(june.month.settings, FILE, SHEET, cell)


def test_an_amount_reaches_every_sum_of_it(ask: Callable[[str], Uses]) -> None:
    told = ask("j6")
    reached = {use.code for use in told.uses}
    assert {"reward.amount_month", "reward.amount_year", "reward.amount_to_date", "reward.amount_rate"} <= reached
    assert "reward.enterprises_month" in {use.code for use in told.row_uses}
    assert told.findings == ()
    assert (told.cell, told.header, told.written, told.read) == ("J6", "奖励金额", "29.7266", "29.7266万元")
    lines = list(told.lines())
    assert lines[0] == f"2014-06 财政局 财政局.xlsx · {SHEET} · J6"
    assert "    累计兑现奖励（reward.amount_to_date）= 11411万元" in lines


def test_both_ways_agree_for_every_figure(june: Run, ask: Callable[[str], Uses]) -> None:
    """Every tenth row of the sheet: a figure is told exactly where its lineage holds the cell."""
    own = june.plan.submissions
    (sha,) = (s.sha256 for s in own if s.department == "财政局" and s.period == june.month.period)
    held: dict[str, set[str]] = {}
    for code, figure in june.figures.items():
        for place in figure.cells:
            if (place.submission, place.sheet) == (sha, SHEET):
                for address in expand(place.ranges):
                    held.setdefault(address, set()).add(code)
    for row in range(4, 124, 10):
        for letters in "CJ":
            told = ask(f"{letters}{row}").uses
            direct = held.get(f"{letters}{row}", set())
            assert direct <= {use.code for use in told}
            assert all(use.via for use in told if use.code not in direct)


def test_figures_of_figures_are_told_with_what_they_are_computed_from(ask: Callable[[str], Uses]) -> None:
    (rate,) = (use for use in ask("J6").uses if use.code == "reward.amount_rate")
    assert rate.via == ("reward.amount_year",)
    assert rate.line() == "    年度兑现率（reward.amount_rate）= 57.1%（经由 reward.amount_year）"


def test_the_cell_reaches_through_any_number_of_figures_in_any_order() -> None:
    def figure(code: str, *inputs: str, ranges: str = "") -> Traced:
        cells = (CellRange("a" * 64, "财政局", "财政局.xlsx", SHEET, ranges, 1),) if ranges else ()
        return Traced(code, code, "—", "家", inputs, cells)

    figures = [
        figure("third", "second", "other"),
        figure("first", ranges="J4:J9"),
        figure("other", ranges="J1:J3,K4:K9"),
        figure("second", "first"),
    ]
    told = reached(Period(2014, 6), figures, Place(SHEET, "J", 9))
    assert [(use.code, use.via) for use in told] == [("third", ("second",)), ("first", ()), ("second", ("first",))]
    assert told[0].printed == "—"
    assert reached(Period(2014, 6), figures, Place("别的表", "J", 9)) == []
    assert reached(Period(2014, 6), figures, Place(SHEET, "J", 10)) == []


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("G25", "这一行已退回，没有计入"),
        ("J25", "这一行已退回，没有计入"),
        ("E125", "税种只能填“房产税”或“土地使用税”（RP03）"),
        ("A1", "这一格不是数据"),
        ("J3", "这一格不是数据"),
        ("J999", "这一格不是数据"),
        ("ZZ5", "这一格不是数据"),
    ],
)
def test_why_a_cell_reached_nothing(ask: Callable[[str], Uses], cell: str, why: str) -> None:
    told = ask(cell)
    assert (told.uses, told.row_uses) == ((), ())
    assert why in told.why_none
    assert f"  没有进入任何指标：{told.why_none}" in list(told.lines())


def test_a_cell_that_rows_are_only_chosen_by_tells_what_counted_the_row(ask: Callable[[str], Uses]) -> None:
    told = ask("D10")
    assert told.uses == ()
    assert "reward.amount_to_date" in {use.code for use in told.row_uses}
    assert told.as_json()["why_none"] == "没有指标直接用到这一格。"


@pytest.mark.parametrize("cell", ["6J", "J", "", "J0", "第6行", "J6:J9", "J99999999"])
def test_what_is_no_address_is_refused(ask: Callable[[str], Uses], cell: str) -> None:
    with pytest.raises(UsageError, match="不是单元格地址"):
        ask(cell)


def test_an_unknown_sheet_is_refused_with_those_known(june: Run, ask: Callable[[str], Uses]) -> None:
    ask("J6")
    with pytest.raises(UsageError, match=f"里没有“明细”这张表。账本里它有：“{SHEET}”"):
        uses(june.month.settings, FILE, "明细", "J6")


def test_an_unknown_file_is_refused(june: Run, tmp_path: Path) -> None:
    changed = tmp_path / "财政局.xlsx"
    changed.write_bytes(FILE.read_bytes() + b" ")
    with pytest.raises(UsageError, match=r"账本里没有收过“财政局\.xlsx”这个文件（按内容比对"):
        uses(june.month.settings, changed, SHEET, "J6")
    with pytest.raises(UsageError, match="没有文件"):
        uses(june.month.settings, tmp_path / "没有.xlsx", SHEET, "J6")


def test_the_file_may_go_by_another_name(june: Run, ask: Callable[[str], Uses], tmp_path: Path) -> None:
    copy = shutil.copy(FILE, tmp_path / "副本.xlsx")
    assert uses(june.month.settings, Path(copy), SHEET, "J6") == ask("J6")


def test_the_json_says_the_same(ask: Callable[[str], Uses]) -> None:
    told = ask("J6")
    as_json = told.as_json()
    assert [use["code"] for use in as_json["uses"]] == [use.code for use in told.uses]
    assert (as_json["period"], as_json["sheet"], as_json["cell"], as_json["why_none"]) == ("2014-06", SHEET, "J6", "")


def test_without_what_was_kept_the_archive_is_read_again(june: Run, ask: Callable[[str], Uses]) -> None:
    before = ask("J6")
    shutil.rmtree(june.month.settings.home / "store" / "readings")
    assert ask("J6") == before


def test_a_file_that_another_has_taken_the_place_of(june: Run, ask: Callable[[str], Uses], tmp_path: Path) -> None:
    """The same month sent twice: a cell of the first file tells which file counts."""
    ask("J6")
    ledger, period = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite"), june.month.period.plus(1)
    digests = [sha256_of(data) for data in (b"first", b"second")]
    for day, (digest, name) in enumerate(zip(digests, ("财政局.xlsx", "财政局（更正）.xlsx"), strict=True), 1):
        at = dt.datetime(2014, 8, day, tzinfo=dt.UTC)
        ledger.record_submissions(june.month.code, period, [Arrival(digest, "财政局", name, 5, at)], at, "twice")
    receipt, in_force = ledger.receipts(june.month.code, digests[0])[0]
    assert (receipt.filename, in_force.filename) == ("财政局.xlsx", "财政局（更正）.xlsx")
    told = dataclasses.replace(ask("A1"), replaced_by=in_force.filename)
    assert told.why_none == "这个文件后来由“财政局（更正）.xlsx”取代，按后来的文件计。"
