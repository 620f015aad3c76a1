"""The evidence workbook of real figures, opened as an auditor would."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from flows import atomic, steps
from flows.evidence import write_evidence
from flows.settings import Settings
from tests import pipeline
from tests.pipeline import SAMPLE, Run
from transforms.errors import EnvironmentFailure, UsageError

pytestmark = pytest.mark.xdist_group("june")
MARK = "FFFFE699"


@pytest.fixture(scope="module")
def settings(june: Run) -> Settings:
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
    return june.month.settings


def test_the_marked_cells_add_up_by_hand(june: Run, settings: Settings, tmp_path: Path) -> None:
    path = write_evidence(settings, "reward.amount_to_date", "2014-06", tmp_path / "依据.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["说明", "即征即奖兑现明细", "没有计入"]
    rows = list(book["即征即奖兑现明细"].iter_rows(min_row=2))
    marked = [cell for row in rows for cell in row if cell.fill.fgColor.rgb == MARK]
    assert len(marked) == sum(place.rows for place in june.figures["reward.amount_to_date"].cells)
    read = [row[-1].value for row in rows[:-1]]
    assert sum(Fraction(str(number)) for number in read) == 11411
    assert rows[-1][-1].value == f"=SUM({rows[0][-1].coordinate}:{rows[-2][-1].coordinate})"
    cached = openpyxl.load_workbook(path, data_only=True)["即征即奖兑现明细"]
    assert cached[rows[-1][-1].coordinate].value == 11411
    may = next(row for row in rows if row[0].value == "2014-05")
    assert (may[-3].value, may[-1].value) == ("353614", 35.3614) or may[-1].value == float(may[-3].value) / 10_000


def test_each_range_links_to_its_rows_and_back(settings: Settings, tmp_path: Path) -> None:
    path = write_evidence(settings, "reward.amount_to_date", "2014-06", tmp_path / "依据.xlsx")
    book = openpyxl.load_workbook(path)
    about = book["说明"]
    lines = [row for row in about.iter_rows() if row[-1].value == "看原文"]
    assert [row[0].value for row in lines] == ["2014-02", "2014-03", "2014-04", "2014-05", "2014-06"]
    for row in lines:
        sheet, _, address = row[-1].hyperlink.location.rpartition("!")
        first = book[sheet.strip("'")][address]
        assert first.value == row[0].value
        assert book[sheet.strip("'")].cell(first.row, 4).value == int(row[3].value.lstrip("J").split(":")[0])
        assert first.hyperlink.location == f"'说明'!{row[0].coordinate}"


def test_what_was_set_aside_is_listed(settings: Settings, tmp_path: Path) -> None:
    path = write_evidence(settings, "reward.amount_to_date", "2014-06", tmp_path / "依据.xlsx")
    listed = list(openpyxl.load_workbook(path)["没有计入"].iter_rows(values_only=True))
    assert [row[3:5] for row in listed[1:3]] == [("G25", "RP02"), ("E125", "RP03")]
    assert "没有做过简报" in str(listed[3][0])


def test_every_kind_of_figure_has_one(june: Run, settings: Settings, tmp_path: Path) -> None:
    """Rates, medians, counts, district targets, zeros: one of each unit, scope and shape."""
    shapes = {}
    for code, figure in june.figures.items():
        shape = (figure.unit, bool(figure.inputs), bool(figure.cells), figure.value is None, figure.value == 0)
        shapes.setdefault(shape, code)
    assert len(shapes) > 12
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    for code in shapes.values():
        book = openpyxl.load_workbook(write_evidence(settings, code, "2014-06", tmp_path / f"{code}.xlsx"))
        assert book.sheetnames[0] == "说明"
        assert ("口径" in book.sheetnames) == bool(june.figures[code].inputs)
        for sheet in book:
            assert sheet.freeze_panes
            assert not sheet.merged_cells.ranges
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.page_setup.fitToHeight == 0
            text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
            assert [name for name in names if name in text] == []


def test_the_same_figure_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path in (first, second):
        write_evidence(settings, "housing.area", "2014-06", path)
    assert first.read_bytes() == second.read_bytes()


def test_a_name_that_is_no_workbook_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "目录.xlsx").mkdir()
    for name in ("依据.csv", "依据", "目录.xlsx"):
        with pytest.raises(UsageError, match=r"应是一个以 \.xlsx 结尾的文件名"):
            write_evidence(settings, "housing.area", "2014-06", tmp_path / name)


def test_a_full_disk_leaves_the_old_file(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "依据.xlsx"
    path.write_bytes(b"old")

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "stage", full)
    with pytest.raises(EnvironmentFailure, match="磁盘已满"):
        write_evidence(settings, "housing.area", "2014-06", path)
    assert path.read_bytes() == b"old"
