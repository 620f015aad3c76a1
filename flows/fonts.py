"""The briefing's fonts: which file plays which role, and whether a file is what it should be.

Set-up fills the folder (setup/fonts.py). Where a typeface that the standard names is installed on the machine, set-up
copies it to `preferred/<role>`, and it comes first. Nothing is looked for elsewhere at run time, so the same folder
gives the same document.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import EnvironmentFailure

PREFERRED = "preferred"


def remedy(program: Path) -> str:
    """What puts the fonts in `program` right: a version that a bundle installed is put right by the bundle alone."""
    bundled = program.parent.name == "versions"
    return "请再运行一遍安装包里的 install.sh" if bundled else "请在程序目录运行 make setup"


REMEDY = remedy(Path(__file__).resolve().parent.parent)
GB2312 = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
NAMES = "䶮㙦镕堃喆昇㎡"  # in people's and places' names, or a unit; outside GB 2312
LATIN = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True)
class Face:
    """One role on the page."""

    file: str  # in the fonts folder
    postscript: str
    characters: str  # what it must be able to print
    preferred: tuple[str, ...] = ()  # family names of typefaces that come first, best first


# GB/T 9704-2012 names the typefaces; Fandol stands in for them, 宋体 bold for 小标宋. A Latin-only cut of 宋体 prints
# digits and letters, because 仿宋's own look heavy; 霞鹜文楷 has the rare hanzi.
FACES: Mapping[str, Face] = {
    "latin": Face("SancuLatin-Regular.otf", "SancuLatin-Regular", LATIN),
    "fangsong": Face("FandolFang-Regular.otf", "FandolFang-Regular", GB2312, ("仿宋_GB2312",)),
    "kai": Face("FandolKai-Regular.otf", "FandolKai-Regular", GB2312, ("楷体_GB2312",)),
    "hei": Face("FandolHei-Regular.otf", "FandolHei-Regular", GB2312, ("黑体",)),
    "song": Face("FandolSong-Regular.otf", "FandolSong-Regular", GB2312, ("宋体",)),
    "title": Face("FandolSong-Bold.otf", "FandolSong-Bold", GB2312, ("方正小标宋简体", "方正小标宋_GBK")),
    "fallback": Face("LXGWWenKai-Regular.ttf", "LXGWWenKai-Regular", GB2312 + NAMES),
}


def font_files(folder: Path) -> dict[str, Path]:
    """Role → file, for every role in FACES. Only looks whether the files are there; `verify` opens them.

    Raises:
        EnvironmentFailure: a role has no file; the message names every such file and the remedy.
    """
    files = {role: font_file(folder, role) for role in FACES}
    missing = [FACES[role].file for role, file in files.items() if not file.is_file()]
    if missing:
        raise EnvironmentFailure(f"{folder} 中缺少字体 {'、'.join(missing)}。{REMEDY}。")
    return files


def font_file(folder: Path, role: str) -> Path:
    """The file that plays `role`, there or not."""
    adopted = (folder / PREFERRED / f"{role}{suffix}" for suffix in (".ttf", ".otf"))
    return next((file for file in adopted if file.is_file()), folder / FACES[role].file)


def verify(data: bytes, characters: str, postscript: str | None = None) -> str:
    """The family name of a font that is whole, bears the name `postscript` and has every one of `characters`.

    Raises:
        ValueError: it is not; the message says why, in words that follow a file name.
    """
    from fontTools.ttLib import TTFont

    try:
        # 2: a wrong checksum is an error. Vendors' own fonts (without an expected name) often carry wrong ones.
        with TTFont(io.BytesIO(data), lazy=True, checkChecksums=2 if postscript else 0) as font:
            for tag in font.reader.keys():  # noqa: SIM118 (the reader cannot be iterated over)
                font.reader[tag]
            names, has = font["name"], font.getBestCmap() or {}
            found = str(names.getDebugName(6))
            family = str(names.getDebugName(16) or names.getDebugName(1))
    except Exception as error:  # fontTools fails on damaged bytes with errors of every type
        raise ValueError(f"打不开或不完整（{error}）") from error
    if postscript and found != postscript:
        raise ValueError(f"是 {found}，不是 {postscript}")
    lacking = [character for character in characters if ord(character) not in has]
    if lacking:
        raise ValueError(f"缺 {len(lacking)} 个字，如“{lacking[0]}”")
    return family


def families(folder: Path) -> dict[str, str]:
    """Role → family name in use, read from the files and verified; for the manifest and `sancu doctor`.

    Raises:
        EnvironmentFailure: a font is absent or damaged.
    """
    return {role: family_of(folder, role, file) for role, file in font_files(folder).items()}


def family_of(folder: Path, role: str, file: Path) -> str:
    """The verified family name of the file that plays `role`.

    Raises:
        EnvironmentFailure: it cannot be read, or is not what the role needs.
    """
    face = FACES[role]
    adopted = file.parent == folder / PREFERRED
    try:
        return verify(file.read_bytes(), face.characters, None if adopted else face.postscript)
    except OSError as error:
        raise EnvironmentFailure(f"字体 {file} 读不了：{error.strerror}。{REMEDY}。") from error
    except ValueError as error:
        raise EnvironmentFailure(f"字体 {file} {error}。{REMEDY}。") from error
