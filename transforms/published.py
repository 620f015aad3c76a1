"""Published: figures that the district has made public, which a month's own figures must agree with."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from transforms import yaml_lines
from transforms.contracts import Strict
from transforms.errors import UsageError
from transforms.figures import Unit
from transforms.period import Period


class PublicFigure(Strict):
    """One public figure. An exact one is a number; `2亿多元` is not: it bounds (`above` < value < `below`)."""

    value: int | float | None = None
    unit: Unit
    exact: bool = True
    words: str = ""  # as the public text has it, when it is not exact
    above: int | float | None = None
    below: int | float | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.exact and self.value is None:
            raise ValueError("确数要写 value")
        if not self.exact and self.above is None and self.below is None:
            raise ValueError("约数要写 above 或 below")
        return self

    def admits(self, value: Fraction) -> bool:
        """Whether a computed value agrees with what was made public."""
        if self.exact:
            return value == Fraction(str(self.value))
        low = self.above is None or value > Fraction(str(self.above))
        high = self.below is None or value < Fraction(str(self.below))
        return low and high


class Published(Strict):
    period: str
    district: Annotated[str, Field(pattern=r"^\d{6}$")]
    published_on: dt.date
    figures: dict[str, PublicFigure]  # by figure code

    @field_validator("period")
    @classmethod
    def _period(cls, text: str) -> str:
        try:
            Period.parse(text)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return text


def parse_published(text: str, filename: str) -> Published:
    """Read the public figures of one month.

    Raises:
        ConfigurationError: with file and line of every mistake.
    """
    return yaml_lines.load(Published, text, filename)
