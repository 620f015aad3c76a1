"""What was read is kept once, and what is damaged or missing is read again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from flows import readings, steps
from flows.ledger import Ledger
from flows.readings import Readings
from flows.store import Store
from tests.pipeline import Run
from transforms.errors import EnvironmentFailure
from transforms.tables import Table

pytestmark = pytest.mark.xdist_group("june")
SHEET = "即征即奖兑现明细"


@pytest.fixture
def table(june: Run) -> Table:
    own = [s for s in june.plan.submissions if s.period == june.month.period and s.department == "财政局"]
    (intake,) = steps.read_files(june.month, own)
    return next(table for table in intake.tables if table.sheet == SHEET)


@pytest.fixture
def kept(june: Run) -> Readings:
    return Readings(june.month.settings, june.month.code, Ledger(june.month.settings.database_url))


def files(june: Run) -> list[Path]:
    return sorted((june.month.settings.home / "store" / "readings").glob("*.parquet"))


def test_kept_once_and_read_back(june: Run, table: Table, kept: Readings) -> None:
    readings.keep(june.month.store, june.month.configuration, [table])
    before = {path: path.stat().st_mtime_ns for path in files(june)}
    readings.keep(june.month.store, june.month.configuration, [table])
    assert {path: path.stat().st_mtime_ns for path in files(june)} == before
    reading = kept.load(table.submission.sha256, SHEET)
    assert reading is not None
    assert reading.rows == tuple(table.frame.index)
    assert reading.values["amount_fen"] == table.frame["amount_fen"].tolist()
    assert kept.load(table.submission.sha256, "没有") is None


def test_a_damaged_one_is_replaced(june: Run, table: Table, kept: Readings) -> None:
    readings.keep(june.month.store, june.month.configuration, [table])
    for path in files(june):
        path.write_bytes(path.read_bytes()[:100])
    assert kept.load(table.submission.sha256, SHEET) is None
    again = kept.read(table.submission.sha256, SHEET, ("J",))
    assert again.values["amount_fen"] == table.frame["amount_fen"].tolist()
    assert kept.load(table.submission.sha256, SHEET, ("J",)) == again


def test_what_reading_depends_on_is_in_the_key(june: Run, table: Table, kept: Readings) -> None:
    configuration = june.month.configuration
    name = next(name for name in configuration.texts if name.startswith("contracts/"))
    other = dataclasses.replace(configuration, texts={**configuration.texts, name: configuration.texts[name] + "\n"})
    readings.keep(june.month.store, configuration, [table])
    before = files(june)
    readings.keep(june.month.store, other, [table])
    assert len(files(june)) == len(before) + 1
    target = next(name for name in configuration.texts if name.startswith("districts/"))
    readings.keep(
        june.month.store, dataclasses.replace(configuration, texts={**configuration.texts, target: ""}), [table]
    )
    assert len(files(june)) == len(before) + 1


def test_a_sheet_that_the_contracts_of_today_do_not_find(june: Run, table: Table, kept: Readings) -> None:
    with pytest.raises(EnvironmentFailure, match="按现在的规定读不出“别的”这张表"):
        kept.read(table.submission.sha256, "别的")


def test_the_store_says_what_it_has(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}/store")
    assert not store.has_reading("k")
    store.put_reading("k", b"1")
    assert store.has_reading("k")
