"""The commands as a person calls them: output, exit codes, and one real Prefect run."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pypdfium2 import PdfDocument

from flows import steps
from flows.ledger import Ledger
from tests import pipeline
from tests.pipeline import INBOX, ROOT, SAMPLE
from transforms.period import Period

SANCU = Path(sys.executable).with_name("sancu")
DEPARTMENTS = ("区委办", "发改局", "经信局", "财政局", "地税局", "金融办", "住建局", "行政服务中心", "信访局", "效能办")


def sancu(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with ledger, archive and output in it."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANCU_", "PREFECT_"))}
    given |= {"SANCU_HOME": str(home / "var"), "SANCU_OUT": str(home / "out"), "COLUMNS": "200"} | environment
    return subprocess.run(
        [str(SANCU), *arguments], cwd=home, env=given, capture_output=True, text=True, timeout=900, check=False
    )


@pytest.mark.parametrize("period", ["2014-13", "2014-6", "六月", "1889-01"])
def test_a_period_that_cannot_be_is_usage(tmp_path: Path, period: str) -> None:
    done = sancu(tmp_path, "run", period, "--inbox", str(INBOX))
    assert done.returncode == 2
    assert f"期别“{period}”不对" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "2014-06"), 2, "没有指定收文目录"),
        (("run", "2014-06", "--inbox", "没有这个目录"), 3, "不存在"),
        (("run", "2014-06", "--inbox", ".", "--district", "999999"), 2, "现有：350303"),
        (("run",), 2, "期别"),
        (("jump",), 2, "jump"),
        (("why", "reward.amount_to_date", "2014-06"), 2, "还没有做过简报"),
    ],
)
def test_mistakes_are_said_plainly(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = sancu(tmp_path, *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert said in done.stderr


def test_a_contract_with_a_mistake(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("contracts", "districts", "published"):
        shutil.copytree(ROOT / "data" / folder, data / folder)
    path = data / "contracts" / "meetings.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: events", "kind: event"), encoding="utf-8")
    done = sancu(tmp_path, "run", "2014-06", "--inbox", str(INBOX), SANCU_DATA=str(data))
    assert done.returncode == 2
    assert "meetings.yaml:6: kind：" in done.stderr


@pytest.mark.parametrize("command", [(), ("run",), ("why",), ("doctor",)])
def test_every_command_has_help_in_chinese(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = sancu(tmp_path, *command, "--help")
    assert done.returncode == 0
    assert any("\u4e00" <= char <= "\u9fff" for char in done.stdout)


def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    done = sancu(tmp_path, "doctor")
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
    assert all(check["ok"] for check in json.loads(sancu(tmp_path, "doctor", "--json").stdout))


@pytest.mark.flow
def test_a_month_from_the_command_line(prefect: dict[str, str], tmp_path: Path) -> None:
    """Made, found unchanged, explained, put back, released; then later data are refused."""
    inbox = tmp_path / "收文 目录"
    shutil.copytree(INBOX, inbox)
    run = ("run", "2014-06", "--inbox", str(inbox))
    out = tmp_path / "out" / "350303" / "2014-06"

    made = sancu(tmp_path, *run)
    assert made.returncode == 0, made.stderr
    assert "Traceback" not in made.stderr
    assert made.stdout.splitlines()[-1] == str(out / "briefing.pdf")
    names = {
        "briefing.docx",
        "briefing.html",
        "briefing.pdf",
        "datapackage.json",
        "figures.csv",
        "figures.parquet",
        "figures.xlsx",
        "findings.csv",
    }
    names |= {"manifest.json"}
    returned = {"住建局（退回）.xlsx", "发改局（退回）.xlsx", "财政局（退回）.xlsx", "金融办（退回）.xlsx"}
    assert {path.name for path in (out / "returned").iterdir()} == returned
    assert "退回：住建局（退回）.xlsx" in made.stdout
    assert {path.name for path in out.iterdir()} == names | {"facts", "returned"}
    files = contents(out)
    written = {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.is_file()}
    assert max(written, key=written.__getitem__) == "manifest.json"
    manifest = json.loads(files["manifest.json"])
    facts = {f"facts/{path.name}" for path in (out / "facts").iterdir()}
    assert len(facts) == 14
    assert set(manifest["files"]) == names - {"manifest.json"} | facts
    assert set(manifest["returned"]) == returned
    nobody_is_named(tmp_path)

    light = {"PYTHONPATH": poisoned(tmp_path / "poison")}
    again = json.loads(sancu(tmp_path, *run, "--json", **light).stdout)
    assert again["unchanged"] is True
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.is_file()} == written
    assert (again["findings"], again["missing"]) == ({"block": 3, "explain": 6, "inform": 3}, [])

    why = sancu(tmp_path, "why", "reward.amount_to_date", "2014-06")
    assert "= 11411万元" in why.stdout
    assert "J4:J24,J26:J124" in why.stdout
    assert "合计 11411万元" in why.stdout
    assert sancu(tmp_path, "why", "reward.amount", "2014-06").returncode == 2
    for code in ("petition.cases", "petition.five_ones_rate"):
        told = sancu(tmp_path, "why", code, "2014-06", "--cells").stdout
        assert "信访局.csv" in told
        assert [name for name in petitioners() if name in told] == []

    shutil.rmtree(tmp_path / "out")
    assert "没有重做" in sancu(tmp_path, *run).stdout
    assert contents(out) == files

    # What was checked is not checked again.
    kept = {**prefect, "PYTHONPATH": poisoned(tmp_path / "no checks", "great_expectations")}
    kept["PREFECT_HOME"] = str(tmp_path / "var/prefect")
    released = sancu(tmp_path, "release", *run[1:], "--by", "分管主任", "--note", "六月是半年收官之月。", **kept)
    assert "已签发" in released.stdout
    signed = contents(out)
    assert signed["briefing.pdf"] != files["briefing.pdf"]
    assert json.loads(signed["manifest.json"])["summary"]["signer"] == "分管主任"
    editions = {"editions/public.html", "editions/public.pdf", *(f"editions/{name}.pdf" for name in DEPARTMENTS)}
    assert {name for name in signed if name.startswith("editions/")} == editions
    assert "另出：" in released.stdout and "公开版" in released.stdout
    nobody_is_named(tmp_path)
    shutil.rmtree(tmp_path / "out")
    assert "没有重做" in sancu(tmp_path, *run).stdout
    assert contents(out) == signed
    (inbox / "350303/2014-06/信访局.csv").write_bytes((inbox / "350303/2014-05/信访局.csv").read_bytes())
    refused = sancu(tmp_path, *run)
    assert refused.returncode == 1
    assert "已经签发" in refused.stderr
    assert contents(out) == signed


@pytest.mark.flow
def test_a_document_that_is_wrong_does_not_come_out(prefect: dict[str, str], tmp_path: Path) -> None:
    """Exit 1 and why, in Chinese; the draft kept aside, nothing published, no issue in the ledger."""
    folder = tmp_path / "收文" / "350303" / "2014-02"
    shutil.copytree(INBOX / "350303" / "2014-02", folder)
    register = folder / "收文登记.csv"
    senders = register.read_text(encoding="utf-8-sig").replace("财政局经办人", "财政局经办人\u0f40")  # no glyph for it
    register.write_text(senders, encoding="utf-8-sig")
    own = {**prefect, "PREFECT_HOME": str(tmp_path / "prefect")}
    done = sancu(tmp_path, "run", "2014-02", "--inbox", str(tmp_path / "收文"), **own)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "简报没有通过发布前的核对，没有发布" in done.stderr
    assert "PF01" in done.stderr and "没有字形" in done.stderr
    out = tmp_path / "out" / "350303" / "2014-02"
    assert {"briefing.pdf", "reasons.txt"} <= {path.name for path in (out / "refused").iterdir()}
    assert {path.name for path in out.iterdir()} == {"refused"}
    assert not list((tmp_path / "var" / "store").glob("issues/**/*"))
    ledger = Ledger(f"sqlite:///{tmp_path}/var/ledger.sqlite")
    assert ledger.latest_briefing("350303", Period(2014, 2)) is None


def test_a_month_with_a_department_missing_is_done_all_the_same(tmp_path: Path) -> None:
    """Exit 0 and 未定稿. Made without Prefect; the command then finds it made."""
    inbox = tmp_path / "收文"
    shutil.copytree(INBOX, inbox)
    (inbox / "350303/2014-06/信访局.csv").unlink()
    made = pipeline.run(inbox, tmp_path / "var")
    steps.publish_issue(made.month, made.plan, made.accepted, made.measured, made.view(), pipeline.UNPRINTED, {})
    done = sancu(tmp_path, "run", "2014-06", "--inbox", str(inbox))
    assert done.returncode == 0, done.stderr
    assert "【未定稿】" in done.stdout
    assert "应报 10 个部门，已收 9 个；缺：信访局" in done.stdout
    assert "没有重做" in done.stdout


def test_the_poison_works(tmp_path: Path) -> None:
    """Control: a month that must be made does import what the unchanged one may not."""
    light = {"PYTHONPATH": poisoned(tmp_path / "poison")}
    done = sancu(tmp_path, "run", "2014-02", "--inbox", str(INBOX), **light)
    assert done.returncode != 0
    assert "poisoned" in done.stderr


def poisoned(folder: Path, *names: str) -> str:
    """A search path whose first folder holds modules that end the command which imports them."""
    folder.mkdir(exist_ok=True)
    for name in names or ("prefect", "great_expectations", "weasyprint", "pandas"):
        (folder / f"{name}.py").write_text("raise SystemExit('poisoned')\n")
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def petitioners() -> list[str]:
    return (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()


def nobody_is_named(home: Path) -> None:
    """No petitioner's name in anything that a run leaves behind, but the archive of originals.

    The masked form must be found, or the search would prove nothing.
    """
    kept = [path for path in (home / "var").rglob("*") if path.is_file() and "archive" not in path.parts]
    kept += [path for path in (home / "out").rglob("*") if path.is_file()]
    texts = {path: opened(path) for path in {path.read_bytes(): path for path in kept}.values()}
    assert any("prefect" in path.parts and "林××".encode() in text for path, text in texts.items())
    spellings = [name.encode(encoding) for name in petitioners() for encoding in ("utf-8", "gb18030", "utf-16-le")]
    assert [path.name for path, text in texts.items() if any(name in text for name in spellings)] == []
    originals = [path.read_bytes() for path in (home / "var").rglob("archive/**/*") if path.is_file()]
    assert any(petitioners()[0].encode("gb18030") in data for data in originals)


def opened(path: Path) -> bytes:
    """A file's bytes, and what is packed in them: Prefect's pickles, Parquet's columns, a PDF's text, JSON escapes."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        return data + pq.read_table(path).to_pandas().to_csv().encode()
    if path.suffix == ".pdf":
        return data + "".join(page.get_textpage().get_text_range() for page in PdfDocument(path)).encode()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return data + b"".join(archive.read(name) for name in archive.namelist())
    if "deeds" in path.parts:
        return data + zlib.decompress(data)
    if path.parent.name == "storage":
        return data + base64.b64decode(json.loads(data)["result"] or "")
    return data + re.sub(rb"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)).encode(errors="replace"), data)
