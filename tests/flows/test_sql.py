"""Analysts may ask the ledger and the rows anything, change nothing, and reach nothing else on the machine."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from flows import sql_shell, steps
from flows.ledger import Ledger
from flows.settings import Settings, load_settings
from flows.sql import QueryResult, connect, run_query, tables
from flows.store import Store
from tests import pipeline
from tests.pipeline import ROOT, SAMPLE, Run, environment
from transforms.contracts import ColumnType
from transforms.errors import EnvironmentFailure, UsageError
from transforms.figures import half_up
from transforms.sql_docs import SHARED, views_markdown
from transforms.sql_views import views

DOCUMENT = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
VIEWS = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.S)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(june: Run, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    """Where June was published twice, the second time as known on a day."""
    home = tmp_path_factory.mktemp("sql")
    served = request.param == "postgresql"
    url = request.getfixturevalue("postgres_server").database() if served else ""
    with environment(SANCU_HOME=str(home), SANCU_OUT=str(home / "out"), SANCU_DATABASE=url):
        settings = load_settings()
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    month = replace(june.month, ledger=ledger, store=store, out=home / "out", settings=settings)
    known = replace(month, as_known=dt.datetime(2014, 7, 2, tzinfo=dt.UTC))
    for one, print_ in ((month, june.plan.fingerprint), (known, "0" * 64)):
        plan = replace(june.plan, fingerprint=print_)
        steps.publish_issue(one, plan, june.accepted, june.measured, june.view(), pipeline.UNPRINTED, {})
    return settings


@pytest.fixture(scope="module")
def connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(settings) as connection:
        yield connection


def test_figures_are_the_current_briefings_exact(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    result = run_query(connection, "SELECT code, value, exact, unit, light, period, number FROM figures")
    assert len(result.rows) == len(june.figures)
    for code, value, exact, unit, light, period, number in result.rows:
        figure = june.figures[code]
        assert (period, number, unit, light) == ("2014-06", 5, figure.unit.value, figure.light and figure.light.value)
        assert exact == (None if figure.value is None else str(figure.value))
        assert value == (None if figure.value is None else Decimal(half_up(figure.value, 6)))


def test_findings_and_issues(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    found = run_query(connection, "SELECT severity, rule, cell, message FROM findings")
    assert list(found.rows) == [(f.severity.chinese, f.rule, f.cell, f.message) for f in june.findings]
    issues = run_query(connection, "SELECT fingerprint, current, status, as_known FROM issues ORDER BY fingerprint")
    assert issues.rows == (
        ("0" * 64, False, "draft", dt.datetime(2014, 7, 2, 8)),  # Beijing
        (june.plan.fingerprint, True, "draft", None),
    )


def test_receipts_without_their_senders(june: Run) -> None:
    with connect(june.month.settings) as connection:
        received = run_query(connection, "SELECT * FROM submissions")
    assert len(received.rows) == len(june.plan.submissions) + len(june.plan.superseded)
    assert not {"sender", "inbox"} & set(received.columns)
    senders = {s.sender for s in june.plan.submissions} - {""}
    assert senders
    assert not senders & {value for row in received.rows for value in row}


def test_rows_are_those_accepted(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    for dataset, frame in june.accepted.facts.frames.items():
        rows = run_query(connection, f'SELECT period, submission, "row" FROM facts_{dataset}').rows
        assert list(rows) == list(zip(frame["period"], frame["submission"], frame["row"], strict=True))


def test_amounts_are_read_exactly(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    scales = {ColumnType.MONEY: 6, ColumnType.AREA: 6, ColumnType.PERCENT: 2, ColumnType.SCORE: 2}
    checked = 0
    for contract in june.month.configuration.contracts:
        stored = run_query(connection, f"SELECT * FROM facts_{contract.id}")
        read = run_query(connection, f"SELECT * FROM {contract.id}")
        for place, name in enumerate(stored.columns):
            kind = next((column.type for column in contract.columns if column.name == name), None)
            shift = scales.get(kind, 0) if kind else 0
            for before, after in zip(stored.rows, read.rows, strict=True):
                assert (before[place] is None) == (after[place] is None)
                if shift and before[place] is not None:
                    assert after[place] == Decimal(before[place]).scaleb(-shift)
                    checked += 1
                else:
                    assert after[place] == before[place]
    assert checked > 500
    (total,) = run_query(connection, "SELECT sum(amount_wan) FROM reward_payments").rows
    assert total == (Decimal(11411),)


def test_no_petitioner_is_named_in_any_view(connection: duckdb.DuckDBPyConnection) -> None:
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    text = "".join(run_query(connection, f"SELECT * FROM {view}").csv() for view in tables(connection))
    assert "林××" in text
    assert [name for name in names if name in text] == []


# What would reach beyond the views, or change them.
REFUSED = [
    "COPY (SELECT 1) TO '{path}'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/*')",
    "ATTACH '{path}'",
    "INSTALL httpfs",
    "LOAD sqlite",
    "EXPORT DATABASE '{path}'",
    "IMPORT DATABASE '{path}'",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{path}'",
    "PRAGMA enable_profiling",
    "SET profiling_output = '{path}'",
    "CALL enable_logging('QueryLog', storage = 'file', storage_config = {{'path': '{path}'}})",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET temp_directory = '{path}'",
    "SELECT getenv('HOME')",
    "SELECT * FROM REFUSED",  # a variable of Python
    "INSERT INTO figures (code) VALUES ('x')",
    "UPDATE figures SET label = 'x'",
    "DELETE FROM figures",
]
CHANGES = ["DROP VIEW figures", "DROP TABLE kept.figures", "CREATE TABLE t AS SELECT 1", "BEGIN", "USE kept"]


@pytest.mark.parametrize("sql", REFUSED)
def test_the_connection_itself_reaches_nothing_else(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(duckdb.Error):
        connection.execute(sql.format(path=tmp_path / "written"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sql", [*REFUSED, *CHANGES, "SELECT 1; DROP VIEW figures"])
def test_a_query_only_reads(connection: duckdb.DuckDBPyConnection, tmp_path: Path, sql: str) -> None:
    with pytest.raises(UsageError, match=r"只能查询|没有通过"):
        run_query(connection, sql.format(path=tmp_path / "written"))
    assert list(tmp_path.iterdir()) == []
    assert "figures" in tables(connection)


def test_what_is_done_to_the_copy_stays_there(settings: Settings) -> None:
    def kept() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in settings.home.rglob("*") if path.is_file()}

    before = kept()
    with connect(settings) as connection:
        connection.execute("DELETE FROM kept.figures; DROP VIEW figures; DROP TABLE kept.facts_permits CASCADE")
    assert kept() == before
    with connect(settings) as connection:
        assert run_query(connection, "SELECT count(*) > 0 FROM figures").rows == ((True,),)


@pytest.mark.parametrize("sql", EXAMPLES)
def test_the_examples_of_the_document_answer(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert run_query(connection, sql).rows


def test_the_first_example_is_the_published_total(connection: duckdb.DuckDBPyConnection) -> None:
    assert len(EXAMPLES) == 3
    _, times, amounts = zip(*run_query(connection, EXAMPLES[0]).rows, strict=True)
    assert (sum(times), sum(amounts)) == (385, 11411)


def documented() -> dict[str, list[str]]:
    """View → its columns, as docs/views.md lists them."""
    found = {}
    for name, table in re.findall(r"## `(\w+)`\n\n[^|]*?\n\n(\|.*?)\n\n", VIEWS, re.S):
        found[name] = re.findall(r"^\| `(\w+)` \|", table, re.M)
    for stored, read, listed in re.findall(r"^\| `(facts_\w+)` \| `(\w+)` \| (.*) \|$", VIEWS, re.M):
        pairs = re.findall(r"`(\w+)`(?: → `(\w+)`)?", listed)
        found[stored] = [*SHARED, *(name for name, _ in pairs)]
        found[read] = [*SHARED, *(shown or name for name, shown in pairs)]
    return found


def test_every_view_and_column_is_documented(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    real = {view: sorted(columns) for view, columns in tables(connection).items()}
    assert {view: sorted(columns) for view, columns in documented().items()} == real
    assert views_markdown(june.month.configuration.contracts) == VIEWS


def test_every_column_has_a_comment(june: Run, connection: duckdb.DuckDBPyConnection) -> None:
    known = tables(connection)
    contracts = june.month.configuration.contracts
    assert {view.name: dict(view.columns) for view in views(contracts)} == {
        view: {column: about for column, (_, about) in columns.items()} for view, columns in known.items()
    }
    assert all(about for columns in known.values() for _, about in columns.values())
    assert known["reward_payments"]["amount_wan"] == ("DECIMAL(38,6)", "奖励金额（万元）；本批兑现的奖励金额")
    assert known["facts_reward_payments"]["amount_fen"][0] == "BIGINT"
    comments = run_query(connection, "SELECT comment FROM duckdb_views() WHERE view_name = 'figures'")
    assert comments.rows == (("各月现行简报的指标，一行一个指标一个月",),)


def test_another_district_has_its_own(settings: Settings) -> None:
    with pytest.raises(UsageError, match="999999"):
        connect(settings, "999999")
    with connect(settings, "350303") as connection:
        assert run_query(connection, "SELECT DISTINCT district FROM figures").rows == (("350303",),)


def test_an_empty_ledger_has_empty_views(tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path)):
        settings = load_settings()
    with connect(settings) as connection:
        for view in tables(connection):
            assert run_query(connection, f"SELECT * FROM {view}").rows == ()


def test_lost_rows_are_said(june: Run, tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path)):
        settings = load_settings()
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    month = replace(june.month, ledger=ledger, store=store, out=tmp_path / "out")
    steps.publish_issue(month, june.plan, june.accepted, june.measured, june.view(), pipeline.UNPRINTED, {})
    next((tmp_path / "store" / "rows").rglob("*.parquet")).unlink()
    with pytest.raises(EnvironmentFailure, match="丢失或损坏"):
        connect(settings)


def test_what_duckdb_says_is_passed_on(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match=r"figurs does not exist(?s:.*)可查的视图：figures、findings"):
        run_query(connection, "SELECT * FROM figurs")
    with pytest.raises(UsageError, match="没有写查询"):
        run_query(connection, " ; ")


RESULT = QueryResult(
    ("名称", "n", "ok"),
    (("涵东街道", Decimal("1.500000"), True), ("=1+1\x1b[2J", None, False), ("a", Decimal("-20"), None)),
)


def test_a_table_for_people_is_aligned() -> None:
    head, rule, first, second, third, count = RESULT.lines()
    assert first == " 涵东街道   1.5   是"
    assert second == " =1+1 [2J         否"
    assert third == " a          -20"
    assert count == "（3 行）"
    assert "\x1b" not in "".join(RESULT.lines())
    assert all(width(line) <= width(rule) for line in (head, first, second, third))
    assert max(map(width, RESULT.lines(16))) <= 16


def width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


def test_csv_and_json() -> None:
    assert list(csv.reader(io.StringIO(RESULT.csv()))) == [
        ["名称", "n", "ok"],
        ["涵东街道", "1.5", "true"],
        ["'=1+1\x1b[2J", "", "false"],
        ["a", "-20", ""],
    ]
    told = json.loads(json.dumps(RESULT.as_json()))
    assert told[0] == {"名称": "涵东街道", "n": "1.5", "ok": True}
    assert told[1]["n"] is None


def test_lists_and_dates_are_told(connection: duckdb.DuckDBPyConnection) -> None:
    result = run_query(connection, "SELECT [1.5, NULL] AS l, {'a': DATE '2014-06-30'} AS s, 0.1 AS d, 1e30 AS f")
    assert result.as_json() == [{"l": ["1.5", None], "s": {"a": "2014-06-30"}, "d": "0.1", "f": 1e30}]
    assert '["1.5", null]' in result.lines()[2]
    with pytest.raises(UsageError, match="没有通过"):
        run_query(connection, "SELECT 1 +")


def test_standard_input_is_a_script(connection: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:
    sql_shell.shell(connection, io.StringIO("SELECT ';' AS a;\nSELECT\n2 AS b; \nSELECT 3 AS c"))
    assert re.findall(r"^ ([abc;23])$", capsys.readouterr().out, re.M) == ["a", ";", "b", "2", "c", "3"]
    with pytest.raises(UsageError):
        sql_shell.shell(connection, io.StringIO("SELECT x"))


def test_a_conversation(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    lines = iter([".tables", ".schema permits", ".schema x", ".help", "", "SELECT", "42 AS n;", "nonsense;", ".quit"])
    prompts = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return next(lines)

    monkeypatch.setattr("builtins.input", typed)
    sql_shell.shell(connection, Terminal())
    told = capsys.readouterr().out
    assert "facts_permits\n" in told
    assert re.search(r"^permit_no +VARCHAR +事项编号", told, re.M)
    assert "没有视图“x”" in told
    assert "42" in told and "没有通过" in told
    assert prompts.count("   ...> ") == 1
