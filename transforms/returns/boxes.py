"""The boxes in which comments show: VML ([MS-OI29500] 2.2). Worked on as text, since Office's own VML need not be
well-formed; only ASCII is put in, so that any encoding stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from transforms.addresses import COLUMNS, ROWS, Place
from transforms.returns.markup import Edit, attributes, spliced, with_attributes
from transforms.returns.unpatchable import Unpatchable

_NAMESPACES = {
    "xmlns:v": "urn:schemas-microsoft-com:vml",
    "xmlns:o": "urn:schemas-microsoft-com:office:office",
    "xmlns:x": "urn:schemas-microsoft-com:office:excel",
}
_TYPE_ID = "_x0000_t202"
_TYPE = (
    f'<v:shapetype id="{_TYPE_ID}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_LAYOUT = '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{}"/></o:shapelayout>'
_IDS = 1024  # ids of one block; its first is not used
_PLACES = range(1, _IDS)
_LINE = 22  # hanzi in a line of a box
# Excel, WPS and LibreOffice write the prefixes v, o and x; openpyxl any.
_ROOT = re.compile(r"<xml(?=[\s>])[^<>]*>")
_SHAPE = re.compile(r"<([\w.]+):shape\s")
_NOTE = re.compile(r"""ObjectType\s*=\s*["']Note["']""")
_ROW = re.compile(r"<[\w.]+:Row>\s*([0-9]{1,7})\s*</")
_COLUMN = re.compile(r"<[\w.]+:Column>\s*([0-9]{1,7})\s*</")
_ANY_SHAPE = re.compile(rb"<[\w.]+:(?:shape|group|rect|line|oval|roundrect)[\s>]")
_IDMAP = re.compile(r"(<[\w.]+:idmap\b[^<>]*?\bdata=)([\"'])([0-9, ]*)\2")
_SHAPE_ID = re.compile(r"_x0000_s([0-9]{1,9})")


def new() -> bytes:
    return b"<xml></xml>"


def blocks(drawing: bytes) -> set[int]:
    """The blocks of ids that a drawing uses; no two drawings of a workbook may share one."""
    text = drawing.decode("latin-1")
    mapped = {int(each) for match in _IDMAP.finditer(text) for each in re.findall(r"[0-9]{1,7}", match[3])}
    return mapped | {int(match[1]) // _IDS for match in _SHAPE_ID.finditer(text)}


def boxed(drawing: bytes, gone: Collection[Place], texts: Mapping[Place, str], used: set[int]) -> bytes:
    """The drawing without the boxes of some cells and with new ones for others. `used` are the blocks of ids that are
    taken in the workbook; those taken here are added to it.

    Raises:
        Unpatchable: not written as Office writes it.
    """
    text = drawing.decode("latin-1")
    root = _ROOT.search(text)
    if root is None or "</xml>" not in text:
        raise Unpatchable("another kind of VML")
    text = _without(text, gone)
    if texts:
        wanted = _free_blocks(-(-len(texts) // len(_PLACES)), used)
        ids = [block * _IDS + place for block in wanted for place in _PLACES]
        shapes = "".join(_shape(ids[at], *item) for at, item in enumerate(texts.items()))
        text = text[: root.start()] + _declared(root[0]) + text[root.end() :]
        kind = "" if f'id="{_TYPE_ID}"' in text else _TYPE
        end = text.rindex("</xml>")
        text = _with_blocks(f"{text[:end]}{kind}{shapes}{text[end:]}", wanted)
    return text.encode("latin-1")


def has_shapes(drawing: bytes) -> bool:
    return _ANY_SHAPE.search(drawing) is not None


def _without(text: str, gone: Collection[Place]) -> str:
    edits: list[Edit] = []
    done = 0
    for match in _SHAPE.finditer(text) if gone else ():
        closing = f"</{match[1]}:shape>"
        end = text.find(closing, match.end())
        if end < 0:
            break
        end += len(closing)
        if match.start() >= done and _cell_of(text[match.start() : end]) in gone:
            edits.append((match.start(), end, ""))
            done = end
    return spliced(text, edits)


def _declared(tag: str) -> str:
    """The root's start tag with the prefixes that our boxes use."""
    known = attributes(tag)
    if any(known.get(name, space) != space for name, space in _NAMESPACES.items()):
        raise Unpatchable("prefixes of another meaning")
    return with_attributes(tag, {name: space for name, space in _NAMESPACES.items() if name not in known})


def _free_blocks(count: int, used: set[int]) -> list[int]:
    start = max(used, default=0) + 1
    found = list(range(start, start + count))
    used.update(found)
    return found


def _with_blocks(text: str, wanted: Sequence[int]) -> str:
    numbers = ",".join(map(str, wanted))
    if match := _IDMAP.search(text):
        known = f"{match[3]},{numbers}" if match[3].strip() else numbers
        return f"{text[: match.start()]}{match[1]}{match[2]}{known}{match[2]}{text[match.end() :]}"
    root = _ROOT.search(text)
    place = root.end() if root else 0
    return f"{text[:place]}{_LAYOUT.format(numbers)}{text[place:]}"


def _cell_of(shape: str) -> Place | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if not _NOTE.search(shape) or not row or not column:
        return None
    return int(row[1]), int(column[1])


def _shape(number: int, place: Place, text: str) -> str:
    row, column = place
    lines = min(20, sum(1 + len(line) // _LINE for line in text.split("\n")) + 1)
    left = min(column + 1, COLUMNS - 5)
    top = min(max(row - 1, 0), ROWS - 30)
    return (
        f'<v:shape id="_x0000_s{number}" type="#{_TYPE_ID}" style="position:absolute;margin-left:80pt;margin-top:5pt;'
        f'width:240pt;height:{lines * 14}pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{left}, 12, {top}, 6, {left + 4}, 40, {top + lines}, 0</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
