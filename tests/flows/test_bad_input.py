"""What departments should not send: each gives one clear finding for its sender, and the run goes on."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from flows import month as months
from flows.configuration import load_configuration
from flows.settings import load_settings
from tests import pipeline
from tests.pipeline import INBOX, ROOT, Run
from transforms.board import ReceiptStatus
from transforms.errors import ConfigurationError, EnvironmentFailure, UsageError
from transforms.findings import Severity
from transforms.metrics import REGISTRY

pytestmark = pytest.mark.xdist_group("june")

FOLDER = "350303/2014-06"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A copy of the sample's inbox that a test may spoil."""
    copy = tmp_path / "收文 副本"
    shutil.copytree(INBOX, copy)
    return copy


def corner_cells() -> bytes:
    """A workbook of a few hundred bytes with cells at A1 and XFD1048576."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        relation = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
        )
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
        book.writestr(
            "_rels/.rels",
            relation.format(f'<Relationship Id="r1" Type="{kind}officeDocument" Target="xl/workbook.xml"/>'),
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            relation.format(f'<Relationship Id="r1" Type="{kind}worksheet" Target="worksheets/sheet1.xml"/>'),
        )
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kind[:-1]}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
        )
    return sink.getvalue()


def zip_bomb() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(400):
                sheet.write(b" " * 2**20)
    return sink.getvalue()


def encrypted() -> bytes:
    """An OLE2 container with the stream that Office puts an encrypted package into."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(2000)


SPOILT = {
    "truncated": (INBOX / FOLDER / "财政局.xlsx").read_bytes()[:9000],
    "encrypted": encrypted(),
    "not a workbook": b"%PDF-1.4 \x00\x01\x02 nothing to see",
    "empty": b"",
    "corner cells": corner_cells(),
    "zip bomb": zip_bomb(),
}


SENDERS = dict(zip(SPOILT, ("财政局", "经信局", "区委办", "发改局", "地税局", "效能办"), strict=True))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Six departments at once send what cannot be read: the reader must recover from each to read the next."""
    folder = tmp_path_factory.mktemp("spoilt")
    shutil.copytree(INBOX, folder / "收文")
    for kind, department in SENDERS.items():
        (folder / "收文" / FOLDER / f"{department}.xlsx").write_bytes(SPOILT[kind])
    return pipeline.run(folder / "收文", folder / "home")


@pytest.mark.parametrize("kind", SPOILT)
def test_an_unreadable_file_is_one_finding_for_its_sender(spoilt: Run, kind: str) -> None:
    department = SENDERS[kind]
    (found,) = (f for f in spoilt.findings if f.department == department and f.rule.startswith("RD"))
    assert (found.rule, found.filename, found.severity) == ("RD00", f"{department}.xlsx", Severity.BLOCK)
    assert found.message.startswith(f"“{department}.xlsx”")
    receipt = next(r for r in spoilt.accepted.receipts if r.department == department)
    assert receipt.status is ReceiptStatus.RETURNED


def test_unreadable_files_leave_the_other_departments_figures_as_they_were(june: Run, spoilt: Run) -> None:
    owner = june.month.configuration.department_of
    senders = set(SENDERS.values())
    untouched = [m.code for m in REGISTRY if m.datasets and not {owner[d] for d in m.datasets} & senders]
    assert len(untouched) > 40
    assert [code for code in untouched if spoilt.figures[code].value != june.figures[code].value] == []
    lost = [m.code for m in REGISTRY if m.datasets and {owner[d] for d in m.datasets} <= senders]
    assert len(lost) > 30
    assert [code for code in lost if spoilt.figures[code].value is not None] == []


def test_a_missing_department_is_named_and_nothing_is_filled_in(inbox: Path, tmp_path: Path) -> None:
    (inbox / FOLDER / "信访局.csv").unlink()
    run = pipeline.run(inbox, tmp_path / "home")
    assert run.figures["petition.cases"].value is None
    assert run.figures["petition.cases"].note == "信访局未报送"
    assert run.figures["reward.amount_to_date"].value == 11411
    view = run.view()
    assert view.provisional
    assert view.missing == ("信访局",)
    pdf = tmp_path / "briefing.pdf"
    pdf.write_bytes(run.pdf())
    text = text_of(pdf)
    assert "未定稿" in text
    assert "信访局未报送" in text
    assert "None" not in text
    assert "nan" not in text


def test_a_file_of_no_department_is_noted(inbox: Path, tmp_path: Path) -> None:
    shutil.copy(inbox / FOLDER / "财政局.xlsx", inbox / FOLDER / "新建表格.xlsx")
    run = pipeline.run(inbox, tmp_path / "home")
    assert run.finding("IN01").filename == "新建表格.xlsx"
    assert run.figures["reward.amount_to_date"].value == 11411


def test_a_contract_with_a_mistake_names_file_and_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("contracts", "districts", "published"):
        shutil.copytree(ROOT / "data" / folder, data / folder)
    path = data / "contracts" / "permits.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("severity: block", "severity: blok", 1), encoding="utf-8")
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "blok" in text)
    with pytest.raises(ConfigurationError, match=rf"permits\.yaml:{line}: "):
        load_configuration(data, "350303")


def test_two_contracts_may_not_share_a_rule(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("contracts", "districts", "published"):
        shutil.copytree(ROOT / "data" / folder, data / folder)
    path = data / "contracts" / "permits.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("PE01", "RP01"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\.yaml:\d+: “RP01”在 .* 中已经用过"):
        load_configuration(data, "350303")


def test_an_unknown_district_lists_the_known() -> None:
    with pytest.raises(UsageError, match="350303"):
        load_configuration(ROOT / "data", "999999")


def test_a_period_before_the_campaign_is_refused(tmp_path: Path) -> None:
    with pipeline.environment(SANCU_HOME=str(tmp_path)), pytest.raises(UsageError, match="2014-02"):
        months.open_month(load_settings(), "2013-12", inbox=str(INBOX))


def test_an_inbox_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="不存在"):
        pipeline.run(tmp_path / "没有", tmp_path / "home")


def text_of(pdf: Path) -> str:
    import pdfplumber

    with pdfplumber.open(pdf) as document:
        return "\n".join(page.extract_text() for page in document.pages)
