"""A June 2014 written by hand: plausible, and equal to what the district made public where it did. Used by tests only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from transforms.briefing.view import BriefingInput, Departure, Ranking, RankingRow, Receipt, ReceiptStatus
from transforms.districts import District, parse_district
from transforms.figures import CellRange, Figure, Light, Scope, Unit
from transforms.findings import Finding, Severity
from transforms.period import Period

ROOT = Path(__file__).parents[3]
JUNE = Period(2014, 6)
R, Y, G = Light.RED, Light.YELLOW, Light.GREEN
# code, label, unit, scope, mechanism, value, change, done, due, target, light
ROWS = """
reward.enterprises_latest_batch|最近一批兑现企业|家|本月|1|98|6||||
reward.batches_to_date|累计兑现批次|批次|活动以来|1|5|1||||
reward.enterprise_times_to_date|累计兑现家次|家次|活动以来|1|385|98||||
reward.enterprises_to_date|累计惠及企业|家|活动以来|1|142|11||||
reward.amount_month|本月兑现奖励|万元|本月|1|2734.56|243.2||||
reward.amount_year|本年兑现奖励|万元|本年累计|1|11411|2734.56||||
reward.amount_to_date|累计兑现奖励|万元|活动以来|1|11411|2734.56||||
reward.amount_property_tax_to_date|其中房产税奖励|万元|活动以来|1|4820.35|1100.5||||
reward.amount_land_tax_to_date|其中土地使用税奖励|万元|活动以来|1|6590.65|1634.06||||
reward.amount_rate|即征即奖年度目标完成率|%|本年累计|1|57.055|13.7|11411|20000|100|绿
link.enterprises|挂钩企业|家|期末|2|150|0||||
link.leaders|挂钩区领导|人|期末|2|12|0||||
link.complete_rate|挂钩名册齐全率|%|期末|2|98.67|0|148|150||黄
visit.count_month|本月走访|次|本月|2|566|21||||
visit.enterprise_weeks_rate|每周走访完成率|%|本月|2|93.333|2.1|560|600||黄
visit.enterprises_missed_two_weeks|连续两周未走访企业|家|本月|2|7|-2||||
coordination.meetings_rate|企业协调会按期召开率|%|本月|3|83.333|-4.17|20|24||黄
bank_meeting.quarter|本季度政银企联席会议|次|期末|3|1|1|1|1|1|绿
issue.raised_to_date|企业反映问题|个|期末|3|64|12||||
issue.settled_to_date|已办结企业问题|个|期末|3|51|10||||
issue.settled_in_time_rate|企业问题按期办结率|%|期末|3|87.93|1.2|51|58||黄
loan.bank_to_date|累计协调银行贷款|万元|活动以来|4|23860|4150||||
loan.bank_month|本月协调银行贷款|万元|本月|4|4150|-250||||
loan.bank_rate|银行贷款年度目标完成率|%|本年累计|4|59.65|10.375|23860|40000|100|绿
turnover.enterprises_to_date|应急周转金支持企业|家|活动以来|4|6|1||||
turnover.lent_to_date|应急周转金累计出借|万元|活动以来|4|4200|600||||
turnover.repaid_to_date|应急周转金累计归还|万元|活动以来|4|2900|500||||
turnover.outstanding|应急周转金余额|万元|期末|4|1300|100||||
turnover.overdue|应急周转金逾期|万元|期末|4|300|0||||红
guarantee.pool|助保贷风险资金池|万元|期末|4|1000|0||||
guarantee.enterprises_to_date|助保贷支持企业|家|活动以来|4|14|2||||
guarantee.amount_to_date|助保贷累计贷款|万元|活动以来|4|6525|850||||
guarantee.amount_month|本月发放助保贷|万元|本月|4|850|50||||
guarantee.leverage|助保贷放大倍数|倍|期末|4|6.525|0.85|||10|黄
fee.eligible|符合配套费减半条件项目|个|本年累计|5|17|3||||
fee.halved_rate|配套费减半执行率|%|本年累计|5|94.118|0|16|17||黄
fee.reduced_amount|配套费减收|万元|本年累计|5|386.4|61.2||||
fee.wrongly_charged|未按规定收取配套费项目|个|本年累计|5|1|0||||红
growth.eligible|达到纳税增长奖励条件企业|家|期末|6|23|4||||
growth.paid_rate|纳税增长奖励兑现率|%|期末|6|65.217|5.2|15|23||黄
rating.monitored|效能监测点企业|家|期末|7|30|0||||
rating.participation_rate|监测点企业参评率|%|本月|7|100|3.3|30|30||绿
rating.average|部门平均评分|分|本月|7|91.27|0.6||||
team.count|服务小分队|个|期末|8|10|0||||
team.departments|小分队成员单位|个|期末|8|16|0||||
project.starts_target|年度计划新开工项目|个|期末|8|45|0||||
project.completions_target|年度计划竣工项目|个|期末|8|22|0||||
project.started|已开工项目|个|本年累计|8|23|5||||
project.completed|已竣工项目|个|本年累计|8|8|1||||
project.start_rate|工业项目开工率|%|本年累计|8|51.111|11.11|23|45|100|绿
project.completion_rate|工业项目竣工率|%|本年累计|8|36.364|4.55|8|22|100|黄
project.investment_year|本年完成投资|万元|本年累计|8|284560|51200||||
project.investment_rate|年度投资完成率|%|本年累计|8|47.43|8.53|284560|600000|100|绿
housing.projects|在册安置房项目|个|期末|9|52|0||||
housing.moved_back|已回迁项目|个|期末|9|2|1||||
housing.move_back_this_year|年内回迁项目|个|期末|9|14|-1||||
housing.top_out_this_year|年内主体封顶项目|个|期末|9|12|0||||
housing.start_this_year|年内新开工项目|个|期末|9|21|0||||
housing.stage_missing|阶段未报项目|个|期末|9|3|0||||
housing.moved_back_area|已回迁面积|万平方米|期末|9|6.12|2.9||||
housing.move_back_this_year_area|年内回迁面积|万平方米|期末|9|42.46|-2.9||||
housing.top_out_this_year_area|年内封顶面积|万平方米|期末|9|38.07|0||||
housing.start_this_year_area|年内新开工面积|万平方米|期末|9|71.355|0||||
housing.stage_missing_area|阶段未报面积|万平方米|期末|9|7.2|0||||
housing.moved_back_homes|已回迁套数|套|期末|9|486|220||||
housing.move_back_this_year_homes|年内回迁套数|套|期末|9|3318|-220||||
housing.top_out_this_year_homes|年内封顶套数|套|期末|9|2904|0||||
housing.start_this_year_homes|年内新开工套数|套|期末|9|5560|0||||
housing.stage_missing_homes|阶段未报套数|套|期末|9|540|0||||
housing.area|安置房总面积|万平方米|期末|9|165.205|0||||
housing.homes|安置房总套数|套|期末|9|12808|0||||
housing.on_schedule_rate|按序时推进率|%|期末|9|78|4|39|50||黄
housing.behind_yellow|一般滞后项目|个|期末|9|8|-1||||黄
housing.behind_red|严重滞后项目|个|期末|9|3|-1||||红
housing.move_back_overdue|逾期未回迁项目|个|期末|9|0|0||||绿
duty.symposium_rate|座谈会履职率|%|本月|10|91.667|0|11|12||黄
duty.on_site_rate|现场协调会履职率|%|本月|10|83.333|-8.33|10|12||黄
duty.return_visit_rate|回访履职率|%|期末|10|75|8.33|9|12||红
problem.raised_to_date|协调会受理问题|个|活动以来|11|11|2||||
problem.solved_to_date|协调会解决问题|个|活动以来|11|8|2||||
problem.solved_month|本月解决问题|个|本月|11|2|1||||
problem.within_limit_rate|问题限时解决率|%|活动以来|11|70|3.33|7|10||黄
permit.issued_to_date|容缺办理审批|个|活动以来|12|19|4||||
permit.issued_month|本月容缺发证|个|本月|12|4|1||||
permit.median_days|审批用时中位数|天|活动以来|12|6.5|-0.5||||
permit.documents_rate|容缺材料按期补齐率|%|期末|12|81.25|6.25|13|16||黄
permit.documents_overdue|逾期未补材料|个|期末|12|2|-1||||红
appraisal.checked_rate|月度督查覆盖率|%|本月|13|96.154|0|50|52||黄
appraisal.rewarded|本月奖励项目|个|本月|13|3|1||||
appraisal.penalised|本月处罚项目|个|本月|13|0|-1||||
handover.facilities_rate|交付配套完成率|%|期末|14|83.333|16.67|10|12||黄
handover.quality_open|未整改质量问题|个|期末|14|5|-3||||黄
petition.cases|重点信访积案|件|期末|15|27|0||||
petition.resolved|已化解积案|件|期末|15|20|4||||
petition.resolved_month|本月化解积案|件|本月|15|4|1||||
petition.resolved_rate|积案化解率|%|期末|15|74.074|14.81|20|27||黄
petition.registered_rate|责任单位和时限登记率|%|期末|15|96.296|0|26|27||黄
petition.overdue|超期未化解积案|件|期末|15|2|-1||||红
petition.due_soon|即将到期积案|件|期末|15|3|1||||黄
petition.five_ones_rate|“五个一”齐全率|%|期末|16|88.889|3.7|24|27||黄
petition.channel_rate|接访渠道落实率|%|期末|17|100|0|27|27||绿
petition.category.land.cases|土地征用类积案|件|期末|17|8|0||||
petition.category.land.resolved|土地征用类已化解|件|期末|17|6|1||||
petition.category.demolition.cases|房屋拆迁类积案|件|期末|17|7|0||||
petition.category.demolition.resolved|房屋拆迁类已化解|件|期末|17|5|2||||
petition.category.labour.cases|劳动保障类积案|件|期末|17|4|0||||
petition.category.labour.resolved|劳动保障类已化解|件|期末|17|4|1||||
petition.category.environment.cases|环境保护类积案|件|期末|17|3|0||||
petition.category.environment.resolved|环境保护类已化解|件|期末|17|2|0||||
petition.category.village.cases|村财村务类积案|件|期末|17|3|0||||
petition.category.village.resolved|村财村务类已化解|件|期末|17|2|0||||
petition.category.tidal.cases|滩涂纠纷类积案|件|期末|17|2|0||||
petition.category.tidal.resolved|滩涂纠纷类已化解|件|期末|17|1|0||||
petition.channel.fixed.cases|定点接访积案|件|期末|17|9|0||||
petition.channel.appointment.cases|重点约访积案|件|期末|17|6|0||||
petition.channel.thematic.cases|专题接访积案|件|期末|17|4|0||||
petition.channel.visiting.cases|带案下访积案|件|期末|17|3|0||||
petition.channel.leader.cases|领导包案积案|件|期末|17|5|0||||
accountability.actions_month|本月督查问责|件|本月|18|3|1||||
accountability.actions_to_date|累计督查问责|件|活动以来|18|9|3||||
accountability.coverage_rate|超期积案问责覆盖率|%|期末|18|50|16.67|1|2||黄
"""


def _fraction(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def figures() -> dict[str, Figure]:
    """June's figures by code."""
    found = {}
    for line in ROWS.strip().splitlines():
        code, label, unit, scope, mechanism, value, change, done, due, target, light = line.split("|")
        cells = (CellRange("0" * 64, "样例局", "样例局.xlsx", "样例明细", "E5:E102,E104", 99),)
        found[code] = Figure(
            code,
            label,
            f"{label}：按月末在册的明细逐行汇总，重复的行只计一次。",
            Unit(unit),
            Scope(scope),
            int(mechanism),
            _fraction(value),
            target=_fraction(target),
            done=_fraction(done),
            due=_fraction(due),
            light=Light(light) if light else None,
            change=_fraction(change),
            inputs=(),
            cells=() if code.startswith("team.") else cells,
            from_district_file="service_teams" if code.startswith("team.") else "",
        )
    return found


