"""The sample: repeatable to the byte, right by its own reckoning, consistent from month to month, and tied to neither
one seed nor one district."""

import csv
import io
import itertools
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from data.generator import __main__ as generator
from data.generator.history import build
from data.generator.keyboard import numerals
from data.generator.reckoning import exact
from data.generator.settling import STAGES, petitioner
from data.generator.targets import totals_of
from data.generator.truth import truth
from data.generator.world import Totals, World, organisation_code, split
from tests.pipeline import ROOT, SAMPLE
from transforms.contracts import Kind
from transforms.districts import District, parse_district
from transforms.period import Period
from transforms.published import Published
from transforms.values import check_digit_ok

DISTRICT = parse_district((ROOT / "data/districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")
PERIODS = tuple(Period(2014, 2).through(Period(2014, 6)))
JUNE = PERIODS[-1]
SEEDS = (350303, 1, 7)


def published() -> Published:
    found = generator.published_of(DISTRICT, JUNE)
    assert found
    return found


def world(seed: int, district: District = DISTRICT, public: bool = True) -> World:
    return build(district, PERIODS, seed, totals_of(district, JUNE, published() if public else None, seed))


def elsewhere() -> District:
    """A district that is smaller, has other targets, and has made nothing public."""
    sizes = {"starts": 30, "completions": 12, "monitored": 17, "resettlement_projects": 31, "petition_cases": 40}
    targets = tuple(t.model_copy(update={"value": sizes.get(t.key, t.value)}) for t in DISTRICT.targets)
    places = {"code": "359999", "name": "样例区", "city": "样例市", "townships": ("东样镇", "西样镇", "南样街道")}
    leaders = ("区委书记", "区长", "分管城建副区长")
    return DISTRICT.model_copy(update=places | {"leaders": leaders, "targets": targets})


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_committed_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    # By `make sample`'s own command: odfpy remembers in a process which namespaces it has met, and writes them all.
    subprocess.run([sys.executable, "-m", "data.generator", "--out", tmp_path], cwd=ROOT, check=True)
    assert files(tmp_path) == files(SAMPLE)


def test_the_committed_sample_is_small() -> None:
    assert sum(map(len, files(SAMPLE).values())) < 1_000_000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_reaches_every_public_figure(seed: int) -> None:
    reckoned = truth(world(seed), JUNE)
    public = published().figures
    assert len(public) == 24
    assert {code: reckoned[code] for code, p in public.items() if not p.admits(Fraction(str(reckoned[code])))} == {}


def test_seeds_give_other_rows_and_other_files(tmp_path: Path) -> None:
    generator.write_sample(DISTRICT, JUNE, 7, tmp_path)
    name = "inbox/350303/2014-06/财政局.xlsx"
    assert files(tmp_path)[name] != files(SAMPLE)[name]


def test_more_rows_than_enterprise_times() -> None:
    rows = [row for period in PERIODS for row in world(350303).rows["reward_payments"][period]]
    times = {(row["enterprise_code"], row["batch"]) for row in rows}
    assert len(times) == 385 < len(rows)


def test_another_district_has_its_own_places_and_targets(tmp_path: Path) -> None:
    made = generator.write_sample(elsewhere(), JUNE, 5, tmp_path)
    reckoned = truth(made, JUNE)
    wanted = {
        "project.starts_target": 30,
        "project.completions_target": 12,
        "rating.monitored": 17,
        "housing.projects": 31,
        "petition.cases": 40,
        "petition.resolved": 30,
        "link.leaders": 3,
    }
    assert {code: reckoned[code] for code in wanted} == wanted
    assert reckoned["housing.stage_missing"] > 0
    written = files(tmp_path)
    assert {name.split("/")[1] for name in written if name.startswith("inbox/")} == {"359999"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(written["inbox/359999/2014-06/经信局.xlsx"]))
    cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert any("样例市样例区" in cell for cell in cells)
    assert not any("涵江" in cell or "江口" in cell for cell in cells)


@pytest.mark.parametrize(
    "wrong",
    [
        {"latest_batch": 121},
        {"stages": (2, 14, 12, 25)},
        {"stages": (0, 14, 12, 21)},
        {"monitored": 121},
        {"cases_resolved": 28},
        {"starts": 110},
    ],
)
def test_totals_that_contradict_one_another_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="不能多于"):
        Totals(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_registers_only_move_forward(seed: int) -> None:
    """No key vanishes, no end is undone or moved, nothing done grows less, no stage goes back."""
    rows = world(seed).rows
    ends = {
        "settled_on",
        "repaid_on",
        "started_on",
        "finished_on",
        "solved_on",
        "issued_on",
        "completed_on",
        "resolved_on",
    }
    grows = {"actual_bp", "planned_bp", "quality_mended", "investment_done_fen", "this_year_fen", "rewarded_fen"}
    order = {stage: -place for place, stage in enumerate(STAGES)}
    wrong = []
    for contract in generator.load_contracts().values():
        if contract.kind is not Kind.REGISTER:
            continue
        for before, after in itertools.pairwise(PERIODS):
            now = {tuple(row[k] for k in contract.key): row for row in rows[contract.id][after]}
            for row in rows[contract.id][before]:
                key = tuple(row[k] for k in contract.key)
                later = now[key]
                wrong += [(key, c) for c in ends & row.keys() if row[c] and later[c] != row[c]]
                wrong += [(key, c) for c in grows & row.keys() if later[c] < row[c]]
                if row.get("stage") and order[later["stage"]] < order[row["stage"]]:
                    wrong.append((key, "stage"))
    assert wrong == []


@pytest.mark.parametrize("seed", SEEDS)
def test_events_lie_in_their_month_and_are_told_once(seed: int) -> None:
    rows = world(seed).rows
    seen: set[tuple[object, ...]] = set()
    for contract in generator.load_contracts().values():
        if contract.kind is not Kind.EVENTS:
            continue
        dates = [column.name for column in contract.columns if column.name.endswith("_on")]
        for period in PERIODS:
            for row in rows[contract.id][period]:
                assert all(period.first_day <= row[name] <= period.last_day for name in dates)
                key = (contract.id, *(row[name] for name in contract.key))
                assert key not in seen
                seen.add(key)


@pytest.mark.parametrize("year", range(2014, 2021))  # 27 January falls on every day of the week
def test_a_campaign_may_begin_in_the_month_in_which_its_cases_are_registered(year: int) -> None:
    periods = tuple(Period(year, 1).through(Period(year, 4)))
    made = build(DISTRICT, periods, 1, totals_of(DISTRICT, periods[-1], None, 1))
    resolved = [row for period in periods for row in made.rows["petition_cases"][period] if row["resolved_on"]]
    assert any(row["resolved_on"].month == 1 for row in resolved)
    assert all(row["registered_on"] < row["resolved_on"] for row in resolved)


def test_visits_cover_most_weeks_but_not_all() -> None:
    for period in PERIODS[1:]:
        rate = Fraction(str(truth(world(350303), period)["visit.enterprise_weeks_rate"]))
        assert 90 <= rate <= 97


def test_the_truth_covers_every_figure() -> None:
    from transforms.metrics import REGISTRY, registry_of

    committed = json.loads((SAMPLE / "truth" / "2014-06.json").read_text(encoding="utf-8"))
    assert {metric.code for metric in REGISTRY} <= set(committed)
    unreckoned = {metric.code for metric in registry_of(DISTRICT)} - set(committed)
    assert all(".leader." in code or code.startswith("rating.department.") for code in unreckoned)  # nothing was due


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


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_petitioners_are_invented_and_all_of_them_listed(period: Period) -> None:
    """The list is what privacy tests search for; a remark names one of them, as remarks do."""
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    text = (SAMPLE / "inbox" / "350303" / str(period) / "信访局.csv").read_bytes().decode("gb18030")
    table = list(csv.reader(io.StringIO(text)))
    head = next(row for row in table if "信访人" in row)
    cases = [row for row in table if row[0].startswith("XF-")]
    assert {row[head.index("信访人")] for row in cases} == set(names)
    assert all(name[1] == "样" for name in names)
    assert any(name in row[head.index("备注")] for row in cases for name in names)


def test_petitioners_stay_distinct_however_many() -> None:
    assert len({petitioner(number) for number in range(60)}) == 60


def test_split_is_exact_and_positive() -> None:
    rng = random.Random(1)
    for total in (20, 385, 114_110_000):
        parts = split(total, [rng.random() + 0.1 for _ in range(17)])
        assert sum(parts) == total
        assert min(parts) >= 1


def test_codes_are_valid_by_the_programs_own_check() -> None:
    rng = random.Random(2)
    assert all(check_digit_ok(organisation_code(str(rng.randint(10_000_000, 99_999_999)))) for _ in range(200))


@pytest.mark.parametrize(
    ("number", "text"), [(5, "五"), (350, "三百五十"), (1005, "一千零五"), (2050, "二千零五十"), (3800, "三千八百")]
)
def test_numerals(number: int, text: str) -> None:
    assert numerals(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(Fraction(12), 12), (Fraction(849, 20), "42.45"), (Fraction(4100, 49), "4100/49"), (Fraction(-1, 2), "-0.5")],
)
def test_truth_is_written_exactly(number: Fraction, text: int | str) -> None:
    assert exact(number) == text
