"""The data dictionary: every sheet, column and rule in one page, written from what the program itself works by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transforms.contracts import (
    Allowed,
    AnyRule,
    Column,
    ColumnType,
    Contract,
    Filled,
    Holds,
    Kind,
    Order,
    Pattern,
    Range,
    Unique,
)
from transforms.districts import District
from transforms.findings import Severity
from transforms.forms.columns import need_in_words
from transforms.guidance import example, expected
from transforms.identities import IDENTITY_RULES
from transforms.markdown_tables import table
from transforms.reading import READING_RULES
from transforms.suggestions import SUGGESTION_RULES

_INTRODUCTION = (
    "本页由 data/contracts 中的报表规定生成，请勿手改；改了规定之后运行 `sancu dictionary -o docs` 重新生成。",
    "问题分三级：**退回**（这一行不计，原件退回改正）、**需说明**（照计，部门要说明原因）、**提示**（只告知）。规则编号一经使用不再改变。",
)
_KINDS = {
    Kind.EVENTS: "事项表：填本月发生的，各月合起来是全部",
    Kind.REGISTER: "名册表：填到月底为止的全部，每个编号一行",
}
_PREDICATES = {
    "check_digit": "{}的校验位符合 GB 11714；18 位的还符合 GB 32100，其中第 9—17 位符合 GB 11714",
    "within_period": "{}在报告月份之内",
    "by_period_end": "{}不晚于报告月份的最后一天",
    "unified_code": "2015 年 1 月起，{}是 18 位代码",
}
_COLUMN_HEAD = ("表头", "列名", "填法", "必填", "含义", "也可写作", "例")
_RULE_HEAD = ("规则", "级别", "要求", "不合时的提示", "不合的例子")


def markdown(contracts: Sequence[Contract], district: District) -> str:
    """The whole page, the same for the same contracts."""
    parts = [f"# {district.name}{district.campaign}数据字典", *_INTRODUCTION, _contents(contracts)]
    for contract in contracts:
        parts += _about(contract)
    parts += ["## 读表的规则", "读表时发现的问题，与哪一张表无关。", _plain(READING_RULES)]
    parts += ["## 核对名称和代码的规则", "与挂钩联系名册和区县文件核对，并给出相近的。", _graded(SUGGESTION_RULES)]
    parts += [
        "## 表与表之间的规则",
        "各表、各月、各部门之间应当成立的等式；不成立的，须由部门说明。",
        _plain(IDENTITY_RULES),
    ]
    return "\n\n".join(parts) + "\n"


def _contents(contracts: Sequence[Contract]) -> str:
    rows = [
        (f"[{contract.sheet}](#{_anchor(contract)})", contract.department, f"`{contract.id}`", str(len(contract.rules)))
        for contract in contracts
    ]
    return table(("表", "部门", "数据集", "规则数"), rows)


def _anchor(contract: Contract) -> str:
    """As GitHub makes it from the heading `表名 id`."""
    return f"{contract.sheet}-{contract.id}".lower()


def _about(contract: Contract) -> list[str]:
    keys = "、".join(contract.column(name).header for name in contract.key)
    facts = [
        f"全称：{contract.title}",
        f"报送：{contract.department}，次月 {contract.due_day} 日以前",
        _KINDS[contract.kind],
        f"一行由{keys}确定",
        *([f"表名也可写作：{'、'.join(contract.aliases)}"] if contract.aliases else []),
    ]
    columns = [_column(contract, column) for column in contract.columns]
    rules = [_rule(contract, rule) for rule in contract.rules]
    return [
        f"## {contract.sheet} {contract.id}",
        "\n".join(f"- {fact}" for fact in facts),
        table(_COLUMN_HEAD, columns),
        table(_RULE_HEAD, rules),
    ]


def _column(contract: Contract, column: Column) -> tuple[str, ...]:
    right = contract.right.cells.get(column.name, "") if contract.right else ""
    synonyms = [f"{written} 读作 {value}" for written, value in column.synonyms.items()]
    absent = "；表中可以没有这一列" if column.optional else ""
    return (
        column.header,
        f"`{column.name}`",
        "；".join([expected(column), *synonyms]),
        need_in_words(contract, column) + absent,
        "；".join(filter(None, (column.about, "个人信息" * column.personal))),
        "、".join(column.aliases),
        right or example(column),
    )


def _rule(contract: Contract, rule: AnyRule) -> tuple[str, ...]:
    return (rule.code, rule.severity.chinese, _demand(contract, rule), rule.message, _failing(contract, rule))


def _demand(contract: Contract, rule: AnyRule) -> str:
    """What the rule asks, in a sentence."""

    def named(names: Iterable[str]) -> str:
        return "、".join(contract.column(name).header for name in names)

    match rule:
        case Filled():
            conditions = [f"{named([name])}为{'或'.join(wanted)}时，" for name, wanted in rule.when.items()]
            return f"{''.join(conditions)}{named(rule.columns)}不空"
        case Unique():
            return f"{named(rule.columns)}不与别的行{'全部' if len(rule.columns) > 1 else ''}相同"
        case Allowed():
            return f"{named([rule.column])}是规定的值"
        case Range():
            return f"{named([rule.column])}{_between(rule, contract.column(rule.column))}"
        case Pattern():
            return f"{named([rule.column])}符合 `{rule.regex}`"
        case Order():
            dates = contract.column(rule.first).type is ColumnType.DATE
            return f"{named([rule.second])}不{'早于' if dates else '小于'}{named([rule.first])}"
        case Holds():
            return _PREDICATES[rule.predicate].format(named([rule.column]))


def _between(rule: Range, column: Column) -> str:
    unit = column.unit if column.unit in ("", "%") else f" {column.unit}"
    bounds = [
        f"{word} {f'{bound:.10f}'.rstrip('0').rstrip('.')}{unit}"
        for word, bound in (("不小于", rule.min), ("不大于", rule.max))
        if bound is not None
    ]
    return "，".join(bounds)


def _failing(contract: Contract, rule: AnyRule) -> str:
    """The row that the rule ships to fail it, as what differs from the right one."""
    if rule.fails is None:
        return ""
    if isinstance(rule, Unique):
        return "同一行填两次"
    return "；".join(
        f"{contract.column(name).header}填“{text}”" if text else f"{contract.column(name).header}空着"
        for name, text in rule.fails.items()
    )


def _plain(rules: Mapping[str, str]) -> str:
    return table(("规则", "内容"), list(rules.items()))


def _graded(rules: Mapping[str, tuple[Severity, str]]) -> str:
    return table(("规则", "级别", "内容"), [(code, grade.chinese, text) for code, (grade, text) in rules.items()])
