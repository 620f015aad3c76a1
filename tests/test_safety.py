"""Hostile text in the text columns of the departments' sheets, through the real reader: in whatever comes out it is the text
that it is, nothing is fetched, nothing runs."""

from __future__ import annotations

import ast
import csv
import io
import re
import shutil
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import openpyxl
import pikepdf
import pytest
import tinyhtml5
import xlsxwriter
from docx import Document
from python_calamine import CalamineWorkbook

from flows import documents, steps
from flows.documents import PDF, WEB, WORD
from flows.fonts import font_files
from tests import pipeline
from tests.chromium import MISSING, PROGRAM, Browser
from tests.pipeline import INBOX, ROOT, Run
from transforms import figures_workbook
from transforms.briefing import editions, printing
from transforms.briefing.compose import with_findings
from transforms.briefing.fitting import fit
from transforms.briefing.proofs.paper import close
from transforms.briefing.render import print_pdf
from transforms.contracts import ColumnType, Contract
from transforms.districts import Asked
from transforms.errors import EnvironmentFailure
from transforms.returns.former import ANSWER, KEY, PROBLEM, explanations
from transforms.tables import RawSheet, RawWorkbook

PERIOD = "2014-02"
LONG = "很长的话" * 8000  # as long as a cell may be
HUGE = "很长的话" * 25_000  # a text file has no such end
EMOJI = "👧🇨🇳"  # in the names of files, sheets and senders
SURROGATE = "LONE-SURROGATE"  # xlsx writes one as _xD83D_


@dataclass(frozen=True)
class Door:
    """A socket that would notice a request."""

    listening: socket.socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def knocked(self) -> bool:
        try:
            self.listening.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield Door(listening)


def test_the_door_notices(door: Door) -> None:
    with socket.create_connection(door.listening.getsockname()):
        assert door.knocked()
    assert not door.knocked()


def harm(door: Door) -> dict[str, str]:
    """Kinds of hostile text. Short enough to be seen in a finding that quotes a cell."""
    return {
        "markup": f"<img src={door.url}/m onerror=alert(1)>",
        "script": f"</td><script src={door.url}/s></script>",
        "template": "{{7*7}}{% for %}{{ view.title }}",
        "file": "file:///etc/passwd",
        "request": f"{door.url}/x",
        "style": f"url({door.url}/c) @import '{door.url}/i'",
        "entity": "&lt;b&gt;&amp;&#60;",
        "formula": "=cmd|'/C calc'!A0",
        "formula at": "@SUM(1+1)*cmd|'/C calc'!A0",
        "link": f'=HYPERLINK("{door.url}/h","点")',
        "turned": "甲\u202eabc\u202c乙\u2067丙\u2069",
        "zero width": "甲\u200b乙\u2060丙\ufeff丁\u00ad戊",
        "control": "甲\x07乙\x1b[31m丙\x0b丁",
        "surrogate": f"甲{SURROGATE}乙",
        "emoji": "甲👩\u200d👩\u200d👧🇨🇳乙",
        "piled": "甲" + "\u0301\u0323\u0489" * 20 + "乙",
        "long": LONG,
    }


def spoilt(folder: Path, contracts: tuple[Contract, ...], door: Door) -> list[str]:
    """Write the month's workbooks again with a hostile text in each text column of each row, by turns. The columns that
    were written to, as `contract.column`."""
    kinds = list(harm(door).values())
    written: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name == "收文登记.csv":
            continue
        department = path.stem
        own = [contract for contract in contracts if contract.department == department]
        if path.suffix == ".csv":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="gb18030"))))
            written += _spoil(rows, own, [*kinds[:-1], HUGE])
            sink = io.StringIO(newline="")
            csv.writer(sink).writerows(rows)
            path.write_text(sink.getvalue().replace(SURROGATE, ""), encoding="utf-8-sig", newline="")
            continue
        sheets = {
            sheet: CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(False)
            for sheet in CalamineWorkbook.from_path(str(path)).sheet_names
        }
        sink_bytes = io.BytesIO()
        book = xlsxwriter.Workbook(sink_bytes, {"strings_to_formulas": False, "strings_to_urls": False,
                                                "default_date_format": "yyyy-mm-dd"})  # fmt: skip
        for name, rows in sheets.items():
            name = f"{name[:20]}{EMOJI}"
            written += _spoil(rows, own, kinds)
            page = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    page.write(row, column, value)
        book.close()
        path.unlink()
        path.with_name(f"{department}{EMOJI}{{{{NaN}}}}.xlsx").write_bytes(_with_surrogate(sink_bytes.getvalue()))
    register = folder / "收文登记.csv"
    register.write_text(
        re.sub(
            r"\.(ods|xls|xlsx),(.*),.*",
            rf"{EMOJI}{{{{NaN}}}}.xlsx,\2,{EMOJI}{LONG}",
            register.read_text(encoding="utf-8-sig"),
        ),
        encoding="utf-8-sig",
    )
    return written


