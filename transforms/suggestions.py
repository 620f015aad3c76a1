"""Names and codes that no register knows, each with its cell and with what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from transforms import values
from transforms.contracts import Contract
from transforms.districts import District
from transforms.findings import Finding, Severity
from transforms.metrics.duties import HOUSING, LINKS, MEETINGS
from transforms.nearest import Register
from transforms.offices import leader_fault, township_fault
from transforms.period import Period
from transforms.tables import Facts, Source

SUGGESTION_RULES: dict[str, tuple[Severity, str]] = {
    "NM01": (Severity.INFORM, "企业名称与挂钩联系名册中同一代码的名称不同"),
    "NM02": (Severity.EXPLAIN, "企业代码不在挂钩联系名册中，名册里有同名的企业"),
    "NM03": (Severity.INFORM, "企业代码不在挂钩联系名册中，名册里有名称相近的企业"),
    "NM04": (Severity.INFORM, "企业代码的校验位不对，名册里有只差一位或邻位颠倒的代码"),
    "NM05": (Severity.INFORM, "会议对象不是名册中的企业代码，也不是在册的安置房项目编号"),
    "NM06": (Severity.INFORM, "区领导名单中没有这一职务"),
    "NM07": (Severity.INFORM, "本区没有这个乡镇街道"),
}
_SHOWN = 40  # characters of a cell that a finding repeats
_SEVERAL = re.compile(r"[、，,;；\n]+")
_WHOLE_DISTRICT = "全区"

Said = tuple[str, str]  # rule, message
Judge = Callable[[str], str]  # what is wrong with a text, empty for nothing


@dataclass(frozen=True)
class _Sheet:
    """This month's accepted rows of one dataset."""

    contract: Contract
    rows: pd.DataFrame
    sources: Mapping[tuple[str, str], Source]

    def has(self, name: str) -> bool:
        return any(column.name == name and not column.personal for column in self.contract.columns)

    def finding(self, place: int, name: str, said: Said) -> Finding:
        """About the cell of column `name` in the row at `place`, counted from 0."""
        row = self.rows.iloc[place]
        source = self.sources[(row["submission"], self.contract.id)]
        rule, message = said
        return Finding(
            rule=rule,
            severity=SUGGESTION_RULES[rule][0],
            message=f"“{self.contract.column(name).header}”：{message}",
            department=source.department,
            dataset=self.contract.id,
            submission=source.submission,
            filename=source.filename,
            sheet=source.sheet,
            row=int(row["row"]),
            column=source.letters.get(name, ""),
            value=_text(row[name])[:_SHOWN],
            field=name,
            subject=" ".join(filter(None, (_text(row[key]) for key in self.contract.key if self.has(key)))),
        )


def suggest(facts: Facts, contracts: Sequence[Contract], district: District, period: Period) -> tuple[Finding, ...]:
    """What this month's rows name that the register of linked enterprises or the district file does not know, in
    order of dataset, row and column.

    The register is the month's own, else the last one accepted before it; without one enterprises are not judged.
    Only rows of `period` are judged, and only what is unknown is compared, so a clean month costs milliseconds.
    """
    register = _register(facts, district, period)
    projects = _projects(facts, period)
    found: list[Finding] = []
    for contract in contracts:
        frame = facts.frames[contract.id]
        sheet = _Sheet(contract, frame[frame["period"] == str(period)], facts.sources)
        about = [
            *_judged(sheet, "leader", lambda text: leader_fault(text, district), "NM06"),
            *_judged(sheet, "visitor", lambda text: leader_fault(text, district, near_only=True), "NM06"),
            *_judged(sheet, "township", lambda text: township_fault(text, district), "NM07"),
        ]
        if register is not None:
            about += _enterprises(sheet, register)
            if contract.id == MEETINGS and projects:
                about += _judged(sheet, "subject", lambda text: _subject_fault(text, register, projects), "NM05")
        found += sorted(about, key=lambda f: (f.row or 0, len(f.column), f.column, f.rule))
    return tuple(found)


def _text(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell)


