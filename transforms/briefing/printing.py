"""Printed: the view as HTML by Jinja2. Text from a department is text: escaped, never markup, never a template."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from xml.etree.ElementTree import Element

import tinyhtml5
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from markupsafe import Markup

from transforms.briefing import naming, selection, title
from transforms.briefing.prose import Prose
from transforms.briefing.view import AttentionItem, Edition, View
from transforms.districts import Audience
from transforms.figures import Figure, show, value_of
from transforms.findings import Severity
from transforms.tracking import MONTHS_COUNTED
from transforms.values import printable

TEMPLATE_FOLDER = str(files("report_templates"))
_CODE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_SAME_REASON = re.compile(r"(?<![^。])(?P<why>[^。]+)，(?P<what>[^。，]+)暂缺。(?P=why)，(?=[^。，]+暂缺。)")
_NOT_CODES = (".j2", ".css")
NUMERALS = "一二三四五六七八九十"
SETTLED_NAMED = 5  # of last month's items that are settled; the others are counted


def html(view: View, *, trial: bool = False) -> str:
    """The whole document. Charts are `<img src="chart:NAME">`, style sheets `page.css` and `fonts.css`.

    `trial`: page one alone, its last line above its list, so that the list runs on where the page ends.
    """
    prose = Prose(view.figures, view.previous, view.period)
    words = prose.vocabulary() | {"date": date, "day": day, "moment": moment, "places": places, "stay": stay}
    words |= {"show": shown, "paragraph": paragraphs(view.edition), "ordinal": lambda part: ordinal(view, part)}
    words["copy_number"] = copy_number
    words["annex"] = lambda part: view.edition.annexes.index(part) + 1
    words |= {"value_of": value_of, "numbers": numbers}
    template = _environment().get_template("briefing.html.j2")
    return template.render(
        view=view,
        selection=selection,
        severities=tuple(Severity),
        charset="utf-8",
        settled_named=SETTLED_NAMED,
        naming=naming,
        trial=trial,
        title_lines=title.balanced(view.title, view.district.name),
        **words,
    )


def tree(html: str) -> tuple[Element, Element]:
    """Head and body of `html` as elements without namespaces, the caller's own to change."""
    head, body = copy.deepcopy(_parsed(html))
    return head, body


@functools.lru_cache(maxsize=1)
def _parsed(html: str) -> Element:
    """Kept, since the editions for Word and for browsers are made of the same page one after the other."""
    root: Element = tinyhtml5.parse(html, namespace_html_elements=False)
    return root


def fonts_css(urls: dict[str, str]) -> str:
    """The style sheet that names the fonts, from role → URL."""
    return filled("fonts.css.j2", fonts=urls)


def filled(template: str, **words: object) -> str:
    """A template of the folder with these words in it."""
    return _environment().get_template(template).render(**words)


@functools.cache
def figure_codes() -> dict[str, str]:
    """Every figure code that a template names → `file:line` of its first mention."""
    environment = _environment()
    found: dict[str, str] = {}
    for name in sorted(environment.list_templates(extensions=["j2"])):
        source = environment.loader.get_source(environment, name)[0]  # type: ignore[union-attr]
        for constant in environment.parse(source).find_all(nodes.Const):
            text = constant.value
            if isinstance(text, str) and _CODE.fullmatch(text) and not text.endswith(_NOT_CODES):
                found.setdefault(text, f"{name}:{constant.lineno}")
    return found


def tight(text: str) -> Markup:
    """Line breaks of the template taken out: between hanzi a line break would print as a space."""
    return Markup(re.sub(r"\s*\n\s*", "", str(text)))


def rest(text: str) -> Markup:
    """Clauses that each begin with their sign, without the first one's."""
    return tight(text).strip()[1:]


def sentences(text: str) -> Markup:
    """A paragraph in one line; what is missing for one reason in sentences next to each other is told in one."""
    told, before = str(tight(text)), ""
    while told != before:
        told, before = _SAME_REASON.sub(r"\g<why>，\g<what>、", told), told
    return Markup(told)


def date(when: dt.date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def day(when: dt.date) -> str:
    return f"{when.month}月{when.day}日"


def moment(when: dt.datetime) -> str:
    return f"{when.month}月{when.day}日{when:%H:%M}"


def places(change: int | None) -> str:
    """Places gained or lost in a ranking."""
    if change is None:
        return "—"
    return "不变" if change == 0 else f"升{change}位" if change > 0 else f"降{-change}位"


def stay(item: AttentionItem) -> str:
    """How long an item has been on the list, and whether its light has changed; empty when nobody looked."""
    if item.months <= 1:
        return "新增" if item.months else ""
    months = f"连续第{item.months}个月" if item.months < MONTHS_COUNTED else f"连续{MONTHS_COUNTED}个月以上"
    return f"{months}，本月转{item.light.value}" if item.turned else months


def copy_number(copy: int | None) -> str:
    """份号 in six digits (GB/T 9704-2012, 7.2.1); its line is left free for a numbering machine when there is none."""
    return "\u3000" if copy is None else f"{copy:06d}"


def ordinal(view: View, part: str) -> str:
    """一、二、三 of a chapter."""
    return NUMERALS[view.edition.chapters.index(part)]


def paragraphs(edition: Edition) -> Callable[[str, str], str]:
    """A run-in heading numbered by the paragraphs above it in its chapter that have something to say. Empty for one
    that has nothing to say to this edition's readers; the leaders' is told everything."""
    number = 0

    def numbered(name: str, body: str) -> str:
        nonlocal number
        says = bool(body.strip()) or edition.audience is Audience.LEADERS
        number = (0 if name.startswith("（一）") else number) + says
        if not says:
            return ""
        return re.sub(r"^（\w）", f"（{NUMERALS[number - 1]}）", name)

    return numbered


def shown(figure: Figure) -> str:
    return show(figure.value, figure.unit)


def numbers(issues: Sequence[int]) -> str:
    """`第4期、第5期`."""
    return "、".join(f"第{number}期" for number in issues)


def _printable(said: object) -> object:
    """What no typeface has, in a file's name, a sheet's, a sender's or an answer, stops no issue. `Markup` was so
    treated when it was made."""
    return printable(said) if type(said) is str else said


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_printable,
    )
    environment.filters |= {"tight": tight, "rest": rest, "sentences": sentences}
    return environment
