"""What one file may hold. Time and memory are limited by the operating system."""

MAX_UNPACKED = 300 * 2**20  # bytes in all entries of a zip
MAX_ENTRIES = 5_000
MAX_RATIO = 500  # honest sheets pack to a twentieth, very repetitive ones to a hundredth
MAX_CELLS = 2_000_000  # in a workbook, after the empty edges are cut
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767  # characters of a cell, as in Excel
MAX_SHEETS = 500
MAX_MERGED = 100_000  # ranges in a sheet
