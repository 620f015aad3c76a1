"""The ledger: what was received is kept and superseded, a briefing is there whole or not at all, one run at a time."""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import IntegrityError

from flows.ledger import Arrival, Attempt, Briefing, Editorial, Ledger, Word, migrations, models
from flows.ledger.database import HEAD, Database
from flows.processes import Process, is_alive, this_process
from flows.progress import listening
from flows.settings import REPOSITORY
from tests.flows.databases import Postgres
from tests.flows.servers import PASSWORD
from transforms.errors import ConfigurationError, EnvironmentFailure
from transforms.figures import CellRange, Figure, Light, Scope, Unit
from transforms.findings import Finding, Severity
from transforms.period import Period

REVISIONS = [script.revision for script in ScriptDirectory.from_config(migrations.config()).walk_revisions()]
D, MAY, JUNE = "350303", Period(2014, 5), Period(2014, 6)
SHA_A, SHA_B, SHA_C = "a" * 64, "b" * 64, "c" * 64


def july(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2014, 7, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def url(ledger_url: str) -> str:
    return ledger_url


@pytest.fixture
def ledger(url: str) -> Ledger:
    return Ledger(url)


def rows(ledger: Ledger, sql: str) -> list[tuple[object, ...]]:
    with ledger._database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def change(ledger: Ledger, sql: str) -> None:
    with ledger._database.writing() as connection:
        connection.exec_driver_sql(sql)


def arrival(sha: str, received: dt.datetime | None = None, filename: str = "财政局.xlsx") -> Arrival:
    return Arrival(sha, "财政局", filename, 9, received, "财政局经办人")


FIGURES = [
    Figure(
        code="reward.amount_to_date", label="累计兑现奖励", definition="奖励金额之和", unit=Unit.MONEY_WAN,
        scope=Scope.CAMPAIGN, mechanism=1, value=Fraction(34233, 3), change=Fraction(-1, 3),
        cells=(CellRange(SHA_A, "财政局", "财政局.xlsx", "即征即奖兑现明细", "I5:I20,I22", 17),),
    ),
    Figure(
        code="project.start_rate", label="开工率", definition="已开工 / 年度目标", unit=Unit.PERCENT, scope=Scope.YEAR,
        mechanism=8, value=Fraction(200, 3), target=Fraction(45), done=Fraction(30), due=Fraction(45),
        light=Light.GREEN, inputs=("project.started", "project.starts_target"), from_district_file="starts",
    ),
    Figure(
        code="permit.issued_to_date", label="发证", definition="已发证", unit=Unit.ITEMS, scope=Scope.CAMPAIGN,
        mechanism=12, value=None, note="行政服务中心未报送",
    ),
]  # fmt: skip
FINDINGS = [
    Finding(
        "RW01",
        Severity.BLOCK,
        "奖励金额大于已缴税款。",
        "财政局",
        "reward_payments",
        SHA_A,
        "财政局.xlsx",
        "明细",
        12,
        "I",
        "9",
    ),
    Finding("MS01", Severity.INFORM, "行政服务中心未报送。", "行政服务中心"),
]


def briefing(fingerprint: str = "f1", **changes: object) -> Briefing:
    made = Briefing(D, JUNE, fingerprint, 5, 5, True, july(3), "e" * 64, {"fingerprint": fingerprint, "版本": 1})
    return replace(made, **changes)  # type: ignore[arg-type]


# --- opening and migrating


def test_migrated_schema_is_the_declared_one(url: str) -> None:
    with Database(url).reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), models.metadata) == []
    assert ScriptDirectory.from_config(migrations.config()).get_current_head() == HEAD


