"""Small files that become large: in bytes, cells, sheets, strings, entities or depth."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.hostile.parts import MAIN, SHEET, many_sheets, ods, sheet_xml, with_parts, with_sheet, xlsx, zipped

MEGABYTE = 2**20
CELL = '<c r="A1"><v>1</v></c>'


def unpacks_to_a_gigabyte() -> bytes:
    """Zeros in sheet1.xml, written without holding them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != SHEET:
                new.writestr(entry.filename, old.read(entry))
        with new.open(SHEET, "w", force_zip64=True) as sheet:
            for _ in range(1024):
                sheet.write(bytes(MEGABYTE))
    return buffer.getvalue()


def unpacks_to_a_gigabyte_and_denies_it() -> bytes:
    """The directory says that the sheet is small."""
    data = bytearray(unpacks_to_a_gigabyte())
    place = data.rfind(b"PK\1\2")
    data[place + 24 : place + 28] = (20_000).to_bytes(4, "little")
    return bytes(data)


def declares(size: int) -> bytes:
    """A sheet of a few bytes of which the directory says `size`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/workbook.xml", "<workbook/>")
        new.writestr(SHEET, sheet_xml(""))
        new.filelist[-1].file_size = size
    return buffer.getvalue()


def entries_that_share_their_bytes(number: int = 4000, said: int = 20 * MEGABYTE) -> bytes:
    """Every directory entry points at one and the same packed sheet of 20 MB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/workbook.xml", "<workbook/>")
        new.writestr(SHEET, bytes(20 * MEGABYTE))
    data = buffer.getvalue()
    directory = data.index(b"PK\1\2")
    place = data.index(b"PK\1\2", directory + 4)
    end = data.index(b"PK\5\6")
    entry = bytearray(data[place:end])
    entry[24:28] = said.to_bytes(4, "little")
    name = entry.index(b"sheet1.xml")
    copies = b"".join(bytes(entry[:name]) + b"s%05d.xml" % i + bytes(entry[name + 10 :]) for i in range(number))
    listed = data[directory:place] + copies
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number + 1, number + 1, len(listed), directory, 0)
    return data[:directory] + listed + tail


def zips_in_zips(depth: int = 6, width: int = 16) -> bytes:
    inner = bytes(MEGABYTE)
    for _ in range(depth):
        inner = zipped({f"{i}.zip": inner for i in range(width)})
    return inner


def a_workbook_that_holds_a_bomb() -> bytes:
    return with_parts({"xl/media/bild.zip": zips_in_zips()})


def corner_to_corner() -> bytes:
    return with_sheet(f'<row r="1">{CELL}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_beyond_the_corner() -> bytes:
    return with_sheet(f'<row r="1">{CELL}</row><row r="4294967295"><c r="ZZZZZZ4294967295"><v>1</v></c></row>')


def too_many_honest_cells() -> bytes:
    return with_sheet(("<row>" + "<c><v>1</v></c>" * 1000 + "</row>") * 2500)


def a_string_that_says_two_gigabytes() -> bytes:
    """The table of strings announces 2^31 of them."""
    strings = f'<sst xmlns="{MAIN}" count="2147483648" uniqueCount="2147483648"><si><t>一</t></si></sst>'
    return with_parts({"xl/sharedStrings.xml": strings.encode(), SHEET: _uses_of_string_0(1)})


def one_long_string_in_many_cells(megabytes: int = 8, cells: int = 2000) -> bytes:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"一二三四" * (megabytes * MEGABYTE // 12)}</t></si></sst>'
    return with_parts({"xl/sharedStrings.xml": strings.encode(), SHEET: _uses_of_string_0(cells)})


def one_string_of_many_megabytes(megabytes: int = 45) -> bytes:
    """With noise enough that the ratio of packed to unpacked tells nothing; one character outside the usual plane
    makes four bytes of each in memory."""
    noise = "".join(f"{i * 2654435761 % 2**32:08x}" for i in range(MEGABYTE // 8))
    inline = f'<row r="1"><c r="A1" t="inlineStr"><is><t>😀{noise * megabytes}</t></is></c></row>'
    return with_sheet(inline)


def _uses_of_string_0(cells: int) -> bytes:
    return sheet_xml("".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, cells + 1)))


def merged_ranges(number: int = 2**20) -> bytes:
    ranges = "".join(f'<mergeCell ref="A{i}:B{i}"/>' for i in range(1, number + 1))
    return with_sheet(f"<row>{CELL}</row>", f'<mergeCells count="{number}">{ranges}</mergeCells>')


def hidden_rows(number: int = 2**20) -> bytes:
    return with_sheet("".join(f'<row r="{i}" hidden="1"/>' for i in range(1, number + 1)))


def five_thousand_sheets() -> bytes:
    return many_sheets(5000, one_part=False)


def a_hundred_thousand_empty_sheets() -> bytes:
    return many_sheets(100_000, one_part=True)


def nested(name: str, depth: int = 1_000_000) -> bytes:
    """A part that is nothing but elements inside elements."""
    return with_parts({name: b"<a>" * depth + b"</a>" * depth})


def ods_repeated() -> bytes:
    """One cell, repeated to both edges of the sheet."""
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>一</text:p></table:table-cell>'
    return ods(f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>')


def ods_repeated_for_ever() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="99999999999" office:value-type="float" office:value="1"/>'
    return ods(f'<table:table-row table:number-rows-repeated="99999999999">{cell}</table:table-row>')


def ods_nested() -> bytes:
    return ods("<table:table-row>" * 500_000 + "</table:table-row>" * 500_000)


def text_of_separators() -> bytes:
    return (b"," * 1000 + b"\n") * 20_000


def text_of_every_width() -> bytes:
    return b"\n".join(b",".join([b"1"] * (width % 1500 + 1)) for width in range(2400))
