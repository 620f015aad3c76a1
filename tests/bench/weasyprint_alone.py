"""WeasyPrint alone, in two processes: the very HTML and pictures of a backfill's documents, and nothing else of it.

python -m tests.bench.weasyprint_alone FOLDER
"""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flows.fonts import font_files
from flows.settings import load_settings
from transforms.briefing import pictures, printing, watermark
from transforms.briefing.fitting import fit
from transforms.briefing.view import View

PROCESSES = 2


def keep(view: View, path: Path) -> None:
    """Write to `path` what WeasyPrint is given for this issue."""
    fonts = {role: Path(file).resolve() for role, file in font_files(load_settings().fonts).items()}
    fitted = fit(view, fonts)
    css = printing.fonts_css({role: file.as_uri() for role, file in fonts.items()})
    texts = {"briefing:fonts.css": (css.encode(), "text/css")}
    texts |= {f"chart:{chart.name}": (pictures.svg(chart, fonts["hei"]), "image/svg+xml") for chart in fitted.charts}
    texts |= {url: (watermark.svg(word, fonts["hei"]), "image/svg+xml") for url, word in watermark.WORDS.items()}
    path.write_bytes(pickle.dumps((printing.html(fitted), texts)))


def write(path: Path) -> int:
    """The bytes of one PDF."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    html, texts = pickle.loads(path.read_bytes())

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url in texts:
                body, kind = texts[url]
                return URLFetcherResponse(url, body, {"Content-Type": kind})
            return super().fetch(url, headers)

    base = Path(printing.TEMPLATE_FOLDER).resolve().as_uri() + "/"
    document = HTML(string=html, base_url=base, url_fetcher=Fetcher()).render(pdf_tags=True)
    return len(document.write_pdf(pdf_variant="pdf/a-3a"))


def main() -> None:
    paths = sorted(Path(sys.argv[1]).iterdir())
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        print(sum(processes.map(write, paths)))


if __name__ == "__main__":
    main()