def test_opening_at_head_needs_no_alembic(url: str) -> None:
    Ledger(url)
    code = (
        "import sys; from flows.ledger import Ledger; Ledger(sys.argv[1]);"
        "print(*[m for m in ('alembic', 'pandas', 'fsspec') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert run.stdout.split() == []


def test_pragmas(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with ledger._database.reading() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("synchronous", 2),
            ("busy_timeout", 30_000),
        ):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_newer_database_is_refused(url: str, ledger: Ledger) -> None:
    change(ledger, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(EnvironmentFailure, match=r"9999.*请升级程序"):
        Ledger(url)


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("sqlite://", ConfigurationError, "没有文件名"),
        ("nonsense", ConfigurationError, "不对"),
        ("nosuch://office:hunter2@host/x", ConfigurationError, "不对"),
        ("mysql://office:hunter2@host/x", ConfigurationError, "不对"),
        ("postgresql://office:hunter2@127.0.0.1:1/x", EnvironmentFailure, "数据库服务是否在运行"),
    ],
)
def test_wrong_urls(url: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        Ledger(url)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database, and long enough to be looked at" * 100)
    with pytest.raises(EnvironmentFailure, match="不是账本文件或已损坏"):
        Ledger(f"sqlite:///{tmp_path}/x.sqlite")
    (tmp_path / "folder").mkdir()
    with pytest.raises(EnvironmentFailure, match="打不开"):
        Ledger(f"sqlite:///{tmp_path}/folder")


def test_what_postgresql_refuses_is_told_without_the_password(postgres_server: Postgres) -> None:
    latin = postgres_server.database("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    for url, message in (
        (postgres_server.url("postgres", "hunter2"), "登录被拒绝"),
        (postgres_server.url("nosuch"), "没有这个数据库"),
        (latin, "要用 UTF8"),
    ):
        with pytest.raises(EnvironmentFailure, match=message) as caught:
            Ledger(url)
        assert "hunter2" not in str(caught.value) and PASSWORD not in str(caught.value)


def test_four_processes_open_a_new_ledger_at_once(url: str) -> None:
    code = "import sys; from flows.ledger import Ledger; Ledger(sys.argv[1])"
    command = [sys.executable, "-c", code, url]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, cwd=REPOSITORY) for _ in range(4)]
    assert [(child.communicate()[1], child.returncode) for child in children] == [(b"", 0)] * 4


# --- migrating


