"""The catalogue of metrics: for each its definition, unit, scope, rounding, target, light, owner and source.

Written from the declarations that the program works by, so that it cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from transforms.contracts import Contract
from transforms.districts import Department, District
from transforms.markdown_tables import table
from transforms.metrics import OFFICE, REGISTRY, registry_of
from transforms.metrics.breakdowns import OTHERS
from transforms.metrics.metric import Method, Metric

MECHANISMS: Mapping[int, str] = {
    1: "即征即奖",
    2: "挂钩联系与走访",
    3: "协调会与企业问题",
    4: "融资支持",
    5: "配套费减半",
    6: "纳税增长奖励",
    7: "效能监测",
    8: "小分队与工业项目",
    9: "安置房阶段与进度",
    10: "挂钩领导的座谈、现场协调和回访",
    11: "协调不过周",
    12: "容缺审批",
    13: "督查考评",
    14: "配套与质量",
    15: "积案排查与化解",
    16: "“五个一”",
    17: "类别、渠道与乡镇街道",
    18: "督查问责",
}
TOWNSHIP, LEADER, DEPARTMENT = "‹乡镇街道›", "‹区领导›", "‹部门›"
_INTRODUCTION = (
    "本页由程序中的指标定义生成，请勿手改；改了定义之后运行 `sancu dictionary -o docs` 重新生成。",
    "数值一律用精确分数计算，只在印出时四舍五入一次（末位的 5 进一）。没有数据的指标没有数值，并说明缺哪个部门的报表；"
    "分母为零的占比印为“—”，不是 0。表中合计是用未舍入的数加总的，舍入后各部分之和可能与合计差最末一位，不凑整。",
    f"代码中有{TOWNSHIP}的，每个乡镇街道各一个，另有“其他”一个，收纳空着的和不在名单上的，各部分之和等于总数；有{LEADER}、{DEPARTMENT}的，区县文件列出的各一个，没有应办事项的没有数值。",
)
_HEAD = ("代码", "指标", "English", "定义", "单位与取位", "口径", "算法", "目标", "亮灯", "责任部门", "来自")
_LIGHTLESS = "不亮灯"


@dataclass(frozen=True)
class Entry:
    """One metric, in words for people."""

    code: str
    label: str
    label_en: str
    definition: str
    unit: str
    rounding: str
    scope: str
    mechanism: int
    method: str
    target: str
    light: str
    owner: str
    sheets: tuple[str, ...]
    headline: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"mechanism_name": MECHANISMS[self.mechanism]}

    def lines(self) -> list[str]:
        """For a terminal."""
        return [
            f"{self.code}　{self.label}（{self.label_en}）",
            f"  {self.definition}",
            f"  单位：{self.unit}，{self.rounding}；口径：{self.scope}；机制{self.mechanism}：{MECHANISMS[self.mechanism]}"
            + ("（这项承诺以它为准）" if self.headline else ""),
            f"  算法：{self.method}；责任部门：{self.owner}；来自：{'、'.join(self.sheets) or '见定义'}",
            f"  目标：{self.target or '没有'}；亮灯：{self.light}",
        ]


def catalogue(contracts: Sequence[Contract], district: District) -> tuple[Entry, ...]:
    """Every metric of a district, in the order of the mechanisms, with the targets of the last year that has any."""
    known = {contract.id: contract for contract in contracts}
    metrics = {metric.code: metric for metric in registry_of(district)}
    return tuple(_entry(metric, metrics, known, district) for metric in metrics.values())


def matching(entries: Sequence[Entry], pattern: str) -> tuple[Entry, ...]:
    """The entries that hold `pattern`, in any case, in code, label, English label or definition."""
    wanted = pattern.casefold()
    return tuple(e for e in entries if wanted in "\n".join((e.code, e.label, e.label_en, e.definition)).casefold())


def markdown(contracts: Sequence[Contract], district: District) -> str:
    """The page of the catalogue; townships and departments as one line each."""
    names = {
        "townships": (TOWNSHIP,),
        "leaders": (LEADER,),
        "departments": (Department(name=DEPARTMENT),),
        "service_teams": (),
    }
    everything = catalogue(contracts, district.model_copy(update=names))
    entries = [entry for entry in everything if f".{OTHERS}." not in entry.code]
    parts = [f"# {district.name}{district.campaign}指标目录", *_INTRODUCTION]
    parts.append(f"共 {len(REGISTRY)} 个固定指标，另按乡镇街道、区领导和部门分列 {len(entries) - len(REGISTRY)} 组。")
    for number, name in MECHANISMS.items():
        parts += [f"## {number}. {name}", table(_HEAD, [_row(e) for e in entries if e.mechanism == number])]
    return "\n\n".join(parts) + "\n"


def _row(entry: Entry) -> tuple[str, ...]:
    light = f"**{entry.light}**" if entry.headline else entry.light
    return (
        f"`{entry.code}`",
        entry.label,
        entry.label_en,
        entry.definition,
        f"{entry.unit}，{entry.rounding}",
        entry.scope,
        entry.method,
        entry.target,
        light,
        entry.owner,
        "、".join(entry.sheets),
    )


def _entry(
    metric: Metric, metrics: Mapping[str, Metric], contracts: Mapping[str, Contract], district: District
) -> Entry:
    against = metric.method is Method.TARGET
    sources = [contracts[dataset] for dataset in (metrics[metric.columns[0]] if against else metric).datasets]
    return Entry(
        code=metric.code,
        label=metric.label,
        label_en=metric.label_en,
        definition=metric.definition,
        unit=metric.unit.value,
        rounding=f"最多 {metric.unit.decimals} 位小数" if metric.unit.decimals else "整数",
        scope=metric.scope.value,
        mechanism=metric.mechanism,
        method=_method(metric, sources),
        target=_target(metric, district),
        light=metric.judge.rule if metric.judge else _LIGHTLESS,
        owner="、".join(dict.fromkeys(contract.department for contract in sources)) or OFFICE,
        sheets=tuple(contract.sheet for contract in sources),
        headline=metric.headline,
    )


def _method(metric: Metric, sources: Sequence[Contract]) -> str:
    if metric.method is Method.TARGET:
        return f"{metric.columns[0]} ÷ 年度目标"
    headers = [_header(sources[0], name) for name in metric.columns]
    return f"{metric.method.value}：{'、'.join(headers)}" if headers else metric.method.value


def _header(contract: Contract, name: str) -> str:
    """The header of a column; the core of an organisation code stands in its code's column."""
    names = {column.name: column.header for column in contract.columns}
    return names.get(name) or names[f"{name}_code"]


def _target(metric: Metric, district: District) -> str:
    known = [target for target in district.targets if target.key == metric.target]
    if not known:
        return ""
    target = max(known, key=lambda target: (target.year, target.set_on))
    return f"{target.year}年{target.value}{target.unit}（{target.set_on} 定）"
