"""Contract: what one sheet must look like. One YAML a dataset; reading, checking, forms and the data
dictionary all derive from it."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms import yaml_lines
from transforms.errors import UsageError
from transforms.findings import Severity
from transforms.period import Period
from transforms.yaml_lines import Misplaced

RuleCode = Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]


class Kind(StrEnum):
    """`events`: dated rows of this month, history is the union of months. `register`: the whole list as it
    stands at the month's end, one row a key."""

    EVENTS = "events"
    REGISTER = "register"


class ColumnType(StrEnum):
    """How a column is typed. Numbers are integers in the smallest unit, so every sum is exact."""

    TEXT = "text"
    ORG_CODE = "org_code"  # GB 11714 (9 characters) or GB 32100 (18); a column without `_code` holds the 9-char core
    DATE = "date"
    MONEY = "money"  # int64 分; column name ends in _fen
    AREA = "area"  # int64 square decimetres, 1 ㎡ = 100; ends in _dm2
    PERCENT = "percent"  # int64 hundredths of a percentage point; ends in _bp
    SCORE = "score"  # int64 hundredths; ends in _centi
    COUNT = "count"  # int64
    CHOICE = "choice"  # one of `allowed`
    FLAG = "flag"  # boolean, typed 是/否


SUFFIX = {
    ColumnType.ORG_CODE: "_code",
    ColumnType.DATE: "_on",
    ColumnType.MONEY: "_fen",
    ColumnType.AREA: "_dm2",
    ColumnType.PERCENT: "_bp",
    ColumnType.SCORE: "_centi",
}

NUMBERS = (ColumnType.MONEY, ColumnType.AREA, ColumnType.PERCENT, ColumnType.SCORE, ColumnType.COUNT)
TEXTS = (ColumnType.TEXT, ColumnType.CHOICE, ColumnType.ORG_CODE)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    name: Name
    header: str
    aliases: tuple[str, ...] = ()
    type: ColumnType
    unit: Literal["元", "千元", "万元", "亿元", "平方米", "万平方米", "亩", "%", "个", "套", "分", "天", ""] = ""
    allowed: tuple[str, ...] = ()
    synonyms: dict[str, str] = {}  # what clerks write → the allowed value
    optional: bool = False  # the header itself may be absent
    personal: bool = False  # masked on reading, never leaves the archive
    about: str = ""  # meaning, for forms and the data dictionary
    example: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        suffix = SUFFIX.get(self.type, "")
        if not self.name.endswith(suffix):
            raise ValueError(f"{self.type} 类型的列名应以 {suffix} 结尾")
        if (self.type is ColumnType.CHOICE) != bool(self.allowed):
            raise ValueError("choice 类型的列要写 allowed，其他类型不写")
        if self.type in (ColumnType.MONEY, ColumnType.AREA) and not self.unit:
            raise ValueError(f"{self.type} 类型的列要写 unit（表中未注明单位时按它读）")
        if unknown := set(self.synonyms.values()) - set(self.allowed):
            raise ValueError(f"synonyms 指向的值不在 allowed 中：{'、'.join(sorted(unknown))}")
        return self


class Rule(Strict):
    code: RuleCode
    severity: Severity
    message: str  # plain Chinese: what is wrong, what is expected
    # What put over the contract's `right` row makes this rule speak and no other; `unique`: the row once more.
    fails: dict[Name, str] | None = None

    def fault(self, columns: Mapping[str, Column]) -> str:
        """Why the rule cannot be meant for the columns it names; empty when it can."""
        return ""


class Filled(Rule):
    """Each of `columns` is filled in every row; with `when`, only in rows where that column has one of the values."""

    kind: Literal["filled"]
    columns: Names
    when: dict[Name, tuple[str, ...]] = {}

    def fault(self, columns: Mapping[str, Column]) -> str:
        for name, values in self.when.items():
            if columns[name].type is not ColumnType.CHOICE:
                return f"when 只能用 choice 类型的列，{name} 不是"
            if unknown := sorted(set(values) - set(columns[name].allowed)):
                return f"when 中的值不在列 {name} 的 allowed 中：{'、'.join(unknown)}"
        return ""


class Unique(Rule):
    """No two rows agree in all of `columns`. The first row stays; each repeat is a finding."""

    kind: Literal["unique"]
    columns: Names


class Allowed(Rule):
    """The cell is one of the column's `allowed` values."""

    kind: Literal["allowed"]
    column: Name

    def fault(self, columns: Mapping[str, Column]) -> str:
        return "" if columns[self.column].allowed else f"列 {self.column} 没有 allowed"


class Range(Rule):
    """min ≤ value ≤ max, both in the column's `unit` (percent: points; dates are not ranged here)."""

    kind: Literal["range"]
    column: Name
    min: float | None = None
    max: float | None = None

    def fault(self, columns: Mapping[str, Column]) -> str:
        if columns[self.column].type not in NUMBERS:
            return f"列 {self.column} 不是数，不能用 range"
        if self.min is None and self.max is None:
            return "min 和 max 至少要写一个"
        if self.min is not None and self.max is not None and self.min > self.max:
            return "min 不能大于 max"
        return ""


