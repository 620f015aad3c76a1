"""Fill the folder of `SANCU_FONTS` (default `.fonts`) with the briefing's fonts: python -m setup.fonts. Exit code 3
when that cannot be done.

Each font comes from the first of: the folder itself, this machine's installed fonts, a Debian package downloaded with
apt-get (no root needed). It is verified before it gets its name. SHA256SUMS is written last; with it the folder is
complete.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NoReturn

from flows import atomic
from flows.fonts import FACES, LATIN, PREFERRED, REMEDY, verify
from setup.debian import apt_get
from setup.installed import INSTALLED, adopt, font_files_in
from transforms.errors import EnvironmentFailure

SUMS = "SHA256SUMS"
DOWNLOADS = Path(".venv/downloads")  # packages stay here until the fonts are in place, so a rerun need not fetch again
FANDOL, WENKAI = "texlive-lang-chinese", "fonts-lxgw-wenkai"
PACKAGE_OF = {face.file: WENKAI if role == "fallback" else FANDOL for role, face in FACES.items() if role != "latin"}
LICENCES = {  # in a package or under / → in the folder
    "usr/share/doc/texlive-doc/fonts/fandol/README": "licenses/Fandol-README.txt",
    "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz": "licenses/Fandol-GPL.txt",
    "usr/share/doc/fonts-lxgw-wenkai/copyright": "licenses/LXGWWenKai-OFL.txt",
}


def main(folder: Path, installed: tuple[Path, ...] = INSTALLED) -> None:
    """Complete `folder`; what is there and whole stays.

    Raises:
        EnvironmentFailure: with what to do, in one line.
        OSError: the folder cannot be read or written.
    """
    if _complete(folder):
        return
    (folder / SUMS).unlink(missing_ok=True)
    wanted = [file for file in PACKAGE_OF if not _whole(folder / file)]
    for found in font_files_in(installed) if wanted else ():
        if found.name in wanted and _whole(found):
            atomic.write(folder / found.name, found.read_bytes())
            wanted.remove(found.name)
            _licences_of_this_machine(folder)
    packages = _download(sorted({PACKAGE_OF[file] for file in wanted})) if wanted else []
    for package in packages:
        _unpack(package, folder, wanted)
    latin, song = FACES["latin"], FACES["song"]
    _place(folder, latin.file, latin_of((folder / song.file).read_bytes(), latin.postscript))
    for line in adopt(folder, installed):
        print(line)
    atomic.write(folder / SUMS, _sums(folder).encode())
    for package in packages:
        package.unlink()


def latin_of(song: bytes, name: str) -> bytes:
    """U+20–7E of a 宋体, under a name of its own; the same bytes every time. The curly quotes stay out: in Chinese
    text they are full-width."""
    from fontTools import subset

    options = subset.Options(name_IDs=[1, 2, 3, 4, 5, 6, 13, 14], recalc_timestamp=False)
    font = subset.load_font(io.BytesIO(song), options)
    cut = subset.Subsetter(options)
    cut.populate(text=LATIN)
    cut.subset(font)
    family = name.partition("-")[0]
    for record in font["name"].names:
        record.string = {1: family, 3: name, 4: family, 6: name}.get(record.nameID, record.string)
    font["CFF "].cff.fontNames[0] = name
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _whole(file: Path) -> bool:
    face = next(face for face in FACES.values() if face.file == file.name)
    try:
        verify(file.read_bytes(), face.characters, face.postscript)
    except (OSError, ValueError):
        return False
    return True


def _place(folder: Path, file: str, data: bytes) -> None:
    face = next(face for face in FACES.values() if face.file == file)
    try:
        verify(data, face.characters, face.postscript)
    except ValueError as error:
        raise EnvironmentFailure(f"得到的字体 {file} {error}。{REMEDY}，会重新取得。") from error
    atomic.write(folder / file, data)


def _download(packages: list[str]) -> list[Path]:
    print(f"下载中文字体（{'、'.join(packages)}，约 {50 * len(packages)} MB）…", flush=True)
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    by_hand = f"把 {'、'.join(PACKAGE_OF)} 放进字体目录，再运行 make setup"
    try:
        _, said = apt_get("download", *packages, folder=DOWNLOADS)
        if said and os.geteuid() == 0:
            apt_get("update", folder=DOWNLOADS)
            _, said = apt_get("download", *packages, folder=DOWNLOADS)
    except FileNotFoundError:
        raise EnvironmentFailure(f"这台机器没有 apt-get，取不到字体。请{by_hand}。") from None
    if "Unable to locate package" in said and os.geteuid() != 0:
        raise EnvironmentFailure(f"没有软件包清单，请运行 sudo apt-get update && make setup；或者{by_hand}。")
    if said:
        raise EnvironmentFailure(f"下载字体失败（{said.splitlines()[-1]}）。请联网后运行 make setup；或者{by_hand}。")
    return [max(DOWNLOADS.glob(f"{package}_*.deb"), key=lambda file: file.stat().st_mtime) for package in packages]


def _unpack(package: Path, folder: Path, wanted: list[str]) -> None:
    """Place the wanted fonts and the licences out of `package`, as its archive streams by."""
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as unpacking,
        tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive,
    ):
        for member in archive:
            file, licence = Path(member.name).name, LICENCES.get(member.name.removeprefix("./"))
            content = archive.extractfile(member) if member.isfile() else None
            if content and licence:
                _place_licence(folder / licence, content.read())
            elif content and file in wanted:
                _place(folder, file, content.read())


def _licences_of_this_machine(folder: Path) -> None:
    for source, target in LICENCES.items():
        if (Path("/") / source).is_file():
            _place_licence(folder / target, (Path("/") / source).read_bytes())


def _place_licence(target: Path, data: bytes) -> None:
    atomic.write(target, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)


def _complete(folder: Path) -> bool:
    """Whether every font is there with the bytes that were verified when the folder was filled."""
    try:
        written = (folder / SUMS).read_text(encoding="utf-8")
        return written == _sums(folder)
    except OSError:
        return False


def _sums(folder: Path) -> str:
    """Lines as sha256sum writes them."""
    files = [folder / face.file for face in FACES.values()] + sorted((folder / PREFERRED).glob("*.?tf"))
    hashes = ((hashlib.sha256(file.read_bytes()).hexdigest(), file.relative_to(folder).as_posix()) for file in files)
    return "".join(f"{digest}  {name}\n" for digest, name in hashes)


def _fail(message: object) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    target = Path(os.environ.get("SANCU_FONTS") or ".fonts")
    try:
        main(target)
    except EnvironmentFailure as error:
        _fail(error)
    except OSError as error:
        _fail(atomic.failure(f"字体目录 {target} 读写不了", error))
