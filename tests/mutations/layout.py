"""Where things stand: rows, columns, sheets, merged cells."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from tests.mutations.book import Book, Grid, Mutation
from transforms import values
from transforms.contracts import ColumnType
from transforms.tables import Cell, RawSheet

_TITLES = (
    "附件2",
    "福建省莆田市涵江区",
    "三促活动领导小组办公室制",
    "填报日期：2014年7月1日",
    "（内部资料　注意保存）",
)
_FOOTNOTES = (
    "注：数据截至月底，如有变动另行报送。",
    "填表人：经办人　审核人：负责人　2014年7月1日",
    "备注：本表一式两份。",
    "说明：空白处表示没有发生。",
)
_EXTRA = ("校对人", "内部流水", "录入时间戳", "归档盒")
_SUMMED = (ColumnType.MONEY, ColumnType.AREA, ColumnType.COUNT)


def _some(change: Callable[[Grid, random.Random], None]) -> Mutation:
    """The change made to one table of the book."""

    def mutation(book: Book, chance: random.Random) -> None:
        change(chance.choice(book.grids), chance)

    mutation.__name__ = change.__name__
    return mutation


def _once(grid: Grid, name: str) -> bool:
    """Whether this is the first time."""
    first = name not in grid.done
    grid.done.add(name)
    return first


def rows_before(grid: Grid, chance: random.Random) -> None:
    """The header moves down."""
    grid.insert_rows(0, [[] for _ in range(chance.randint(1, 8))])


def columns_before(grid: Grid, chance: random.Random) -> None:
    """The table moves right."""
    for _ in range(chance.randint(1, 4)):
        grid.insert_column(0, {})


def titles(grid: Grid, chance: random.Random) -> None:
    """More lines above the table's title."""
    if _once(grid, "titles"):
        lines: list[list[Cell]] = [[text] for text in chance.sample(_TITLES, chance.randint(1, 3))]
        grid.insert_rows(0, lines)


def blank_above_header(grid: Grid, chance: random.Random) -> None:
    grid.insert_rows(grid.top, [[]] * chance.randint(1, 2))


def spacers(grid: Grid, chance: random.Random) -> None:
    """Blank rows among the data, and between header and data."""
    for _ in range(chance.randint(1, 5)):
        inside = [row for row in grid.rows if not any(a < row <= c for a, _, c, _ in grid.merged)]
        if inside:
            grid.insert_rows(chance.choice(inside), [[]] if chance.random() < 0.7 else [["", " ", None, "　"]])


def footnotes(grid: Grid, chance: random.Random) -> None:
    """Notes below the table."""
    for text in chance.sample(_FOOTNOTES, chance.randint(1, 3)):
        grid.lines.append([None] * chance.randint(0, 2) + [text])


def merged_title(grid: Grid, chance: random.Random) -> None:
    for row in range(grid.top):
        filled = [place for place, cell in enumerate(grid.lines[row]) if cell is not None]
        if len(filled) == 1 and not any(a == row for a, _, _, _ in grid.merged):
            grid.merged.append((row, filled[0], row, max(grid.width - 1, filled[0])))


def header_in_two_rows(grid: Grid, chance: random.Random) -> None:
    """A group name over some neighbouring columns; every other header merged downwards."""
    _grouped(grid, chance, ["基本情况（按实填写）"])


def header_in_three_rows(grid: Grid, chance: random.Random) -> None:
    _grouped(grid, chance, ["本表主要内容", "基本情况（按实填写）"])


def _grouped(grid: Grid, chance: random.Random, groups: list[str]) -> None:
    if grid.height != 1:
        return
    filled = [place for place in range(grid.width) if grid.get(grid.top, place) is not None]
    if len(filled) < 4 or filled != list(range(filled[0], filled[-1] + 1)):
        return
    first = chance.randrange(len(filled) - 2)
    last = min(first + chance.randint(1, 4), len(filled) - 1)
    left, right, down = filled[first], filled[last], len(groups)
    names = [grid.get(grid.top, place) for place in range(grid.width)]
    grid.insert_rows(grid.top, [[None] * grid.width for _ in groups])
    grid.top -= down
    grid.height = down + 1
    for place in filled:
        if not left <= place <= right:
            grid.put(grid.top, place, names[place])
            grid.put(grid.top + down, place, None)
            grid.merged.append((grid.top, place, grid.top + down, place))
    for level, group in enumerate(groups):
        grid.put(grid.top + level, left, group)
        grid.merged.append((grid.top + level, left, grid.top + level, right))


