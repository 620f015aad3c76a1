"""Links: what a link says of itself, and one annotation for each place."""

from __future__ import annotations

from collections.abc import Mapping

import pikepdf
from pikepdf import Array

ObjGen = tuple[int, int]
ELSEWHERE = "转到文中相应位置"
_PRINTED = 4  # ISO 19005-3, 6.3.2: shown, and printed with the page


def mend(pdf: pikepdf.Pdf, labels: Mapping[str, str]) -> frozenset[ObjGen]:
    """Every link says where it leads (ISO 14289-1, 7.18.5): `labels`, by destination, for those that have one.

    Links within a link to the same place are taken out, and returned: WeasyPrint makes one for each box in a link.
    """
    gone: set[ObjGen] = set()
    for page in pdf.pages:
        kept: list[tuple[str, tuple[float, ...], pikepdf.Object]] = []
        for note in page.get("/Annots", Array()).as_list():
            target, box = str(note.get("/Dest", "")), _box(note)
            if any(target == other and _within(box, outer) for other, outer, _ in kept):
                gone.add(note.objgen)
                continue
            note.Contents = labels.get(target, ELSEWHERE)
            note.F = _PRINTED
            note.Rect = Array(box)
            kept.append((target, box, note))
        if kept:
            page.Annots = Array([note for _, _, note in kept])
    return frozenset(gone)


def _box(note: pikepdf.Object) -> tuple[float, ...]:
    """Left, bottom, right, top in points."""
    x, y, z, w = (round(float(edge), 2) for edge in note.Rect.as_list())
    return min(x, z), min(y, w), max(x, z), max(y, w)


def _within(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
