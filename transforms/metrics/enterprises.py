"""一、服务企业促发展: mechanisms 1, 4–8."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.month import Month, NotReported, Rows
from transforms.metrics.registry import (
    Figures,
    Metric,
    Value,
    against_target,
    annual_target,
    as_breach,
    by_promise,
    by_schedule,
    cells_of,
    count,
    derived,
    equal,
    known,
    rate,
    share,
    this_year,
    total,
)

PAYMENTS, LINKS, FINANCING = "reward_payments", "enterprise_links", "financing"
PROJECTS, GROWTH, RATINGS = "industrial_projects", "tax_growth", "department_ratings"
# what a project must reach, in order: verb, planned day, actual day
MILESTONES = (("开工", "start_planned_on", "started_on"), ("竣工", "finish_planned_on", "finished_on"))
YEAR, CAMPAIGN, MONTH, END = Scope.YEAR, Scope.CAMPAIGN, Scope.MONTH, Scope.END


def _latest_batch(month: Month, figures: Figures) -> Value:
    """The batch with the latest payment of the month; of two paid on one day, the later by name."""
    rows = month.rows(PAYMENTS, MONTH)
    if not len(rows):
        return Value(Fraction(0), note="本月没有兑现")
    newest = rows.frame.groupby("batch")["paid_on"].max().sort_values(kind="stable").index[-1]
    batch = rows.where(rows["batch"] == newest)
    return Value(Fraction(batch.distinct("enterprise")), batch.cells("enterprise"))


def _monitored(rows: Rows, month: Month) -> pd.Series:
    return rows["is_monitored"]


def _lent_this_year(rows: Rows, month: Month) -> pd.Series:
    return (rows["kind"] == "银行贷款") & this_year(rows["lent_on"], month)


def turnover(rows: Rows, month: Month) -> pd.Series:
    return rows["kind"] == "应急周转金"


def _turnover_repaid(rows: Rows, month: Month) -> pd.Series:
    return turnover(rows, month) & (rows["repaid_on"] <= month.end)


def turnover_outstanding(rows: Rows, month: Month) -> pd.Series:
    return turnover(rows, month) & ~(rows["repaid_on"] <= month.end)


def turnover_overdue(rows: Rows, month: Month) -> pd.Series:
    """Turnover-fund loans past their due day and not paid back."""
    return turnover_outstanding(rows, month) & (rows["due_on"] < month.end)


def _leverage(month: Month, figures: Figures) -> Value:
    amount, pool = known(figures, "guarantee.amount_to_date", "guarantee.pool")
    codes = ("guarantee.amount_to_date", "guarantee.pool")
    if not pool:
        return Value(None, note="没有风险补偿金", inputs=codes)
    target, key = annual_target(month, "guaranteed_leverage"), "targets.guaranteed_leverage"
    return Value(amount / pool, cells_of(figures, *codes), amount, pool, target, "", codes, key)


def fee_eligible(rows: Rows, month: Month) -> pd.Series:
    """配套费减半: planning permit and actual start both in the reporting year."""
    return this_year(rows["permitted_on"], month) & this_year(rows["started_on"], month)


def fee_halved(rows: Rows, month: Month) -> pd.Series:
    """Paid exactly half of what was due."""
    return rows["fee_paid_fen"] * 2 == rows["fee_due_fen"]


def fee_wrong(rows: Rows, month: Month) -> pd.Series:
    """Entitled to the half rate, and charged another amount; not judged while one of the two amounts is missing."""
    return fee_eligible(rows, month) & ~fee_halved(rows, month)


def _fee_reduced(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(fee_eligible(rows, month) & fee_halved(rows, month))
    return Value(rows.total("fee_due_fen") - rows.total("fee_paid_fen"), rows.cells("fee_due_fen", "fee_paid_fen"))


def growth_eligible(rows: Rows, month: Month) -> pd.Series:
    """Last year's tax above the threshold, and this year's growth on the same months above the percentage. From
    nothing in the same months, any tax is growth."""
    rule = month.district.thresholds
    base = rows["last_year_fen"] > rule.tax_growth_base_wan * 1_000_000
    return base & (rows["this_year_fen"] * 100 > rows["same_time_fen"] * (100 + rule.tax_growth_percent))


def growth_paid(rows: Rows, month: Month) -> pd.Series:
    return rows["rewarded_fen"] > 0


def _participation(month: Month, figures: Figures) -> Value:
    links = month.rows(LINKS)
    monitored = links.where(links["is_monitored"])
    ratings = month.rows(RATINGS, MONTH)
    took_part = ratings.where(ratings["enterprise"].isin(monitored["enterprise"]))
    part = share(took_part.distinct("enterprise"), len(monitored), (), "没有效能监测点企业")
    cells = (*monitored.cells("enterprise"), *took_part.cells("enterprise"))
    return Value(part.value, cells, part.done, part.due, note=part.note)


def _average_rating(month: Month, figures: Figures) -> Value:
    rows = month.rows(RATINGS, MONTH)
    rows = rows.where(rows["score_centi"].notna())
    if not len(rows):
        return Value(None, note="本月没有评议")
    return Value(rows.total("score_centi") / len(rows), rows.cells("score_centi"))


def _teams(month: Month, figures: Figures) -> Value:
    return Value(Fraction(len(month.district.service_teams)), from_district_file="service_teams")


def _team_departments(month: Month, figures: Figures) -> Value:
    return Value(Fraction(len(month.district.service_departments)), from_district_file="service_teams")


def _started(rows: Rows, month: Month) -> pd.Series:
    """Started this year, by the month's end, with a start as the year's goal."""
    return (rows["goal"] == "开工") & this_year(rows["started_on"], month)


def _completed(rows: Rows, month: Month) -> pd.Series:
    return (rows["goal"] == "竣工") & this_year(rows["finished_on"], month)


def _investment_rate(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    part = share(rows.total("investment_done_fen"), rows.total("investment_planned_fen"), (), "没有年度计划投资")
    cells = rows.cells("investment_done_fen", "investment_planned_fen")
    return Value(part.value, cells, part.done, part.due, Fraction(100), part.note)


def _pool(month: Month, figures: Figures) -> Value:
    rows = month.rows(FINANCING)
    rows = rows.where(rows["kind"] == "政府风险补偿金")
    if not len(rows):
        raise NotReported("没有登记风险补偿金")
    return Value(rows.total("amount_fen"), rows.cells("amount_fen"))


WAN = Unit.MONEY_WAN
# One metric a line reads as a table.
# fmt: off
METRICS: tuple[Metric, ...] = (
    derived("reward.enterprises_latest_batch", "最近一批兑现企业", "本月最近一批兑现奖励的企业家数，一家企业只计一次。", Unit.ENTERPRISES, MONTH, 1, _latest_batch, (PAYMENTS,)),
    count("reward.batches_to_date", "累计兑现批次", "活动以来兑现奖励的批次数。", Unit.BATCHES, CAMPAIGN, 1, PAYMENTS, by=["batch"]),
    count("reward.enterprise_times_to_date", "累计兑现企业家次", "活动以来兑现的家次：一家企业在一个批次中兑现几种税，只计一家次。", Unit.ENTERPRISE_TIMES, CAMPAIGN, 1, PAYMENTS, by=["enterprise", "batch"]),
    count("reward.enterprises_to_date", "累计兑现企业", "活动以来兑现过奖励的企业家数，一家企业只计一次。", Unit.ENTERPRISES, CAMPAIGN, 1, PAYMENTS, by=["enterprise"]),
    total("reward.amount_month", "本月兑现奖励", "本月兑现的奖励金额。", WAN, MONTH, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_year", "本年兑现奖励", "本年累计兑现的奖励金额。", WAN, YEAR, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_to_date", "累计兑现奖励", "活动以来兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_property_tax_to_date", "累计兑现房产税奖励", "活动以来按房产税兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen", equal("tax", "房产税")),
    total("reward.amount_land_tax_to_date", "累计兑现土地使用税奖励", "活动以来按土地使用税兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen", equal("tax", "土地使用税")),
    against_target("reward.amount_rate", "年度兑现率", "本年兑现奖励与年度目标之比。", 1, "reward.amount_year", "reward_amount"),
    total("loan.bank_to_date", "累计协调银行贷款", "活动以来协调发放的银行贷款金额。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", equal("kind", "银行贷款")),
    total("loan.bank_year", "本年协调银行贷款", "本年发放的银行贷款金额。", WAN, YEAR, 4, FINANCING, "amount_fen", _lent_this_year),
    against_target("loan.bank_rate", "银行贷款目标完成率", "本年协调银行贷款与年度目标之比。", 4, "loan.bank_year", "bank_loans"),
    count("turnover.enterprises_to_date", "使用周转金企业", "活动以来使用应急周转金的企业家数。", Unit.ENTERPRISES, CAMPAIGN, 4, FINANCING, turnover, ["enterprise"]),
    total("turnover.lent_to_date", "累计借出周转金", "活动以来借出的应急周转金。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", turnover),
    total("turnover.repaid_to_date", "累计归还周转金", "活动以来已归还的应急周转金。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", _turnover_repaid),
    total("turnover.outstanding", "周转金余额", "月底尚未归还的应急周转金。", WAN, END, 4, FINANCING, "amount_fen", turnover_outstanding),
    total("turnover.overdue", "逾期周转金", "月底已过到期日仍未归还的应急周转金。", WAN, END, 4, FINANCING, "amount_fen", turnover_overdue, as_breach),
    derived("guarantee.pool", "政府风险补偿金", "助保贷政府风险补偿金。", WAN, END, 4, _pool, (FINANCING,)),
    count("guarantee.enterprises_to_date", "助保贷企业", "活动以来获得助保贷的企业家数。", Unit.ENTERPRISES, CAMPAIGN, 4, FINANCING, equal("kind", "助保贷"), ["enterprise"]),
    total("guarantee.amount_to_date", "累计发放助保贷", "活动以来发放的助保贷金额。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", equal("kind", "助保贷")),
    derived("guarantee.leverage", "助保贷放大倍数", "累计发放助保贷与政府风险补偿金之比。", Unit.MULTIPLE, END, 4, _leverage, judge=by_schedule),
    count("fee.eligible", "可减半项目", "规划许可和实际开工都在本年的工业项目。", Unit.ITEMS, YEAR, 5, PROJECTS, fee_eligible),
    rate("fee.halved_rate", "配套费减半落实率", "可减半项目中，实缴配套费正好为应缴一半的占比。", YEAR, 5, PROJECTS, fee_halved, fee_eligible, "没有可减半项目"),
    derived("fee.reduced_amount", "减收配套费", "已减半项目少缴的配套费。", WAN, YEAR, 5, _fee_reduced, (PROJECTS,)),
    count("fee.wrongly_charged", "未按减半收费项目", "可减半而没有按一半收取的项目。", Unit.ITEMS, YEAR, 5, PROJECTS, fee_wrong, judge=as_breach),
    count("growth.eligible", "符合纳税增长奖励企业", "上年度纳税超过基数、本年同期增长超过规定比例的企业。", Unit.ENTERPRISES, END, 6, GROWTH, growth_eligible),
    rate("growth.paid_rate", "纳税增长奖励兑现率", "符合条件的企业中已发奖励的占比。", END, 6, GROWTH, growth_paid, growth_eligible, "没有符合条件的企业"),
    count("rating.monitored", "效能监测点企业", "挂钩联系名册中的效能监测点企业。", Unit.ENTERPRISES, END, 7, LINKS, _monitored),
    derived("rating.participation_rate", "监测点参评率", "本月参加评议的监测点企业占比。", Unit.PERCENT, MONTH, 7, _participation, (LINKS, RATINGS), by_promise, True),
    derived("rating.average", "部门评议平均分", "本月企业对各部门评分的平均分。", Unit.SCORE, MONTH, 7, _average_rating, (RATINGS,)),
    derived("team.count", "服务小分队", "下企业服务的小分队。", Unit.ITEMS, END, 8, _teams),
    derived("team.departments", "小分队组成部门", "组成服务小分队的部门，一个部门只计一次。", Unit.ITEMS, END, 8, _team_departments),
    count("project.starts_target", "全年开工目标", "年度目标为开工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, equal("goal", "开工")),
    count("project.completions_target", "全年竣工目标", "年度目标为竣工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, equal("goal", "竣工")),
    count("project.started", "已开工项目", "年度目标为开工、本年已经开工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, _started),
    count("project.completed", "已竣工项目", "年度目标为竣工、本年已经竣工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, _completed),
    against_target("project.start_rate", "开工目标完成率", "已开工项目与年度开工目标之比。", 8, "project.started", "starts"),
    against_target("project.completion_rate", "竣工目标完成率", "已竣工项目与年度竣工目标之比。", 8, "project.completed", "completions", headline=False),
    total("project.investment_year", "本年完成投资", "工业项目本年累计完成投资。", WAN, YEAR, 8, PROJECTS, "investment_done_fen"),
    derived("project.investment_rate", "年度投资完成率", "本年累计完成投资与年度计划投资之比。", Unit.PERCENT, YEAR, 8, _investment_rate, (PROJECTS,), by_schedule),
)
# fmt: on
