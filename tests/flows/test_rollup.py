"""A province of three districts from the generator: what its issue says equals the generator's own truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.generator.province import write_province
from data.generator.world import World
from flows import month as months
from flows import rollup, steps
from flows.auditing import faults
from flows.rollup import RegionIssue, roll_up_month
from flows.settings import load_settings
from flows.why import explain
from tests import pipeline
from tests.pipeline import UNPRINTED, environment
from tests.province import expected, truth_of
from transforms.errors import Stopped, UsageError
from transforms.figures import Figure
from transforms.period import Period
from transforms.rollup.ways import WAYS, Way

PROVINCE, CITY = "990000", "990100"
MONTH = Period(2014, 3)


class Province:
    """The districts' issues made, all but the last one's, whose files came and whose issue did not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worlds = write_province(folder, 3, MONTH, seed=5)
        self.settings = load_settings()
        for world in self.worlds[:-1]:
            self.publish(world, folder)

    def publish(self, world: World, folder: Path, period: Period = MONTH) -> None:
        month = months.open_month(self.settings, str(period), world.district.code, str(folder / "inbox"))
        run = pipeline.measured(month)
        steps.publish_issue(month, run.plan, run.accepted, run.measured, run.view(), UNPRINTED, {})

    @property
    def ledger(self) -> rollup.Ledger:
        return rollup.Ledger(self.settings.database_url)

    def roll_up(self) -> RegionIssue:
        return roll_up_month(self.settings, PROVINCE, str(MONTH))


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("province")
    home = {"SANCU_HOME": str(folder / "var"), "SANCU_OUT": str(folder / "out"), "SANCU_DATA": str(folder / "data")}
    with environment(**home):
        yield Province(folder)


@pytest.fixture(scope="module")
def issue(province: Province) -> RegionIssue:
    return province.roll_up()


@pytest.fixture(scope="module")
def figures(province: Province, issue: RegionIssue) -> dict[str, Figure]:
    return province.ledger.figures_of(issue.briefing)


def test_every_figure_equals_the_generators_truth(province: Province, figures: dict[str, Figure]) -> None:
    truths = [truth_of(world, MONTH) for world in province.worlds[:-1]]
    assert {code: figure.value for code, figure in figures.items()} == expected(truths)
    assert all(figures[code].note for code, way in WAYS.items() if way is Way.NONE)


def test_an_enterprise_of_two_districts_counts_once(province: Province, figures: dict[str, Figure]) -> None:
    counted = [truth_of(world, MONTH).enterprises["link.enterprises"] for world in province.worlds[:2]]
    assert len(counted[0] & counted[1]) == 3
    assert figures["link.enterprises"].value == len(counted[0] | counted[1]) == sum(map(len, counted)) - 3


def test_a_district_without_an_issue_is_named_and_nothing_is_filled_in(
    issue: RegionIssue, figures: dict[str, Figure]
) -> None:
    assert issue.briefing.manifest["summary"]["absent"] == ["样例3区"]
    assert any("没有出的：样例3区" in line for line in issue.lines())
    assert "样例3区" in figures["reward.amount_to_date"].note


def test_the_way_down_to_a_districts_cells(province: Province, figures: dict[str, Figure]) -> None:
    found = explain(province.settings, "reward.amount_to_date", str(MONTH), PROVINCE)
    assert [member.briefing.district for member in found.members] == ["990101", "990201"]
    subtotals = [item.subtotal or 0 for member in found.members for item in member.ranges]
    assert sum(subtotals) == figures["reward.amount_to_date"].value
    assert any("990201" in line for line in found.lines()) and any("J" in line for line in found.lines(True))


def test_nothing_changed_nothing_done_and_a_late_district_makes_another_issue(
    province: Province, issue: RegionIssue, tmp_path: Path
) -> None:
    again = province.roll_up()
    assert again.unchanged and again.pdf.read_bytes() == issue.pdf.read_bytes()
    again.pdf.unlink()
    (again.folder / "manifest.json").unlink()
    assert province.roll_up().pdf.read_bytes()[:4] == b"%PDF"


def test_the_audit_log_knows_the_issue_and_its_head_is_kept(province: Province, issue: RegionIssue) -> None:
    ledger = province.ledger
    assert (PROVINCE, str(MONTH)) in {(entry.district, entry.period) for entry in ledger.audit_log()}
    assert rollup.Store(province.settings.store_url).head() == ledger.audit_head()


def test_a_flipped_byte_is_found(province: Province, issue: RegionIssue) -> None:
    ledger, store = province.ledger, rollup.Store(province.settings.store_url)
    (kept,) = (province.settings.home / "store" / "issues" / issue.briefing.folder).glob("figures.csv")
    assert list(faults(ledger, store, province.settings.out)) == []
    for path, told in ((issue.pdf, "briefing.pdf 被改过"), (kept, f"issues/{issue.briefing.folder} 缺失或被改过")):
        whole = path.read_bytes()
        path.write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
        (fault,) = faults(ledger, store, province.settings.out)
        assert told in fault
        path.write_bytes(whole)


def test_a_city_has_its_own_districts_only(province: Province, issue: RegionIssue) -> None:
    city = roll_up_month(province.settings, CITY, str(MONTH))
    assert city.briefing.manifest["summary"]["districts"] == 1
    assert city.briefing.manifest["members"].keys() == {"990101"}


def test_nothing_to_roll_up(province: Province) -> None:
    with pytest.raises(Stopped, match="都还没有做"):
        roll_up_month(province.settings, PROVINCE, "2014-02")
    with pytest.raises(UsageError, match="没有代码为 123456 的市或省；现有：990000"):
        roll_up_month(province.settings, "123456", str(MONTH))
    with pytest.raises(UsageError, match="早于"):
        roll_up_month(province.settings, PROVINCE, "2014-01")


def test_the_month_after_says_what_changed(province: Province, issue: RegionIssue) -> None:
    """By the figures that last month's issue printed."""
    for world in province.worlds[:-1]:
        province.publish(world, province.folder, MONTH.previous)
    before = roll_up_month(province.settings, PROVINCE, str(MONTH.previous))
    after = province.roll_up()
    assert not after.unchanged
    code = "reward.amount_to_date"
    printed, now = (province.ledger.figures_of(one.briefing)[code] for one in (before, after))
    assert printed.value is not None and now.value is not None
    assert now.change == now.value - printed.value
