"""Reminders: short letters to the departments that have yet to send, or to correct, their month's workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from transforms.board import total
from transforms.briefing.view import Receipt, SheetReceipt, SheetStatus, Tally
from transforms.districts import District
from transforms.findings import Finding, Severity
from transforms.period import Period

SOON_DAYS = 3
_LISTED = 10  # findings that a letter repeats; the returned workbook holds them all
_INDENT = "　　"


class NoticeKind(StrEnum):
    DUE = "即将到期"
    OVERDUE = "逾期未报"
    RETURNED = "退回待更正"


@dataclass(frozen=True)
class Notice:
    """One letter to one department, of one day. `to` is empty when the district file knows no address."""

    department: str
    kind: NoticeKind
    to: str
    subject: str
    body: str
    on: dt.date


def reminders(
    receipts: Iterable[Receipt],
    due: Mapping[str, dt.date],
    today: dt.date,
    district: District,
    period: Period,
    *,
    findings: Iterable[Finding] = (),
    returned: Mapping[str, str] | None = None,
    where: str = "",
) -> tuple[Notice, ...]:
    """At most one letter a department, in the order of `receipts`.

    Who has sent nothing is reminded from `SOON_DAYS` before the due day (`due`, by department) on; who has sent is told
    what still blocks or still has to be explained. `findings` are those of the month, worst first; `returned` names the
    marked workbook that goes with a department's letter, where there is one; `where` says where to send.
    """
    writer = _Writer(today, district, period, tuple(findings), returned or {}, where)
    written = (writer.notice(receipt, due[receipt.department]) for receipt in receipts)
    return tuple(notice for notice in written if notice)


def needs_answer(tally: Tally) -> bool:
    """Whether anything blocks, or is still to be explained."""
    return tally.block > 0 or tally.explain > tally.explained


def printed(notice: Notice) -> str:
    """The letter as text, for a person to copy."""
    return f"收件：{notice.department}（{notice.to or '没有登记邮箱'}）\n主题：{notice.subject}\n\n{notice.body}"


@dataclass(frozen=True)
class _Writer:
    """What every letter of a day has in common."""

    today: dt.date
    district: District
    period: Period
    findings: tuple[Finding, ...]
    returned: Mapping[str, str]
    where: str

    def notice(self, receipt: Receipt, due: dt.date) -> Notice | None:
        left = (due - self.today).days
        if receipt.received_at is not None:
            return self._returned(receipt, due) if needs_answer(total(receipt)) else None
        if left < 0:
            return self._letter(
                receipt, NoticeKind.OVERDUE, f"请尽快报送{self._what}（已逾期{-left}天）", self._owed(receipt, due)
            )
        if left <= SOON_DAYS:
            return self._letter(receipt, NoticeKind.DUE, f"请于{_day(due)}前报送{self._what}", self._owed(receipt, due))
        return None

    @property
    def _what(self) -> str:
        return f"{self.period.chinese}{self.district.campaign}活动报表"

    def _owed(self, receipt: Receipt, due: dt.date) -> Iterator[str]:
        left = (due - self.today).days
        if left < 0:
            yield (
                f"{self._what}应于{_day(due)}前报送，已逾期{-left}天，我办还没有收到贵单位的报表。"
                "请尽快报送；没有报送的，简报中如实注明“未报”，相关数字暂缺。"
            )
        else:
            when = f"还有{left}天" if left else "今天到期"
            yield f"{self._what}应于{_day(due)}前报送（{when}），我办还没有收到贵单位的报表，请按时报送。"
        if found := self._found(receipt):
            yield from ("", "贵单位放来的文件没有收下：", *found)
        yield ""
        yield f"报表：{'、'.join(receipt.datasets)}"
        yield f"期限：{due.year}年{_day(due)}"
        yield f"表样：{receipt.department}{self.period.chinese}报表.xlsx"
        yield self._way()

    def _returned(self, receipt: Receipt, due: dt.date) -> Notice:
        marked = self.returned.get(receipt.department, "")
        subject = f"请更正或说明{self._what}（{_counted(total(receipt))}）"
        return self._letter(receipt, NoticeKind.RETURNED, subject, self._to_correct(receipt, due, marked))

    def _to_correct(self, receipt: Receipt, due: dt.date, marked: str) -> Iterator[str]:
        moment = receipt.received_at
        came = f"{_day(moment.date())}{moment:%H:%M}" if moment else ""
        yield f"贵单位{came}报送的{self._what}已经检查，{_counted(total(receipt))}。请更正或说明后重新报送。"
        if told := [line for sheet in receipt.sheets if (line := _about(sheet))]:
            yield from ("", *told)
        if found := self._found(receipt):
            yield from ("", "问题：", *found)
        yield from ("", "办法：")
        if marked:
            yield f"打开附件“{marked}”：标红的必须改正，标黄的请核对，全部问题列在“问题清单”表中。"
            yield "核对后情况属实、不用改的，在“问题清单”的“情况属实/说明”栏写明原因。"
            yield "改好后另存，连同“问题清单”原样发回，新的文件自动代替原来的。"
        else:
            yield f"请对照上面的问题改正，另存为“{receipt.department}.xlsx”重新报送，新的文件自动代替原来的。"
        yield ""
        yield f"期限：{due.year}年{_day(due)}{'（已过，请尽快）' if self.today > due else ''}"
        yield self._way()

    def _found(self, receipt: Receipt) -> list[str]:
        """What the department has to act on, the worst first."""
        own = [
            finding
            for finding in self.findings
            if finding.department == receipt.department
            and (
                finding.severity is Severity.BLOCK or (finding.severity is Severity.EXPLAIN and not finding.explanation)
            )
        ]
        lines = [f"{number}. {_line(finding)}" for number, finding in enumerate(own[:_LISTED], 1)]
        return [*lines, f"……共{len(own)}条"] if len(own) > _LISTED else lines

    def _way(self) -> str:
        place = f"发到 {self.where}" if self.where else "按原来的渠道报送我办"
        return f"报送：{place}，有疑问请与我办联系。"

    def _letter(self, receipt: Receipt, kind: NoticeKind, subject: str, lines: Iterable[str]) -> Notice:
        known = self.district.department(receipt.department)
        return Notice(
            department=receipt.department,
            kind=kind,
            to=known.email if known else "",
            subject=f"{subject}——{receipt.department}",
            body=_body(receipt.department, list(lines), self.district.masthead.office, self.today),
            on=self.today,
        )


def _body(department: str, lines: Sequence[str], office: str, today: dt.date) -> str:
    paragraphs = [f"{_INDENT}{line}" if line else "" for line in lines]
    signed = ("", f"{_INDENT}{office}", f"{_INDENT}{today.year}年{_day(today)}")
    return "\n".join((f"{department}：", *paragraphs, *signed)) + "\n"


def _about(sheet: SheetReceipt) -> str:
    """What has to be done about a sheet; empty when nothing has."""
    if sheet.status is SheetStatus.MISSING:
        return f"“{sheet.sheet}”：文件里没有这张表，请补报"
    return f"“{sheet.sheet}”：{_counted(sheet.tally)}" if needs_answer(sheet.tally) else ""


def _line(finding: Finding) -> str:
    place = " ".join(part for part in (finding.sheet, finding.cell) if part)
    return f"【{finding.severity.chinese}】{place + '：' if place else ''}{finding.message}"


def _counted(tally: Tally) -> str:
    waiting = tally.explain - tally.explained
    parts = (f"退回{tally.block}条" if tally.block else "", f"待说明{waiting}条" if waiting else "")
    return "，".join(part for part in parts if part)


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"
