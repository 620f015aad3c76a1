"""The sheet 问题清单: one row a finding, worst first, with a link to its cell and a column for the department's answer."""

from __future__ import annotations

from collections.abc import Callable

from transforms.addresses import Place, address
from transforms.findings import Finding, Severity
from transforms.returns import former
from transforms.returns.list_formats import Formats, formats
from transforms.returns.marks import MOST, Marks
from transforms.returns.markup import escaped, string
from transforms.returns.styles import Styles
from transforms.returns.wording import Columns, guidance

NAME = "问题清单"
_HEADER = (
    "序号", "严重程度", former.SHEET, "单元格", "原来填的", former.PROBLEM, "应怎样填", former.ANSWER, former.KEY,
    former.FILL,
)  # fmt: skip
_WIDTHS = (6, 10, 20, 9, 20, 46, 36, 34, 18, 18)
_SHOWN = 8  # columns; those behind are for reading the answers back
_ANSWER = _HEADER.index(former.ANSWER)
_LINK = _HEADER.index("单元格")
_ROOM = 1.05  # a line breaks a little before it is full
_TALLEST = 409  # points, Excel's limit
_HEADER_ROW = 2  # from 0
_WHAT_TO_DO = "标红的必须改正，标黄的请核对，标蓝的只是提示。改正后另存，原样发回，本表不要删。数据属实的，在“情况属实/说明”里写明原因。"
_MOST_LINK = 2_000  # characters: Excel takes no longer location

Fill = Callable[[str, Place], str]  # sheet, cell → the key of the fill that the cell had before it was marked


def list_sheet(marks: Marks, columns: Columns, fill: Fill, styles: Styles, namespace: str) -> bytes:
    """The worksheet's XML. Every text stands as text, never as a formula."""
    looks = formats(styles)
    rows = [_row(0, (_title(marks),), (looks.title,), 26), _row(1, (_WHAT_TO_DO,), (looks.note,), 34)]
    rows.append(_row(_HEADER_ROW, _HEADER, (looks.header,) * len(_HEADER), 22))
    links: list[str] = []
    for number, (finding, place) in enumerate(zip(marks.findings, marks.places, strict=True)):
        at = _HEADER_ROW + 1 + number
        cells = _cells(number, finding, place, columns, fill)
        rows.append(_row(at, cells, _row_formats(finding, place, looks), _height(cells)))
        if place is not None and len(finding.sheet) < _MOST_LINK:
            quoted = finding.sheet.replace("'", "''")
            target = escaped(f"'{quoted}'!{address(place)}")
            links.append(
                f'<hyperlink ref="{address((at, _LINK))}" location="{target}" display="{escaped(finding.cell)}"/>'
            )
    return _worksheet(rows, links, namespace).encode()


def _title(marks: Marks) -> str:
    counts = [
        f"{severity.chinese} {count} 条"
        for severity in Severity
        if (count := sum(each.severity is severity for each in marks.findings))
    ]
    cut = f"；问题太多，只列出前 {MOST} 条" if marks.total > len(marks.findings) else ""
    return f"{NAME}（共 {marks.total} 条：{'，'.join(counts)}{cut}）" if counts else f"{NAME}（没有问题）"


def _cells(number: int, finding: Finding, place: Place | None, columns: Columns, fill: Fill) -> tuple[str | int, ...]:
    wanted, for_example = guidance(finding, columns)
    how = f"{wanted}。例：{for_example}" if wanted and for_example else wanted
    before = f"{address(place)} {fill(finding.sheet, place)}".strip() if place is not None else ""
    return (
        number + 1, finding.severity.chinese, finding.sheet, finding.cell, finding.value, finding.message, how,
        finding.explanation, finding.key, before,
    )  # fmt: skip


def _height(cells: tuple[str | int, ...]) -> int:
    """Points that the longest cell needs: not every program fits rows to wrapped text when it opens a file."""
    lines = (
        sum(1 + int(_ROOM * _width(line) / width) for line in str(cell).split("\n"))
        for cell, width in zip(cells[:_SHOWN], _WIDTHS, strict=False)
    )
    return min(_TALLEST, 4 + 14 * max(lines))


def _width(text: str) -> int:
    return sum(1 if each.isascii() else 2 for each in text)


def _row_formats(finding: Finding, place: Place | None, looks: Formats) -> tuple[int, ...]:
    answer = looks.answer if finding.severity is Severity.EXPLAIN else looks.text
    link = looks.centred if place is None else looks.link
    return (looks.centred, looks.severity[finding.severity], looks.text, link, *(looks.text,) * 3, answer,
            looks.text, looks.text)  # fmt: skip


def _row(at: int, cells: tuple[str | int, ...], formats: tuple[int, ...], height: int) -> str:
    written = "".join(
        _cell(address((at, place)), cell, style) for place, (cell, style) in enumerate(zip(cells, formats, strict=True))
    )
    return f'<row r="{at + 1}" ht="{height}">{written}</row>'


def _cell(at: str, cell: str | int, style: int) -> str:
    if isinstance(cell, int):
        return f'<c r="{at}" s="{style}"><v>{cell}</v></c>'
    if not cell:
        return f'<c r="{at}" s="{style}"/>'
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{string(cell)}</t></is></c>'


def _worksheet(rows: list[str], links: list[str], namespace: str) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width}" hidden="{int(place > _SHOWN)}" customWidth="1"/>'
        for place, width in enumerate(_WIDTHS, 1)
    )
    top = f"A{_HEADER_ROW + 2}"
    last = address((0, _ANSWER))[:-1]
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{namespace}"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{_HEADER_ROW + 1}" topLeftCell="{top}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{top}" sqref="{top}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>{"".join(rows)}</sheetData>'
        '<sheetProtection sheet="1" formatCells="0" formatColumns="0" formatRows="0" sort="0" autoFilter="0"/>'
        f'<mergeCells count="2"><mergeCell ref="A1:{last}1"/><mergeCell ref="A2:{last}2"/></mergeCells>'
        f"{'<hyperlinks>' + ''.join(links) + '</hyperlinks>' if links else ''}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
