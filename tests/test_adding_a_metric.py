"""docs/adding-a-metric.md, done: its contract and its module are all that is added, and a department's sheet becomes
figures with cells."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import xlsxwriter

from tests.pipeline import ROOT

# Run with the copied project first on the path, as a colleague's branch would be.
SCRIPT = """
import json, sys
from pathlib import Path
from tests.pipeline import run
made = run(Path(sys.argv[1]), Path(sys.argv[2]))
figures = {code: figure for code, figure in made.figures.items() if code.startswith("land.")}
print(json.dumps({
    "figures": {code: [str(f.value), f.owner, [c.ranges for c in f.cells]] for code, f in figures.items()},
    "findings": [f.rule for f in made.findings if f.dataset == "land_supply"],
}))
"""


def test_the_example_works_as_written(tmp_path: Path) -> None:
    project = tmp_path / "分支 project"
    for name in ("flows", "transforms", "report_templates", "tests", "data"):
        ignored = shutil.ignore_patterns("__pycache__", "sample", "golden", "bench")
        shutil.copytree(ROOT / name, project / name, ignore=ignored)
    page = (ROOT / "docs/adding-a-metric.md").read_text(encoding="utf-8")
    for language, place in (("yaml", "data/contracts/land_supply.yaml"), ("python", "transforms/metrics/land.py")):
        (block,) = re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)
        assert f"`{place}`" in page
        (project / place).write_text(block, encoding="utf-8")
    _sheet(tmp_path / "inbox/350303/2014-06/发改局.xlsx")
    (project / "try.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "try.py", str(tmp_path / "inbox"), str(tmp_path / "home")],
        cwd=project,
        env=os.environ | {"SANCU_DATA": str(project / "data"), "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["figures"] == {
        "land.plots": ["3", "发改局", ["A3:A5"]],
        "land.supplied_area": ["23/5", "发改局", ["C3:C4"]],
        "land.supplied_rate": ["200/3", "发改局", ["A3:A5"]],
    }
    assert told["findings"] == ["LS01"]


def _sheet(path: Path) -> None:
    path.parent.mkdir(parents=True)
    rows = [
        ["工业项目用地保障台账（2014年6月）"],
        ["地块编号", "项目编号", "供地面积（平方米）", "供地日期"],
        ["YD-1", "GY-1", 26000, "2014-05-31"],
        ["YD-2", "GY-2", 20000, "2014-06-30"],
        ["YD-3", "GY-3", 5000.5, ""],
        ["YD-4", "", 1, "2014-06-01"],  # blocked: no project
    ]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("用地保障台账")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
