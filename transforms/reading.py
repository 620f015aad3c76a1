"""From a raw workbook to typed tables. Reading only finds, renames, casts and converts; it judges no values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from transforms import body, coercion, headers, preamble, returns, sheets, values
from transforms.body import Body
from transforms.coercion import Coerced
from transforms.contracts import Column, ColumnType, Contract, Filled, template_version
from transforms.errors import UsageError
from transforms.findings import Finding, Severity
from transforms.headers import Header
from transforms.period import Period
from transforms.sheets import Place
from transforms.tables import Cell, Intake, RawSheet, RawWorkbook, Submission, Table
from transforms.totals import wrong_totals

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
_SHOWN = 40  # characters of a cell that a finding repeats
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
        reader = _SheetReader(submission, contract, place, raw.date_1904, elsewhere)
        table = reader.table()
        findings += reader.findings
        if table is not None:
            tables.append(table)
    return Intake(submission, tuple(tables), tuple(findings), _explanations(raw, places, contracts))


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


def column_letters(place: int) -> str:
    """Column letters of a place counted from 0: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


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
    hidden: dict[str, str] = {}
    for contract in contracts:
        place = places.get(contract.id)
        for column in contract.columns if place and place.header else ():
            if column.personal and place and place.header and column.name in place.header.columns:
                where = place.header.columns[column.name]
                cells = (row[where] for row in place.sheet.cells[place.header.body :] if where < len(row))
                hidden |= {text: coercion.masked(column, text) for cell in cells if len(text := values.clean(cell)) > 1}
    for name in sorted(hidden, key=len, reverse=True):
        given = {key: text.replace(name, hidden[name]) for key, text in given.items()}
    return given


def _no_sheet(raw: RawWorkbook, submission: Submission, contract: Contract) -> Finding:
    seen = "、".join(f"“{sheet.name}”" for sheet in raw.sheets[:10]) or "没有工作表"
    message = f"{submission.department}：找不到“{contract.sheet}”这张表，文件里有：{seen}"
    return Finding(
        "RD01", Severity.BLOCK, message, submission.department, contract.id, submission.sha256, submission.filename
    )