class Pattern(Rule):
    """The whole cell matches `regex`."""

    kind: Literal["pattern"]
    column: Name
    regex: str

    @field_validator("regex")
    @classmethod
    def _compiles(cls, regex: str) -> str:
        try:
            re.compile(regex)
        except re.error as error:
            raise ValueError(f"正则表达式写得不对：{error}") from error
        return regex

    def fault(self, columns: Mapping[str, Column]) -> str:
        return "" if columns[self.column].type in TEXTS else f"列 {self.column} 不是文字，不能用 pattern"


class Order(Rule):
    """first ≤ second, in two columns of one type (dates or numbers); a row with either empty passes."""

    kind: Literal["order"]
    first: Name
    second: Name

    def fault(self, columns: Mapping[str, Column]) -> str:
        types = {columns[self.first].type, columns[self.second].type}
        if len(types) == 1 and types <= {*NUMBERS, ColumnType.DATE}:
            return ""
        return f"列 {self.first} 和 {self.second} 应同为日期或同一种数"


class Holds(Rule):
    """A named predicate of `transforms.checks` holds: `check_digit` (GB 11714 / GB 32100), `within_period` (the
    date lies in the submission's month), `by_period_end` (the date is not after the month's end), `unified_code`
    (in a month from 2015 on the code has 18 characters)."""

    kind: Literal["holds"]
    column: Name
    predicate: Literal["check_digit", "within_period", "by_period_end", "unified_code"]

    def fault(self, columns: Mapping[str, Column]) -> str:
        of_codes = self.predicate in ("check_digit", "unified_code")
        wanted = ColumnType.ORG_CODE if of_codes else ColumnType.DATE
        return "" if columns[self.column].type is wanted else f"{self.predicate} 只能用于 {wanted} 类型的列"


AnyRule = Annotated[Filled | Unique | Allowed | Range | Pattern | Order | Holds, Field(discriminator="kind")]


class Right(Strict):
    """A row that passes every rule in the sheet of `period`; a column that `cells` does not name is empty."""

    period: str
    cells: dict[Name, str]  # as a clerk writes it

    @field_validator("period")
    @classmethod
    def _a_month(cls, text: str) -> str:
        try:
            Period.parse(text)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return text


class Contract(Strict):
    id: Name
    sheet: str
    aliases: tuple[str, ...] = ()  # other names that the sheet goes by
    title: str
    department: str
    kind: Kind
    due_day: Annotated[int, Field(ge=1, le=28)]  # day of the month after the period
    key: Names
    columns: tuple[Column, ...]
    rules: tuple[AnyRule, ...]
    right: Right | None = None  # the example of the data dictionary, and what each rule's `fails` is put over

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: dict[str, set[str]] = {"列名": set(), "表头或别名": set(), "规则编号": set()}
        for place, column in enumerate(self.columns):
            _once(seen["列名"], "列名", (column.name,), "columns", place)
            _once(seen["表头或别名"], "表头或别名", (column.header, *column.aliases), "columns", place)
        if unknown := set(self.key) - seen["列名"]:
            raise Misplaced(f"用到了没有定义的列：{'、'.join(sorted(unknown))}", "key")
        if unknown := set(self.right.cells if self.right else ()) - seen["列名"]:
            raise Misplaced(f"用到了没有定义的列：{'、'.join(sorted(unknown))}", "right", "cells", min(unknown))
        for place, rule in enumerate(self.rules):
            _once(seen["规则编号"], "规则编号", (rule.code,), "rules", place)
            if unknown := {*columns_of(rule), *(rule.fails or ())} - seen["列名"]:
                raise Misplaced(f"用到了没有定义的列：{'、'.join(sorted(unknown))}", "rules", place)
            if fault := rule.fault({column.name: column for column in self.columns}):
                raise Misplaced(f"规则 {rule.code}：{fault}", "rules", place)
        return self

    def with_aliases(self, headers: Mapping[str, tuple[str, ...]]) -> Contract:
        """The contract with more aliases, by column name.

        Raises:
            ValueError: no such column, or two columns under one header; the message says which.
        """
        if unknown := sorted(set(headers) - {column.name for column in self.columns}):
            raise ValueError(f"用到了没有定义的列：{'、'.join(unknown)}")
        columns = [c.model_copy(update={"aliases": (*c.aliases, *headers.get(c.name, ()))}) for c in self.columns]
        return Contract.model_validate({**self.model_dump(), "columns": [c.model_dump() for c in columns]})

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def columns_of(rule: AnyRule) -> tuple[str, ...]:
    """The columns that a rule looks at, the one to mark first."""
    match rule:
        case Filled():
            return (*rule.columns, *rule.when)
        case Unique():
            return rule.columns
        case Order():
            return (rule.second, rule.first)
        case _:
            return (rule.column,)


def _once(seen: set[str], what: str, names: tuple[str, ...], *where: int | str) -> None:
    for name in names:
        if name in seen:
            raise Misplaced(f"{what}重复：{name}", *where)
        seen.add(name)


def template_version(contracts: Sequence[Contract]) -> str:
    """Eight hexadecimal digits that change whenever anything in the contracts of a department does."""
    listed = [contract.model_dump(mode="json") for contract in sorted(contracts, key=lambda contract: contract.id)]
    canonical = json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]


@functools.lru_cache(maxsize=128)  # a province of districts in one process
def parse_contract(text: str, filename: str) -> Contract:
    """Read one contract.

    Raises:
        ConfigurationError: with file and line of every mistake.
    """
    return yaml_lines.load(Contract, text, filename)
