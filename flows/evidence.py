"""The evidence workbook of a figure: what `flows.why` tells, with the source rows copied out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from flows import atomic
from flows.explanation import Explanation, SourceRange
from flows.ledger import Ledger
from flows.ledger.audit import Deed
from flows.readings import Readings
from flows.roles import Role, require
from flows.sealing import seal
from flows.settings import Settings
from flows.store import Store
from flows.why import explain
from transforms import evidence
from transforms import evidence_rows as rows
from transforms.errors import UsageError
from transforms.evidence import Evidence, RangeLine
from transforms.evidence_rows import Spot
from transforms.figures import Figure, half_up, value_of
from transforms.findings import Finding
from transforms.readings import Reading

_SUFFIX = ".xlsx"


def write_evidence(
    settings: Settings, code: str, period: str, out: Path, district: str | None = None, unmasked: bool = False
) -> Path:
    """Write the workbook to `out`, whole or not at all; its path. `unmasked` with petitioners' names and the like, for those
    who have the role: it is entered in the audit log before anything is read, and the file is its owner's alone.

    Raises:
        NotAllowed: `unmasked`, and the user may not.
        UsageError: as `explain`, or `out` is no name of an .xlsx file.
        EnvironmentFailure: as `explain`, or `out` cannot be written.
    """
    if out.suffix.lower() != _SUFFIX or out.is_dir():
        raise UsageError(f"“{out}”应是一个以 {_SUFFIX} 结尾的文件名。")
    explanation = explain(settings, code, period, district)
    place, ledger = district or settings.district, Ledger(settings.database_url)
    if unmasked:
        require(settings, Role.PETITIONS)
        ledger.record_deed(Deed.UNMASKED, {"figure": code}, place, period)
        seal(ledger, Store(settings.store_url))
    data = evidence.workbook(gather(explanation, Readings(settings, place, ledger, unmasked)))
    try:
        atomic.write(out, data, mode=0o600 if unmasked else 0o666)
    except OSError as error:
        raise atomic.failure(f"写不进 {out}", error) from error
    return out


def gather(explanation: Explanation, readings: Readings) -> Evidence:
    """What the workbook says."""
    read: dict[tuple[str, str], Reading] = {}
    places = []
    for item in explanation.ranges:
        if item.cells:
            key = (item.place.submission, item.place.sheet)
            read[key] = read.get(key) or readings.read(*key)
            places.append((item.period, item.place, read[key]))
    sources, spots = rows.gather(places)
    found = {place: spot for (_, place, _), spot in zip(places, spots, strict=True)}
    return Evidence(
        title=f"{explanation.figure.label}（{explanation.figure.code}）{explanation.briefing.period} 依据",
        about=tuple(_about(explanation)),
        ranges=tuple(_line(item, found.get(item.place)) for item in explanation.ranges),
        sources=sources,
        excluded=tuple(_excluded(explanation, finding) for finding in explanation.excluded),
        excluded_note=_note(explanation),
        inputs=tuple(_input(figure) for figure in explanation.inputs),
        total=explanation.total,
    )


def _about(explanation: Explanation) -> Iterator[tuple[str, evidence.Value]]:
    figure, briefing = explanation.figure, explanation.briefing
    yield "指标", figure.label
    yield "代码", figure.code
    yield "期别", f"{briefing.period}，第{briefing.number}期（总第{briefing.total_number}期）"
    yield "口径", figure.scope.value
    yield "含义", figure.definition
    yield "印出", value_of(figure.value, figure.unit)
    yield "精确值", _exact(figure)
    yield "公式", explanation.formula or "见含义"
    if figure.note:
        yield "备注", figure.note
    if figure.target is not None:
        yield "目标", value_of(figure.target, figure.unit)
    if figure.from_district_file:
        yield "区县文件", f"{briefing.district}.yaml 的 {figure.from_district_file}"
    if explanation.ranges:
        yield "核对", _checked(explanation)
        yield "标记", "各原文表中黄底加粗的格进入了这个数；原文照抄，涉及个人的已遮蔽。"


def _exact(figure: Figure) -> str:
    if figure.value is None:
        return "没有"
    decimal = half_up(figure.value, 6)
    same = Fraction(decimal) == figure.value
    return f"{decimal}{figure.unit.value}" if same else f"{figure.value}{figure.unit.value}（约 {decimal}）"


def _checked(explanation: Explanation) -> str:
    if explanation.total is not None:
        return f"小计之和 {half_up(explanation.total, 6)}{explanation.unit}，等于本指标"
    if explanation.rows is not None:
        return f"共 {explanation.rows} 行，等于本指标"
    return "本指标不是下列各格之和，按含义和公式算"


def _excluded(explanation: Explanation, finding: Finding) -> tuple[str, ...]:
    where = (str(explanation.period_of(finding)), finding.filename, finding.sheet, finding.cell)
    return (*where, finding.rule, finding.message, finding.value)


def _note(explanation: Explanation) -> str:
    if explanation.unchecked:
        return f"{'、'.join(map(str, explanation.unchecked))} 没有做过简报，那几个月没有计入的行没有记录。"
    return "" if explanation.excluded else "没有。"


def _input(figure: Figure) -> tuple[evidence.Value, ...]:
    told = (figure.unit.value, value_of(figure.value, figure.unit), figure.scope.value, figure.definition)
    return (figure.code, figure.label, figure.value, *told)


def _line(item: SourceRange, spot: Spot | None) -> RangeLine:
    place = item.place
    told = (place.filename, place.sheet, place.ranges, place.rows)
    return RangeLine(str(item.period), *told, item.subtotal, item.unit, item.conversions, spot)