def earlier(now: Mapping[str, Figure]) -> dict[str, Figure]:
    """The month before `now`, from its changes."""
    return {
        code: replace(f, value=None if f.value is None else max(f.value - (f.change or 0), Fraction(0)))
        for code, f in now.items()
    }


@dataclass(frozen=True)
class Item:
    light: Light
    workstream: str
    what: str
    whose: str
    leader: str
    due_on: dt.date | None
    days: int | None
    ask: str
    since: Period | None = None
    months: int = 0
    turned: bool = False
    dataset: str = ""


def items() -> tuple[Item, ...]:
    day = dt.date
    return (
        Item(R, "petitions", "积案XF-014（土地征用类）超过化解时限未化解", "江口镇", "政法委书记", day(2014, 6, 10), 20, "请召集专题会确定化解方案"),
        Item(R, "resettlement", "安置房项目“国欢片区三期”进度比计划慢34个百分点", "住建局", "分管城建副区长", None, None, "请现场协调施工用电和拆迁扫尾"),
        Item(R, "enterprises", "应急周转金合同YJ-009三百万元到期未归还", "金融办", "常务副区长", day(2014, 6, 18), 12, "请决定是否启动追偿"),
        Item(R, "resettlement", "容缺审批RQ-011承诺材料逾期未补", "行政服务中心", "分管城建副区长", day(2014, 6, 20), 10, "请督促业主补齐"),
        Item(R, "petitions", "积案XF-021（房屋拆迁类）超过化解时限未化解", "白塘镇", "区纪委书记", day(2014, 6, 25), 5, "请明确稳控措施"),
        Item(R, "enterprises", "1个项目未按规定减半收取配套费", "住建局", "分管城建副区长", None, None, "请责成退还多收部分"),
        Item(Y, "enterprises", "7家企业连续两周以上没有走访", "经信局", "分管工业副区长", None, None, "请通报挂钩单位"),
        Item(Y, "enterprises", "企业协调会应开24次，少开4次", "区委办", "区委副书记", None, None, "请未召开的挂钩领导补开"),
        Item(Y, "resettlement", "安置房项目“梧塘片区一期”进度比计划慢18个百分点", "梧塘镇", "区长", None, None, "请调整施工组织"),
        Item(Y, "resettlement", "3个项目没有报送建设阶段", "住建局", "分管城建副区长", day(2014, 7, 2), -2, "请补报"),
        Item(Y, "resettlement", "协调会问题WT-010提出超过七天未解决", "住建局", "常务副区长", day(2014, 6, 27), 3, "请提级协调"),
        Item(Y, "petitions", "积案XF-008（环境保护类）即将到期", "三江口镇", "分管农业副区长", day(2014, 7, 8), -8, "请按期化解"),
        Item(Y, "petitions", "积案XF-017（村财村务管理类）即将到期", "萩芦镇", "组织部长", day(2014, 7, 12), -12, "请按期化解"),
    )  # fmt: skip


