"""From one cell to the printed page and back."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from tests import pipeline
from tests.flows.test_bad_input import text_of
from tests.pipeline import INBOX, SAMPLE, Run
from transforms import exports
from transforms.figures import Figure, half_up
from transforms.lineage import expand
from transforms.metrics import REGISTRY
from transforms.tables import Table


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
    from transforms.briefing.printing import html

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
    return {half_up(abs(value), decimals) for value in values if value is not None for decimals in range(3)}


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
    assert {f.rule for f in run.findings} - {f.rule for f in june.findings} == {"ID08"}


ADDITIVE = [metric.code for metric in REGISTRY if metric.compute.__qualname__.startswith("total.")]


@pytest.mark.parametrize("code", ADDITIVE)
def test_the_cells_of_a_figure_add_up_to_it(june: Run, tables: dict[tuple[str, str], Table], code: str) -> None:
    """By hand: every cell of the lineage, read as the sender wrote it and added up."""
    figure = june.figures[code]
    summed = Fraction(0)
    for place in figure.cells:
        table = tables[place.submission, place.sheet]
        for address in expand(place.ranges):
            letters = address.rstrip("0123456789")
            name = next(n for n, x in table.letters.items() if x == letters and n in table.written.columns)
            summed += amount(str(table.written.at[int(address.removeprefix(letters)), name]), table, name)
    assert summed == figure.value or not figure.value


@pytest.fixture(scope="module")
def tables(june: Run) -> dict[tuple[str, str], Table]:
    from flows import month as months
    from flows import tasks

    readings = [tasks.read_month(june.month, part) for part in months.by_period(june.plan.submissions)]
    return {(t.submission.sha256, t.sheet): t for r in readings for intake in r for t in intake.tables}


NUMERALS = {char: n for n, char in enumerate("零一二三四五六七八九")}


def amount(written: str, table: Table, column: str) -> Fraction:
    """A reader of amounts of its own: full-width digits, thousands, 万元, Chinese hundreds; in the printed unit."""
    text = (
        written.translate(str.maketrans("０１２３４５６７８９．", "0123456789.")).replace(",", "").replace("万元", "")
    )
    if text and text[0] in NUMERALS:
        number, digit = 0, 0
        for char in text:
            if char in "千百十":
                number += digit * {"千": 1000, "百": 100, "十": 10}[char]
                digit = 0
            else:
                digit = NUMERALS[char]
        return Fraction(number + digit)
    in_yuan = (
        column.endswith("_fen") and str(table.submission.period) == "2014-05" and table.dataset == "reward_payments"
    )
    if column.endswith("_dm2"):
        return Fraction(text) / 10_000
    return Fraction(text) / 10_000 if in_yuan else Fraction(text)


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
