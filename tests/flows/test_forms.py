"""Forms on disk, and the way back: a form that is filled in rightly is read without a finding."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from flows.configuration import Configuration
from flows.forms import Written, write_forms
from flows.sandbox import Reader
from flows.settings import load_settings
from tests.pipeline import INBOX, Run, environment
from transforms.checks import check
from transforms.contracts import Contract, Kind
from transforms.errors import EnvironmentFailure, UsageError
from transforms.findings import Finding
from transforms.forms import form
from transforms.forms.columns import begins_anew
from transforms.period import Period
from transforms.reading import read_submission
from transforms.submissions import Submission
from transforms.tables import Table

JULY = Period(2014, 7)
DEPARTMENTS = ("区委办", "发改局", "经信局", "财政局", "地税局", "金融办", "住建局", "行政服务中心", "信访局", "效能办")
FIRST = 5  # the first body row, as a clerk counts


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture(scope="module")
def configuration(june: Run) -> Configuration:
    return june.month.configuration


@pytest.fixture(scope="module")
def before(june: Run) -> dict[str, pd.DataFrame]:
    """What was accepted for June."""
    frames = june.accepted.facts.frames
    return {dataset: frame[frame["period"] == "2014-06"] for dataset, frame in frames.items()}


def read_back(
    reader: Reader, configuration: Configuration, department: str, data: bytes, filename: str = ""
) -> tuple[dict[str, Table], list[Finding]]:
    filename = filename or f"{department}2014年7月报表.xlsx"
    raw = reader.read(data, filename)
    received = dt.datetime(2014, 8, 1, 9, tzinfo=dt.UTC)
    submission = Submission("0" * 64, "350303", JULY, department, filename, received, len(data))
    contracts = {contract.id: contract for contract in configuration.contracts_of(department)}
    intake = read_submission(raw, submission, tuple(contracts.values()))
    findings = list(intake.findings)
    for table in intake.tables:
        findings += check(contracts[table.dataset], [table], intake.findings)
    return {table.dataset: table for table in intake.tables}, findings


def carried_over(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """June's rows as July's form holds them: what is of this month only, and what was hidden, is empty."""
    frame = frame.drop(columns=["period", "submission", "row"]).reset_index(drop=True)
    for column in contract.columns:
        if begins_anew(contract, column) or (column.personal and column.name == "remark"):
            frame[column.name] = pd.Series([None] * len(frame), dtype=frame[column.name].dtype)
    return frame


def assert_same_rows(contract: Contract, table: Table, frame: pd.DataFrame) -> None:
    expected = carried_over(contract, frame) if contract.kind is Kind.REGISTER else frame.head(0)
    got = table.frame.reset_index(drop=True)
    assert len(got) == len(expected)
    for name in got.columns:
        pd.testing.assert_series_equal(got[name], expected[name], check_names=False)


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    return sorted((finding.rule, finding.cell) for finding in findings)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_prefilled_form_reads_back_as_the_month_before(
    department: str, reader: Reader, configuration: Configuration, before: dict[str, pd.DataFrame], june: Run
) -> None:
    contracts = configuration.contracts_of(department)
    tables, findings = read_back(
        reader, configuration, department, form(contracts, configuration.district, JULY, before)
    )
    for contract in contracts:
        assert_same_rows(contract, tables[contract.id], before[contract.id])
    known = {(finding.rule, finding.subject) for finding in june.findings if finding.department == department}
    assert {(finding.rule, finding.subject) for finding in findings} <= known


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_blank_form_is_a_month_without_rows(department: str, reader: Reader, configuration: Configuration) -> None:
    contracts = configuration.contracts_of(department)
    tables, findings = read_back(reader, configuration, department, form(contracts, configuration.district, JULY, {}))
    assert {name: len(table.frame) for name, table in tables.items()} == {contract.id: 0 for contract in contracts}
    assert findings == []


def filled(
    data: bytes, sheet: str, rows: list[tuple[Any, ...]], also: Callable[[Worksheet], None] | None = None
) -> bytes:
    """The form with rows typed in from the first body row on."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    worksheet = book[sheet]
    for number, row in enumerate(rows, FIRST):
        for place, value in enumerate(row, 1):
            worksheet.cell(number, place).value = value
    if also:
        also(worksheet)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


REWARDS = [
    ("甲鞋业有限公司", "786027845", "江口镇", "房产税", "2014年1-6月", "2014年第3批", dt.date(2014, 7, 17), 12.5, 3.123456, None),
    ("乙机械有限公司", "78748479X", "白塘镇", "土地使用税", "2014-06", "2014年第3批", dt.date(2014, 7, 18), 80, 20, "补报"),
]  # fmt: skip


def signed(sheet: Worksheet) -> None:
    """What stands above the table when a clerk has finished."""
    for cell in sheet[3]:
        if cell.value:
            cell.value += {"填表人：": "某甲", "审核人：": "某乙", "填表日期：": "2014年8月1日"}[cell.value]


def blank(configuration: Configuration, department: str) -> bytes:
    return form(configuration.contracts_of(department), configuration.district, JULY, {})


