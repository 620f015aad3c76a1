"""一、服务企业促发展: mechanisms 1, 4–8."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from transforms.figures import Scope, Unit
from transforms.metrics.metric import (
    Figures,
    Filter,
    Metric,
    Value,
    as_breach,
    as_warning,
    by_promise,
    by_schedule,
)
from transforms.metrics.month import Month, NotReported, Rows
from transforms.metrics.registry import (
    against_target,
    annual_target,
    both,
    cells_of,
    count,
    derived,
    equal,
    known,
    rate,
    share,
    this_month,
    this_year,
    total,
)

PAYMENTS, LINKS, FINANCING = "reward_payments", "enterprise_links", "financing"
PROJECTS, GROWTH, RATINGS = "industrial_projects", "tax_growth", "department_ratings"
# what a project must reach, in order: verb, planned day, actual day
START, COMPLETION = ("开工", "start_planned_on", "started_on"), ("竣工", "finish_planned_on", "finished_on")
MILESTONES = (START, COMPLETION)
PASS_MARK = 60  # points of 100; the contract of department_ratings lists ratings below it
YEAR, CAMPAIGN, MONTH, END = Scope.YEAR, Scope.CAMPAIGN, Scope.MONTH, Scope.END


def _latest_batch(month: Month) -> Rows:
    """Payments of the batch with the latest payment of the month; of two paid on one day, the later by name."""
    rows = month.rows(PAYMENTS, MONTH)
    if not len(rows):
        return rows
    newest = rows.frame.groupby("batch")["paid_on"].max().sort_values(kind="stable").index[-1]
    return rows.where(rows["batch"] == newest)


def _latest_enterprises(month: Month, figures: Figures) -> Value:
    batch = _latest_batch(month)
    note = "" if len(batch) else "本月没有兑现"
    return Value(Fraction(batch.distinct("enterprise")), batch.cells("enterprise"), note=note)


def _latest_amount(month: Month, figures: Figures) -> Value:
    batch = _latest_batch(month)
    return Value(batch.total("amount_fen"), batch.cells("amount_fen"), note="" if len(batch) else "本月没有兑现")


def _monitored(rows: Rows, month: Month) -> pd.Series:
    return rows["is_monitored"]


def _lent_this_year(rows: Rows, month: Month) -> pd.Series:
    return this_year(rows["lent_on"], month)


def _lent_this_month(rows: Rows, month: Month) -> pd.Series:
    return this_month(rows["lent_on"], month)


bank, guaranteed = equal("kind", "银行贷款"), equal("kind", "助保贷")


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


def _fee_right(rows: Rows, month: Month) -> pd.Series:
    return fee_eligible(rows, month) & fee_halved(rows, month)


def _fee_reduced(month: Month, figures: Figures) -> Value:
    rows = month.rows(PROJECTS)
    rows = rows.where(_fee_right(rows, month))
    return Value(rows.total("fee_due_fen") - rows.total("fee_paid_fen"), rows.cells("fee_due_fen", "fee_paid_fen"))


def growth_eligible(rows: Rows, month: Month) -> pd.Series:
    """Last year's tax above the threshold, and this year's growth on the same months above the percentage. From
    nothing in the same months, any tax is growth."""
    rule = month.district.thresholds
    base = rows["last_year_fen"] > rule.tax_growth_base_wan * 1_000_000
    return base & (rows["this_year_fen"] * 100 > rows["same_time_fen"] * (100 + rule.tax_growth_percent))


def growth_paid(rows: Rows, month: Month) -> pd.Series:
    return rows["rewarded_fen"] > 0


def growth_missed(rows: Rows, month: Month) -> pd.Series:
    """Eligible, and not rewarded yet."""
    return growth_eligible(rows, month) & ~growth_paid(rows, month).fillna(False)


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


def _low_score(rows: Rows, month: Month) -> pd.Series:
    return rows["score_centi"] < PASS_MARK * 100


def _teams(month: Month, figures: Figures) -> Value:
    return Value(Fraction(len(month.district.service_teams)), from_district_file="service_teams")


def _team_departments(month: Month, figures: Figures) -> Value:
    return Value(Fraction(len(month.district.service_departments)), from_district_file="service_teams")


def _started(rows: Rows, month: Month) -> pd.Series:
    """Started this year, by the month's end, with a start as the year's goal."""
    return (rows["goal"] == "开工") & this_year(rows["started_on"], month)


def _completed(rows: Rows, month: Month) -> pd.Series:
    return (rows["goal"] == "竣工") & this_year(rows["finished_on"], month)


def _planned(milestone: tuple[str, str, str]) -> Filter:
    """Projects with the milestone as goal of the year, planned to have reached it by the month's end."""
    verb, planned, _ = milestone
    return lambda rows, month: (rows["goal"] == verb) & (rows[planned] <= month.end)


