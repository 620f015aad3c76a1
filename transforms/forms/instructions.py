"""The first sheet of a form: what to do by when, what the colours mean, what each column is for."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from transforms.board import due_on
from transforms.contracts import Column, ColumnType, Contract, Kind
from transforms.districts import District
from transforms.forms.columns import Need, heading, how, need_in_words, width
from transforms.forms.styles import Styles
from transforms.guidance import example
from transforms.period import Period

_HEADINGS = ("列", "含义", "填法", "示例", "必填")
_WIDTHS = (22, 34, 44, 30, 30)
_LAST = len(_HEADINGS) - 1
_DOING = {
    Kind.EVENTS: "填本月发生的，一件一行；本月没有的，不填行，空表照样报回",
    Kind.REGISTER: "填到月底为止的全部，一件一行；办结的也保留，不要删行",
}
_PREFILLED = "。上月的行已经填好，请改动有变化的格，新的接着往下填"
_COLOURS = (
    ("empty", "黄色：这一行已经填了，这一格必填而还空着"),
    ("twice", "浅红色：与另一行重复，只计第一次"),
    ("doubtful", "橙色：百分数小于 1，请核对；85.5% 请写 85.5，不写 0.855"),
)
_NEEDS = {
    Need.REQUIRED: "必填：空着的，这一行要退回",
    Need.EXPECTED: "应填：某些行必填，或者空着要说明；把鼠标移到表头上看批注",
    Need.OPTIONAL: "选填：没有的空着",
}


def write_instructions(
    worksheet: Worksheet,
    styles: Styles,
    contracts: Sequence[Contract],
    district: District,
    period: Period,
    prefilled: frozenset[str],
) -> None:
    """`prefilled` names the datasets whose sheet holds rows already."""
    for place, wide in enumerate(_WIDTHS):
        worksheet.set_column(place, place, wide)
    title = f"{district.name}{contracts[0].department}{period.chinese}报表填报说明"
    worksheet.set_row(0, 30)
    worksheet.merge_range(0, 0, 0, _LAST, "", styles.title)
    worksheet.write_string(0, 0, title, styles.title)
    row = _write_steps(worksheet, styles, 1, _steps(contracts, district, period, prefilled))
    row = _write_colours(worksheet, styles, row + 1, contracts)
    for contract in contracts:
        row = _write_columns(worksheet, styles, row + 1, contract, district)
    worksheet.hide_gridlines(2)
    worksheet.protect("", {"format_columns": True, "format_rows": True})
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.set_footer("&C&A　第 &P 页，共 &N 页")


def _steps(contracts: Sequence[Contract], district: District, period: Period, prefilled: frozenset[str]) -> list[str]:
    department, due = contracts[0].department, due_on(contracts, period)
    office = district.masthead.office
    sheets = [
        f"　　“{contract.sheet}”：{_DOING[contract.kind]}{_PREFILLED if contract.id in prefilled else ''}。"
        for contract in contracts
    ]
    personal = [
        f"“{contract.sheet}”的“{column.header}”"
        for contract in contracts
        for column in contract.columns
        if column.personal
    ]
    steps = [
        f"请在 {due.year}年{due.month}月{due.day}日 以前，把填好的整个文件报送{office}。",
        f"要填的表有 {len(contracts)} 张：",
        "每个表头上有批注，写明含义、填法、例子和是否必填。类别、是否、乡镇街道等从下拉列表中选；日期写成 年-月-日；数字只写数，不写单位。",
        "某一格没有内容的，空着，不写“无”“/”，也不写 0；确实是零的，填 0。",
        "表头和工作表的名称请不要改，其余可以：增加行、删去空行、排序、调列宽。需要多写的，填在“备注”等文字列里。",
        f"填好后保存，文件名以“{department}”开头，按平时的渠道报送。填错的会原件退回，错处有颜色和批注；改好后重新报送即可，以后报的为准。",
    ]
    if personal:
        steps.append(f"个人信息只留在你报送的原件中：{'、'.join(personal)}，预填时只写姓氏或空着，不必补全。")
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return [*numbered[:2], *sheets, *numbered[2:]]


def _write_steps(worksheet: Worksheet, styles: Styles, row: int, steps: Sequence[str]) -> int:
    worksheet.write_string(row, 0, "怎么填、怎么报", styles.section)
    for row, step in enumerate(steps, row + 1):  # noqa: B020
        worksheet.merge_range(row, 0, row, _LAST, "", styles.text)
        worksheet.write_string(row, 0, step, styles.text)
        worksheet.set_row(row, _height([(step, sum(_WIDTHS))]))
    return row + 1


def _write_colours(worksheet: Worksheet, styles: Styles, row: int, contracts: Sequence[Contract]) -> int:
    worksheet.write_string(row, 0, "颜色的意思", styles.section)
    shown = [(styles.headers[kind], f"表头 · {kind.value}", text) for kind, text in _NEEDS.items()]
    kinds = {column.type for contract in contracts for column in contract.columns}
    shown += [
        (styles.swatches[name], "", text)
        for name, text in _COLOURS
        if name != "doubtful" or ColumnType.PERCENT in kinds
    ]
    for row, (look, label, text) in enumerate(shown, row + 1):  # noqa: B020
        worksheet.write_string(row, 0, label, look)
        worksheet.merge_range(row, 1, row, _LAST, "", styles.text)
        worksheet.write_string(row, 1, text, styles.text)
        worksheet.set_row(row, 18)
    return row + 1


def _write_columns(worksheet: Worksheet, styles: Styles, row: int, contract: Contract, district: District) -> int:
    worksheet.write_string(row, 0, f"{contract.sheet}：各列", styles.section)
    row += 1
    for place, text in enumerate(_HEADINGS):
        worksheet.write_string(row, place, text, styles.headers[Need.EXPECTED])
    for row, column in enumerate(contract.columns, row + 1):  # noqa: B020
        texts = _column_texts(contract, column, district)
        for place, text in enumerate(texts):
            worksheet.write_string(row, place, text, styles.cell)
        worksheet.set_row(row, _height(list(zip(texts, _WIDTHS, strict=True))))
    return row + 1


def _column_texts(contract: Contract, column: Column, district: District) -> tuple[str, ...]:
    return (
        heading(column),
        column.about,
        how(column, district),
        example(column),
        need_in_words(contract, column),
    )


def _height(cells: Sequence[tuple[str, int]]) -> int:
    """Points for the tallest of texts in columns of these widths."""
    return 3 + 15 * max(-(-width(text) // (wide - 1)) or 1 for text, wide in cells)