def test_a_form_filled_in_rightly_has_no_finding(reader: Reader, configuration: Configuration) -> None:
    data = filled(blank(configuration, "财政局"), "即征即奖兑现明细", REWARDS, signed)
    tables, findings = read_back(reader, configuration, "财政局", data)
    assert findings == []
    frame = tables["reward_payments"].frame
    assert frame["amount_fen"].tolist() == [3_123_456, 20_000_000]
    assert frame["enterprise_code"].tolist() == ["786027845", "78748479X"]
    assert frame["tax_period"].tolist() == ["2014年1-6月", "2014-06"]
    assert frame["paid_on"].dt.date.tolist() == [dt.date(2014, 7, 17), dt.date(2014, 7, 18)]
    assert list(frame.index) == [FIRST, FIRST + 1]


def test_a_register_without_last_month_filled_in_rightly(reader: Reader, configuration: Configuration) -> None:
    five = ("是", "是", "是", "否", "是")
    rows = [
        ("XF-2014-28", "徐某某", "江口镇", "土地征用", dt.date(2014, 7, 1), "定点接访", "区长", "江口镇", dt.date(2014, 12, 1), *five, "化解中", None, None),
        ("XF-2014-29", "林某", "白塘镇", "滩涂纠纷", dt.date(2014, 7, 2), "带案下访", "区委书记", "白塘镇", dt.date(2014, 12, 2), *five, "已化解", dt.date(2014, 7, 30), "电话回访"),
    ]  # fmt: skip
    data = filled(blank(configuration, "信访局"), "信访积案台账", rows, signed)
    tables, findings = read_back(reader, configuration, "信访局", data)
    assert findings == []
    assert tables["petition_cases"].frame["petitioner"].tolist() == ["徐××", "林××"]
    assert tables["petition_cases"].frame["has_minutes"].tolist() == [False, False]


def test_a_form_filled_in_wrongly_has_each_finding_at_its_cell(reader: Reader, configuration: Configuration) -> None:
    day = dt.date(2014, 7, 17)
    rows = [
        ("甲公司", None, "江口镇", "房产税", "2014", "第3批", day, 10, 1, None),  # no code
        ("乙公司", "786027845", "江口镇", "车船税", "2014", "第3批", day, 10, 1, None),  # no such tax
        ("丙公司", "78748479X", "江口镇", "房产税", "2014", "第3批", day, 10, 0, None),  # nothing paid
        ("丁公司", "749405085", "江口镇", "房产税", "2014", "第3批", dt.date(2014, 6, 30), 10, 1, None),  # June
        ("戊公司", "543537509", "江口镇", "房产税", "2014", "第3批", day, 10, 11, None),  # more than was paid
        ("己公司", "717440388", "江口镇", "房产税", "2014", "第3批", day, 10, 1, None),
        ("己公司", "717440388", "江口镇", "房产税", "2014", "第3批", day, 10, 1, None),  # twice
        ("庚公司", "606639897", None, "房产税", "2014", "第3批", "月底", 10, 1, None),  # digit, township, date
    ]
    data = filled(blank(configuration, "财政局"), "即征即奖兑现明细", rows)
    _, findings = read_back(reader, configuration, "财政局", data)
    assert places(findings) == [
        ("RD06", "G12"),
        ("RP01", "B5"),
        ("RP02", "F11"),
        ("RP03", "D6"),
        ("RP04", "I7"),
        ("RP05", "H9"),
        ("RP06", "G8"),
        ("RP07", "B12"),
        ("RP08", "C12"),
    ]


def test_rows_may_be_inserted_and_columns_added_on_the_right(reader: Reader, configuration: Configuration) -> None:
    def also(sheet: Worksheet) -> None:
        sheet.insert_rows(FIRST + 1)
        sheet["K4"] = "经办人电话"
        sheet["K5"] = "1"

    data = filled(blank(configuration, "财政局"), "即征即奖兑现明细", REWARDS, also)
    tables, findings = read_back(reader, configuration, "财政局", data)
    assert list(tables["reward_payments"].frame.index) == [FIRST, FIRST + 2]
    assert all(finding.severity.value == "inform" for finding in findings)


def test_another_months_form_is_not_taken_for_this_one(reader: Reader, configuration: Configuration) -> None:
    contracts = configuration.contracts_of("财政局")
    data = filled(form(contracts, configuration.district, Period(2014, 6), {}), "即征即奖兑现明细", REWARDS)
    _, findings = read_back(reader, configuration, "财政局", data, "财政局.xlsx")
    assert "RD03" in {finding.rule for finding in findings}


# On disk ------------------------------------------------------------------------------------------------------------


def write(
    home: Path, department: str, period: str = "2014-07", inbox: Path | None = INBOX, **more: Any
) -> tuple[Written, ...]:
    with environment(SANCU_HOME=str(home / "home")):
        return write_forms(
            load_settings(), department, period, home / "forms", inbox=str(inbox) if inbox else None, **more
        )


