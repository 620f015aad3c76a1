"""The Word edition of one issue: what the HTML says, in the order in which it says it."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from types import MappingProxyType

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from transforms.briefing import printing
from transforms.briefing.view import View
from transforms.briefing.word import package, sections
from transforms.briefing.word.blocks import Body
from transforms.briefing.word.looks import BLOCK_MM
from transforms.briefing.word.oxml import Node, allowed, w
from transforms.errors import ConfigurationError

NO_PAGES: Mapping[str, int] = MappingProxyType({})


def docx(view: View, pictures: Mapping[str, bytes], pages: Mapping[str, int] = NO_PAGES) -> bytes:
    """The issue as .docx. `pictures`: chart name → PNG. `pages`: HTML id → its page in the PDF, shown until Word counts.

    The same values give the same bytes.

    Raises:
        ConfigurationError: a template uses an element or a class that the vocabulary does not have, a chart has no
            picture, or a link leads nowhere.
    """
    return from_html(printing.html(view), pictures, pages, view.fingerprint, "" if view.signed else view.stage.value)


def from_html(
    html: str,
    pictures: Mapping[str, bytes],
    pages: Mapping[str, int] = NO_PAGES,
    identifier: str = "",
    watermark: str = "",
) -> bytes:
    """The same for a whole HTML document: title, author and dates are those of its head."""
    head, content = printing.tree(html)
    document = package.empty()
    body = Body(functools.partial(_picture, document, pictures), pages)
    body.flow(content)
    body.end()
    package.replace(document.element.body, body.written)
    sections.finish(document, body.sections, watermark)
    _number(document.element.body)
    package.describe(document, head, identifier)
    return package.packed(document)


def _picture(document: Document, pictures: Mapping[str, bytes], name: str, alt: str) -> Node:
    if name not in pictures:
        raise ConfigurationError(f"模板:1: 没有图“{name}”的图片，Word 版无法排")
    inline = document.part.new_pic_inline(io.BytesIO(pictures[name]), width=Mm(BLOCK_MM))
    inline.docPr.set("name", allowed(name))
    inline.docPr.set("descr", allowed(alt))
    return w("r", None, w("drawing", None, inline))


def _number(body: Node) -> None:
    """Number bookmarks and pictures; each bookmark must be one, and each link lead to one."""
    starts, ends = list(body.iter(qn("w:bookmarkStart"))), list(body.iter(qn("w:bookmarkEnd")))
    names = {start.get(qn("w:name")) for start in starts}
    if len(names) < len(starts):
        raise ConfigurationError("模板:1: 有两处用了同一个 id，Word 版无法设书签")
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        start.set(qn("w:id"), str(number))
        end.set(qn("w:id"), str(number))
    for number, picture in enumerate(body.iter(qn("wp:docPr")), start=1):
        picture.set("id", str(number))
    lost = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} - names
    if lost:
        raise ConfigurationError(f"模板:1: 链接没有去处：{'、'.join(sorted(lost))}")
