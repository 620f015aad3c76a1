"""Rendered: HTML and charts into PDF bytes. The one place that knows WeasyPrint.

Nothing is fetched but the template folder's style sheets, the given fonts, and charts from memory.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from transforms.briefing import pictures, printing, watermark
from transforms.briefing.archival import archived
from transforms.briefing.origins import origins
from transforms.briefing.view import Chart, View
from transforms.errors import EnvironmentFailure

if TYPE_CHECKING:
    from weasyprint import Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

_NOTHING: Mapping[str, Any] = MappingProxyType({})
ROLES = ("latin", "fangsong", "kai", "hei", "song", "title", "fallback")


def render(view: View, fonts: Mapping[str, str | Path], attachments: Mapping[str, bytes] = _NOTHING) -> bytes:
    """The PDF/A-3a of one issue. The same view, fonts and attachments (name → content) give the same bytes.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    charts = view.charts
    labels = {f"f-{code}": f"{figure.label}：指标解释与来源" for code, figure in view.figures.items()}
    return print_pdf(printing.html(view), charts, fonts, view.fingerprint, labels, attachments)


def print_pdf(
    html: str,
    charts: tuple[Chart, ...],
    fonts: Mapping[str, str | Path],
    identifier: str,
    labels: Mapping[str, str] = _NOTHING,
    attachments: Mapping[str, bytes] = _NOTHING,
) -> bytes:
    """`html` on the briefing's page, as PDF bytes. `labels`: what a link says, by its destination.

    Raises:
        EnvironmentFailure: as `laid_out`.
    """
    document = laid_out(html, charts, fonts)
    from transforms.briefing.justify import justify  # WeasyPrint is there, else the line above has said so

    justify(document)
    # WeasyPrint gives pdf/a-3a its colour profile: sRGB2014 of the International Color Consortium, free to embed.
    # Not compressed, since every stream is read again and compressed once it is as it is to be.
    written = document.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=identifier.encode(), uncompressed_pdf=True)
    if refused := document.url_fetcher.refused:  # WeasyPrint draws an SVG without the picture that it was refused
        raise EnvironmentFailure(refused[0])
    return archived(written, origins(document), labels, attachments)


def laid_out(html: str, charts: tuple[Chart, ...], fonts: Mapping[str, str | Path]) -> Document:
    """`html` as pages that are not written yet.

    Raises:
        EnvironmentFailure: a font or a library is missing, or the page asks for something that it may not fetch.
    """
    paths = _font_paths(fonts)
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError
    except OSError as error:
        raise EnvironmentFailure(f"生成 PDF 的系统库不全，请运行 sancu doctor 查看：{error}") from error
    memory = {f"chart:{chart.name}": (pictures.svg(chart, paths["hei"]), "image/svg+xml") for chart in charts}
    css = printing.fonts_css({role: path.as_uri() for role, path in paths.items()})
    memory |= {url: (watermark.svg(word, paths["hei"]), "image/svg+xml") for url, word in watermark.WORDS.items()}
    memory["briefing:fonts.css"] = (css.encode(), "text/css")
    fetcher = _fetcher(memory, [*paths.values(), Path(printing.TEMPLATE_FOLDER).resolve() / "page.css"])
    source = HTML(string=html, base_url=Path(printing.TEMPLATE_FOLDER).resolve().as_uri() + "/", url_fetcher=fetcher)
    try:
        return source.render(font_config=_font_configuration(css), pdf_tags=True)
    except FatalURLFetchingError as error:
        raise EnvironmentFailure(f"{error.__cause__ or error}") from error


@functools.lru_cache(maxsize=1)
def _font_configuration(css: str) -> FontConfiguration:
    """One for all documents of a process, else each loads the same eight fonts anew, page one for its trial as well.
    WeasyPrint fills it by what `css` says, once, into a folder that goes with it: at the process's end it is too late
    for that."""
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_font_configuration.cache_clear)
    return FontConfiguration()


def _font_paths(fonts: Mapping[str, str | Path]) -> dict[str, Path]:
    missing = [role for role in ROLES if role not in fonts or not Path(fonts[role]).is_file()]
    if missing:
        raise EnvironmentFailure(f"缺少字体：{'、'.join(missing)}。请运行 sancu doctor 查看如何安装。")
    return {role: Path(fonts[role]).resolve() for role in ROLES}


def _fetcher(memory: Mapping[str, tuple[bytes, str]], allowed: list[Path]) -> URLFetcher:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    files = {path.as_uri(): path for path in allowed}

    class Deny(URLFetcher):  # type: ignore[misc]
        """Serves what it was given; anything else stops the rendering instead of leaving a hole in the page."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("file",), allow_redirects=False)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url in memory:
                body, kind = memory[url]
                return URLFetcherResponse(url, body, {"Content-Type": kind})
            if url in files:
                return super().fetch(url, headers)
            self.refused.append(f"不允许取用：{url}")
            raise FatalURLFetchingError(self.refused[-1])

    return Deny()
