"""Months made together, by the real command."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from data.generator.province import write_province
from flows import month as months
from flows import steps
from flows.backfilling import backfill_districts
from flows.choices import Only, State
from flows.outcomes import Changed, Outcome, lines
from flows.progress import Pace, among, listening, report
from flows.settings import load_settings
from tests import pipeline
from tests.flows.test_cli import contents, sancu
from tests.pipeline import INBOX, ROOT, Run, environment
from transforms.errors import ConfigurationError
from transforms.figures import Figure, Scope, Unit
from transforms.period import Period

D, MARCH = "350303", Period(2014, 3)


@pytest.mark.flow
def test_a_backfill_from_the_command_line(prefect: dict[str, str], tmp_path: Path) -> None:
    """Told, made, found current; then one workbook is corrected."""
    inbox = tmp_path / "收文 目录"
    shutil.copytree(INBOX, inbox)
    given = {**prefect, "PREFECT_HOME": str(tmp_path / "prefect")}
    command = ("backfill", "2014-02", "2014-03", "--inbox", str(inbox))
    backfill = partial(sancu, tmp_path, *command, **given)

    told = backfill("--dry-run")
    assert told.returncode == 0, told.stderr
    assert "2014-03  没有做过  将重做" in told.stdout
    assert not (tmp_path / "out").exists()

    (tmp_path / "out/350303").mkdir(parents=True)
    (tmp_path / "out/350303/2014-02").write_text("in the way")
    made = backfill()
    assert made.returncode == 1, made.stderr
    assert "2014-02  没有做过  没有做成" in made.stdout
    assert "    写不进" in made.stdout
    assert "2014-03  没有做过  已做好" in made.stdout
    assert "做好 1，没有做成 1" in made.stdout
    (tmp_path / "out/350303/2014-02").unlink()
    redone = backfill("--only", "failed")
    assert redone.returncode == 0, redone.stderr
    assert re.search(r"2014-02  上次没有做成  已做好  \S+ \S+ 开始，没有做成：写不进", redone.stdout)
    assert "2014-03  没有变化" in redone.stdout

    march = contents(tmp_path / "out/350303/2014-03")
    alone = pipeline.run(inbox, tmp_path / "alone", "2014-03")
    assert alone.plan.fingerprint == json.loads(march["manifest.json"])["fingerprint"]
    assert alone.pdf() == march["briefing.pdf"]

    again = backfill()
    assert again.stdout.splitlines()[-1] == "共 2 个月，做好 0，没有做成 0，不必做 2。"
    assert contents(tmp_path / "out/350303/2014-03") == march

    path = inbox / "350303/2014-02/财政局.xlsx"
    book = openpyxl.load_workbook(path)
    amount = book.worksheets[0]["J4"]
    amount.value += 10
    book.save(path)
    (changed,) = json.loads(backfill("--dry-run", "--json").stdout)[1:]
    assert (changed["state"], changed["reasons"]) == ("changed", ["更换 2014-02 财政局.xlsx", "以前各期的数有修订"])
    assert any(figure["code"].startswith("reward.amount_") for figure in changed["changed"])
    assert contents(tmp_path / "out/350303/2014-03") == march


@pytest.mark.flow
def test_several_districts_share_one_server(tmp_path: Path) -> None:
    """Prefect's clients keep to the server that they met first. Places of this province have digits in their names."""
    first, second = (world.district.code for world in write_province(tmp_path, 2, Period(2014, 3), seed=5))
    asked = ("backfill", "2014-02", "2014-02", "--inbox", str(tmp_path / "inbox"), "--districts", "全部")
    made = sancu(tmp_path, *asked, SANCU_DATA=str(tmp_path / "data"))
    assert made.returncode == 0, made.stdout + made.stderr
    assert made.stdout.splitlines()[-1] == "共 2 个月，做好 2，没有做成 0，不必做 0。"
    told = made.stderr.splitlines()
    assert {f"区县 0/2，{first} 收文", f"区县 0/2，{second} 收文"} <= {*told}


def test_two_backfills_of_one_month_do_not_collide(prefect: dict[str, str], tmp_path: Path) -> None:
    with environment(SANCU_HOME=str(tmp_path / "var")):
        from flows.ledger import Ledger
        from flows.settings import load_settings

        ledger = Ledger(load_settings().database_url)
    with ledger.lock("350303", Period(2014, 2)):
        command = ("backfill", "2014-02", "2014-02", "--inbox", str(INBOX))
        done = sancu(tmp_path, *command, **prefect, PREFECT_HOME=str(tmp_path / "prefect"))
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


def test_a_changed_figure() -> None:
    old = Figure("a", "奖励", "", Unit.MONEY_WAN, Scope.YEAR, 4, Fraction(7015812, 10_000))
    told = [Changed.between(before, replace(old, value=Fraction(7015813, 10_000))).line() for before in (None, old)]
    assert told == [
        "奖励（a）：（无） → 701.58万元",
        "奖励（a）：701.58万元 → 701.58万元（印出来一样，相差0.0001万元）",
    ]
    assert Changed.between(old, replace(old, value=None)).line() == "奖励（a）：701.58万元 → —"