def coming_due() -> tuple[Item, ...]:
    day = dt.date
    return (
        Item(Y, "resettlement", "补报3个安置房项目的建设阶段", "住建局", "分管城建副区长", day(2014, 7, 2), -2, ""),
        Item(Y, "petitions", "积案XF-008（环境保护类）化解时限", "三江口镇", "分管农业副区长", day(2014, 7, 8), -8, ""),
        Item(Y, "petitions", "积案XF-017（村财村务管理类）化解时限", "萩芦镇", "组织部长", day(2014, 7, 12), -12, ""),
        Item(G, "enterprises", "工业项目GY-031计划开工", "江口镇", "分管工业副区长", day(2014, 7, 15), -15, ""),
        Item(G, "enterprises", "应急周转金合同YJ-012到期", "金融办", "常务副区长", day(2014, 7, 20), -20, ""),
        Item(
            G, "resettlement", "安置房项目“涵西片区二期”计划回迁", "涵西街道", "区人大主任", day(2014, 7, 31), -31, ""
        ),
    )


def departures() -> tuple[Departure, ...]:
    settled = (Departure("enterprises", f"企业问题QW-{n:03d}", True) for n in range(7))
    return (*settled, Departure("enterprises", "本月只开了一次企业协调会", False), Departure("petitions", "甲", False))


