"""From one cell to the printed page and back."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from tests import pipeline
from tests.flows.test_bad_input import text_of
from tests.pipeline import INBOX, SAMPLE, Run
from transforms import exports
from transforms.briefing.printing import html
from transforms.figures import Figure, Unit, half_up
from transforms.lineage import expand
from transforms.metrics import REGISTRY
from transforms.tables import Table

pytestmark = pytest.mark.xdist_group("june")


@pytest.fixture(scope="module")
def june_text(june_pdf: Path) -> str:
    return text_of(june_pdf)


@pytest.mark.parametrize(
    "printed",
    [
        *("98家", "385家次", "11411万元", "6525万元", "1000万元", "45个", "22个", "30家", "52个", "42.46万平方米"),
        *("8个", "19个", "27件", "20件", "已回迁2个", "年内回迁14个", "另有3个", "阶段未报"),
    ],
)
def test_the_page_prints_the_public_figures(june_text: str, printed: str) -> None:
    assert printed in june_text.replace("\n", "")


def test_every_number_with_a_unit_in_the_prose_is_a_figure(june: Run) -> None:
    """What the prose prints with a code is what figures.csv holds."""
    printed = re.findall(r'href="#f-([a-z_.]+)"[^>]*>([^<]+)<', html(june.view()))
    assert len(printed) > 100
    wrong = [
        (code, text)
        for code, text in printed
        if (number := re.search(r"\d[\d.]*", text)) and number[0] not in numbers_of(june.figures[code], june)
    ]
    assert wrong == []


def numbers_of(figure: Figure, run: Run) -> set[str]:
    """Every way in which a figure may stand in a sentence: its value and parts, its change, its lead on the calendar."""
    values = [figure.value, figure.done, figure.due, figure.target, figure.change]
    if figure.done is not None and figure.due is not None:
        values.append(figure.due - figure.done)
    if figure.value is not None:
        values.append(figure.value - 100 * run.month.period.year_gone)
        if figure.change is not None and figure.value != figure.change:
            values.append(100 * figure.change / (figure.value - figure.change))
    known = [value for value in values if value is not None]
    known += [value / 10_000 for value in known]  # large sums in 亿元
    return {half_up(abs(value), decimals) for value in known for decimals in range(3)}


def test_one_amount_changes_everything_that_depends_on_it(june: Run, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(INBOX, inbox)
    path = inbox / "350303/2014-06/财政局.xlsx"
    book = openpyxl.load_workbook(path)
    cell = book["即征即奖兑现明细"]["J6"]
    assert isinstance(cell.value, float)
    cell.value = round(cell.value + 1, 4)
    total = next(c for row in book["即征即奖兑现明细"].iter_rows() for c in row if c.value == "合计").row
    book["即征即奖兑现明细"].cell(total, 10).value += 1
    book.save(path)
    run = pipeline.run(inbox, tmp_path / "home")
    assert run.plan.fingerprint != june.plan.fingerprint
    assert run.figures["reward.amount_to_date"].value == 11412
    pdf = tmp_path / "briefing.pdf"
    pdf.write_bytes(run.pdf())
    text = text_of(pdf)
    assert "11412万元" in text
    assert text.count("11411") == 1  # the finding that the published figure is another
    assert "公开的是11411万元" in run.finding("ID08").message
    before, after = (next(s.chart for s in r.view().sections if s.name == "enterprises") for r in (june, run))
    assert before.spec != after.spec
    assert f"即征即奖兑现{half_up(run.figures['reward.amount_rate'].value, 1)}%" in after.alt
    printed = html(run.view())
    assert "11411万元" not in re.sub(r"<[^>]+>", "", printed).replace("公开的是11411万元", "")
    assert len(re.findall(r"11412(?=<|万元)", printed)) > 1  # prose and table
    unlike = {code for code, figure in run.figures.items() if figure.value != june.figures[code].value}
    assert {"reward.amount_month", "reward.amount_year", "reward.amount_to_date", "reward.amount_rate"} <= unlike
    assert all(code.startswith("reward.") for code in unlike)
    assert {f.rule for f in run.findings} - {f.rule for f in june.findings} == {"ID08"}


def test_the_charts_words_follow_its_figures(june: Run) -> None:
    """One 万元 more is too little to move a rate of one decimal; here it moves visibly."""
    history = {period: dict(figures) for period, figures in june.measured.history.items()}
    rate = june.figures["reward.amount_rate"]
    history[june.month.period][rate.code] = dataclasses.replace(rate, value=Fraction(765, 10))
    changed = dataclasses.replace(june, measured=dataclasses.replace(june.measured, history=history))
    before, after = (next(s.chart for s in r.view().sections if s.name == "enterprises") for r in (june, changed))
    assert (before.alt.count("76.5%"), after.alt.count("76.5%")) == (0, 1)
    assert "76.5" in repr(after.spec)


ADDITIVE = [metric.code for metric in REGISTRY if metric.compute.__qualname__.startswith("total.")]


def test_the_sums_are_known_as_sums() -> None:
    assert {"reward.amount_to_date", "guarantee.amount_to_date", "housing.homes", "housing.area"} <= set(ADDITIVE)
    assert len(ADDITIVE) >= 20


@pytest.mark.parametrize("code", ADDITIVE)
def test_the_cells_of_a_figure_add_up_to_it(june: Run, code: str) -> None:
    """By hand: the archived file opened again, every cell of the lineage looked up by its address and added up."""
    figure = june.figures[code]
    assert figure.value
    summed = Fraction(0)
    for place in figure.cells:
        data = june.month.store.get(place.submission)
        assert hashlib.sha256(data).hexdigest() == place.submission
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(place.sheet).to_python(False)
        addresses = expand(place.ranges)
        assert len(addresses) == len(set(addresses)) == place.rows
        for address in addresses:
            letters = address.rstrip("0123456789")
            written = rows[int(address.removeprefix(letters)) - 1][column_number(letters)]
            summed += amount(str(written)) / divisor(rows, figure.unit)
    assert summed == figure.value


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def divisor(rows: list[list[Any]], unit: Unit) -> int:
    """From what the sheet is in to what is printed: 元 to 万元 where the header says so, ㎡ to 万平方米."""
    in_yuan = any("（元）" in str(cell) for row in rows[:4] for cell in row)
    return 10_000 if unit is Unit.AREA_WAN or (unit is Unit.MONEY_WAN and in_yuan) else 1


NUMERALS = {char: n for n, char in enumerate("零一二三四五六七八九")}


def amount(written: str) -> Fraction:
    """A reader of amounts of its own: full-width digits, thousands, 万元, Chinese hundreds."""
    text = written.translate(str.maketrans("０１２３４５６７８９．", "0123456789.")).replace(",", "")
    text = text.replace("万元", "")
    if text[0] not in NUMERALS:
        return Fraction(text)
    number, digit = 0, 0
    for char in text:
        if char in "千百十":
            number, digit = number + digit * {"千": 1000, "百": 100, "十": 10}[char], 0
        else:
            digit = NUMERALS[char]
    return Fraction(number + digit)


@pytest.fixture(scope="module")
def tables(june: Run) -> dict[tuple[str, str], Table]:
    from flows import month as months
    from flows import steps

    readings = [steps.read_files(june.month, part) for part in months.by_period(june.plan.submissions)]
    return {(t.submission.sha256, t.sheet): t for r in readings for intake in r for t in intake.tables}


def test_no_petitioner_is_named_anywhere(june: Run, june_text: str, tables: dict[tuple[str, str], Table]) -> None:
    names = (SAMPLE / "truth" / "petitioners.txt").read_text(encoding="utf-8").split()
    assert len(names) == 27
    outputs = [
        june_text,
        exports.figures_csv(june.figures).decode(),
        exports.findings_csv(june.findings).decode(),
        repr(june.view()),
        *(frame.to_csv() for frame in june.accepted.facts.frames.values()),
        *(table.written.to_csv() for table in tables.values()),
    ]
    assert [name for name in names if any(name in text for text in outputs)] == []
    assert "样××" not in june_text


def test_the_same_data_gives_the_same_bytes(june: Run, june_pdf: Path) -> None:
    assert june.pdf() == june_pdf.read_bytes()