def test_what_is_told_of_each_month() -> None:
    changed = tuple(Changed(f"reward.n{n}", f"指标{n}", "" if n else "1家", "2家") for n in range(14))
    outcomes = [
        Outcome(D, MARCH.previous, State.CURRENT),
        Outcome(D, MARCH, State.CHANGED, ("甲", "乙", "丙", "丁"), changed, planned=True, made=True),
        Outcome(D, MARCH.plus(1), State.FAILED, ("7 月 3 日开始，中途断了",), planned=True, failure="写不进\n磁盘满了"),
        Outcome(D, MARCH.plus(2), State.RELEASED, ("程序改过",)),
        Outcome(D, MARCH.plus(3), State.CHANGED, ("丙",)),
        Outcome("350304", MARCH, None, failure="收文目录不存在"),
    ]
    told = list(lines(outcomes, dry_run=False))
    assert told[:5] == [
        "区县    月份     情况          结果      原因",
        "350303  2014-02  没有变化",
        "350303  2014-03  有变化        已做好    甲、乙、丙 等 4 处",
        "    指标0（reward.n0）：1家 → 2家",
        "    指标1（reward.n1）：（无） → 2家",
    ]
    assert told[-9:] == [
        "    另有 2 个数有变化，用 --json 看全部",
        "350303  2014-04  上次没有做成  没有做成  7 月 3 日开始，中途断了",
        "    写不进",
        "    磁盘满了",
        "350303  2014-05  已签发，不改            程序改过",
        "350303  2014-06  有变化        未做      丙",
        "350304  2014-03                没有做成",
        "    收文目录不存在",
        "共 6 个月，做好 1，没有做成 2，不必做 3。没有做成的，改正后重新运行同一条命令。",
    ]
    planned = [replace(outcome, made=False, failure="") for outcome in outcomes[:5]]
    told = list(lines(planned, dry_run=True))
    assert [line.split()[3] for line in told if "有变化" in line and "350303" in line and "没" not in line] == [
        "将重做",
        "未做",
    ]
    assert told[-1] == "共 5 个月，其中 4 个月与现有数据不一致，2 个月将重做。这次只看不做。"
    assert [outcome.as_json()["state"] for outcome in outcomes[-2:]] == ["changed", None]


def test_a_district_that_cannot_be_worked_on_does_not_stop_the_others(june: Run, tmp_path: Path) -> None:
    """One district's month stands, the other's register is malformed."""
    data, inbox = tmp_path / "data", tmp_path / "收文"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("sample"))
    text = (data / "districts/350303.yaml").read_text(encoding="utf-8")
    (data / "districts/350304.yaml").write_text(text.replace("350303", "350304"), encoding="utf-8")
    (inbox / "350303/2014-02").mkdir(parents=True)
    (inbox / "350304/2014-02").mkdir(parents=True)
    (inbox / "350304/2014-02/收文登记.csv").write_text("文件名,收到时间\n财政局.xlsx,昨天\n")
    with environment(SANCU_HOME=str(tmp_path / "var"), SANCU_OUT=str(tmp_path / "out"), SANCU_DATA=str(data)):
        settings = load_settings()
    month = months.open_month(settings, "2014-02", D, str(inbox))
    made = replace(june, month=month, plan=months.plan(month, months.received_of(month)))
    made = replace(made, measured=replace(june.measured, history={month.period: june.figures}))
    steps.publish_issue(made.month, made.plan, made.accepted, made.measured, june.view(), pipeline.UNPRINTED, {})
    both = backfill_districts(settings, "2014-02", "2014-02", Only.CHANGED, False, (D, "350304"), str(inbox))
    assert [(outcome.district, outcome.state, bool(outcome.failure)) for outcome in both] == [
        (D, State.CURRENT, False),
        ("350304", None, True),
    ]
    with pytest.raises(ConfigurationError):
        backfill_districts(settings, "2014-02", "2014-02", Only.CHANGED, False, ("350304",), str(inbox))


def test_what_is_reported_of_one_among_many_tells_which() -> None:
    heard: list[str] = []
    with among(lambda: "nobody listens"):
        report("收文")
    with listening(lambda step, done, total: heard.append(f"{step} {done}/{total}")):
        with among(lambda: "区县 1/85，约剩 2 小时 0 分钟，350304"):
            report("出简报", 1, 3)
        report("收文")
    assert heard == ["区县 1/85，约剩 2 小时 0 分钟，350304 出简报 1/3 0/1", "收文 0/1"]


@pytest.mark.parametrize(
    ("seconds", "left"), [(10, "不到 1 分钟"), (60, "4 分钟"), (3600, "4 小时 0 分钟"), (1000, "1 小时 7 分钟")]
)
def test_how_long_it_will_take(seconds: float, left: str) -> None:
    moments = iter((0.0, 5.0, 5.0 + seconds, 5.0 + seconds))
    pace = Pace(lambda: next(moments))
    assert pace.tell("收文", 0, 1) == "收文"
    assert pace.tell("出简报", 0, 5) == "出简报 0/5"
    assert pace.tell("出简报", 1, 5) == f"出简报 1/5，约剩 {left}"
    assert "停在“出简报”：做完 1 个，还有 4 个没有做。" in pace.interrupted()
    assert pace.tell("出简报", 5, 5) == "出简报 5/5"
    pace.tell("收尾", 1, 1)
    assert "简报已经出了" in pace.interrupted()
