"""How everything stands, told from the ledger, the schedule and the folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.month import now
from flows.status import lines, service, status
from tests.flows.issued import opened
from tests.flows.test_cli import sancu
from transforms.period import Period

pytestmark = pytest.mark.xdist_group("issued")


def test_what_was_issued_and_what_failed(copied: Path) -> None:
    month = opened(copied)
    month.ledger.begin("350303", {Period(2014, 3): "f" * 64}, now())
    month.ledger.fail("350303", [Period(2014, 3)], "磁盘已满\n第二行", now())
    told = status(month.settings)
    (district,) = (one for one in told["districts"] if one["district"] == "350303")
    assert [(i["period"], i["released"]) for i in district["issues"]] == [("2014-02", True)]
    assert [f["period"] for f in district["failed"]] == ["2014-03"]
    assert told["disk"]["used"] > 100_000 and told["audit"]["entries"] == 5
    text = "\n".join(lines(told))
    assert "2014-02 第" in text and "已签发" in text and "2014-03 没有做成：磁盘已满" in text
    assert "没有运行（sancu serve）" in text and "第二行" not in text


def test_a_service_that_does_not_answer_is_not_running(tmp_path: Path) -> None:
    assert service(tmp_path) == ""
    (tmp_path / "serve.json").write_text('{"url": "http://127.0.0.1:9/api"}')
    assert service(tmp_path) == ""


def test_the_command_on_an_empty_folder(tmp_path: Path) -> None:
    done = sancu(tmp_path, "status", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["districts"][0]["issues"] == []


def test_for_a_monitor(copied: Path) -> None:
    """March's issue is due and nobody has made it; February's is out."""
    done = sancu(copied, "status", "--prometheus", SANCU_AT="2014-04-10T09:00")
    assert done.returncode == 0, done.stderr
    families = {family.name: family for family in text_string_to_metric_families(done.stdout)}
    told = {name: family.samples[0].value for name, family in families.items()}
    assert {families[name].samples[0].labels["district"] for name in families if "months" in name} == {"350303"}
    assert (told["sancu_months_late"], told["sancu_months_missing"], told["sancu_drafts_waiting"]) == (1, 1, 0)
    assert (told["sancu_months_failed"], told["sancu_service_up"], told["sancu_audit_entries"]) == (0, 0, 5)
    assert told["sancu_last_issue_timestamp_seconds"] > 1.7e9 and told["sancu_disk_free_bytes"] > 0
    assert "2014-03 出刊时间已过，还没有做" in sancu(copied, "status", SANCU_AT="2014-04-10T09:00").stdout