class _SheetReader:
    """Reads one sheet for one contract and gathers findings."""

    def __init__(
        self,
        submission: Submission,
        contract: Contract,
        place: Place,
        date_1904: bool,
        elsewhere: Mapping[str, tuple[Period, ...]],
    ) -> None:
        self.submission, self.contract, self.place = submission, contract, place
        self.sheet: RawSheet = place.sheet
        self.date_1904, self.elsewhere = date_1904, elsewhere
        self.findings: list[Finding] = []

    def table(self) -> Table | None:
        header = self.place.header
        if header is None:
            self._say(
                "RD02", Severity.BLOCK, f"前 {headers.SEARCHED_ROWS} 行里找不到表头，应有“{self._expected()}”等列"
            )
            return None
        self._describe_sheet(header)
        if not self._acceptable(header):
            return None
        rows = body.sort_rows(self.sheet, header, self.contract)
        for row in sorted(set(self.sheet.ragged_rows) & {header.body - 1, *rows.rows, *(t.row for t in rows.totals)}):
            self._say("RD15", Severity.EXPLAIN, "这一行的格数与其他行不同，文件可能不完整，请核对", row=row)
        for row in rows.strays:
            self._say("RD07", Severity.INFORM, "这一行没有当作数据，如是数据请补齐编号等各列", row=row)
        columns = {c.name: c for c in self.contract.columns if c.name in header.columns}
        cells = {
            name: body.column_cells(self.sheet, rows.rows, header.columns[name], column.type)
            for name, column in columns.items()
        }
        units = self._units(header, columns, cells)
        coerced = {
            name: coercion.coerce(cells[name], column, units[name], self.date_1904, self._joins(column))
            for name, column in columns.items()
        }
        self._half_seen(header, rows)
        self._unread_cells(coerced, rows, header)
        self._totals(coerced, rows, header, units)
        return self._assembled(coerced, rows, header)

    def _describe_sheet(self, header: Header) -> None:
        if self.sheet.hidden:
            self._say("RD07", Severity.INFORM, "这张工作表是隐藏的，已照常读取")
        for rival in self.place.rivals:
            self._say("RD09", Severity.EXPLAIN, f"工作表“{rival}”也像这张表，没有读取；请合并成一张表或删去多余的")
        for name, others in header.twins.items():
            first = column_letters(header.columns[name])
            rest = "、".join(column_letters(place) for place in others)
            self._say(
                "RD09",
                Severity.EXPLAIN,
                f"{first} 列和 {rest} 列都是“{header.shown(name)}”，按 {first} 列读取",
                name,
                header,
            )
        for name in sorted(header.guesses):
            wanted = self.contract.column(name).header
            self._say("RD05", Severity.INFORM, f"表头“{header.shown(name)}”按“{wanted}”读取，请改正", name, header)

    def _acceptable(self, header: Header) -> bool:
        missing = header.missing(self.contract)
        for column in missing:
            near = header.nearest(column)
            hint = f"，相近的有“{near}”" if near else "，也没有相近的列"
            self._say("RD02", Severity.BLOCK, f"找不到列“{column.header}”{hint}")
        return not missing and self._of_this_month(header)

    def _of_this_month(self, header: Header) -> bool:
        """By what the sheet says, else the form's stamp, else the file's name; the others are said when they differ."""
        stated = {"表上": preamble.stated_periods(self.sheet, header), **self.elsewhere}
        month, known = self.submission.period, False
        for where, periods in stated.items():
            if periods and month not in periods:
                named = "、".join(period.chinese for period in periods)
                text = f"{where}写的是{named}，应报{month.chinese}"
                if not known:
                    self._say("RD03", Severity.BLOCK, text)
                    return False
                self._say("RD14", Severity.INFORM, f"{text}，已按表上的月份收下")
            known = known or bool(periods)
        return True

    def _joins(self, column: Column) -> bool:
        """Numbers (…_no) and key columns join rows across sheets and months, so they are brought to one spelling."""
        return column.type is ColumnType.TEXT and (column.name.endswith("_no") or column.name in self.contract.key)

    def _units(
        self, header: Header, columns: Mapping[str, Column], cells: Mapping[str, list[Cell]]
    ) -> dict[str, str | None]:
        """For each column the unit that the sheet states: header before note; fractions when the cells show it."""
        notes = preamble.stated_units(self.sheet, header)
        units: dict[str, str | None] = {}
        for name, column in columns.items():
            stated = notes.get(column.type, ())
            note = stated[0] if len(stated) == 1 else None
            own = headers.unit_of(header.labels[header.columns[name]], column.type)
            if own and note and own != note and column.type is not ColumnType.PERCENT:
                self._say(
                    "RD04", Severity.INFORM, f"表头写“{own}”，表上方写“单位：{note}”，按表头的“{own}”读取", name, header
                )
            elif not own and len(stated) > 1:
                written = "”“".join(stated)
                text = f"表上方写了几种单位“{written}”，分不清哪个是这一列的，按规定的“{column.unit}”读取，请核对"
                self._say("RD04", Severity.EXPLAIN, text, name, header)
            units[name] = own or note
        percents = [name for name, column in columns.items() if column.type is ColumnType.PERCENT]
        shown = coercion.percent_unit([cells[name] for name in percents])
        for name, (unit, doubtful) in zip(percents, shown, strict=True):
            if unit:
                # A header that says % makes 0.5 a half percent as likely as a half.
                severity = Severity.EXPLAIN if units[name] else Severity.INFORM
                units[name] = unit
                self._say("RD04", severity, "各格都在 0 到 1 之间，按比例读取：0.855 读作 85.5%，请核对", name, header)
            elif doubtful:
                self._say("RD04", Severity.INFORM, "有的格小于 1，按百分数读取：0.5 读作 0.5%，请核对", name, header)
        return units

    def _unread_cells(self, coerced: Mapping[str, Coerced], rows: Body, header: Header) -> None:
        for name, column in coerced.items():
            for index, reason in column.failures.items():
                personal, lost = column.column.personal, index in column.lost
                self._say(
                    "RD10" if lost else "RD06",
                    Severity.BLOCK if lost or self._must_be_filled(name, coerced, index) else Severity.EXPLAIN,
                    f"“{column.column.header}”{'这一格读不出来' if personal else '读不出来：' + reason}",
                    name,
                    header,
                    row=rows.rows[index],
                    value="" if personal else column.written[index],
                    subject=self._subject(coerced, index),
                )

    def _subject(self, coerced: Mapping[str, Coerced], index: int) -> str:
        """The row's key as written, as `transforms.verdicts.subject` gives it."""
        keys = (coerced[name] for name in self.contract.key if name in coerced)
        return " ".join(key.written[index] for key in keys if key.written[index] and not key.column.personal)

    def _half_seen(self, header: Header, rows: Body) -> None:
        """Columns that were not read; rows and columns that a person looking at the sheet would not see, or would
        take for deleted."""
        for row in header.passed:
            text = f"第 {row + 1} 行也像表头，它到第 {header.row} 行没有读取；请合并成一张表"
            self._say("RD09", Severity.EXPLAIN, text, row=row)
        if unread := header.unread():
            self._say("RD11", Severity.INFORM, f"多出的列没有读取：{'、'.join(unread[:8])}{'等' * (len(unread) > 8)}")
        for places, text in (
            (self.sheet.hidden_rows, "是隐藏的，已照常读取；不报的请删去"),
            (self.sheet.struck_rows, "有删除线，已照常读取；不报的请删去"),
        ):
            if found := sorted(set(places) & set(rows.rows)):
                shown = "、".join(str(row + 1) for row in found[:10])
                self._say(
                    "RD13", Severity.INFORM, f"第 {shown} 行{f'等 {len(found)} 行' if len(found) > 10 else ''}{text}"
                )
        hidden = [place for place in self.sheet.hidden_columns if place < max(map(len, self.sheet.cells), default=0)]
        if hidden:
            shown = "、".join(column_letters(place) for place in hidden[:10])
            self._say("RD13", Severity.INFORM, f"{shown} 列是隐藏的，已照常读取")

    def _must_be_filled(self, name: str, coerced: Mapping[str, Coerced], index: int) -> bool:
        return any(
            isinstance(rule, Filled)
            and rule.severity is Severity.BLOCK
            and name in rule.columns
            and all(other in coerced and coerced[other].values[index] in wanted for other, wanted in rule.when.items())
            for rule in self.contract.rules
        )

    def _totals(
        self, coerced: Mapping[str, Coerced], rows: Body, header: Header, units: Mapping[str, str | None]
    ) -> None:
        for wrong in wrong_totals(self.sheet, rows, coerced, header.columns, units):
            self._say(
                "RD08", Severity.EXPLAIN, wrong.text, wrong.name, header, wrong.row, wrong.value, f"合计行 {wrong.name}"
            )

    def _assembled(self, coerced: Mapping[str, Coerced], rows: Body, header: Header) -> Table:
        index = pd.Index([row + 1 for row in rows.rows], dtype="int64")
        frame: dict[str, object] = {}
        written: dict[str, list[str]] = {}
        letters: dict[str, str] = {}
        for column in self.contract.columns:
            name, found = column.name, coerced.get(column.name)
            nothing = [None] * len(index)
            items = found.values if found else nothing
            names = {name: items}
            if column.type is ColumnType.ORG_CODE:
                names[name.removesuffix("_code")] = [values.core(code) if code else None for code in items]
            for each, its_items in names.items():
                frame[each] = coercion.as_array(column.type, its_items)
                written[each] = found.written if found else [""] * len(index)
                if found:
                    letters[each] = column_letters(header.columns[name])
        return Table(
            dataset=self.contract.id,
            submission=self.submission,
            sheet=self.sheet.name,
            letters=letters,
            frame=pd.DataFrame(frame, index=index),
            written=pd.DataFrame(written, index=index, dtype="str"),
        )

    def _expected(self) -> str:
        return "”“".join(column.header for column in self.contract.columns if not column.optional)[:40]

    def _say(
        self,
        rule: str,
        severity: Severity,
        text: str,
        name: str = "",
        header: Header | None = None,
        row: int | None = None,
        value: str = "",
        subject: str = "",
    ) -> None:
        """`row` and the column's place count from 0 here and as the sender counts in the finding. A finding about a
        column stands at its header cell."""
        if header is not None and row is None and name:
            row = header.body - 1
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity,
                message=f"{self.submission.department}·{self.sheet.name}：{text}",
                department=self.submission.department,
                dataset=self.contract.id,
                submission=self.submission.sha256,
                filename=self.submission.filename,
                sheet=self.sheet.name,
                row=None if row is None else row + 1,
                column=column_letters(header.columns[name]) if header is not None and name else "",
                value=value[:_SHOWN],
                field=name,
                subject=subject,
            )
        )
