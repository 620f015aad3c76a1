"""All rules of one contract on 5,000 rows: ours, through Great Expectations with a finding a cell, against the same
rules written by hand in pandas and, where it is installed, pandera."""

from __future__ import annotations

import datetime as dt
import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from transforms import values
from transforms.checks import check, warm_up
from transforms.contracts import Contract, parse_contract
from transforms.facts import typed_columns
from transforms.period import Period
from transforms.submissions import Submission
from transforms.tables import Table

CONTRACT_FILE = Path(__file__).parents[2] / "data" / "contracts" / "reward_payments.yaml"
FIRST_ROW = 5
FAULTS = {  # column → what every 125th row has instead, each column in rows of its own
    "township": None,
    "tax": "车船税",
    "batch": None,
    "amount_fen": 0,
    "paid_on": None,  # the first day of the next month
}
JUNE = Period(2014, 6)
Found = set[tuple[str, int, str]]  # rule, row of the sheet, column


def measure(rows: int = 5000) -> None:
    """Print how long each takes, after proving that they find the same."""
    contract = parse_contract(CONTRACT_FILE.read_text(encoding="utf-8"), CONTRACT_FILE.name)
    table = _table(contract, rows)
    start = time.perf_counter()
    warm_up()
    print(f"import of Great Expectations: {time.perf_counter() - start:.2f} s, once a process")
    ours = {(f.rule, f.row or 0, f.field) for f in check(contract, [table])}
    by_hand = _by_hand(table.frame)
    assert ours == by_hand, ours ^ by_hand
    seconds = _timed(lambda: check(contract, [table]))
    hand = _timed(lambda: _by_hand(table.frame))
    what = f"{len(contract.rules)} rules on {rows} rows, {len(ours)} findings"
    print(f"{what}: {seconds:.3f} s; pandas by hand: {hand:.4f} s; ratio {seconds / hand:.0f}")
    months_together(contract)
    if importlib.util.find_spec("pandera") is None:
        print("pandera is not installed: not compared")
        return
    with_pandera = _timed(lambda: _with_pandera(contract, table.frame))
    print(f"{what}: {seconds:.3f} s; pandera: {with_pandera:.3f} s; ratio {seconds / with_pandera:.1f}")


def months_together(contract: Contract, months: int = 120, rows: int = 100) -> None:
    """As a backfill checks them: every month's sheet in one batch, against the rules by hand on one month after another."""
    tables = [_table(contract, rows, JUNE.plus(-back)) for back in range(months)]

    def by_hand() -> set[tuple[str, int, str, str]]:
        return {
            (rule, row, column, str(table.submission.period))
            for table in tables
            for rule, row, column in _by_hand(table.frame, table.submission.period)
        }

    months_of = {table.submission.sha256: str(table.submission.period) for table in tables}
    ours = {(f.rule, f.row or 0, f.field, months_of[f.submission]) for f in check(contract, tables)}
    assert ours == by_hand(), sorted(ours ^ by_hand())[:9]
    seconds, hand = (_timed(work, 3) / months for work in (lambda: check(contract, tables), by_hand))
    what = f"{len(contract.rules)} rules on {rows} rows, a month of {months} together"
    print(f"{what}: {seconds:.4f} s; pandas by hand, a month: {hand:.4f} s; ratio {seconds / hand:.1f} (goal 2)")


