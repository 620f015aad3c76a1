"""The page: June laid out and finished by us, the same HTML by WeasyPrint alone and by Chromium, fonts' share, profile."""

from __future__ import annotations

import cProfile
import io
import pstats
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf

from flows.fonts import font_files
from tests import pipeline
from transforms.briefing import pictures, printing, watermark
from transforms.briefing.fitting import fit
from transforms.briefing.justify import justify
from transforms.briefing.render import laid_out, render
from transforms.briefing.view import View

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONTS = (("pdf/fonts.py", "build_fonts_dictionary"), ("briefing/glyphs.py", "compact"))
SLOWEST = 12
REPEATS = 3
Fonts = dict[str, Path]


def measure() -> None:
    import weasyprint

    with tempfile.TemporaryDirectory() as home:
        run = pipeline.run(pipeline.INBOX, Path(home))
        fonts = font_files(run.month.settings.fonts)
        view = fit(run.view(), fonts)
        pdf = render(view, fonts)  # once before the clock starts: imports, charts' engine, glyphs that are kept
        source = _folder(view, fonts, Path(home))
        ours = _best(lambda: render(view, fonts))
        alone = _best(lambda: weasyprint.HTML(filename=source).write_pdf())
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            pages = len(opened.pages)
        first = _best(lambda: laid_out(printing.html(view, trial=True), (), fonts))
        print(f"{pages} pages, {len(pdf) / 1000:.0f} kB, {len(pdf) / pages / 1000:.1f} kB a page")
        print(f"page one alone, laid out to see what fits: {first:.2f} s")
        print(
            f"render: {ours:.2f} s, {ours / pages:.3f} s a page; WeasyPrint alone: {alone:.2f} s; ratio {ours / alone:.2f}"
        )
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        if browser:
            chromium = _best(lambda: _printed(browser, source))
            print(f"headless Chromium, a process of its own: {chromium:.2f} s; ratio {ours / chromium:.2f}")
        else:
            print("headless Chromium: not installed")
        _stages(view, fonts)
        _profile(view, fonts)


def _best(work: Callable[[], object]) -> float:
    """The least of some tries: what others do on the machine only adds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _folder(view: View, fonts: Fonts, home: Path) -> Path:
    """The issue as files that any program for HTML can open."""
    html = printing.html(view)
    style = printing.fonts_css({role: path.resolve().as_uri() for role, path in fonts.items()})
    (home / "fonts.css").write_text(style, encoding="utf-8")
    (home / "page.css").write_bytes((Path(printing.TEMPLATE_FOLDER) / "page.css").read_bytes())
    drawn = {f"chart:{chart.name}": pictures.svg(chart, fonts["hei"]) for chart in view.charts}
    drawn |= {url: watermark.svg(word, fonts["hei"]) for url, word in watermark.WORDS.items()}
    for number, (url, svg) in enumerate(drawn.items()):
        (home / f"{number}.svg").write_bytes(svg)
        html = html.replace(url, f"{number}.svg")
    source = home / "issue.html"
    source.write_text(html.replace("briefing:fonts.css", "fonts.css"), encoding="utf-8")
    return source


def _printed(browser: str, source: Path) -> None:
    target = f"--print-to-pdf={source.with_suffix('.pdf')}"
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        target,
        source.as_uri(),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=300)


def _stages(view: View, fonts: Fonts) -> None:
    start = time.perf_counter()
    html = printing.html(view)
    html_at = time.perf_counter()
    document = laid_out(html, view.charts, fonts)
    laid_at = time.perf_counter()
    justify(document)
    justified_at = time.perf_counter()
    document.write_pdf(pdf_variant="pdf/a-3a")
    written_at = time.perf_counter()
    print(
        f"  HTML {html_at - start:.2f}, charts and layout {laid_at - html_at:.2f}, justification"
        f" {justified_at - laid_at:.2f}, writing {written_at - justified_at:.2f} s; finishing is the rest"
    )


def _profile(view: View, fonts: Fonts) -> None:
    profile = cProfile.Profile()
    profile.runcall(render, view, fonts)
    found: Any = pstats.Stats(profile)
    total = found.total_tt
    share = sum(
        times[3]
        for (file, _, name), times in found.stats.items()
        for end, its in FONTS
        if file.endswith(end) and name == its
    )
    print(f"  fonts' share (subsetting and outlines): {share / total:.0%}; profile by own time:")
    rows = sorted(found.stats.items(), key=lambda item: -item[1][2])[:SLOWEST]
    for (file, line, name), (_, calls, own, whole, _) in rows:
        print(
            f"    {own / total:5.1%} own {whole / total:5.1%} with callees {calls:>8} × {Path(file).name}:{line} {name}"
        )
