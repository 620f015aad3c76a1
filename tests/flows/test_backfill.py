"""Months made together, by the real command."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from flows.choices import State
from flows.outcomes import Changed, Outcome, lines
from tests import pipeline
from tests.flows.test_cli import contents, sancu
from tests.pipeline import INBOX, environment
from transforms.period import Period

MARCH = Period(2014, 3)


@pytest.mark.flow
def test_a_backfill_from_the_command_line(tmp_path: Path) -> None:
    """Told, made, found current; then one workbook is corrected."""
    inbox = tmp_path / "收文 目录"
    shutil.copytree(INBOX, inbox)
    backfill = ("backfill", "2014-02", "2014-03", "--inbox", str(inbox))

    told = sancu(tmp_path, *backfill, "--dry-run")
    assert told.returncode == 0, told.stderr
    assert "2014-03  没有做过  将重做" in told.stdout
    assert not (tmp_path / "out").exists()

    (tmp_path / "out/350303").mkdir(parents=True)
    (tmp_path / "out/350303/2014-02").write_text("in the way")
    made = sancu(tmp_path, *backfill)
    assert made.returncode == 1, made.stderr
    assert "2014-02  没有做过  没有做成" in made.stdout
    assert "    写不进" in made.stdout
    assert "2014-03  没有做过  已做好" in made.stdout
    assert "做好 1，没有做成 1" in made.stdout
    (tmp_path / "out/350303/2014-02").unlink()
    redone = sancu(tmp_path, *backfill, "--only", "failed")
    assert redone.returncode == 0, redone.stderr
    assert re.search(r"2014-02  上次没有做成  已做好  \S+ \S+ 开始，没有做成：写不进", redone.stdout)
    assert "2014-03  没有变化" in redone.stdout

    march = contents(tmp_path / "out/350303/2014-03")
    alone = pipeline.run(inbox, tmp_path / "alone", "2014-03")
    assert alone.plan.fingerprint == json.loads(march["manifest.json"])["fingerprint"]
    assert alone.pdf() == march["briefing.pdf"]

    again = sancu(tmp_path, *backfill)
    assert again.stdout.splitlines()[-1] == "共 2 个月，做好 0，没有做成 0，不必做 2。"
    assert contents(tmp_path / "out/350303/2014-03") == march

    path = inbox / "350303/2014-02/财政局.xlsx"
    book = openpyxl.load_workbook(path)
    amount = book.worksheets[0]["J4"]
    amount.value += 10
    book.save(path)
    (changed,) = json.loads(sancu(tmp_path, *backfill, "--dry-run", "--json").stdout)[1:]
    assert (changed["state"], changed["reasons"]) == ("changed", ["更换 2014-02 财政局.xlsx"])
    assert any(figure["code"].startswith("reward.amount_") for figure in changed["changed"])
    assert contents(tmp_path / "out/350303/2014-03") == march


def test_two_backfills_of_one_month_do_not_collide(tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path / "var")):
        from flows.ledger import Ledger
        from flows.settings import load_settings

        ledger = Ledger(load_settings().database_url)
    with ledger.lock("350303", Period(2014, 2)):
        done = sancu(tmp_path, "backfill", "2014-02", "2014-02", "--inbox", str(INBOX))
    assert done.returncode == 3
    assert "2014-02" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("periods", "said"),
    [(("2014-06", "2014-02"), "起止月份写反了"), (("2014-2", "2014-06"), "期别“2014-2”不对")],
)
def test_months_that_cannot_be_meant(tmp_path: Path, periods: tuple[str, str], said: str) -> None:
    done = sancu(tmp_path, "backfill", *periods, "--inbox", str(INBOX))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert said in done.stderr


def test_what_is_told_of_each_month() -> None:
    changed = tuple(Changed(f"reward.n{n}", f"指标{n}", "" if n else "1家", "2家") for n in range(14))
    outcomes = [
        Outcome("350303", MARCH.previous, State.CURRENT),
        Outcome("350303", MARCH, State.CHANGED, ("甲", "乙", "丙", "丁"), changed, made=True),
        Outcome("350303", MARCH.plus(1), State.MISSING, failure="写不进\n磁盘满了"),
        Outcome("350303", MARCH.plus(2), State.RELEASED, ("程序改过",)),
    ]
    told = list(lines(outcomes, dry_run=False))
    assert told[0] == "350303  2014-02  没有变化"
    assert told[1] == "350303  2014-03  有变化  已做好  甲、乙、丙 等 4 处"
    assert told[2] == "    指标0（reward.n0）：1家 → 2家"
    assert told[3] == "    指标1（reward.n1）：（无） → 2家"
    assert "    另有 2 个数有变化，用 --json 看全部" in told
    assert told[-4:-1] == ["    写不进", "    磁盘满了", "350303  2014-05  已签发，不改  程序改过"]
    assert told[-1] == "共 4 个月，做好 1，没有做成 1，不必做 2。没有做成的，改正后重新运行同一条命令。"
    assert list(lines(outcomes, dry_run=True))[-1] == "共 4 个月，其中 3 个月与现有数据不一致。这次只看不做。"
