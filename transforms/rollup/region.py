"""Region: a city or a province, whose issue is made of its districts' issues."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from transforms import yaml_lines
from transforms.contracts import Strict
from transforms.districts import Numbering
from transforms.yaml_lines import Misplaced

Code = Annotated[str, Field(pattern=r"^\d{6}$")]  # GB/T 2260


class Heading(Strict):
    name: str  # the red name of the briefing
    title: str  # `{period}` stands for 2014年6月
    office: str  # editing office


class Belonging(Strict):
    code: Code
    name: str


class Region(Strict):
    """`members` are the districts that owe an issue each month, in the order of the standard's codes; a province lists
    its districts, not its cities, since what is counted once cannot be put together from counts."""

    code: Code
    name: str
    campaign: str
    numbering: Numbering
    masthead: Heading
    members: Annotated[tuple[Belonging, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        codes = [member.code for member in self.members]
        if repeated := sorted({code for code in codes if codes.count(code) > 1}):
            raise Misplaced(f"members 中重复：{'、'.join(repeated)}", "members")
        if self.code in codes:
            raise Misplaced(f"members 中不能有自己：{self.code}", "members")
        return self


def parse_region(text: str, filename: str) -> Region:
    """Read a region file.

    Raises:
        ConfigurationError: with file and line of every mistake.
    """
    return yaml_lines.load(Region, text, filename)