@pytest.mark.parametrize("before", [revision for revision in REVISIONS if revision != HEAD])
def test_a_ledger_of_any_earlier_version_keeps_what_it_holds(url: str, before: str) -> None:
    """A row in every table, with what that version asks for; opened, it has today's structure and these rows."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrations.config(connection), before)
        old = MetaData()
        old.reflect(connection)
        filled = {name: _filled(table) for name, table in old.tables.items() if name != "alembic_version"}
        for table in old.sorted_tables:
            if table.name in filled:
                connection.execute(insert(table).values(filled[table.name]))
    with Database(url).reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), models.metadata) == []
        for name, row in filled.items():
            kept = connection.execute(select(models.metadata.tables[name])).mappings().one()
            assert {key: kept[key] for key in row} == row
    if "briefing" in filled:
        ledger = Ledger(url)
        found = ledger.find_briefing(D, JUNE, "f1")
        assert found and found.made_at == july(3) and len(ledger.figures_of(found)) == 1
    engine.dispose()


VALUES = {"district": D, "period": str(JUNE), "fingerprint": "f1", "status": "draft", "kind": "note", "light": "绿"}
LINEAGE = zlib.compress(b"[[],[]]")


def _filled(table: Table) -> dict[str, object]:
    """A value for each column that must have one."""
    return {c.name: _value(c) for c in table.columns if (not c.nullable and not c.foreign_keys) or c.primary_key}


def _value(column: Column[Any]) -> object:
    if column.name in VALUES:
        return VALUES[column.name]
    if column.name in ("unit", "scope", "severity"):
        return {"unit": Unit.ITEMS, "scope": Scope.MONTH, "severity": Severity.BLOCK}[column.name].value
    match column.type.python_type.__name__:
        case "int":
            return 1
        case "bool":
            return True
        case "datetime":
            return july(3).astimezone(dt.UTC)
        case "bytes":
            return LINEAGE
        case "dict":
            return {"版本": 1}
    return "文"


# --- submissions


def test_later_receipt_supersedes_and_both_are_kept(ledger: Ledger) -> None:
    new = ledger.record_submissions(
        D, JUNE, [arrival(SHA_A, july(1)), arrival(SHA_B, july(2), "财政局（更正）.xlsx")], july(5)
    )
    assert [s.sha256 for s in new] == [SHA_A, SHA_B]
    assert [s.sha256 for s in ledger.submissions(D, JUNE)] == [SHA_B]
    assert [s.sha256 for s in ledger.submissions(D, JUNE, as_known=july(1, 10))] == [SHA_A]
    assert ledger.submissions(D, JUNE, as_known=july(1, 8)) == ()
    (submission,) = ledger.submissions(D, JUNE)
    assert submission == new[1]
    assert (submission.received_at, submission.received_at.tzinfo) == (july(2), dt.UTC)


def test_recording_again_changes_nothing(ledger: Ledger) -> None:
    arrivals = [arrival(SHA_A, july(1)), arrival(SHA_B, None, "财政局2.xlsx"), arrival(SHA_B, None, "财政局3.xlsx")]
    assert len(ledger.record_submissions(D, JUNE, arrivals, july(5))) == 3
    before = ledger.submissions(D, JUNE)
    assert ledger.record_submissions(D, JUNE, arrivals, july(6)) == ()
    assert ledger.submissions(D, JUNE) == before


def test_every_period_and_department_up_to_the_month(ledger: Ledger) -> None:
    ledger.record_submissions(D, MAY, [arrival(SHA_A, july(1))], july(1))
    ledger.record_submissions(
        D, JUNE, [arrival(SHA_B, july(2)), Arrival(SHA_C, "住建局", "住建局.xls", 1, july(2))], july(2)
    )
    ledger.record_submissions(D, JUNE.plus(1), [arrival(SHA_C, july(30))], july(30))
    ledger.record_submissions("350304", JUNE, [arrival(SHA_C, july(30))], july(30))
    known = [(str(s.period), s.department, s.sha256) for s in ledger.submissions(D, JUNE)]
    assert known == [("2014-05", "财政局", SHA_A), ("2014-06", "住建局", SHA_C), ("2014-06", "财政局", SHA_B)]


def test_old_file_sent_again_is_in_force_again(ledger: Ledger) -> None:
    for sha, day in ((SHA_A, 1), (SHA_B, 2), (SHA_A, 3)):
        ledger.record_submissions(D, JUNE, [arrival(sha, july(day))], july(day))
    assert [ledger.submissions(D, JUNE, july(day, 10))[0].sha256 for day in (1, 2, 3)] == [SHA_A, SHA_B, SHA_A]


def test_unregistered_file_counts_from_first_sight(ledger: Ledger) -> None:
    for sha, day in ((SHA_A, 1), (SHA_A, 2), (SHA_B, 3), (SHA_A, 4)):
        ledger.record_submissions(D, JUNE, [arrival(sha)], july(day))
    assert ledger.submissions(D, JUNE, july(2, 10))[0].received_at == july(1)
    assert ledger.submissions(D, JUNE, july(3, 10))[0].sha256 == SHA_B
    assert ledger.submissions(D, JUNE)[0].sha256 == SHA_A


def test_a_line_in_the_register_corrects_the_time_first_seen(ledger: Ledger) -> None:
    ledger.record_submissions(D, JUNE, [arrival(SHA_A)], july(10))
    assert ledger.record_submissions(D, JUNE, [arrival(SHA_A, july(2))], july(11)) == ()
    (submission,) = ledger.submissions(D, JUNE)
    assert submission.received_at == july(2)


def test_file_replaced_in_place_does_not_inherit_the_registered_time(ledger: Ledger) -> None:
    ledger.record_submissions(D, JUNE, [arrival(SHA_A, july(1))], july(3))
    for day in (8, 9):
        ledger.record_submissions(D, JUNE, [arrival(SHA_B, july(1))], july(day))
    assert ledger.submissions(D, JUNE, july(3))[0].sha256 == SHA_A
    assert (ledger.submissions(D, JUNE)[0].sha256, ledger.submissions(D, JUNE)[0].received_at) == (SHA_B, july(8))


def test_a_registered_file_that_is_put_back_is_in_force_again(ledger: Ledger) -> None:
    for sha, day in ((SHA_A, 3), (SHA_B, 8), (SHA_A, 9), (SHA_A, 10)):
        ledger.record_submissions(D, JUNE, [arrival(sha, july(1))], july(day))
    found = [ledger.submissions(D, JUNE, july(day)) for day in (3, 8, 10)]
    assert [(one.sha256, one.received_at) for (one,) in found] == [
        (SHA_A, july(1)), (SHA_B, july(8)), (SHA_A, july(9)),
    ]  # fmt: skip


def test_two_files_of_one_moment_the_longer_name_wins(ledger: Ledger) -> None:
    ledger.record_submissions(D, JUNE, [arrival(SHA_A, None, "财政局(1).xlsx"), arrival(SHA_B)], july(3))
    assert ledger.submissions(D, JUNE)[0].filename == "财政局(1).xlsx"


def test_moment_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="time zone"):
        ledger.record_submissions(D, JUNE, [arrival(SHA_A)], dt.datetime(2014, 7, 1))


# --- briefings


def test_briefing_round_trip_is_exact(ledger: Ledger) -> None:
    assert ledger.find_briefing(D, JUNE, "f1") is None
    recorded = ledger.record_briefing(briefing(as_known=july(3)), FIGURES, FINDINGS)
    assert recorded.id > 0
    found = ledger.find_briefing(D, JUNE, "f1")
    assert found == recorded
    assert list(ledger.figures_of(recorded).values()) == FIGURES
    assert ledger.findings_of(recorded) == tuple(FINDINGS)
    assert found and found.made_at.tzinfo is dt.UTC


def test_value_is_text_and_printed_value_stands_beside_it(ledger: Ledger) -> None:
    ledger.record_briefing(briefing(), FIGURES, [])
    assert rows(ledger, "SELECT value, printed FROM figure ORDER BY position") == [
        ("11411", "11411"),
        ("200/3", "66.7"),
        (None, "—"),
    ]


def test_recording_twice_keeps_the_first(ledger: Ledger) -> None:
    first = ledger.record_briefing(briefing(), FIGURES, FINDINGS)
    second = ledger.record_briefing(briefing(made_at=july(4)), FIGURES[:1], [])
    assert second == first
    assert len(ledger.figures_of(second)) == 3


def test_latest_leaves_out_as_known_and_follows_confirm(ledger: Ledger) -> None:
    assert ledger.latest_briefing(D, JUNE) is None
    first = ledger.record_briefing(briefing("f1"), [], [])
    second = ledger.record_briefing(briefing("f2", made_at=july(4)), [], [])
    ledger.record_briefing(briefing("f3", made_at=july(5), as_known=july(1)), [], [])
    assert ledger.latest_briefing(D, JUNE) == second
    ledger.confirm(first, july(6))
    assert ledger.latest_briefing(D, JUNE) == first


def test_what_the_office_said_is_kept_in_order_and_once(ledger: Ledger) -> None:
    note = Editorial(Word.NOTE, "按语", "办公室", july(3))
    signed = Editorial(Word.SIGN, "", "办公室", july(4), "f1")
    other = replace(note, text="另一条", at=july(5))
    for entry in (note, replace(note, at=july(4)), signed, other, note):
        ledger.record_editorial(D, JUNE, entry)
    assert ledger.editorials(D, JUNE) == (note, signed, other, note)
    assert ledger.editorials(D, JUNE, july(4)) == (note, signed, note)
    assert ledger.editorials(D, Period(2014, 5)) == ()


def test_failure_in_the_middle_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="one code"):
        ledger.record_briefing(briefing(), [FIGURES[0], FIGURES[0]], [])
    broken = replace(FINDINGS[0], message=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match=r"NOT NULL|not-null"):
        ledger.record_briefing(briefing(), FIGURES, [broken])
    assert ledger.find_briefing(D, JUNE, "f1") is None
    with ledger._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM figure").scalar() == 0


# --- attempts


def test_a_month_is_failed_from_its_beginning_until_it_is_recorded(ledger: Ledger) -> None:
    ledger.begin(D, {MAY: "f0", JUNE: "f1"}, july(3))
    ledger.fail(D, [MAY], "磁盘已满", july(4))
    assert ledger.attempts(D) == {
        MAY: Attempt(july(3), july(4), "磁盘已满"),
        JUNE: Attempt(july(3), None),  # cut off: no lock is held
    }
    assert ledger.attempts("350304") == {}
    ledger.record_briefing(briefing(as_known=july(1)), [], [])  # not June's own issue
    assert set(ledger.attempts(D)) == {MAY, JUNE}
    ledger.record_briefing(briefing("f2"), [], [])
    assert set(ledger.attempts(D)) == {MAY}
    ledger.begin(D, {MAY: "f3"}, july(5))
    assert ledger.attempts(D)[MAY] == Attempt(july(5), None)


def test_a_month_under_way_has_not_failed(ledger: Ledger) -> None:
    with ledger.lock(D, JUNE):
        ledger.begin(D, {JUNE: "f1"}, july(3))
        assert ledger.attempts(D) == {}
        ledger.fail(D, [JUNE], "磁盘已满", july(4))
        assert set(ledger.attempts(D)) == {JUNE}


def test_an_attempt_that_a_later_run_finds_needless_counts_no_more(ledger: Ledger) -> None:
    first = ledger.record_briefing(briefing(), [], [])
    ledger.begin(D, {JUNE: "f2"}, july(4))
    ledger.confirm(first, july(5))
    assert ledger.attempts(D) == {}
    assert ledger.latest_briefing(D, JUNE) == first


WRITER = """
import sys
from tests_ledger_support import *
ledger = Ledger(sys.argv[1])
print("ready", flush=True)
for n in range(int(sys.argv[3])):
    ledger.record_submissions(D, JUNE, [arrival(f"{sys.argv[2]}{n}", None, f"{sys.argv[2]}{n}.xlsx")], july(3))
    many = [replace(FIGURES[0], code=f"x.{i}") for i in range(200)]
    ledger.record_briefing(briefing(f"{sys.argv[2]}-{n}"), many, FINDINGS * 50)
