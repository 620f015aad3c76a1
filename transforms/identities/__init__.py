"""Identities: what must hold across sheets, months and departments, or be explained. Each yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from transforms.contracts import Contract
from transforms.districts import District
from transforms.figures import Figure
from transforms.findings import Finding
from transforms.identities import across, moves, sums
from transforms.identities.case import Case
from transforms.metrics.month import Month, NotReported
from transforms.period import Period
from transforms.published import Published
from transforms.tables import Facts

IDENTITY_RULES: dict[str, str] = {
    "ID01": "安置房各阶段之和应等于项目总数",
    "ID02": "上月在册的编号，本月不应消失",
    "ID03": "已回迁的项目不应退回前面的阶段",
    "ID04": "已化解的积案不应又变成化解中",
    "ID05": "走访、融资、奖励涉及的企业应在挂钩联系名册中",
    "ID06": "问题和审批涉及的项目应在安置房项目表中",
    "ID07": "各表的个数应与年初确定的目标一致",
    "ID08": "算出的数应与已经公开的数一致",
    "ID09": "累计数应等于上月累计数加本月数",
    "ID10": "积案各类别之和应等于总数",
    "ID11": "承诺的期限不应比上月推后",
    "ID12": "上月填了的期限，本月不应空着",
    "ID13": "同一企业同一批次的奖励合计不应超过已缴税款",
    "ID14": "已开工、已竣工的项目不应又变成未开工、未竣工",
    "ID15": "活动以来新登记的信访件，化解时限不应超过法定的办理期限",
}

_IDENTITIES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    sums.stages_add_up,
    sums.categories_add_up,
    moves.keys_stay,
    moves.moved_back_stays,
    moves.resolved_stays,
    across.enterprises_registered,
    across.projects_registered,
    sums.targets_match,
    sums.agrees_with_published,
    sums.rolls_forward,
    moves.promises_stand,
    across.reward_within_tax,
    moves.milestones_stay,
    across.within_statutory_limit,
)


def reconcile(
    facts: Facts,
    figures: Mapping[str, Figure],
    contracts: Sequence[Contract],
    district: District,
    period: Period,
    published: Published | None = None,
    before: Mapping[str, Figure] | None = None,
) -> tuple[Finding, ...]:
    """Every identity that does not hold. One whose rows were not sent is not judged."""
    month = Month(facts, {contract.id: contract for contract in contracts}, district, period)
    case = Case(month, figures, before or {}, published)
    found: list[Finding] = []
    for identity in _IDENTITIES:
        try:
            found += identity(case)
        except NotReported:
            continue
    return tuple(found)
