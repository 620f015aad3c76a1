"""Parts as WPS, LibreOffice, openpyxl and hand-made writers leave them."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Mapping
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.returns.samples import CONTRACTS, MAIN, assert_sound, finding, parts, read, rich, zipped
from transforms.addresses import address, place_of
from transforms.findings import Severity
from transforms.returns import boxes, cells, comments, mark
from transforms.returns.markup import Document, attributes, with_attributes
from transforms.returns.sheet_part import SheetPart
from transforms.returns.styles import Styles
from transforms.returns.unpatchable import Unpatchable

SPACE = MAIN.strip("{}")
RICH = rich()
RAW = read(RICH)


def styled(sheet: str, *places: tuple[int, int]) -> str:
    part = SheetPart(sheet.encode())
    cells.restyle(part, dict.fromkeys(places, lambda number: number + 7))
    return part.to_bytes().decode()


def sheet(data: str, prefix: str = "", rest: str = "", head: str = "") -> str:
    colon = f":{prefix.rstrip(':')}" if prefix else ""
    return f'<{prefix}worksheet xmlns{colon}="{SPACE}">{head}{data}{rest}</{prefix}worksheet>'


@pytest.mark.parametrize(
    ("before", "places", "after"),
    [
        ("<sheetData/>", [(1, 2)], '<sheetData><row r="2"><c r="C2" s="7"/></row></sheetData>'),
        ("<sheetData></sheetData>", [(0, 0)], '<sheetData><row r="1"><c r="A1" s="7"/></row></sheetData>'),
        (
            '<sheetData><row r="3"/></sheetData>',
            [(2, 1), (2, 0)],
            '<sheetData><row r="3"><c r="A3" s="7"/><c r="B3" s="7"/></row></sheetData>',
        ),
        (
            '<sheetData><row r="3" s="4" customFormat="1"><c r="B3" s="1"><v>1</v></c></row></sheetData>',
            [(2, 0), (2, 1), (2, 2)],
            '<sheetData><row r="3" s="4" customFormat="1"><c r="A3" s="11"/><c r="B3" s="8"><v>1</v></c>'
            '<c r="C3" s="11"/></row></sheetData>',
        ),
        (  # neither rows nor cells say where they are
            "<sheetData><row><c><v>1</v></c><c t='str'><v>a</v></c></row><row><c/></row></sheetData>",
            [(0, 1), (1, 0)],
            '<sheetData><row><c><v>1</v></c><c t=\'str\' s="7"><v>a</v></c></row><row><c s="7"/></row></sheetData>',
        ),
        (
            '<sheetData><row r="2"><c r="A2"/></row><row r="9"/></sheetData>',
            [(0, 0), (4, 3), (11, 0)],
            '<sheetData><row r="1"><c r="A1" s="7"/></row><row r="2"><c r="A2"/></row><row r="5"><c r="D5" s="7"/></row>'
            '<row r="9"/><row r="12"><c r="A12" s="7"/></row></sheetData>',
        ),
        (  # what only looks like a cell
            '<sheetData><row r="1"><!--<c r="A1"/>--><c r="A1" t="inlineStr"><is><t><![CDATA[<c r="A1">]]></t></is></c></row></sheetData>',
            [(0, 0)],
            '<sheetData><row r="1"><!--<c r="A1"/>--><c r="A1" t="inlineStr" s="7"><is><t><![CDATA[<c r="A1">]]></t></is></c></row></sheetData>',
        ),
    ],
)
def test_restyle(before: str, places: list[tuple[int, int]], after: str) -> None:
    assert styled(sheet(before), *places) == sheet(after)


def test_an_empty_cell_keeps_its_columns_format() -> None:
    cols = '<cols><col min="2" max="3" style="5"/></cols>'
    assert '<c r="C1" s="12"/>' in styled(sheet("<sheetData/>", head=cols), (0, 2))


def test_a_prefix_is_kept() -> None:
    before = sheet('<x:sheetData><x:row r="1"><x:c r="A1"/></x:row></x:sheetData>', "x:")
    assert '<x:c r="A1" s="7"/><x:c r="B1" s="7"/></x:row>' in styled(before, (0, 0), (0, 1))


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 30)), st.integers(0, 3), max_size=25),
    st.sets(st.tuples(st.integers(0, 14), st.integers(0, 32)), max_size=12),
    st.sampled_from(["", "x:"]),
)
def test_restyle_changes_only_what_it_should(
    formats: Mapping[tuple[int, int], int], places: set[tuple[int, int]], p: str
) -> None:
    rows: dict[int, list[str]] = {}
    for (row, column), style in sorted(formats.items()):
        rows.setdefault(row, []).append(f'<{p}c r="{address((row, column))}" s="{style}"><{p}v>{column}</{p}v></{p}c>')
    body = "".join(f'<{p}row r="{row + 1}">{"".join(line)}</{p}row>' for row, line in rows.items())
    root = ElementTree.fromstring(styled(sheet(f"<{p}sheetData>{body}</{p}sheetData>", p), *places))
    found = [(cell.get("r", ""), int(cell.get("s", "0"))) for cell in root.iter(f"{MAIN}c")]
    wanted = {place: formats.get(place, 0) + 7 * (place in places) for place in formats.keys() | places}
    assert found == [(address(place), wanted[place]) for place in sorted(wanted)]
    numbers = [int(row.get("r", "")) for row in root.iter(f"{MAIN}row")]
    assert numbers == sorted(set(numbers))
    values = {cell.get("r"): cell[0].text for cell in root.iter(f"{MAIN}c") if len(cell)}
    assert values == {address(place): str(place[1]) for place in formats}


@pytest.mark.parametrize("later", ["tableParts", "extLst", "legacyDrawingHF", "oleObjects", ""])
def test_the_link_to_the_comments_stands_in_the_schemas_order(later: str) -> None:
    rest = f'<pageMargins left="1"/><drawing r:id="rId1"/>{f"<{later}/>" if later else ""}'
    data = sheet("<sheetData/>", rest=rest).replace(
        "<worksheet", '<worksheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    part = SheetPart(data.encode())
    assert part.legacy_drawing() == ""
    part.add_legacy_drawing("rId9", strict=False)
    text = part.to_bytes().decode()
    assert f'<drawing r:id="rId1"/><legacyDrawing r:id="rId9"/>{f"<{later}/>" if later else "</worksheet>"}' in text
    again = SheetPart(text.encode())
    assert again.legacy_drawing() == "rId9"
    again.remove_legacy_drawing()
    assert again.to_bytes() == data.encode()


def test_the_link_declares_its_prefix_where_the_sheet_does_not() -> None:
    part = SheetPart(sheet("<sheetData/>").encode())
    part.add_legacy_drawing("rId1", strict=True)
    assert SheetPart(part.to_bytes()).legacy_drawing() == "rId1"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><worksheet/>",
        b"<worksheet>",
        b"",
        b"<other/>",
        b'<?xml version="1.0" encoding="GBK"?><worksheet/>',
    ],
)
def test_a_part_that_is_no_sheet_is_refused(data: bytes) -> None:
    with pytest.raises(Unpatchable):
        SheetPart(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_part_keeps_its_encoding(encoding: str) -> None:
    data = f'<?xml version="1.0"?><worksheet xmlns="{SPACE}"><sheetData/><!--表--></worksheet>'.encode(encoding)
    part = SheetPart(data)
    assert part.to_bytes() == data
    cells.restyle(part, {(0, 0): lambda number: 3})
    assert part.to_bytes().decode(encoding).count('s="3"') == 1


def test_deselecting_a_tab_touches_nothing_else() -> None:
    text = sheet("<sheetData/>", head='<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>')
    part = SheetPart(text.encode())
    part.deselect()
    assert part.to_bytes().decode() == text.replace(' tabSelected="1"', "")


def test_attributes_inside_other_attributes_are_not_attributes() -> None:
    tag = "<c name=\"x s='5'\" s='1'/>"
    assert attributes(tag) == {"name": "x s='5'", "s": "1"}
    assert with_attributes(tag, {"s": "2", "t": "<"}) == '<c name="x s=\'5\'" s="2" t="&lt;"/>'


@pytest.mark.parametrize("text", ["", "A0", "AAAA1", "XFE1", "A1048577", "第9行", "A1:B2"])
def test_no_address(text: str) -> None:
    assert place_of(text) is None


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_addresses_both_ways(row: int, column: int) -> None:
    assert place_of(address((row, column))) == (row, column)


STYLES = (
    f'<x:styleSheet xmlns:x="{SPACE}"><x:fonts count="1"><x:font/></x:fonts><x:fills><x:fill><x:patternFill patternType="none"/>'
    '</x:fill><x:fill><x:patternFill patternType="gray125"/></x:fill></x:fills><x:cellXfs count="2">'
    '<x:xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><x:xf borderId="0" fillId="1"><x:alignment/></x:xf>'
    '</x:cellXfs><x:dxfs count="0"/></x:styleSheet>'
)


def test_formats_are_copied_with_another_fill_and_found_again() -> None:
    styles = Styles(STYLES.encode())
    assert styles.to_bytes() == STYLES.encode()
    marked = styles.marked(1, Severity.BLOCK)
    assert (marked, styles.marked(1, Severity.BLOCK), styles.marked(0, Severity.BLOCK)) == (2, 2, 3)
    assert styles.filled(styles.marked(0, Severity.INFORM), "") == 0
    assert styles.fill_of(marked) == "rgb=FFFFC7CE" and styles.fill_of(1) == "" and styles.fill_of(99) == ""
    assert styles.add("borders", "<x:border/>") == 0
    text = styles.to_bytes().decode()
    assert '<x:cellXfs count="5">' in text and "<x:fills><x:fill>" in text
    assert '<x:xf borderId="0" fillId="2" applyFill="1"><x:alignment/></x:xf>' in text
    assert text.index("</x:fills>") < text.index('<x:borders count="1">') < text.index("<x:cellXfs")


def test_the_senders_fill_is_told_and_put_back() -> None:
    theme = '<fill><patternFill patternType="solid"><fgColor theme="4" tint="0.8"/></patternFill></fill>'
    text = STYLES.replace("x:", "").replace("xmlns:x", "xmlns").replace("</fills>", f"{theme}</fills>")
    text = text.replace('fillId="1"', 'fillId="2"')
    styles = Styles(text.encode())
    assert styles.fill_of(1) == "theme=4,tint=0.8"
    assert styles.filled(styles.marked(1, Severity.EXPLAIN), "theme=4,tint=0.8") == 1


PLAIN = f'<comments xmlns="{SPACE}"><authors><author>甲</author><author>tc={{1}}</author></authors><commentList>' + (
    '<comment ref="A1" authorId="0"><text><t>短</t></text></comment>'
    '<comment ref="A2" authorId="1"><text><t>[线程批注]</t></text></comment>'
    '<comment ref="A3" authorId="0"><text/></comment></commentList></comments>'
)
OURS = "【退回】不对\n——督查室，见“问题清单”第 1 条"


def text_of(data: bytes) -> dict[str | None, str]:
    return {each.get("ref"): "".join(each.itertext()) for each in ElementTree.fromstring(data).iter(f"{MAIN}comment")}


def test_comments_are_added_appended_and_taken_away_again() -> None:
    done = comments.commented(PLAIN.encode(), dict.fromkeys([(0, 0), (1, 0), (2, 0), (3, 0)], OURS))
    assert done.boxed == ((3, 0),) and not done.unmarked
    assert text_of(done.content) == {"A1": f"短\n──────\n{OURS}", "A2": "[线程批注]", "A3": OURS, "A4": OURS}
    assert b"<text><r><t>" in done.content
    back = comments.commented(done.content, {})
    assert back.unmarked == {(0, 0), (2, 0), (3, 0)} and back.unboxed == {(2, 0), (3, 0)}
    assert text_of(back.content) == {"A1": "短", "A2": "[线程批注]"}


def test_a_comment_of_the_senders_that_looks_a_little_like_ours_stays() -> None:
    data = PLAIN.replace("短", "【退回】这是我写的").encode()
    assert comments.commented(data, {}).content == data


def test_runs_that_an_editor_split_are_cut_at_the_right_place() -> None:
    runs = "".join(f"<r><t>{part}</t></r>" for part in ("短 &amp;", " 好\n──", "────\n【退回】不", "对\n——督查室，见"))
    done = comments.commented(PLAIN.replace("<t>短</t>", runs).encode(), {})
    assert text_of(done.content)["A1"] == "短 & 好" and done.unmarked == {(0, 0)} and not done.unboxed


def test_boxes_of_any_prefix_go_and_come() -> None:
    old = (
        b'<xml><a:shapelayout xmlns:a="urn:schemas-microsoft-com:office:office"><a:idmap data="1,3"/></a:shapelayout>'
        b'<q:shape xmlns:q="urn:schemas-microsoft-com:vml" id="_x0000_s4097"><z:ClientData ObjectType="Note">'
        b"<z:Row>4</z:Row><z:Column>2</z:Column></z:ClientData></q:shape>"
        b'<q:shape id="b"><z:ClientData ObjectType="Button"><z:Row>4</z:Row><z:Column>2</z:Column></z:ClientData></q:shape><br></xml>'
    )
    used = boxes.blocks(old)
    assert used == {1, 3, 4}
    text = boxes.boxed(old, {(4, 2)}, {(0, 0): OURS, (9, 9): OURS}, used).decode()
    assert "_x0000_s4097" not in text and '<q:shape id="b">' in text
    assert re.findall(r'<v:shape id="_x0000_s(\d+)"', text) == ["5121", "5122"] and 'data="1,3,5"' in text
    assert text.startswith('<xml xmlns:v="urn:schemas-microsoft-com:vml"') and used == {1, 3, 4, 5}
    for other in (b"<html/>", b"<xml>", b'<xml xmlns:v="urn:other"></xml>'):
        with pytest.raises(Unpatchable):
            boxes.boxed(other, set(), {(0, 0): OURS}, set())


def test_a_strict_workbook_with_prefixes_and_absolute_targets_comes_back() -> None:
    """Strict namespaces, `x:` on every element and `/xl/…` targets, as some libraries write."""
    content = parts(RICH)
    strict = {
        name: part.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, part in content.items()
    }  # fmt: skip
    rels = "xl/_rels/workbook.xml.rels"
    strict[rels] = strict[rels].replace(b'Target="', b'Target="/xl/')
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet2.xml"):
        text = re.sub(r"<(/?)(?=[A-Za-z]+[\s/>])", r"<\1x:", strict[name].decode()).replace("xmlns=", "xmlns:x=")
        strict[name] = text.encode()
    data = zipped(strict)
    raw = read(data)
    came_back = mark(data, raw, [finding("D5"), finding("A1", sheet="其他")], CONTRACTS)
    assert_sound(came_back)
    after = parts(came_back)
    assert {"xl/charts/chart1.xml", "xl/worksheets/sheet4.xml"} <= after.keys()
    assert b'<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main">' in after["xl/worksheets/sheet4.xml"]
    assert b'<x:sheet name="' in after["xl/workbook.xml"] and after["xl/workbook.xml"].count(b"<x:sheet ") == 4
    assert (
        re.search(rb'<x:c r="A1" s="\d+" t="s"', after["xl/worksheets/sheet2.xml"])
        or b's="' in after["xl/worksheets/sheet2.xml"]
    )
    assert [sheet.cells for sheet in read(came_back).sheets[:-1]] == [sheet.cells for sheet in raw.sheets]


def test_a_workbook_without_styles_gets_some() -> None:
    content = parts(RICH)
    del content["xl/styles.xml"]
    content["[Content_Types].xml"] = re.sub(rb"<Override[^>]*styles.xml[^>]*>", b"", content["[Content_Types].xml"])
    rels = "xl/_rels/workbook.xml.rels"
    content[rels] = re.sub(rb"<Relationship [^>]*styles.xml[^>]*>", b"", content[rels])
    for number in (1, 2, 3):
        name = f"xl/worksheets/sheet{number}.xml"
        content[name] = re.sub(rb' s="\d+"', b"", content[name])
    data = zipped(content)
    came_back = mark(data, read(data), [finding("D5")], CONTRACTS)
    assert_sound(came_back)
    assert "xl/charts/chart1.xml" in parts(came_back)
    assert openpyxl.load_workbook(io.BytesIO(came_back))["明细"]["D5"].fill.fgColor.rgb == "FFFFC7CE"


def test_unchanged_parts_are_copied_as_they_are_packed() -> None:
    came_back = mark(RICH, RAW, [finding("D5")], CONTRACTS)
    packed = RICH[RICH.index(b"xl/theme/theme1.xml") + len("xl/theme/theme1.xml") :][:500]
    assert packed in came_back


@pytest.mark.parametrize("seed", range(150))
def test_damaged_parts_never_stop_the_return(seed: int) -> None:
    """The reader may have forgiven what the patching does not: then the workbook is built anew."""
    source = random.Random(seed)
    content = parts(mark(RICH, RAW, [finding("D5"), finding("B4")], CONTRACTS) if seed % 2 else RICH)
    name = source.choice(sorted(each for each in content if each.endswith((".xml", ".rels", ".vml"))))
    part = bytearray(content[name])
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(part))
        match source.randint(0, 3):
            case 0:
                part[at] = source.choice(b"<>/\"'=&;x0 ")
            case 1:
                del part[at : at + source.randint(1, 40)]
            case 2:
                part[at:at] = source.choice([b"<a/>", b"<!-- ", b' r="9"', b"]]>", b"&b;", "〇".encode(), b"9" * 5000])
            case 3:
                part[at:at] = part[at : at + source.randint(1, 200)]
        part = part or bytearray(b" ")
    content[name] = bytes(part)
    if seed % 10 == 0:
        del content[name]
    came_back = mark(zipped(content), RAW, [finding("D6"), finding("B4"), finding("A40")], CONTRACTS)
    with_list = parts(came_back)
    assert any("情况属实/说明".encode() in each for each in with_list.values())
    for each in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"):
        ElementTree.fromstring(with_list[each])


def test_document_type_is_refused_before_entities_are_seen() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><comments>&c;</comments>'
    with pytest.raises(Unpatchable):
        Document.parse(bomb)
