"""Editions: what of one issue each reader gets. A view in, a view out, and the same templates print all of them.

Leaders' edition: everything. A department's: what is made of its sheets, and what it must do. The public's: figures,
prose, tables and pictures of the three workstreams; no name of an enterprise, project, leader or unit's fault, no file,
sheet or cell, nothing that is asked of a leader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from transforms.briefing import selection
from transforms.briefing.compose import with_findings, with_revisions
from transforms.briefing.view import AttentionItem, Edition, Entry, View
from transforms.districts import Asked, Audience
from transforms.figures import Figure, Light
from transforms.revisions import Group

OWN_PARTS = (
    *("first_page", "department", "supervision", "next_month"),
    *("annex_receipts", "annex_figures", "annex_revisions"),
)
PUBLIC_PARTS = (
    *("first_page", "enterprises", "resettlement", "petitions", "trends"),
    *("annex_figures", "annex_revisions"),
)
PUBLIC = "public"  # the public edition's file name, without its suffix
UNKNOWN = "有关数据未报齐"
CORRECTED = "数据更正"


def leaders(view: View) -> View:
    """The whole issue with the marks that the district asks for."""
    asked = view.district.edition(Audience.LEADERS)
    return _marked(view, asked) if asked else view


def others(view: View) -> Iterator[tuple[str, View]]:
    """The editions that the district asks for beside the leaders', by file name without suffix: the public's first,
    then the departments' in the order of the district file."""
    public_asked, own_asked = map(view.district.edition, (Audience.PUBLIC, Audience.DEPARTMENTS))
    if public_asked and _due(public_asked, view):
        yield PUBLIC, public(view, public_asked)
    if own_asked and _due(own_asked, view):
        for number, department in enumerate(view.district.departments, start=1):
            yield department.name, own(view, department.name, own_asked, number)


def _due(asked: Asked, view: View) -> bool:
    return asked.made == "always" or view.signed


def _marked(view: View, asked: Asked, copy: int | None = None) -> View:
    edition = replace(
        view.edition,
        security=asked.security,
        numbered=asked.numbered,
        copy=copy,
        copies=asked.copies or view.edition.copies,
    )
    return replace(view, edition=edition)


def own(view: View, department: str, asked: Asked, number: int) -> View:
    """One department's edition. It goes to that department alone, so that it is copy `number` of its edition."""
    figures = {code: f for code, f in _printed(view).items() if department in f.owner.split("、")}
    mine = {id(item): _belongs(item, department, view) for item in _listed(view)}
    items = tuple(item for item in view.candidates if mine[id(item)])
    measured = [code for code in selection.DUTIES if code in figures and figures[code].light is not None]
    sections = tuple(
        replace(s, items=tuple(i for i in s.items if mine[id(i)]), held_back=0, chart=None, settled=(), dropped=0)
        for s in view.sections
    )
    edition = Edition(Audience.DEPARTMENTS, department, OWN_PARTS, sent=(("发", (department,)),))
    cut = replace(
        _only(view, figures, department),
        edition=edition,
        candidates=items,
        attention=items,
        sections=sections,
        coming_due=tuple(item for item in view.coming_due if mine[id(item)]),
        missing=tuple(name for name in view.missing if name == department),
        receipts=tuple(receipt for receipt in view.receipts if receipt.department == department),
        shortfalls=tuple(code for code in measured if figures[code].light is not Light.GREEN),
        measured_duties=len(measured),
        rankings=(),
        trend=None,
    )
    found = [finding for finding in view.found if finding.department == department]
    cut = with_revisions(cut, [revision for revision in view.revisions if revision.code in figures])
    return _marked(with_findings(cut, found), asked, number if asked.numbered else None)


def public(view: View, asked: Asked) -> View:
    """The edition for everybody. The editor's note, which a person wrote to the leaders, is not in it."""
    kept = {code: f for code, f in _printed(view).items() if code.partition(".")[0] not in asked.without}
    figures = {
        code: replace(f, cells=(), from_district_file="", note=UNKNOWN if f.note else "") for code, f in kept.items()
    }
    cut = replace(
        _only(view, figures, PUBLIC),
        edition=Edition(Audience.PUBLIC, parts=PUBLIC_PARTS, items=False, copies=asked.copies or 0),
        editor_note="",
        correction=CORRECTED if view.correction else "",
        candidates=(),
        attention=(),
        sections=tuple(replace(s, items=(), held_back=0, settled=(), dropped=0) for s in view.sections),
        coming_due=(),
        missing=(),
        receipts=(),
        shortfalls=(),
        measured_duties=0,
        rankings=(),
        entries=((_SOURCE, tuple(Entry(code, _made_of(f)) for code, f in figures.items())),),
    )
    cut = with_revisions(cut, [revision for revision in view.revisions if revision.code in figures])
    rows = tuple(replace(row, note="", filename="") for group in cut.revised for row in group.rows)
    return with_findings(replace(cut, revised=(Group(CORRECTED, rows),) if rows else (), revisions=rows), ())


_SOURCE = "各部门报送的数据"


def _made_of(figure: Figure) -> str:
    return UNKNOWN if figure.value is None else f"由{figure.owner}的数据统计"


def _printed(view: View) -> dict[str, Figure]:
    """The figures that the issue prints, in the order of annex 2."""
    return {entry.code: view.figures[entry.code] for _, part in view.entries for entry in part}


def _only(view: View, figures: dict[str, Figure], reader: str) -> View:
    """The view with these figures alone wherever they stand, and with an identity of its own: the issue's fingerprint
    cannot be told from it."""
    headlines = (replace(h, rate=h.rate if h.rate in figures else "") for h in view.strip if h.code in figures)
    entries = ((source, tuple(e for e in part if e.code in figures)) for source, part in view.entries)
    return replace(
        view,
        figures=figures,
        fingerprint=hashlib.sha256(f"{view.fingerprint}\n{reader}".encode()).hexdigest(),
        strip=tuple(headlines),
        trends=tuple(trend for trend in view.trends if trend.code in figures),
        entries=tuple((source, part) for source, part in entries if part),
    )


def _listed(view: View) -> tuple[AttentionItem, ...]:
    return (*view.candidates, *view.coming_due, *(item for section in view.sections for item in section.items))


def _belongs(item: AttentionItem, department: str, view: View) -> bool:
    """Whether a department must act, alone or on a service team, or keeps the sheet that the matter stands in."""
    teams = {team.name for team in view.district.service_teams if department in team.departments}
    sheets = {s.dataset for receipt in view.receipts if receipt.department == department for s in receipt.sheets}
    return item.whose in teams | {department} or item.dataset in sheets
