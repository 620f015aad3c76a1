"""What a sender reads about a finding, and how a later return knows our own comments again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from transforms.contracts import Column, Contract
from transforms.findings import Finding
from transforms.guidance import example, expected

AUTHOR = "督查室"
_SIGNATURE = f"——{AUTHOR}"
_LINE = "──────"
_OPENING = re.compile(r"\s*(?:1\.)?【(?:退回|需说明|提示)】")
_APPENDED = re.compile(r"(?<!─)─{4,}\s*(?:1\.)?【(?:退回|需说明|提示)】")
_LONGEST = 1900  # characters of a comment: more, nobody reads in so small a box

Columns = Mapping[tuple[str, str], Column]  # (dataset, field)


def columns_of(contracts: Sequence[Contract]) -> Columns:
    return {(contract.id, column.name): column for contract in contracts for column in contract.columns}


def guidance(finding: Finding, columns: Columns) -> tuple[str, str]:
    """What to fill in, and an example; empty where the finding is about no column."""
    column = columns.get((finding.dataset, finding.field))
    return (expected(column), example(column)) if column else ("", "")


def comment(findings: Sequence[tuple[int, Finding]], columns: Columns) -> str:
    """The comment on one cell; findings come with their number in the list, worst first."""
    numbered = len(findings) > 1
    blocks = [_block(f"{place}." if numbered else "", each, columns) for place, (_, each) in enumerate(findings, 1)]
    numbers = "、".join(str(number) for number, _ in findings[:10])
    ending = f"\n{_SIGNATURE}，见“问题清单”第 {numbers} 条"
    text = "\n".join(blocks)
    room = _LONGEST - len(ending)
    return (text if len(text) <= room else f"{text[: room - 1]}…") + ending


def _block(number: str, finding: Finding, columns: Columns) -> str:
    wanted, for_example = guidance(finding, columns)
    lines = [f"{number}【{finding.severity.chinese}】{finding.message}"]
    lines += [f"应填：{wanted}"] if wanted else []
    lines += [f"例：{for_example}"] if for_example else []
    return "\n".join(lines)


def appended(text: str) -> str:
    """Ours below the sender's own comment."""
    return f"\n{_LINE}\n{text}"


def is_ours(text: str) -> bool:
    """Whether a whole comment is of an earlier return."""
    return bool(_OPENING.match(text)) and _SIGNATURE in text


def own_length(text: str) -> int:
    """How much of a comment is the sender's own, when we appended to it; all of it when we did not."""
    match = _APPENDED.search(text) if _SIGNATURE in text else None
    return len(text[: match.start()].rstrip()) if match else len(text)
