"""Phrases of the prose. Every number in them is a figure, rounded once when printed, and a link to its entry in annex 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from markupsafe import Markup, escape

from transforms.comparison import growth
from transforms.errors import ConfigurationError
from transforms.figures import Figure, Light, Unit, half_up, show
from transforms.period import Period

# Below this, a month-on-month percentage says more about the base than about the month.
ABSENT = "暂缺"


class Prose:
    """Phrases about one month's figures. Methods are the vocabulary of the templates.

    A missing figure never prints as a number: templates ask `known` first and say `absent` otherwise.
    """

    def __init__(self, figures: Mapping[str, Figure], previous: Mapping[str, Figure], period: Period) -> None:
        self._figures = figures
        self._previous = previous
        self._year_gone = year_gone(period)

    def vocabulary(self) -> dict[str, Callable[..., object]]:
        """The names that templates may call."""
        names = "figure fig num value known absent done due shortfall change signed signed_on_year growth ahead light target meets count"
        return {name: getattr(self, name) for name in names.split()} | {"days": days}

    def figure(self, code: str) -> Figure:
        """The figure itself.

        Raises:
            ConfigurationError: no figure has this code.
        """
        try:
            return self._figures[code]
        except KeyError:
            raise ConfigurationError(f"模板:1: 没有代码为“{code}”的指标") from None

    def fig(self, code: str) -> Markup:
        """Value and unit, e.g. `98家`."""
        figure = self.figure(code)
        return _number(code, f"{show(figure.value, figure.unit)}{figure.unit}" if figure.value is not None else ABSENT)

    def num(self, code: str) -> Markup:
        """The number alone; `—` when it is missing."""
        figure = self.figure(code)
        return _number(code, show(figure.value, figure.unit))

    def value(self, code: str) -> Fraction:
        """The exact value, for choosing words.

        Raises:
            ValueError: it is missing; a template must ask `known` first, for missing is not 0.
        """
        value = self.figure(code).value
        if value is None:
            raise ValueError(f"{code} 没有数，模板应先用 known 判断")
        return value

    def known(self, *codes: str) -> bool:
        """Whether all of them have a value. One that this edition leaves out is not known."""
        return all(code in self._figures and self._figures[code].value is not None for code in codes)

    def absent(self, topic: str, *codes: str) -> Markup:
        """The sentence that stands where the numbers of `codes` would: why they are missing. Nothing when this
        edition leaves one of them out."""
        if not all(code in self._figures for code in codes):
            return Markup("")
        notes = dict.fromkeys(f.note for f in map(self.figure, codes) if f.value is None and f.note)
        return Markup("{}：{}，暂缺。").format(topic, "、".join(notes) or "数据未报送")

    def done(self, code: str, unit: str = "") -> Markup:
        """Numerator of a rate with its unit."""
        return self._part(code, self.figure(code).done, unit)

    def due(self, code: str, unit: str = "") -> Markup:
        """Denominator of a rate with its unit."""
        return self._part(code, self.figure(code).due, unit)

    def shortfall(self, code: str) -> Markup:
        """Denominator less numerator, never below 0."""
        figure = self.figure(code)
        if figure.due is None or figure.done is None:
            return self._part(code, None, "")
        return self._part(code, max(figure.due - figure.done, Fraction(0)), "")

    def target(self, code: str, unit: str = "") -> Markup:
        figure = self.figure(code)
        return self._part(code, figure.target, unit)

    def meets(self, code: str) -> bool:
        """Whether the value has reached the target, or a rate the whole."""
        figure = self.figure(code)
        goal = figure.target if figure.target is not None else Fraction(100)
        return figure.value is not None and figure.value >= goal

    def change(self, code: str) -> Markup:
        """The change on last month in words: `比上月增加3家`, `与上月持平`, or why there is none."""
        figure = self.figure(code)
        if not self._previous:
            return Markup("本月为活动首月")
        if figure.change is None:
            return Markup("上月数缺，不作比较")
        if figure.change == 0:
            return Markup("与上月持平")
        unit = Unit.POINTS if figure.unit is Unit.PERCENT else figure.unit
        size = half_up(abs(figure.change), unit.decimals)
        if size == "0":
            return Markup("与上月基本持平")
        verbs = ("上升", "下降") if figure.unit in (Unit.PERCENT, Unit.SCORE, Unit.MULTIPLE) else ("增加", "减少")
        return Markup("比上月{}{}").format(verbs[figure.change < 0], _number(code, f"{size}{unit}"))

    def signed(self, code: str) -> Markup:
        """The change on last month for a table: `+3家`, `-0.5个百分点`, `持平`; `—` when there is none."""
        return self._signed(code, self.figure(code).change if self._previous else None)

    def signed_on_year(self, code: str) -> Markup:
        """The same on the same month of last year."""
        return self._signed(code, self.figure(code).change_on_year)

    def _signed(self, code: str, change: Fraction | None) -> Markup:
        if change is None:
            return Markup("—")
        figure = self.figure(code)
        unit = Unit.POINTS if figure.unit is Unit.PERCENT else figure.unit
        text = half_up(change, unit.decimals)
        if text == "0":
            return Markup("持平")
        return _number(code, f"{'+' if change > 0 else ''}{text}{unit}")

    def growth(self, code: str) -> Markup:
        """`环比增长9.8%，同比下降3%`; a part is left out when its base is missing or too small to divide by."""
        figure = self.figure(code)
        changes = (("环比", figure.change if self._previous else None), ("同比", figure.change_on_year))
        parts = [self._grown(code, name, growth(figure, change)) for name, change in changes]
        return Markup("，").join(part for part in parts if part)

    def _grown(self, code: str, name: str, rate: Fraction | None) -> Markup:
        if rate is None:
            return Markup("")
        size = half_up(abs(rate), 1)
        word = "持平" if size == "0" else "增长" if rate > 0 else "下降"
        return Markup("{}{}{}").format(name, word, "" if size == "0" else _number(code, f"{size}%"))

    def ahead(self, code: str) -> Markup:
        """A yearly rate against the share of the year gone, in percentage points."""
        lead = self.value(code) - self._year_gone
        size = half_up(abs(lead), 1)
        if size == "0":
            return Markup("与时间进度持平")
        return Markup("{}时间进度{}").format("快于" if lead > 0 else "慢于", _number(code, f"{size}个百分点"))

    def light(self, code_or_light: str | Light | None) -> Markup:
        """A light as shape and word; the colour is only a third sign. `—` when there is none."""
        if code_or_light is None:
            return Markup("—")
        light = code_or_light if isinstance(code_or_light, Light) else self.figure(code_or_light).light
        if light is None:
            return Markup("—")
        return Markup('<span class="light {}">{}{}</span>').format(light.name.lower(), light.mark, light.value)

    def count(self, number: int, unit: str) -> Markup:
        """A count of what stands in the document itself: items, departments, pages."""
        return Markup('<span class="n">{}{}</span>').format(number, unit)

    def _part(self, code: str, value: Fraction | None, unit: str) -> Markup:
        return _number(code, "—" if value is None else f"{half_up(value, 2)}{unit}")


def year_gone(period: Period) -> Fraction:
    """The share of the year's days gone by the month's end, in percent."""
    return 100 * period.year_gone


def days(item_days: int | None) -> str:
    """`逾期5天`, `当日到期`, `还有3天`, or `—`."""
    if item_days is None:
        return "—"
    if item_days == 0:
        return "当日到期"
    return f"逾期{item_days}天" if item_days > 0 else f"还有{-item_days}天"


def _number(code: str, text: str) -> Markup:
    return Markup('<a class="n" href="#f-{}">{}</a>').format(code, escape(text))