def _timed(work: Callable[[], object], repeats: int = 5) -> float:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _table(contract: Contract, rows: int, period: Period = JUNE) -> Table:
    """Right rows but for some: 1 in 25 has one fault, and two rows of a hundred have one key."""
    codes = [_code(number // 2) for number in range(rows)]
    columns = {
        "enterprise_name": [f"第{number // 2}家企业" for number in range(rows)],
        "enterprise_code": codes,
        "enterprise": codes,
        "township": "江口镇",
        "tax": ["房产税" if number % 2 else "土地使用税" for number in range(rows)],
        "tax_period": "2014年1-6月",
        "batch": f"{period}第3批",
        "paid_on": pd.Timestamp(period.first_day) + pd.Timedelta(days=16),
        "tax_paid_fen": 25_000_000,
        "amount_fen": 12_500_000,
        "remark": None,
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(FIRST_ROW, FIRST_ROW + rows)).astype(typed_columns(contract))
    faults = {**FAULTS, "paid_on": pd.Timestamp(period.plus(1).first_day)}
    for place, (name, wrong) in enumerate(faults.items()):
        frame.loc[frame.index[place::125], name] = wrong
    for name in ("enterprise_code", "enterprise", "tax"):
        frame.loc[frame.index[51::100], name] = frame.loc[frame.index[50::100], name].to_numpy()
    submission = Submission(
        sha256=f"{period}".ljust(64, "a"),
        district="350303",
        period=period,
        department=contract.department,
        filename=f"{contract.department}.xlsx",
        received_at=dt.datetime(2014, 7, 1, tzinfo=dt.UTC),
        size=1,
    )
    letters = {column.name: chr(ord("A") + place) for place, column in enumerate(contract.columns)}
    written = frame.astype("object").where(frame.notna(), "").astype("str")
    return Table(contract.id, submission, contract.sheet, letters, frame, written)


def _code(number: int) -> str:
    body = f"{number:08d}"
    return next(body + last for last in "0123456789X" if values.check_digit_ok(body + last))


def _by_hand(frame: pd.DataFrame, period: Period = JUNE) -> Found:
    """The rules of the contract as somebody who never changes them would write them."""
    first, last = pd.Timestamp(period.first_day), pd.Timestamp(period.last_day)
    key = ["batch", "enterprise", "tax"]
    found: Found = set()

    def say(rule: str, failing: pd.Series, column: str) -> None:
        found.update((rule, row, column) for row in frame.index[failing.fillna(False).to_numpy(dtype=bool)])

    for name in ("enterprise_name", "enterprise_code", "tax", "batch", "paid_on", "amount_fen"):
        say("RP01", frame[name].isna(), name)
    say("RP02", frame.duplicated(key) & frame[key].notna().all(axis=1), "batch")
    say("RP03", frame["tax"].notna() & ~frame["tax"].isin(["房产税", "土地使用税"]), "tax")
    say("RP04", frame["amount_fen"] < 1, "amount_fen")
    say("RP05", frame["amount_fen"] > frame["tax_paid_fen"], "tax_paid_fen")
    say("RP06", frame["paid_on"].notna() & ~frame["paid_on"].between(first, last), "paid_on")
    codes = frame["enterprise_code"]
    right = {code: values.check_digit_ok(code) for code in codes.dropna().unique()}
    say("RP07", codes.notna() & ~codes.map(right).eq(True), "enterprise_code")
    for name in ("township", "tax_period", "tax_paid_fen"):
        say("RP08", frame[name].isna(), name)
    return found


def _with_pandera(contract: Contract, frame: pd.DataFrame) -> int:
    """The same rules as a pandera schema that gathers every failure; how many it gathers."""
    import pandera.pandas as pa

    optional = ("remark", "enterprise")
    checks = {
        "tax": [pa.Check.isin(contract.column("tax").allowed)],
        "amount_fen": [pa.Check.ge(1)],
        "paid_on": [pa.Check.in_range(pd.Timestamp(2014, 6, 1), pd.Timestamp(2014, 6, 30))],
        "enterprise_code": [pa.Check(values.check_digit_ok, element_wise=True)],
    }
    schema = pa.DataFrameSchema(
        {name: pa.Column(None, checks.get(name, []), nullable=name in optional) for name in frame.columns},
        checks=[pa.Check(lambda rows: ~(rows["amount_fen"] > rows["tax_paid_fen"]).fillna(False))],
        unique=["batch", "enterprise", "tax"],
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return len(errors.failure_cases)
    return 0


if __name__ == "__main__":
    measure()
