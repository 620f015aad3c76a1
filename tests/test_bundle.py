"""What goes into the offline bundle. The whole of it is made and installed in tests/flows/test_offline.py."""

import hashlib
import os
import re
from pathlib import Path

from setup import bundle, debian, wheels
from setup.locked import blocks, cut, hashes, needed
from tests.pipeline import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_program_gets_what_it_imports_and_not_what_tests_do() -> None:
    names = needed(PYPROJECT)
    assert names >= {"pandas", "prefect", "prefect-dask", "weasyprint", "psycopg-binary", "distributed", "setuptools"}
    assert not names & {"pytest", "ruff", "mypy", "moto", "hypothesis", "odfpy", "sancu"}


def test_its_lock_file_is_a_part_of_the_whole_one() -> None:
    part, names = cut(LOCK, needed(PYPROJECT)), needed(PYPROJECT)
    assert blocks(part).keys() == names
    assert all(hashes(block) == hashes(blocks(LOCK)[name]) != frozenset() for name, block in blocks(part).items())
    assert set(part.splitlines()) <= set(LOCK.splitlines())


def test_a_wheel_counts_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "one-1-py3-none-any.whl").write_bytes(b"whole")
    (tmp_path / "two-1-py3-none-any.whl").write_bytes(b"damaged")
    lock = "".join(
        f"{name}==1 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{hashlib.sha256(data).hexdigest()}\n    # via x\n"
        for name, data in (("one", b"whole"), ("two[extra]", b"whole too"))
    )
    assert wheels.present(lock, tmp_path) == {"one": tmp_path / "one-1-py3-none-any.whl"}
    assert blocks(lock).keys() == {"one", "two"}


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for number, names in enumerate((("b", "汉/a"), ("汉/a", "b"))):
        for name in names:
            file = tmp_path / str(number) / "sancu" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name, encoding="utf-8")
            os.utime(file, (number * 10**9, number * 10**9))
            file.chmod(0o700 if number else 0o644)
        digests.append(bundle.pack(tmp_path / str(number) / "sancu", tmp_path / f"{number}.tar"))
    assert digests[0] == digests[1] == hashlib.sha256((tmp_path / "1.tar").read_bytes()).hexdigest()


def test_set_up_and_bundle_name_the_same_packages() -> None:
    """Those that the README and the set-up's message ask for."""
    asked = re.search(r"apt-get install (python3\.11 \S+)（", (ROOT / "setup/environment.sh").read_text("utf-8"))
    assert asked and debian.PYTHON in asked[1].split()
    readme = (ROOT / "README.zh-CN.md").read_text("utf-8")
    assert f"sudo apt-get install {' '.join(debian.NEEDED[:-1])}\n" in readme
