"""YAML into pydantic models, with errors that name file and line."""

from __future__ import annotations

from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from transforms.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


class Misplaced(ValueError):
    """A mistake that a model's validator found further in; `where` leads from the model to it."""

    def __init__(self, message: str, *where: int | str) -> None:
        super().__init__(message)
        self.where = where


class _Loader(yaml.SafeLoader):
    """Leaves dates as text, so that 2014-02-30 is refused by the model, which knows the place."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(model: type[Model], text: str, filename: str) -> Model:
    """Parse `text` and validate it as `model`.

    Raises:
        ConfigurationError: bad YAML, a key given twice, or a value the model refuses. One line a mistake, each
            starting with `filename:line: `.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        _refuse_repeated_keys(node, filename)
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{filename}:{line}: 不是合法的 YAML：{error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{filename}:1: 不是合法的 YAML：{error}") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(error, node, filename))) from error


def _explain(error: ValidationError, node: yaml.Node | None, filename: str) -> list[str]:
    lines = []
    for item in error.errors(include_url=False):
        where = item["loc"] + getattr(item.get("ctx", {}).get("error"), "where", ())
        place = ".".join(str(part) for part in where) or "文件"
        lines.append(f"{filename}:{_line_of(node, where)}: {place}：{_chinese(item)}")
    return lines


def _chinese(item: Any) -> str:
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return "缺少这一项"
        case "extra_forbidden":
            return "没有这一项，请检查拼写"
        case "literal_error" | "enum":
            return f"“{item['input']}”不在可选值中（可选：{_listed(context.get('expected', ''))}）"
        case "union_tag_invalid":
            return f"“{context['tag']}”不在可选值中（可选：{_listed(context['expected_tags'])}）"
        case "union_tag_not_found":
            return f"缺少 {_listed(context['discriminator'])}"
        case "value_error":
            return str(context.get("error", item["msg"]))
        case kind if kind in _EXPECTED:
            return f"“{_cut(item['input'])}”不对，{_EXPECTED[kind].format(**context)}"
        case _:
            return f"“{_cut(item['input'])}”不对（{item['msg']}）"


_EXPECTED = {
    "string_type": "应为文字（数字请加引号）",
    "string_pattern_mismatch": "应符合 {pattern}",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "应为整数"),
    **dict.fromkeys(("float_type", "float_parsing"), "应为数"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "应为 true 或 false"),
    **dict.fromkeys(("tuple_type", "list_type"), "应为列表"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "应为若干“键: 值”"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "应为日期，例如 2014-02-10"),
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "too_short": "至少要有 {min_length} 项",
}


def _listed(quoted: str) -> str:
    """pydantic's `'a', 'b' or 'c'` in Chinese."""
    return quoted.replace("'", "").replace(" or ", "、").replace(", ", "、")


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Line of the deepest part of `location` that stands in the file."""
    line = node.start_mark.line if node else 0
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                continue
            line, node = pairs[0][0].start_mark.line, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
    return line + 1


def _refuse_repeated_keys(node: yaml.Node | None, filename: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, filename)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigurationError(f"{filename}:{key.start_mark.line + 1}: 键只能是一个词，不能是列表或映射")
            if key.value in seen:
                raise ConfigurationError(f"{filename}:{key.start_mark.line + 1}: “{key.value}”写了两次")
            seen.add(key.value)
            _refuse_repeated_keys(value, filename)
