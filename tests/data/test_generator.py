"""The sample: repeatable to the byte, right by its own reckoning, and not tied to one seed."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from data.generator import __main__ as generator
from data.generator.history import build
from data.generator.truth import truth
from data.generator.world import organisation_code, split
from tests.pipeline import ROOT, SAMPLE
from transforms.districts import parse_district
from transforms.period import Period
from transforms.published import PublicFigure, parse_published
from transforms.values import check_digit_ok

DISTRICT = parse_district((ROOT / "data/districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")
PERIODS = tuple(Period(2014, 2).through(Period(2014, 6)))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_committed_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    generator.write(build(DISTRICT, PERIODS, 350303), tmp_path, random.Random(350304))
    assert files(tmp_path) == files(SAMPLE)


def test_another_seed_gives_other_files_with_the_same_public_totals(tmp_path: Path) -> None:
    other = build(DISTRICT, PERIODS, 7)
    generator.write(other, tmp_path, random.Random(8))
    assert files(tmp_path)["inbox/350303/2014-06/财政局.xlsx"] != files(SAMPLE)["inbox/350303/2014-06/财政局.xlsx"]
    committed = json.loads((SAMPLE / "truth" / "2014-06.json").read_text(encoding="utf-8"))
    for code, public in published().items():
        if code in committed:
            assert public.admits(Fraction(str(truth(other, PERIODS[-1])[code]))), code


def test_the_truth_of_june_agrees_with_the_published_figures() -> None:
    committed = json.loads((SAMPLE / "truth" / "2014-06.json").read_text(encoding="utf-8"))
    reckoned = {code: public for code, public in published().items() if code in committed}
    assert len(reckoned) == 21  # not two of the service teams (district file) and the loosely worded 数家
    wrong = {code: committed[code] for code, p in reckoned.items() if not p.admits(Fraction(str(committed[code])))}
    assert wrong == {}


def published() -> dict[str, PublicFigure]:
    path = ROOT / "data/published/2014-06.yaml"
    return parse_published(path.read_text(encoding="utf-8"), path.name).figures


def test_ten_departments_every_month_in_four_formats() -> None:
    for period in PERIODS:
        names = {path.name for path in (SAMPLE / "inbox" / "350303" / str(period)).iterdir()}
        assert len(names) == 11
        assert {"金融办.xls", "行政服务中心.ods", "信访局.csv", "收文登记.csv"} <= names


@pytest.mark.parametrize(
    "path", sorted((SAMPLE / "inbox").rglob("*.[xo]*")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_workbook_opens(path: Path) -> None:
    with path.open("rb") as file:
        assert CalamineWorkbook.from_filelike(file).sheet_names


@pytest.mark.parametrize("path", sorted((SAMPLE / "inbox").rglob("信访局.csv")), ids=lambda path: path.parent.name)
def test_the_text_file_is_gb18030_and_not_utf8(path: Path) -> None:
    assert "信访人" in path.read_bytes().decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")


def test_split_is_exact_and_positive() -> None:
    rng = random.Random(1)
    for total in (20, 385, 114_110_000):
        parts = split(total, [rng.random() + 0.1 for _ in range(17)])
        assert sum(parts) == total
        assert min(parts) >= 1


def test_codes_are_valid_by_the_programs_own_check() -> None:
    rng = random.Random(2)
    assert all(check_digit_ok(organisation_code(str(rng.randint(10_000_000, 99_999_999)))) for _ in range(200))