"""


@pytest.fixture
def writer(tmp_path: Path) -> list[str]:
    """Command of a process that records briefings; it uses the values of this module."""
    shutil.copy(__file__, tmp_path / "tests_ledger_support.py")
    code = f"import sys; sys.path[:0] = [{str(REPOSITORY)!r}, {str(tmp_path)!r}]\n{WRITER}"
    return [sys.executable, "-c", code]


def test_two_processes_write_at_once(ledger: Ledger, url: str, writer: list[str]) -> None:
    children = [subprocess.Popen([*writer, url, name, "15"], stdout=subprocess.DEVNULL) for name in "xy"]
    assert [child.wait() for child in children] == [0, 0]
    with ledger._database.reading() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar()
            for t in ("submission", "figure", "finding")
        ]
    assert counts == [30, 30 * 200, 30 * 100]


def test_killed_at_any_moment_no_briefing_is_half(ledger: Ledger, url: str, writer: list[str]) -> None:
    moments = random.Random(20140630)
    for n in range(6):
        child = subprocess.Popen([*writer, url, f"k{n}", "100000"], stdout=subprocess.PIPE)
        assert child.stdout and child.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.02, 0.2))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with ledger._database.reading() as connection:
        briefings = connection.exec_driver_sql("SELECT count(*) FROM briefing").scalar()
        halves = connection.exec_driver_sql(
            "SELECT count(*) FROM briefing b WHERE (SELECT count(*) FROM figure WHERE briefing_id = b.id) <> 200 "
            "OR (SELECT count(*) FROM finding WHERE briefing_id = b.id) <> 100"
        ).scalar()
        if url.startswith("sqlite"):
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert briefings and halves == 0


# --- the run lock


def test_lock_keeps_others_off_only_this_month(ledger: Ledger, url: str) -> None:
    other = Ledger(url)
    with ledger.lock(D, JUNE):
        held = pytest.raises(EnvironmentFailure, match=r"350303 2014-06 正由另一次运行处理（主机 .+，进程 \d+")
        with held, other.lock(D, JUNE, timeout=0.3):
            pass
        with other.lock(D, MAY, timeout=0):
            pass
    with other.lock(D, JUNE, timeout=0):
        pass


def test_who_waits_for_a_lock_says_so(ledger: Ledger) -> None:
    told: list[str] = []
    with ExitStack() as first:
        first.enter_context(ledger.lock(D, JUNE))

        def listen(step: str, done: int, total: int) -> None:
            told.append(step)
            first.close()

        with listening(listen), ledger.lock(D, JUNE, timeout=10):
            pass
    (said,) = told
    assert re.search(r"350303 2014-06 正由另一次运行处理（主机 .+，进程 \d+，.+ 开始），等它 10 秒", said)


def test_lock_is_released_after_an_error(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), ledger.lock(D, JUNE):
        raise RuntimeError
    with ledger.lock(D, JUNE, timeout=0):
        pass


def test_lock_of_a_killed_process_is_taken_over(ledger: Ledger, url: str) -> None:
    code = (
        "import sys, time; from flows.ledger import Ledger; from transforms.period import Period\n"
        "with Ledger(sys.argv[1]).lock('350303', Period(2014, 6)):\n    print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert child.stdout and child.stdout.readline() == b"held\n"
    with pytest.raises(EnvironmentFailure, match=f"进程 {child.pid}"), ledger.lock(D, JUNE, timeout=0):
        pass
    child.send_signal(signal.SIGKILL)
    time.sleep(0.2)  # not waited for: a zombie holds nothing either
    with ledger.lock(D, JUNE, timeout=0):
        pass
    child.wait()
    child.stdout.close()


def test_who_is_alive() -> None:
    here, now = this_process(), july(3)
    assert is_alive(here, now, now)
    assert not is_alive(here._replace(process_started="1"), now, now)  # the number was given again
    assert not is_alive(here._replace(boot="before the restart"), now, now)
    elsewhere = Process("another", "x", 1, "1")
    assert is_alive(elsewhere, now, now + dt.timedelta(hours=5))
    assert not is_alive(elsewhere, now, now + dt.timedelta(hours=7))
