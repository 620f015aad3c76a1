"""Archival: a written PDF made a PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) file of few, repeatable bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import AttachedFileSpec, Dictionary, Name
from pikepdf import open as parsed  # from memory: no file is opened

from transforms.briefing import drawing, glyphs, links, tagging
from transforms.briefing.origins import Origin

_MIME = {".csv": "text/csv", ".json": "application/json"}
_DESCRIPTIONS = {"figures.csv": "本期全部指标", "findings.csv": "本期数据质量问题"}

# ISO 16684-1. PDF/UA's identifier is none of the schemas that ISO 19005-3 knows: 6.6.2.3.3 asks for its description.
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{producer}</pdf:Producer>
{dates}<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

_DATES = "<xmp:CreateDate>{0}</xmp:CreateDate>\n<xmp:ModifyDate>{0}</xmp:ModifyDate>\n"


@dataclass(frozen=True)
class About:
    """What the file says of itself, the same in its information and its XMP. `date` is a day: 20140703, or empty."""

    title: str
    author: str
    subject: str
    producer: str
    language: str
    date: str


def archived(
    written: bytes, origins: Sequence[Origin], labels: Mapping[str, str], attachments: Mapping[str, bytes]
) -> bytes:
    """`written` by WeasyPrint as the file that is published. The same input gives the same bytes.

    `origins` of the tagged blocks; `labels`: what a link says, by the name of its destination; `attachments` by name.

    Raises:
        ValueError: the origins are not those of this file.
    """
    with parsed(io.BytesIO(written)) as pdf:
        tagging.retag(pdf, origins, links.mend(pdf, labels))
        drawing.slim(pdf)
        drawing.share(pdf)
        glyphs.compact(pdf)
        about = _about(pdf)
        _describe(pdf, about)
        for name, content in sorted(attachments.items()):
            _attach(pdf, name, content, about.date)
        return _saved(pdf)


def _about(pdf: pikepdf.Pdf) -> About:
    title, author, subject, producer, date = (
        str(pdf.docinfo.get(f"/{name}", "")) for name in ("Title", "Author", "Subject", "Producer", "CreationDate")
    )
    return About(title, author, subject, producer, str(pdf.Root.get("/Lang", "zh-CN")), date[2:10])


def _describe(pdf: pikepdf.Pdf, about: About) -> None:
    values = {name: escape(value) for name, value in vars(about).items()}
    packet = _XMP.format(**values, dates=_DATES.format(_iso(about.date)) if about.date else "").encode()
    pdf.Root.Metadata = pdf.make_indirect(pikepdf.Stream(pdf, packet, Type=Name.Metadata, Subtype=Name.XML))
    told = Dictionary(Title=about.title, Author=about.author, Subject=about.subject, Producer=about.producer)
    if about.date:
        told.CreationDate = told.ModDate = _pdf_date(about.date)
    pdf.trailer.Info = pdf.make_indirect(told)
    pdf.Root.Lang = about.language


def _iso(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T00:00:00Z"


def _pdf_date(date: str) -> str:
    return f"D:{date}000000Z"


def _attach(pdf: pikepdf.Pdf, name: str, content: bytes, date: str) -> None:
    """As the data that the document was made from (ISO 19005-3, 6.8). pikepdf puts it into /AF and the name tree."""
    specification = AttachedFileSpec(
        pdf,
        content,
        filename=name,
        description=_DESCRIPTIONS.get(name, name),
        mime_type=_MIME.get(name[name.rfind(".") :], "application/octet-stream"),
        creation_date=_pdf_date(date),
        mod_date=_pdf_date(date),
    )
    specification.relationship = Name.Data
    pdf.attachments[name] = specification


def _saved(pdf: pikepdf.Pdf) -> bytes:
    target = io.BytesIO()
    pikepdf.settings.set_flate_compression_level(9)
    pdf.remove_unreferenced_resources()
    pdf.save(
        target,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        recompress_flate=True,
        deterministic_id=True,
        fix_metadata_version=False,  # else the packet is written anew
    )
    return target.getvalue()
