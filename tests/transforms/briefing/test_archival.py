"""The file for the archive, opened with another library: what ISO 19005-3 and ISO 14289-1 ask of the file as a whole.

No validator of either was at hand: each clause here is one that can be read off the file.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.briefing.test_page import document, pages_of
from transforms.briefing import printing
from transforms.briefing.archival import archived
from transforms.briefing.origins import origins
from transforms.briefing.proofs.typefaces import LOST, typeface
from transforms.briefing.render import laid_out
from transforms.briefing.view import View

FIGURES = "指标,数值\r\n走访企业,566\r\n".encode("utf-8-sig")
FINDINGS = b"rule\r\nRP02\r\n" * 300
ATTACHED = {"findings.csv": FINDINGS, "figures.csv": FIGURES, "notes.json": b"{}", "raw": b""}
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}


class Small:
    """A page laid out once, archived as often as a test needs it."""

    def __init__(self, fonts: dict[str, Path], body: str = "<h2>一、样张</h2><p>文字</p>", head: str = "") -> None:
        laid = laid_out(document(body).replace("</head>", f"{head}</head>"), (), fonts)
        self.origins = origins(laid)
        self.written: bytes = laid.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"00")

    def archived(self, attachments: dict[str, bytes]) -> bytes:
        return archived(self.written, self.origins, {}, attachments)


@pytest.fixture(scope="module")
def small(fonts: dict[str, Path]) -> Small:
    day = '<meta name="dcterms.created" content="2014-07-03"><meta name="author" content="甲&amp;乙&lt;丙&gt;">'
    return Small(fonts, head=day)


@pytest.fixture(scope="module")
def attached(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attached") / "attached.pdf"
    path.write_bytes(small.archived(ATTACHED))
    return path


@pytest.fixture
def june_file(june_pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(june_pdf) as pdf:
        yield pdf


def packet(pdf: pikepdf.Pdf) -> ET.Element:
    return ET.fromstring(pdf.Root.Metadata.read_bytes())


def told(pdf: pikepdf.Pdf, path: str) -> str:
    found = packet(pdf).find(f".//{path}", NAMES)
    assert found is not None, path
    return "".join(found.itertext()).strip()


def test_it_says_which_standards_it_claims(june_file: pikepdf.Pdf) -> None:
    assert [told(june_file, p) for p in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")] == ["3", "A", "1"]
    assert "/Filter" not in june_file.Root.Metadata  # ISO 19005-3, 6.6.2.1: so that it can be read from outside
    schemas = june_file.Root.Metadata.read_bytes().decode()
    assert "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in schemas


def test_the_metadata_packet_is_the_one_that_was_written(june_file: pikepdf.Pdf) -> None:
    """Saving must not write a packet of its own over it."""
    assert june_file.Root.Metadata.read_bytes().endswith(b'<?xpacket end="r"?>')


def test_information_and_metadata_say_the_same(june_file: pikepdf.Pdf, view: View) -> None:
    info = june_file.docinfo
    assert told(june_file, "dc:title") == str(info.Title) == view.title
    assert told(june_file, "dc:creator") == str(info.Author) == view.district.masthead.office
    assert told(june_file, "dc:description") == str(info.Subject) == view.district.masthead.name
    assert told(june_file, "pdf:Producer") == str(info.Producer)
    assert told(june_file, "dc:language") == str(june_file.Root.Lang) == "zh-CN"
    assert str(info.CreationDate) == str(info.ModDate) == f"D:{view.printed_on:%Y%m%d}000000Z"
    dates = [told(june_file, f"xmp:{name}") for name in ("CreateDate", "ModifyDate")]
    assert dates == [f"{view.printed_on.isoformat()}T00:00:00Z"] * 2


def test_markup_in_the_metadata_is_text(attached: Path) -> None:
    with pikepdf.open(attached) as pdf:
        assert told(pdf, "dc:creator") == str(pdf.docinfo.Author) == "甲&乙<丙>"


def test_the_title_is_shown_and_the_file_is_marked(june_file: pikepdf.Pdf) -> None:
    assert bool(june_file.Root.ViewerPreferences.DisplayDocTitle)
    assert bool(june_file.Root.MarkInfo.Marked)
    assert not bool(june_file.Root.MarkInfo.get("/Suspects", False))
    assert all(page.obj.Tabs == "/S" for page in june_file.pages if "/Annots" in page)


def test_nothing_is_locked_and_nothing_runs(june_pdf: Path, june_file: pikepdf.Pdf) -> None:
    assert june_pdf.read_bytes()[:8] == b"%PDF-1.7"
    assert not june_file.is_encrypted
    assert "/ID" in june_file.trailer
    assert june_file.check_pdf_syntax() == []
    assert not {"/OpenAction", "/AA", "/JavaScript", "/AcroForm", "/Perms", "/OCProperties"} & set(
        june_file.Root.keys()
    )
    for item in june_file.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            assert not {"/A", "/AA", "/JS", "/URI", "/Launch", "/FFilter"} & set(item.keys()) or is_attribute(item)
            assert "LZW" not in str(item.get("/Filter", ""))


def is_attribute(item: pikepdf.Object) -> bool:
    """/A of a structure element holds its attributes; elsewhere it is an action."""
    return isinstance(item.get("/S"), pikepdf.Name) and "/P" in item


def test_colours_have_a_profile(june_file: pikepdf.Pdf) -> None:
    (intent,) = june_file.Root.OutputIntents.as_list()
    assert intent.S == "/GTS_PDFA1"
    profile = intent.DestOutputProfile
    assert int(profile.N) == 3
    assert profile.read_bytes()[36:40] == b"acsp"
    assert profile.read_bytes()[16:20] == b"RGB "
    for page in june_file.pages:
        operators = {str(operator) for _, operator in pikepdf.parse_content_stream(page)}
        assert not operators & {"k", "K"}  # no CMYK beside an RGB profile


def test_fonts_are_embedded_and_every_code_is_a_character(june_pdf: Path) -> None:
    seen = set()
    for page, fonts in pages_of(june_pdf):
        faces = {name: typeface(font) for name, font in fonts.items()}
        for font in fonts.values():
            assert "/ToUnicode" in font
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
            assert "/CIDSet" not in descriptor  # one that is there must be complete
        face = None
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                face = faces[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                assert face
                parts = operands[0].as_list() if str(operator) == "TJ" else [operands[0]]
                texts = {
                    g.text for part in parts if isinstance(part, pikepdf.String) for g in face.glyphs_of(bytes(part))
                }
                assert not texts & {LOST, "", "\x00", "\ufeff", "\ufffe"}  # ISO 19005-3, 6.2.11.7.2
                seen |= texts
    assert len(seen) > 300


def headings(html: str) -> list[tuple[int, str]]:
    """Bookmarks as the page's HTML has them: level and text."""
    found = re.findall(r'<(?:h([23])|p class="(lead)")[^>]*>(.*?)</(?:h[23]|p)>', html, re.DOTALL)
    return [(int(level) - 1 if level else 1, re.sub(r"<[^>]+>|\s*\n\s*", "", text)) for level, _, text in found]


