"""Documents: what is made of a view, each read back before anyone gets it. All that takes a month's time is here, and
runs in another process as well: it needs no ledger and no store."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from flows.store import EDITIONS
from transforms.briefing import editions, pictures, web
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.briefing.view import View
from transforms.briefing.word.edition import docx
from transforms.districts import Audience
from transforms.figures import Figure

PDF, WORD, WEB = "briefing.pdf", "briefing.docx", "briefing.html"


_NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Documents:
    """Files by name. `reasons` why one may not be published, in Chinese, are empty when all may."""

    files: Mapping[str, bytes]
    reasons: tuple[str, ...] = ()


def load() -> None:
    """Import the libraries that `make` would import at its first document."""
    for library in ("weasyprint", "vl_convert", "fontTools.ttLib"):
        import_module(library)


def make(
    view: View,
    figures: Mapping[str, Figure],
    fonts: Mapping[str, str | Path],
    names: Sequence[str] = (),
    attachments: Mapping[str, bytes] = _NOTHING,
) -> Documents:
    """Every document of one issue. `figures` are all of the month's; `names` must not be read in a document;
    `attachments` (file name → content) go into the leaders' PDF.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    with _no_collection():
        fitted = fit(editions.leaders(view), fonts)
        pdf = render(fitted, fonts, attachments)
        files = {PDF: pdf, WORD: _word(fitted, fonts), WEB: _web(fitted, fonts)}
        reasons = _reasons(PDF, pdf, fitted, figures, names)
    for name, other in editions.others(view):
        beside = edition(name, other, figures, fonts, names)
        files |= beside.files
        reasons += beside.reasons
    return Documents(files, tuple(reasons))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for unused cycles, which goes over a document's millions of objects again and again and finds
    none to free: a fifth of the time. What a document leaves is freed after it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def edition(
    name: str,
    view: View,
    figures: Mapping[str, Figure],
    fonts: Mapping[str, str | Path],
    names: Collection[str] = (),
) -> Documents:
    """An edition beside the leaders': a PDF, and for the public a page for browsers. Arguments as for `make`."""
    with _no_collection():
        fitted, path = fit(view, fonts), f"{EDITIONS}/{name}"
        files = {f"{path}.pdf": render(fitted, fonts)}
        hidden = {*names}
        if view.edition.audience is Audience.PUBLIC:
            files[f"{path}.html"] = _web(fitted, fonts)
            hidden |= view.enterprises
        return Documents(files, tuple(_reasons(f"{path}.pdf", files[f"{path}.pdf"], fitted, figures, hidden)))


def _reasons(path: str, pdf: bytes, view: View, figures: Mapping[str, Figure], names: Collection[str]) -> list[str]:
    return [f"{path} {one.rule} {one.message}" for one in refusals(pdf, view, figures, tuple(names))]


def _word(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue as .docx, for offices that edit before they issue."""
    return docx(view, {chart.name: pictures.png(chart, Path(fonts["hei"])) for chart in view.charts})


def _web(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue for a browser, one file."""
    return web.page(view, {chart.name: pictures.svg(chart, Path(fonts["hei"])) for chart in view.charts})
