"""What a PDF holds beside its pages: bookmarks, every string object, attachments and metadata."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

# Hashes, whose bytes may happen to read as anything (ISO 32000-1, 14.4 and table 46).
_BYTES = ("/ID", "/CheckSum")


def titles(document: pikepdf.Pdf) -> dict[str, int]:
    """Bookmarks → their level, from 1."""
    found: dict[str, int] = {}

    def add(items: Any, level: int) -> None:
        for item in items:
            found[item.title] = level
            add(item.children, level + 1)

    with document.open_outline() as outline:
        add(outline.root, 1)
    return found


def strings(item: Any) -> Iterator[str]:
    """Strings directly in an object; those of the objects that it refers to are theirs."""
    if isinstance(item, pikepdf.String):
        yield str(item)
    elif isinstance(item, pikepdf.Array):
        yield from _direct(item.as_list())
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield from _direct(part for key, part in item.items() if key not in _BYTES)


def _direct(parts: Iterable[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from strings(part)


def attached(document: pikepdf.Pdf) -> Iterator[bytes]:
    """Attachments and the metadata stream; of an archive (.xlsx, .docx, .zip) its members too."""
    for specification in document.attachments.values():
        yield from _unpacked(bytes(specification.get_file().obj.get_stream_buffer()))
    if "/Metadata" in document.Root:
        yield bytes(document.Root.Metadata.get_stream_buffer())


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