def _spoil(rows: list[list[object]], contracts: list[Contract], kinds: list[str]) -> list[str]:
    found: list[str] = []
    for contract in contracts:
        columns = [c for c in contract.columns if c.type in (ColumnType.TEXT, ColumnType.CHOICE)]
        for head, row in enumerate(rows):
            places = {
                column.name: row.index(name)
                for column in columns
                for name in (column.header, *column.aliases)
                if name in row
            }
            if len(places) < 2:
                continue
            body = [r for r in rows[head + 1 :] if len(r) > 3 and str(r[0]).strip() and str(r[1]).strip()]
            for turn, (name, place) in enumerate(places.items()):
                # Every second row stays as it is, so that there is something to print.
                for step, cells in enumerate(body[::2]):
                    if (step + turn) % 3 == 0 or len(body) < 8:
                        cells[place] = kinds[(step // 3 + turn * 5) % len(kinds)]
                found.append(f"{contract.id}.{name}")
            break
    return found


def _with_surrogate(xlsx: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(SURROGATE.encode(), b"_xD83D_"))
    return sink.getvalue()


@dataclass(frozen=True)
class Out:
    run: Run
    files: dict[str, bytes]
    returned: dict[str, bytes]
    columns: list[str]
    html: str


@pytest.fixture(scope="module")
def out(door: Door, tmp_path_factory: pytest.TempPathFactory) -> Out:
    home = tmp_path_factory.mktemp("hostile")
    folder = home / "收文" / "350303" / PERIOD
    shutil.copytree(INBOX / "350303" / PERIOD, folder)
    with pipeline.environment(SANCU_HOME=str(home)):
        from flows.configuration import load_configuration

        contracts = tuple(load_configuration(ROOT / "data", "350303").contracts)
    columns = spoilt(folder, contracts, door)
    run = pipeline.run(home / "收文", home, PERIOD)
    view = run.view()
    asked = (Asked.model_validate({"for": "public", "made": "always"}),)
    note = "按语里的<img src=x onerror=alert()>{{ view.title }}"
    answered = RawSheet("问题清单", ((KEY, PROBLEM, ANSWER), ("0" * 16, "某", f"属实{EMOJI}，" * 3000)))
    said = explanations(RawWorkbook("xlsx", (answered,)))["0" * 16]
    first, *others = run.findings
    view = with_findings(view, (replace(first, explanation=said, explained_by=f"经办人{EMOJI}"), *others))
    view = replace(view, editor_note=note, district=view.district.model_copy(update={"editions": asked}))
    figures = run.figures
    attached = steps._tables(run.month, figures, run.findings)
    made = documents.make(view, figures, font_files(run.month.settings.fonts), (), attached)
    assert made.reasons == ()
    book = figures_workbook.figures_workbook(
        run.measured.history, run.month.configuration.district, run.month.period, view.title, False
    )
    returned = steps.mark_workbooks(run.month, run.plan, run.accepted, run.measured)
    html = printing.html(fit(editions.leaders(view), font_files(run.month.settings.fonts)))
    return Out(run, {**made.files, **attached, "figures.xlsx": book}, returned, columns, html)


def test_text_columns_of_every_department_were_written_to(out: Out) -> None:
    """Or the rest would prove nothing. Left out: columns under a header of two rows, and where a sample's clerk has
    written a header in a way of his own."""
    contracts = {contract.id: contract for contract in out.run.month.configuration.contracts}
    reached = {name.partition(".")[0] for name in out.columns}
    assert len({contracts[name].department for name in reached}) >= 8
    assert len(out.run.findings) > 20


@pytest.mark.parametrize("reason", ["个字，超过", "表情符号"])
def test_what_no_page_can_hold_is_a_finding(out: Out, reason: str) -> None:
    assert any(finding.rule == "RD06" and reason in finding.message for finding in out.run.findings)


def test_names_of_files_and_sheets_senders_and_answers_stop_no_issue(out: Out) -> None:
    """No finding can ask for these to be mended: the page shows 〓 for what it cannot hold."""
    assert any(EMOJI in cells.sheet for figure in out.run.figures.values() for cells in figure.cells)
    assert any(EMOJI in receipt.sender for receipt in out.run.view().receipts)
    for said in ("〓〓〓{{NaN}}.xlsx", "属实〓〓〓，", "经办人〓〓〓"):
        assert said in out.html
    assert not set(EMOJI) & set(out.html + out.files[WEB].decode())


def test_nothing_was_fetched(out: Out, door: Door) -> None:
    assert out.files[PDF]
    assert not door.knocked()


def test_the_page_holds_it_as_text(out: Out, door: Door) -> None:
    for html in (out.html, out.files[WEB].decode(), out.files["editions/public.html"].decode()):
        tree = tinyhtml5.parse(html, namespace_html_elements=False)
        assert not {e.tag for e in tree.iter()} & {"script", "iframe", "object", "embed", "form", "base"}
        values = [
            value
            for e in tree.iter()
            for name, value in e.attrib.items()
            if name not in ("alt", "aria-label", "data-of")
        ]
        assert not [value for value in values if "127.0.0.1" in value or "onerror" in value or "passwd" in value]
        assert not [name for e in tree.iter() for name in e.attrib if name.startswith("on")]
        assert "49" not in re.findall(r"\{\{.*?\}\}", html)
    text = close(unescape(re.sub(r"<[^>]+>", "", out.html)))
    seen = [kind for kind, value in harm(door).items() if close(value)[:20] in text]
    assert {"markup", "template", "request", "formula"} <= set(seen)


def test_the_pdf_holds_no_action_and_no_address(out: Out) -> None:
    for name in (PDF, "editions/public.pdf"):
        with pikepdf.open(io.BytesIO(out.files[name])) as pdf:
            for item in pdf.objects:
                if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                    assert not {"/URI", "/JS", "/AA", "/Launch"} & set(item.keys())
                    assert item.get("/S") not in ("/URI", "/JavaScript", "/Launch", "/GoToR", "/SubmitForm")


def test_the_word_file_points_nowhere_outside(out: Out, door: Door) -> None:
    with zipfile.ZipFile(io.BytesIO(out.files[WORD])) as package:
        for name in package.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in package.read(name)
        body = package.read("word/document.xml").decode()
    assert not re.search(r"<w:(fldSimple|instrText)[^>]*>[^<]*(HYPERLINK|INCLUDE|DDE|127)", body)
    text = close("".join(p.text for p in Document(io.BytesIO(out.files[WORD])).element.body.iter("{*}t") if p.text))
    assert close(harm(door)["markup"]) in text


@pytest.mark.parametrize("name", ["figures.csv", "findings.csv"])
def test_no_cell_of_an_export_is_a_formula(out: Out, name: str) -> None:
    rows = list(csv.reader(io.StringIO(out.files[name].decode("utf-8-sig"))))
    assert len(rows) > 20
    runs = [cell for row in rows for cell in row if cell[:1] in ("=", "@", "+", "\t", "\r")]
    assert [cell for cell in runs if not re.fullmatch(r"[+]?[\d.]+\D{0,6}", cell)] == []


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(out: Out) -> None:
    assert out.returned
    for data in (out.files["figures.xlsx"], *out.returned.values()):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                part = package.read(name)
                assert b'TargetMode="External"' not in part, name
                if name.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in part and b"<f " not in part, name
        assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames


@pytest.mark.skipif(PROGRAM is None, reason=MISSING)
@pytest.mark.parametrize("name", [WEB, "editions/public.html"])
def test_a_browser_runs_and_fetches_nothing(out: Out, door: Door, name: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(out.files[name])
    browser = Browser(tmp_path, ROOT / ".fonts")
    script = "return {scripts: all('script').length, wide: doc.documentElement.scrollWidth};"
    assert browser.measure(page, 390, script) == {"scripts": 0, "wide": 390}
    assert browser.console(page) == []
    assert not door.knocked()


# what the page itself may fetch


@pytest.mark.parametrize(
    "reach",
    [
        '<img src="{}/a">',
        '<link rel="stylesheet" href="{}/a.css">',
        "<style>p {{ background: url({}/a) }}</style><p>字</p>",
        "<style>@import url({}/a.css);</style>",
        "<style>@font-face {{ font-family: x; src: url({}/a.otf) }} p {{ font-family: x }}</style><p>字</p>",
        "<style>p::before {{ content: url({}/a) }}</style><p>字</p>",
        '<object data="{}/a"></object>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image width="9" height="9" href="{}/a"/></svg>',
    ],
)
@pytest.mark.parametrize(
    "where", ["door", "file:///etc/passwd", "file:///etc/../etc", "page.css/..", "ftp://127.0.0.1"]
)
def test_the_page_may_fetch_nothing_from_outside(door: Door, reach: str, where: str) -> None:
    """A `url()` that somebody puts into page.css goes the same way."""
    html = f"<html><body>{reach.format(door.url if where == 'door' else where)}</body></html>"
    with pytest.raises(EnvironmentFailure, match="不允许取用"):
        print_pdf(html, (), font_files(ROOT / ".fonts"), "x")
    assert not door.knocked()


def test_every_template_environment_escapes() -> None:
    made = [
        (path.name, call)
        for folder in ("transforms", "flows")
        for path in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in ("Environment", "Template")
    ]
    assert made
    for name, call in made:
        said = {word.arg: word.value for word in call.keywords}
        assert isinstance(said.get("autoescape"), ast.Constant) and said["autoescape"].value is True, name
    for path in (ROOT / "report_templates").rglob("*.j2"):
        assert not re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8")), path
