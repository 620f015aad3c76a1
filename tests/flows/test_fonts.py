"""The fonts folder: what counts as whole, what comes first, and how set-up fills it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from flows.fonts import FACES, GB2312, LATIN, NAMES, PREFERRED, families, family_of, font_files, remedy, verify
from flows.settings import load_settings
from setup import fonts as filling
from transforms.briefing.render import ROLES
from transforms.errors import EnvironmentFailure


def font(family: str = "Sample", characters: str = GB2312) -> bytes:
    """A whole font in which every one of `characters` has the same empty glyph."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap(dict.fromkeys(map(ord, characters), "box"))
    builder.setupGlyf({name: Glyph() for name in (".notdef", "box")})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": "Sample-Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def sample() -> bytes:
    return font()


@pytest.fixture
def folder() -> Path:
    """The folder that set-up filled."""
    return load_settings().fonts


def test_the_hanzi_of_gb_2312() -> None:
    assert len(GB2312) == len(set(GB2312)) == 6763
    assert (GB2312[0], GB2312[-1]) == ("啊", "齄")
    assert not set(GB2312) & set(NAMES)


def test_a_whole_font_gives_its_family(sample: bytes) -> None:
    assert verify(sample, GB2312, "Sample-Regular") == "Sample"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_font_fails(sample: bytes, share: float) -> None:
    with pytest.raises(ValueError, match="打不开或不完整"):
        verify(sample[: int(len(sample) * share)], GB2312, "Sample-Regular")


def test_a_flipped_byte_fails(sample: bytes) -> None:
    with TTFont(io.BytesIO(sample)) as opened:
        middle = opened.reader.tables["cmap"].offset + 40
    with pytest.raises(ValueError, match="打不开或不完整"):
        verify(sample[:middle] + bytes([sample[middle] ^ 0xFF]) + sample[middle + 1 :], "", "Sample-Regular")


def test_another_font_under_the_name_fails(sample: bytes) -> None:
    with pytest.raises(ValueError, match="是 Sample-Regular，不是 FandolFang-Regular"):
        verify(sample, GB2312, "FandolFang-Regular")


def test_a_font_that_lacks_a_character_fails(sample: bytes) -> None:
    with pytest.raises(ValueError, match="缺 7 个字，如“䶮”"):
        verify(sample, GB2312 + NAMES)


def test_roles_are_those_of_the_page() -> None:
    assert set(FACES) == set(ROLES)


def test_every_absent_font_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure) as caught:
        font_files(tmp_path)
    assert all(face.file in str(caught.value) for face in FACES.values())
    assert "make setup" in str(caught.value)


def test_a_bundle_put_it_there_and_a_bundle_puts_it_right() -> None:
    assert "install.sh" in remedy(Path("/opt/三促 简报/versions/1.0"))


def test_set_up_left_whole_fonts(folder: Path) -> None:
    found = families(folder)
    assert set(found) == set(FACES)
    assert found["latin"] == "SancuLatin"


def test_latin_holds_latin_only_and_repeats(folder: Path) -> None:
    """The curly quotes must come from 宋体 or 仿宋, where they are full-width."""
    song = (folder / FACES["song"].file).read_bytes()
    cut = filling.latin_of(song, FACES["latin"].postscript)
    assert cut == filling.latin_of(song, FACES["latin"].postscript) == (folder / FACES["latin"].file).read_bytes()
    with TTFont(io.BytesIO(cut)) as opened:
        assert "".join(map(chr, sorted(opened.getBestCmap()))) == LATIN


def test_filling_from_installed_fonts_then_doing_nothing(folder: Path, tmp_path: Path) -> None:
    """No download where the machine has the fonts; a damaged one is replaced; a complete folder is left alone."""
    target = tmp_path / "字 体"
    filling.main(target, installed=(folder,))
    kai = target / FACES["kai"].file
    whole = kai.read_bytes()
    kai.write_bytes(whole[: len(whole) // 2])
    filling.main(target, installed=(folder,))
    assert kai.read_bytes() == whole

    before = {file: file.stat().st_mtime_ns for file in target.rglob("*")}
    filling.main(target, installed=(folder,))
    assert {file: file.stat().st_mtime_ns for file in target.rglob("*")} == before


def test_a_typeface_of_the_standard_comes_first(sample: bytes, folder: Path, tmp_path: Path) -> None:
    system = tmp_path / "system"
    system.mkdir()
    (system / "FZFS.ttf").write_bytes(font("仿宋_GB2312"))
    (system / "other.ttf").write_bytes(sample)
    (system / "broken.ttf").write_bytes(sample[:300])
    collection = TTCollection()
    collection.fonts = [TTFont(io.BytesIO(font(name))) for name in ("新宋体", "宋体")]
    collection.save(system / "simsun.ttc")
    target = tmp_path / "fonts"
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(PREFERRED))

    assert list(filling.adopt(target, (system,))) == ["采用本机已安装的 仿宋_GB2312。", "采用本机已安装的 宋体。"]
    files = font_files(target)
    assert files["fangsong"] == target / PREFERRED / "fangsong.ttf"
    assert family_of(target, "song", files["song"]) == "宋体"
    assert files["kai"] == target / FACES["kai"].file


def test_a_typeface_of_the_standard_that_lacks_hanzi_stays_out(tmp_path: Path) -> None:
    (tmp_path / "title.ttf").write_bytes(font("方正小标宋简体", GB2312[:3000]))
    said = list(filling.adopt(tmp_path, (tmp_path,)))
    assert said == [f"已安装的 方正小标宋简体 缺 3763 个字，如“{GB2312[3000]}”，改用 FandolSong-Bold.otf。"]
    assert not (tmp_path / PREFERRED).exists()


@pytest.mark.parametrize(
    ("root", "said", "told"),
    [
        (False, "E: Unable to locate package fonts-lxgw-wenkai", "sudo apt-get update && make setup"),
        (True, "E: Unable to locate package fonts-lxgw-wenkai", "请联网后运行 make setup"),
        (False, "E: Failed to fetch: Connection failed", "请联网后运行 make setup"),
    ],
)
def test_no_download_says_what_to_do(
    root: bool, said: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(*arguments: str, folder: Path) -> tuple[str, str]:
        asked.append(arguments[0])
        return "", said

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(filling, "apt_get", refuse)
    monkeypatch.setattr(filling.os, "geteuid", lambda: 0 if root else 1000)
    with pytest.raises(EnvironmentFailure) as caught:
        filling.main(tmp_path / "fonts", installed=())
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ("update" in asked) == root
