"""The rows that an issue gives out: whole, kept once, put back, and without anybody's name."""

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from frictionless import Package, system

from flows import month as months
from flows import published_facts, steps
from flows.documents import PDF
from flows.ledger import Ledger
from flows.month import Issue
from flows.store import MANIFEST, Store, outputs, sha256_of, write_outputs
from tests import pipeline
from tests.pipeline import ROOT, SAMPLE, Run
from transforms.errors import EnvironmentFailure
from transforms.fact_tables import from_parquet
from transforms.run_package import PACKAGE
from transforms.tables import Facts


@pytest.fixture(scope="module")
def june(june: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """June with a ledger, a store and a folder of outputs that no other test writes to."""
    home = tmp_path_factory.mktemp("published")
    ledger, store = Ledger(f"sqlite:///{home}/ledger.sqlite"), Store(f"file://{home}/store")
    return replace(june, month=replace(june.month, ledger=ledger, store=store, out=home / "out"))


@pytest.fixture(scope="module")
def issue(june: Run) -> Issue:
    """June published without its PDF being drawn."""
    return steps.publish_issue(june.month, june.plan, june.accepted, june.measured, june.view(), pipeline.UNPRINTED, {})


def everything(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_folder_holds_what_the_manifest_lists(june: Run, issue: Issue) -> None:
    datasets = [contract.id for contract in june.month.configuration.contracts]
    names = {PDF, "figures.csv", "figures.parquet", "figures.xlsx", "findings.csv", PACKAGE}
    names |= {f"facts/{dataset}.parquet" for dataset in datasets}
    assert set(everything(issue.folder)) == names | {MANIFEST}
    manifest = outputs(issue.folder)
    assert manifest is not None and set(manifest["files"]) == names
    assert set(manifest["facts"]) == set(datasets)
    assert set(manifest["facts"]["permits"]) == {str(period) for period in june.month.periods}
    assert issue.briefing.manifest["facts"] == manifest["facts"]


def test_the_files_hold_every_accepted_row(june: Run, issue: Issue) -> None:
    for dataset, frame in june.accepted.facts.frames.items():
        table = pq.read_table(issue.folder / f"facts/{dataset}.parquet")
        assert table.num_rows == len(frame) > 0
        assert list(table.column_names) == list(frame.columns)
        for column in ("period", "submission", "row"):
            assert table[column].to_pylist() == frame[column].tolist()
    rewards = pq.read_table(issue.folder / "facts/reward_payments.parquet")
    # 11411 万元 (published), in 分
    assert sum(rewards["amount_fen"].to_pylist()) == 11411 * 1_000_000


def test_no_petitioner_is_named_in_any_file(issue: Issue) -> None:
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    assert len(names) == 27
    texts = {
        path.name: str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else opened(path)
        for path in issue.folder.rglob("*")
        if path.is_file()
    }
    assert "林××" in texts["petition_cases.parquet"]
    assert [(where, name) for where, text in texts.items() for name in names if name in text] == []


def opened(path: Path) -> str:
    if path.suffix not in (".xlsx", ".docx"):
        return path.read_text(encoding="utf-8")
    import zipfile

    with zipfile.ZipFile(path) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_a_month_that_did_not_change_is_kept_once(june: Run, issue: Issue, tmp_path: Path) -> None:
    """Facts known in May are the same objects in June's issue: a new month adds its own alone."""
    store, contracts = Store(f"file://{tmp_path}"), june.month.configuration.contracts
    facts = june.accepted.facts
    until_may = Facts(
        {dataset: frame[frame["period"] < "2014-06"] for dataset, frame in facts.frames.items()},
        facts.sources,
        frozenset(item for item in facts.received if str(item[1]) < "2014-06"),
    )
    before, _ = published_facts.keep(store, until_may, contracts)
    kept = set(everything(tmp_path))
    after, _ = published_facts.keep(store, facts, contracts)
    assert after == issue.briefing.manifest["facts"]
    for dataset, months_ in before.items():
        assert {**after[dataset], **months_} == after[dataset]
        assert set(after[dataset]) - set(months_) == {"2014-06"}
    new = set(everything(tmp_path)) - kept
    assert len(new) <= len(contracts)


def test_the_package_is_accepted_and_a_changed_file_refused(issue: Issue, tmp_path: Path) -> None:
    for name, data in everything(issue.folder).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert problems(tmp_path) == []
    path = tmp_path / "figures.csv"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(",11411,万元,", ",一万一千,万元,", 1), encoding="utf-8")
    assert "type-error" in problems(tmp_path)
    path.write_text(whole.replace(",11411,万元,", ",11412,万元,", 1), encoding="utf-8")
    assert problems(tmp_path) == ["hash-count"]
    path.write_text(whole, encoding="utf-8")
    (tmp_path / "facts/permits.parquet").write_bytes(b"PAR1")
    assert set(problems(tmp_path)) == {"hash-count", "byte-count"}


def problems(folder: Path) -> list[str]:
    with system.use_context(trusted=True):
        report = Package(str(folder / PACKAGE)).validate()
    return [error.type for task in report.tasks for error in task.errors] + [error.type for error in report.errors]


@pytest.fixture
def emptied(issue: Issue) -> Iterator[dict[str, bytes]]:
    """The folder of outputs is gone; what was in it."""
    files = everything(issue.folder)
    for path in sorted(issue.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    yield files
    for name, data in files.items():
        (issue.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (issue.folder / name).write_bytes(data)


def test_outputs_come_back_byte_for_byte(june: Run, issue: Issue, emptied: dict[str, bytes]) -> None:
    again = months.unchanged(june.month, june.plan)
    assert again is not None and again.unchanged
    assert everything(issue.folder) == emptied


def test_rows_that_are_lost_or_damaged_are_made_again(june: Run, issue: Issue, emptied: dict[str, bytes]) -> None:
    path = next(
        (june.month.out.parent / "store" / "rows").rglob(
            f"{issue.briefing.manifest['facts']['permits']['2014-03']}.parquet"
        )
    )
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"\0")
    assert months.unchanged(june.month, june.plan) is None
    path.unlink()
    assert months.unchanged(june.month, june.plan) is None
    path.write_bytes(data[:-1] + b"\0")
    steps.publish_issue(june.month, june.plan, june.accepted, june.measured, june.view(), pipeline.UNPRINTED, {})
    assert path.read_bytes() == data
    assert everything(issue.folder) == emptied


def test_a_file_of_rows_that_is_changed_stale_or_missing_is_noticed(june: Run, issue: Issue) -> None:
    before = everything(issue.folder)
    (issue.folder / "facts/vanished.parquet").write_bytes(b"x")
    for change in (b"x", None):
        path = issue.folder / "facts/permits.parquet"
        path.unlink() if change is None else path.write_bytes(change)
        assert outputs(issue.folder) is None
        assert months.unchanged(june.month, june.plan) is not None
        assert everything(issue.folder) == before


def test_rows_of_a_dataset_that_nobody_sent(june: Run, tmp_path: Path) -> None:
    contracts = june.month.configuration.contracts
    none = {dataset: frame.head(0) for dataset, frame in june.accepted.facts.frames.items()}
    listed, files = published_facts.keep(Store(f"file://{tmp_path}"), Facts(none, {}, frozenset()), contracts)
    assert listed == {}
    assert from_parquet(files["facts/permits.parquet"]).num_rows == 0
    package = {"resources": [{"path": name, "hash": f"sha256:{sha256_of(data)}"} for name, data in files.items()]}
    back = published_facts.restored(
        Store(f"file://{tmp_path}"), {"facts": {}}, {PACKAGE: json.dumps(package).encode()}, contracts
    )
    assert back == files


@pytest.mark.parametrize("name", ["../x", "/x", "a/../x", "a/b/c", "facts/", "a\\b", "./x"])
def test_names_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        write_outputs(tmp_path / "out", {name: b""}, {})
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("step", range(4))
def test_stopped_at_any_rename_no_manifest_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    write_outputs(tmp_path, {"a.csv": b"1", "facts/b.parquet": b"2", "facts/old.parquet": b"3"}, {})
    rename, calls = os.replace, []

    def stop(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) > step:
            raise OSError(errno.EIO, "broken")
        rename(source, target)

    new = {"a.csv": b"one", "facts/b.parquet": b"two", "facts/c.parquet": b"three"}
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with pytest.raises(EnvironmentFailure, match="磁盘读写出错"):
            write_outputs(tmp_path, new, {})
    assert outputs(tmp_path) is None
    assert not [name for name in everything(tmp_path) if name.endswith(".part")]
    written = write_outputs(tmp_path, new, {})
    assert outputs(tmp_path) == written
    assert {name: data for name, data in everything(tmp_path).items() if name != MANIFEST} == new


def test_putting_rows_back_does_not_load_pandas() -> None:
    code = "import sys; sys.modules['pandas'] = None; import flows.published_facts"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_parquet_of_rows_is_open_to_others(issue: Issue) -> None:
    """Plain types: dates are dates, numbers integers, no note that only one program understands."""
    schema = pq.read_schema(io.BytesIO((issue.folder / "facts/reward_payments.parquet").read_bytes()))
    assert str(schema.field("paid_on").type) == "date32[day]"
    assert str(schema.field("amount_fen").type) == "int64"
    assert schema.metadata is None