def test_last_months_file_in_force_fills_the_form(
    tmp_path: Path, configuration: Configuration, before: dict[str, pd.DataFrame]
) -> None:
    write(tmp_path, "住建局", "2014-06")  # the ledger knows May too
    (tmp_path / "forms" / "住建局2014年6月报表.xlsx").unlink()
    (made,) = write(tmp_path, "区住建局")  # an alias
    assert made.path == tmp_path / "forms" / "住建局2014年7月报表.xlsx"
    contracts = configuration.contracts_of("住建局")
    assert made.path.read_bytes() == form(contracts, configuration.district, JULY, before)
    assert (made.rows, made.unchanged) == (63, False)
    (again,) = write(tmp_path, "住建局")
    assert (again.rows, again.unchanged) == (63, True)
    assert again.line() == f"{made.path}（预填上月 63 行，已有，没有变化）"
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_every_department_at_once(tmp_path: Path) -> None:
    made = write(tmp_path, "全部")
    assert tuple(one.department for one in made) == DEPARTMENTS
    assert all(one.path.is_file() for one in made)
    assert {one.department for one in made if one.rows} == {
        "发改局", "经信局", "地税局", "金融办", "住建局", "行政服务中心", "信访局",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("period", "more"),
    [
        ("2014-07", {"blank": True}),
        ("2014-07", {"inbox": None}),
        ("2014-02", {}),  # the campaign's first month
        ("2014-09", {}),  # nothing came in August
    ],
)
def test_a_form_without_rows(tmp_path: Path, configuration: Configuration, period: str, more: dict[str, Any]) -> None:
    (made,) = write(tmp_path, "住建局", period, **more)
    contracts = configuration.contracts_of("住建局")
    assert made.path.read_bytes() == form(contracts, configuration.district, Period.parse(period), {})
    assert made.line().endswith("（没有预填）")


def test_a_file_that_somebody_may_have_filled_in_is_left_alone(tmp_path: Path) -> None:
    (made,) = write(tmp_path, "财政局", blank=True)
    made.path.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="已经存在"):
        write(tmp_path, "全部", blank=True)
    assert made.path.read_bytes() == b"filled in"
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_what_cannot_be_meant_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有“气象局”这个部门；现有：区委办、"):
        write(tmp_path, "气象局")
    with pytest.raises(UsageError, match="早于活动开始的月份"):
        write(tmp_path, "财政局", "2014-01")
    with pytest.raises(UsageError, match="期别"):
        write(tmp_path, "财政局", "七月")
    with pytest.raises(UsageError, match="区划代码"):
        write(tmp_path, "财政局", district="999999")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "forms").write_bytes(b"")
    with pytest.raises(EnvironmentFailure, match="写不了"):
        write(tmp_path, "财政局", blank=True)


# LibreOffice ---------------------------------------------------------------------------------------------------------

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice (LibreOffice) is not installed")


def converted(folder: Path, files: list[Path], to: str) -> Path:
    """LibreOffice's own files of one kind, made with a profile of its own."""
    done = subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
            *("--convert-to", to, "--outdir", str(folder / to), *map(str, files)),
        ],
        capture_output=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return folder / to


@needs_office
@pytest.mark.slow
def test_libreoffice_opens_saves_and_prints_every_form(
    tmp_path: Path, reader: Reader, configuration: Configuration, before: dict[str, pd.DataFrame]
) -> None:
    files = []
    for department in DEPARTMENTS:
        data = form(configuration.contracts_of(department), configuration.district, JULY, before)
        files.append(tmp_path / f"{department}.xlsx")
        files[-1].write_bytes(data)
    saved = converted(tmp_path / "office", files, "xlsx")
    for file in files:
        data = (saved / file.name).read_bytes()
        raw = reader.read(data, file.name)
        assert raw.stamp["sancuPeriod"] == "2014-07"
        tables, findings = read_back(reader, configuration, file.stem, data)
        assert not [finding for finding in findings if finding.rule.startswith("RD")]
        for contract in configuration.contracts_of(file.stem):
            assert_same_rows(contract, tables[contract.id], before[contract.id])
    printed = converted(tmp_path / "office", files[-2:], "pdf")
    assert all((printed / f"{file.stem}.pdf").read_bytes().startswith(b"%PDF") for file in files[-2:])


@needs_office
@pytest.mark.slow
def test_old_excel_and_ods_copies_of_a_form_keep_its_rows(
    tmp_path: Path, reader: Reader, configuration: Configuration, before: dict[str, pd.DataFrame]
) -> None:
    contracts = configuration.contracts_of("住建局")
    file = tmp_path / "住建局.xlsx"
    file.write_bytes(form(contracts, configuration.district, JULY, before))
    for kind in ("ods", "xls"):
        data = (converted(tmp_path / "office", [file], kind) / f"住建局.{kind}").read_bytes()
        tables, findings = read_back(reader, configuration, "住建局", data, f"住建局.{kind}")
        assert not [finding for finding in findings if finding.rule.startswith("RD")]
        for contract in contracts:
            assert_same_rows(contract, tables[contract.id], before[contract.id])