def rankings(district: District) -> tuple[Ranking, ...]:
    townships = tuple(
        RankingRow(n + 1, name, f"{95 - n * 3}%", (n * 7) % 5 - 2, f"{95 - n * 3}/100")
        for n, name in enumerate(district.townships[:-2])
    )
    small = tuple(RankingRow(None, name, "50%", base="1/2") for name in district.townships[-2:])
    departments = tuple(
        RankingRow(n + 1, d.name, f"{98 - n * 2}分", None if n == 9 else n % 3 - 1, "29", entered=n == 9)
        for n, d in enumerate(district.departments)
    )
    return (
        Ranking(
            "乡镇街道排名",
            "按走访、积案化解、安置房序时进度三项完成率的平均数，从高到低。",
            (*townships, *small),
            "完成/应办",
        ),
        Ranking("部门排名", "按报送及时、数据合格、效能评分三项的平均数，从高到低。", departments, "评分数"),
    )


def receipts(district: District) -> tuple[Receipt, ...]:
    zone = dt.timezone(dt.timedelta(hours=8))
    sheets = {
        "经信局": ("挂钩联系名册", "走访记录", "企业问题台账"),
        "住建局": ("安置房项目进度表", "安置房问题协调台账"),
        "效能办": ("效能监测评议表", "督查问责台账"),
    }
    return tuple(
        Receipt(
            d.name,
            sheets.get(d.name, ("报表",)),
            dt.datetime(2014, 7, 1 + 3 * (d.name == "金融办"), 9, 5 * n, tzinfo=zone),
            f"{d.name}经办人",
            2 if d.name == "金融办" else 0,
            40 + 17 * n,
            int(n % 3 == 1),
            ReceiptStatus.LATE if d.name == "金融办" else ReceiptStatus.RECEIVED,
        )
        for n, d in enumerate(district.departments)
    )


