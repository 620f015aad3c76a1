"""The notes sheet of `figures.xlsx`: what the numbers are, and by which rules they were made."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.districts import District, Thresholds
from transforms.figures import Light, Scope, Unit
from transforms.period import Period

_UNITS = {
    Unit.ENTERPRISES: "不同的企业数",
    Unit.ENTERPRISE_TIMES: "不同的（企业、批次）数：一家企业一批中兑现两种税，算一家次",
    Unit.BATCHES: "不同的兑现批次数",
    Unit.MONEY_WAN: "金额，按分累加，存到小数点后6位",
    Unit.AREA_WAN: "建筑面积，1万平方米 = 10000平方米",
    Unit.PERCENT: "百分数，85.5 就是 85.5%",
    Unit.POINTS: "两个百分数之差",
}
_SCOPES = {
    Scope.MONTH: "当月发生的",
    Scope.YEAR: "当年1月1日到月底",
    Scope.CAMPAIGN: "活动开始到月底",
    Scope.END: "月底时的状况",
}
_SHORT = (Unit.ITEMS, Unit.CASES, Unit.TIMES, Unit.DAYS, Unit.PEOPLE, Unit.HOMES, Unit.MULTIPLE, Unit.SCORE)


def notes(district: District, period: Period, title: str, provisional: bool) -> Iterator[tuple[str, str]]:
    """(what, text), line by line, in the order of the sheet."""
    limits = district.thresholds_at(period)
    yield "名称", title
    yield "期别", f"{period.chinese}（{period}）"
    yield "区县", f"{district.name}，区划代码 {district.code}"
    yield "是否定稿", "未定稿：有部门没有报送，或者报表退回未改" if provisional else "各部门都已报送"
    yield "编制", district.masthead.office
    yield "工作表 指标", "本月全部指标，一行一个"
    yield (
        "工作表 历月",
        "本月和以前最多24个月，一行一个指标，一列一个月；是按本期所知重新算出的，更正过的月份可能与当月简报不同",
    )
    yield "空格与 —", "没有数值的格空着，旁边写明原因；简报上印作 —。空着不是零"
    yield "精度", "格中存的数精确到小数点后6位，只有显示的样子按单位四舍五入；合计请用格中的数，不要用显示的数"
    for unit, text in _UNITS.items():
        yield f"单位 {unit.value}", text
    yield f"单位 {'、'.join(unit.value for unit in _SHORT)}", "按字面，见“指标”表的“含义”"
    for scope, text in _SCOPES.items():
        yield f"口径 {scope.value}", text
    yield "亮灯", "、".join(f"{light.mark} {light.value}" for light in Light) + "；没有规则或没有数值的不亮灯"
    yield from ((f"亮灯 {what}", text) for what, text in _lights(limits))
    yield (
        "门槛的依据",
        f"区县文件 {district.code}.yaml 的 thresholds，以上是 {period} 执行的；门槛改了，旧月份不重新亮灯",
    )
    yield "含义", "每个指标的含义在“指标”表中；全部指标见 docs/metrics.md，或运行 sancu metrics"
    yield "来源", f"一个指标由哪些单元格算出，运行：sancu why 代码 {period}"
    yield "开放数据", "同样的数在 figures.csv 和 figures.parquet，列的说明在 datapackage.json"
    yield "个人信息", "不含信访人姓名和住址"


def _lights(limits: Thresholds) -> Iterator[tuple[str, str]]:
    low, high = limits.schedule_yellow_points, limits.schedule_red_points
    yield "进度", f"落后不超过{low}个百分点为绿，不超过{high}个为黄，更多为红"
    yield (
        "期限",
        f"过期为红；剩{limits.promise_yellow_days}天以内为黄，信访积案剩{limits.petition_yellow_days}天以内为黄；其余为绿",
    )
    yield "职责", "应做的都做了为绿，少一次为黄，少两次以上为红"
    yield (
        "兑现比例",
        f"{limits.promise_green_percent}%以上为绿，{limits.promise_yellow_percent}%以上为黄，以下为红",
    )
    yield "不该有的", "没有为绿，有为红；只是应整改的，有为黄"
