"""What each paragraph, character and table style looks like: `page.css` said again in Word's terms.

Lengths are millimetres, sizes points. Fonts are named, not embedded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

BLOCK_MM, BLOCK_HEIGHT_MM = 156.0, 225.0
LINES, CHARACTERS, SIZE_PT = 22, 28, 16
# Points added to each character so that 28 fill a line, in whole twentieths and rounded down: a hair more would leave
# 27. A grid of characters would say the same to Word, but LibreOffice gives a character wider than its cell two cells.
SQUEEZE = math.floor((BLOCK_MM / CHARACTERS / 25.4 * 72 - SIZE_PT) * 20) / 20
RED = "E60012"


class Font(Enum):
    """By role: the name that offices have first, then what may stand in for it."""

    FANGSONG = ("仿宋_GB2312", "仿宋", "FangSong", "FandolFang R")
    KAI = ("楷体_GB2312", "楷体", "KaiTi", "FandolKai")
    HEI = ("黑体", "SimHei", "FandolHei")
    SONG = ("宋体", "SimSun", "FandolSong")
    TITLE = ("方正小标宋简体", "小标宋", "华文中宋", "STZhongsong")
    LATIN = ("Times New Roman", "Liberation Serif")


class Align(Enum):
    LEFT = "left"
    RIGHT = "right"
    CENTRE = "center"
    BOTH = "both"


@dataclass(frozen=True)
class Rule:
    """A line along an edge: its width in points, its distance from the text in points."""

    width: float
    space: int = 0
    colour: str = "000000"


@dataclass(frozen=True)
class Look:
    """A paragraph style. `line_mm` None: as high as what stands on it."""

    key: str
    name: str
    font: Font = Font.FANGSONG
    size: float = SIZE_PT
    line_mm: float | None = BLOCK_HEIGHT_MM / LINES
    before_mm: float = 0
    after_mm: float = 0
    align: Align = Align.BOTH
    indent: int = 0  # characters, of the first line
    side_mm: float = 0  # indent from both sides
    tabs_mm: tuple[tuple[Align, float], ...] = ()
    level: int | None = None  # in the navigation pane
    keep_next: bool = False
    grid: bool = False  # 22 lines a page
    spread: float = 0  # points between letters
    colour: str = ""
    below: Rule | None = None
    box: Rule | None = None
    based_on: str = "Normal"
    alias: str = ""


@dataclass(frozen=True)
class CharacterLook:
    key: str
    name: str
    font: Font | None = None
    size: float | None = None
    colour: str = ""


@dataclass(frozen=True)
class TableLook:
    """A table style: rules by edge, and the cells' padding."""

    key: str
    name: str
    outer: Rule
    inner: Rule
    sides: bool  # rules at the left, the right and between columns too
    padding_mm: tuple[float, float]  # above and below, left and right


BODY = Look("BodyText", "公文正文", indent=2, grid=True, spread=SQUEEZE)
_HEADING = replace(BODY, key="Heading1", name="heading 1", alias="一级标题", font=Font.HEI, align=Align.LEFT, level=0)
_HEADING = replace(_HEADING, keep_next=True)
_CELL = Look("Cell", "表格文字", font=Font.SONG, size=10.5, line_mm=4.7, align=Align.LEFT)
_CELLS = (
    _CELL,
    replace(_CELL, key="CellRight", name="表格数字", align=Align.RIGHT),
    replace(_CELL, key="CellCentre", name="表格居中", align=Align.CENTRE),
    replace(_CELL, key="CellHead", name="表头", align=Align.CENTRE, font=Font.HEI),
)
_SMALL = 14  # points: 4号
_NOTE = Look("Remark", "表注", font=Font.SONG, size=10.5, line_mm=5, before_mm=1)
_STRIP = Look("StripUnder", "要点说明", font=Font.SONG, size=9, line_mm=4.4, align=Align.CENTRE)
_COLOPHON = Look("Colophon", "版记文字", size=_SMALL, line_mm=8, align=Align.LEFT)