def bookmarks(items: list[pikepdf.OutlineItem], level: int = 1) -> Iterator[tuple[int, str]]:
    for item in items:
        yield level, str(item.title)
        yield from bookmarks(item.children, level + 1)


def test_bookmarks_are_the_headings_with_their_levels(june_file: pikepdf.Pdf, view: View) -> None:
    with june_file.open_outline() as outline:
        found = list(bookmarks(outline.root))
    assert found == headings(printing.html(view))
    assert len(found) >= 9


def test_bookmarks_go_down_as_headings_do(fonts: dict[str, Path], tmp_path: Path) -> None:
    body = "<h2>一、甲</h2><h3>（一）乙</h3><p>字</p><h3>（二）丙</h3><p>字</p><h2>二、丁</h2><p>字</p>"
    path = tmp_path / "levels.pdf"
    path.write_bytes(Small(fonts, body).archived({}))
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        found = list(bookmarks(outline.root))
    assert found == headings(body) == [(1, "一、甲"), (2, "（一）乙"), (2, "（二）丙"), (1, "二、丁")]


def test_attachments_are_the_same_bytes_and_say_what_they_are(attached: Path) -> None:
    with pikepdf.open(attached) as pdf:
        assert list(pdf.attachments) == sorted(ATTACHED)
        assert [str(one.UF) for one in pdf.Root.AF.as_list()] == sorted(ATTACHED)
        for listed in pdf.Root.AF.as_list():
            name = str(listed.F)
            specification = pdf.attachments[name]
            assert specification.obj.objgen == listed.objgen
            assert specification.get_file().read_bytes() == ATTACHED[name]
            assert listed.AFRelationship == "/Data"
            assert str(listed.Desc)
            params = listed.EF.F.Params
            assert str(params.ModDate) == "D:20140703000000Z"
            assert int(params.Size) == len(ATTACHED[name])
        kinds = {str(one.F): str(one.EF.F.Subtype) for one in pdf.Root.AF.as_list()}
        assert kinds["figures.csv"] == kinds["findings.csv"] == "/text/csv"
        assert (kinds["notes.json"], kinds["raw"]) == ("/application/json", "/application/octet-stream")
        assert len(pdf.attachments["findings.csv"].obj.EF.F.read_raw_bytes()) < len(FINDINGS) / 10


def test_a_document_without_attachments_has_no_place_for_them(june_file: pikepdf.Pdf) -> None:
    assert "/AF" not in june_file.Root
    assert list(june_file.attachments) == []


def test_a_document_without_a_date_has_none(fonts: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "undated.pdf"
    path.write_bytes(Small(fonts).archived({}))
    with pikepdf.open(path) as pdf:
        assert "/CreationDate" not in pdf.docinfo
        assert packet(pdf).find(".//xmp:CreateDate", NAMES) is None


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.sampled_from(["figures.csv", "findings.csv", "甲.json", "b"]), st.binary(max_size=2000)))
def test_whatever_is_attached_comes_out_whole(small: Small, attachments: dict[str, bytes]) -> None:
    first = small.archived(attachments)
    assert first == small.archived(dict(reversed(attachments.items())))
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert {name: one.get_file().read_bytes() for name, one in pdf.attachments.items()} == attachments


def test_the_origins_must_be_those_of_the_file(small: Small) -> None:
    with pytest.raises(ValueError, match="structure tree"):
        archived(small.written, small.origins[:-1], {}, {})
