"""The scenario of docs/corrections.md: 金融办 corrects May in June. Nothing that was issued changes, June tells of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from flows import month as months
from flows import revising, steps
from flows.documents import PDF, Documents
from flows.ledger import Editorial, Word
from flows.month import Issue, Month
from flows.settings import load_settings
from tests import pipeline
from tests.pipeline import INBOX, environment
from transforms.briefing import printing
from transforms.figures import show
from transforms.period import CHINA, Period
from transforms.revisions import Cause, Revision

APRIL, MAY, JUNE = (Period(2014, month) for month in (4, 5, 6))
CONTRACT = "RZ-2014-006"  # a bank loan of February that stands in every later register
CODE = "loan.bank_to_date"


def correct(inbox: Path, period: str, less: float) -> None:
    """The department's own sheet with one amount lowered and the total with it, sent again on 20 June."""
    folder = inbox / "350303" / period
    rows = CalamineWorkbook.from_path(folder / "金融办.xls").get_sheet_by_index(0).to_python(skip_empty_area=False)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "融资支持台账"
    for row in rows:
        if row[1] == CONTRACT or row[0] == "合计":
            row[5] = float(row[5]) - less  # type: ignore[arg-type]
        sheet.append([None if cell == "" else cell for cell in row])
    book.save(folder / "金融办（更正）.xlsx")
    with (folder / "收文登记.csv").open("a", encoding="utf-8") as register:
        register.write("金融办（更正）.xlsx,2014-06-20T09:12:00+08:00,金融办经办人\n")


@dataclasses.dataclass(frozen=True)
class Office:
    """One ledger over an inbox that fills as the months go by."""

    home: Path
    inbox: Path

    def month(self, period: Period, as_known: dt.date | None = None) -> Month:
        with environment(SANCU_HOME=str(self.home / "var"), SANCU_OUT=str(self.home / "out")):
            return months.open_month(load_settings(), str(period), inbox=str(self.inbox), as_known=as_known)

    def receive(self, period: Period) -> None:
        shutil.copytree(INBOX / "350303" / str(period), self.inbox / "350303" / str(period))

    def make(self, period: Period, as_known: dt.date | None = None) -> Issue:
        """What the flow does, with the page's HTML for its PDF."""
        month = self.month(period, as_known)
        run = pipeline.measured(month)
        if issue := months.unchanged(month, run.plan):
            return issue
        made = Documents({PDF: printing.html(run.view()).encode()})
        return steps.publish_issue(month, run.plan, run.accepted, run.measured, run.view(), made, {})


def kept(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """April, May and their issues; then the correction of May, and June's files."""
    home = tmp_path_factory.mktemp("office")
    office = Office(home, home / "inbox")
    for period in Period(2014, 2).through(APRIL):
        office.receive(period)
    office.make(APRIL)
    office.receive(MAY)
    office.make(MAY)
    shutil.copytree(home / "out", home / "then")
    correct(office.inbox, "2014-05", 100)
    office.receive(JUNE)
    return office


@pytest.fixture(scope="module")
def june_told(office: Office) -> Issue:
    return office.make(JUNE)


def revision(issue: Issue, code: str = CODE) -> Revision:
    (found,) = [one for one in map(Revision.of_json, issue.briefing.manifest["revisions"]) if one.code == code]
    return found


def test_june_tells_what_the_correction_changed(june_told: Issue) -> None:
    found = revision(june_told)
    assert found.old is not None and found.new is not None
    assert (found.period, found.old - found.new, found.unit.value) == (MAY, 100, "万元")
    assert (found.department, found.filed_for, found.filename) == ("金融办", MAY, "金融办（更正）.xlsx")
    assert (found.cause, found.issues) == (None, (4,))
    page = june_told.pdf.read_text(encoding="utf-8")
    assert "金融办2014年5月报表，6月20日09:12重报“金融办（更正）.xlsx”：原因待说明" in page
    assert f'{show(found.old, found.unit)}万元</td><td class="r">{show(found.new, found.unit)}万元</td>' in page
    assert '<span class="mark">r</span>' in page and "r 为修订数" in page
    departments = {one["department"] for one in june_told.briefing.manifest["revisions"]}
    assert departments == {"金融办"}


def test_what_was_issued_is_given_as_it_was_made(office: Office, june_told: Issue) -> None:
    """April and May to the byte, in folders of their own; the current issue's folder is left alone."""
    for period, day in ((APRIL, dt.date(2014, 5, 5)), (MAY, dt.date(2014, 6, 5))):
        known = office.month(period, day)
        then = months.look(known)
        assert then is not None and then.unchanged
        assert known.folder.name == f"as-known-{day}"
        assert kept(known.folder) == kept(office.home / "then" / "350303" / str(period))
    assert kept(office.home / "out/350303/2014-05") != {}


def test_april_does_not_know_of_the_correction_and_may_does(office: Office) -> None:
    assert months.look(office.month(APRIL)) is not None
    assert months.look(office.month(MAY)) is None


def test_a_month_made_again_does_not_take_the_note_away(office: Office, june_told: Issue) -> None:
    """Backfilled, May prints the new value; what readers hold is still the issue of its day."""
    again = office.make(MAY)
    assert not again.unchanged and again.briefing.manifest["revisions"] == []
    assert office.make(JUNE).briefing.fingerprint == june_told.briefing.fingerprint
    then = months.look(office.month(MAY, dt.date(2014, 6, 5)))
    assert then is not None
    assert kept(then.folder) == kept(office.home / "then/350303/2014-05")


def test_a_cause_that_is_told_is_printed(office: Office, june_told: Issue) -> None:
    month, found = office.month(JUNE), revision(june_told)
    told = Editorial(Word.CAUSE, "error\n一笔贷款多录", "办公室", months.now(), found.submission)
    month.ledger.record_editorial(month.code, MAY, told)
    issue = office.make(JUNE)
    assert not issue.unchanged
    assert (revision(issue).cause, revision(issue).note) == (Cause.ERROR, "一笔贷款多录")
    assert "差错。一笔贷款多录" in issue.pdf.read_text(encoding="utf-8")
    assert months.look(office.month(APRIL)) is not None


def test_june_equals_a_fresh_computation(office: Office, june_told: Issue, tmp_path: Path) -> None:
    fresh = tmp_path / "inbox"
    shutil.copytree(office.inbox, fresh)
    (fresh / "350303/2014-05/金融办.xls").unlink()
    alone = pipeline.run(fresh, tmp_path / "home")
    month = office.month(JUNE)
    assert month.ledger.figures_of(june_told.briefing) == alone.figures


def test_another_method_blames_nobody(office: Office, june_told: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal files, another program: the figures that differ are the method's."""
    month = office.month(JUNE)
    run = pipeline.measured(month)
    april = next(one for one in run.plan.past.issues if one.period == APRIL)
    past = dataclasses.replace(run.plan.past, outdated=(april,))
    inputs = {**run.plan.inputs, "code": "another"}
    figures = dict(run.measured.history[APRIL])
    figure = figures[CODE]
    assert figure.value is not None
    history = {**run.measured.history, APRIL: {**figures, CODE: dataclasses.replace(figure, value=figure.value + 1)}}
    plan = dataclasses.replace(run.plan, past=past, inputs=inputs)
    (found,) = revising.revisions_of(month, plan, history, {}, lambda *_: False).revisions
    assert (found.cause, found.department, found.note) == (Cause.METHOD, "", "程序改过")


def test_end_of_the_day_is_chinas() -> None:
    assert revising.end_of(dt.date(2014, 5, 5)).tzinfo is CHINA
