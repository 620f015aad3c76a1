"""Pulling a month: which files, whose, received when, and what is said of those that cannot be read."""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import sources
from flows.filenames import as_text
from flows.settings import REPOSITORY
from flows.sources import STILL_COMING, Waiting, department_of, pull, read_register
from flows.urls import inbox_credentials, open_folder, without_credentials
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


def test_a_name_with_joined_emoji_is_found_in_the_register(inbox: Path, district: District) -> None:
    """The joiner between them is seen by nobody, and is no part of the name here."""
    name = "财政局👩\u200d💼.xlsx"
    (month(inbox) / name).write_bytes(b"x")
    (month(inbox) / "收文登记.csv").write_bytes(f"文件名,收到时间,报送人\n{name},2014-07-01 09:00,甲\n".encode())
    (item,) = (item for item in pull(str(inbox), district, JUNE) if item.filename.startswith("财政局👩"))
    assert item.sender == "甲"


def test_malformed_register_stops_the_pull_with_its_place(inbox: Path, district: District) -> None:
    (month(inbox) / "收文登记.csv").write_bytes("文件名,收到时间,报送人\na.xlsx,昨天,甲\n".encode())
    with pytest.raises(ConfigurationError, match=r"350303/2014-06/收文登记.csv:2: "):
        pull(str(inbox), district, JUNE)


def test_what_is_still_being_written_is_named_and_left(inbox: Path, district: District) -> None:
    for name in ("~$财政局.xlsx", ".~lock.住建局.xlsx#", "A1B2.TMP", "a.part", "b.crdownload", "c.xlsx.filepart"):
        (month(inbox) / name).write_bytes(b"x")
    (month(inbox) / "新建.tmp").mkdir()
    pulled = pull(str(inbox), district, JUNE)
    assert pulled == []
    assert {one.filename: one.reason for one in pulled.waiting} == {
        "~$财政局.xlsx": "有人正在打开编辑，存盘后的改动下次再收",
        ".~lock.住建局.xlsx#": "有人正在打开编辑，存盘后的改动下次再收",
        **dict.fromkeys(("A1B2.TMP", "a.part", "b.crdownload", "c.xlsx.filepart"), STILL_COMING),
    }


def grow(file: Path) -> None:
    with file.open("ab") as more:
        more.write(b"y")


def touch(file: Path) -> None:
    os.utime(file, (1, 1))


@pytest.mark.parametrize("change", [grow, touch])
def test_a_file_that_changes_between_two_looks_is_left_for_the_next_pull(
    inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    file = month(inbox) / "财政局.xlsx"
    file.write_bytes(b"x")
    (month(inbox) / "住建局.xlsx").write_bytes(b"x")
    monkeypatch.setattr(sources.time, "sleep", lambda seconds: change(file))
    pulled = pull(str(inbox), district, JUNE)
    assert [one.filename for one in pulled] == ["住建局.xlsx"]
    assert pulled.waiting == (Waiting("财政局.xlsx", STILL_COMING),)
    monkeypatch.setattr(sources.time, "sleep", lambda seconds: None)
    assert [one.filename for one in pull(str(inbox), district, JUNE)] == ["住建局.xlsx", "财政局.xlsx"]


def test_a_file_renamed_while_it_is_read_is_not_taken_under_its_old_name(
    inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = month(inbox) / "财政局.xlsx"
    file.write_bytes(b"x")
    final = file.with_name("财政局（定稿）.xlsx")
    monkeypatch.setattr(sources.time, "sleep", lambda seconds: file.exists() and file.rename(final))
    assert pull(str(inbox), district, JUNE) == []
    assert [one.filename for one in pull(str(inbox), district, JUNE)] == [final.name]


def test_files_at_rest_are_not_waited_for(inbox: Path, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    file = month(inbox) / "财政局.xlsx"
    file.write_bytes(b"x")
    os.utime(file, (1404200000, 1404200000))
    monkeypatch.setattr(sources.time, "sleep", lambda seconds: pytest.fail("waited"))
    assert len(pull(str(inbox), district, JUNE)) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("财政局\u202exslx.exe", "财政局xslx.exe"),
        ("财政局\u2066\u200b.xlsx", "财政局.xlsx"),
        ("财政局\n\x1b[31m.xlsx", "财政局 [31m.xlsx"),
        ("财政局\\..\\..\\x.xlsx", "财政局_.._.._x.xlsx"),
        ("=cmd|' 财政局.xlsx", "=cmd|' 财政局.xlsx"),
    ],
)
def test_names_are_shown_cleaned_and_the_file_is_read(inbox: Path, district: District, name: str, shown: str) -> None:
    (month(inbox) / name).write_bytes(b"x")
    (one,) = pull(str(inbox), district, JUNE)
    assert (one.filename, one.data) == (shown, b"x")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("财政局\x00.xlsx", "财政局.xlsx"),
        ("\ud800财政局.xlsx", "财政局.xlsx"),
        ("..", "（无名文件）"),
        ("\u200b", "（无名文件）"),
        ("\U00031350\ue000.xlsx", "\U00031350\ue000.xlsx"),  # rare hanzi, the second one in a private area
        ("e\u0301.xlsx", "é.xlsx"),
    ],
)
def test_names_that_no_disk_here_would_hold(name: str, shown: str) -> None:
    assert as_text(name) == shown


@given(st.text(max_size=300))
def test_any_name_can_be_printed_and_is_no_path(name: str) -> None:
    shown = as_text(name)
    shown.encode()
    assert 0 < len(shown) <= 121
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("/\\") and shown not in (".", "..")
    assert as_text(shown) == shown


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    shown = as_text("财政局" + "很" * 300 + "6月.xlsx")
    assert len(shown) == 121 and shown.startswith("财政局很") and shown.endswith("很6月.xlsx")


def test_credentials_come_from_the_environment_and_do_not_print() -> None:
    found = inbox_credentials({"SANCU_INBOX_USER": "区\\clerk", "SANCU_INBOX_PASSWORD": "hunter2"})
    assert (found.user, found.password, found.key_file) == ("区\\clerk", "hunter2", "")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sftp://u:p/w@host/x", "sftp://***@host/x"),
        ("sftp://u:p#?w@host:22/x", "sftp://***@host:22/x"),
        ("sftp://host:22/x@y", "sftp://host:22/x@y"),
        ("sftp://[::1]:22/x@y", "sftp://[::1]:22/x@y"),
    ],
)
def test_passwords_that_break_a_url_are_not_shown(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_an_error_of_an_unknown_url_carries_no_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_folder("nosuch://user:hunter2@host/x")
    assert caught.value.__context__ is None and "hunter2" not in str(caught.value)
