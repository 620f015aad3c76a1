"""The structure tree of the finished file, read back: ISO 14289-1 and ISO 32000-1, 14.7 and 14.8."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from tests.transforms.briefing.test_archival import Small
from transforms.briefing import printing
from transforms.briefing.proofs.structure import HEADINGS, Element, structure
from transforms.briefing.tagging import retag
from transforms.briefing.view import View

# ISO 32000-1, 14.8.4, and those of them that hold other elements.
STANDARD = {*HEADINGS, "Document", "Div", "P", "Table", "Caption", "THead", "TBody", "TR", "TH", "TD", "Link", "Figure"}
WITHIN = {"THead": {"Table"}, "TBody": {"Table"}, "TR": {"THead", "TBody", "Table"}, "TH": {"TR"}, "TD": {"TR"}}
PAINTS = set("SsfFBb") | {"f*", "B*", "b*", "Do", "Tj", "TJ", "'", '"', "sh"}


@pytest.fixture(scope="module")
def pdf(june_pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(june_pdf) as opened:
        yield opened


@pytest.fixture(scope="module")
def tree(pdf: pikepdf.Pdf) -> Element:
    return structure(pdf).elements()[0]


def elements(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every structure element under one, itself first."""
    yield item
    for kid in kids(item):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid)


def kids(item: pikepdf.Object) -> list[pikepdf.Object]:
    inner = item.get("/K", pikepdf.Array())
    return list(inner.as_list()) if isinstance(inner, pikepdf.Array) else [inner]


def made(fonts: dict[str, Path], body: str, path: Path) -> Iterator[pikepdf.Pdf]:
    path.write_bytes(Small(fonts, body).archived({}))
    with pikepdf.open(path) as opened:
        yield opened


def tags_of(pdf: pikepdf.Pdf) -> Counter[str]:
    """How often each tag stands in a file's tree."""
    return Counter(element.tag for element in structure(pdf).all())


def test_every_tag_is_a_standard_one_in_its_place(tree: Element) -> None:
    assert tree.tag == "Document"
    assert {element.tag for element in tree.all()} <= STANDARD
    for element in tree.all():
        for kid in element.elements():
            assert element.tag in WITHIN.get(kid.tag, {element.tag}), (element.tag, kid.tag)
            assert not element.level  # nothing stands in a heading


def test_headings_follow_one_another(tree: Element, view: View) -> None:
    levels = [element.level for element in tree.all() if element.level]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))  # ISO 14289-1, 7.4.2
    assert len(levels) == len(re.findall(r"<h[1-6]", printing.html(view)))


def test_no_element_is_empty(tree: Element) -> None:
    empty = {element.tag for element in tree.all() if not element.kids}
    assert empty <= {"TD"}  # a cell keeps its place in the row


