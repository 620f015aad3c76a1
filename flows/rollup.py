"""Rolled up: the issue of a city or province, made of its districts' current issues as they stand in ledger and store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import fingerprint as prints
from flows import logs
from flows import month as months
from flows.documents import PDF
from flows.fonts import font_files
from flows.ledger import Briefing, Ledger, Status
from flows.progress import report
from flows.sealing import refuse_if_lost, seal
from flows.settings import Settings
from flows.store import Store, outputs, sha256_of, write_outputs
from transforms import exports, fact_tables
from transforms.briefing import selection
from transforms.errors import EnvironmentFailure, Stopped, UsageError
from transforms.figures import Figure
from transforms.metrics import REGISTRY
from transforms.period import Period
from transforms.rollup import briefing as composing
from transforms.rollup.enterprises import Row, counted
from transforms.rollup.figures import Member, roll_up
from transforms.rollup.region import Region, parse_region
from transforms.rollup.ways import WAYS, Way

_DISTINCT = tuple(metric for metric in REGISTRY if WAYS[metric.code] is Way.DISTINCT)
_DATASETS = tuple(dict.fromkeys(metric.datasets[0] for metric in _DISTINCT))


@dataclass(frozen=True)
class _Place:
    """Where a region's issue is made."""

    settings: Settings
    region: Region
    period: Period
    out: Path
    ledger: Ledger
    store: Store
    text: str  # of the region's file

    @property
    def folder(self) -> Path:
        return self.out / self.region.code / str(self.period)


@dataclass(frozen=True)
class RegionIssue:
    """What the command tells."""

    briefing: Briefing
    folder: Path
    unchanged: bool

    @property
    def pdf(self) -> Path:
        return self.folder / PDF

    def as_json(self) -> dict[str, Any]:
        return {**self.briefing.manifest["summary"], "unchanged": self.unchanged, "pdf": str(self.pdf)}

    def lines(self) -> list[str]:
        """For people, the PDF's path last."""
        told = self.briefing.manifest["summary"]
        absent, provisional = ("、".join(told[name]) for name in ("absent", "provisional"))
        return [
            f"{told['title']} 第{told['number']}期（总第{told['total_number']}期）",
            f"  区县：应报 {told['districts']} 个，已出 {told['districts'] - len(told['absent'])} 个"
            + (f"；没有出的：{absent}" if absent else "")
            + (f"；未定稿：{provisional}" if provisional else ""),
            f"  指标：{told['figures']} 个",
            *(["  各区县的简报和程序都没有变化，没有重做。"] if self.unchanged else []),
            str(self.pdf),
        ]


def roll_up_month(settings: Settings, code: str, period: str, out: Path | None = None) -> RegionIssue:
    """Make the region's issue of a month, or find that nothing has changed. Safe to repeat after a kill.

    Raises:
        UsageError: no such region, or a month before the campaign.
        ConfigurationError: a mistake in the region file.
        Stopped: none of its districts has an issue of the month, or the issue did not pass the check.
        EnvironmentFailure: ledger or store refuse, or a district's issue and its rows do not belong together.
    """
    place = _open(settings, code, Period.parse(period), out)
    with place.ledger.lock(place.region.code, place.period):
        current = {m.code: place.ledger.latest_briefing(m.code, place.period) for m in place.region.members}
        if not any(current.values()):
            raise Stopped(f"{place.region.name}所属区县都还没有做 {place.period} 的简报，没有可汇总的。")
        previous = place.period.previous
        earlier = place.ledger.latest_briefing(place.region.code, previous)
        fingerprint = _fingerprint(place, current, earlier)
        if issue := _unchanged(place, fingerprint):
            return issue
        members = list(_members(place, current))
        before = place.ledger.figures_of(earlier) if earlier else {}
        figures = roll_up(members, place.period, before)
        view = composing.compose(
            place.region, place.period, figures, before, members, list(_ranked(place, previous)), fingerprint
        )
        return _publish(place, view, current)


def _open(settings: Settings, code: str, period: Period, out: Path | None) -> _Place:
    path = settings.data / "regions" / f"{code}.yaml"
    if not path.is_file():
        known = "、".join(sorted(found.stem for found in path.parent.glob("*.yaml")))
        raise UsageError(f"没有代码为 {code} 的市或省；现有：{known or '无'}。文件应在 {path.parent}。")
    text = path.read_text(encoding="utf-8")
    region = parse_region(text, str(path))
    if period < Period.parse(region.numbering.first_period):
        raise UsageError(f"{period} 早于活动开始的月份 {region.numbering.first_period}，没有汇总可做。")
    ledger, store = Ledger(settings.database_url), Store(settings.store_url)
    refuse_if_lost(ledger, store)
    return _Place(settings, region, period, out or settings.out, ledger, store, text)


def _fingerprint(place: _Place, current: Mapping[str, Briefing | None], earlier: Briefing | None) -> str:
    """Of the districts' issues and of all that shapes the page; last month's stand in for the changes printed."""
    parts = {
        "members": {code: briefing.fingerprint if briefing else None for code, briefing in current.items()},
        "previous": earlier.fingerprint if earlier else None,
        "period": str(place.period),
        "region": place.text,
    }
    return prints.hash_json(parts | prints.current_inputs({}, place.settings.fonts))


