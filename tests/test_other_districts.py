"""The program is tied to neither the sample's seed nor its district: other rows, targets and places reach the truth
that their own generator reckons, through the real reader and the real checks."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from data.generator import __main__ as generator
from tests import pipeline
from tests.pipeline import ROOT, environment
from transforms.districts import District, parse_district
from transforms.period import Period

JUNE = Period(2014, 6)
SIZES = {"starts": 30, "completions": 12, "monitored": 17, "resettlement_projects": 31, "petition_cases": 40}


def elsewhere(data: Path) -> District:
    """A smaller district with its own places, leaders, departments' order, targets and thresholds, as a file."""
    given = yaml.safe_load((data / "districts/350303.yaml").read_text(encoding="utf-8"))
    given |= {"code": "359999", "name": "样例区", "city": "样例市", "townships": ["东样镇", "西样镇", "南样街道"]}
    given |= {"leaders": ["区委书记", "区长", "分管城建副区长"]}
    for target in given["targets"]:
        target["value"] = SIZES.get(target["key"], target["value"])
    given["thresholds"] |= {"schedule_yellow_points": 5, "problem_limit_days": 5, "petition_yellow_days": 20}
    path = data / "districts/359999.yaml"
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return parse_district(path.read_text(encoding="utf-8"), path.name)


@pytest.mark.parametrize(("code", "seed"), [("350303", 7), ("359999", 5), ("359999", 11)])
def test_every_figure_of_every_month_equals_the_generators_truth(code: str, seed: int, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    other = elsewhere(data)
    district = other if code == "359999" else parse_district((data / f"districts/{code}.yaml").read_text(), code)
    generator.write_sample(district, JUNE, seed, tmp_path / "made")
    with environment(SANCU_DATA=str(data), SANCU_DISTRICT=code):
        run = pipeline.run(tmp_path / "made/inbox", tmp_path / "home")
    for path in sorted((tmp_path / "made/truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        figures = run.measured.history[Period.parse(path.stem)]
        assert {c: figures[c].value for c in truth} == {c: Fraction(str(value)) for c, value in truth.items()}
        assert {c for c, figure in figures.items() if figure.value is not None} == set(truth)
