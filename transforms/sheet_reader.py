"""From one sheet to one typed table: finds, renames, casts and converts, and says what it met on the way."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transforms import body, coercion, headers, preamble, values
from transforms.addresses import column_letters
from transforms.body import Body
from transforms.coercion import Coerced
from transforms.contracts import Column, ColumnType, Contract, Filled
from transforms.findings import Finding, Severity
from transforms.headers import Header
from transforms.period import Period
from transforms.sheets import Place
from transforms.tables import Cell, RawSheet, Submission, Table
from transforms.totals import wrong_totals

_SHOWN = 40  # characters of a cell that a finding repeats


class SheetReader:
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
