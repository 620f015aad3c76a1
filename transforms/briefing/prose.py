"""Phrases of the prose. Every number in them is a figure, rounded once when printed, and a link to its entry in annex 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from markupsafe import Markup, escape

from transforms.briefing.amounts import SMALL_WAN, amount, large, parts
from transforms.comparison import growth
from transforms.errors import ConfigurationError
from transforms.figures import Figure, Light, Scope, Unit, half_up, show
from transforms.period import Period

ABSENT = "暂缺"
_MEASURED = frozenset({Unit.PERCENT, Unit.SCORE, Unit.MULTIPLE, Unit.POINTS})  # rise and fall; what is counted grows


class Prose:
    """Phrases about one month's figures. Methods are the vocabulary of the templates.

    A missing figure never prints as a number: templates ask `known` first and say `absent` otherwise. Large sums are
    told in 亿元 (`amounts`); `of` names the sum that a part is compared with, whose unit it takes.
    """

    def __init__(self, figures: Mapping[str, Figure], previous: Mapping[str, Figure], period: Period) -> None:
        self._figures = figures
        self._previous = previous
        self._year_gone = year_gone(period)

    def vocabulary(self) -> dict[str, Callable[..., object]]:
        """The names that templates may call."""
        names = (
            "figure fig parts num exact value known absent done due shortfall moved signed signed_on_year ahead lead"
        )
        names += " light target meets some count"
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

    def fig(self, code: str, of: str = "") -> Markup:
        """Value and unit, e.g. `98家`, `24.88亿元`."""
        return _number(code, ABSENT if self.figure(code).value is None else "".join(self.parts(code, of)))

    def parts(self, code: str, of: str = "") -> tuple[str, str]:
        """The same apart; `—` and nothing when it is missing."""
        figure = self.figure(code)
        if figure.value is None:
            return "—", ""
        return parts(figure.value, figure.unit, self._in_yi(code, of), figure.unit.decimals)

    def num(self, code: str) -> Markup:
        """The number alone, in the figure's own unit; `—` when it is missing."""
        figure = self.figure(code)
        return _number(code, show(figure.value, figure.unit))

    def exact(self, code: str) -> Markup:
        """The same with its unit, for tables."""
        figure = self.figure(code)
        return _number(code, show(figure.value, figure.unit) + ("" if figure.value is None else figure.unit))

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

    def some(self, code: str) -> bool:
        """Whether there is any of it: known, and not nothing."""
        return self.known(code) and self.value(code) != 0

    def absent(self, topic: str, *codes: str) -> Markup:
        """The sentence that stands where the numbers of `codes` would: why they are missing. Nothing when this
        edition leaves one of them out."""
        if not all(code in self._figures for code in codes):
            return Markup("")
        notes = dict.fromkeys(f.note for f in map(self.figure, codes) if f.value is None and f.note)
        return Markup("{}，{}暂缺。").format("、".join(notes) or "数据未报送", topic)

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
        return self._part(code, self.figure(code).target, unit)

    def meets(self, code: str) -> bool:
        """Whether the value has reached the target, or a rate the whole."""
        figure = self.figure(code)
        goal = figure.target if figure.target is not None else Fraction(100)
        return figure.value is not None and figure.value >= goal

    def moved(self, code: str) -> Markup:
        """`，环比增加3家、增长12%，同比…`: the changes on last month and on last year's month that are known, each after
        its comma; empty when there are none. Growth is left out where the base is too small to divide by."""
        figure = self.figure(code)
        flow = figure.scope is Scope.MONTH and figure.unit not in _MEASURED
        on_month = self._moved(code, figure.change if self._previous else None, "环比" if flow else "比上月", "上月")
        if on_month and figure.change == 0 and figure.change_on_year == 0:
            return Markup("，与上月和上年同月持平")
        return on_month + self._moved(code, figure.change_on_year, "同比" if flow else "比上年同月", "上年同月")

    def _moved(self, code: str, change: Fraction | None, on: str, when: str) -> Markup:
        if change is None:
            return Markup("")
        figure = self.figure(code)
        if change == 0:
            whole = figure.unit is Unit.PERCENT and figure.value == 100
            return Markup("" if whole else "，与{}持平").format(when)
        unit = _unit_of_change(figure)
        if half_up(change, unit.decimals) == "0":
            return Markup("，与{}基本持平").format(when)
        verbs = ("上升", "下降") if figure.unit in _MEASURED else ("增加", "减少")
        size = amount(abs(change), unit, self._in_yi(code) and abs(change) >= SMALL_WAN, unit.decimals)
        grown = self._grown(code, growth(figure, change))
        return Markup("，{}{}{}{}").format(on, verbs[change < 0], _number(code, size), grown)

    def _grown(self, code: str, rate: Fraction | None) -> Markup:
        size = "0" if rate is None else half_up(abs(rate), 1)
        if rate is None or size == "0":
            return Markup("")
        return Markup("、{}{}").format("增长" if rate > 0 else "下降", _number(code, f"{size}%"))

    def signed(self, code: str, scaled: bool = False) -> Markup:
        """The change on last month for a table: `+3家`, `-0.5个百分点`, `持平`; `—` when there is none. `scaled`: beside
        a value that `fig` prints."""
        return self._signed(code, self.figure(code).change if self._previous else None, scaled)

    def signed_on_year(self, code: str) -> Markup:
        """The same on the same month of last year."""
        return self._signed(code, self.figure(code).change_on_year, False)

    def _signed(self, code: str, change: Fraction | None, scaled: bool) -> Markup:
        if change is None:
            return Markup("—")
        unit = _unit_of_change(self.figure(code))
        if half_up(change, unit.decimals) == "0":
            return Markup("持平")
        size = amount(change, unit, scaled and self._in_yi(code) and abs(change) >= SMALL_WAN, unit.decimals)
        return _number(code, f"{'+' if change > 0 else ''}{size}")

    def lead(self, code: str) -> Markup:
        """How many percentage points a yearly rate lies before or behind the share of the year gone, without a sign."""
        return _number(code, f"{half_up(abs(self.value(code) - self._year_gone), 1)}个百分点")

    def ahead(self, code: str) -> Markup:
        """A yearly rate against the share of the year gone, in percentage points; against the whole when it is reached,
        or the year over."""
        over = self.value(code) - 100
        if over >= 0:
            more = _number(code, f"{half_up(over, 1)}个百分点")
            return Markup("已完成全年目标") if half_up(over, 1) == "0" else Markup("超过全年目标{}").format(more)
        lead = self.value(code) - self._year_gone
        if half_up(lead, 1) == "0":
            return Markup("与时间进度持平")
        if self._year_gone == 100:
            return Markup("距全年目标差{}").format(self.lead(code))
        return Markup("{}时间进度{}").format("快于" if lead > 0 else "慢于", self.lead(code))

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
        return _number(code, "—" if value is None else amount(value, unit, self._in_yi(code), 2))

    def _in_yi(self, code: str, of: str = "") -> bool:
        return large(self.figure(of or code))


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


def _unit_of_change(figure: Figure) -> Unit:
    return Unit.POINTS if figure.unit is Unit.PERCENT else figure.unit


def _number(code: str, text: str) -> Markup:
    return Markup('<a class="n" href="#f-{}">{}</a>').format(code, escape(text))
