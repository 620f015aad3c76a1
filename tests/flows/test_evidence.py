"""The evidence workbook of real figures, opened as an auditor would."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from flows import atomic, steps
from flows.evidence import write_evidence
from flows.ledger.audit import Deed
from flows.roles import FILE
from flows.settings import Settings
from tests import pipeline
from tests.pipeline import SAMPLE, Run
from transforms.errors import EnvironmentFailure, NotAllowed, UsageError

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


def text_of(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def test_petitioners_are_shown_to_whom_asks_and_may_and_that_is_entered(
    june: Run, settings: Settings, tmp_path: Path
) -> None:
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    code = "petition.cases"
    masked = text_of(write_evidence(settings, code, "2014-06", tmp_path / "遮盖.xlsx"))
    path = write_evidence(settings, code, "2014-06", tmp_path / "不遮盖.xlsx", unmasked=True)
    shown = text_of(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [name for name in names if name in masked] == []
    assert masked.count("××") > 10 and "××" not in shown and sum(name in shown for name in names) > 10
    last = june.month.ledger.audit_log()[-1]
    assert (last.deed, last.district, last.period, last.details) == (
        Deed.UNMASKED,
        "350303",
        "2014-06",
        {"figure": code},
    )
    again = text_of(write_evidence(settings, code, "2014-06", tmp_path / "又.xlsx"))
    assert again == masked  # nothing of it was kept


def test_who_may_not_see_petitioners_gets_no_file(settings: Settings, tmp_path: Path) -> None:
    file = settings.home / FILE
    file.write_text("petitions = ['信访局']\n", encoding="utf-8")
    try:
        with pytest.raises(NotAllowed, match="不能看信访人的信息，能的有：信访局"):
            write_evidence(settings, "petition.cases", "2014-06", tmp_path / "不遮盖.xlsx", unmasked=True)
    finally:
        file.unlink()
    assert list(tmp_path.iterdir()) == []
