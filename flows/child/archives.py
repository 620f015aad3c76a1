"""What can be known of a file before it is opened: the zip's directory, the header of an OLE file."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from flows.child.limits import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED
from flows.child.refused import Refused

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PART = re.compile(r"\.(?:xml|rels|bin|vml)$|^mimetype$", re.IGNORECASE)


class Archive:
    """A workbook's zip. Parts are unpacked whole, so that each is checked against its checksum."""

    def __init__(self, data: bytes) -> None:
        """Cheap checks of the directory; nothing is unpacked.

        Raises:
            Refused: cut off, encrypted, or more than a workbook holds.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Refused("truncated") from None
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MAX_UNPACKED or len(entries) > MAX_ENTRIES:
            raise Refused("too_large")
        if unpacked > 10 * 2**20 and unpacked > MAX_RATIO * len(data):
            raise Refused("too_large")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("encrypted")
        self.names = {entry.filename for entry in entries}
        # Two parts of one name, which python-calamine compares without regard to case: readers would not agree which counts.
        if len({name.casefold().replace("\\", "/") for name in self.names}) < len(entries):
            raise Refused("damaged")

    def part(self, name: str) -> bytes:
        """One part; empty when there is none.

        Raises:
            Refused: it does not unpack to what the directory says.
        """
        try:
            return self._zip.read(name)
        except KeyError:
            return b""
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
            raise Refused("truncated") from None

    def verify(self) -> None:
        """Unpack every part that a reader of cells looks into: readers stop before a part's end, where its checksum
        is compared. None has a document type, which is where entities are declared.

        Raises:
            Refused: one does not agree with its checksum, or has a document type.
        """
        for name in self.names:
            if _PART.search(name) and b"<!DOCTYPE" in self.part(name) and name.endswith((".xml", ".rels")):
                raise Refused("unsafe")


def zip_kind(archive: Archive) -> str:
    """xlsx, xlsb or ods.

    Raises:
        Refused: another kind of zip, or an encrypted ods.
    """
    if "mimetype" in archive.names and b"opendocument.spreadsheet" in archive.part("mimetype"):
        if b"encryption-data" in archive.part("META-INF/manifest.xml"):
            raise Refused("encrypted")
        return "ods"
    if "xl/workbook.bin" in archive.names:
        return "xlsb"
    if "xl/workbook.xml" in archive.names:
        return "xlsx"
    raise Refused("not_a_workbook")


def zip_remarks(archive: Archive) -> list[str]:
    """What the file carries and nobody runs or follows."""
    names = archive.names
    remarks = []
    if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
        remarks.append("macros")
    if any(name.startswith("xl/externalLinks/externalLink") for name in names):
        remarks.append("links")
    return remarks


def ole_kind(data: bytes) -> str:
    """xls, also as .et.

    Raises:
        Refused: encrypted, another OLE file, or shorter than its own table of sectors says.
    """
    if _utf16("EncryptedPackage") in data:
        raise Refused("encrypted")
    if _utf16("Workbook") not in data and _utf16("Book") not in data:
        raise Refused("not_a_workbook")
    # [MS-CFB] 2.2: sectors are 2^shift bytes after the header; the table of sectors itself must lie in the file.
    shift = int.from_bytes(data[30:32], "little")
    tables = int.from_bytes(data[44:48], "little")
    if shift not in (9, 12) or tables * (1 << shift) > len(data):
        raise Refused("truncated")
    for place in range(76, 76 + 4 * min(tables, 109), 4):
        if (int.from_bytes(data[place : place + 4], "little") + 1) << shift >= len(data):
            raise Refused("truncated")
    return "xls"


def ole_remarks(data: bytes) -> list[str]:
    return ["macros"] if _utf16("_VBA_PROJECT_CUR") in data else []


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")
