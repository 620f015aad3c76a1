"""What to write into a column, in a sentence: for forms, returned workbooks and the data dictionary."""

from __future__ import annotations

from transforms.contracts import Column, ColumnType

_KIND = {
    ColumnType.TEXT: "文字",
    ColumnType.ORG_CODE: "9 位组织机构代码或 18 位统一社会信用代码，单元格设为“文本”格式",
    ColumnType.DATE: "日期，写成 年-月-日",
    ColumnType.MONEY: "金额",
    ColumnType.AREA: "面积",
    ColumnType.PERCENT: "百分数，85.5 表示 85.5%",
    ColumnType.SCORE: "分数",
    ColumnType.COUNT: "整数",
}
_EXAMPLE = {
    ColumnType.TEXT: "",
    ColumnType.ORG_CODE: "59171234-0",
    ColumnType.DATE: "2014-06-17",
    ColumnType.MONEY: "12.5",
    ColumnType.AREA: "8600",
    ColumnType.PERCENT: "85.5",
    ColumnType.SCORE: "95",
    ColumnType.COUNT: "3",
    ColumnType.FLAG: "是",
}


def expected(column: Column) -> str:
    """`金额，单位：万元`; `只能填：开工、竣工`; `填“是”或“否”`."""
    match column.type:
        case ColumnType.CHOICE:
            return f"只能填：{'、'.join(column.allowed)}"
        case ColumnType.FLAG:
            return "填“是”或“否”"
        case ColumnType.PERCENT:
            return _KIND[column.type]
        case kind:
            return f"{_KIND[kind]}，单位：{column.unit}" if column.unit else _KIND[kind]


def example(column: Column) -> str:
    """The contract's example, else one of its kind; empty for a text that has none."""
    if column.example or column.type is not ColumnType.CHOICE:
        return column.example or _EXAMPLE[column.type]
    return column.allowed[0]
