"""Golden: from the workbooks, through the real reader, to the figures that the district made public."""

import json
from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.pipeline import SAMPLE, Run
from transforms.figures import half_up
from transforms.findings import Severity
from transforms.period import Period

pytestmark = pytest.mark.xdist_group("june")

MONTHS = ("2014-02", "2014-03", "2014-04", "2014-05", "2014-06")


def test_every_public_figure_is_reached(june: Run) -> None:
    public = june.month.configuration.published[Period(2014, 6)]
    assert len(public.figures) == 24
    wrong = {
        code: june.figures[code].value for code, p in public.figures.items() if not p.admits(june.figures[code].value)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("reward.enterprises_latest_batch", "98"),
        ("reward.enterprise_times_to_date", "385"),
        ("reward.amount_to_date", "11411"),
        ("guarantee.amount_to_date", "6525"),
        ("guarantee.pool", "1000"),
        ("project.starts_target", "45"),
        ("project.completions_target", "22"),
        ("rating.monitored", "30"),
        ("housing.projects", "52"),
        ("housing.moved_back", "2"),
        ("housing.move_back_this_year", "14"),
        ("housing.move_back_this_year_area", "42.46"),
        ("housing.top_out_this_year", "12"),
        ("housing.start_this_year", "21"),
        ("housing.stage_missing", "3"),
        ("problem.solved_to_date", "8"),
        ("permit.issued_to_date", "19"),
        ("petition.cases", "27"),
        ("petition.resolved", "20"),
        ("team.count", "10"),
        ("team.departments", "16"),
    ],
)
def test_the_public_numbers_one_by_one(june: Run, code: str, printed: str) -> None:
    figure = june.figures[code]
    assert figure.value is not None
    assert half_up(figure.value, 6) == printed


@pytest.mark.parametrize("period", MONTHS)
def test_figures_agree_with_the_generators_own_truth(june: Run, period: str) -> None:
    truth = json.loads((SAMPLE / "truth" / f"{period}.json").read_text(encoding="utf-8"))
    figures = june.measured.history[Period.parse(period)]
    measured = {code: figures[code].value for code in truth}
    assert measured == {code: Fraction(str(value)) for code, value in truth.items()}


def test_more_rows_than_enterprise_times(june: Run) -> None:
    rows = june.accepted.facts.frames["reward_payments"]
    assert len(rows) > 385 == june.figures["reward.enterprise_times_to_date"].value


def test_the_stage_gap_is_found_not_known(june: Run) -> None:
    found = june.finding("ID01")
    assert found.department == "住建局"
    assert "2＋14＋12＋21＝49" in found.message
    assert "阶段未报3个" in found.message


def test_june_has_the_traps_and_no_other_findings(june: Run) -> None:
    found = sorted((f.rule, f.severity.value, f.filename, f.cell) for f in june.findings)
    assert found == [
        ("DR05", "inform", "效能办.xlsx", "D7"),
        ("FI01", "block", "金融办.xls", "F54"),
        ("ID01", "explain", "", ""),
        ("IP05", "explain", "发改局.xlsx", "E65"),
        ("PE07", "inform", "行政服务中心.ods", "I8"),
        ("RH03", "explain", "住建局.xlsx", "G54"),
        ("RH03", "explain", "住建局.xlsx", "G55"),
        ("RH03", "explain", "住建局.xlsx", "G56"),
        ("RP02", "block", "财政局.xlsx", "G25"),
        ("RP03", "block", "财政局.xlsx", "E125"),
        ("RP05", "explain", "财政局.xlsx", "I9"),
        ("RP08", "inform", "财政局.xlsx", "D13"),
    ]


STANDING = [  # the projects without a stage are reported every month, and say so
    ("ID01", "explain", "", ""),
    ("RH03", "explain", "住建局.xlsx", "G54"),
    ("RH03", "explain", "住建局.xlsx", "G55"),
    ("RH03", "explain", "住建局.xlsx", "G56"),
]
LATE_PAPER = (
    "PE07",
    "inform",
    "行政服务中心.ods",
    "I8",
)  # handed in after the promised day, in March; stays in the register


@pytest.mark.xdist_group("months")
@pytest.mark.parametrize("period", MONTHS[:-1])
def test_the_other_months_have_no_traps(period: str, sample: Callable[[str], Run]) -> None:
    run = sample(period)
    found = sorted((f.rule, f.severity.value, f.filename, f.cell) for f in run.findings)
    assert found == sorted(STANDING + ([] if period == "2014-02" else [LATE_PAPER]))
    late = {receipt.department: receipt.late_days for receipt in run.accepted.receipts if receipt.late_days}
    assert late == ({"住建局": 2} if period == "2014-04" else {})


def test_each_severity_occurs(june: Run) -> None:
    assert {finding.severity for finding in june.findings} == set(Severity)


@pytest.mark.xdist_group("months")
@pytest.mark.parametrize("period", MONTHS[:-1])
def test_every_month_of_the_campaign_composes(period: str, sample: Callable[[str], Run]) -> None:
    """The first has nothing to compare with."""
    view = sample(period).view()
    assert {ranking.title for ranking in view.rankings} >= {"乡镇街道走访落实率", "区领导履职"}
    changes = {row.change for ranking in view.rankings for row in ranking.rows}
    assert changes == {None} if period == MONTHS[0] else len(changes) > 1
