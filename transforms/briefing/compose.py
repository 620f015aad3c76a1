"""Composed: every choice of one issue made, so that printing only prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from transforms.board import with_counts
from transforms.briefing import charts, printing, selection, trends
from transforms.briefing.sources import entries
from transforms.briefing.verdict import verdict
from transforms.briefing.view import (
    PRELIMINARY,
    REVISED,
    AttentionItem,
    BriefingInput,
    Edition,
    ReceiptStatus,
    Section,
    SeverityCount,
    Trend,
    View,
)
from transforms.errors import ConfigurationError
from transforms.figures import Figure, Light, show, untraced
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.revisions import Revision, grouped

FINDINGS_PRINTED = 30
REVISIONS_PRINTED = 30


def compose(given: BriefingInput) -> View:
    """The view of one issue, with every item on page one: `fitting.fit` takes off what has no room there.

    Raises:
        ConfigurationError: a template or selection names a figure that does not exist; the message has file and line.
    """
    figures = given.figures
    _require(figures)
    number, total_number = given.district.numbering.of(given.period)
    candidates = tuple(sorted(given.items, key=lambda i: i.light is not Light.RED))
    drawn = {
        "enterprises": charts.progress(figures, given.period),
        "resettlement": charts.stages(figures),
        "petitions": charts.categories(figures),
    }
    measured = [code for code in selection.DUTIES if figures[code].light is not None]
    head = given.district.masthead
    shortfalls = tuple(code for code in measured if figures[code].light is not Light.GREEN)
    months = sorted(m for m in given.history if m <= given.period)[-selection.MONTHS_PRINTED :]
    codes = tuple(dict.fromkeys((*selection.all_codes(), *printing.figure_codes())))
    view = View(
        district=given.district,
        period=given.period,
        figures=figures,
        number=number,
        total_number=total_number,
        title=given.district.masthead.title.replace("{period}", given.period.chinese),
        printed_on=given.printed_on,
        fingerprint=given.fingerprint,
        editor_note=given.editor_note.strip(),
        correction=given.correction.strip(),
        signed=given.signed,
        provisional=given.provisional,
        missing=tuple(
            r.department for r in given.receipts if r.status in (ReceiptStatus.MISSING, ReceiptStatus.RETURNED)
        ),
        verdict=verdict(figures, given.period, given.items, len(measured), len(shortfalls)),
        strip=selection.STRIP,
        attention=candidates,
        sections=tuple(
            Section(
                name,
                ordinal,
                title,
                short,
                items=_by_leader([i for i in given.items if i.workstream == name], given.district.leaders),
                held_back=0,
                chart=drawn[name],
                settled=tuple(d.subject for d in given.departures if d.workstream == name and d.settled),
                dropped=sum(d.workstream == name and not d.settled for d in given.departures),
            )
            for name, ordinal, title, short in selection.WORKSTREAMS
        ),
        shortfalls=shortfalls,
        measured_duties=len(measured),
        rankings=given.rankings,
        coming_due=given.coming_due,
        receipts=with_counts(given.receipts, given.findings),
        severity_counts=(),
        findings=(),
        findings_more=0,
        explained=(),
        trend_months=tuple(months),
        trends=tuple(
            Trend(
                code, tuple(_cell(given.history[m], code) for m in months), tuple(_mark(given, m, code) for m in months)
            )
            for code in selection.TRENDS
        ),
        entries=entries(figures, codes),
        revisions=given.revisions,
        differing=given.differing,
        incomplete=given.incomplete,
        previous=untraced(given.history.get(given.period.previous, {})),
        candidates=candidates,
        trend=trends.trend(given.history, given.period),
        enterprises=given.enterprises,
        edition=Edition(
            sent=(("报", head.report_to), ("送", head.send_to), ("发", head.issue_to)),
            copies=head.copies,
        ),
    )
    return with_findings(with_revisions(view, given.revisions), given.findings)


def with_findings(view: View, found: Sequence[Finding]) -> View:
    """The view telling these findings: those that block or ask for a word, as many as are printed, the worst first."""
    ordered = sorted(found, key=lambda f: (f.severity.rank, f.department, f.sheet, f.row or 0, f.rule))
    printed = [f for f in ordered if f.severity is not Severity.INFORM and not f.explanation][:FINDINGS_PRINTED]
    explained = tuple(f for f in ordered if f.explanation)
    return replace(
        view,
        found=tuple(ordered),
        severity_counts=_severity_counts(found),
        findings=tuple(printed),
        findings_more=len(found) - len(printed) - len(explained),
        explained=explained,
    )


def with_attention(view: View, number: int) -> View:
    """The view with the first `number` candidates on page one; its sections say how many are held back."""
    shown, held = view.candidates[:number], Counter(item.workstream for item in view.candidates[number:])
    return replace(view, attention=shown, sections=tuple(replace(s, held_back=held[s.name]) for s in view.sections))


def _require(figures: Mapping[str, Figure]) -> None:
    places = dict.fromkeys(selection.all_codes(), "selection.py:1") | printing.figure_codes()
    missing = [f"{place}: 没有代码为“{code}”的指标" for code, place in places.items() if code not in figures]
    if missing:
        raise ConfigurationError("\n".join(missing))


def _by_leader(items: Sequence[AttentionItem], leaders: Sequence[str]) -> tuple[AttentionItem, ...]:
    """In protocol order of the leaders, an unknown leader last; red first within each."""
    order = {leader: place for place, leader in enumerate(leaders)}
    return tuple(sorted(items, key=lambda i: (order.get(i.leader, len(order)), i.leader, i.light is not Light.RED)))


def _severity_counts(findings: Sequence[Finding]) -> tuple[SeverityCount, ...]:
    counts = Counter((f.department, f.severity) for f in findings)
    departments = sorted({f.department for f in findings})
    return tuple(SeverityCount(d, tuple(counts[d, severity] for severity in Severity)) for d in departments)


def with_revisions(view: View, revisions: Sequence[Revision]) -> View:
    """The view with these revisions, as many in its annex 3 as it prints."""
    shown = _to_print(revisions)
    more = len(revisions) - len(shown)
    return replace(view, revisions=tuple(revisions), revised=grouped(shown, printing.moment), revised_more=more)


def _to_print(revisions: Sequence[Revision]) -> list[Revision]:
    """Those that show in print, at most `REVISIONS_PRINTED`: what the page itself prints before all else."""
    on_the_page = {code: place for place, code in enumerate((*selection.all_codes(), *printing.figure_codes()))}
    seen = [revision for revision in revisions if revision.seen]
    chosen = sorted(seen, key=lambda revision: on_the_page.get(revision.code, len(on_the_page)))[:REVISIONS_PRINTED]
    return [revision for revision in seen if revision in chosen]


def _mark(given: BriefingInput, month: Period, code: str) -> str:
    """`r` for a value that the month's own issue printed otherwise, `p` for one that lacks a month's sheets."""
    figure = given.history[month].get(code)
    if (month, code) in given.differing:
        return REVISED
    return PRELIMINARY if figure is not None and figure.value is not None and figure.note else ""


def _cell(figures: Mapping[str, Figure], code: str) -> str:
    return show(figures[code].value, figures[code].unit) if code in figures else "—"