PARAGRAPHS = (
    Look("Normal", "Normal", grid=True, based_on=""),
    BODY,
    Look("Masthead", "版头", Font.TITLE, size=40, line_mm=17, align=Align.CENTRE, spread=5, colour=RED),
    Look("IssueLine", "期号", line_mm=9, align=Align.CENTRE),
    Look(
        "OfficeLine",
        "版头机关与日期",
        size=_SMALL,
        line_mm=8,
        align=Align.LEFT,
        tabs_mm=((Align.LEFT, 5), (Align.RIGHT, BLOCK_MM - 5)),
        below=Rule(2, 4, RED),
        after_mm=5,
    ),
    Look(
        "Title",
        "Title",
        Font.TITLE,
        size=22,
        line_mm=12,
        after_mm=3,
        align=Align.CENTRE,
        keep_next=True,
        alias="公文标题",
    ),
    Look("CopyNumber", "份号", align=Align.LEFT, grid=True),
    Look("Security", "密级", Font.HEI, align=Align.LEFT, grid=True),
    Look("Subtitle", "副标题", Font.KAI, line_mm=9, after_mm=2, align=Align.CENTRE),
    Look("Marks", "稿别", Font.HEI, size=12, line_mm=5, align=Align.LEFT),
    Look("Draft", "未定稿", size=12, line_mm=6, before_mm=1, after_mm=4, side_mm=3.2, box=Rule(1, 8)),
    replace(BODY, key="EditorNote", name="按语", font=Font.KAI),
    Look("Verdict", "总体判断", size=11, line_mm=5.3, after_mm=2),
    Look(
        "Lead", "领导关注标题", Font.HEI, size=_SMALL, line_mm=8, before_mm=3, level=0, keep_next=True, align=Align.LEFT
    ),
    _HEADING,
    replace(_HEADING, key="Heading2", name="heading 2", alias="二级标题", font=Font.KAI, level=1),
    replace(_HEADING, key="Annex", name="附件标题", alias="", based_on="Heading1"),
    Look("TableCaption", "表题", Font.HEI, size=12, line_mm=7, before_mm=5, align=Align.CENTRE, keep_next=True),
    Look("FigureCaption", "图题", Font.HEI, size=12, line_mm=8, before_mm=4, align=Align.CENTRE, keep_next=True),
    Look("Figure", "图", line_mm=None, after_mm=2, align=Align.CENTRE),
    *_CELLS,
    *(replace(one, key=f"Small{one.key}", name=f"小号{one.name}", size=9, line_mm=3.8) for one in _CELLS),
    replace(_STRIP, key="StripWhat", name="要点名称", font=Font.HEI, size=10.5, line_mm=5),
    replace(_STRIP, key="StripValue", name="要点数值", font=Font.TITLE, size=16, line_mm=8),
    _STRIP,
    replace(_NOTE, key="More", name="另见", font=Font.KAI),
    _NOTE,
    _COLOPHON,
    replace(_COLOPHON, key="ColophonRight", name="版记右", align=Align.RIGHT),
    Look("FolioRight", "页码右", Font.SONG, size=_SMALL, line_mm=_SMALL / 72 * 25.4, align=Align.RIGHT, side_mm=5),
    Look("FolioLeft", "页码左", Font.SONG, size=_SMALL, line_mm=_SMALL / 72 * 25.4, align=Align.LEFT, side_mm=5),
    Look("Mark", "段落标记", size=1, line_mm=0.4),
)
CHARACTER_STYLES = (
    CharacterLook("RunIn", "二级标题文字", Font.KAI),
    CharacterLook("Strong", "强调黑体", Font.HEI),
    CharacterLook("StripUnit", "要点单位", Font.SONG, 10.5),
    CharacterLook("LightRed", "红灯", Font.HEI, colour=RED),
    CharacterLook("LightYellow", "黄灯", Font.HEI, colour="8A6100"),
    CharacterLook("LightGreen", "绿灯", Font.HEI, colour="1B6E3C"),
)
GRID = TableLook("GridTable", "表格", Rule(1), Rule(0.25, colour="888888"), False, (0.4, 1))
STRIP = TableLook("StripTable", "要点表", Rule(0.5, colour="555555"), Rule(0.5, colour="555555"), True, (1, 0.1))
COLOPHON = TableLook("ColophonTable", "版记", Rule(1), Rule(0.75), False, (0, 5))
TABLES = (GRID, STRIP, COLOPHON)