def _reached(milestone: tuple[str, str, str]) -> Filter:
    return lambda rows, month: rows[milestone[2]] <= month.end


def _late(milestone: tuple[str, str, str]) -> Filter:
    """The planned day is past, and the milestone is not reached."""
    _, planned, actual = milestone
    return lambda rows, month: (rows[planned] < month.end) & ~(rows[actual] <= month.end)


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
    derived("reward.enterprises_latest_batch", "最近一批兑现企业", "Enterprises rewarded in the latest batch", "本月最近一批兑现奖励的企业家数，一家企业只计一次。", Unit.ENTERPRISES, MONTH, 1, _latest_enterprises, (PAYMENTS,)),
    derived("reward.amount_latest_batch", "最近一批兑现奖励", "Rewards paid in the latest batch", "本月最近一批兑现的奖励金额。", WAN, MONTH, 1, _latest_amount, (PAYMENTS,)),
    count("reward.enterprises_month", "本月兑现企业", "Enterprises rewarded this month", "本月兑现过奖励的企业家数，一家企业只计一次。", Unit.ENTERPRISES, MONTH, 1, PAYMENTS, by=["enterprise"]),
    count("reward.batches_to_date", "累计兑现批次", "Reward batches to date", "活动以来兑现奖励的批次数。", Unit.BATCHES, CAMPAIGN, 1, PAYMENTS, by=["batch"]),
    count("reward.enterprise_times_to_date", "累计兑现企业家次", "Enterprise-batches rewarded to date", "活动以来兑现的家次：一家企业在一个批次中兑现几种税，只计一家次。", Unit.ENTERPRISE_TIMES, CAMPAIGN, 1, PAYMENTS, by=["enterprise", "batch"]),
    count("reward.enterprises_to_date", "累计兑现企业", "Enterprises rewarded to date", "活动以来兑现过奖励的企业家数，一家企业只计一次。", Unit.ENTERPRISES, CAMPAIGN, 1, PAYMENTS, by=["enterprise"]),
    total("reward.amount_month", "本月兑现奖励", "Rewards paid this month", "本月兑现的奖励金额。", WAN, MONTH, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_year", "本年兑现奖励", "Rewards paid this year", "本年累计兑现的奖励金额。", WAN, YEAR, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_to_date", "累计兑现奖励", "Rewards paid to date", "活动以来兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen"),
    total("reward.amount_property_tax_to_date", "累计兑现房产税奖励", "Property-tax rewards to date", "活动以来按房产税兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen", equal("tax", "房产税")),
    total("reward.amount_land_tax_to_date", "累计兑现土地使用税奖励", "Land-use-tax rewards to date", "活动以来按土地使用税兑现的奖励金额。", WAN, CAMPAIGN, 1, PAYMENTS, "amount_fen", equal("tax", "土地使用税")),
    against_target("reward.amount_rate", "年度兑现率", "Rewards paid against the annual target", "本年兑现奖励与年度目标之比。", 1, "reward.amount_year", "reward_amount"),
    total("loan.bank_to_date", "累计协调银行贷款", "Bank loans arranged to date", "活动以来协调发放的银行贷款金额。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", bank),
    total("loan.bank_month", "本月协调银行贷款", "Bank loans arranged this month", "发放日期在本月的银行贷款金额。", WAN, MONTH, 4, FINANCING, "amount_fen", both(bank, _lent_this_month)),
    count("loan.bank_enterprises_to_date", "获得银行贷款企业", "Enterprises with bank loans", "活动以来获得银行贷款的企业家数。", Unit.ENTERPRISES, CAMPAIGN, 4, FINANCING, bank, ["enterprise"]),
    total("loan.bank_year", "本年协调银行贷款", "Bank loans arranged this year", "本年发放的银行贷款金额。", WAN, YEAR, 4, FINANCING, "amount_fen", both(bank, _lent_this_year)),
    against_target("loan.bank_rate", "银行贷款目标完成率", "Bank loans against the annual target", "本年协调银行贷款与年度目标之比。", 4, "loan.bank_year", "bank_loans"),
    count("turnover.enterprises_to_date", "使用周转金企业", "Enterprises using the turnover fund", "活动以来使用应急周转金的企业家数。", Unit.ENTERPRISES, CAMPAIGN, 4, FINANCING, turnover, ["enterprise"]),
    total("turnover.lent_to_date", "累计借出周转金", "Turnover fund lent to date", "活动以来借出的应急周转金。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", turnover),
    total("turnover.lent_month", "本月借出周转金", "Turnover fund lent this month", "发放日期在本月的应急周转金。", WAN, MONTH, 4, FINANCING, "amount_fen", both(turnover, _lent_this_month)),
    total("turnover.repaid_to_date", "累计归还周转金", "Turnover fund repaid to date", "活动以来已归还的应急周转金。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", _turnover_repaid),
    total("turnover.outstanding", "周转金余额", "Turnover fund outstanding", "月底尚未归还的应急周转金。", WAN, END, 4, FINANCING, "amount_fen", turnover_outstanding),
    total("turnover.overdue", "逾期周转金", "Turnover fund overdue", "月底已过到期日仍未归还的应急周转金。", WAN, END, 4, FINANCING, "amount_fen", turnover_overdue, as_breach),
    count("turnover.overdue_contracts", "逾期周转金合同", "Turnover fund contracts overdue", "月底已过到期日仍未归还的应急周转金合同。", Unit.CASES, END, 4, FINANCING, turnover_overdue, judge=as_breach),
    derived("guarantee.pool", "政府风险补偿金", "Risk compensation pool", "助保贷政府风险补偿金。", WAN, END, 4, _pool, (FINANCING,)),
    count("guarantee.enterprises_to_date", "助保贷企业", "Enterprises with guaranteed loans", "活动以来获得助保贷的企业家数。", Unit.ENTERPRISES, CAMPAIGN, 4, FINANCING, guaranteed, ["enterprise"]),
    total("guarantee.amount_to_date", "累计发放助保贷", "Guaranteed loans to date", "活动以来发放的助保贷金额。", WAN, CAMPAIGN, 4, FINANCING, "amount_fen", guaranteed),
    total("guarantee.amount_month", "本月发放助保贷", "Guaranteed loans this month", "发放日期在本月的助保贷金额。", WAN, MONTH, 4, FINANCING, "amount_fen", both(guaranteed, _lent_this_month)),
    derived("guarantee.leverage", "助保贷放大倍数", "Guaranteed loans over the risk pool", "累计发放助保贷与政府风险补偿金之比。", Unit.MULTIPLE, END, 4, _leverage, (FINANCING,), by_schedule, target="guaranteed_leverage"),
    count("fee.eligible", "可减半项目", "Projects eligible for the halved fee", "规划许可和实际开工都在本年的工业项目。", Unit.ITEMS, YEAR, 5, PROJECTS, fee_eligible),
    rate("fee.halved_rate", "配套费减半落实率", "Eligible projects charged half", "可减半项目中，实缴配套费正好为应缴一半的占比。", YEAR, 5, PROJECTS, fee_halved, fee_eligible, "没有可减半项目"),
    count("fee.halved", "已减半项目", "Eligible projects charged half so far", "可减半项目中，实缴配套费正好为应缴一半的项目。", Unit.ITEMS, YEAR, 5, PROJECTS, _fee_right),
    derived("fee.reduced_amount", "减收配套费", "Fees waived by halving", "已减半项目少缴的配套费。", WAN, YEAR, 5, _fee_reduced, (PROJECTS,)),
    count("fee.wrongly_charged", "未按减半收费项目", "Eligible projects charged another amount", "可减半而没有按一半收取的项目。", Unit.ITEMS, YEAR, 5, PROJECTS, fee_wrong, judge=as_breach),
    count("growth.eligible", "符合纳税增长奖励企业", "Enterprises eligible for the tax-growth reward", "上年度纳税超过基数、本年同期增长超过规定比例的企业。", Unit.ENTERPRISES, END, 6, GROWTH, growth_eligible),
    rate("growth.paid_rate", "纳税增长奖励兑现率", "Eligible enterprises rewarded for tax growth", "符合条件的企业中已发奖励的占比。", END, 6, GROWTH, growth_paid, growth_eligible, "没有符合条件的企业"),
    count("growth.paid", "已发纳税增长奖励企业", "Enterprises rewarded for tax growth", "符合条件、已发奖励的企业。", Unit.ENTERPRISES, END, 6, GROWTH, both(growth_eligible, growth_paid)),
    count("growth.missed", "未发纳税增长奖励企业", "Eligible enterprises not rewarded yet", "符合条件、还没有发奖励的企业。", Unit.ENTERPRISES, END, 6, GROWTH, growth_missed, judge=as_warning),
    total("growth.rewarded_amount", "已发纳税增长奖励", "Tax-growth rewards paid", "测算表中已发的纳税增长奖励金额。", WAN, END, 6, GROWTH, "rewarded_fen"),
    count("rating.monitored", "效能监测点企业", "Monitored enterprises", "挂钩联系名册中的效能监测点企业。", Unit.ENTERPRISES, END, 7, LINKS, _monitored),
    derived("rating.participation_rate", "监测点参评率", "Monitored enterprises that rated", "本月参加评议的监测点企业占比。", Unit.PERCENT, MONTH, 7, _participation, (LINKS, RATINGS), by_promise, True),
    derived("rating.average", "部门评议平均分", "Mean rating of departments", "本月企业对各部门评分的平均分。", Unit.SCORE, MONTH, 7, _average_rating, (RATINGS,)),
    count("rating.low_scores", "不及格评议", "Ratings below the pass mark", "本月评分低于60分的评议次数。", Unit.TIMES, MONTH, 7, RATINGS, _low_score, judge=as_warning),
    derived("team.count", "服务小分队", "Service teams", "下企业服务的小分队。", Unit.ITEMS, END, 8, _teams),
    derived("team.departments", "小分队组成部门", "Departments on service teams", "组成服务小分队的部门，一个部门只计一次。", Unit.ITEMS, END, 8, _team_departments),
    count("project.starts_target", "全年开工目标", "Projects to start this year", "年度目标为开工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, equal("goal", "开工")),
    count("project.completions_target", "全年竣工目标", "Projects to complete this year", "年度目标为竣工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, equal("goal", "竣工")),
    count("project.started", "已开工项目", "Projects started", "年度目标为开工、本年已经开工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, _started),
    count("project.completed", "已竣工项目", "Projects completed", "年度目标为竣工、本年已经竣工的工业项目。", Unit.ITEMS, YEAR, 8, PROJECTS, _completed),
    against_target("project.start_rate", "开工目标完成率", "Projects started against the annual target", "已开工项目与年度开工目标之比。", 8, "project.started", "starts"),
    against_target("project.completion_rate", "竣工目标完成率", "Projects completed against the annual target", "已竣工项目与年度竣工目标之比。", 8, "project.completed", "completions", headline=False),
    count("project.starts_due", "按计划应开工项目", "Projects planned to have started", "年度目标为开工、计划开工日期已到的工业项目。", Unit.ITEMS, END, 8, PROJECTS, _planned(START)),
    rate("project.start_schedule_rate", "按计划开工率", "Projects started of those planned to have started", "计划开工日期已到的项目中，月底前已经开工的占比。", END, 8, PROJECTS, _reached(START), _planned(START), "没有应开工项目", headline=False),
    count("project.starts_overdue", "逾期未开工项目", "Projects past the planned start", "过了计划开工日期仍未开工的工业项目。", Unit.ITEMS, END, 8, PROJECTS, _late(START), judge=as_breach),
    count("project.completions_due", "按计划应竣工项目", "Projects planned to have been completed", "年度目标为竣工、计划竣工日期已到的工业项目。", Unit.ITEMS, END, 8, PROJECTS, _planned(COMPLETION)),
    rate("project.completion_schedule_rate", "按计划竣工率", "Projects completed of those planned to be", "计划竣工日期已到的项目中，月底前已经竣工的占比。", END, 8, PROJECTS, _reached(COMPLETION), _planned(COMPLETION), "没有应竣工项目", headline=False),
    count("project.completions_overdue", "逾期未竣工项目", "Projects past the planned completion", "过了计划竣工日期仍未竣工的工业项目。", Unit.ITEMS, END, 8, PROJECTS, _late(COMPLETION), judge=as_breach),
    total("project.investment_planned", "年度计划投资", "Investment planned this year", "工业项目本年计划投资。", WAN, YEAR, 8, PROJECTS, "investment_planned_fen"),
    total("project.investment_year", "本年完成投资", "Investment made this year", "工业项目本年累计完成投资。", WAN, YEAR, 8, PROJECTS, "investment_done_fen"),
    derived("project.investment_rate", "年度投资完成率", "Investment made against the year's plan", "本年累计完成投资与年度计划投资之比。", Unit.PERCENT, YEAR, 8, _investment_rate, (PROJECTS,), by_schedule),
)
# fmt: on
