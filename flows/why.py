"""From a printed figure back to the cells it came from, as the sender wrote them and as they were read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from flows.explanation import Explanation, SourceCell, SourceRange
from flows.ledger import Briefing, Ledger
from flows.readings import Readings
from flows.settings import Settings
from transforms.errors import UsageError
from transforms.figures import CellRange, Figure
from transforms.findings import Finding, Severity
from transforms.period import Period
from transforms.ranges import cells, letters_of
from transforms.readings import ReadColumn, Reading


def explain(settings: Settings, code: str, period: str, district: str | None = None) -> Explanation:
    """Find the figure in the month's current briefing and its cells in what was read of the files.

    Raises:
        UsageError: no briefing has been made for the month, or it has no such figure.
        EnvironmentFailure: a sheet is not kept as it was read, and the archive lacks the file.
    """
    month, place = Period.parse(period), district or settings.district
    ledger = Ledger(settings.database_url)
    briefing = ledger.latest_briefing(place, month)
    if briefing is None:
        _refuse_unknown(settings, place)
        raise UsageError(f"{month} 还没有做过简报，请先运行：sancu run {month}")
    return _explained(settings, ledger, briefing, code)


def _explained(settings: Settings, ledger: Ledger, briefing: Briefing, code: str) -> Explanation:
    place, month = briefing.district, briefing.period
    figure = ledger.some_figures(briefing, (code,)).get(code)
    if figure is None:
        near = difflib.get_close_matches(code, ledger.codes_of(briefing), n=3, cutoff=0.5)
        hint = f"相近的有：{'、'.join(near)}。" if near else "全部代码见 figures.csv。"
        raise UsageError(f"没有代码为“{code}”的指标。{hint}")
    inputs = ledger.some_figures(briefing, figure.inputs)
    periods = _periods(ledger, briefing, figure.cells)
    readings = Readings(settings, place, ledger)
    ranges = tuple(_range(readings, cell_range, periods[cell_range.submission]) for cell_range in figure.cells)
    made = ledger.current_briefings(place)
    return Explanation(
        briefing,
        figure,
        tuple(inputs[i] for i in figure.inputs if i in inputs),
        ranges,
        _excluded(ledger, {**made, month: briefing.id}, ranges),
        tuple(sorted({item.period for item in ranges} - set(made))),
        tuple(_members(settings, ledger, briefing, figure)),
    )


def _members(settings: Settings, ledger: Ledger, briefing: Briefing, figure: Figure) -> Iterator[Explanation]:
    """For a city or province: the same of each district's issue that it was made of."""
    for name in figure.inputs:
        district, slash, code = name.partition("/")
        made = slash and ledger.find_briefing(district, briefing.period, briefing.manifest["members"][district])
        if made:
            yield _explained(settings, ledger, made, code)


def _refuse_unknown(settings: Settings, district: str) -> None:
    from flows.configuration import load_configuration

    load_configuration(settings.data, district)


def _periods(ledger: Ledger, briefing: Briefing, places: Sequence[CellRange]) -> Mapping[str, Period]:
    """The month of each file: what the briefing was made from says it, else the last receipt."""
    listed = briefing.manifest.get("submissions", ())
    periods = {entry["sha256"]: Period.parse(entry["period"]) for entry in listed}
    unlisted = {place.submission for place in places} - set(periods)
    return periods | {sha256: ledger.submission(sha256).period for sha256 in unlisted}


def _excluded(ledger: Ledger, made: Mapping[Period, int], ranges: Sequence[SourceRange]) -> tuple[Finding, ...]:
    """What each month's own briefing set aside in these sheets."""
    sheets = {(item.place.submission, item.place.sheet) for item in ranges}
    wanted = {made[item.period] for item in ranges if item.period in made}
    found = ledger.findings_about(wanted, {submission for submission, _ in sheets})
    return tuple(f for f in found if f.severity is Severity.BLOCK and (f.submission, f.sheet) in sheets)


def _range(readings: Readings, place: CellRange, period: Period) -> SourceRange:
    letters = letters_of(place.ranges)
    if not letters:
        return SourceRange(period, place, "", (), "", ())
    reading = readings.read(place.submission, place.sheet, letters)
    columns = {column.letters: column for column in reading.columns if column.letters in letters}
    found = tuple(_cells(reading, columns, place.ranges))
    numeric = [column for column in columns.values() if column.counts]
    units = {column.read_in for column in numeric}
    conversions = tuple(
        f"{column.header}：{column.conversion}" if len(numeric) > 1 else column.conversion
        for column in numeric
        if column.conversion
    )
    return SourceRange(period, place, reading.dataset, found, units.pop() if len(units) == 1 else "", conversions)


def _cells(reading: Reading, columns: Mapping[str, ReadColumn], ranges: str) -> Iterator[SourceCell]:
    places = {row: place for place, row in enumerate(reading.rows)}
    for letters, row in cells(ranges):
        column, at = columns[letters], places[row]
        yield SourceCell(f"{letters}{row}", reading.written[column.name][at], reading.values[column.name][at], column)