def test_tables_have_head_cells_with_a_scope(pdf: pikepdf.Pdf, view: View) -> None:
    heads = [one for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/TH"]
    assert heads
    for head in heads:
        assert (str(head.A.O), str(head.A.Scope)) == ("/Table", "/Column")
    tables = [one for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/Table"]
    assert len(tables) == len(re.findall(r"<table(?! [^>]*presentation)", printing.html(view)))
    for table in tables:
        tags = [str(kid.S) for kid in kids(table)]
        assert tags.count("/THead") <= 1  # header rows that are printed again are artifacts
        assert tags.count("/TBody") >= 1
        assert tags[:1] != ["/TBody"] or table.objgen == tables[0].objgen  # page one's strip has no head


def width(cell: pikepdf.Object) -> int:
    return int(cell.get("/A", pikepdf.Dictionary()).get("/ColSpan", 1))


def test_rows_of_a_table_are_as_long_as_one_another(pdf: pikepdf.Pdf) -> None:
    for table in (one for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/Table"):
        rows = [one for one in elements(table) if one.S == "/TR"]
        down = any("/RowSpan" in cell.get("/A", pikepdf.Dictionary()) for row in rows for cell in kids(row))
        lengths = {sum(width(cell) for cell in kids(row)) for row in rows}
        assert down or len(lengths) == 1, lengths


def test_pictures_are_described_and_placed(pdf: pikepdf.Pdf, view: View) -> None:
    figures = [one for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [chart.alt for chart in view.charts]
    for figure in figures:
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox.as_list())
        page = figure.Pg.MediaBox
        assert 0 <= left < right <= float(page[2])
        assert 0 <= bottom < top <= float(page[3])


def test_a_picture_is_where_it_says(pdf: pikepdf.Pdf, june_pdf: Path) -> None:
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    axes = ("完成年度目标（%）", "项目数（个）", "积案数（件）")
    figures = [one for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/Figure"]
    with pdfplumber.open(june_pdf) as read:
        for figure, axis in zip(figures, axes, strict=False):
            page = read.pages[numbers[figure.Pg.objgen]]
            left, bottom, right, top = (float(edge) for edge in figure.A.BBox.as_list())
            box = (left, float(page.height) - top, right, float(page.height) - bottom)
            assert axis in page.within_bbox(box).extract_text()


def marked(page: pikepdf.Page) -> tuple[Counter[int], list[str]]:
    """How often each mark opens on a page, and what is painted outside any mark or artifact."""
    opened: Counter[int] = Counter()
    bare: list[str] = []
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "BDC" and "/MCID" in operands[1]:
            assert depth == 0  # ISO 14289-1, 7.1: no content within an artifact, no artifact within content
            opened[int(operands[1].MCID)] += 1
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(name, 0)
        if name in PAINTS and not depth:
            bare.append(name)
    assert depth == 0
    return opened, bare


def test_all_that_is_painted_is_content_or_an_artifact(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        opened, bare = marked(page)
        assert bare == []
        assert set(opened.values()) == {1}


def test_every_mark_has_one_element_and_the_way_back(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root.StructTreeRoot
    numbers = root.ParentTree.Nums.as_list()
    parents = {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}
    assert list(parents) == list(range(int(root.ParentTreeNextKey)))
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    held: Counter[tuple[int, int]] = Counter()
    for element in elements(root.K):
        for kid in kids(element):
            if isinstance(kid, pikepdf.Dictionary):
                if "/Obj" in kid:
                    assert parents[int(kid.Obj.StructParent)].objgen == element.objgen
                    continue
                if "/S" in kid:
                    assert kid.P.objgen == element.objgen
                    continue
            own = isinstance(kid, pikepdf.Dictionary)
            page, mark = (pages[kid.Pg.objgen], int(kid.MCID)) if own else (pages[element.Pg.objgen], int(kid))
            held[page, mark] += 1
            back = parents[int(pdf.pages[page].obj.StructParents)]
            assert back[mark].objgen == element.objgen
    assert set(held.values()) == {1}
    assert set(held) == {(n, mark) for n, page in enumerate(pdf.pages) for mark in marked(page)[0]}


def test_each_annotation_is_in_the_tree_once(pdf: pikepdf.Pdf) -> None:
    held = [
        (str(element.S), kid.Obj.objgen)
        for element in elements(pdf.Root.StructTreeRoot.K)
        for kid in kids(element)
        if isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid
    ]
    notes = [note.objgen for page in pdf.pages for note in page.obj.get("/Annots", pikepdf.Array()).as_list()]
    assert {tag for tag, _ in held} == {"/Link"}
    assert sorted(objgen for _, objgen in held) == sorted(notes)
    assert len(set(notes)) == len(notes) > 100


def test_a_link_is_no_link_without_its_place(pdf: pikepdf.Pdf) -> None:
    for element in elements(pdf.Root.StructTreeRoot.K):
        if element.S == "/Link":
            assert any(isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid for kid in kids(element))
            assert not any(isinstance(kid, pikepdf.Dictionary) and kid.get("/S") == "/Link" for kid in kids(element))


ROWS = "".join(f"<tr><td>{n}</td><td>{'说明' * 40}</td></tr>" for n in range(30))
LONG = f"<table><thead><tr><th colspan='2'>甲</th></tr><tr><th>一</th><th>二</th></tr></thead><tbody>{ROWS}</tbody></table>"


def test_what_goes_on_overleaf_is_one(fonts: dict[str, Path], tmp_path: Path) -> None:
    for pdf in made(fonts, f"<p>{'长' * 1500}</p>{LONG}", tmp_path / "long.pdf"):
        assert len(pdf.pages) > 3
        tags = tags_of(pdf)
        assert (tags["P"], tags["Table"], tags["THead"], tags["TBody"]) == (1, 1, 1, 1)
        assert (tags["TR"], tags["TH"], tags["TD"]) == (32, 3, 60)
        assert [len(list(head.pieces())) for head in structure(pdf).named("TH")] == [1, 1, 1]  # said once
        spans = [
            int(one.A.ColSpan) for one in elements(pdf.Root.StructTreeRoot.K) if one.S == "/TH" and "/ColSpan" in one.A
        ]
        assert spans == [2]
        assert all(not marked(page)[1] for page in pdf.pages)


def test_a_table_that_only_lays_out_is_none(fonts: dict[str, Path], tmp_path: Path) -> None:
    body = '<table role="presentation"><tr><td>甲</td><td>乙</td></tr></table><p>字</p>'
    for pdf in made(fonts, body, tmp_path / "layout.pdf"):
        tags = tags_of(pdf)
        assert tags["P"] == 3
        assert not {"Table", "TR", "TD"} & set(tags)


def test_a_tree_of_other_pages_is_not_taken(fonts: dict[str, Path]) -> None:
    with (
        pikepdf.open(io.BytesIO(Small(fonts, "<p>字</p>").written)) as pdf,
        pytest.raises(ValueError, match="structure tree"),
    ):
        retag(pdf, Small(fonts, "<p>字</p><p>字</p>").origins)