def _unchanged(place: _Place, fingerprint: str) -> RegionIssue | None:
    briefing = place.ledger.find_briefing(place.region.code, place.period, fingerprint)
    if briefing is None:
        return None
    if (outputs(place.folder) or {}).get("fingerprint") != fingerprint:
        kept = place.store.issue(f"{place.region.code}/{place.period}/{fingerprint}")
        if kept is None:
            return None
        files, manifest = kept
        write_outputs(place.folder, files, {name: value for name, value in manifest.items() if name != "files"})
    place.ledger.confirm(briefing, months.now())
    seal(place.ledger, place.store)  # the run that made it may have been killed before
    return RegionIssue(briefing, place.folder, True)


def _members(place: _Place, current: Mapping[str, Briefing | None]) -> Iterator[Member]:
    """One district after the other: only its figures and the codes of its enterprises stay in memory."""
    for done, belonging in enumerate(place.region.members):
        report("汇总", done, len(place.region.members))
        briefing = current[belonging.code]
        if briefing is None:
            yield Member(belonging.code, belonging.name)
            continue
        figures = place.ledger.figures_of(briefing)
        yield Member(
            *(belonging.code, belonging.name, figures, _enterprises(place.store, briefing, figures)),
            fingerprint=briefing.fingerprint,
            number=briefing.number,
            provisional=briefing.provisional,
            missing=(*briefing.manifest["summary"]["missing"], *briefing.manifest["summary"]["returned"]),
        )


def _ranked(place: _Place, period: Period) -> Iterator[Member]:
    """Last month's members with what the rankings need of them."""
    for belonging in place.region.members:
        if briefing := place.ledger.latest_briefing(belonging.code, period):
            codes = [cell.rate for cell in selection.STRIP if cell.rate]
            yield Member(belonging.code, belonging.name, place.ledger.some_figures(briefing, codes))


def _enterprises(store: Store, briefing: Briefing, figures: Mapping[str, Figure]) -> dict[str, frozenset[str]]:
    rows = {dataset: _codes(store, briefing.manifest["facts"].get(dataset, {})) for dataset in _DATASETS}
    return {m.code: counted(m, figures[m.code], rows) for m in _DISTINCT if m.code in figures}


def _codes(store: Store, listed: Mapping[str, str]) -> dict[Row, str | None]:
    """The enterprise of each accepted row of a dataset, from the rows that the issue published."""
    codes: dict[Row, str | None] = {}
    for sha256 in listed.values():
        data = store.get_rows(sha256)
        if data is None:
            raise EnvironmentFailure(f"存储中没有明细 {sha256}，或已损坏；请重做这个区县的简报。")
        table = fact_tables.from_parquet(data)
        where = zip(table["submission"].to_pylist(), table["row"].to_pylist(), strict=True)
        codes |= zip(where, table["enterprise"].to_pylist(), strict=True)
    return codes


def _publish(place: _Place, view: composing.RegionView, current: Mapping[str, Briefing | None]) -> RegionIssue:
    """Objects first, the ledger's row last."""
    from transforms.rollup.documents import region_pdf

    report("排版")
    where = (place.region.code, str(place.period))
    tables = {"figures.csv": exports.figures_csv(view.figures, *where)}
    pdf, reasons = region_pdf(view, font_files(place.settings.fonts), tables)
    if reasons:
        raise Stopped("\n".join(["汇总没有通过发布前的核对，没有发布：", *(f"  {reason}" for reason in reasons)]))
    files = {PDF: pdf, **tables, "figures.parquet": exports.figures_parquet(view.figures, *where)}
    contents = _manifest(place, view, current)
    manifest = place.store.publish("/".join((*where, view.fingerprint)), files, contents)
    write_outputs(place.folder, files, contents)
    number, total_number = view.numbers
    briefing = place.ledger.record_briefing(
        Briefing(
            district=place.region.code,
            period=place.period,
            fingerprint=view.fingerprint,
            number=number,
            total_number=total_number,
            provisional=bool(view.absent or view.provisional),
            made_at=months.now(),
            pdf_sha256=sha256_of(pdf),
            manifest=manifest,
            status=Status.DRAFT,
        ),
        view.figures.values(),
        (),
    )
    seal(place.ledger, place.store)
    logs.published(briefing)
    return RegionIssue(briefing, place.folder, False)


def _manifest(place: _Place, view: composing.RegionView, current: Mapping[str, Briefing | None]) -> dict[str, Any]:
    """Which issue of each district it is made of. Holds no clock."""
    number, total_number = view.numbers
    return {
        "fingerprint": view.fingerprint,
        "region": place.region.code,
        "period": str(place.period),
        "members": {code: briefing.fingerprint if briefing else None for code, briefing in current.items()},
        "summary": {
            "title": view.title,
            "number": number,
            "total_number": total_number,
            "districts": len(view.members),
            "absent": list(view.absent),
            "provisional": list(view.provisional),
            "figures": len(view.figures),
        },
    }
