"""From a raw workbook to typed tables. Reading only finds, renames, casts and converts; it judges no values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from transforms import personal, preamble, returns, sheets
from transforms.contracts import Contract, template_version
from transforms.errors import UsageError
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.sheet_reader import SheetReader
from transforms.sheets import Place
from transforms.tables import Intake, RawWorkbook, Submission, Table
from transforms.values import mask_name

READING_RULES: dict[str, str] = {
    "RD00": "文件打不开",
    "RD01": "找不到应报的表",
    "RD02": "找不到表头或必需的列",
    "RD03": "表上写的月份不是本期",
    "RD04": "单位按表头或按比例读取，请核对",
    "RD05": "表头与规定的不完全一样，按相近的读取",
    "RD06": "单元格的内容读不出来",
    "RD07": "工作表是隐藏的，或某一行没有当作数据",
    "RD08": "合计与各行相加不一致",
    "RD09": "有两列或两张表都符合，只读了第一个",
    "RD10": "数字太长，末尾几位已经丢失",
    "RD11": "有多出的列或工作表，没有读取",
    "RD12": "文件里有宏或外部链接（没有运行，没有跟随），或格式看不全",
    "RD13": "有隐藏的行列或划掉的行，已照常读取",
    "RD14": "文件名或表样上的月份不是本期，或表样是旧的",
    "RD15": "文本文件的一行与其他行的格数不同，或文件像是没有传完",
}
_REMARKS = {
    "macros": ("RD12", "文件里有宏，没有运行；报表不需要宏，请另存为 .xlsx"),
    "links": ("RD12", "文件引用了别的文件，没有跟随，按保存时的数读取"),
    "unseen": ("RD12", "这种格式看不出隐藏的行、划掉的行和出错的公式，请尽量另存为 .xlsx 再报"),
    "short": ("RD15", "文件写明的行数比读到的多，可能不完整，请核对最后几行"),
    "cut": ("RD15", "最后一行没有换行，文件可能没有传完，请核对最后几行"),
}


def read_submission(raw: RawWorkbook, submission: Submission, contracts: Sequence[Contract]) -> Intake:
    """The tables of one submission, one a contract, and what was found on the way.

    `contracts` are those of the submission's department. A dataset whose sheet, header or month is wrong has no
    table and a blocking finding. A cell that cannot be read is empty in the frame and has one RD06 finding with its
    row and column; later checks skip such cells by looking them up in `Intake.findings`. RD06 blocks when a blocking
    `filled` rule of the contract asks for the cell, else it is to be explained.
    """
    places = sheets.assign(raw.sheets, contracts)
    elsewhere = _periods_elsewhere(raw, submission)
    tables: list[Table] = []
    rest = () if len(places) < len(contracts) else sheets.unread(raw.sheets, places)
    findings = _about_file(raw, submission, rest, template_version(contracts))
    for contract in contracts:
        place = places.get(contract.id)
        if place is None:
            findings.append(_no_sheet(raw, submission, contract))
            continue
        reader = SheetReader(submission, contract, place, raw.date_1904, elsewhere)
        table = reader.table()
        findings += reader.findings
        if table is not None:
            tables.append(table)
    if persons := personal.names(places, contracts):
        tables = [
            replace(table, written=table.written.replace({one: mask_name(one) for one in persons})) for table in tables
        ]
        findings = [_without(persons, finding) for finding in findings]
    return Intake(submission, tuple(tables), tuple(findings), _explanations(raw, places, contracts))


def _without(persons: Collection[str], finding: Finding) -> Finding:
    """A person's name may have been typed into another column, whose cell a finding quotes."""
    message, value = finding.message, finding.value
    for name in sorted((one for one in persons if one in message or one in value), key=len, reverse=True):
        message, value = message.replace(name, mask_name(name)), value.replace(name, mask_name(name))
    return replace(finding, message=message, value=value)


def unreadable(submission: Submission, reason: str) -> Intake:
    """The intake of a file that could not be opened; `reason` is the sentence of UnreadableFile."""
    finding = Finding("RD00", Severity.BLOCK, reason, submission.department, "", submission.sha256, submission.filename)
    return Intake(submission, (), (finding,))


def stated_period(raw: RawWorkbook, contracts: Sequence[Contract], filename: str = "") -> Period | None:
    """The month that the sheets of these contracts name, else the form's stamp, else the file's name; None when they
    name none, or not the same."""
    places = sheets.assign(raw.sheets, contracts).values()
    stated = {month for p in places if p.header for month in preamble.stated_periods(p.sheet, p.header)}
    named = [stated, set(_stamped(raw)), set(preamble.named_periods(filename))]
    first = next((periods for periods in named if periods), set())
    return first.pop() if len(first) == 1 else None


def _stamped(raw: RawWorkbook) -> tuple[Period, ...]:
    try:
        return (Period.parse(raw.stamp["sancuPeriod"]),)
    except (KeyError, UsageError):
        return ()


def _periods_elsewhere(raw: RawWorkbook, submission: Submission) -> Mapping[str, tuple[Period, ...]]:
    """The months that stand outside the sheets, the surest first."""
    named = preamble.named_periods(submission.filename, submission.period)
    return {"表样": _stamped(raw), "文件名": named}


def _about_file(raw: RawWorkbook, submission: Submission, rest: Sequence[str], template: str) -> list[Finding]:
    """What is worth saying about the whole file; `rest` are sheets that were not read, `template` is the version of
    the forms that are sent out now."""
    told = [_REMARKS[code] for code in raw.remarks]
    if raw.stamp.get("sancuTemplate", template) != template:
        told.append(("RD14", "用的是旧表样，已照常读取，下次请用新发的表样"))
    if rest:
        told.append(("RD11", f"工作表“{'”“'.join(rest[:5])}”{f'等 {len(rest)} 张' if len(rest) > 5 else ''}没有读取"))
    by, sha, filename = submission.department, submission.sha256, submission.filename
    return [Finding(rule, Severity.INFORM, f"{by}：{text}", by, "", sha, filename) for rule, text in told]


def _explanations(raw: RawWorkbook, places: Mapping[str, Place], contracts: Sequence[Contract]) -> Mapping[str, str]:
    """What the department wrote beside our findings; a name that stands in a personal column is masked there too."""
    given = returns.explanations(raw)
    if not given:
        return {}
    hidden = personal.hidden_texts(places, contracts)
    for name in sorted(hidden, key=len, reverse=True):
        given = {key: text.replace(name, hidden[name]) for key, text in given.items()}
    return given


def _no_sheet(raw: RawWorkbook, submission: Submission, contract: Contract) -> Finding:
    seen = "、".join(f"“{sheet.name}”" for sheet in raw.sheets[:10]) or "没有工作表"
    message = f"{submission.department}：找不到“{contract.sheet}”这张表，文件里有：{seen}"
    return Finding(
        "RD01", Severity.BLOCK, message, submission.department, contract.id, submission.sha256, submission.filename
    )
