"""A zip whose unchanged entries are copied as they are compressed. Equal input gives equal bytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from transforms.returns.unpatchable import Unpatchable

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8 = 0x800
_KEPT_FLAGS = _UTF8 | 0x6  # the name's encoding and how hard was packed; sizes always stand before the data
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # no clock: the earliest that a zip can say
_VERSION = 20
_DEFLATED = 8
_LEVEL = 3  # a sheet a tenth larger than with 6, in half the time
_LARGEST_PART = 128 * 2**20  # bytes: 100,000 rows of 16 cells take half of it


@dataclass(frozen=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    stamp: tuple[int, int]  # time, date
    crc: int
    size: int
    packed: bytes
    attributes: int = 0


class ZipFile:
    """The entries of a zip in memory, by name."""

    def __init__(self, data: bytes) -> None:
        """
        Raises:
            Unpatchable: no zip, or an encrypted one.
        """
        self._data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Unpatchable("no zip") from None
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        if any(entry.flag_bits & 1 for entry in self._entries.values()):
            raise Unpatchable("encrypted")
        self._changed: dict[str, bytes] = {}
        self._dropped: set[str] = set()

    @property
    def names(self) -> list[str]:
        """In their old order, new ones last in the order in which they were put."""
        return [name for name in dict.fromkeys((*self._entries, *self._changed)) if name not in self._dropped]

    def read(self, name: str) -> bytes:
        """
        Raises:
            KeyError: no such entry.
            Unpatchable: it does not unpack.
        """
        if name in self._dropped:
            raise KeyError(name)
        if name in self._changed:
            return self._changed[name]
        if name in self._entries and self._entries[name].file_size > _LARGEST_PART:
            raise Unpatchable(f"{name} is too large")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
            raise Unpatchable(f"{name} does not unpack") from None

    def put(self, name: str, content: bytes) -> None:
        self._changed[name] = content
        self._dropped.discard(name)

    def drop(self, name: str) -> None:
        self._changed.pop(name, None)
        self._dropped.add(name)

    def to_bytes(self) -> bytes:
        sink, directory = io.BytesIO(), io.BytesIO()
        names = self.names
        for name in names:
            entry = self._entry(name)
            common = (entry.flags, entry.method, *entry.stamp, entry.crc, len(entry.packed), entry.size)
            place = sink.tell()
            sink.write(_LOCAL.pack(b"PK\3\4", _VERSION, *common, len(entry.name), 0))
            sink.write(entry.name)
            sink.write(entry.packed)
            directory.write(
                _CENTRAL.pack(
                    *(b"PK\1\2", _VERSION, _VERSION, *common, len(entry.name), 0, 0, 0, 0, entry.attributes, place)
                )
            )
            directory.write(entry.name)
        place, index = sink.tell(), directory.getvalue()
        sink.write(index)
        sink.write(_END.pack(b"PK\5\6", 0, 0, len(names), len(names), len(index), place, 0))
        return sink.getvalue()

    def _entry(self, name: str) -> _Entry:
        old = self._entries.get(name)
        stamp = _dos(old.date_time if old else _FIRST_DAY)
        if name in self._changed:
            content = self._changed[name]
            packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
            packed = packer.compress(content) + packer.flush()
            flags = 0 if name.isascii() else _UTF8
            return _Entry(name.encode(), flags, _DEFLATED, stamp, zlib.crc32(content), len(content), packed)
        assert old is not None  # neither changed nor there is impossible
        flags = old.flag_bits & _KEPT_FLAGS
        written = name.encode("utf-8" if flags & _UTF8 else "cp437")
        return _Entry(
            written, flags, old.compress_type, stamp, old.CRC, old.file_size, self._packed(old), old.external_attr
        )

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        head = self._data[entry.header_offset : entry.header_offset + _LOCAL.size]
        if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
            raise Unpatchable("an entry without its header")
        *_, name_length, extra_length = _LOCAL.unpack(head)
        start = entry.header_offset + _LOCAL.size + name_length + extra_length
        return self._data[start : start + entry.compress_size]


def _dos(moment: tuple[int, ...]) -> tuple[int, int]:
    year, month, day, hour, minute, second = moment
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
