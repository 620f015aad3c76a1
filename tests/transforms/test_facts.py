"""What is set aside, what is kept, and that every frame keeps its dtypes, even an empty one and through Parquet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from transforms.contracts import parse_contract
from transforms.facts import accept, typed_columns, until
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.tables import Source, Submission, Table

FILES = sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*.yaml"))
CONTRACTS = {path.stem: parse_contract(path.read_text(encoding="utf-8"), path.name) for path in FILES}
ALL = list(CONTRACTS.values())
VISITS = CONTRACTS["enterprise_visits"]
LETTERS = {"enterprise_code": "B", "enterprise": "B", "visited_on": "C", "visitor": "D", "issues_raised": "E"}


def submission(month: int, department: str = "经信局", sha256: str = "") -> Submission:
    received = dt.datetime(2014, month + 1, 1, tzinfo=dt.UTC)
    return Submission(sha256 or f"sha-{month}", "350303", Period(2014, month), department, "经信局.xlsx", received, 9)


def visits(month: int, visitors: dict[int, str | None], **changes: Any) -> Table:
    """Visits of one month; `visitors` by sheet row."""
    index = pd.Index(list(visitors), dtype="int64")
    cells: dict[str, Any] = {
        "enterprise_name": None,
        "enterprise_code": "591712348",
        "enterprise": "591712348",
        "visited_on": pd.Timestamp(2014, month, 3),
        "visitor": list(visitors.values()),
        "issues_raised": [None, *range(1, len(visitors))] if visitors else [],
        "remark": None,
    }
    frame = pd.DataFrame(cells, index=index).astype(typed_columns(VISITS))
    sent = submission(month, sha256=changes.get("sha256", ""))
    return Table(VISITS.id, sent, changes.get("sheet", "走访记录"), LETTERS, frame, frame.astype("str"))


def blocking(table: Table, row: int | None = None, **changes: Any) -> Finding:
    values: dict[str, Any] = {"dataset": table.dataset, "sheet": table.sheet, "severity": Severity.BLOCK}
    values |= {"submission": table.submission.sha256, "row": row, "rule": "EV01", "message": "", "department": "经信局"}
    return Finding(**(values | changes))


def test_rows_stand_in_order_of_month_and_sheet_with_where_they_came_from() -> None:
    facts = accept([visits(6, {9: "丙", 4: "丁"}), visits(5, {7: "甲", 8: "乙"})], [], ALL)
    frame = facts.frames["enterprise_visits"]
    assert frame[["visitor", "period", "submission", "row"]].to_dict("list") == {
        "visitor": ["甲", "乙", "丁", "丙"],
        "period": ["2014-05", "2014-05", "2014-06", "2014-06"],
        "submission": ["sha-5", "sha-5", "sha-6", "sha-6"],
        "row": [7, 8, 4, 9],
    }
    assert list(frame.index) == [0, 1, 2, 3]
    assert facts.received == {("enterprise_visits", Period(2014, 5)), ("enterprise_visits", Period(2014, 6))}
    assert facts.sources["sha-5", "enterprise_visits"] == Source("sha-5", "经信局", "经信局.xlsx", "走访记录", LETTERS)


def test_every_dataset_is_there_with_its_dtypes_even_when_nothing_came() -> None:
    facts = accept([], [], ALL)
    assert list(facts.frames) == list(CONTRACTS)
    assert facts.received == frozenset()
    for contract in ALL:
        frame = facts.frames[contract.id]
        assert frame.empty
        assert frame.dtypes.to_dict() == {
            **typed_columns(contract),
            "period": pd.StringDtype(na_value=float("nan")),
            "submission": pd.StringDtype(na_value=float("nan")),
            "row": "int64",
        }


def test_the_dtype_of_each_kind_of_column() -> None:
    dtypes = {name: str(dtype) for contract in ALL for name, dtype in typed_columns(contract).items()}
    assert dtypes["amount_fen"] == dtypes["floor_area_dm2"] == dtypes["planned_bp"] == dtypes["score_centi"] == "Int64"
    assert (dtypes["homes"], dtypes["is_monitored"], dtypes["paid_on"]) == ("Int64", "boolean", "datetime64[s]")
    assert dtypes["tax"] == dtypes["enterprise"] == dtypes["enterprise_code"] == "str"
    assert list(typed_columns(VISITS))[:3] == ["enterprise_name", "enterprise_code", "enterprise"]


def test_dtypes_do_not_depend_on_what_came() -> None:
    empty = accept([], [], ALL).frames["enterprise_visits"].dtypes.to_dict()
    for tables in ([visits(5, {})], [visits(5, {}), visits(6, {4: None})], [visits(6, {4: "甲", 5: None})]):
        assert accept(tables, [], ALL).frames["enterprise_visits"].dtypes.to_dict() == empty


def test_a_blocking_finding_sets_its_row_aside_and_no_other() -> None:
    may, june = visits(5, {4: "甲", 5: "乙"}), visits(6, {4: "丙", 5: "丁", 6: "戊"})
    findings = [
        blocking(june, 4),
        blocking(june, 5, severity=Severity.EXPLAIN),
        blocking(june, 6, severity=Severity.INFORM),
        blocking(june, 5, sheet="另一张表"),
        blocking(may, 5, dataset="meetings"),
        blocking(may, 5, submission="other"),
        blocking(june, 5, submission=""),
    ]
    facts = accept([may, june], findings, ALL)
    assert list(facts.frames["enterprise_visits"]["visitor"]) == ["甲", "乙", "丁", "戊"]


@pytest.mark.parametrize("place", [{}, {"sheet": ""}, {"dataset": ""}, {"sheet": "", "dataset": "", "rule": "RD00"}])
def test_a_blocking_finding_without_a_row_sets_the_sheet_aside(place: dict[str, str]) -> None:
    may, june = visits(5, {4: "甲"}), visits(6, {4: "乙"})
    facts = accept([may, june], [blocking(june, None, **place)], ALL)
    assert list(facts.frames["enterprise_visits"]["visitor"]) == ["甲"]
    assert facts.received == {("enterprise_visits", Period(2014, 5))}
    assert list(facts.sources) == [("sha-5", "enterprise_visits")]


def test_what_no_file_caused_sets_nothing_aside() -> None:
    june = visits(6, {4: "甲"})
    nobody = blocking(june, None, submission="", sheet="", dataset="")
    assert len(accept([june], [nobody], ALL).frames["enterprise_visits"]) == 1


def test_a_sheet_without_accepted_rows_was_still_received() -> None:
    june = visits(6, {4: "甲"})
    facts = accept([june, visits(5, {})], [blocking(june, 4)], ALL)
    assert facts.frames["enterprise_visits"].empty
    assert facts.received == {("enterprise_visits", Period(2014, 5)), ("enterprise_visits", Period(2014, 6))}


def test_nothing_counts_twice() -> None:
    with pytest.raises(ValueError, match="two tables of enterprise_visits for 2014-06"):
        accept([visits(6, {4: "甲"}), visits(6, {4: "甲"}, sha256="later")], [], ALL)


def test_a_table_with_other_columns_is_refused() -> None:
    table = visits(6, {4: "甲"})
    with pytest.raises(ValueError, match="enterprise_visits"):
        accept([Table(**{**vars(table), "frame": table.frame.drop(columns="visitor")})], [], ALL)


def test_the_tables_stay_as_they_were() -> None:
    table = visits(6, {4: "甲", 5: "乙"})
    before = table.frame.copy()
    accept([table], [blocking(table, 4)], ALL)
    pd.testing.assert_frame_equal(table.frame, before)


def test_rows_until_a_month_are_those_of_its_submissions_alone() -> None:
    tables = [visits(month, {7: "甲", 8: "乙"}) for month in (4, 5, 6)]
    wrong = [blocking(tables[0], 8), blocking(tables[2], 7)]
    alone = accept(tables[:2], wrong, ALL)
    cut = until(accept(tables, wrong, ALL), Period(2014, 5))
    assert cut.received == alone.received
    assert set(cut.frames) == set(alone.frames)
    for name, frame in alone.frames.items():
        pd.testing.assert_frame_equal(cut.frames[name], frame)