def columns_in_another_order(grid: Grid, chance: random.Random) -> None:
    if grid.height != 1 or grid.has_total or any(c >= grid.top for _, _, c, _ in grid.merged):
        return  # nobody writes 合计 behind the sums
    places = [place for place in range(grid.width) if grid.get(grid.top, place) is not None]
    order = chance.sample(places, len(places))
    for row in (grid.top, *grid.rows):
        before = [grid.get(row, place) for place in range(grid.width)]
        for new, old in zip(places, order, strict=True):
            grid.put(row, new, before[old])
    where = {old: new for new, old in zip(places, order, strict=True)}
    grid.columns = {name: where[place] for name, place in grid.columns.items()}


def extra_columns(grid: Grid, chance: random.Random) -> None:
    """Columns that nobody asked for, anywhere in the table."""
    if not _once(grid, "extra_columns"):
        return
    for header in chance.sample(_EXTRA, chance.randint(1, 2)):
        groups = [(b, d) for a, b, _, d in grid.merged if grid.top <= a < grid.body]
        places = [at for at in range(grid.width + 1) if not any(b < at <= d for b, d in groups)]
        cells: dict[int, Cell] = {row: chance.choice(("甲", 7, 12.5, None)) for row in grid.rows}
        at = chance.choice(places)
        grid.insert_column(at, cells | {grid.top: header})
        if grid.height > 1:
            grid.merged.append((grid.top, at, grid.body - 1, at))


def repeated_header(grid: Grid, chance: random.Random) -> None:
    """The header again in the middle, as at a page break."""
    if len(grid.rows) > 2:
        row = chance.choice(grid.rows[1:])
        if not any(a < row <= c for a, _, c, _ in grid.merged):
            grid.insert_rows(row, [[]])
            grid.repeats.append(row)


def column_numbers(grid: Grid, chance: random.Random) -> None:
    """甲 乙 1 2 3 … below the header."""
    if _once(grid, "column_numbers"):
        places = [p for p in range(grid.width) if any(grid.get(r, p) is not None for r in range(grid.top, grid.body))]
        numbers: list[Cell] = [None] * grid.width
        for number, place in enumerate(places):
            numbers[place] = ("甲", "乙")[number] if number < 2 else number - 1
        if len(places) > 3:
            grid.insert_rows(grid.body, [numbers])


def total_row(grid: Grid, chance: random.Random) -> None:
    """合计 below the last row (or above the first) with the right sums in the columns' own units."""
    columns = grid.of_types(*_SUMMED)
    label = min((place for name, place in grid.columns.items() if name not in {c.name for c in columns}), default=None)
    if grid.has_total or not columns or not grid.rows or label is None or min(grid.columns.values()) < label:
        return
    line: list[Cell] = [None] * grid.width
    line[label] = chance.choice(("合计", "合　计", "总计"))
    for column in columns:
        place, unit = grid.columns[column.name], grid.units.get(column.name)
        cells = [cell for row in grid.rows if not values.is_blank(cell := grid.get(row, place))]
        whole = sum((values.exact(cell, column, unit) for cell in cells), Fraction(0))
        one = values.exact(1, column, unit)
        line[place] = float(whole / one)
    grid.has_total = True
    grid.insert_rows(chance.choice((grid.rows[0], grid.rows[-1] + 1)), [line])


def hidden_rows(grid: Grid, chance: random.Random) -> None:
    grid.hidden_rows += chance.sample(grid.rows, min(3, len(grid.rows)))


def hidden_sheet(grid: Grid, chance: random.Random) -> None:
    grid.hidden = True


def extra_sheets(book: Book, chance: random.Random) -> None:
    """A summary, an empty sheet, somebody's notes, the hidden choices of a drop-down list."""
    sheets = [
        RawSheet("汇总", (("单位", "数"), ("一", 1.0), ("二", 2.0))),
        RawSheet("Sheet3", ()),
        RawSheet("便签", (("记得下周问一下",),)),
        RawSheet("下拉", (("房产税",), ("土地使用税",)), hidden=True),
    ]
    for sheet in chance.sample(sheets, chance.randint(1, 3)):
        chance.choice((book.before, book.after)).append(sheet)


def sheets_in_another_order(book: Book, chance: random.Random) -> None:
    chance.shuffle(book.grids)


def all_in_one_sheet(book: Book, chance: random.Random) -> None:
    """Several tables one below the other."""
    book.stacked = len(book.grids) > 1


MUTATIONS: tuple[Mutation, ...] = (
    *map(
        _some,
        (
            rows_before, columns_before, titles, blank_above_header, spacers, footnotes, merged_title,
            header_in_two_rows, header_in_three_rows, columns_in_another_order, extra_columns, repeated_header,
            column_numbers, total_row, hidden_rows, hidden_sheet,
        ),
    ),
    extra_sheets,
    sheets_in_another_order,
    all_in_one_sheet,
)  # fmt: skip