def findings() -> tuple[Finding, ...]:
    block, explain, inform = Severity.BLOCK, Severity.EXPLAIN, Severity.INFORM
    return (
        Finding("RP02", block, "这一行与第31行重复，只保留一行", "财政局", sheet="即征即奖兑现明细", row=57),
        Finding(
            "RP05", explain, "奖励金额大于已缴税款，请说明", "财政局", sheet="即征即奖兑现明细", row=88, column="I"
        ),
        Finding("RH03", explain, "项目没有填写阶段", "住建局", sheet="安置房项目进度表", row=12, column="F"),
        Finding("RH03", explain, "项目没有填写阶段", "住建局", sheet="安置房项目进度表", row=30, column="F"),
        Finding("RH03", explain, "项目没有填写阶段", "住建局", sheet="安置房项目进度表", row=47, column="F"),
        Finding("PC08", explain, "每件积案应有责任单位和化解时限", "信访局", sheet="信访积案台账", row=19, column="K"),
        Finding("EV04", inform, "走访人未填单位，建议补上", "经信局", sheet="走访记录", row=203, column="D"),
    )


def district() -> District:
    return parse_district((ROOT / "data/districts/350303.yaml").read_text(encoding="utf-8"), "350303.yaml")


def june() -> BriefingInput:
    """The whole of June: every department in, five months of history."""
    where = district()
    now = figures()
    history: dict[Period, Mapping[str, Figure]] = {JUNE: now}
    for back in range(1, 5):
        history[JUNE.plus(-back)] = earlier(history[JUNE.plus(1 - back)])
    return BriefingInput(
        district=where,
        period=JUNE,
        figures=now,
        history=dict(sorted(history.items())),
        items=items(),
        coming_due=coming_due(),
        rankings=rankings(where),
        findings=findings(),
        receipts=receipts(where),
        printed_on=dt.date(2014, 7, 3),
        fingerprint="5a" * 32,
        editor_note="六月是半年收官之月。请各责任单位对照红灯、黄灯事项逐项销号，挂钩领导带头落实每周走访和现场协调。",
    )