def _latest(facts: Facts, dataset: str, period: Period) -> pd.DataFrame | None:
    """The rows of a register as it stood in `period`, else when last accepted before."""
    known = [when for name, when in facts.received if name == dataset and when <= period]
    frame = facts.frames.get(dataset)
    return None if frame is None or not known else frame[frame["period"] == str(max(known))]


def _register(facts: Facts, district: District, period: Period) -> Register | None:
    rows = _latest(facts, LINKS, period)
    if rows is None:
        return None
    named = rows[["enterprise", "enterprise_code", "enterprise_name"]].dropna()
    entries = {core: (code, name) for core, code, name in named.itertuples(index=False, name=None)}
    return Register(entries, (district.province, district.city, district.name))


def _projects(facts: Facts, period: Period) -> frozenset[str]:
    rows = _latest(facts, HOUSING, period)
    return frozenset() if rows is None else frozenset(rows["project_no"].dropna())


def _judged(sheet: _Sheet, name: str, judge: Judge, rule: str) -> Iterator[Finding]:
    """Every filled cell of a column; each distinct text is judged once."""
    if not sheet.has(name):
        return
    cells = sheet.rows[name].tolist()
    said = {text: judge(text) for text in dict.fromkeys(cells) if isinstance(text, str)}
    for place, text in enumerate(cells):
        if verdict := said.get(text):
            yield sheet.finding(place, name, (rule, verdict))


def _enterprises(sheet: _Sheet, register: Register) -> Iterator[Finding]:
    if not sheet.has("enterprise_code"):
        return
    codes = sheet.rows["enterprise_code"].tolist()
    names = sheet.rows["enterprise_name"].tolist() if sheet.has("enterprise_name") else [None] * len(codes)
    for place, (code, name) in enumerate(zip(codes, names, strict=True)):
        if not isinstance(code, str):
            continue
        name = name if isinstance(name, str) else ""
        known = register.name_of(code)
        if known is None:
            if said := _unknown(code, name, register):
                yield sheet.finding(place, "enterprise_code", said)
        elif name and not register.same(name, known):
            yield sheet.finding(place, "enterprise_name", ("NM01", _misnamed(code, name, known, register)))


def _misnamed(code: str, name: str, known: str, register: Register) -> str:
    other = register.named(name)
    hint = f"；“{other.name}”在名册中的代码是 {other.code}" if other else ""
    return f"名册中代码 {code} 是“{known}”，请核对名称和代码{hint}"


def _unknown(code: str, name: str, register: Register) -> Said | None:
    """What a code that the register does not know probably stands for."""
    if other := register.named(name):
        return "NM02", f"名册中没有代码 {code}，同名的“{other.name}”代码是 {other.code}，请核对"
    if not values.check_digit_ok(code) and (other := register.near_code(code)):
        return "NM04", f"名册中没有代码 {code}，相近的有 {other.code}“{other.name}”，请核对"
    if other := register.near_name(name):
        return "NM03", f"名册中没有代码 {code}，名称相近的有“{other.name}”，代码是 {other.code}，请核对"
    return None


def _subject_fault(text: str, register: Register, projects: frozenset[str]) -> str:
    """The first of the parts of a meeting's subject that is neither enterprise nor project nor the whole district."""
    for part in filter(None, map(values.clean, _SEVERAL.split(text))):
        if values.normalise(part) == _WHOLE_DISTRICT or values.as_key(part) in projects:
            continue
        code = _as_code(part)
        if not code:
            return _no_code(part, register, projects)
        if register.name_of(code) is None:
            said = _unknown(code, "", register)
            return said[1] if said else f"名册中没有代码 {code}，请核对"
    return ""


def _as_code(text: str) -> str:
    try:
        return values.parse_org_code(text)
    except values.NotAValue:
        return ""


def _no_code(part: str, register: Register, projects: frozenset[str]) -> str:
    if other := register.named(part) or register.near_name(part):
        return f"应填企业代码，名册中“{other.name}”的代码是 {other.code}"
    near = difflib.get_close_matches(values.as_key(part), sorted(projects), n=1, cutoff=0.8)
    hint = f"，相近的项目编号有“{near[0]}”" if near else ""
    return f"“{part[:_SHOWN]}”不是名册中的企业代码，也不是在册的安置房项目编号{hint}；全区性会议填“全区”"
