"""The sender's own workbook comes back: marked, and otherwise as it was."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.returns.samples import (
    CONTRACTS,
    INBOX,
    MAIN,
    assert_sound,
    changed,
    finding,
    parts,
    read,
    rich,
    sheet_xml,
    zipped,
)
from transforms.findings import Finding, Severity
from transforms.returns import explanations, is_list, mark, returned_name
from transforms.tables import RawSheet, RawWorkbook

TAX = {"dataset": "reward_payments", "field": "tax"}
FINDINGS = (
    finding("D5", Severity.INFORM, "建议核对"),
    finding("B4", Severity.EXPLAIN, "企业代码的校验位不对，请核对", dataset="reward_payments", field="enterprise_code"),
    finding(
        "D5",
        Severity.BLOCK,
        "奖励金额应大于 0",
        value="=cmd|'/c calc'!A1",
        dataset="reward_payments",
        field="amount_fen",
    ),
    finding("B30", Severity.BLOCK, "行外的空格"),
    finding("7", Severity.INFORM, "整行重复"),
    finding("C1", Severity.INFORM, "合并格里的"),
    finding("", Severity.BLOCK, "单位不对"),
    finding("", Severity.BLOCK, "找不到应报的表", sheet=""),
    finding("A1", Severity.BLOCK, "没有这张表", sheet="不存在"),
)


def returned(data: bytes, findings: tuple[Finding, ...] = FINDINGS) -> bytes:
    return mark(data, read(data), findings, CONTRACTS)


def test_only_the_intended_parts_differ() -> None:
    data = rich()
    came_back = returned(data)
    different, came, went = changed(data, came_back)
    assert different == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert came == {"xl/worksheets/sheet4.xml"}
    assert not went
    assert_sound(came_back)


def test_within_a_sheet_only_formats_of_marked_cells_the_new_cells_and_the_selected_tab_differ() -> None:
    data = rich()
    before, after = (parts(each)["xl/worksheets/sheet1.xml"].decode() for each in (data, returned(data)))
    undone = re.sub(r'<row r="30"><c r="B30" s="\d+"/></row>', "", after).replace(
        "<sheetView ", '<sheetView tabSelected="1" '
    )
    for cell in ("D5", "B4", "A7", "A1"):
        old = re.search(rf'<c r="{cell}"[^>]*>', before)
        assert old
        undone = re.sub(rf'<c r="{cell}"[^>]*>', old[0], undone)
    assert undone == before
    assert "<f>SUM(D3:D12)</f><v>97.5</v>" in after


def test_styles_are_only_appended() -> None:
    data = rich()
    before, after = (ElementTree.fromstring(parts(each)["xl/styles.xml"]) for each in (data, returned(data)))
    for old, new in zip(before, after, strict=True):
        assert [*map(ElementTree.tostring, old)] == [*map(ElementTree.tostring, new)][: len(old)]
        assert new.get("count") in (None, str(len(new)))


def test_openpyxl_sees_fills_comments_links_and_the_list() -> None:
    book = openpyxl.load_workbook(io.BytesIO(returned(rich())))
    sheet, problems = book["明细"], book["问题清单"]
    assert book.active == problems
    assert [name for name in book.sheetnames if book[name].sheet_view.tabSelected] == ["问题清单"]
    fills = {cell: sheet[cell].fill.fgColor.rgb for cell in ("D5", "B4", "A7", "A1", "B30", "D6")}
    assert fills == {
        "D5": "FFFFC7CE", "B4": "FFFFEB9C", "A7": "FFDDEBF7", "A1": "FFDDEBF7", "B30": "FFFFC7CE", "D6": "FFD9D9D9",
    }  # fmt: skip
    assert sheet["D5"].number_format == "0.00" and sheet["D5"].border.left.style == "thin"
    assert sheet["D5"].comment.text == (
        "1.【退回】奖励金额应大于 0\n应填：金额，单位：万元\n例：12.5\n2.【提示】建议核对\n——督查室，见“问题清单”第 4、8 条"
    )
    assert sheet["D5"].comment.author == "督查室"
    assert sheet["B4"].comment.text.startswith("请领导留意\n──────\n【需说明】企业代码的校验位不对，请核对\n应填：9 位")
    assert sheet["E5"].comment.text == "我写的"
    rows = [[cell.value for cell in row] for row in problems.iter_rows(min_row=3)]
    assert rows[0] == [
        "序号", "严重程度", "工作表", "单元格", "原来填的", "问题", "应怎样填", "情况属实/说明", "编号", "原底色",
    ]  # fmt: skip
    assert [row[1] for row in rows[1:]] == ["退回"] * 5 + ["需说明"] + ["提示"] * 3
    assert rows[4] == [
        4, "退回", "明细", "D5", "=cmd|'/c calc'!A1", "奖励金额应大于 0", "金额，单位：万元。例：12.5", None,
        FINDINGS[2].key, "D5 rgb=FFD9D9D9",
    ]  # fmt: skip
    assert problems["E7"].data_type in ("s", "inlineStr")
    assert problems["D7"].hyperlink.location == "'明细'!D5"
    assert problems.column_dimensions["I"].hidden and problems.column_dimensions["J"].hidden
    assert [problems[f"H{row}"].protection.locked for row in (7, 9)] == [True, False]
    assert problems["A1"].value == "问题清单（共 9 条：退回 5 条，需说明 1 条，提示 3 条）"


def test_the_data_reads_back_as_it_was() -> None:
    data = rich()
    before, after = read(data), read(returned(data))
    assert after.sheets[:-1] == before.sheets
    assert [is_list(sheet) for sheet in after.sheets] == [False, False, False, True]


@pytest.mark.parametrize("path", [*sorted(INBOX.glob("*.[xo]*")), INBOX / "信访局.csv"], ids=lambda path: path.name)
def test_sample_files_of_every_format_come_back_with_their_cells(path: Path) -> None:
    data = path.read_bytes()
    raw = read(data, path.name)
    findings = [finding("C6", sheet=raw.sheets[0].name), finding("A2", Severity.INFORM, sheet=raw.sheets[-1].name)]
    name = returned_name(path.name, raw.format)
    came_back = mark(data, raw, findings, CONTRACTS)
    assert name == f"{path.stem}（退回）.xlsx"
    assert_sound(came_back)
    again = read(came_back, name)
    as_workbook = tuple(replace(sheet, ragged_rows=()) for sheet in raw.sheets)  # only text files have ragged rows
    assert again.sheets[:-1] == as_workbook and again.format == "xlsx"
    book = openpyxl.load_workbook(io.BytesIO(came_back))
    assert book.worksheets[0]["C6"].fill.fgColor.rgb == "FFFFC7CE"
    assert book.worksheets[0]["C6"].comment.text.startswith("【退回】")
    assert mark(data, raw, findings, CONTRACTS) == came_back


def test_a_second_return_leaves_no_old_marks() -> None:
    data = rich()
    first = returned(data)
    nothing_left = returned(first, ())
    before, after = read(data), read(nothing_left)
    assert [(sheet.name, sheet.cells) for sheet in after.sheets[:-1]] == [
        (sheet.name, sheet.cells) for sheet in before.sheets
    ]
    assert [sheet.name for sheet in after.sheets] == ["明细", "其他", "底稿", "问题清单"]
    assert explanations(after) == {}
    old, new = sheet_xml(data), sheet_xml(nothing_left)
    formats = [{cell.get("r"): cell.get("s", "0") for cell in xml.iter(f"{MAIN}c")} for xml in (old, new)]
    assert formats[1].pop("B30") == "0"
    assert formats[0] == formats[1]
    comments = openpyxl.load_workbook(io.BytesIO(nothing_left))["明细"]
    assert {cell.coordinate: cell.comment.text for row in comments for cell in row if cell.comment} == {
        "B4": "请领导留意", "E5": "我写的",
    }  # fmt: skip
    assert_sound(nothing_left)


def test_a_second_return_with_fewer_findings_marks_only_these() -> None:
    second = returned(returned(rich()), FINDINGS[:1])
    sheet = openpyxl.load_workbook(io.BytesIO(second))["明细"]
    assert sheet["D5"].fill.fgColor.rgb == "FFDDEBF7"
    assert sheet["D5"].comment.text == "【提示】建议核对\n——督查室，见“问题清单”第 1 条"
    assert sheet["A7"].fill.fill_type is None and sheet["A7"].comment is None
    assert read(second).sheets[-1].cells[3][9] == "D5 rgb=FFD9D9D9"  # not the colour of the first return


def test_returning_the_same_again_changes_nothing_more() -> None:
    second = returned(returned(rich()))
    assert parts(second)["xl/styles.xml"] == parts(returned(second))["xl/styles.xml"]
    assert parts(second)["xl/worksheets/sheet1.xml"] == parts(returned(second))["xl/worksheets/sheet1.xml"]


def test_comments_of_ours_go_with_their_part_when_the_sender_had_none() -> None:
    data = (INBOX / "财政局.xlsx").read_bytes()
    sheet = read(data).sheets[0].name
    first = returned(data, (finding("C6", sheet=sheet),))
    assert {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"} <= parts(first).keys()
    last = returned(first, ())
    assert not {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"} & parts(last).keys()
    assert "legacyDrawing" not in parts(last)["xl/worksheets/sheet1.xml"].decode()
    assert_sound(last)


def test_what_an_editor_rewrites_is_known_again() -> None:
    """openpyxl numbers formats anew, and the clerk deletes the first row of the body."""
    first = returned(rich())
    book = openpyxl.load_workbook(io.BytesIO(first))
    sheet = book["明细"]
    sheet["D5"] = 8
    book["问题清单"]["H9"] = "  确系\n补报，\u202e已附文件 "
    sink = io.BytesIO()
    book.save(sink)
    corrected = read(sink.getvalue())
    assert explanations(corrected) == {FINDINGS[1].key: "确系 补报，已附文件"}
    last = openpyxl.load_workbook(io.BytesIO(returned(sink.getvalue(), ())))["明细"]
    assert last["D5"].fill.fgColor.rgb == "FFD9D9D9" and last["D5"].value == 8
    assert not [cell for row in last for cell in row if cell.comment and "督查室" in cell.comment.text]
    assert not [cell for row in last for cell in row if cell.fill.fgColor.rgb in ("FFFFC7CE", "FFFFEB9C", "FFDDEBF7")]


def test_marks_that_moved_with_their_rows_are_found_by_their_comments() -> None:
    first = parts(returned(rich(), (finding("D5"), finding("D9"))))
    moved = zipped({
        **first,
        "xl/worksheets/sheet1.xml": re.sub(rb'<row r="5".*?</row>', b"", first["xl/worksheets/sheet1.xml"]).replace(b'"9"', b'"8"').replace(b"D9", b"D8"),
        "xl/comments1.xml": first["xl/comments1.xml"].replace(b'ref="D9"', b'ref="D8"'),
    })  # fmt: skip
    last = openpyxl.load_workbook(io.BytesIO(returned(moved, ())))["明细"]
    assert last["D8"].fill.fgColor.rgb == "FFD9D9D9" and last["D8"].comment is None


def test_cells_that_the_sender_deleted_are_not_put_back() -> None:
    first = parts(returned(rich(), (finding("D40"), finding("B12"), finding("B6"))))
    sheet = re.sub(rb'<row r="(?:12|40)".*?</row>', b"", first["xl/worksheets/sheet1.xml"])
    last = sheet_xml(returned(zipped({**first, "xl/worksheets/sheet1.xml": sheet}), ()))
    assert not {"12", "40"} & {row.get("r") for row in last.iter(f"{MAIN}row")}


def test_without_the_list_old_comments_and_fills_go_all_the_same() -> None:
    book = openpyxl.load_workbook(io.BytesIO(returned(rich())))
    del book["问题清单"]
    sink = io.BytesIO()
    book.save(sink)
    last = openpyxl.load_workbook(io.BytesIO(returned(sink.getvalue(), ())))["明细"]
    assert last["D5"].comment is None and last["D5"].fill.fill_type is None
    assert last["B4"].comment.text == "请领导留意"


def test_a_sheet_without_findings_that_is_not_understood_is_left_alone() -> None:
    content = parts(rich())
    odd = b'<?xml version="1.0" encoding="GBK"?>' + content["xl/worksheets/sheet2.xml"].partition(b"?>")[2]
    data = zipped({**content, "xl/worksheets/sheet2.xml": odd})
    came_back = mark(data, read(rich()), FINDINGS, CONTRACTS)
    assert parts(came_back)["xl/worksheets/sheet2.xml"] == odd and "xl/charts/chart1.xml" in parts(came_back)


def test_an_explanation_given_before_is_in_the_list() -> None:
    explained = replace(FINDINGS[1], explanation="确系补报")
    assert explanations(read(returned(rich(), (explained,)))) == {explained.key: "确系补报"}


def test_explanations_are_found_in_moved_columns_and_only_under_real_keys() -> None:
    key = FINDINGS[1].key
    header = ("情况属实 / 说明", "问题", None, "编号")
    cells = (
        ("问题清单",),
        (),
        header,
        ("属实", "x", None, key),
        ("", "x", None, "0" * 16),
        ("乱填", "x", None, "不是编号"),
        ("短行",),
    )
    raw = RawWorkbook("xls", (RawSheet("数据", (("编号", "问题"),)), RawSheet("改过名", cells)))
    assert explanations(raw) == {key: "属实"}
    long = RawWorkbook("xls", (RawSheet("单", (header, ("长" * 500, "x", None, key))),))
    assert explanations(long) == {key: "长" * 200}
    assert explanations(RawWorkbook("xls", (RawSheet("数据", (("编号", "问题"), (key, "属实"))),))) == {}


def test_a_sheet_of_the_senders_with_the_lists_name_stays() -> None:
    sink = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "问题清单"
    book.active["A1"] = "我们自己的问题"
    book.save(sink)
    came_back = returned(sink.getvalue(), (finding("A1", sheet="问题清单"),))
    assert [sheet.name for sheet in read(came_back).sheets] == ["问题清单", "问题清单（2）"]
    assert read(came_back).sheets[0].cells == (("我们自己的问题",),)


def test_a_list_that_was_moved_hidden_and_calculated_in_is_replaced_where_it_stands() -> None:
    book = openpyxl.load_workbook(io.BytesIO(returned(rich())))
    book.move_sheet("问题清单", -3)
    book["问题清单"]["L1"] = "=1+1"
    book["问题清单"].sheet_state = "hidden"
    book.active = 1
    sink = io.BytesIO()
    book.save(sink)
    again = openpyxl.load_workbook(io.BytesIO(returned(sink.getvalue())))
    assert again.sheetnames == ["问题清单", "明细", "其他", "底稿"]
    assert again["问题清单"].sheet_state == "visible" and again.active.title == "问题清单"
    assert again["问题清单"]["L1"].value is None
    assert_sound(returned(sink.getvalue()))


def test_macros_come_back_untouched(tmp_path: Path) -> None:
    macros = tmp_path / "vbaProject.bin"
    macros.write_bytes(bytes(range(256)) * 20)
    sink = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(sink) as book:
        book.add_worksheet("明细").write("A1", 1)
        book.add_vba_project(str(macros))
    came_back = returned(sink.getvalue())
    assert parts(came_back)["xl/vbaProject.bin"] == macros.read_bytes()
    assert b"macroEnabled.main+xml" in parts(came_back)["[Content_Types].xml"]


@pytest.mark.parametrize("damage", ["doctype", "no sheets", "encoding", "no types"])
def test_what_cannot_be_patched_is_built_anew(damage: str) -> None:
    data = rich()
    raw, content = read(data), parts(data)
    sheet = content["xl/worksheets/sheet1.xml"]
    content |= {
        "doctype": {
            "xl/worksheets/sheet1.xml": sheet.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1)
        },
        "no sheets": {"xl/workbook.xml": b'<workbook xmlns="urn:other"/>'},
        "encoding": {"xl/styles.xml": b'<?xml version="1.0" encoding="GB18030"?><styleSheet/>'},
        "no types": {"[Content_Types].xml": b"<Types/>", "xl/styles.xml": b""},
    }[damage]
    came_back = mark(zipped(content), raw, FINDINGS, CONTRACTS)
    assert_sound(came_back)
    assert [sheet.cells for sheet in read(came_back).sheets[:-1]] == [sheet.cells for sheet in raw.sheets]
    assert openpyxl.load_workbook(io.BytesIO(came_back))["明细"]["D5"].fill.fgColor.rgb == "FFFFC7CE"


def test_a_chain_of_calculation_goes_when_the_replaced_list_had_formulas() -> None:
    """It would name formulas that are not there any more, and Excel would offer to repair the file."""
    content = parts(returned(rich()))
    chain = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="L1" i="4"/></calcChain>'
    )
    relation = b'<Relationship Id="chain" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    content |= {
        "xl/calcChain.xml": chain,
        rels: content[rels].replace(b"</Relationships>", relation),
        "xl/worksheets/sheet4.xml": content["xl/worksheets/sheet4.xml"].replace(
            b"</row>", b'<c r="L1"><f>1+1</f><v>2</v></c></row>', 1
        ),
    }
    after = parts(returned(zipped(content)))
    assert "xl/calcChain.xml" not in after and b"calcChain" not in after[rels]
    assert b"<f>" not in after["xl/worksheets/sheet4.xml"]


def test_a_workbook_with_macros_that_is_built_anew_says_that_it_may_hold_some() -> None:
    content = parts(rich())
    types, name = content["[Content_Types].xml"], "xl/worksheets/sheet1.xml"
    content |= {
        "[Content_Types].xml": types.replace(
            b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
        name: b"<!DOCTYPE a>" + content[name].partition(b"?>")[2],
    }
    came_back = mark(zipped(content), read(rich()), FINDINGS, CONTRACTS)
    assert b"ms-excel.sheet.macroEnabled.main+xml" in parts(came_back)["[Content_Types].xml"]
    assert "xl/charts/chart1.xml" not in parts(came_back)


def test_new_parts_bear_the_first_day_of_zips_and_letters_like_escapes_stay_letters() -> None:
    came_back = returned(rich(), (finding("D5", message="_x0041_"),))
    with zipfile.ZipFile(io.BytesIO(came_back)) as archive:
        assert archive.getinfo("xl/worksheets/sheet4.xml").date_time == (1980, 1, 1, 0, 0, 0)
    assert b">_x005F_x0041_<" in parts(came_back)["xl/worksheets/sheet4.xml"]


def test_no_more_than_a_sheet_can_hold_is_listed() -> None:
    many = (*(finding(f"A{row}", Severity.INFORM, subject=str(row)) for row in range(3, 6003)), finding("B4"))
    came_back = returned(rich(), many)
    rows = read(came_back).sheets[-1].cells
    assert rows[0][0] == "问题清单（共 6001 条：退回 1 条，提示 4999 条；问题太多，只列出前 5000 条）"
    assert rows[3][:4] == (1, "退回", "明细", "B4") and len(rows) == 5003
    vml = parts(came_back)["xl/drawings/vmlDrawing1.vml"].decode()
    ids = re.findall(r'<v:shape id="_x0000_s(\d+)"', vml)
    assert len(ids) == len(set(ids)) == 5001  # one of the cells had a comment of the sender's


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        ("财政局.xlsx", "xlsx", "财政局（退回）.xlsx"),
        ("财政局.XLS", "xls", "财政局（退回）.xlsx"),
        ("财政局.xls", "xlsx", "财政局（退回）.xlsx"),
        ("财政局.xlsm", "xlsx", "财政局（退回）.xlsm"),
        ("财政局.xlsm", "csv", "财政局（退回）.xlsx"),
        ("财政局（退回）.xlsx", "xlsx", "财政局（退回）.xlsx"),
        ("../../etc/财政局.csv", "csv", "财政局（退回）.xlsx"),
        ("C:\\报表\\财政局.et", "xls", "财政局（退回）.xlsx"),
        ("财政\u202eslx.局\x00\n.xlsx", "xlsx", "财政slx.局（退回）.xlsx"),
        ("财政局2014.6", "xlsx", "财政局2014.6（退回）.xlsx"),
        ("..", "xlsx", "报表（退回）.xlsx"),
        ("", "csv", "报表（退回）.xlsx"),
    ],
)
def test_returned_name(name: str, format_: str, expected: str) -> None:
    assert returned_name(name, format_) == expected


RICH = rich()
RAW = read(RICH)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(max_size=60)
        | st.sampled_from(["=cmd|'/c calc'!A1", "]]>", "_x0041_", "&<>\"'", "徐" * 9000, "\ud800"]),
        min_size=4,
        max_size=4,
    )
)
def test_any_text_gives_a_sound_workbook(texts: list[str]) -> None:
    message, value, explanation, sheet = texts
    odd = replace(finding("D5", message=message, value=value, sheet="明细"), explanation=explanation)
    elsewhere = finding("D5", message=message, sheet=sheet)
    came_back = mark(RICH, RAW, (odd, elsewhere), CONTRACTS)
    assert_sound(came_back)
    xml = parts(came_back)["xl/worksheets/sheet4.xml"]
    assert b"<f>" not in xml
    comments = ElementTree.fromstring(parts(came_back)["xl/comments1.xml"])
    assert all(len("".join(each.itertext())) < 2000 for each in comments.iter(f"{MAIN}comment"))
