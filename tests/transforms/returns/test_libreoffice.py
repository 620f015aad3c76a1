"""What a real office program makes of a returned workbook: it opens, it prints, and marks survive being saved by it."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pdfplumber
import pytest

from tests.transforms.returns.samples import CONTRACTS, finding, read, rich
from transforms.findings import Severity
from transforms.returns import explanations, mark

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice") or ""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SOFFICE, reason="没有安装 LibreOffice（soffice）")]

FINDINGS = (
    finding("D5", message="奖励金额应大于 0", dataset="reward_payments", field="amount_fen"),
    finding("B4", Severity.EXPLAIN, "企业代码的校验位不对，请核对"),
    finding("A7", Severity.INFORM, "建议核对"),
)


def converted(data: bytes, ending: str, folder: Path) -> bytes:
    source = folder / "报表.xlsx"
    source.write_bytes(data)
    target = folder / ending
    command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", ending]
    subprocess.run([*command, "--outdir", str(target), str(source)], check=True, capture_output=True, timeout=600)
    return (target / f"报表.{ending}").read_bytes()


def test_it_prints_with_the_list(tmp_path: Path) -> None:
    pdf = converted(mark(rich(), read(rich()), FINDINGS, CONTRACTS), "pdf", tmp_path)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        colours = {rect["non_stroking_color"] for page in document.pages for rect in page.rects}
        last = document.pages[-1].extract_text()
    assert "D5" in last and "12.5" in last
    for colour in ("FFC7CE", "FFEB9C", "DDEBF7"):
        wanted = tuple(int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
        assert any(
            len(each) == 3 and max(abs(a - b) for a, b in zip(each, wanted, strict=True)) < 0.01 for each in colours
        )


def test_saved_by_it_and_sent_again_the_old_marks_go(tmp_path: Path) -> None:
    first = mark(rich(), read(rich()), FINDINGS, CONTRACTS)
    book = openpyxl.load_workbook(io.BytesIO(first))
    book["问题清单"]["H5"] = "确系补报"
    sink = io.BytesIO()
    book.save(sink)
    saved = converted(sink.getvalue(), "xlsx", tmp_path)
    raw = read(saved)
    assert explanations(raw) == {FINDINGS[1].key: "确系补报"}
    last = openpyxl.load_workbook(io.BytesIO(mark(saved, raw, FINDINGS[2:], CONTRACTS)))
    assert last.sheetnames == ["明细", "其他", "底稿", "问题清单"]
    sheet = last["明细"]
    comments = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert comments.pop("A7").startswith("【提示】建议核对")
    assert comments == {"B4": "请领导留意", "E5": "我写的"}
    fills = {cell: sheet[cell].fill.fgColor.rgb[2:] for cell in ("D5", "D6", "A7")}
    assert fills == {"D5": "D9D9D9", "D6": "D9D9D9", "A7": "DDEBF7"}
    assert sheet["B4"].fill.fill_type is None


@pytest.mark.parametrize("ending", ["xls", "ods", "csv"])
def test_other_formats_saved_by_it_come_back_as_xlsx(ending: str, tmp_path: Path) -> None:
    data = converted(rich(), ending, tmp_path)
    raw = read(data, f"明细.{ending}")
    came_back = mark(data, raw, FINDINGS, CONTRACTS)
    assert read(came_back).sheets[0].cells == raw.sheets[0].cells
    assert openpyxl.load_workbook(io.BytesIO(came_back))["明细"]["D5"].comment.text.startswith("【退回】奖励金额")
    assert converted(came_back, "pdf", tmp_path).startswith(b"%PDF")
