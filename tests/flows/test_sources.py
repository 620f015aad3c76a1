"""Pulling a month: which files, whose, received when, and what is said of those that cannot be read."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from flows.settings import REPOSITORY
from flows.sources import department_of, pull, read_register
from transforms.districts import District, parse_district
from transforms.errors import ConfigurationError, EnvironmentFailure
from transforms.period import Period

JUNE = Period(2014, 6)


@pytest.fixture(scope="module")
def district() -> District:
    return parse_district((REPOSITORY / "data/districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "收 文" / "350303" / "2014-06"
    folder.mkdir(parents=True)
    return tmp_path / "收 文"


def month(inbox: Path) -> Path:
    return inbox / "350303" / "2014-06"


def test_lists_files_with_department_and_receipt(inbox: Path, district: District) -> None:
    for name in ("财政局.xlsx", "区信访局6月.xls", "说明.docx", "~$财政局.xlsx", "a.TMP", ".DS_Store"):
        (month(inbox) / name).write_bytes(name.encode())
    (month(inbox) / "旧表").mkdir()
    (month(inbox) / "旧表" / "住建局.xlsx").write_bytes(b"x")
    (month(inbox) / "收文登记.csv").write_bytes(
        "文件名,收到时间,报送人\n财政局.xlsx,2014-07-01T09:12:00+08:00,财政局经办人\n".encode("utf-8-sig")
    )
    incoming = {one.filename: one for one in pull(str(inbox), district, JUNE)}
    assert set(incoming) == {"财政局.xlsx", "区信访局6月.xls", "说明.docx"}
    assert incoming["财政局.xlsx"].data == "财政局.xlsx".encode()
    assert incoming["财政局.xlsx"].department == "财政局"
    assert incoming["财政局.xlsx"].received_at == dt.datetime(2014, 7, 1, 1, 12, tzinfo=dt.UTC)
    assert incoming["财政局.xlsx"].sender == "财政局经办人"
    assert incoming["区信访局6月.xls"].department == "信访局"
    assert incoming["区信访局6月.xls"].received_at is None
    assert incoming["说明.docx"].department is None


@pytest.mark.parametrize(
    ("filename", "department"),
    [
        ("财政局.xlsx", "财政局"),
        ("区财政局6月报表.xlsx", "财政局"),
        ("涵江区经贸局（更正）.xls", "经信局"),
        ("莆田市涵江区住房和城乡建设局.ods", "住建局"),
        ("区委办公室.xlsx", "区委办"),
        ("涵江区委办.xlsx", "区委办"),
        ("地方税务局 6月.csv", "地税局"),
        ("国税局.xlsx", None),
        ("6月财政局.xlsx", None),
        ("", None),
    ],
)
def test_department_of(district: District, filename: str, department: str | None) -> None:
    assert department_of(filename, district) == department


def test_missing_month_is_empty_and_missing_inbox_is_a_failure(inbox: Path, district: District) -> None:
    assert pull(str(inbox), district, Period(2013, 1)) == []
    with pytest.raises(EnvironmentFailure, match="不存在"):
        pull(str(inbox / "nowhere"), district, JUNE)
    with pytest.raises(ConfigurationError, match="不认识“nosuch”"):
        pull("nosuch://user:hunter2@host/x", district, JUNE)


def test_oversized_and_special_files_are_listed_not_read(inbox: Path, district: District) -> None:
    (month(inbox) / "财政局.xlsx").write_bytes(b"x" * 1025)
    (month(inbox) / "住建局.xlsx").write_bytes(b"x" * 1024)
    os.mkfifo(month(inbox) / "信访局.xlsx")
    incoming = {one.department: one for one in pull(f"file://{inbox}", district, JUNE, max_bytes=1024)}
    assert "超过" in incoming["财政局"].problem
    assert (incoming["财政局"].data, incoming["财政局"].size) == (b"", 1025)
    assert (incoming["住建局"].problem, len(incoming["住建局"].data)) == ("", 1024)
    assert "不是普通文件" in incoming["信访局"].problem


def test_a_link_that_leads_nowhere_is_left_out_and_the_rest_is_read(inbox: Path, district: District) -> None:
    (month(inbox) / "财政局.xlsx").symlink_to(inbox / "gone")
    (month(inbox) / "住建局.xlsx").write_bytes(b"x")
    assert "住建局" in [one.department for one in pull(str(inbox), district, JUNE) if one.data]


def test_name_in_gb18030_bytes_is_text(inbox: Path, district: District) -> None:
    raw = os.fsencode(month(inbox)) + b"/" + "财政局.xlsx".encode("gb18030")
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (one,) = pull(str(inbox), district, JUNE)
    assert (one.filename, one.department, one.data) == ("财政局.xlsx", "财政局", b"x")


def test_memory_file_system(district: District) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe("/收文/350303/2014-06/财政局.xlsx", b"abc")
    (one,) = pull("memory://收文", district, JUNE)
    assert (one.department, one.data) == ("财政局", b"abc")


def test_register_in_gb18030_with_other_columns_and_bare_times() -> None:
    text = (
        "序号,文件名,收到时间,报送人,备注\r\n1,财政局.xlsx,2014-07-01 09:12,财政局经办人,\r\n"
        "\r\n2,住建局.xlsx,2014-07-02,\r\n"
    )
    register = read_register(text.encode("gb18030"), "r.csv")
    assert register["财政局.xlsx"].received_at.isoformat() == "2014-07-01T09:12:00+08:00"
    assert register["住建局.xlsx"].sender == ""


def test_last_of_two_lines_for_one_file_counts() -> None:
    text = "文件名,收到时间,报送人\na.xlsx,2014-07-02T09:00:00+08:00,乙\na.xlsx,2014-07-01T09:00:00+08:00,甲\n"
    assert read_register(text.encode(), "r.csv")["a.xlsx"].sender == "乙"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("文件名,收到时间,报送人\na.xlsx,7月1日,甲\n".encode(), "r.csv:2: 收到时间“7月1日”不对"),
        ("文件名,收到时间\n,2014-07-01\n".encode(), "r.csv:2: 缺少文件名"),
        ("文件名,时间\n".encode(), "r.csv:1: 表头缺少“收到时间”"),
        (b"\xff\xff\xff", "r.csv:1: 编码认不出"),
        ('文件名,收到时间,报送人\n"a.xlsx,2014-07-01,甲\n'.encode(), "r.csv:2: 不是合法的 CSV"),
    ],
)
def test_malformed_register(data: bytes, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_register(data, "r.csv")
    assert str(caught.value).startswith(message)


def test_malformed_register_stops_the_pull_with_its_place(inbox: Path, district: District) -> None:
    (month(inbox) / "收文登记.csv").write_bytes("文件名,收到时间,报送人\na.xlsx,昨天,甲\n".encode())
    with pytest.raises(ConfigurationError, match=r"350303/2014-06/收文登记.csv:2: "):
        pull(str(inbox), district, JUNE)
