"""A sheet's comments in the package: the part with the texts, the drawing with their boxes, and the ties between."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.addresses import Place
from transforms.returns import boxes, comments
from transforms.returns.package import Package, Relation
from transforms.returns.sheet_part import SheetPart
from transforms.returns.unpatchable import Unpatchable

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"


def used_blocks(package: Package) -> set[int]:
    """The blocks of shape ids that are taken in the workbook."""
    used: set[int] = set()
    for name in package.zip.names:
        if name.lower().endswith(".vml"):
            used |= boxes.blocks(package.read(name))
    return used


def annotate(
    package: Package, sheet: str, part: SheetPart, texts: Mapping[Place, str], namespace: str, used: set[int]
) -> set[Place]:
    """Put comments on a sheet and take away those of an earlier return; gives the cells that had one of these. A
    sheet whose comments are written in a way that is not understood keeps them as they are and gets none."""
    known = package.related(sheet, "comments")
    if known is None and not texts:
        return set()
    drawing = _drawing(package, sheet, part)
    try:
        done = comments.commented(package.read(known.target) if known else comments.new(namespace), texts)
        shown = {place: texts[place] for place in done.boxed}
        old = package.read(drawing.target) if drawing else boxes.new()
        shapes = old if not shown and not done.unboxed else boxes.boxed(old, done.unboxed, shown, used)
    except Unpatchable:
        return set()
    if known and done.content != package.read(known.target):
        _replace_comments(package, sheet, known, done.content)
    elif known is None and done.content:
        name = package.unused("xl/comments{}.xml")
        package.put(name, done.content)
        package.declare(name, _COMMENTS_TYPE)
        package.relate(sheet, "comments", name)
    if shapes != old:
        _put_boxes(package, sheet, part, drawing, shapes)
    return set(done.unmarked)


def _drawing(package: Package, sheet: str, part: SheetPart) -> Relation | None:
    wanted = part.legacy_drawing()
    return next(
        (each for each in package.relations(sheet) if wanted and each.id == wanted and package.find(each.target)), None
    )


def _replace_comments(package: Package, sheet: str, known: Relation, content: bytes) -> None:
    if content:
        package.put(known.target, content)
    else:
        package.drop(known.target)
        package.unrelate(sheet, known)


def _put_boxes(package: Package, sheet: str, part: SheetPart, drawing: Relation | None, shapes: bytes) -> None:
    if drawing and boxes.has_shapes(shapes):
        package.put(drawing.target, shapes)
    elif drawing:
        package.drop(drawing.target)
        package.unrelate(sheet, drawing)
        part.remove_legacy_drawing()
    else:
        name = package.unused("xl/drawings/vmlDrawing{}.vml")
        package.put(name, shapes)
        package.declare_extension("vml", _VML_TYPE)
        part.add_legacy_drawing(package.relate(sheet, "vmlDrawing", name), package.strict)
