"""Fonts that are installed on this machine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from flows import atomic
from flows.fonts import FACES, PREFERRED, verify

INSTALLED = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)


def font_files_in(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Every font file under `folders`."""
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.suffix.lower() in (".ttf", ".otf", ".ttc") and file.is_file():
                yield file


def adopt(folder: Path, installed: tuple[Path, ...]) -> Iterator[str]:
    """Copy the typefaces that the standard names, where this machine has them, to `preferred/`; a line for each."""
    roles = {family: (role, face) for role, face in FACES.items() for family in face.preferred}
    found: dict[str, tuple[int, str, bytes]] = {}
    for file in font_files_in(installed):
        for names, data in _faces_in(file):
            for family in names & roles.keys():
                role, face = roles[family]
                rank = face.preferred.index(family)
                if role not in found or rank < found[role][0]:
                    found[role] = (rank, family, data)
    for role, (_, family, data) in sorted(found.items()):
        try:
            verify(data, FACES[role].characters)
        except ValueError as error:
            yield f"已安装的 {family} {error}，改用 {FACES[role].file}。"
            continue
        suffix = ".otf" if data[:4] == b"OTTO" else ".ttf"
        atomic.write(folder / PREFERRED / f"{role}{suffix}", data)
        yield f"采用本机已安装的 {family}。"


def _faces_in(file: Path) -> Iterator[tuple[set[str], bytes]]:
    """Family and full names, and bytes, of each font in a file that may be a collection."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        collection = file.suffix.lower() == ".ttc"
        fonts = TTCollection(file, lazy=True).fonts if collection else [TTFont(file, lazy=True)]
        for font in fonts:
            names = {str(record) for record in font["name"].names if record.nameID in (1, 4, 16)}
            if not names & {family for face in FACES.values() for family in face.preferred}:
                continue
            if not collection:
                yield names, file.read_bytes()
                continue
            font.recalcTimestamp, out = False, io.BytesIO()
            font.save(out)
            yield names, out.getvalue()
    except (TTLibError, OSError, ValueError, AssertionError, KeyError):
        return  # a damaged font of another program is no concern of ours
