"""Workbooks and findings for the tests of returned workbooks."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import xlsxwriter

from flows.sandbox import Reader
from transforms.contracts import Contract, parse_contract
from transforms.findings import Finding, Severity
from transforms.tables import RawWorkbook

ROOT = Path(__file__).resolve().parents[3]
INBOX = ROOT / "data" / "sample" / "inbox" / "350303" / "2014-06"
CONTRACTS: tuple[Contract, ...] = tuple(
    parse_contract(path.read_text(encoding="utf-8"), path.name)
    for path in sorted((ROOT / "data/contracts").glob("*.yaml"))
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def finding(
    cell: str = "",
    severity: Severity = Severity.BLOCK,
    message: str = "这一格必须填写",
    sheet: str = "明细",
    **more: str,
) -> Finding:
    match = re.fullmatch(r"([A-Z]*)([0-9]*)", cell)
    assert match
    fields = {"rule": "RP01", "department": "财政局", "subject": cell, **more}
    return Finding(
        severity=severity,
        message=message,
        sheet=sheet,
        row=int(match[2]) if match[2] else None,
        column=match[1],
        **fields,
    )


def rich(**options: object) -> bytes:
    """A workbook with much that must not be lost: chart, validation, sparkline, cached formula values, text box,
    conditional formats, comments of the sender, merged cells, a second and a hidden sheet, links, print settings."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, **options}) as book:
        book.set_properties({"created": dt.datetime(2014, 7, 1)})
        grey = book.add_format({"bg_color": "#D9D9D9", "border": 1, "num_format": "0.00"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("明细")
        sheet.merge_range("A1:E1", "即征即奖奖励资金兑现明细表", book.add_format({"bold": True, "align": "center"}))
        sheet.write_row("A2", ["企业名称", "企业代码", "兑现日期", "奖励金额", "备注"])
        for row in range(2, 12):
            sheet.write_row(row, 0, [f"企业{row}", f"5917123{row}-8"])
            sheet.write_datetime(row, 2, dt.datetime(2014, 6, row), date)
            sheet.write_number(row, 3, row * 1.5, grey)
        sheet.write_formula("D13", "=SUM(D3:D12)", grey, 97.5)
        sheet.data_validation("C3:C12", {"validate": "date", "criteria": ">", "value": dt.date(2014, 1, 1)})
        sheet.conditional_format("D3:D12", {"type": "data_bar"})
        sheet.add_sparkline("F3", {"range": "明细!D3:D12"})
        sheet.insert_textbox("H2", "填表说明")
        sheet.set_comments_author("填表人")
        sheet.write_comment("B4", "请领导留意")
        sheet.write_comment("E5", "我写的")
        sheet.write_url("E6", "internal:'其他'!A1", string="见其他表")
        sheet.set_column("E:E", 20, grey)
        sheet.set_header("&L页眉")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=明细!$D$3:$D$12"})
        sheet.insert_chart("H8", chart)
        other = book.add_worksheet("其他")
        other.write("A1", "不动")
        hidden = book.add_worksheet("底稿")
        hidden.write("A1", 1)
        hidden.hide()
        book.define_name("本月", "=明细!$D$3:$D$12")
    return sink.getvalue()


def read(data: bytes, name: str = "财政局.xlsx") -> RawWorkbook:
    with Reader() as reader:
        return reader.read(data, name)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return sink.getvalue()


def changed(before: bytes, after: bytes) -> tuple[set[str], set[str], set[str]]:
    """Names of the parts that changed, came, and went."""
    old, new = parts(before), parts(after)
    return (
        {name for name in old.keys() & new.keys() if old[name] != new[name]},
        new.keys() - old.keys(),
        old.keys() - new.keys(),
    )


def assert_sound(data: bytes) -> None:
    """Every part is well-formed, declared, and every relationship leads to a part."""
    content = parts(data)
    types = ElementTree.fromstring(content["[Content_Types].xml"])
    declared = {each.get("PartName", "").lstrip("/") for each in types if each.get("PartName")}
    extensions = {each.get("Extension") for each in types}
    assert declared <= content.keys()
    for name, part in content.items():
        if name.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(part)
        assert name in declared or name.rpartition(".")[2] in extensions, name
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            ids = [each.get("Id") for each in ElementTree.fromstring(part)]
            assert len(set(ids)) == len(ids)
            for each in ElementTree.fromstring(part):
                if each.get("TargetMode") != "External":
                    target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
                    assert target in content, f"{name} → {target}"


def sheet_xml(data: bytes, number: int = 1) -> ElementTree.Element:
    return ElementTree.fromstring(parts(data)[f"xl/worksheets/sheet{number}.xml"])
